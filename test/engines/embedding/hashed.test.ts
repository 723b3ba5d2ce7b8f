// The built-in embedder: the contract, spelling, and a main thread that goes on.
import { afterAll, describe, expect, test } from 'vitest';
import { createHashedEmbedder } from '../../../src/engines/embedding/hashed.ts';
import { createWorkerPool } from '../../../src/lib/worker-pool.ts';
import { embedderContract, similarity } from '../../contracts/embedder.ts';
import { longestBlockMs } from '../../support/longest-block.ts';

const workers = createWorkerPool();
afterAll(() => workers.stop());

embedderContract('hashed', async () => ({ embedder: createHashedEmbedder(workers), close: async () => undefined }));

describe('hash-v1', () => {
  const embedder = createHashedEmbedder(workers);
  const near = async (a: string, b: string): Promise<number> => {
    const [first, second] = await embedder.embed([a, b], 'passage');
    return similarity(first!, second!);
  };

  test('bears a slip of the finger, and endings', async () => {
    expect(await near('persyaratan penawaran', 'persyaratn penawaran')).toBeGreaterThan(0.7);
    expect(await near('menyampaikan penawaran', 'disampaikan penawarannya')).toBeGreaterThan(
      await near('menyampaikan penawaran', 'membatalkan kontrak'),
    );
  });

  test('is what it was: vectors that lie in an index stay comparable', async () => {
    const [vector] = await embedder.embed(['Masa garansi switch inti 36 bulan'], 'passage');
    const places = [...vector!.entries()].filter(([, value]) => value !== 0);
    const sum = places.reduce((total, [place, value]) => total + place * value, 0);
    expect({ places: places.length, sum: sum.toFixed(3) }).toMatchInlineSnapshot(`
      {
        "places": 118,
        "sum": "276.342",
      }
    `);
  });

  test('many texts are embedded in a worker thread: the event loop goes on', async () => {
    const texts = Array.from({ length: 2_000 }, (_, index) =>
      `Butir ${index}: perangkat harus mendukung VLAN. `.repeat(20),
    );
    const blockMs = await longestBlockMs(() => embedder.embed(texts, 'passage'));
    expect(blockMs).toBeLessThan(250);
  });
});
