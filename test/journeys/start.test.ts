// Starting and stopping, as a person or a supervisor does it: real processes, real signals.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../database/open.ts';
import { COMPILE_CACHE } from '../support/process.ts';
import { createRoom, newClientId, signUp } from '../support/product.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const READY = /ProjectWise ready on (http:\/\/\S+)/;
/** A Node on this machine that cannot run the product, if there is one. */
const olderNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  if (!existsSync(path)) return false;
  return spawnSync(path, ['-p', '"argon2" in require("crypto")'], { encoding: 'utf8' }).stdout.trim() === 'false';
});

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

const newDataDir = () => mkdtempSync(join(tmpdir(), 'projectwise-start-'));

interface Started {
  child: ChildProcess;
  output: () => string;
  ready: Promise<string>;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function start(command: string, args: string[], env: Record<string, string> = {}, cwd = root): Started {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE };
  const child = spawn(command, args, { cwd, env: { ...inherited, PORT: '0', DATA_DIR: newDataDir(), ...env } });
  running.add(child);
  let output = '';
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
        const url = READY.exec(output)?.[1];
        if (url) resolve(url);
      });
    }
    void ended.then(() => reject(new Error(`ended before it was ready: ${output}`)));
  });
  ready.catch(() => undefined);
  return { child, output: () => output, ready, ended };
}

describe('npm start', () => {
  test('is ready on its address, and ends gracefully when npm itself is told to', async () => {
    const dataDir = newDataDir();
    const { child, output, ready, ended } = start('npm', ['start'], { DATA_DIR: dataDir });
    const url = await ready;
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' });
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(output()).toMatch(/Stopped/);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    expect(statSync(join(dataDir, 'secret')).mode & 0o077).toBe(0);
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['logs', 'node', 'projectwise.sqlite', 'secret']));
    const [log] = readdirSync(join(dataDir, 'logs'));
    expect(readFileSync(join(dataDir, 'logs', log!), 'utf8')).toContain('Stopped');
  });
});

