// A tool server that is a program of this machine: started with its own environment only, read within bounds, ended with us.
import type { ChildProcess } from 'node:child_process';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { LocalToolServer } from '../config-mcp.ts';
import { type Bounds, createPace, sizeOf } from './guarded-fetch.ts';
import { plain, ToolServerProblem } from './problem.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';

const ENDS_BY_ITSELF_MS = 500;
const ENDS_WHEN_TOLD_MS = 1_500;
const HAS_GROUPS = process.platform !== 'win32';
const MAX_STDERR_UNITS = 2_000;
/** Where the id of an answer stands when the answer itself is too large to be read. */
const ID_AT_START = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/;
const ID_AT_END = /"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;
const EDGE_BYTES = 256;
/** Of an answer that was let go because of its size. JSON-RPC leaves this range to implementations. */
export const TOO_LARGE_CODE = -32_098;

export interface StdioParts {
  spawn: typeof import('cross-spawn');
  /** PATH, HOME and the like: what every program needs, and no secret. */
  baseEnvironment: Record<string, string>;
  parse(line: string): JSONRPCMessage;
}

export function createStdioTransport(
  server: Pick<LocalToolServer, 'command' | 'args' | 'env' | 'cwd'>,
  bounds: Bounds,
  { spawn, baseEnvironment, parse }: StdioParts,
): Transport {
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let isClosing = false;
  let lastWords = '';
  const secrets = secretsOf(server);

  const transport: Transport = {
    start() {
      const program = spawn(server.command, server.args, {
        env: { ...baseEnvironment, ...server.env },
        ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
        // A group of its own: what it starts in turn, as runners of packages do, ends with it.
        detached: HAS_GROUPS,
      });
      child = program;
      exited = new Promise((resolve) => {
        program.once('close', (code, signal) => {
          child = undefined;
          resolve();
          if (!isClosing) transport.onerror?.(describeEnd(code, signal, lastWords));
          transport.onclose?.();
        });
      });
      program.stderr?.setEncoding('utf8').on('data', (text: string) => {
        // Before it is cut: half a secret would not be known again.
        lastWords = withoutSecrets(lastWords + text, secrets).slice(-MAX_STDERR_UNITS);
      });
      // Writing to a program that has just ended: its end is told anyway.
      program.stdin?.on('error', () => undefined);
      readLines(program, bounds, {
        onLine(line) {
          let message: JSONRPCMessage;
          try {
            message = parse(line);
          } catch {
            // Programs that also print other things are common; nothing is made of those.
            return;
          }
          transport.onmessage?.(message);
        },
        onTooLarge(start, end) {
          const id = ID_AT_START.exec(start)?.[1] ?? ID_AT_END.exec(end)?.[1];
          const sentence = `It sent more than ${sizeOf(bounds.messageBytes)} at once.`;
          if (id === undefined) {
            transport.onerror?.(new ToolServerProblem('too_large', sentence, 'maybe'));
            void transport.close();
            return;
          }
          transport.onmessage?.({ jsonrpc: '2.0', id: Number(id), error: { code: TOO_LARGE_CODE, message: sentence } });
        },
      });
      return new Promise((resolve, reject) => {
        program.once('spawn', resolve);
        program.once('error', (error) => reject(describeStart(error, server.command)));
      });
    },
    async send(message) {
      const { stdin } = child ?? {};
      if (!stdin?.writable) throw new ToolServerProblem('exited', 'The program is not running.', 'no');
      await new Promise<void>((resolve, reject) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) =>
          error ? reject(new ToolServerProblem('exited', 'The program has ended.', 'maybe')) : resolve(),
        );
      });
    },
    async close() {
      isClosing = true;
      const program = child;
      if (!program) return;
      program.stdin?.end();
      const timers = [
        setTimeout(() => endGroup(program, 'SIGTERM'), ENDS_BY_ITSELF_MS),
        setTimeout(() => endGroup(program, 'SIGKILL'), ENDS_BY_ITSELF_MS + ENDS_WHEN_TOLD_MS),
      ];
      await exited;
      for (const timer of timers) clearTimeout(timer);
    },
  };
  return transport;
}

/** The program and whatever it started; only while it has not been seen to end, so that its number is nobody else's. */
function endGroup(program: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (!HAS_GROUPS || program.pid === undefined) return void program.kill(signal);
  try {
    process.kill(-program.pid, signal);
  } catch {
    program.kill(signal);
  }
  if (signal !== 'SIGKILL') return;
  // Whoever left the group may still hold its ends of the pipes; nobody listens there any more.
  program.stdout?.destroy();
  program.stderr?.destroy();
}

interface LineReader {
  onLine(line: string): void;
  /** A line longer than the bound, of which only the edges were kept. */
  onTooLarge(start: string, end: string): void;
}

function readLines({ stdout }: ChildProcess, bounds: Bounds, reader: LineReader): void {
  if (!stdout) return;
  const pace = createPace(bounds);
  let open: Buffer[] = [];
  let openBytes = 0;
  const keepEdges = () => {
    const whole = Buffer.concat(open);
    open = [whole.subarray(0, EDGE_BYTES), whole.subarray(-EDGE_BYTES)];
  };
  const finish = () => {
    if (openBytes > bounds.messageBytes) {
      keepEdges();
      reader.onTooLarge(open[0]!.toString(), open[1]!.toString());
    } else {
      const line = Buffer.concat(open).toString().trim();
      if (line !== '') reader.onLine(line);
    }
    open = [];
    openBytes = 0;
  };
  const add = (piece: Buffer) => {
    open.push(piece);
    openBytes += piece.length;
    // What is too large anyway is not piled up.
    if (openBytes > bounds.messageBytes && open.length > 2) keepEdges();
  };
  stdout.on('data', (chunk: Buffer) => {
    let from = 0;
    let lines = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, at));
      finish();
      lines += 1;
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
    const waitMs = pace(chunk.length, lines);
    if (waitMs === 0) return;
    // The program waits at its full pipe, and everybody else is served meanwhile.
    stdout.pause();
    setTimeout(() => stdout.resume(), waitMs).unref();
  });
}

function describeStart(error: NodeJS.ErrnoException, command: string): ToolServerProblem {
  const why =
    error.code === 'ENOENT' ? 'there is no such program' : error.code === 'EACCES' ? 'not allowed' : error.message;
  return new ToolServerProblem('command', `"${command}" cannot be started: ${plain(why)}.`, 'no', { cause: error });
}

function describeEnd(code: number | null, signal: string | null, lastWords: string): ToolServerProblem {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const said = plain(lastWords.trim().split('\n').at(-1) ?? '');
  return new ToolServerProblem('exited', `The program ${how}${said ? `: ${said}` : ''}.`, 'maybe');
}
