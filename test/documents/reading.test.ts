// How a document is read: page by page, visibly, resumable, stoppable, and never twice or by somebody who came too late.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/errors.ts';
import type { Document, DocumentPage } from '../../src/protocol/document-models.ts';
import type { Room } from '../../src/protocol/models.ts';
import {
  addMember,
  type Client,
  createRoom,
  eventually,
  type Person,
  type ProductOptions,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import {
  createScriptedReader,
  type ReaderScript,
  type ScriptedReader,
  textOfPage,
} from '../support/scripted-reader.ts';
import { type TestFile, uploadFile } from '../support/uploads.ts';

afterEach(stopProducts);

interface Scene {
  product: TestProduct;
  reader: ScriptedReader;
  lead: Person;
  room: Room;
  /** Put into the room by its lead. */
  upload(file: TestFile): Promise<Document>;
  get(id: string): Promise<Document>;
  until(id: string, status: Document['status']): Promise<Document>;
  pages(id: string): Promise<string[]>;
}

async function open(script: ReaderScript = {}, options: ProductOptions = {}): Promise<Scene> {
  const reader = createScriptedReader(script);
  const product = await startProduct({ ...options, reader });
  const lead = await signUp(product);
  const room = await createRoom(lead);
  const get = (id: string) => lead.call<Document>('GET', `/api/v1/files/${id}`);
  return {
    product,
    reader,
    lead,
    room,
    get,
    upload: (file) => uploadFile(lead, { ...file, fields: { roomId: room.id, ...file.fields } }),
    until: (id, status) =>
      eventually(async () => {
        const document = await get(id);
        return document.status === status ? document : undefined;
      }, `${status}`),
    pages: async (id) => {
      const rows = await product.app.db
        .selectFrom('document_pages')
        .select(['number', 'text'])
        .where('document_id', '=', id)
        .orderBy('number')
        .execute();
      return rows.map(({ number, text }) => `${number}: ${text}`);
    },
  };
}

const wholeOf = (name: string, pages: number) =>
  Array.from({ length: pages }, (_, index) => `${index + 1}: ${textOfPage(name, index + 1)}`);
const changesOf = (client: Client, id: string) =>
  client.facts.flatMap((fact) =>
    fact.name === 'document:changed' && fact.payload.document.id === id ? [fact.payload.document] : [],
  );
const post = (person: Person, id: string, what: string) => person.request('POST', `/api/v1/files/${id}/${what}`);
const reasonOf = async (response: Response) =>
  ((await response.json()) as { details?: { reason?: string } }).details?.reason;

describe('a document', () => {
  it('is read after its upload, and its room sees how far that is', async () => {
    const { reader, lead, room, upload, until, pages } = await open({ allowed: 0 });
    const client = await lead.connect();
    await client.ask('room:join', { roomId: room.id });
    const name = '5 pages.txt';
    const { id, status, progress } = await upload({ name });
    expect({ status, progress }).toEqual({ status: 'uploaded', progress: { done: 0, total: 0, unit: 'page' } });
    await client.until('document:changed', ({ document }) => 'progress' in document && document.progress.total === 5);
    reader.allow(2);
    await client.until('document:changed', ({ document }) => 'progress' in document && document.progress.done === 2);
    const second = await lead.call<DocumentPage>('GET', `/api/v1/files/${id}/pages/2`);
    expect(second).toEqual({ documentId: id, number: 2, unit: 'page', text: textOfPage(name, 2), source: 'text' });
    expect((await lead.request('GET', `/api/v1/files/${id}/pages/3`)).status).toBe(404);
    reader.allow(3);
    const processed = await until(id, 'processed');
    expect(processed).toMatchObject({ pages: 5, progress: { done: 5, total: 5, unit: 'page' }, warnings: [] });
    expect(await pages(id)).toEqual(wholeOf(name, 5));
    const statuses = changesOf(client, id).map((document) => ('status' in document ? document.status : 'removed'));
    expect([...new Set(statuses)]).toEqual(['uploaded', 'processing', 'processed']);
    client.close();
  });

  it('of many pages is told of a few times a second, not with every page', async () => {
    const { lead, room, upload, pages, until } = await open();
    const client = await lead.connect();
    await client.ask('room:join', { roomId: room.id });
    const { id } = await upload({ name: '500 pages.txt' });
    await until(id, 'processed');
    await client.until('document:changed', ({ document }) => 'status' in document && document.status === 'processed');
    expect(await pages(id)).toHaveLength(500);
    expect(changesOf(client, id).length).toBeLessThan(100);
    client.close();
  });

  it('keeps what its reader warns of, each once', async () => {
    const warning = { page: 2, code: 'needs_ocr', message: 'Page 2 is a picture.' } as const;
    const { upload, until } = await open({
      warnings: () => [
        { type: 'warning', warning },
        { type: 'warning', warning },
      ],
    });
    const { id } = await upload({ name: '3 pages.txt' });
    expect((await until(id, 'processed')).warnings).toEqual([warning]);
  });

  it('that cannot be read says why, keeps what was read, and may be read again', async () => {
    let isBroken = true;
    const damaged = new AppError('invalid', 'The file is damaged.', { reason: 'file_corrupt' });
    const { reader, lead, upload, until, pages } = await open({
      failAt: (_, number) => (isBroken && number === 3 ? damaged : undefined),
    });
    const { id } = await upload({ name: '4 pages.txt' });
    const failed = await until(id, 'failed');
    expect(failed.error).toEqual({ code: 'invalid', message: 'The file is damaged.', reason: 'file_corrupt' });
    expect(reader.readings).toHaveLength(1);
    isBroken = false;
    expect((await post(lead, id, 'reprocess')).status).toBe(200);
    expect(await until(id, 'processed')).not.toHaveProperty('error');
    expect(reader.readings.map(({ request }) => request.fromPage)).toEqual([1, 1]);
    expect(await pages(id)).toEqual(wholeOf('4 pages.txt', 4));
  });

  it('whose reader could not work for a moment is tried again by itself, from where it was', async () => {
    let failures = 1;
    const { reader, upload, until, pages } = await open({
      failAt: (_, number) => (number === 3 && failures-- > 0 ? new AppError('unavailable', 'Not now.') : undefined),
    });
    const { id } = await upload({ name: '4 pages.txt' });
    await until(id, 'processed');
    expect(reader.readings.map(({ request }) => request.fromPage)).toEqual([1, expect.any(Number)]);
    expect(await pages(id)).toEqual(wholeOf('4 pages.txt', 4));
  });

  it('whose file is gone from the store says so', async () => {
    const { product, lead, upload, until } = await open();
    const { id } = await upload({ name: '2 pages.txt' });
    await until(id, 'processed');
    rmSync(join(product.config.dataDir, 'files', lead.user.tenantId), { recursive: true });
    expect(await reasonOf(await lead.request('GET', `/api/v1/files/${id}/download`))).toBe('document_without_file');
    await post(lead, id, 'reprocess');
    expect((await until(id, 'failed')).error).toMatchObject({ reason: 'document_without_file' });
  });

  it('with fewer pages than before keeps none of the others', async () => {
    const { lead, upload, until, pages, product } = await open();
    const { id } = await upload({ name: '6 pages.txt' });
    await until(id, 'processed');
    await product.app.db.updateTable('documents').set({ name: '2 pages.txt' }).where('id', '=', id).execute();
    await post(lead, id, 'reprocess');
    await until(id, 'processed');
    expect(await pages(id)).toEqual(wholeOf('2 pages.txt', 2));
  });
});

describe('stopping', () => {
  it('ends the reader at once and keeps the file and the pages read so far', async () => {
    const { reader, lead, upload, until, pages } = await open({ allowed: 2 });
    const { id } = await upload({ name: '9 pages.txt' });
    await eventually(async () => (await pages(id)).length === 2, 'two pages');
    expect((await (await post(lead, id, 'cancel')).json()) as Document).toMatchObject({ status: 'cancelled' });
    expect(reader.readings[0]!.signal.aborted).toBe(true);
    reader.allow(Number.POSITIVE_INFINITY);
    expect(await until(id, 'cancelled')).toMatchObject({ progress: { done: 2, total: 9 } });
    expect(await pages(id)).toHaveLength(2);
    expect((await lead.request('GET', `/api/v1/files/${id}/download`)).status).toBe(200);
    expect(await reasonOf(await post(lead, id, 'cancel'))).toBe('document_settled');
    await post(lead, id, 'reprocess');
    await until(id, 'processed');
    expect(await pages(id)).toEqual(wholeOf('9 pages.txt', 9));
  });

  it('also works for one that still waits', async () => {
    const { reader, lead, upload, get } = await open({ allowed: 0 }, { limits: { readersParallel: 1 } });
    const first = await upload({ name: '1 pages.txt' });
    const second = await upload({ name: '2 pages.txt' });
    await post(lead, second.id, 'cancel');
    reader.allow(Number.POSITIVE_INFINITY);
    await eventually(async () => (await get(first.id)).status === 'processed', 'the first');
    expect((await get(second.id)).status).toBe('cancelled');
    expect(reader.readings).toHaveLength(1);
  });

  it('and beginning again drops what the earlier reader still has to say', async () => {
    const { reader, lead, upload, until, pages } = await open({ allowed: 1 });
    const { id } = await upload({ name: '4 pages.txt' });
    await eventually(async () => (await pages(id)).length === 1, 'a page');
    await post(lead, id, 'cancel');
    await post(lead, id, 'reprocess');
    expect(await reasonOf(await post(lead, id, 'reprocess'))).toBe('document_busy');
    reader.allow(Number.POSITIVE_INFINITY);
    await until(id, 'processed');
    expect(reader.readings[0]!.yielded).toEqual([1]);
    expect(reader.readings[1]!.yielded).toEqual([1, 2, 3, 4]);
    expect(await pages(id)).toEqual(wholeOf('4 pages.txt', 4));
  });

  it('by deleting takes everything away, from the disk too', async () => {
    const { product, reader, lead, room, upload, pages } = await open({ allowed: 2 });
    const client = await lead.connect();
    await client.ask('room:join', { roomId: room.id });
    const { id } = await upload({ name: '9 pages.txt' });
    await eventually(async () => (await pages(id)).length === 2, 'two pages');
    expect((await lead.request('DELETE', `/api/v1/files/${id}`)).status).toBe(204);
    await client.until('document:changed', ({ document }) => document.id === id && 'removed' in document);
    expect(reader.readings[0]!.signal.aborted).toBe(true);
    for (const path of ['', '/pages/1', '/download']) {
      expect((await lead.request('GET', `/api/v1/files/${id}${path}`)).status).toBe(404);
    }
    await eventually(async () => (await pages(id)).length === 0, 'no page');
    await eventually(async () => {
      const rows = await product.app.db.selectFrom('documents').select('id').execute();
      return rows.length === 0;
    }, 'no row');
    await expect(product.app.files.get(`${lead.user.tenantId}/${id.slice(-2)}/${id}`)).rejects.toThrow(
      'not in the store',
    );
    client.close();
  });

  it('by deleting its room takes its documents away and leaves those of other places', async () => {
    const { product, lead, upload, until } = await open();
    const gone = await upload({ name: '3 pages.txt' });
    const kept = await uploadFile(lead, { name: '2 pages.txt' });
    await until(gone.id, 'processed');
    await until(kept.id, 'processed');
    await lead.call('DELETE', `/api/v1/rooms/${gone.roomId}`);
    await eventually(async () => {
      const rows = await product.app.db.selectFrom('documents').select('id').execute();
      return rows.length === 1;
    }, 'the documents of the room are gone');
    expect(await until(kept.id, 'processed')).toMatchObject({ pages: 2 });
    await expect(product.app.files.get(`${lead.user.tenantId}/${gone.id.slice(-2)}/${gone.id}`)).rejects.toThrow(
      'not in the store',
    );
  });
});

describe('a stop of the service', () => {
  it('in the middle loses nothing and reads nothing twice', async () => {
    const first = await open({ allowed: 3 });
    const { id } = await first.upload({ name: '7 pages.txt' });
    await eventually(async () => (await first.pages(id)).length === 3, 'three pages');
    const { dataDir } = first.product.config;
    await first.product.stop();
    const reader = createScriptedReader();
    const second = await startProduct({ dataDir, reader });
    const row = await eventually(async () => {
      const found = await second.app.db.selectFrom('documents').selectAll().executeTakeFirst();
      return found?.status === 'processed' && found;
    }, 'the rest');
    expect(row).toMatchObject({ id, pages: 7, reading: 1 });
    expect(reader.readings.map(({ request }) => request.fromPage)).toEqual([4]);
    expect(reader.readings[0]!.yielded).toEqual([4, 5, 6, 7]);
    const pages = await second.app.db.selectFrom('document_pages').select('text').orderBy('number').execute();
    expect(pages.map(({ text }) => text)).toEqual(
      Array.from({ length: 7 }, (_, index) => textOfPage('7 pages.txt', index + 1)),
    );
  });
});

describe('many documents', () => {
  it('are read a few at a time, and other work goes on', async () => {
    const { product, reader, upload, until } = await open({ allowed: 0 }, { limits: { readersParallel: 2 } });
    const documents = await Promise.all([1, 2, 3, 4].map((number) => upload({ name: `${number} pages.txt` })));
    await eventually(() => reader.readings.length === 2, 'two readers');
    let isRun = false;
    product.app.jobs.handle('test', async () => {
      isRun = true;
    });
    await product.app.jobs.add({ tenantId: 'default', kind: 'test', payload: null });
    await eventually(() => isRun, 'other work');
    expect(reader.readings).toHaveLength(2);
    reader.allow(Number.POSITIVE_INFINITY);
    for (const { id } of documents) await until(id, 'processed');
  });

  it('that are short do not wait for one that is long', async () => {
    const { reader, upload, until, pages } = await open(
      { allowed: 2 },
      { limits: { readersParallel: 1, readTurnMs: 1 } },
    );
    const long = await upload({ name: '50 pages.txt' });
    await eventually(async () => (await pages(long.id)).length === 2, 'two pages');
    const short = await upload({ name: '1 pages.txt' });
    reader.allow(1);
    await eventually(() => reader.readings.length === 3, 'the short one and the rest of the long one');
    const begun = reader.readings.slice(1).map(({ request }) => `${request.name} from ${request.fromPage}`);
    expect(begun.toSorted()).toEqual(['1 pages.txt from 1', '50 pages.txt from 4']);
    reader.allow(Number.POSITIVE_INFINITY);
    await until(short.id, 'processed');
    await until(long.id, 'processed');
    expect(await pages(long.id)).toEqual(wholeOf('50 pages.txt', 50));
    expect(reader.readings).toHaveLength(3);
  });

  it('with the same content are read once', async () => {
    const { reader, lead, upload, until, pages } = await open();
    const content = 'isi yang sama';
    const first = await upload({ name: '3 pages.txt', content });
    await until(first.id, 'processed');
    const copy = await uploadFile(lead, { name: '3 pages.txt', content });
    expect(copy.duplicateOf?.id).toBe(first.id);
    expect(await until(copy.id, 'processed')).toMatchObject({ pages: 3, progress: { done: 3, total: 3 } });
    expect(reader.readings).toHaveLength(1);
    expect(await pages(copy.id)).toEqual(await pages(first.id));
    await post(lead, copy.id, 'reprocess');
    await until(copy.id, 'processed');
    expect(reader.readings).toHaveLength(2);
  });

  it('of which one is deleted while the other takes its pages leave the other whole', async () => {
    const { product, lead, upload, until, pages } = await open();
    const name = '400 pages.txt';
    const content = 'isi yang sama';
    const first = await upload({ name, content });
    await until(first.id, 'processed');
    const copy = await uploadFile(lead, { name, content });
    const { db } = product.app;
    await eventually(async () => {
      const [found] = await db
        .selectFrom('document_pages')
        .select((eb) => eb.fn.countAll<number>().as('pages'))
        .where('document_id', '=', copy.id)
        .execute();
      return found!.pages > 0;
    }, 'the first of its pages');
    expect((await lead.request('DELETE', `/api/v1/files/${first.id}`)).status).toBe(204);
    expect(await until(copy.id, 'processed')).toMatchObject({ pages: 400 });
    expect(await pages(copy.id)).toEqual(wholeOf(name, 400));
  });

  it('of which one failed before are read again when the same file is brought again', async () => {
    let isBroken = true;
    const { upload, until } = await open({
      failAt: () => (isBroken ? new AppError('invalid', 'Damaged.', { reason: 'file_corrupt' }) : undefined),
    });
    const file = { name: '1 pages.txt', content: 'rusak' };
    const { id } = await upload(file);
    await until(id, 'failed');
    isBroken = false;
    expect(await upload(file)).toMatchObject({ id, status: 'uploaded', duplicateOf: { id } });
    await until(id, 'processed');
  });
});

describe('knowledge without a file', () => {
  const put = (person: Person, key: string, body: Record<string, unknown>) =>
    person.request('PUT', `/api/v1/documents/${encodeURIComponent(key)}`, {
      name: '1 pages.md',
      text: 'Garansi',
      ...body,
    });

  it('is put under a key, read, and replaced under the same key', async () => {
    const { product, reader, lead, room, until } = await open();
    const put1 = await put(lead, 'katalog/2026 ü', { roomId: room.id, kind: 'product', year: 2026 });
    const first = (await put1.json()) as Document;
    expect(first).toMatchObject({ externalKey: 'katalog/2026 ü', kind: 'product', year: 2026, roomId: room.id });
    await until(first.id, 'processed');
    const again = (await (
      await put(lead, 'katalog/2026 ü', { roomId: room.id, text: 'Garansi baru' })
    ).json()) as Document;
    expect(again).toMatchObject({ id: first.id, kind: 'general', bytes: 12 });
    expect(again).not.toHaveProperty('year');
    await until(first.id, 'processed');
    expect(reader.readings).toHaveLength(2);
    expect(await (await lead.request('GET', `/api/v1/files/${first.id}/download`)).text()).toBe('Garansi baru');
    await eventually(async () => {
      const rows = await product.app.db.selectFrom('documents').select('id').execute();
      return rows.length === 1;
    }, 'the draft is gone');
  });

  it('that is as it was is described anew and not read again', async () => {
    const { reader, lead, until } = await open();
    const first = (await (await put(lead, 'k', {})).json()) as Document;
    await until(first.id, 'processed');
    const again = (await (await put(lead, 'k', { name: 'Lain.md', customer: 'Bank' })).json()) as Document;
    expect(again).toMatchObject({ id: first.id, name: 'Lain.md', customer: 'Bank', status: 'processed' });
    expect(reader.readings).toHaveLength(1);
  });

  it('under the same key in another place is another one, and twice at once is one', async () => {
    const { lead, room } = await open();
    const [a, b, c] = await Promise.all([put(lead, 'k', {}), put(lead, 'k', {}), put(lead, 'k', { roomId: room.id })]);
    const ids = await Promise.all([a, b, c].map(async (response) => ((await response!.json()) as Document).id));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('of somebody else is not replaced, but by a lead of the room or an administrator', async () => {
    const { product, lead: admin, room } = await open();
    const [member, other] = [await signUp(product), await signUp(product)];
    await addMember(admin, room, member);
    await addMember(admin, room, other);
    expect((await put(member, 'k', { roomId: room.id })).status).toBe(200);
    expect((await put(other, 'k', { roomId: room.id, text: 'Lain' })).status).toBe(403);
    expect((await put(admin, 'k', { roomId: room.id, text: 'Lain' })).status).toBe(200);
    expect((await put(member, 'k', {})).status).toBe(200);
    expect((await put(other, 'k', { text: 'Lain' })).status).toBe(403);
    expect((await put(admin, 'k', { text: 'Lain' })).status).toBe(200);
  });

  it('frees its key when it is deleted', async () => {
    const { lead } = await open();
    const first = (await (await put(lead, 'k', {})).json()) as Document;
    await lead.call('DELETE', `/api/v1/files/${first.id}`);
    const second = (await (await put(lead, 'k', {})).json()) as Document;
    expect(second.id).not.toBe(first.id);
  });
});
