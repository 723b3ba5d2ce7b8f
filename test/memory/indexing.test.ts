// What the engine of recall is given and what is taken out of it again, when writes are cut off, overtaken, or a room goes meanwhile.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineMemory } from '../../src/engines/memory/memory-engine.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Room } from '../../src/protocol/models.ts';
import { startEmbeddingServer } from '../support/embedding-server.ts';
import {
  createRoom,
  eventually,
  type Person,
  type ProductOptions,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let ratna: Person;
let room: Room;

beforeEach(() => open({ limits: { memoryRetryMs: 100 } }));
afterEach(stopProducts);

async function open(options: ProductOptions = {}): Promise<void> {
  product = await startProduct(options);
  ratna = await signUp(product, 'Ratna Wulandari');
  room = await createRoom(ratna, { name: 'Marabintan' });
}

const write = (text: string) => ratna.call<Memory>('POST', '/api/v1/memories', { roomId: room.id, text });
const rows = () => product.app.db.selectFrom('memories').selectAll().execute();
const inEngine = () => product.app.memoryEngine.count(product.app.embedder.space, product.app.embedder.dimensions);
const noJobs = () =>
  eventually(async () => {
    const { db } = product.app;
    const open = await db
      .selectFrom('jobs')
      .select('id')
      .where('kind', 'like', 'memory:%')
      .where('status', '!=', 'failed')
      .execute();
    return open.length === 0;
  }, 'the end of all work on memories');

/** From now on `put` of the engine does what it does, and then this. */
function afterPut(then: (memory: EngineMemory) => Promise<void>): void {
  const { memoryEngine } = product.app;
  const put = memoryEngine.put.bind(memoryEngine);
  memoryEngine.put = async (memory) => {
    await put(memory);
    await then(memory);
  };
}

it('a memory that is forgotten after its write to the engine was cut off is taken out there too', async () => {
  let isCut = false;
  afterPut(async () => {
    if (isCut) return;
    isCut = true;
    throw new Error('The process died here.');
  });
  const memory = await write('Nama tim penilai adalah kedondong berduri.');
  await eventually(async () => isCut, 'the write that was cut off');
  await ratna.call('DELETE', `/api/v1/memories/${memory.id}`);
  await eventually(async () => (await inEngine()) === 0, 'nothing in the engine');
  await noJobs();
  expect(await inEngine()).toBe(0);
  expect(await rows()).toMatchObject([{ indexed_as: null, text: '' }]);
});

it('a room that is deleted while one of its memories is put in leaves nothing in the engine and no row', async () => {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const { memoryEngine } = product.app;
  const put = memoryEngine.put.bind(memoryEngine);
  memoryEngine.put = async (memory) => {
    reached.resolve();
    await gate.promise;
    await put(memory);
  };
  await write('Diskon paling banyak 11 persen.');
  await reached.promise;
  await ratna.call('DELETE', `/api/v1/rooms/${room.id}`);
  await eventually(
    async () => (await rows()).every(({ text }) => text === ''),
    'the words of the room are gone from the truth',
  );
  gate.resolve();
  await eventually(async () => (await inEngine()) === 0 && (await rows()).length === 0, 'nothing is left');
});

it('of an index that lost a row, what should not be there is still taken out of it', async () => {
  const [stays, goes] = [await write('Diskon paling banyak 11 persen.'), await write('Garansi switch inti 36 bulan.')];
  await eventually(async () => (await inEngine()) === 2, 'both in the engine');
  await noJobs();
  const { db, memoryEngine, embedder } = product.app;
  // Forgotten, but not yet taken out; and the other one lost.
  await db.updateTable('memories').set({ status: 'rejected' }).where('id', '=', goes.id).execute();
  await memoryEngine.remove({ kind: 'room', id: room.id }, stays.id, embedder.space, embedder.dimensions);
  await product.app.jobs.add({ tenantId: ratna.user.tenantId, kind: 'memory:catch-up', payload: null });
  await eventually(async () => {
    const [one] = await db.selectFrom('memories').selectAll().where('id', '=', goes.id).execute();
    return one!.indexed_as === null && (await inEngine()) === 1;
  }, 'the one that holds, alone');
});

it('a start puts nothing in anew where the length of vectors is only known after the first answer', async () => {
  await stopProducts();
  const embedding = await startEmbeddingServer();
  try {
    const env = { EMBED_URL: embedding.url, EMBED_MODEL: 'stand-in' };
    await open({ env });
    await write('Diskon paling banyak 11 persen.');
    await eventually(
      async () => (await rows()).every(({ indexed_version, version }) => indexed_version === version),
      'the memory in the engine',
    );
    const { dataDir } = product.config;
    await product.stop();
    const asked = embedding.texts().length;
    product = await startProduct({ env, dataDir });
    await noJobs();
    expect(embedding.texts().slice(asked).join(' ')).not.toContain('Diskon');
  } finally {
    await embedding.close();
  }
});