describe('the launcher', () => {
  test('says its ready line whatever the log level', async () => {
    const { child, ready, ended } = start(process.execPath, ['main.ts'], { LOG_LEVEL: 'error' });
    expect(await ready).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test.runIf(olderNode)('under an older Node runs with the one that came along, and passes signals on', async () => {
    const { child, ready, ended } = start(olderNode!, ['bin/projectwise.mjs']);
    const url = await ready;
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  test.runIf(olderNode)('under an older Node keeps the exit code', async () => {
    const { output, ended } = start(olderNode!, ['bin/projectwise.mjs'], { PORT: 'eighty' });
    expect((await ended).code).toBe(1);
    expect(output()).toContain('PORT must be a whole number');
  });

  test('without what the product needs says one sentence and ends', () => {
    // Stands in for a Node of another version: the same process without these two functions.
    const script = `const crypto = process.getBuiltinModule('crypto'); delete crypto.argon2; delete crypto.randomUUIDv7;
      process.getBuiltinModule('module').syncBuiltinESMExports(); await import('./main.ts');`;
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/^ProjectWise needs Node 24\.21 or newer, this is v\S+: .*\n$/);
  });
});

describe('what cannot start', () => {
  test('names every problem of the configuration and nothing else', async () => {
    const { output, ended } = start(process.execPath, ['main.ts'], { PORT: 'x', LOG_LEVEL: 'y' });
    expect((await ended).code).toBe(1);
    expect(output()).toMatch(/^The configuration has 2 problems:\n {2}- PORT .*\n {2}- LOG_LEVEL .*\n.*\n$/);
  });

  test('reads .env of the working directory, and believes the real environment more', async () => {
    const folder = newDataDir();
    writeFileSync(join(folder, '.env'), 'PORT=eighty\nLOG_LEVEL=loud\n');
    const { output, ended } = start(process.execPath, [join(root, 'main.ts')], { PORT: '0' }, folder);
    expect((await ended).code).toBe(1);
    expect(output()).toMatch(/^The configuration has a problem:\n {2}- LOG_LEVEL .*"loud"/);
  });

  test('says in one sentence that the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { output, ended } = start(process.execPath, ['main.ts'], { PORT: String(port) });
    expect((await ended).code).toBe(1);
    expect(output()).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(output()).not.toMatch(/^\s+at /m);
    taken.close();
  });

  const fileAt = (path: string, content: string): string => {
    writeFileSync(path, content);
    return path;
  };
  const aFile = (content: string) => fileAt(join(newDataDir(), 'file'), content);
  const cannot: [string, () => Record<string, string>, RegExp][] = [
    ['DATA_DIR is a file', () => ({ DATA_DIR: aFile('') }), /^DATA_DIR cannot be used: \S+\/file is not a folder/],
    ['DATA_DIR is below a file', () => ({ DATA_DIR: `${aFile('')}/deep/er` }), /^DATA_DIR .* is not a folder/],
    ['DATA_DIR is where nothing can be made', () => ({ DATA_DIR: '/proc/no/where' }), /^DATA_DIR .* cannot be made/],
    ['LOG_DIR is where nothing can be made', () => ({ LOG_DIR: '/proc/no/where' }), /^LOG_DIR .* cannot be made/],
    [
      'the database is where nothing can be made',
      () => ({ DATABASE_URL: 'sqlite:/proc/no/where.sqlite' }),
      /^DATABASE_URL .* cannot be made/,
    ],
    [
      'the database is something else',
      () => ({ DATABASE_URL: `sqlite:${aFile('no database at all '.repeat(100))}` }),
      /^\S+\/file is not a database, or a damaged one \(SQLITE_NOTADB\): put back a backup, or move it away/,
    ],
    ['the database is a folder', () => ({ DATABASE_URL: `sqlite:${newDataDir()}` }), /cannot be opened \(EISDIR\)/],
    ['HOST is of another machine', () => ({ HOST: '192.0.2.1' }), /^HOST 192\.0\.2\.1 is no address of this machine/m],
  ];
  test.each(cannot)('says in one sentence that %s', async (_, envOf, sentence) => {
    const { output, ended } = start(process.execPath, ['main.ts'], envOf());
    expect((await ended).code).toBe(1);
    expect(output()).toMatch(sentence);
    expect(output()).not.toMatch(/^\s+at /m);
  });

  test('because of its address has recovered nothing, and left the set-up code as it was told', async () => {
    const wrong = { HOST: '192.0.2.1' };
    const env = { DATA_DIR: newDataDir(), LLM_URL: 'offline:?delayMs=5&tokens=4000' };
    const killed = start(process.execPath, ['main.ts'], env);
    const person = await signUp({ url: await killed.ready });
    const room = await createRoom(person, { assistant: { trigger: 'always' } });
    const client = await person.connect();
    await client.ask('room:join', { roomId: room.id });
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Ceritakan' });
    await client.until('turn:delta');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await start(process.execPath, ['main.ts'], { ...env, ...wrong }).ended).code).toBe(1);
    expect((await stateOf(env.DATA_DIR)).turns).toEqual(['running']);
    const again = start(process.execPath, ['main.ts'], env);
    await again.ready;
    again.child.kill('SIGTERM');
    await again.ended;
    expect((await stateOf(env.DATA_DIR)).turns).toEqual(['ended']);

    const fresh = { DATA_DIR: newDataDir(), APP_ENV: 'production' };
    const first = start(process.execPath, ['main.ts'], fresh);
    await first.ready;
    first.child.kill('SIGTERM');
    await first.ended;
    const { settings } = await stateOf(fresh.DATA_DIR);
    expect(settings).toHaveLength(1);
    expect((await start(process.execPath, ['main.ts'], { ...fresh, ...wrong }).ended).code).toBe(1);
    expect((await stateOf(fresh.DATA_DIR)).settings).toEqual(settings);
  });
});

/** What a product that does not run left behind. */
async function stateOf(dataDir: string) {
  const file = join(dataDir, 'projectwise.sqlite');
  const db = await openDatabase({ engine: 'sqlite', file, durability: 'normal' });
  const turns = await db.selectFrom('turns').select('state').execute();
  const settings = await db.selectFrom('settings').selectAll().execute();
  await db.destroy();
  return { turns: turns.map(({ state }) => state), settings };
}
