// Mem0 over Qdrant: the contract against a stand-in, and against a real server where QDRANT_URL names one.
import { describe, expect, test } from 'vitest';
import { openMemoryEngine } from '../../../src/engines/memory/open-memory.ts';
import { newId } from '../../../src/lib/ids.ts';
import { memoryEngineContract } from '../../contracts/memory-engine.ts';
import { startQdrantServer } from '../../support/qdrant-server.ts';

async function open() {
  const server = await startQdrantServer();
  return {
    server,
    engine: await openMemoryEngine({
      engine: 'qdrant',
      url: server.url,
      apiKey: undefined,
      timeoutMs: 10_000,
      rows: undefined,
      onProblem: () => {},
    }),
    stored: async () =>
      JSON.stringify(
        [...server.collections.values()].map(({ points }) => [...points.values()].map(({ payload }) => payload)),
      ),
    close: () => server.close(),
  };
}

memoryEngineContract('Mem0 over Qdrant', open);

const realUrl = process.env.QDRANT_URL;
describe.runIf(realUrl)('a real server', () => {
  memoryEngineContract('Mem0 over a real Qdrant', async () => {
    const prefix = `test-${newId().slice(-12)}`;
    const { QdrantClient } = await import('@qdrant/js-client-rest');
    const client = new QdrantClient({ url: realUrl!, apiKey: process.env.QDRANT_API_KEY, checkCompatibility: false });
    const ours = async () =>
      (await client.getCollections()).collections.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    return {
      engine: await openMemoryEngine({
        engine: 'qdrant',
        url: `${realUrl}?prefix=${prefix}`,
        apiKey: process.env.QDRANT_API_KEY,
        timeoutMs: 10_000,
        rows: undefined,
        onProblem: () => {},
      }),
      async stored() {
        const pages = (await ours()).map((name) => client.scroll(name, { limit: 100, with_payload: true }));
        return JSON.stringify(await Promise.all(pages));
      },
      async close() {
        for (const name of await ours()) await client.deleteCollection(name);
      },
    };
  });
});

test('makes one collection and nothing besides, and asks only what a server of today answers', async () => {
  const { engine, server, close } = await open();
  const vector = { space: 'model@2', vector: Float32Array.of(0.6, 0.8) };
  const scope = { kind: 'room', id: newId() } as const;
  await engine.put({ memoryId: newId(), scope, text: 'Budi Santoso pays in Jakarta.', vector });
  await engine.search({ scope, text: 'Where does Budi Santoso pay?', vector, limit: 3 });
  expect([...server.collections.keys()]).toEqual([
    expect.stringMatching(/^projectwise_memories_model-2-[0-9a-f]{8}_2$/),
  ]);
  expect(server.requests.map(({ path }) => path).filter((path) => path.endsWith('/points/search'))).toEqual([]);
  const [collection] = server.collections.values();
  expect([...collection!.indexes.keys()].sort()).toEqual(['agent_id', 'memory_id', 'run_id', 'user_id']);
  await close();
});

test('a server that is gone is said to be, and is used again when it is back', async () => {
  const { engine, server, close } = await open();
  const vector = { space: 'model@2', vector: Float32Array.of(0.6, 0.8) };
  const scope = { kind: 'room', id: newId() } as const;
  const memory = { memoryId: newId(), scope, text: 'Rapat pukul sembilan.', vector };
  server.fail({ status: 503, error: 'overloaded' });
  await expect(engine.put(memory)).rejects.toMatchObject({ code: 'unavailable' });
  expect(engine.health().ok).toBe(false);
  server.fail(undefined);
  await engine.put(memory);
  expect(engine.health()).toEqual({ ok: true });
  const found = await engine.search({ scope, text: 'rapat', vector, limit: 3 });
  expect(found.map(({ memoryId }) => memoryId)).toEqual([memory.memoryId]);
  await close();
});
