// The log as an operator finds it: lines, files, retention, and what must never be in it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/lib/errors.ts';
import { createLogger, type LogFields, type LogOptions, withRequestId } from '../../src/lib/log.ts';

const newDir = () => mkdtempSync(join(tmpdir(), 'projectwise-log-'));
const today = () => new Date().toISOString().slice(0, 10);
const dayBefore = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

const optionsIn = (dir: string, options: Partial<LogOptions> = {}): LogOptions => ({
  level: 'debug',
  format: 'json',
  retentionDays: 14,
  dir,
  console: false,
  ...options,
});

const contentOf = (dir: string): string => readFileSync(join(dir, `projectwise-${today()}.log`), 'utf8');

async function lineOf(message: string, fields?: LogFields): Promise<Record<string, unknown>> {
  const dir = newDir();
  const log = createLogger(optionsIn(dir));
  log.info(message, fields);
  await log.close();
  return JSON.parse(contentOf(dir));
}

describe('lines', () => {
  test('have time, level, message and fields, in order, and all of them are written by close', async () => {
    const dir = newDir();
    const log = createLogger(optionsIn(dir));
    for (let at = 0; at < 2_000; at += 1) log.info('line', { at });
    await log.close();
    const lines = contentOf(dir).trimEnd().split('\n');
    expect(lines).toHaveLength(2_000);
    expect(lines.map((line) => JSON.parse(line).at)).toEqual(Array.from({ length: 2_000 }, (_, at) => at));
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      message: 'line',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('as text are one line each, whatever the message holds, with the stack indented below', async () => {
    const dir = newDir();
    const log = createLogger(optionsIn(dir, { format: 'text' }));
    log.warn('first\nINFO forged', { room: 'r1', count: 2, name: 'two words' });
    log.error('broken', { error: new Error('outer', { cause: new TypeError('inner') }) });
    await log.close();
    const [first, second, third] = contentOf(dir).split('\n');
    expect(first).toMatch(/^\S+Z WARN {2}first INFO forged room=r1 count=2 name="two words"$/);
    expect(second).toContain(
      'broken error={"name":"Error","message":"outer","cause":{"name":"TypeError","message":"inner"',
    );
    expect(third).toMatch(/^ {4}Error: outer/);
  });

  test('carry the request id through everything that is awaited', async () => {
    const dir = newDir();
    const log = createLogger(optionsIn(dir));
    await withRequestId('r-1', async () => {
      await Promise.resolve();
      log.info('inside');
    });
    log.info('outside');
    await log.close();
    const [inside, outside] = contentOf(dir)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(inside).toMatchObject({ requestId: 'r-1' });
    expect(outside).not.toHaveProperty('requestId');
  });

  test('below the level are not written', async () => {
    const dir = newDir();
    const log = createLogger(optionsIn(dir, { level: 'warn' }));
    log.info('quiet');
    log.warn('loud');
    await log.close();
    expect(contentOf(dir)).toContain('loud');
    expect(contentOf(dir)).not.toContain('quiet');
  });

  test('tell of errors their message, code, details, stack and cause', async () => {
    const cause = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    const error = new AppError('unavailable', 'It is away.', { reason: 'model_unreachable' }, { cause });
    expect((await lineOf('failed', { error })).error).toMatchObject({
      message: 'It is away.',
      code: 'unavailable',
      details: { reason: 'model_unreachable' },
      stack: expect.stringContaining('log.test.ts'),
      cause: { message: 'no such file', code: 'ENOENT' },
    });
  });
});

describe('what is never written', () => {
  test.each([
    'password',
    'newPassword',
    'access_token',
    'secretKey',
    'Authorization',
    'set-cookie',
    'apiKey',
    'X-API-Key',
    'code',
    'inviteCode',
    'ticket',
  ])('the value of %s', async (key) => {
    const line = await lineOf('x', { [key]: 'hidden-value', nested: { list: [{ [key]: ['hidden-value'] }] } });
    expect(JSON.stringify(line)).not.toContain('hidden-value');
  });

  test('query strings and passwords of addresses, in messages, fields and errors', async () => {
    const address = 'https://user:hidden@host.example/a/b?token=hidden&x=hidden';
    const line = await lineOf(`GET ${address}`, {
      url: '/ws/chat/a/b?token=hidden',
      error: new Error(`no answer from ${address}`),
    });
    expect(JSON.stringify(line)).not.toContain('hidden');
    expect(line).toMatchObject({ message: 'GET https://…@host.example/a/b?…', url: '/ws/chat/a/b?…' });
  });

  test('what people wrote', async () => {
    expect(await lineOf('sent', { text: 'words of a person' })).toMatchObject({ text: '[17 characters]' });
  });

  test('counts of tokens are no secrets', async () => {
    expect(await lineOf('used', { inputTokens: 5, tokens: 7 })).toMatchObject({ inputTokens: 5, tokens: 7 });
  });
});

test('circular, deep and strange values do not stop anything', async () => {
  const circular: Record<string, unknown> = { big: 10n, bytes: new Uint8Array(5), run: () => 1, none: undefined };
  circular.self = circular;
  expect(await lineOf('odd', { circular })).toMatchObject({
    circular: { self: '[circular]', big: 10, bytes: '[5 bytes]' },
  });
});

describe('daily files', () => {
  test('older than the retention are removed at start, also when the retention was changed, and nothing else is', async () => {
    const dir = newDir();
    const names = [1, 6, 7, 30].map((days) => `projectwise-${dayBefore(days)}.log`);
    for (const name of [...names, 'other-2001-01-01.log', 'projectwise.sqlite']) writeFileSync(join(dir, name), '');
    await createLogger(optionsIn(dir, { retentionDays: 14 })).close();
    expect(
      readdirSync(dir)
        .filter((name) => names.includes(name))
        .sort(),
    ).toEqual(names.slice(0, 3).sort());
    await createLogger(optionsIn(dir, { retentionDays: 7 })).close();
    expect(readdirSync(dir).sort()).toEqual(
      [...names.slice(0, 2), `projectwise-${today()}.log`, 'other-2001-01-01.log', 'projectwise.sqlite'].sort(),
    );
  });

  test('are appended to by the next start', async () => {
    const dir = newDir();
    for (const message of ['one', 'two']) {
      const log = createLogger(optionsIn(dir));
      log.info(message);
      await log.close();
      await log.close();
    }
    expect(contentOf(dir).trimEnd().split('\n')).toHaveLength(2);
  });

  // The device that is always full stands in for the file of the day.
  const runOnFullDisk = (steps: string) => {
    const dir = newDir();
    const script = `
      import { symlinkSync } from 'node:fs';
      import { createLogger } from ${JSON.stringify(new URL('../../src/lib/log.ts', import.meta.url).href)};
      symlinkSync('/dev/full', ${JSON.stringify(join(dir, `projectwise-${today()}.log`))});
      const isTold = new Promise((resolve) => {
        const write = process.stderr.write.bind(process.stderr);
        process.stderr.write = (text, ...rest) => {
          if (String(text).includes('The log file cannot be written')) resolve();
          return write(text, ...rest);
        };
      });
      const log = createLogger(${JSON.stringify(optionsIn(dir, { console: true, format: 'text' }))});
      ${steps}
      await log.close();
      console.log('alive');`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  };

  test.runIf(existsSync('/dev/full'))('that cannot be written do not take the product down', () => {
    const ran = runOnFullDisk(`log.info('one'); await isTold; log.info('two');`);
    expect(ran.stdout).toMatch(/one[\s\S]*two[\s\S]*alive/);
    expect(ran.status).toBe(0);
  });

  test.runIf(existsSync('/dev/full'))('that cannot be written while the log is closed do not either', () => {
    const ran = runOnFullDisk(`log.info('one');`);
    expect(ran.stderr).not.toContain('write after end');
    expect(ran.stdout).toMatch(/one[\s\S]*alive/);
    expect(ran.status).toBe(0);
  });
});
