// Chooses the search index that the configuration names.
import type { VectorIndex } from './vector-index.ts';

export interface IndexSettings {
  engine: 'embedded' | 'qdrant';
  url: string;
  apiKey: string | undefined;
  /** Where the embedded index lies. */
  file: string;
}

export interface IndexOptions {
  /** What the embedded index keeps in memory: vectors, and where words stand. */
  cacheBytes: number;
  /** Of one request to a server. */
  timeoutMs: number;
  onProblem: (message: string, details: { error?: unknown }) => void;
}

/** Opens nothing yet. */
export async function openVectorIndex(settings: IndexSettings, options: IndexOptions): Promise<VectorIndex> {
  if (settings.engine === 'qdrant') return openQdrant(settings, options);
  const { createEmbeddedIndex } = await import('./embedded.ts');
  return createEmbeddedIndex({ file: settings.file, ...options });
}

const DEFAULT_PREFIX = 'projectwise';

async function openQdrant({ url, apiKey }: IndexSettings, options: IndexOptions): Promise<VectorIndex> {
  const address = URL.parse(url);
  if (!address)
    throw new Error('VECTOR_URL is not an address. It takes embedded: or the http(s) address of a Qdrant server.');
  if (address.username || address.password) {
    throw new Error('VECTOR_URL must not carry a user name or password; the key belongs into QDRANT_API_KEY.');
  }
  const prefix = address.searchParams.get('prefix') ?? DEFAULT_PREFIX;
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/i.test(prefix)) {
    throw new Error('The prefix in VECTOR_URL takes letters, digits and hyphens, at most 41 of them.');
  }
  address.search = '';
  const { createQdrantIndex } = await import('./qdrant.ts');
  return createQdrantIndex({ ...options, url: address.href, apiKey, prefix });
}
