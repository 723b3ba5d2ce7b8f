// The product as a process of its own, as people run it, to be told to end or to be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY = /ProjectWise ready on (http:\/\/\S+)/;

export interface ProductProcess {
  child: ChildProcess;
  url: string;
  output(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** A data folder that `stopProcesses` removes. */
export function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectwise-process-'));
  folders.add(folder);
  return folder;
}

/** What the first start compiled; every further one is a second faster. */
export const COMPILE_CACHE = join(tmpdir(), 'projectwise-test-compiled');
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/** A free port for what comes back under its address: of those that the system gives to nobody by itself while it is away. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

/** Nothing of the environment of the tests but where programs are. Resolves when the product says that it is ready. */
export async function startProcess(
  env: Record<string, string>,
  [command, ...args]: string[] = [process.execPath, 'main.ts'],
): Promise<ProductProcess> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE };
  const child = spawn(command!, args, { cwd: ROOT, env: { ...inherited, PORT: '0', ...env } });
  running.add(child);
  let output = '';
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        const found = READY.exec(output)?.[1];
        if (found) resolve(found);
      });
    }
    void ended.then(() => reject(new Error(`It ended before it was ready: ${output}`)));
  });
  return {
    child,
    url,
    output: () => output,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Ends whatever a test left behind. */
export function stopProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}
