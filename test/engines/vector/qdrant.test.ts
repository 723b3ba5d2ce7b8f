// The index on a Qdrant server: the contract over a stand-in, and over a real one when QDRANT_URL names it; its mishaps.
import { afterEach, describe, expect, test } from 'vitest';
import { openVectorIndex } from '../../../src/engines/vector/open-index.ts';
import { createQdrantIndex, type QdrantIndexOptions } from '../../../src/engines/vector/qdrant.ts';
import { inBatches, passagesOf, vectorIndexContract } from '../../contracts/vector-index.ts';
import { type QdrantServer, startQdrantServer } from '../../support/qdrant-server.ts';
import { refusalOf } from '../../support/world.ts';

const KEY = 'qdrant-secret-key';
const real = process.env.QDRANT_URL;

vectorIndexContract('qdrant', async () => {
  const server = await startQdrantServer({ apiKey: KEY });
  return {
    index: createQdrantIndex({ url: server.url, apiKey: KEY, timeoutMs: 5_000, prefix: 'test' }),
    close: () => server.close(),
  };
});

describe.runIf(real)('a real server', () => {
  let runs = 0;
  vectorIndexContract('qdrant (real)', async () => {
    const prefix = `test-${process.pid}-${++runs}`;
    const index = createQdrantIndex({ url: real!, apiKey: process.env.QDRANT_API_KEY, timeoutMs: 10_000, prefix });
    return { index, close: async () => void (await dropCollections(prefix)) };
  });

  async function dropCollections(prefix: string): Promise<void> {
    const headers = process.env.QDRANT_API_KEY ? { 'api-key': process.env.QDRANT_API_KEY } : {};
    const answer = await fetch(new URL('/collections', real), { headers });
    const { result } = (await answer.json()) as { result: { collections: { name: string }[] } };
    for (const { name } of result.collections.filter((one) => one.name.startsWith(prefix))) {
      await fetch(new URL(`/collections/${name}`, real), { method: 'DELETE', headers });
    }
  }
});

let server: QdrantServer;
afterEach(() => server?.close());

async function open(options: Partial<QdrantIndexOptions> = {}) {
  server = await startQdrantServer();
  return createQdrantIndex({ url: server.url, apiKey: undefined, timeoutMs: 5_000, prefix: 'pw', ...options });
}
type Index = Awaited<ReturnType<typeof open>>;
const put = async (index: Index, documentId: string, texts: string[], space = 'hash-v1@768') =>
  index.replace(
    { tenantId: 't', documentId, scope: 'library', space, version: '1' },
    inBatches(await passagesOf({ documentId, texts })),
  );
const find = async (index: Index, text: string) =>
  (await index.search({ tenantId: 't', scopes: ['library'], text, limit: 5 })).map((found) => found.text);

