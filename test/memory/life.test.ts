// The life of a memory: how it comes, who decides, what replaces it, and what is left of it when it is forgotten.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newestMemories, recallMemories } from '../../src/memory/recall.ts';
import type { Memory, MemoryVersion } from '../../src/protocol/memory-models.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { eraseDeletedText } from '../../src/rooms/erase.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let admin: Person;
let ratna: Person;
let budi: Person;
let room: Room;

beforeAll(async () => {
  product = await startProduct({ limits: { memoryQuietMs: 0 } });
  admin = await signUp(product, 'Admin Instalasi');
  [ratna, budi] = [await signUp(product, 'Ratna Wulandari'), await signUp(product, 'Budi Santoso')];
});
beforeEach(async () => {
  room = await createRoom(ratna, { name: 'Marabintan' });
  await addMember(ratna, room, budi);
});
afterAll(stopProducts);

const say = async (person: Person, text: string, roomId = room.id) =>
  (
    await person.call<{ message: Message }>('POST', `/api/v1/rooms/${roomId}/messages`, {
      clientId: newClientId(),
      text,
      assistant: 'skip',
    })
  ).message;
const list = async (query = '', person = ratna) =>
  (await person.call<{ items: Memory[] }>('GET', `/api/v1/memories?limit=200&${query}`)).items;
const inRoom = (status = 'all') => list(`roomId=${room.id}&status=${status}`);
const write = (text: string, person = ratna, more: object = { roomId: room.id }) =>
  person.call<Memory>('POST', '/api/v1/memories', { text, ...more });
const patch = (person: Person, { id }: Memory, body: object) =>
  person.call<Memory>('PATCH', `/api/v1/memories/${id}`, body);
const historyOf = async ({ id }: Memory) =>
  (await ratna.call<{ items: MemoryVersion[] }>('GET', `/api/v1/memories/${id}/history`)).items.map(
    ({ change, status, by }) => [change, status, by?.name],
  );
const until = (count: number, status = 'all') =>
  eventually(async () => {
    const items = await inRoom(status);
    return items.length >= count ? items : undefined;
  }, `${count} memories`);
/** The room was looked through to its end. */
const lookedThrough = (roomId = room.id) =>
  eventually(async () => {
    const row = await product.app.db.selectFrom('rooms').selectAll().where('id', '=', roomId).executeTakeFirstOrThrow();
    return row.memory_seq === row.last_seq;
  }, 'the end of looking through');

describe('a room that asks', () => {
  it('proposes once what is said, by whom and where, and tells everybody there', async () => {
    const client = await budi.connect();
    await client.ask('room:join', { roomId: room.id });
    const message = await say(budi, 'Garansi switch inti 36 bulan.');
    const [memory] = await until(1);
    expect(memory).toMatchObject({
      scope: 'room',
      roomId: room.id,
      status: 'proposed',
      kind: 'figure',
      origin: 'said',
      source: { messageId: message.id, authorId: budi.user.id, authorName: 'Budi Santoso' },
    });
    const { memory: told } = await client.until('memory:changed');
    expect(told).toEqual(memory);
    client.facts.length = 0;
    await say(ratna, 'garansi switch inti: 36 bulan');
    await patch(ratna, memory!, { status: 'accepted' });
    await say(ratna, 'Garansi switch inti 36 bulan!');
    await say(ratna, 'Diskon paling banyak 11 persen.');
    await until(2);
    expect((await inRoom()).map(({ text }) => text)).toEqual([
      'Diskon paling banyak 11 persen.',
      'Garansi switch inti 36 bulan.',
    ]);
    const again = client.facts.filter(({ name }) => name === 'memory:changed').map(({ payload }) => payload);
    expect(again).toMatchObject([
      { memory: { id: memory!.id, status: 'accepted' } },
      { memory: { text: 'Diskon paling banyak 11 persen.' } },
    ]);
  });

  it('takes a decision from anybody who may write, and keeps who it was', async () => {
    await say(budi, 'Garansi switch inti 36 bulan.');
    const [memory] = await until(1);
    expect(await patch(ratna, memory!, { status: 'accepted' })).toMatchObject({
      status: 'accepted',
      decidedBy: { id: ratna.user.id, name: 'Ratna Wulandari' },
    });
    await patch(ratna, memory!, { status: 'accepted' });
    await patch(budi, memory!, { text: 'Garansi switch inti dan akses 36 bulan.' });
    await patch(budi, memory!, { used: false });
    await patch(ratna, memory!, { status: 'rejected' });
    expect(await historyOf(memory!)).toEqual([
      ['rejected', 'rejected', 'Ratna Wulandari'],
      ['not_used', 'accepted', 'Budi Santoso'],
      ['edited', 'accepted', 'Budi Santoso'],
      ['accepted', 'accepted', 'Ratna Wulandari'],
      ['proposed', 'proposed', 'Budi Santoso'],
    ]);
    expect((await inRoom('accepted')).length).toBe(0);
  });
});

