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

/** A port that was free a moment ago, for a product that comes back under its address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Nothing of the environment of the tests but where programs are. Resolves when the product says that it is ready. */
export async function startProcess(
  env: Record<string, string>,
  [command, ...args]: string[] = [process.execPath, 'main.ts'],
): Promise<ProductProcess> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
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
