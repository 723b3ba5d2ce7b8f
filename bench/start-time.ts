// From the command to the ready line, with a data folder that does not exist yet; beside a bare Socket.IO server.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measure, median, ms } from './support/measure.ts';

const PROJECT_DIR = fileURLToPath(new URL('..', import.meta.url));
const TARGET_MS = 1_000;
const BARE = `
import { createServer } from 'node:http';
import { Server } from 'socket.io';
const server = createServer();
new Server(server);
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready on'));`;

export const startTime: Measure = {
  name: 'start-time',
  async run({ isQuick }) {
    const runs = isQuick ? 2 : 7;
    const times: Record<string, number[]> = { npm: [], node: [], again: [], bare: [] };
    for (let run = 0; run < runs; run++) {
      const fresh = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
      const other = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
      times.npm!.push(await timeToReady('npm', ['start', '--silent'], fresh));
      times.node!.push(await timeToReady(process.execPath, ['main.ts'], other));
      times.again!.push(await timeToReady('npm', ['start', '--silent'], fresh));
      times.bare!.push(await timeToReady(process.execPath, ['--input-type=module', '-e', BARE], other));
      for (const folder of [fresh, other]) rmSync(folder, { recursive: true, force: true });
    }
    const bare = median(times.bare!);
    const row = (label: string, key: string) => {
      const ours = median(times[key]!);
      const measure = `start to ready: ${label}`;
      const isMet = ours <= TARGET_MS;
      return { measure, ours: ms(ours), reference: ms(bare), ratio: ours / bare, target: '≤ 1 s', isMet };
    };
    return [row('npm start, first time', 'npm'), row('npm start, again', 'again'), row('node main.ts', 'node')];
  },
};

async function timeToReady(command: string, args: string[], dataDir: string): Promise<number> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), DATA_DIR: join(dataDir, 'data') };
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: PROJECT_DIR, env, stdio: ['ignore', 'pipe', 'inherit'] });
  await untilOutput(child, 'ready on');
  const elapsedMs = performance.now() - startedAt;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return elapsedMs;
}

function untilOutput(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      if (output.includes(words)) resolve();
    });
    child.once('exit', () => reject(new Error(`It ended before it was ready:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