it('a newer fact about the same replaces the older, when it is accepted and not before; it can be taken back', async () => {
  await say(budi, 'Batas pemasukan penawaran 12 Desember 2026.');
  const [older] = await until(1);
  await patch(ratna, older!, { status: 'accepted' });
  await say(ratna, 'Batas pemasukan penawaran diubah menjadi 15 Desember 2026.');
  const newer = (await until(2)).find(({ id }) => id !== older!.id)!;
  expect(newer).toMatchObject({ status: 'proposed', supersedes: older!.id });
  expect((await inRoom('accepted')).map(({ id }) => id)).toEqual([older!.id]);
  await patch(ratna, newer, { status: 'accepted' });
  expect((await inRoom('accepted')).map(({ id }) => id)).toEqual([newer.id]);
  const [superseded] = await inRoom('superseded');
  expect(superseded).toMatchObject({ id: older!.id, supersededBy: newer.id });
  await patch(ratna, older!, { status: 'accepted' });
  expect((await inRoom('accepted')).map(({ id }) => id)).toEqual([older!.id]);
});

it('a proposal that is older than what was accepted about the same is replaced by it, whichever is accepted first', async () => {
  await say(budi, 'Batas pemasukan penawaran 12 Desember 2026.');
  const [older] = await until(1);
  await say(ratna, 'Batas pemasukan penawaran diubah menjadi 15 Desember 2026.');
  const newer = (await until(2)).find(({ id }) => id !== older!.id)!;
  await patch(ratna, newer, { status: 'accepted' });
  expect(await patch(ratna, older!, { status: 'accepted' })).toMatchObject({
    status: 'superseded',
    supersededBy: newer.id,
    decidedBy: { name: 'Ratna Wulandari' },
  });
  expect((await inRoom('accepted')).map(({ id }) => id)).toEqual([newer.id]);
});

