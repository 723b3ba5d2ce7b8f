// The tool servers of others, each as a program of its own that can be killed and started again under its address.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from './process.ts';

const program = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url));

/** How a client starts one of them itself. */
export const asProgram = (name: 'server-everything' | 'server-filesystem' | 'server-memory', args: string[] = []) => ({
  command: process.execPath,
  args: [program(name), ...args],
});

export interface OtherToolServer {
  url: string;
  kill(): Promise<void>;
  /** Under the same address. */
  restart(): Promise<void>;
}

const running = new Set<ChildProcess>();

export async function startEverything(transport: 'streamableHttp' | 'sse'): Promise<OtherToolServer> {
  const port = await freePort();
  let child = await start(transport, port);
  return {
    url: `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`,
    kill: () => kill(child),
    async restart() {
      child = await start(transport, port);
    },
  };
}

function start(transport: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program('server-everything'), transport], {
    env: { PATH: process.env.PATH, PORT: String(port) },
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
        if (output.includes(String(port))) resolve(child);
      });
    }
    child.once('close', () => {
      running.delete(child);
      reject(new Error(`server-everything ended: ${output}`));
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

export async function stopOtherToolServers(): Promise<void> {
  await Promise.all([...running].map(kill));
}
