// Searching documents: who may not comes first, then what is found where, and what happens when a part is slow or away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/context.ts';
import { countDocuments, updateDocument } from '../../src/documents/document-store.ts';
import { indexDocument } from '../../src/documents/index-document.ts';
import { type DocumentSearch, searchDocuments, searchPassages } from '../../src/documents/search.ts';
import { createHashedEmbedder } from '../../src/engines/embedding/hashed.ts';
import { createEmbeddedIndex } from '../../src/engines/vector/embedded.ts';
import { createWorkerPool } from '../../src/lib/worker-pool.ts';
import { addMember } from '../../src/rooms/members.ts';
import { putDocument, type TestDocument } from '../support/documents.ts';
import { createWorld, inOtherTenant, type Person, refusalOf, roomWith, type World } from '../support/world.ts';

const workers = createWorkerPool();
const { signal } = new AbortController();
let world: World;
let folder: string;
let app: World['app'] & Pick<App, 'embedder' | 'vectors'>;
let lead: Person;
let member: Person;
let stranger: Person;

beforeEach(async () => {
  world = await createWorld();
  folder = mkdtempSync(join(tmpdir(), 'projectwise-search-'));
  const vectors = createEmbeddedIndex({ file: join(folder, 'index.sqlite') });
  app = { ...world.app, embedder: createHashedEmbedder(workers), vectors };
  [lead, member, stranger] = [await world.person(), await world.person(), await world.person()];
});
afterEach(async () => {
  await app.vectors.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

async function put(by: Person, given: TestDocument) {
  const row = await putDocument(app, by, given);
  await indexDocument(app, row.tenant_id, row.id, signal);
  return row;
}
const search = async (actor: Person, body: Partial<DocumentSearch> = {}) =>
  (await searchDocuments(app, actor, { query: 'garansi', topK: 10, ...body })).results;
const namesOf = (hits: { documentName: string }[]) => hits.map(({ documentName }) => documentName).sort();

describe('who may not', () => {
  test('finds nothing of rooms they are not in, whatever they name', async () => {
    const room = await roomWith(world, lead, { member: [member] });
    const hidden = await put(lead, {
      room_id: room.id,
      name: 'Rahasia.pdf',
      customer: 'Bank',
      texts: ['Garansi 36 bulan'],
    });
    await put(lead, { name: 'Umum.pdf', texts: ['Garansi umum'] });
    expect(namesOf(await search(member))).toEqual(['Rahasia.pdf', 'Umum.pdf']);
    for (const body of [
      {},
      { documentIds: [hidden.id] },
      { filter: { customer: 'Bank' } },
      { query: 'Rahasia Bank' },
    ]) {
      expect(namesOf(await search(stranger, body)).filter((name) => name !== 'Umum.pdf')).toEqual([]);
    }
    expect(await refusalOf(search(stranger, { roomId: room.id }))).toBe('not_found');
  });

  test('finds nothing of a room they are removed from while the index is asked', async () => {
    const room = await roomWith(world, lead, { member: [member] });
    await put(lead, { room_id: room.id, name: 'Rahasia.pdf', texts: ['Garansi kamar'] });
    const { vectors } = app;
    const removing = async () => {
      await app.db
        .deleteFrom('room_members')
        .where('room_id', '=', room.id)
        .where('user_id', '=', member.userId)
        .execute();
    };
    const searched: typeof vectors.search = async (query, patience) => {
      const found = await vectors.search(query, patience);
      expect(found).toHaveLength(1);
      await removing();
      return found;
    };
    const late = { ...app, vectors: Object.assign(Object.create(vectors), { search: searched }) as typeof vectors };
    const body = { query: 'garansi', topK: 10 };
    expect((await searchDocuments(late, member, body)).results).toEqual([]);
    await addMember(app, lead, { roomId: room.id, userId: member.userId, role: 'member' });
    expect(await refusalOf(searchDocuments(late, member, { ...body, roomId: room.id }))).toBe('not_found');
  });

  test('counts no document whose file is still on its way', async () => {
    await put(lead, { texts: ['Garansi'] });
    const later = await put(lead, { name: 'Nanti.pdf', texts: ['Nanti'] });
    await app.db.updateTable('documents').set({ status: 'hidden' }).where('id', '=', later.id).execute();
    expect(await countDocuments(app.db, lead.tenantId, { roomIds: [], library: true })).toEqual({
      total: 1,
      processed: 1,
    });
  });

  test('finds nothing of another tenant, and no other tenant finds it', async () => {
    const room = await roomWith(world, lead);
    await put(lead, { room_id: room.id, texts: ['Garansi kamar'] });
    await put(lead, { texts: ['Garansi umum'] });
    expect(await search(inOtherTenant(lead))).toEqual([]);
    expect(await refusalOf(search(inOtherTenant(lead), { roomId: room.id }))).toBe('not_found');
  });

  test('finds nothing any more once removed from the room', async () => {
    const room = await roomWith(world, lead, { member: [member] });
    await put(lead, { room_id: room.id, texts: ['Garansi 36 bulan'] });
    await app.db.deleteFrom('room_members').where('user_id', '=', member.userId).execute();
    expect(await search(member)).toEqual([]);
  });

  test('a search without any place finds nothing', async () => {
    await put(lead, { texts: ['Garansi umum'] });
    const place = { tenantId: lead.tenantId, roomIds: [], library: false };
    expect(await searchPassages(app, place, { text: 'garansi', limit: 5 })).toEqual({ hits: [], keywordsOnly: false });
  });
});

describe('what is found', () => {
  test('in a room is its documents and the library, not those of other rooms', async () => {
    const [room, other] = [await roomWith(world, lead), await roomWith(world, lead)];
    await put(lead, { room_id: room.id, name: 'Kamar.pdf', texts: ['Garansi'] });
    await put(lead, { room_id: other.id, name: 'Lain.pdf', texts: ['Garansi'] });
    await put(lead, { name: 'Pustaka.pdf', texts: ['Garansi'] });
    expect(namesOf(await search(lead, { roomId: room.id }))).toEqual(['Kamar.pdf', 'Pustaka.pdf']);
    expect(namesOf(await search(lead))).toEqual(['Kamar.pdf', 'Lain.pdf', 'Pustaka.pdf']);
    const place = { tenantId: lead.tenantId, roomIds: [room.id], library: false };
    const { hits } = await searchPassages(app, place, { text: 'garansi', limit: 5 });
    expect(namesOf(hits)).toEqual(['Kamar.pdf']);
  });

  test('tells page, headings and places in both lists; every line of it stands on its page', async () => {
    const page = '# Syarat\n\n## Purna jual\n\nMasa garansi perangkat adalah 36 bulan.\n\nDukungan setiap hari.';
    const row = await put(lead, { texts: ['Halaman judul', page] });
    const [hit] = await search(lead, { query: 'berapa lama masa garansi?' });
    expect(hit).toMatchObject({
      chunkId: `${row.id}.1.1`,
      documentId: row.id,
      page: 2,
      heading: 'Syarat › Purna jual',
      keywordRank: 1,
      vectorRank: 1,
    });
    for (const line of hit!.text.split('\n')) expect(page).toContain(line);
  });

  test('is narrowed by customer, project, year, kind and document, without regard to case', async () => {
    await put(lead, {
      name: 'a',
      customer: 'Bank Satu',
      project: 'Switch',
      year: 2025,
      kind: 'tor',
      texts: ['Garansi'],
    });
    const b = await put(lead, {
      name: 'b',
      customer: 'Bank Dua',
      project: 'Server',
      year: 2026,
      kind: 'product',
      texts: ['Garansi'],
    });
    for (const filter of [
      { customer: 'bank dua' },
      { project: 'SERVER' },
      { year: 2026 },
      { kind: 'product' as const },
    ]) {
      expect(namesOf(await search(lead, { filter })), JSON.stringify(filter)).toEqual(['b']);
    }
    expect(await search(lead, { filter: { customer: 'Bank Dua', year: 2025 } })).toEqual([]);
    expect(namesOf(await search(lead, { documentIds: [b.id] }))).toEqual(['b']);
    expect(await search(lead, { documentIds: [b.id], filter: { year: 2025 } })).toEqual([]);
    expect(await search(lead, { documentIds: [] })).toEqual([]);
  });

  test('is what the table says now: other names and filters at once, nothing of what was deleted', async () => {
    const row = await put(lead, { name: 'Lama.pdf', year: 2025, texts: ['Garansi'] });
    await updateDocument(app.db, lead.tenantId, row.id, { name: 'Baru.pdf', year: 2026 });
    expect(namesOf(await search(lead, { filter: { year: 2026 } }))).toEqual(['Baru.pdf']);
    await updateDocument(app.db, lead.tenantId, row.id, { status: 'hidden' });
    expect(await search(lead)).toEqual([]);
  });

  test('of a document that is read again is what was there before; of one that failed, nothing', async () => {
    const row = await put(lead, { texts: ['Garansi'] });
    await updateDocument(app.db, lead.tenantId, row.id, { status: 'processing', reading: 2 });
    expect(await search(lead)).toHaveLength(1);
    await updateDocument(app.db, lead.tenantId, row.id, { status: 'failed' });
    expect(await search(lead)).toEqual([]);
  });

  test('by the name of the document and whom it is for', async () => {
    await put(lead, {
      name: 'RKS_switch_inti.pdf',
      customer: 'Bank Sumber Sejahtera',
      texts: ['Jadwal pelaksanaan lelang'],
    });
    await put(lead, { name: 'KAK aplikasi.pdf', texts: ['Jadwal pelaksanaan lelang'] });
    expect((await search(lead, { query: 'jadwal switch inti' }))[0]?.documentName).toBe('RKS_switch_inti.pdf');
    expect((await search(lead, { query: 'jadwal Sumber Sejahtera' }))[0]?.documentName).toBe('RKS_switch_inti.pdf');
  });

  test('is as many as asked for, and none below the least score', async () => {
    await put(lead, { texts: Array.from({ length: 12 }, (_, at) => `Garansi butir ${at}. ${'Kata '.repeat(60)}`) });
    expect(await search(lead, { topK: 3 })).toHaveLength(3);
    const all = await search(lead);
    expect(all).toHaveLength(10);
    const least = all[4]!.score;
    expect((await search(lead, { minScore: least })).every(({ score }) => score >= least)).toBe(true);
    expect(await search(lead, { minScore: 100 })).toEqual([]);
  });
});

describe('a part that is slow or away', () => {
  const place = () => ({ tenantId: lead.tenantId, roomIds: [], library: true });

  test('a question that is not embedded in time goes by keywords alone', async () => {
    await put(lead, { texts: ['Garansi'] });
    const embed: App['embedder']['embed'] = (_, __, patience) =>
      new Promise((_resolve, reject) => patience?.addEventListener('abort', () => reject(patience.reason)));
    const slow = { ...app, embedder: { ...app.embedder, embed }, limits: { ...app.limits, embedDeadlineMs: 5 } };
    const outcome = await searchPassages(slow, place(), { text: 'garansi', limit: 5 });
    expect(outcome.keywordsOnly).toBe(true);
    expect(outcome.hits).toHaveLength(1);
    expect(outcome.hits[0]).not.toHaveProperty('vectorRank');
  });

  test('a model that fails leaves the keywords, and passages of before the change of model their vectors', async () => {
    await put(lead, { texts: ['Garansi'] });
    const former = app.embedder;
    const embedder = { ...former, space: 'other', embed: () => Promise.reject(new Error('away')), former };
    const outcome = await searchPassages({ ...app, embedder }, place(), { text: 'garansi', limit: 5 });
    expect(outcome).toMatchObject({ keywordsOnly: true, hits: [{ keywordRank: 1, vectorRank: 1 }] });
  });

  test('an index that cannot be reached is said so', async () => {
    await app.vectors.close();
    expect(await refusalOf(search(lead))).toBe('unavailable/search_unavailable');
  });

  test('who no longer waits is not answered', async () => {
    await put(lead, { texts: ['Garansi'] });
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(searchPassages(app, place(), { text: 'garansi', limit: 5 }, gone)).rejects.toThrow('gone');
  });
});