describe('a message that is deleted', () => {
  const given = async () => {
    const places = [{ scope: 'room' as const, scopeId: room.id }];
    const query = { tenantId: ratna.user.tenantId, places, text: 'masa garansi switch inti', limit: 5 };
    const { memories } = await recallMemories(product.app, query);
    return [memories, await newestMemories(product.app, query)].map((found) => found.map(({ text }) => text));
  };
  const FACT = 'Garansi switch inti 36 bulan.';

  it('leaves its fact flagged and in no answer, and tells so, until somebody keeps it', async () => {
    const client = await budi.connect();
    await client.ask('room:join', { roomId: room.id });
    const message = await say(budi, FACT);
    const [memory] = await until(1);
    await patch(ratna, memory!, { status: 'accepted' });
    expect(await given()).toEqual([[FACT], [FACT]]);

    client.facts.length = 0;
    await client.ask('message:delete', { messageId: message.id });
    const flagged = { id: memory!.id, status: 'accepted', used: false, source: { deleted: true } };
    expect((await client.until('memory:changed')).memory).toMatchObject(flagged);
    expect(await inRoom('accepted')).toMatchObject([flagged]);
    expect(await given()).toEqual([[], []]);

    const kept = await patch(ratna, memory!, { used: true });
    expect(kept).toMatchObject({ used: true, source: { authorName: 'Budi Santoso' } });
    expect(kept.source).not.toHaveProperty('deleted');
    expect(await given()).toEqual([[FACT], [FACT]]);
    expect((await historyOf(memory!))[0]).toEqual(['used', 'accepted', 'Ratna Wulandari']);
  });

  it('gives way to whoever says the same again', async () => {
    const client = await budi.connect();
    const message = await say(budi, FACT);
    const [memory] = await until(1);
    await patch(ratna, memory!, { status: 'accepted' });
    await client.ask('message:delete', { messageId: message.id });
    await say(ratna, FACT);
    const again = (await until(2)).find(({ status }) => status === 'proposed')!;
    expect(again).toMatchObject({ text: FACT, supersedes: memory!.id, source: { authorName: 'Ratna Wulandari' } });
    await patch(ratna, again, { status: 'accepted' });
    expect((await inRoom('accepted')).map(({ id }) => id)).toEqual([again.id]);
  });

  it('keeps nothing of a proposal from being accepted all the same', async () => {
    const client = await budi.connect();
    const message = await say(budi, FACT);
    const [memory] = await until(1);
    await client.ask('message:delete', { messageId: message.id });
    expect(await patch(ratna, memory!, { status: 'accepted' })).toMatchObject({ status: 'accepted', used: true });
    expect(await given()).toEqual([[FACT], [FACT]]);
  });
});

it('a room that remembers all it can is looked through all the same, and what finds no place is left out', async () => {
  const limits = product.app.limits as { memoriesPerScope: number };
  const usual = limits.memoriesPerScope;
  limits.memoriesPerScope = 1;
  try {
    await say(budi, 'Garansi switch inti 36 bulan. Diskon paling banyak 11 persen.');
    await say(budi, 'Pagu anggaran Rp 4,2 miliar.');
    await lookedThrough();
    expect((await inRoom()).map(({ text }) => text)).toEqual(['Garansi switch inti 36 bulan.']);
  } finally {
    limits.memoriesPerScope = usual;
  }
});

it('a room that remembers by itself accepts at once; one that never does looks at nothing, also not later', async () => {
  const mode = (value: string) => ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { memory: { mode: value } });
  await mode('never');
  await say(budi, 'Diskon paling banyak 11 persen.');
  await lookedThrough();
  await mode('auto');
  await say(budi, 'Pagu anggaran Rp 4,2 miliar.');
  const [memory, ...others] = await until(1);
  expect(memory).toMatchObject({ text: 'Pagu anggaran Rp 4,2 miliar.', status: 'accepted' });
  expect(memory!.decidedBy).toBeUndefined();
  expect(others).toEqual([]);
});

it('what a person writes down holds, what a program writes is proposed, and the tenant’s is an administrator’s', async () => {
  expect(await write('Penawaran ditandatangani Ibu Ratna.')).toMatchObject({ status: 'accepted', origin: 'written' });
  const { key } = await budi.call<{ key: string }>('POST', '/api/v1/auth/keys', { name: 'Bot', scopes: ['write'] });
  const byKey = await fetch(`${product.url}/api/v1/memories`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ roomId: room.id, text: 'Kata bot: harga naik tiap tahun.' }),
  });
  expect(await byKey.json()).toMatchObject({
    status: 'proposed',
    origin: 'program',
    source: { authorId: budi.user.id },
  });
  // What programs propose people decide about.
  const [proposal] = await inRoom('proposed');
  const accepting = await fetch(`${product.url}/api/v1/memories/${proposal!.id}`, {
    method: 'PATCH',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'accepted' }),
  });
  expect(accepting.status).toBe(403);
  const tenants = await write('Kantor pusat kami adalah di Jakarta.', admin, { scope: 'tenant' });
  expect((await list('scope=tenant')).map(({ id }) => id)).toContain(tenants.id);
  await expect(write('Untuk semua orang di sini.', ratna, { scope: 'tenant' })).rejects.toThrow(/403/);
});

