// The port of embedding: texts become vectors, so that passages and memories can be found by meaning.

/** What a text is for: some models embed a question and a passage differently. */
export type EmbeddingPurpose = 'passage' | 'question';

/**
 * Vectors of one model are comparable with each other and with nothing else. All have length 1 (L2).
 * Throws AppError `unavailable` when the model cannot be reached within its time; `details.retryAfterMs` when it may be tried again.
 */
export interface Embedder {
  readonly engine: 'hashed' | 'remote';
  /** Model and version, e.g. `hash-v1` or `text-embedding-3-small`: part of the name under which vectors are kept. */
  readonly model: string;
  readonly dimensions: number;
  /** In the order of `texts`; any number of them, batched inside. Long work never holds up the event loop. */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Whether the last calls went well, for /health and /rag/health; never a call of its own. */
  health(): { ok: boolean; problem?: string };
  close?(): Promise<void>;
}

/** Names a set of comparable vectors. */
export const vectorSpace = (embedder: Pick<Embedder, 'model' | 'dimensions'>): string =>
  `${embedder.model}@${embedder.dimensions}`;
