// Chooses where memories are found by meaning: beside the passages of the embedded index, or on the same Qdrant server.
import { createMem0Engine, type Mem0Module, type Mem0Place } from './mem0.ts';
import { type RowStore, RowVectorStore } from './mem0-store.ts';
import type { MemoryEngine } from './memory-engine.ts';

export interface MemorySettings {
  engine: 'embedded' | 'qdrant';
  url: string;
  apiKey: string | undefined;
  timeoutMs: number;
  /** Of the embedded index. */
  rows: RowStore | undefined;
  onProblem: (message: string, details: { error?: unknown }) => void;
  /** Instead of the library, for tests of what happens without it. */
  load?: () => Promise<Mem0Module>;
}

const EMBEDDED = 'projectwise';
const DEFAULT_PREFIX = 'projectwise';

/** Loads and opens nothing yet. The environment has been told to keep Mem0 quiet, see `config.ts`. */
export async function openMemoryEngine(settings: MemorySettings): Promise<MemoryEngine> {
  const place = settings.engine === 'qdrant' ? await qdrantPlace(settings) : embeddedPlace(settings.rows);
  const load = settings.load ?? loadMem0;
  return createMem0Engine({ place, load, onProblem: settings.onProblem });
}

/** Its factories know only stores of its own; ours is put beside them. */
async function loadMem0(): Promise<Mem0Module> {
  const module = await import('mem0ai/oss');
  const { VectorStoreFactory } = module;
  const create = VectorStoreFactory.create.bind(VectorStoreFactory);
  VectorStoreFactory.create = (provider, config) =>
    provider === EMBEDDED
      ? new RowVectorStore(config.client as unknown as RowStore, config.collectionName!)
      : create(provider, config);
  return module;
}

function embeddedPlace(rows: RowStore | undefined): Mem0Place {
  if (!rows) throw new Error('The embedded index has no place for memories.');
  return {
    engine: 'mem0, embedded',
    provider: EMBEDDED,
    prefix: DEFAULT_PREFIX,
    config: () => ({ client: rows }),
    count: (collection) => rows.count(collection),
  };
}

async function qdrantPlace({ url, apiKey, timeoutMs }: MemorySettings): Promise<Mem0Place> {
  const { MemoryQdrantClient } = await import('./mem0-qdrant.ts');
  const address = new URL(url);
  const prefix = address.searchParams.get('prefix') ?? DEFAULT_PREFIX;
  address.search = '';
  const client = new MemoryQdrantClient({ url: address.href, apiKey, timeoutMs });
  return {
    engine: 'mem0, qdrant',
    provider: 'qdrant',
    prefix,
    config: () => ({ client }),
    async count(collection) {
      const { exists } = await client.collectionExists(collection);
      return exists ? (await client.count(collection, { exact: true })).count : 0;
    },
  };
}