it('what assistants, programs and pastes say becomes nothing', async () => {
  await say(budi, `${'Pasal 7. Denda adalah 1 permil per hari.\n'.repeat(20)}`);
  await say(budi, '> Garansi switch inti 36 bulan.\nSetuju?');
  const own = await ratna.call<{ key: string }>('POST', '/api/v1/auth/keys', { name: 'Bot', scopes: ['write'] });
  await fetch(`${product.url}/api/v1/rooms/${room.id}/messages`, {
    method: 'POST',
    headers: { 'x-api-key': own.key, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: newClientId(), text: 'Diskon paling banyak 11 persen.' }),
  });
  await lookedThrough();
  expect(await inRoom()).toEqual([]);
});

it('who leaves a room gets at nothing of it any more, and has to say anew what may be used there', async () => {
  const memory = await write('Diskon paling banyak 11 persen.');
  await budi.call('PUT', `/api/v1/rooms/${room.id}/personal-memory`, { allowed: true });
  await ratna.call('DELETE', `/api/v1/rooms/${room.id}/members/${budi.user.id}`);
  expect((await budi.request('GET', `/api/v1/memories/${memory.id}`)).status).toBe(404);
  await addMember(ratna, room, budi);
  expect(await budi.call('GET', `/api/v1/rooms/${room.id}`)).toMatchObject({ personalMemory: false });
});

describe('forgetting', () => {
  const SECRET = 'kedondong-berduri';
  /** Everything in the data folder, as bytes. */
  const inFiles = () =>
    readdirSync(product.config.dataDir, { recursive: true })
      .map((name) => join(product.config.dataDir, String(name)))
      .filter((file) => statSync(file).isFile() && readFileSync(file, 'latin1').includes(SECRET));
  const inTables = async () => {
    const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
      product.app.db,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const content = await sql`select * from ${sql.table(name)}`.execute(product.app.db);
      if (JSON.stringify(content.rows).includes(SECRET)) found.push(name);
    }
    return found;
  };

  it('leaves its text in no table and in no file, and nothing of its message is remembered again', async () => {
    const message = await say(budi, `Catat: nama tim penilai adalah ${SECRET} seluruhnya.`);
    const [memory] = await until(1);
    await patch(ratna, memory!, { status: 'accepted' });
    await patch(ratna, memory!, { text: `Nama tim penilai memang ${SECRET} seluruhnya.` });
    await eventually(async () => inFiles().some((file) => file.includes('index.sqlite')), 'the index');
    await product.app.db
      .updateTable('rooms')
      .set({ summary: `Budi: ${SECRET}`, summary_seq: 1 })
      .where('id', '=', room.id)
      .execute();

    const client = await budi.connect();
    await client.ask('room:join', { roomId: room.id });
    await budi.call('DELETE', `/api/v1/memories/${memory!.id}`);
    expect(await client.until('memory:changed')).toMatchObject({ memory: { id: memory!.id, removed: true } });
    expect((await ratna.request('GET', `/api/v1/memories/${memory!.id}`)).status).toBe(404);
    await eventually(async () => (await inTables()).every((name) => name.startsWith('message')), 'the tables');
    // The room’s own message stays until somebody deletes it.
    expect(await inTables()).toContain('messages');
    await client.ask('message:delete', { messageId: message.id });
    await eraseDeletedText(product.app, new AbortController().signal);
    await eventually(async () => inFiles().length === 0, 'the files');

    await product.app.db.updateTable('rooms').set({ memory_seq: 0 }).where('id', '=', room.id).execute();
    await say(ratna, 'Selamat pagi semuanya, apa kabar?');
    await lookedThrough();
    expect(await inRoom()).toEqual([]);
  });

  it('is done with a room: what it remembered is gone with it', async () => {
    await write(`Semua tentang ${SECRET}-dua.`);
    await eventually(async () => inFiles().some((file) => file.includes('index.sqlite')), 'the index');
    await ratna.call('DELETE', `/api/v1/rooms/${room.id}`);
    await eventually(async () => (await inTables()).length === 0, 'the tables');
    await eraseDeletedText(product.app, new AbortController().signal);
    await eventually(async () => inFiles().length === 0, 'the files');
  });
});
