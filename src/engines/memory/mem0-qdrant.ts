// The client of Qdrant that Mem0 is given: with the call it still makes and the client no longer has, and without what it would leave behind.
import { QdrantClient } from '@qdrant/js-client-rest';
import { MEMORY_ID, SCOPE_KEYS } from './mem0-store.ts';

export interface QdrantSettings {
  url: string;
  apiKey: string | undefined;
  timeoutMs: number;
}

type Arguments<Method extends keyof QdrantClient> = QdrantClient[Method] extends (...args: infer A) => unknown
  ? A
  : never;
type Point = { id: string; vector: unknown; payload: Record<string, unknown> };

/** Mem0 keeps an id of the installation there, for its telemetry. */
const MIGRATIONS = 'memory_migrations';
/** Its name for vectors of words, which take a server that makes them; ours are looked for in the truth. */
const WORD_VECTOR = 'bm25';

export class MemoryQdrantClient extends QdrantClient {
  /** @throws Error when the address is none */
  constructor({ url, apiKey, timeoutMs }: QdrantSettings) {
    const address = new URL(url);
    const isSecure = address.protocol === 'https:';
    super({
      host: address.hostname,
      port: address.port === '' ? (isSecure ? 443 : 80) : Number(address.port),
      https: isSecure,
      prefix: address.pathname.replace(/\/+$/, ''),
      headers: apiKey === undefined ? {} : { 'api-key': apiKey },
      timeout: timeoutMs,
      checkCompatibility: false,
    });
  }

  /** Mem0 3.3 asks so; since 1.19 the client has only `query`. */
  async search(collection: string, { vector, ...rest }: { vector: number[] } & Record<string, unknown>) {
    const { points } = await super.query(collection, { ...rest, query: vector, with_payload: true });
    return points;
  }

  override async query(...[collection, request]: Arguments<'query'>): ReturnType<QdrantClient['query']> {
    if (request.using === WORD_VECTOR) return { points: [] };
    return super.query(collection, request);
  }

  override async createCollection(...[collection, request]: Arguments<'createCollection'>) {
    if (collection === MIGRATIONS) return true;
    const { sparse_vectors: _, ...dense } = request ?? {};
    const created = await super.createCollection(collection, {
      ...dense,
      on_disk_payload: true,
      // Each scope is searched alone, so each gets a graph of its own rather than all one together.
      hnsw_config: { m: 0, payload_m: 16 },
      quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    } as Arguments<'createCollection'>[1]);
    const keyword = { type: 'keyword' as const };
    for (const field_name of SCOPE_KEYS) {
      await super.createPayloadIndex(collection, {
        field_name,
        field_schema: { ...keyword, is_tenant: true },
        wait: true,
      });
    }
    await super.createPayloadIndex(collection, { field_name: MEMORY_ID, field_schema: keyword, wait: true });
    return created;
  }

  /** So that Mem0 does not write to the console that words cannot be searched there; they are not. */
  override async getCollection(...[collection]: Arguments<'getCollection'>): ReturnType<QdrantClient['getCollection']> {
    const info = await super.getCollection(collection);
    Object.assign(info.config.params, { sparse_vectors: { [WORD_VECTOR]: {} } });
    return info;
  }

  /** Made with the collection; Mem0's own, at every start, would take their tuning away. */
  override async createPayloadIndex(): ReturnType<QdrantClient['createPayloadIndex']> {
    return { operation_id: 0, status: 'completed' };
  }

  override async upsert(...[collection, request]: Arguments<'upsert'>): ReturnType<QdrantClient['upsert']> {
    if (collection === MIGRATIONS) return { operation_id: 0, status: 'completed' };
    const points = (request as unknown as { points: Point[] }).points.map((point) => ({
      ...point,
      vector: denseOf(point.vector),
    }));
    return super.upsert(collection, { wait: true, points });
  }

  override async scroll(...[collection, request]: Arguments<'scroll'>): ReturnType<QdrantClient['scroll']> {
    if (collection === MIGRATIONS) return { points: [] };
    return super.scroll(collection, request);
  }

  /** What was deleted is gone when the call returns. */
  override async delete(...[collection, request]: Arguments<'delete'>): ReturnType<QdrantClient['delete']> {
    return super.delete(collection, { ...request, wait: true });
  }
}

const denseOf = (vector: unknown): number[] =>
  Array.isArray(vector) ? vector : ((vector as Record<string, number[]>)[''] as number[]);
