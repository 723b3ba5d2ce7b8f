// The port of recall by meaning: names the memories of a scope that are nearest to a question. Derived data: the truth decides what is said.

/** Where memories lie together: nothing is ever looked for in two of them at once. */
export interface EngineScope {
  kind: 'room' | 'person' | 'tenant';
  id: string;
}

/** Vectors of one space are comparable with each other and with nothing else. Length 1. */
export interface EngineVector {
  space: string;
  vector: Float32Array;
}

export interface EngineMemory {
  memoryId: string;
  scope: EngineScope;
  text: string;
  vector: EngineVector;
}

export interface RecalledMemory {
  memoryId: string;
  /** Cosine; comparable within one space. */
  score: number;
}

/**
 * Throws AppError `unavailable` when it cannot be reached or could not be loaded. Writes of one scope run in order. Scopes whose id is not
 * plain are refused, so that a mistake finds nothing instead of everything.
 */
export interface MemoryEngine {
  /** For /health. */
  readonly engine: string;
  /** Reads what takes its time to load; whoever asks before waits for it. Never throws: `health` says so. */
  load(): Promise<void>;
  /** What was there of this memory is replaced. Doing it twice is doing it once. */
  put(memory: EngineMemory): Promise<void>;
  /** Nothing of it is left in this engine, in the spaces given. */
  remove(scope: EngineScope, memoryId: string, space: string, dimensions: number): Promise<void>;
  /** Nearest first, of one scope. */
  search(query: { scope: EngineScope; text: string; vector: EngineVector; limit: number }): Promise<RecalledMemory[]>;
  /** How many memories it holds of this space. */
  count(space: string, dimensions: number): Promise<number>;
  /** Whether the last call went well; never a call of its own. */
  health(): { ok: boolean; problem?: string };
}