describe('what lies on the server', () => {
  test('is one collection for a model, its tenants partitioned, with a dense and a sparse vector', async () => {
    const index = await open();
    await put(index, 'one', ['Masa garansi']);
    await put(index, 'two', ['Jadwal']);
    const [[name, collection]] = [...server.collections] as [
      [string, (typeof server)['collections'] extends Map<string, infer C> ? C : never],
    ];
    expect(server.collections.size).toBe(1);
    expect(name).toMatch(/^pw_v1_hash-v1-768-[0-9a-f]{8}_768$/);
    expect(collection.config).toMatchObject({
      vectors: { dense: { size: 768, distance: 'Cosine' } },
      sparse_vectors: { words: { modifier: 'idf' } },
      hnsw_config: { m: 0, payload_m: 16 },
    });
    expect(collection.indexes.get('place')).toEqual({ type: 'keyword', is_tenant: true });
    expect(server.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/points')).length).toBe(2);
  });

  test('of a former model is taken away with the last document that was in it', async () => {
    const index = await open();
    await put(index, 'one', ['Masa garansi']);
    await put(index, 'two', ['Jadwal']);
    await put(index, 'one', ['Masa garansi'], 'other-model');
    expect(server.collections.size).toBe(2);
    expect(await find(index, 'garansi jadwal')).toHaveLength(2);
    await put(index, 'two', ['Jadwal'], 'other-model');
    expect([...server.collections.keys()]).toEqual([expect.stringContaining('other-model')]);
  });

  test('of another installation is left alone', async () => {
    const index = await open();
    const other = createQdrantIndex({ url: server.url, apiKey: undefined, timeoutMs: 5_000, prefix: 'sales' });
    await put(index, 'one', ['Masa garansi']);
    await put(other, 'theirs', ['Garansi mereka']);
    expect(await find(index, 'garansi')).toEqual(['Masa garansi']);
    expect(await index.documents('t', 'x')).toMatchObject([{ documentId: 'one' }]);
    await other.remove('t', 'one');
    expect(await find(index, 'garansi')).toEqual(['Masa garansi']);
  });

  test('both rankings are asked for in one request', async () => {
    const index = await open();
    await put(index, 'one', ['Masa garansi']);
    server.requests.splice(0);
    const [passage] = await passagesOf({ documentId: 'q', texts: ['garansi'] });
    const vectors = [{ space: 'hash-v1@768', vector: passage!.vector!, weight: 1, leastSimilarity: 0 }];
    await index.search({ tenantId: 't', scopes: ['library'], text: 'garansi', vectors, limit: 5 });
    expect(server.requests.map(({ path }) => path.split('/').slice(3).join('/'))).toEqual(['points/query/batch']);
    expect(server.requests[0]!.body.searches).toHaveLength(2);
  });
});

describe('a server that fails', () => {
  test.each([
    [{ status: 500, error: 'out of space' }, 'out of space'],
    [{ status: 403, error: 'Invalid API key' }, 'refused the key'],
    ['hang' as const, 'aborted'],
  ])('with %j is said so, without its key, and is well again by itself', async (failure, expected) => {
    const index = await open({ apiKey: KEY, timeoutMs: 1_000 });
    await put(index, 'one', ['Masa garansi']);
    server.fail(failure);
    const error = await find(index, 'garansi').catch((problem) => problem);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'search_unavailable' } });
    expect(error.message).toContain(expected);
    expect(error.message).not.toContain(KEY);
    expect(await index.health()).toMatchObject({ ok: false });
    server.fail(undefined);
    expect(await find(index, 'garansi')).toEqual(['Masa garansi']);
    expect(await index.health()).toEqual({ ok: true });
  });

  test('that is not there is said so', async () => {
    const index = createQdrantIndex({ url: 'http://127.0.0.1:1', apiKey: undefined, timeoutMs: 500, prefix: 'pw' });
    expect(await refusalOf(find(index, 'garansi'))).toBe('unavailable/search_unavailable');
    expect(await refusalOf(put(index, 'one', ['x']))).toBe('unavailable/search_unavailable');
  });

  test('in the middle of a document leaves what was there before', async () => {
    const index = await open();
    await put(index, 'one', ['lama']);
    const passages = await passagesOf({ documentId: 'one', texts: ['baru', 'baru sekali'] });
    async function* failing() {
      yield [passages[0]!];
      server.fail({ status: 500, error: 'down' });
      yield [passages[1]!];
    }
    const document = { tenantId: 't', documentId: 'one', scope: 'library', space: 'hash-v1@768', version: '2' };
    expect(await refusalOf(index.replace(document, failing()))).toBe('unavailable/search_unavailable');
    server.fail(undefined);
    expect(await find(index, 'lama baru')).toEqual(['lama']);
    await put(index, 'one', ['baru']);
    expect(await find(index, 'lama baru')).toEqual(['baru']);
    expect(await index.counts()).toEqual({ documents: 1, passages: 1 });
    // Nothing of the attempt that broke off stays behind.
    expect([...server.collections.values()].flatMap(({ points }) => [...points.values()])).toHaveLength(2);
  });

  test('whose collection somebody deleted tells that it is lost, and takes documents again', async () => {
    const index = await open();
    await put(index, 'one', ['Masa garansi']);
    let lost = 0;
    index.onLost(() => {
      lost += 1;
    });
    server.collections.clear();
    expect(await refusalOf(find(index, 'garansi'))).toBe('unavailable/search_unavailable');
    expect(lost).toBe(1);
    expect(await find(index, 'garansi')).toEqual([]);
    await put(index, 'one', ['Masa garansi']);
    expect(await find(index, 'garansi')).toEqual(['Masa garansi']);
  });
});

describe('its address', () => {
  const options = { cacheBytes: 1, timeoutMs: 1_000, onProblem: () => undefined };
  const at = (url: string) => openVectorIndex({ engine: 'qdrant', url, apiKey: undefined, file: '' }, options);

  test('may carry a path, and the prefix of our collections', async () => {
    server = await startQdrantServer();
    const index = await at(`${server.url}/?prefix=sales`);
    await put(index, 'one', ['Masa garansi']);
    expect([...server.collections.keys()][0]).toMatch(/^sales_v1_/);
    const behindPath = await at(`${server.url}/base`);
    await refusalOf(find(behindPath, 'x'));
    expect(server.requests.at(-1)!.path).toMatch(/^\/base\//);
  });

  test('carries no password, and no prefix that is none', async () => {
    await expect(at('http://user:secret@127.0.0.1:6333')).rejects.toThrow(/QDRANT_API_KEY/);
    await expect(at('http://127.0.0.1:6333/?prefix=a/b')).rejects.toThrow(/prefix/);
  });
});
