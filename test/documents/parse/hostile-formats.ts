// Formats that do what a hostile file might make a parser do. They run in the reader's process, like the real ones.
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import net, { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Format, FormatInput } from '../../../src/documents/parse/format.ts';
import { ReadProblem } from '../../../src/documents/parse/format.ts';
import type { ReadEvent } from '../../../src/documents/parse/parsed.ts';

const textOf = ({ bytes }: FormatInput): string => new TextDecoder().decode(bytes);
const page = (number: number, text: string): ReadEvent => ({
  type: 'page',
  page: { number, blocks: [{ type: 'paragraph', text }], source: 'text' },
});

/** What a way out answers with. */
async function tryOut(way: () => unknown): Promise<string> {
  try {
    await way();
    return 'open';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Not documented, and there all the same. */
interface Inner {
  _createServerHandle(address: string, port: number, family: number): unknown;
  _createSocketHandle(address: string, port: number, type: string, fd: undefined, flags: number): unknown;
  _listen2(address: string, port: number, family: number, backlog: number): void;
  _kill(pid: number, signal: number): number;
}
const inner = (owner: object) => owner as Inner;

/** A format that never comes to its first page. */
function failing(run: () => void): Format {
  return async function* () {
    run();
    yield page(1, 'it went well');
  };
}

const hostile: Record<string, Format> = {
  async *pages(input) {
    const total = Number(textOf(input));
    yield { type: 'started', total, unit: 'page' };
    for (let number = 1; number <= total; number += 1) yield page(number, `page ${number}`);
  },
  async *long(input) {
    yield { type: 'started', total: 1, unit: 'page' };
    yield page(1, 'x'.repeat(Number(textOf(input))));
  },
  /** Tells its process id first. */
  async *spin() {
    yield { type: 'started', total: process.pid, unit: 'page' };
    for (;;);
  },
  async *wait() {
    yield { type: 'started', total: 1, unit: 'page' };
    await new Promise(() => {});
  },
  nativeMemory: failing(() => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(4 * 1024 * 1024, 1));
  }),
  heap: failing(() => {
    const kept: string[] = [];
    for (let at = 0; ; at += 1) kept.push(`${at}`.padStart(1000));
  }),
  crash: failing(() => process.abort()),
  leave: failing(() => process.exit(3)),
  trip: failing(() => {
    throw new TypeError('no such thing');
  }),
  deep: failing(() => {
    const descend = (): number => 1 + descend();
    descend();
  }),
  refuse: failing(() => {
    throw new ReadProblem('file_encrypted', 'The file is locked.');
  }),
  async *nothing() {
    yield* [];
  },
  async *environment() {
    yield page(1, JSON.stringify(process.env));
  },
  async *waysOut(input) {
    const port = Number(textOf(input));
    const answers = {
      fetch: await tryOut(() => fetch(`http://127.0.0.1:${port}`)),
      socket: await tryOut(() => connect(port)),
      http: await tryOut(() => get({ port })),
      otherFile: await tryOut(() => readFileSync(new URL('../../../.env.example', import.meta.url))),
      write: await tryOut(() => writeFileSync(`${input.request.path}.new`, '')),
      program: await tryOut(() => execFileSync(process.execPath, ['--version'])),
      thread: await tryOut(() => new Worker('', { eval: true })),
      code: await tryOut(() => new Function('return 1')()),
    };
    yield page(1, JSON.stringify(answers));
  },
  async *sideDoors() {
    const answers = {
      resolver: await tryOut(() => new dns.Resolver()),
      promisesResolver: await tryOut(() => new dns.promises.Resolver()),
      serverHandle: await tryOut(() => inner(net)._createServerHandle('127.0.0.1', 0, 4)),
      listen: await tryOut(() => inner(new net.Server())._listen2('127.0.0.1', 0, 4, 5)),
      // Newer than the types.
      boundSocket: await tryOut(() => new (net as unknown as { BoundSocket: new () => unknown }).BoundSocket()),
      socketHandle: await tryOut(() => inner(dgram)._createSocketHandle('127.0.0.1', 0, 'udp4', undefined, 0)),
      signal: await tryOut(() => process.kill(process.ppid, 0)),
      innerSignal: await tryOut(() => inner(process)._kill(process.ppid, 0)),
    };
    yield page(1, JSON.stringify(answers));
  },
  async *recognize({ bytes, recognize }) {
    const words = recognize ? await recognize(bytes).catch((error) => [{ text: `failed: ${error.message}` }]) : [];
    yield page(1, recognize ? words.map(({ text }) => text).join(' ') : 'cannot');
  },
};

export const FORMATS = Object.fromEntries(Object.entries(hostile).map(([name, format]) => [name, async () => format]));
