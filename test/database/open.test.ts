// Opening and migrating the embedded database.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { dialectOf } from '../../database/dialect.ts';
import { isDatabaseUnavailable, isUniqueViolation } from '../../database/errors.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open.ts';
import { DEFAULT_TENANT_ID } from '../../src/accounts/tenants.ts';

const folder = mkdtempSync(join(tmpdir(), 'projectwise-database-'));
afterAll(() => rmSync(folder, { recursive: true }));
const openFile = (name: string, durability: 'normal' | 'full' = 'normal') =>
  openDatabase({ engine: 'sqlite', file: join(folder, name), durability });

test('a new database has the default tenant, and opening it again changes nothing', async () => {
  const first = await openFile('again/projectwise.sqlite');
  expect(await first.selectFrom('tenants').select('id').execute()).toEqual([{ id: DEFAULT_TENANT_ID }]);
  await migrate(first);
  await first.destroy();
  const second = await openFile('again/projectwise.sqlite');
  expect(await second.selectFrom('tenants').select('id').execute()).toHaveLength(1);
  await second.destroy();
});

test('the data folder and the database are readable by their owner only', async () => {
  const db = await openFile('private/deeper/projectwise.sqlite');
  expect(statSync(join(folder, 'private/deeper')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'private/deeper/projectwise.sqlite')).mode & 0o777).toBe(0o600);
  await db.destroy();
});

test('the settings that durability and integrity rest on are in force', async () => {
  for (const [durability, synchronous] of [
    ['normal', 1],
    ['full', 2],
  ] as const) {
    const db = await openFile(`${durability}.sqlite`, durability);
    expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(db)).rows).toEqual([{ synchronous }]);
    expect((await sql`pragma foreign_keys`.execute(db)).rows).toEqual([{ foreign_keys: 1 }]);
    await db.destroy();
  }
});

test('several processes that start at once on a new file all succeed', async () => {
  const script = `
    const { openDatabase } = await import(${JSON.stringify(new URL('../../database/open.ts', import.meta.url).href)});
    const db = await openDatabase({ engine: 'sqlite', file: process.argv[1], durability: 'normal' });
    await db.destroy();`;
  const file = join(folder, 'together.sqlite');
  const codes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'inherit' });
      const [code] = await once(child, 'exit');
      return code;
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
});

test('a migration that stopped halfway is finished at the next start', async () => {
  const db = await openFile('halfway.sqlite');
  await sql`delete from kysely_migration`.execute(db);
  await sql`drop trigger message_search_update`.execute(db);
  await db.destroy();
  const again = await openFile('halfway.sqlite');
  const triggers = await sql<{ name: string }>`select name from sqlite_master where type = 'trigger'`.execute(again);
  expect(triggers.rows.map((row) => row.name)).toContain('message_search_update');
  await again.destroy();
});

test('errors of the driver are told apart: duplicate, not available, anything else', async () => {
  const db = await openFile('errors.sqlite');
  const tenant = { id: DEFAULT_TENANT_ID, name: 'again', created_at: 1 };
  const duplicate = await db
    .insertInto('tenants')
    .values(tenant)
    .execute()
    .catch((error: unknown) => error);
  expect(isUniqueViolation(duplicate)).toBe(true);
  expect(isDatabaseUnavailable(duplicate)).toBe(false);
  for (const code of ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE', '53100']) {
    expect(isDatabaseUnavailable(Object.assign(new Error(), { code }))).toBe(true);
  }
  expect(isUniqueViolation(new Error('x'))).toBe(false);
  expect(dialectOf(db)).toBe('sqlite');
  await db.destroy();
});
