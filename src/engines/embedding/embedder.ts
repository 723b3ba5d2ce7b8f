// The port of embedding: texts become vectors, so that passages and memories can be found by meaning.

/** What a text is for: some models embed a question and a passage differently. */
export type EmbeddingPurpose = 'passage' | 'question';

/**
 * Vectors of one space are comparable with each other and with nothing else. All have length 1 (L2).
 * Throws AppError `unavailable` with the reason `embedding_unavailable` when the model cannot be reached within its time or refuses;
 * `details.retryAfterMs` when it may be tried again.
 */
export interface Embedder {
  readonly engine: 'hashed' | 'remote';
  /** As its server calls it, or `hash-v1`. */
  readonly model: string;
  /** Names the set of comparable vectors, under which they are kept: model, version, and the length that was asked for. */
  readonly space: string;
  /** Of a vector; 0 until the first answer when nobody said which. */
  readonly dimensions: number;
  /** How much its opinion counts beside keywords, which count 1. */
  readonly weight: number;
  /** Cosine below which two texts have nothing to do with each other; 0 where that is not known. */
  readonly leastSimilarity: number;
  /**
   * In the order of `texts`; any number of them, batched inside. Long work never holds up the event loop. Questions are remembered, and the
   * same question asked twice at once is asked once.
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]>;
  /** Whether the last calls went well, for /health and /rag/health; never a call of its own. */
  health(): { ok: boolean; problem?: string };
  /** Costs nothing and is always there: its vectors serve until those of this one are complete. */
  readonly former?: Embedder;
  close?(): Promise<void>;
}
