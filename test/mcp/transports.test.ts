// Every way to reach a tool server: both eras of HTTP, programs of this machine; and where none may be.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../src/mcp/guarded-fetch.ts';
import type { ToolServer } from '../../src/protocol/mcp-models.ts';
import { readingTool, serversFile, startFakeToolServer, stopFakeToolServers } from '../support/fake-tool-server.ts';
import { longestBlockMs } from '../support/longest-block.ts';
import { startModernToolServer, stopModernToolServers } from '../support/modern-tool-server.ts';
import { eventually, type Person, signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';

afterEach(async () => {
  await stopProducts();
  await stopFakeToolServers();
  await stopModernToolServers();
});

interface Desk {
  product: TestProduct;
  admin: Person;
  status(name?: string): Promise<ToolServer>;
  reaches(state: ToolServer['state'], name?: string): Promise<ToolServer>;
  call(tool: string, args?: Record<string, unknown>, server?: string): Promise<{ outcome: string; text: string }>;
}

async function openDesk(env: Record<string, string>, limits: Record<string, number> = {}): Promise<Desk> {
  const product = await startProduct({ env, limits });
  const admin = await signUp(product);
  const desk: Desk = {
    product,
    admin,
    async status(name = 'default') {
      const { servers } = await admin.call<{ servers: ToolServer[] }>('GET', '/mcp/status');
      return servers.find((server) => server.name === name)!;
    },
    async reaches(state, name) {
      await eventually(async () => (await desk.status(name)).state === state, `${name} being ${state}`);
      return desk.status(name);
    },
    call: (tool, args = {}, server = 'default') => admin.call('POST', '/mcp/try', { server, tool, args }),
  };
  return desk;
}
const withFile = (entries: Record<string, unknown>) => openDesk({ MCP_SERVERS_FILE: serversFile(entries) });
const program = fileURLToPath(new URL('../support/stdio-tool-server.mjs', import.meta.url));
const ofProgram = { command: process.execPath, args: [program] };
/** Environment of a program that writes down each time that it was started. */
function watched(env: Record<string, string>): { env: Record<string, string>; started(): number[] } {
  const file = join(mkdtempSync(join(tmpdir(), 'projectwise-programs-')), 'pids');
  const started = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
  return { env: { ...env, PIDS_IN: file }, started };
}
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a server of the newest revision', () => {
  it('is spoken to in it, and tells of changed tools', async () => {
    const modern = await startModernToolServer();
    const desk = await openDesk({ MCP_SERVER_URL: modern.url });
    expect(await desk.reaches('connected')).toMatchObject({
      protocol: '2026-07-28',
      transport: 'http',
      program: 'modern 3.1.4',
      tools: 2,
    });
    expect(await desk.call('echo', { text: 'halo' })).toMatchObject({ outcome: 'ok', text: 'Echo: halo' });
    expect(await desk.call('echo', { text: 17 })).toMatchObject({ outcome: 'tool_error' });
    modern.addTool('reply');
    await eventually(async () => (await desk.status()).tools === 3, 'the new tool');
    expect(await desk.call('reply', { text: 'lagi' })).toMatchObject({ outcome: 'ok' });
  });

  it('that dies while a call streams releases it at once, and is back under its address', async () => {
    const modern = await startModernToolServer();
    const desk = await openDesk({ MCP_SERVER_URL: modern.url });
    await desk.reaches('connected');
    const call = desk.call('slow');
    await eventually(async () => (await desk.status()).callsRunning === 1);
    await modern.kill();
    // It writes: nobody knows, and nobody tries again.
    expect(await call).toMatchObject({ outcome: 'unknown_outcome' });
    await desk.reaches('waiting');
    await startModernToolServer({ port: Number(new URL(modern.url).port) });
    expect(await desk.call('echo', { text: 'kembali' })).toMatchObject({ outcome: 'ok' });
  });

  it('hears that a call is given up', async () => {
    const modern = await startModernToolServer();
    const desk = await openDesk({ MCP_SERVER_URL: modern.url }, { mcpCallTimeoutMs: 300 });
    await desk.reaches('connected');
    expect(await desk.call('slow')).toMatchObject({ outcome: 'timeout' });
    await eventually(() => modern.aborted.length === 1, 'the end of the call there');
  });
});

