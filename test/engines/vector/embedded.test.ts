// The embedded index: the contract, misspelt words, and a file that may break or disappear.
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmbeddedIndex } from '../../../src/engines/vector/embedded.ts';
import type { VectorIndex } from '../../../src/engines/vector/vector-index.ts';
import { inBatches, passagesOf, vectorIndexContract } from '../../contracts/vector-index.ts';
import { refusalOf } from '../../support/world.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'projectwise-index-'));

vectorIndexContract('embedded', async () => {
  const folder = newFolder();
  return {
    index: createEmbeddedIndex({ file: join(folder, 'index.sqlite') }),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

let folder: string;
let file: string;
let index: VectorIndex;
let problems: string[];
const open = () => createEmbeddedIndex({ file, onProblem: (message) => problems.push(message) });

beforeEach(() => {
  folder = newFolder();
  file = join(folder, 'index.sqlite');
  problems = [];
  index = open();
});
afterEach(async () => {
  await index.close();
  rmSync(folder, { recursive: true });
});

const put = async (documentId: string, texts: string[], scope = 'library') =>
  index.replace(
    { tenantId: 't', documentId, scope, space: 'hash-v1@768', version: '1' },
    inBatches(await passagesOf({ documentId, texts }), texts.length > 100 ? 64 : 2),
  );
const find = async (text: string, scopes = ['library']) =>
  (await index.search({ tenantId: 't', scopes, text, limit: 10 })).map((found) => found.text);

describe('a word that is misspelt', () => {
  test.each(['garnasi', 'garans', 'ggaransi', 'garanzi', 'aransi'])('%s finds garansi', async (word) => {
    await put('one', ['Masa garansi', 'Jadwal']);
    expect(await find(word)).toEqual(['Masa garansi']);
  });

  test('is not corrected where it stands as it is, nor towards what only others wrote', async () => {
    await put('one', ['Masa garansi', 'Masa garanti']);
    await put('other', ['Masa garanzi'], 'room:b');
    expect(await find('garanti')).toEqual(['Masa garanti']);
    expect(await find('garanzi')).toEqual(expect.arrayContaining(['Masa garansi', 'Masa garanti']));
    expect(await find('garanzi', ['room:b'])).toEqual(['Masa garanzi']);
  });

  test('figures and codes mean themselves', async () => {
    await put('one', ['Cat6a', 'Pasal 1234', 'VLAN']);
    expect(await find('cat6b')).toEqual([]);
    expect(await find('1235')).toEqual([]);
  });

  test('a word that was deleted everywhere leaves nothing behind in the file', async () => {
    await put('one', ['rahasiasekali', 'garansi']);
    await put('two', ['garansi']);
    await index.remove('t', 'one');
    await index.close();
    const db = new Database(file);
    db.pragma('wal_checkpoint(truncate)');
    db.exec('vacuum');
    const left = db.prepare("select (select count(*) from terms where term like '%rahasia%') as terms").get();
    expect(left).toEqual({ terms: 0 });
    expect(db.prepare("select documents from terms where term = 'garansi'").pluck().get()).toBe(1);
    for (const table of ['spellings', 'postings', 'vectors']) {
      expect(db.prepare(`select count(*) from ${table}`).pluck().get(), table).toBeGreaterThan(0);
    }
    expect(db.prepare("select count(*) from spellings where near like 'rahasia%'").pluck().get()).toBe(0);
    db.close();
  });
});

describe('the file', () => {
  test('is not made before somebody needs it, and holds what was put in after a restart', async () => {
    expect(existsSync(file)).toBe(false);
    await put('one', ['Masa garansi']);
    await index.close();
    index = open();
    expect(await find('garansi')).toEqual(['Masa garansi']);
    expect(problems).toEqual([]);
  });

  test('what an interrupted run had begun is gone after a restart', async () => {
    await put('one', ['lama']);
    const db = new Database(file);
    db.exec(
      "insert into documents (id, tenant, document, place, space, version, live) values (99, 't', 'one', 1, 's', '2', 0)",
    );
    db.exec(`insert into passages (id, key, page, heading, text) values (${99 * 2 ** 20}, 'k', 1, '', 'baru')`);
    db.close();
    await index.close();
    index = open();
    expect(await find('lama baru')).toEqual(['lama']);
    await put('two', ['dua']);
    await index.close();
    const after = new Database(file);
    expect(after.prepare('select count(*) from passages').pluck().get()).toBe(2);
    after.close();
  });

  test.each([
    [
      'is no database',
      () => writeFileSync(file, 'no database at all, but long enough to look like something. '.repeat(40)),
    ],
    ['is empty', () => writeFileSync(file, '')],
    ['is cut off', () => truncateSync(file, 5_000)],
    [
      'is of another version',
      () => {
        const db = new Database(file);
        db.pragma('user_version = 99');
        db.close();
      },
    ],
    [
      'belongs to somebody else',
      () => {
        const db = new Database(file);
        db.pragma('application_id = 7');
        db.close();
      },
    ],
  ])('that %s is made anew at the next start', async (_, harm) => {
    await put('one', ['Masa garansi']);
    await index.close();
    harm();
    index = open();
    await find('garansi').catch(() => undefined);
    expect(await index.counts()).toEqual({ documents: 0, passages: 0 });
    await put('one', ['Masa garansi']);
    expect(await find('garansi')).toEqual(['Masa garansi']);
  });

  /** The file with the first page of one table filled with nonsense. */
  async function spoil(table: string): Promise<void> {
    await index.close();
    const db = new Database(file);
    const pageBytes = db.pragma('page_size', { simple: true }) as number;
    const root = db.prepare('select rootpage from sqlite_schema where name = ?').pluck().get(table) as number;
    db.close();
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(pageBytes, 0x55), 0, pageBytes, (root - 1) * pageBytes);
    closeSync(handle);
    index = open();
  }

  test.each(['documents', 'sqlite_autoindex_terms_1', 'postings', 'passages', 'vectors'])(
    'whose %s break is made anew, and who listens is told',
    async (table) => {
      await put(
        'one',
        Array.from({ length: 300 }, (_, at) => `Masa garansi butir${at} `.repeat(20)),
      );
      await spoil(table);
      let lost = 0;
      index.onLost(() => {
        lost += 1;
      });
      const vectors = [
        { space: 'hash-v1@768', vector: new Float32Array(768).fill(0.03), weight: 1, leastSimilarity: 0 },
      ];
      await index
        .search({ tenantId: 't', scopes: ['library'], text: 'garansi', vectors, limit: 5 })
        .catch(() => undefined);
      expect(lost).toBe(1);
      expect(problems).toHaveLength(1);
      await put('one', ['Masa garansi']);
      expect(await find('garansi')).toEqual(['Masa garansi']);
    },
  );

  test('what makes no sense though SQLite reads it is found out', async () => {
    await put('one', ['Masa garansi']);
    await index.close();
    const db = new Database(file);
    db.exec("update postings set data = x'7f0101'");
    db.close();
    index = open();
    expect(await refusalOf(find('garansi'))).toBe('unavailable/search_unavailable');
    expect(problems).toHaveLength(1);
  });

  test('that is deleted while it is used is noticed and made anew', async () => {
    await put('one', ['Masa garansi']);
    rmSync(file);
    const lost = new Promise<void>((resolve) => index.onLost(resolve));
    expect(await index.health()).toEqual({ ok: true });
    await lost;
    expect(existsSync(file)).toBe(true);
    expect(await index.counts()).toEqual({ documents: 0, passages: 0 });
  });

  test('that cannot be opened is said so, and opened when it can be', async () => {
    await index.close();
    const missing = join(folder, 'not', 'there');
    index = createEmbeddedIndex({ file: join(missing, 'index.sqlite') });
    expect(await refusalOf(find('garansi'))).toBe('unavailable/search_unavailable');
    expect(await index.health()).toMatchObject({ ok: false });
  });
});

test('a document that comes right after the newest one was deleted is found as what it is', async () => {
  await put('one', ['Masa garansi']);
  await put('two', ['Jadwal kirim', 'Jadwal latih']);
  expect(await find('jadwal')).toHaveLength(2);
  await index.remove('t', 'two');
  await put('three', ['Jadwal bayar']);
  const found = await index.search({ tenantId: 't', scopes: ['library'], text: 'jadwal bayar', limit: 10 });
  expect(found.map(({ documentId, text }) => [documentId, text])).toEqual([['three', 'Jadwal bayar']]);
  expect(problems).toEqual([]);
});

test('small documents that come and go side by side are found as long as they are there', async () => {
  const add = (name: string, passages: number) =>
    put(
      name,
      Array.from({ length: passages }, (_, at) => `Garansi ${name}${at}`),
    );
  for (let at = 0; at < 12; at++) await add(`brosur${at}`, at + 1);
  await add('tebal', 1_100);
  await add('tipis', 2);
  const documentsFound = async () => {
    const found = await index.search({ tenantId: 't', scopes: ['library'], text: 'garansi', limit: 2_000 });
    const counts = new Map<string, number>();
    for (const { documentId } of found) counts.set(documentId, (counts.get(documentId) ?? 0) + 1);
    return Object.fromEntries([...counts].sort());
  };
  const all = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`brosur${at}`, at + 1]));
  expect(await documentsFound()).toEqual({ ...all, tebal: 1_100, tipis: 2 });
  for (let at = 0; at < 12; at += 2) await index.remove('t', `brosur${at}`);
  await add('brosur5', 3);
  await index.remove('t', 'tebal');
  const left = { brosur1: 2, brosur3: 4, brosur5: 3, brosur7: 8, brosur9: 10, brosur11: 12, tipis: 2 };
  expect(await documentsFound()).toEqual(left);
  await index.close();
  index = open();
  expect(await documentsFound()).toEqual(left);
  for (const name of Object.keys(left)) await index.remove('t', name);
  await index.close();
  const db = new Database(file);
  expect(db.prepare('select (select count(*) from postings) + (select count(*) from terms)').pluck().get()).toBe(0);
  db.close();
});

test('an index that may keep nothing in memory finds the same', async () => {
  await index.close();
  index = createEmbeddedIndex({ file, cacheBytes: 0 });
  await put('one', ['Masa garansi', 'Jadwal kirim']);
  await put('two', ['Jadwal latih'], 'room:b');
  const scopes = ['library', 'room:b'];
  for (let round = 0; round < 2; round++) {
    expect((await find('jadwal', scopes)).sort()).toEqual(['Jadwal kirim', 'Jadwal latih']);
    expect(await find('jadual', scopes)).toHaveLength(2);
    expect(await find('garansi', scopes)).toEqual(['Masa garansi']);
  }
});

test('a search that nobody waits for any more is not made', async () => {
  await put('one', ['Masa garansi']);
  const abort = new AbortController();
  const query = { tenantId: 't', scopes: ['library'], text: 'garansi', limit: 5 };
  const all = Array.from({ length: 5 }, () => index.search(query, abort.signal));
  abort.abort(new Error('gone'));
  const settled = await Promise.allSettled(all);
  expect(settled.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(4);
});
