// Mem0 behind our port: it keeps and finds memories by meaning; what they say, whose they are and whether they hold is not its business.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { Memory } from 'mem0ai/oss';
import { AppError } from '../../lib/errors.ts';
import { createInOrder } from '../../lib/in-order.ts';
import { MEMORY_ID, NO_ENTITIES, scopeOf } from './mem0-store.ts';
import type { EngineMemory, EngineScope, EngineVector, MemoryEngine, RecalledMemory } from './memory-engine.ts';

export type Mem0Module = Pick<typeof import('mem0ai/oss'), 'Memory' | 'VectorStoreFactory' | 'LLMFactory'>;

/** Where Mem0 is to keep its vectors. */
export interface Mem0Place {
  /** For /health. */
  engine: string;
  provider: string;
  /** Beginning of the names of its collections. */
  prefix: string;
  /** Of Mem0's vector store. */
  config(collection: string): Record<string, unknown>;
  /** How many memories lie in a collection; 0 when there is none. */
  count(collection: string): Promise<number>;
}

export interface Mem0Options {
  place: Mem0Place;
  /** Takes a fifth of a second. Whatever has to be set before is set by the caller. */
  load: () => Promise<Mem0Module>;
  onProblem?: (message: string, details: { error?: unknown }) => void;
}

/** One engine of each kind of scope, so that an id means one thing. */
const SCOPE_NAMES: Record<EngineScope['kind'], { add: 'runId' | 'userId' | 'agentId'; filter: string }> = {
  room: { add: 'runId', filter: 'run_id' },
  person: { add: 'userId', filter: 'user_id' },
  tenant: { add: 'agentId', filter: 'agent_id' },
};
/** Of one memory there is one row; more are what is left of a write that was cut off. */
const ROWS_PER_MEMORY = 20;

/** What would tell its makers of each call, write an id of this installation into a file, and fetch notices to show. */
const QUIET = Object.fromEntries(
  [
    '_initializeTelemetry',
    '_getTelemetryId',
    '_getNoticeTelemetryId',
    '_captureEvent',
    '_displayFirstRunNotice',
    '_displayDecayUsageNotice',
    '_displayTemporalUsageNotice',
    '_displayScaleThresholdNotice',
    '_displayPerformanceSlowQueryNotice',
  ].map((name) => [name, async () => undefined]),
);

export function createMem0Engine({ place, load, onProblem }: Mem0Options): MemoryEngine {
  const inOrder = createInOrder();
  const given = new AsyncLocalStorage<Float32Array>();
  const memories = new Map<string, Promise<Memory>>();
  let loading: Promise<Mem0Module> | undefined;
  let problem: string | undefined;

  /** Texts are embedded by us, once; Mem0 is handed what came of it. */
  const embedder = {
    embedQuery: async () => Array.from(given.getStore() ?? fail('A text came without its vector.')),
    embedDocuments: async (texts: string[]) => texts.map(() => Array.from(given.getStore() ?? []).fill(0)),
  };

  const loaded = (): Promise<Mem0Module> => {
    if (!loading) {
      loading = load();
      loading.catch(() => {
        loading = undefined;
      });
    }
    return loading;
  };

  function memoryOf(space: string, dimensions: number): Promise<Memory> {
    const collection = collectionOf(place.prefix, space, dimensions);
    const known = memories.get(collection);
    if (known) return known;
    const opening = openMemory(collection, dimensions);
    memories.set(collection, opening);
    opening.catch(() => memories.delete(collection));
    return opening;
  }

  async function openMemory(collection: string, dimensions: number): Promise<Memory> {
    // A server that is away is noticed here: Mem0 would write about it to the console.
    await place.count(collection);
    const { Memory: Mem0 } = await loaded();
    const memory = new Mem0({
      embedder: { provider: 'langchain', config: { model: embedder as never } },
      vectorStore: {
        provider: place.provider,
        config: { ...place.config(collection), collectionName: collection, dimension: dimensions },
      },
      llm: { provider: 'openai', config: { apiKey: 'never asked' } },
      // What was said before stands in the truth; here nothing is kept of what was taken out.
      disableHistory: true,
    });
    return Object.assign(memory, QUIET, { getEntityStore: async () => NO_ENTITIES });
  }

  /** @throws AppError unavailable for whatever goes wrong inside */
  async function asking<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call();
      problem = undefined;
      return result;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      problem = said.split('\n', 1)[0]!.slice(0, 200);
      throw new AppError('unavailable', `Memories cannot be found by meaning: ${problem}`, {}, { cause: error });
    }
  }

  const rowsOf = async (memory: Memory, scope: EngineScope, memoryId: string) => {
    const filters = { [SCOPE_NAMES[scope.kind].filter]: scope.id, [MEMORY_ID]: memoryId };
    const { results } = await memory.getAll({ filters, topK: ROWS_PER_MEMORY });
    return results;
  };

  return {
    engine: place.engine,
    async load() {
      await asking(loaded).catch((error) => {
        onProblem?.('Memories are found by their words alone: Mem0 could not be loaded.', { error });
      });
    },
    put: ({ memoryId, scope, text, vector }: EngineMemory) =>
      inOrder(nameOf(scope), () =>
        asking(async () => {
          requireScope(scope);
          const memory = await memoryOf(vector.space, vector.vector.length);
          const there = await rowsOf(memory, scope, memoryId);
          if (there.length === 1 && there[0]?.memory === text) return;
          for (const { id } of there) await memory.delete(id);
          await given.run(vector.vector, () =>
            memory.add([{ role: 'user', content: text }], {
              [SCOPE_NAMES[scope.kind].add]: scope.id,
              metadata: { [MEMORY_ID]: memoryId },
              infer: false,
            }),
          );
        }),
      ),
    remove: (scope, memoryId, space, dimensions) =>
      inOrder(nameOf(scope), () =>
        asking(async () => {
          requireScope(scope);
          const memory = await memoryOf(space, dimensions);
          for (const { id } of await rowsOf(memory, scope, memoryId)) await memory.delete(id);
        }),
      ),
    search: ({ scope, text, vector, limit }) =>
      asking(async (): Promise<RecalledMemory[]> => {
        const filters = { [SCOPE_NAMES[scope.kind].filter]: scope.id };
        requireScope(scope);
        const memory = await memoryOf(vector.space, vector.vector.length);
        const search = () => memory.search(text, { filters, topK: limit, threshold: 0 });
        const { results } = await given.run(vector.vector, search);
        return results.map(({ metadata, score }) => ({
          memoryId: String(metadata?.[MEMORY_ID]),
          score: score ?? 0,
        }));
      }),
    count: (space, dimensions) => asking(() => place.count(collectionOf(place.prefix, space, dimensions))),
    health: () => (problem === undefined ? { ok: true } : { ok: false, problem }),
  };
}

/** Before anything is asked. @throws Error */
function requireScope({ kind, id }: EngineScope): void {
  scopeOf({ [SCOPE_NAMES[kind].filter]: id });
}

const nameOf = ({ kind, id }: EngineScope): string => `${kind} ${id}`;

/** One collection for each set of comparable vectors: readable, and different for different spaces. */
export const collectionOf = (prefix: string, space: EngineVector['space'], dimensions: number): string => {
  const readable = space
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60);
  return `${prefix}_memories_${readable}-${createHash('sha1').update(space).digest('hex').slice(0, 8)}_${dimensions}`;
};

function fail(message: string): never {
  throw new Error(message);
}
