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
  cacheBytes: number;
  onProblem: (message: string, details: { error?: unknown }) => void;
}

/** Opens nothing yet. */
export async function openVectorIndex(settings: IndexSettings, options: IndexOptions): Promise<VectorIndex> {
  const { createEmbeddedIndex } = await import('./embedded.ts');
  return createEmbeddedIndex({ file: settings.file, ...options });
}
