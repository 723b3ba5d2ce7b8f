// The operations desk over its real routes: a tool server of others is seen, killed, comes back, is shut down and stays down.
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerTool, ToolServer } from '../../src/protocol/mcp-models.ts';
import { serversFile, startFakeToolServer, stopFakeToolServers } from '../support/fake-tool-server.ts';
import { asProgram, startEverything, stopOtherToolServers } from '../support/other-tool-servers.ts';
import { eventually, type Person, signIn, signUp, startProduct, stopProducts } from '../support/product.ts';

afterEach(async () => {
  await stopProducts();
  await stopFakeToolServers();
  await stopOtherToolServers();
});

const status = async (admin: Person): Promise<Record<string, ToolServer>> => {
  const { servers } = await admin.call<{ servers: ToolServer[] }>('GET', '/mcp/status');
  return Object.fromEntries(servers.map((server) => [server.name, server]));
};
const reaches = (admin: Person, name: string, state: ToolServer['state']) =>
  eventually(async () => {
    const server = (await status(admin))[name];
    return server?.state === state && server;
  }, `${name} being ${state}`);
const tryTool = (admin: Person, server: string, tool: string, args: Record<string, unknown>) =>
  admin.call<{ outcome: string; text: string }>('POST', '/mcp/try', { server, tool, args });

