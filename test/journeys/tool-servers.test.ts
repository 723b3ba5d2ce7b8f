// Tool servers of the product as people run it: a real process, killed and started again.

import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import type { ToolServer } from '../../src/protocol/mcp-models.ts';
import { serversFile } from '../support/fake-tool-server.ts';
import { newDataDir, startProcess, stopProcesses } from '../support/process.ts';
import { eventually, type Person, signIn, signUp } from '../support/product.ts';

afterEach(stopProcesses);

const program = fileURLToPath(new URL('../support/stdio-tool-server.mjs', import.meta.url));
const stateOf = async (admin: Person): Promise<ToolServer['state'] | undefined> => {
  const { servers } = await admin.call<{ servers: ToolServer[] }>('GET', '/mcp/status');
  return servers[0]?.state;
};

it('a program ends with the product that is killed, and what was shut down is still so after the restart', async () => {
  const file = serversFile({ own: { command: process.execPath, args: [program] } });
  const env = { APP_ENV: 'development', DATA_DIR: newDataDir(), MCP_SERVERS_FILE: file, LLM_URL: 'offline:' };
  const first = await startProcess(env);
  const admin = await signUp(first);
  await eventually(async () => (await stateOf(admin)) === 'connected', 'the program');
  const { text } = await admin.call<{ text: string }>('POST', '/mcp/try', { server: 'own', tool: 'pid' });
  await first.end('SIGKILL');
  await eventually(() => !isAlive(Number(text)), 'the end of the program');

  const second = await startProcess(env);
  const again = await signIn(second, admin.user);
  await eventually(async () => (await stateOf(again)) === 'connected', 'the program, again');
  await again.call('POST', '/mcp/shutdown?server=own');
  const { code } = await second.end('SIGTERM');
  expect(code).toBe(0);

  const third = await startProcess(env);
  const later = await signIn(third, admin.user);
  expect(await stateOf(later)).toBe('stopped');
  expect((await later.call<{ status: string }>('GET', '/health')).status).toBe('ok');
  await later.call('POST', '/mcp/connect?server=own');
  expect(await stateOf(later)).toBe('connected');
  await eventually(() => /A tool server is there/.test(third.output()), 'the line in the log');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