describe('a program of this machine', () => {
  it('is given its own environment and no other, and ends with us', async () => {
    process.env.NOT_FOR_PROGRAMS = 'geheim';
    const desk = await withFile({ own: { ...ofProgram, env: { OWN_KEY: 'kunci', OWN_REGION: 'jakarta' } } });
    const seen = await desk.reaches('connected', 'own');
    expect(seen).toMatchObject({ transport: 'stdio', program: 'program 1', command: `${process.execPath} ${program}` });
    const { text } = await desk.call('env', {}, 'own');
    const env = JSON.parse(text);
    // What it is given to prove who we are is nobody else's to read, though it says it.
    expect(env).toMatchObject({ OWN_KEY: '***', OWN_REGION: 'jakarta', PATH: process.env.PATH });
    const allowed = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'OWN_KEY', 'OWN_REGION'];
    expect(Object.keys(env).filter((name) => !allowed.includes(name) && !name.startsWith('__'))).toEqual([]);
    const pid = Number((await desk.call('pid', {}, 'own')).text);
    await desk.product.stop();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it('that falls silent while it is being connected ends with us, and with every earlier attempt', async () => {
    const { started, env } = watched({ SILENT_AT: 'tools/list' });
    const desk = await withFile({ own: { ...ofProgram, env } });
    await eventually(() => started().length === 1, 'the program');
    void desk.admin.call('POST', '/mcp/reconnect?server=own').catch(() => undefined);
    await eventually(() => started().length === 2, 'the next attempt');
    await desk.product.stop();
    expect(started().filter(isAlive)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'that was started by another one, and stays when nobody speaks to it, ends with us too',
    async () => {
      const { started, env } = watched({ STAYS: '1' });
      // As runners of packages do it: the program itself is a child of the one that we know.
      const args = ['-c', '"$0" "$1"; true', process.execPath, program];
      const desk = await withFile({ own: { command: 'sh', args, env } });
      await desk.reaches('connected', 'own');
      await desk.admin.call('POST', '/mcp/shutdown?server=own');
      await eventually(() => !started().some(isAlive), 'its end');
      await desk.admin.call('POST', '/mcp/connect?server=own');
      await desk.reaches('connected', 'own');
      await desk.product.stop();
      expect(started()).toHaveLength(2);
      // Who took it over when its parent died has yet to notice.
      await eventually(() => !started().some(isAlive), 'its end');
    },
  );

  it('that ends by itself says why, and is started again', async () => {
    const desk = await withFile({ own: ofProgram });
    await desk.reaches('connected', 'own');
    const first = (await desk.call('pid', {}, 'own')).text;
    // It only reads by its own account, so it is tried once more, and ends once more.
    expect(await desk.call('die', {}, 'own')).toMatchObject({
      outcome: 'unknown_outcome',
      text: expect.stringContaining('The program ended with code 3: the disk is full.'),
    });
    const second = await eventually(async () => {
      const { outcome, text } = await desk.call('pid', {}, 'own');
      return outcome === 'ok' ? text : undefined;
    });
    expect(second).not.toBe(first);
  });

  it('that ends with its secrets on its lips tells nobody', async () => {
    const args = [program, '--api-key', 'kunci-argumen', '--token=kunci-token'];
    const desk = await withFile({ own: { command: process.execPath, args, env: { OWN_KEY: 'kunci-rahasia' } } });
    const { command } = await desk.reaches('connected', 'own');
    expect(command).toBe(`${process.execPath} ${program} --api-key *** --token=***`);
    const { text } = await desk.call('tell', {}, 'own');
    expect(text).toContain('The program ended with code 3: no entry with *** --api-key *** --token=***.');
    const status = await eventually(async () => {
      const seen = await desk.status('own');
      return JSON.stringify(seen.log).includes('no entry') ? JSON.stringify(seen) : undefined;
    });
    expect(status).not.toContain('kunci-');
  });

  it('that answers with ten megabytes loses that call and no other, and noise between its messages does no harm', async () => {
    const desk = await withFile({ own: ofProgram });
    await desk.reaches('connected', 'own');
    const pid = (await desk.call('pid', {}, 'own')).text;
    const [big, noise] = await Promise.all([desk.call('big', {}, 'own'), desk.call('noise', {}, 'own')]);
    expect(big).toMatchObject({ outcome: 'too_large' });
    expect(noise).toMatchObject({ outcome: 'ok', text: 'still here' });
    expect((await desk.call('pid', {}, 'own')).text).toBe(pid);
  });

  it('that never stops talking is read no faster than is good for everybody', async () => {
    const desk = await withFile({ own: ofProgram });
    await desk.reaches('connected', 'own');
    await desk.call('flood', {}, 'own');
    const block = await longestBlockMs(async () => {
      for (let time = 0; time < 20; time++) await desk.status('own');
    });
    // Far above what it takes: what it says without end would take seconds.
    expect(block).toBeLessThan(500);
    await desk.admin.call('POST', '/mcp/shutdown?server=own');
    expect((await desk.status('own')).state).toBe('stopped');
  });

  it('that cannot be started is failed, and is not tried again before somebody says so', async () => {
    const desk = await withFile({ own: { command: 'no-such-program-anywhere' } });
    expect(await desk.reaches('failed', 'own')).toMatchObject({
      problem: 'command',
      lastError: '"no-such-program-anywhere" cannot be started: there is no such program.',
      attempts: 1,
    });
    await desk.admin.call('POST', '/mcp/reconnect?server=own');
    expect(await desk.reaches('failed', 'own')).toMatchObject({ problem: 'command' });
  });
});

describe('a key', () => {
  it('and headers of the file go with every request; one that is refused is said, and not tried again', async () => {
    let accepts = 'Bearer lama';
    const fake = await startFakeToolServer({
      onRequest(request, response) {
        if (request.headers.authorization === accepts) return false;
        response.writeHead(401).end('who are you');
        return true;
      },
    });
    const file = serversFile({
      crm: { url: fake.url, bearerTokenEnv: 'CRM_TOKEN', headers: { 'X-Team': 'presales' } },
    });
    const desk = await openDesk({ MCP_SERVERS_FILE: file, CRM_TOKEN: 'lama' });
    await desk.reaches('connected', 'crm');
    expect(await desk.call('look', {}, 'crm')).toMatchObject({ outcome: 'ok' });
    expect(fake.headers.every((headers) => headers['x-team'] === 'presales')).toBe(true);
    accepts = 'Bearer baru';
    expect(await desk.call('look', {}, 'crm')).toMatchObject({ outcome: 'not_sent' });
    expect(await desk.reaches('needs_auth', 'crm')).toMatchObject({
      problem: 'key',
      lastError: 'The key was refused (HTTP 401).',
    });
    const asked = fake.methods.length;
    expect(await desk.call('look', {}, 'crm')).toMatchObject({ outcome: 'not_sent' });
    expect(fake.methods).toHaveLength(asked);
    accepts = 'Bearer lama';
    await desk.admin.call('POST', '/mcp/reconnect?server=crm');
    await desk.reaches('connected', 'crm');
    const seen = JSON.stringify(await desk.admin.call('GET', '/mcp/status'));
    expect(seen).not.toMatch(/lama|Bearer/);
  });

  it('that its server repeats reaches neither room nor desk, wherever it stands', async () => {
    const secret = 'kunci-rahasia-9b1d';
    const fake = await startFakeToolServer({
      tools: [readingTool('look', { description: `Call it with ${secret}.` })],
      onCall: ({ args, answer, response, event, progressToken }) => {
        if (args.how === 'progress') {
          const params = { progressToken, progress: 1, message: `with ${secret}` };
          event({ jsonrpc: '2.0', method: 'notifications/progress', params });
        }
        if (args.how === 'redirect') {
          response.writeHead(307, { location: `https://elsewhere.example/?key=${secret}` });
          return void response.end();
        }
        const text = { type: 'text', text: `You said Bearer ${secret}.` };
        answer({ content: [text], structuredContent: { [secret]: [secret] }, isError: args.how === 'error' });
      },
    });
    const file = serversFile({
      crm: { url: `${fake.url}?apiKey=${secret}`, bearerTokenEnv: 'CRM_TOKEN', trust: true },
    });
    const desk = await openDesk({ MCP_SERVERS_FILE: file, CRM_TOKEN: secret });
    await desk.reaches('connected', 'crm');
    expect(fake.headers.at(-1)!.authorization).toBe(`Bearer ${secret}`);
    const answers = [];
    for (const how of ['plain', 'error', 'progress', 'redirect']) answers.push(await desk.call('look', { how }, 'crm'));
    expect(answers[0]).toMatchObject({ outcome: 'ok', text: 'You said ***.' });
    for (const path of ['/mcp/status', '/mcp/tools', '/mcp/calls']) answers.push(await desk.admin.call('GET', path));
    expect(JSON.stringify(answers)).not.toContain(secret);
  });
});

describe('an address', () => {
  it.each(['http://169.254.169.254/mcp', 'http://[fe80::1]/mcp', 'http://0.0.0.0:9/mcp', 'http://100.100.100.200/mcp'])(
    '%s is never reached',
    async (url) => {
      const desk = await openDesk({ MCP_SERVER_URL: url });
      expect(await desk.reaches('failed')).toMatchObject({
        problem: 'address',
        lastError: expect.stringMatching(/is an address that tool servers may never have\.$/),
      });
    },
  );

  it('behind a name is looked at after it is resolved, and a private one takes allowPrivate', async () => {
    const fake = await startFakeToolServer();
    // A name of this machine other than localhost, where there is one.
    const name = hostname();
    const desk = await withFile({ careful: { url: `http://${name}:${fake.port}/mcp` } });
    const seen = await eventually(async () => {
      const { problem } = await desk.status('careful');
      return problem;
    }, 'a problem');
    expect(['address', 'unknown_host', 'refused', 'unreachable']).toContain(seen);
    expect(fake.methods).toEqual([]);
  });

  it('that a redirect leads to is looked at like any other, and another host is not followed', async () => {
    const other = await startFakeToolServer();
    for (const location of [`http://localhost:${other.port}/mcp`, 'http://169.254.169.254/', 'file:///etc/passwd']) {
      const fake = await startFakeToolServer({
        onRequest(_, response) {
          response.writeHead(307, { location }).end();
          return true;
        },
      });
      const desk = await openDesk({ MCP_SERVER_URL: fake.url });
      await eventually(async () => (await desk.status()).problem === 'redirect', `a problem with ${location}`);
      await desk.product.stop();
    }
    expect(other.methods).toEqual([]);
  });

  it('on the same host a redirect is followed', async () => {
    const fake = await startFakeToolServer({
      tools: [readingTool('look')],
      onRequest(request, response) {
        if (request.url !== '/old') return false;
        response.writeHead(308, { location: '/mcp' }).end();
        return true;
      },
    });
    const desk = await openDesk({ MCP_SERVER_URL: fake.url.replace('/mcp', '/old') });
    expect(await desk.reaches('connected')).toMatchObject({ tools: 1 });
    expect(await desk.call('look')).toMatchObject({ outcome: 'ok' });
  });

  it('is looked at with each connection, whatever was found before', async () => {
    const fake = await startFakeToolServer();
    const bounds = { messageBytes: 1_000, bytesPerSecond: 1_000, messagesPerSecond: 10 };
    const ask = (writtenHost: string, allowsPrivate: boolean, url: string) =>
      createGuardedFetch({ writtenHost, allowsPrivate }, bounds).fetch(url, { method: 'GET' });
    const local = `http://localhost:${fake.port}/mcp`;
    await expect(ask('tools.example', false, local)).rejects.toMatchObject({ kind: 'address', ran: 'no' });
    await expect(ask('tools.example', true, local)).resolves.toMatchObject({ status: 200 });
    await expect(ask('localhost', false, local)).resolves.toMatchObject({ status: 200 });
    await expect(ask('localhost', false, fake.url)).rejects.toMatchObject({ kind: 'address' });
    await expect(ask('127.0.0.1', false, 'ftp://127.0.0.1/')).rejects.toMatchObject({ kind: 'address' });
    await expect(ask('a.invalid', true, 'http://a.invalid/')).rejects.toMatchObject({
      kind: 'unknown_host',
      ran: 'no',
    });
  });
});
