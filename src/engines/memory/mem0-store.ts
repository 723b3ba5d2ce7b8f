// The rows of the embedded index as Mem0 wants to see a vector store: one scope at a time, and nothing it could widen that with.
import type { SearchFilters, VectorStore, VectorStoreResult } from 'mem0ai/oss';

/** Where the rows lie; kept by the one thread that writes the index file. */
export interface RowStore {
  put(
    collection: string,
    rows: readonly { key: string; scope: string; owner: string; payload: string; vector: Float32Array }[],
  ): Promise<void>;
  remove(collection: string, keys: readonly string[]): Promise<void>;
  search(
    collection: string,
    scope: string,
    vector: Float32Array,
    limit: number,
  ): Promise<{ key: string; owner: string; payload: string; score: number }[]>;
  list(
    collection: string,
    selection: { scope: string; owner?: string; limit: number },
  ): Promise<{ key: string; owner: string; payload: string }[]>;
  get(collection: string, key: string): Promise<{ key: string; owner: string; payload: string } | undefined>;
  count(collection: string): Promise<number>;
}

export const SCOPE_KEYS = ['user_id', 'agent_id', 'run_id'] as const;
/** What a memory is called in the metadata that Mem0 keeps beside its text. */
export const MEMORY_ID = 'memory_id';
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;

type Filters = Record<string, unknown>;

/** Mem0 itself takes `*`, lists and nested conditions, which reach into other scopes. @throws Error unless it is exactly one plain id */
export function scopeOf(filters: Filters): string {
  const given = SCOPE_KEYS.filter((key) => filters[key] !== undefined);
  const strange = Object.keys(filters).filter((key) => key !== MEMORY_ID && !SCOPE_KEYS.some((known) => known === key));
  const [key] = given;
  const id = key === undefined ? undefined : filters[key];
  if (given.length !== 1 || strange.length > 0 || typeof id !== 'string' || !PLAIN_ID.test(id)) {
    throw new Error('A memory is looked for in exactly one scope.');
  }
  return `${key}:${id}`;
}

export class RowVectorStore implements VectorStore {
  readonly #rows: RowStore;
  readonly #collection: string;

  constructor(rows: RowStore, collection: string) {
    this.#rows = rows;
    this.#collection = collection;
  }

  async insert(vectors: number[][], ids: string[], payloads: Filters[]): Promise<void> {
    const rows = ids.map((key, index) => {
      const payload = payloads[index]!;
      const named = Object.fromEntries(SCOPE_KEYS.flatMap((name) => (payload[name] ? [[name, payload[name]]] : [])));
      return {
        key,
        scope: scopeOf(named),
        owner: String(payload[MEMORY_ID]),
        payload: JSON.stringify(payload),
        vector: Float32Array.from(vectors[index]!),
      };
    });
    await this.#rows.put(this.#collection, rows);
  }

  async search(query: number[], topK = 10, filters?: SearchFilters): Promise<VectorStoreResult[]> {
    const found = await this.#rows.search(this.#collection, scopeOf(filters ?? {}), Float32Array.from(query), topK);
    return found.map(({ key, payload, score }) => ({ id: key, payload: JSON.parse(payload), score }));
  }

  async get(vectorId: string): Promise<VectorStoreResult | null> {
    const row = await this.#rows.get(this.#collection, vectorId);
    return row ? { id: row.key, payload: JSON.parse(row.payload) } : null;
  }

  async update(vectorId: string, vector: number[], payload: Filters): Promise<void> {
    await this.insert([vector], [vectorId], [payload]);
  }

  async delete(vectorId: string): Promise<void> {
    await this.#rows.remove(this.#collection, [vectorId]);
  }

  async list(filters?: SearchFilters, topK = 100): Promise<[VectorStoreResult[], number]> {
    const owner = filters?.[MEMORY_ID];
    const rows = await this.#rows.list(this.#collection, {
      scope: scopeOf(filters ?? {}),
      limit: topK,
      ...(typeof owner === 'string' ? { owner } : {}),
    });
    return [rows.map(({ key, payload }) => ({ id: key, payload: JSON.parse(payload) })), rows.length];
  }

  async initialize(): Promise<void> {}
  async deleteCol(): Promise<void> {
    throw new Error('Memories are taken out one by one.');
  }
  async getUserId(): Promise<string> {
    return '';
  }
  async setUserId(): Promise<void> {}
}

/** For what Mem0 takes for names in a text: in Indonesian every second word. Nothing is kept of them, nothing is found by them. */
export const NO_ENTITIES: VectorStore = {
  insert: async () => {},
  search: async () => [],
  get: async () => null,
  update: async () => {},
  delete: async () => {},
  deleteCol: async () => {},
  list: async () => [[], 0],
  getUserId: async () => '',
  setUserId: async () => {},
  initialize: async () => {},
};
