// Chooses the embedding engine that the configuration names.
import type { WorkerPool } from '../../lib/worker-pool.ts';
import type { Embedder } from './embedder.ts';
import { createHashedEmbedder } from './hashed.ts';

export interface EmbedderSettings {
  engine: 'hashed' | 'remote';
  url: string;
  apiKey: string | undefined;
  model: string | undefined;
  /** Length of the vectors; undefined leaves it to the model. */
  dimensions: number | undefined;
}

export interface EmbedderBounds {
  embedTimeoutMs: number;
  embedBatchTexts: number;
  embedParallel: number;
}

/** Opens nothing on the network. */
export async function openEmbedder(
  settings: EmbedderSettings,
  bounds: EmbedderBounds,
  workers: Pick<WorkerPool, 'run'>,
): Promise<Embedder> {
  const hashed = createHashedEmbedder(workers);
  if (settings.engine === 'hashed') return hashed;
  if (!settings.model) throw new Error('EMBED_MODEL must name the model that the embedding server is to use.');
  const { createRemoteEmbedder } = await import('./remote.ts');
  return createRemoteEmbedder({
    baseUrl: settings.url,
    apiKey: settings.apiKey,
    model: settings.model,
    dimensions: settings.dimensions,
    timeoutMs: bounds.embedTimeoutMs,
    batchTexts: bounds.embedBatchTexts,
    parallel: bounds.embedParallel,
    former: hashed,
  });
}