describe('the desk', () => {
  it('without tool servers is empty, and says so on every route', async () => {
    const admin = await signUp(await startProduct());
    expect(await admin.call('GET', '/mcp/status')).toEqual({ servers: [] });
    expect(await admin.call('POST', '/mcp/reconnect')).toEqual({ servers: [] });
    expect(await admin.call('GET', '/mcp/tools')).toEqual({ items: [] });
    expect(await admin.call('GET', '/mcp/calls')).toEqual({ items: [], today: { calls: 0, failed: 0 } });
    expect((await admin.request('POST', '/mcp/shutdown?server=nowhere')).status).toBe(404);
  });

  it('sees server-everything over HTTP, SSE and as a program, and tries its tools', async () => {
    const [http, sse] = [await startEverything('streamableHttp'), await startEverything('sse')];
    const path = serversFile({ sse: { url: sse.url }, io: asProgram('server-everything', ['stdio']) });
    const product = await startProduct({ env: { MCP_SERVER_URL: http.url, MCP_SERVERS_FILE: path } });
    const admin = await signUp(product);
    for (const [name, transport] of [
      ['default', 'http'],
      ['sse', 'sse'],
      ['io', 'stdio'],
    ] as const) {
      expect(await reaches(admin, name, 'connected')).toMatchObject({
        desired: 'connected',
        attempts: 0,
        breaker: 'closed',
        tools: 13,
        isStale: false,
        leftOut: [],
        transport,
        protocol: '2025-11-25',
        program: 'mcp-servers/everything 2.0.0',
      });
      expect(await tryTool(admin, name, 'echo', { message: 'halo' })).toMatchObject({
        outcome: 'ok',
        text: 'Echo: halo',
      });
    }
    const { items } = await admin.call<{ items: { server: string; tool: string; outcome: string }[] }>(
      'GET',
      '/mcp/calls?server=io',
    );
    expect(items).toMatchObject([
      { server: 'io', tool: 'echo', outcome: 'ok', askedBy: { name: admin.user.fullName } },
    ]);
  });

  it('hears of a death in the middle of a call at once, and the server works again without anybody touching anything', async () => {
    const everything = await startEverything('streamableHttp');
    const product = await startProduct({ env: { MCP_SERVER_URL: everything.url } });
    const admin = await signUp(product);
    const watcher = await admin.connect();
    await reaches(admin, 'default', 'connected');
    const call = tryTool(admin, 'default', 'trigger-long-running-operation', { duration: 60, steps: 60 });
    await eventually(async () => (await status(admin)).default?.callsRunning === 1, 'a running call');
    await everything.kill();
    // It only reads: it is tried once more, and the server is not there. Whether it ran the first time nobody knows.
    const { outcome, text } = await call;
    expect(outcome).toBe('unknown_outcome');
    expect(text).toMatch(/Nothing answers on port \d+.*not known\.$/);
    expect(await reaches(admin, 'default', 'waiting')).toMatchObject({
      desired: 'connected',
      problem: 'refused',
      lastError: expect.stringMatching(/^Nothing answers on port \d+ of 127\.0\.0\.1\.$/),
      tools: 13,
      isStale: true,
    });
    expect((await admin.call<{ status: string }>('GET', '/health')).status).toBe('degraded');
    await watcher.until('mcp:changed', ({ server }) => server.state === 'waiting');
    await everything.restart();
    expect(await tryTool(admin, 'default', 'echo', { message: 'kembali' })).toMatchObject({ outcome: 'ok' });
    await watcher.until('mcp:changed', ({ server }) => server.state === 'connected' && server.log.length > 2);
    expect(await admin.call('GET', '/health')).toMatchObject({ status: 'ok', engines: { mcp: { ok: true } } });
  });

  it('shuts a server down for good, over a restart too, until somebody connects it again', async () => {
    const fake = await startFakeToolServer();
    const env = { MCP_SERVER_URL: fake.url };
    const first = await startProduct({ env });
    const admin = await signUp(first, 'Ratna Wulandari');
    await reaches(admin, 'default', 'connected');
    const { servers } = await admin.call<{ servers: ToolServer[] }>('POST', '/mcp/shutdown?server=default');
    expect(servers).toMatchObject([{ desired: 'stopped', state: 'stopped', changedBy: 'Ratna Wulandari', tools: 2 }]);
    expect(await tryTool(admin, 'default', 'look', {})).toMatchObject({
      outcome: 'not_sent',
      text: expect.stringMatching(/it was shut down/),
    });
    await first.stop();
    const asked = fake.methods.length;

    const second = await startProduct({ env, dataDir: first.config.dataDir });
    const again = await signIn(second, admin.user);
    expect((await status(again)).default).toMatchObject({ desired: 'stopped', state: 'stopped', tools: 2 });
    const tools = await again.call<{ items: ServerTool[] }>('GET', '/mcp/tools');
    expect(tools.items.map(({ name, isStale }) => [name, isStale])).toEqual([
      ['look', true],
      ['write', true],
    ]);
    expect(fake.methods).toHaveLength(asked);
    await again.call('POST', '/mcp/reconnect?server=default');
    expect(await reaches(again, 'default', 'connected')).toMatchObject({ desired: 'connected', isStale: false });
  });

  it('is in /health and /metrics, where a server that was shut down is as it should be', async () => {
    const fake = await startFakeToolServer();
    const file = serversFile({ crm: { url: fake.url, trust: true }, gone: { url: 'http://127.0.0.1:9/mcp' } });
    const product = await startProduct({ env: { MCP_SERVERS_FILE: file, METRICS_TOKEN: 'angka' } });
    const admin = await signUp(product);
    const member = await signUp(product);
    await reaches(admin, 'crm', 'connected');
    await reaches(admin, 'gone', 'waiting');
    await tryTool(admin, 'crm', 'look', {});
    const health = async (person: Person) =>
      person.call<{ status: string; engines?: { mcp?: { ok: boolean; detail?: string } } }>('GET', '/health');
    expect(await health(admin)).toMatchObject({
      status: 'degraded',
      engines: { mcp: { ok: false, detail: '1 of 2 tool servers are there' } },
    });
    expect((await health(member)).engines).toBeUndefined();
    const metrics = async () => {
      const response = await fetch(`${product.url}/metrics`, { headers: { authorization: 'Bearer angka' } });
      return (await response.text()).split('\n').filter((line) => /^projectwise_tool_/.test(line));
    };
    const lines = await metrics();
    expect(lines).toContain('projectwise_tool_servers{state="connected"} 1');
    expect(lines.find((line) => /^projectwise_tool_call_seconds_count.*server="crm".*outcome="ok"/.test(line))).toMatch(
      / 1$/,
    );
    await admin.call('POST', '/mcp/shutdown?server=gone');
    expect(await metrics()).toContain('projectwise_tool_servers{state="stopped"} 1');
    expect((await health(admin)).status).toBe('ok');
  });

  it('is for administrators only, and tells only them', async () => {
    const fake = await startFakeToolServer();
    const product = await startProduct({ env: { MCP_SERVER_URL: fake.url } });
    const [admin, member] = [await signUp(product), await signUp(product)];
    const [watcher, other] = [await admin.connect(), await member.connect()];
    await reaches(admin, 'default', 'connected');
    await admin.call('POST', '/mcp/reconnect?server=default');
    await watcher.until(
      'mcp:changed',
      ({ server }) => server.log.filter(({ kind }) => kind === 'connected').length > 1,
    );
    for (const [method, path] of [
      ['GET', '/mcp/status'],
      ['POST', '/mcp/shutdown'],
      ['GET', '/mcp/tools'],
      ['GET', '/mcp/calls'],
    ] as const) {
      expect((await member.request(method, path)).status, path).toBe(403);
    }
    await other.raw('room:leave', { roomId: 'nowhere' });
    expect(other.facts.filter(({ name }) => name === 'mcp:changed')).toEqual([]);
    expect((await status(admin)).default?.state).toBe('connected');
  });
});
