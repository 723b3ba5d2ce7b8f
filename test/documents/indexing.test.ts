// The index is what the documents are: after a start, a loss, a change of the model, and while a server is away.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { updateDocument } from '../../src/documents/document-store.ts';
import { indexDocument } from '../../src/documents/index-document.ts';
import { putDocument } from '../support/documents.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts';
import {
  eventually,
  type Person,
  signIn,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

const { signal } = new AbortController();
const servers: EmbeddingServer[] = [];
afterEach(async () => {
  await stopProducts();
  for (const server of servers.splice(0)) await server.close();
});

interface Health {
  status: string;
  waiting: number;
  index: { passages: number; documents: number };
  embedding: { ok: boolean; model: string };
}
interface Hit {
  documentName: string;
  vectorRank?: number;
  text: string;
}

const health = (person: Person) => person.call<Health>('GET', '/rag/health');
const search = async (person: Person, query: string) =>
  (await person.call<{ results: Hit[] }>('POST', '/rag/search', { query })).results;

const settled = (person: Person) =>
  eventually(async () => (await health(person)).waiting === 0, 'everything is indexed');

async function putIndexed({ app }: TestProduct, by: Person, name: string, texts: string[]) {
  const row = await putDocument({ db: app.db }, by, { name, texts });
  await indexDocument(app, row.tenant_id, row.id, signal);
  return row;
}

async function embeddingServer(options: Parameters<typeof startEmbeddingServer>[0] = {}) {
  const server = await startEmbeddingServer(options);
  servers.push(server);
  return { server, env: { EMBED_URL: server.url, EMBED_MODEL: 'stand-in' } };
}

/** Ends the product and starts it on what it left. */
async function restart(product: TestProduct, change: (dataDir: string) => void, env: Record<string, string> = {}) {
  const { dataDir } = product.config;
  await product.stop();
  change(dataDir);
  return startProduct({ dataDir, env, limits: { embedDeadlineMs: 60_000 } });
}

const deleteIndex = (dataDir: string) => {
  for (const ending of ['', '-wal', '-shm']) rmSync(join(dataDir, `index.sqlite${ending}`), { force: true });
};

describe('after a start', () => {
  test('what is missing because the file was deleted is indexed again, without reading files again', async () => {
    const product = await startProduct();
    const person = await signUp(product);
    await putIndexed(product, person, 'a.pdf', ['Masa garansi 36 bulan']);
    await putIndexed(product, person, 'b.pdf', ['Jaminan penawaran']);
    const again = await restart(product, deleteIndex);
    const back = await signIn(again, person.user);
    await settled(back);
    expect((await search(back, 'garansi'))[0]).toMatchObject({ documentName: 'a.pdf', vectorRank: 1 });
  });

  test('what was deleted, described otherwise or read again meanwhile is put right', async () => {
    const product = await startProduct();
    const person = await signUp(product);
    const gone = await putIndexed(product, person, 'gone.pdf', ['Masa garansi lama']);
    const renamed = await putIndexed(product, person, 'lama.pdf', ['Jadwal']);
    await product.app.db.deleteFrom('documents').where('id', '=', gone.id).execute();
    await updateDocument(product.app.db, gone.tenant_id, renamed.id, { name: 'switch-inti.pdf' });
    const again = await restart(product, () => undefined);
    const { vectors } = again.app;
    await eventually(async () => (await vectors.counts()).documents === 1, 'what is left over is gone');
    const back = await signIn(again, person.user);
    expect(await search(back, 'garansi')).toEqual([]);
    await eventually(async () => (await search(back, 'switch')).length === 1, 'it is found by its new name');
  });
});

describe('a change of the embedding model', () => {
  test('embeds everything anew in the background, while the old vectors and keywords serve', async () => {
    const product = await startProduct();
    const person = await signUp(product);
    for (let at = 0; at < 5; at++) await putIndexed(product, person, `d${at}.pdf`, [`Masa garansi nomor${at}`]);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server, env } = await embeddingServer({
      before: async ({ body }) => {
        if (body.input.some((text: string) => text.includes('nomor'))) await held;
        return false;
      },
    });
    const again = await restart(product, () => undefined, env);
    const back = await signIn(again, person.user);
    await eventually(() => server.requests.length > 0, 'embedding has begun');
    expect(await health(back)).toMatchObject({ waiting: 5, embedding: { model: 'stand-in' } });
    const meanwhile = await search(back, 'masa garansi');
    expect(meanwhile).toHaveLength(5);
    expect(meanwhile.every(({ vectorRank }) => vectorRank !== undefined)).toBe(true);
    release();
    await settled(back);
    const after = await search(back, 'masa garansi');
    expect(after).toHaveLength(5);
    expect(after.every(({ vectorRank }) => vectorRank !== undefined)).toBe(true);
    expect(new Set(server.texts().filter((text) => text.includes('nomor'))).size).toBe(5);
  });
});

describe('an embedding server that is away', () => {
  test('leaves documents to the keywords, and they are embedded when it is back', async () => {
    let isAway = true;
    const { env } = await embeddingServer({
      before: (_, reply) => {
        if (isAway) reply.json(400, { error: { message: 'no such model yet' } });
        return isAway;
      },
    });
    const product = await startProduct({ env, limits: { embedDeadlineMs: 60_000 } });
    const person = await signUp(product);
    const row = await putIndexed(product, person, 'a.pdf', ['Masa garansi 36 bulan']);
    const [hit] = await search(person, 'garansi');
    expect(hit).toMatchObject({ documentName: 'a.pdf' });
    expect(hit).not.toHaveProperty('vectorRank');
    expect(await health(person)).toMatchObject({ status: 'degraded', waiting: 1 });
    isAway = false;
    const { jobs } = product.app;
    expect((await jobs.counts()).ready).toBe(1);
    await indexDocument(product.app, row.tenant_id, row.id, signal);
    expect((await search(person, 'garansi'))[0]).toMatchObject({ vectorRank: 1 });
    expect(await health(person)).toMatchObject({ status: 'ok', waiting: 0 });
  });
});

test('the configuration of search is told', async () => {
  const product = await startProduct();
  const person = await signUp(product);
  expect(await person.call('GET', '/rag/config')).toMatchObject({
    embedding: { engine: 'hashed', model: 'hash-v1', dimensions: 768 },
    index: { engine: 'embedded' },
    upload: { types: expect.arrayContaining([{ contentType: 'application/pdf', extension: 'pdf' }]) },
  });
});
