// The built-in embedder: no model, no network, no key. It knows spelling and nothing of meaning.
import type { WorkerPool } from '../../lib/worker-pool.ts';
import type { Embedder } from './embedder.ts';
import { HASH_DIMENSIONS, hashTexts } from './hash-texts.ts';

const MODEL = 'hash-v1';
/** Up to here the work takes about a millisecond and is done at once; a worker thread does the rest. */
const AT_ONCE_UNITS = 4_000;
/** Of one task of the worker: short enough that others get their turn. */
const TASK_UNITS = 100_000;
/** It cannot know a synonym: measured on Indonesian questions, more than this makes good keyword results worse. */
const WEIGHT = 0.1;
/** Three times what chance gives two texts that share nothing. */
const LEAST_SIMILARITY = 0.12;
const WORKER = new URL('./hash-texts.ts', import.meta.url);

export function createHashedEmbedder(workers: Pick<WorkerPool, 'run'>): Embedder {
  return {
    engine: 'hashed',
    model: MODEL,
    space: `${MODEL}@${HASH_DIMENSIONS}`,
    dimensions: HASH_DIMENSIONS,
    weight: WEIGHT,
    leastSimilarity: LEAST_SIMILARITY,
    async embed(texts, _purpose, signal) {
      signal?.throwIfAborted();
      if (unitsOf(texts) <= AT_ONCE_UNITS) return split(hashTexts(texts));
      const vectors: Float32Array[] = [];
      for (const task of inTasks(texts)) {
        vectors.push(...split(await workers.run<Float32Array>(WORKER, 'hashTexts', task, signal)));
      }
      return vectors;
    },
    health: () => ({ ok: true }),
  };
}

const unitsOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);

function* inTasks(texts: readonly string[]): Generator<string[]> {
  let task: string[] = [];
  let units = 0;
  for (const text of texts) {
    if (task.length > 0 && units + text.length > TASK_UNITS) {
      yield task;
      task = [];
      units = 0;
    }
    task.push(text);
    units += text.length;
  }
  if (task.length > 0) yield task;
}

/** Copies, so that a vector can be handed on without the block it came in. */
function split(block: Float32Array): Float32Array[] {
  return Array.from({ length: block.length / HASH_DIMENSIONS }, (_, index) =>
    block.slice(index * HASH_DIMENSIONS, (index + 1) * HASH_DIMENSIONS),
  );
}
