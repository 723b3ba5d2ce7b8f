// The port of the search index: passages found by keywords and by meaning, fused. Derived data: it may be deleted and is built again.

export interface IndexedPassage {
  /** Stable for the same document, reading and place. */
  id: string;
  /** Order within the document, from 0. */
  ordinal: number;
  /** Page, sheet or slide where it begins. */
  page: number;
  /** Headings above it, outermost first, joined by ` › `; may be empty. */
  heading: string;
  text: string;
  /** Words it is found by besides its heading and text: the name of its document, the clause it belongs to. */
  context?: string;
  /** Absent: found by keywords only until it is embedded. */
  vector?: Float32Array;
}

export interface IndexedDocument {
  tenantId: string;
  documentId: string;
  /** Who may search it: `room:<id>` or `library`. Within the tenant. */
  scope: string;
  /** The set of vectors these belong to, see `Embedder.space`. All passages of a document are in one. */
  space: string;
  /** Changes with everything for which the document would have to be indexed again, but for the space. */
  version: string;
}

/** The question as a vector; passages of its space are compared with it, those of others are not. */
export interface QueryVector {
  space: string;
  vector: Float32Array;
  /** How much it counts beside keywords, which count 1. */
  weight: number;
  /** Cosine below which a passage is not named. */
  leastSimilarity: number;
}

export interface PassageQuery {
  tenantId: string;
  /** At least one; passages of other scopes are never looked at. */
  scopes: readonly string[];
  /** Narrows further when given; an empty list finds nothing. */
  documentIds?: readonly string[];
  text: string;
  /** Further words that may stand for those of the text, such as translations; they count less. */
  alsoText?: string;
  /** None: keywords only. Several while a change of the embedding model is under way. */
  vectors?: readonly QueryVector[];
  limit: number;
}

export interface FoundPassage extends Omit<IndexedPassage, 'vector' | 'context'> {
  documentId: string;
  /** Fused; comparable within one answer only. */
  score: number;
  /** Places in the two lists before they were fused; 1 is the best. */
  keywordRank?: number;
  vectorRank?: number;
}

export interface DocumentInIndex {
  documentId: string;
  scope: string;
  version: string;
  passages: number;
  /** Passages with a vector of the space that was asked for. */
  embedded: number;
}

/** A text of a line or two with its vector, kept beside the passages for whoever has few words and no document. */
export interface VectorRow {
  /** Unique within its collection. */
  key: string;
  /** What it belongs to. */
  owner: string;
  /** Anything, as text. */
  payload: string;
}
export type NewVectorRow = VectorRow & { scope: string; vector: Float32Array };
export type VectorRowHit = VectorRow & { score: number };
export type VectorRowSelection = { scope: string; owner?: string; limit: number };

/** Throws as the index does. Nothing is ever looked for in more than one scope. */
export interface VectorRows {
  /** The same key again replaces what stood under it. */
  put(collection: string, rows: readonly NewVectorRow[]): Promise<void>;
  remove(collection: string, keys: readonly string[]): Promise<void>;
  /** Of every collection. */
  removeScope(scope: string): Promise<void>;
  /** Nearest first. */
  search(collection: string, scope: string, vector: Float32Array, limit: number): Promise<VectorRowHit[]>;
  list(collection: string, selection: VectorRowSelection): Promise<VectorRow[]>;
  get(collection: string, key: string): Promise<VectorRow | undefined>;
  count(collection: string): Promise<number>;
}

/**
 * Throws AppError `unavailable` with the reason `search_unavailable` when the index cannot be reached. All calls may run side by side;
 * calls for one document run in order. Implementations refuse empty tenants and scopes, so that a mistake finds nothing instead of everything.
 */
export interface VectorIndex {
  readonly engine: 'embedded' | 'qdrant';
  /**
   * All passages of a document at once, handed over in batches: searches see the old ones until the new ones are complete. When
   * `batches` throws or `signal` fires, the old ones stay.
   * @returns how many there are, and how many of them have a vector
   */
  replace(
    document: IndexedDocument,
    batches: AsyncIterable<readonly IndexedPassage[]>,
    signal?: AbortSignal,
  ): Promise<{ passages: number; embedded: number }>;
  remove(tenantId: string, documentId: string): Promise<void>;
  /** Best first. */
  search(query: PassageQuery, signal?: AbortSignal): Promise<FoundPassage[]>;
  /** Passages of one document in order, for reading it whole. */
  list(
    tenantId: string,
    documentId: string,
    range: { from: number; limit: number },
  ): Promise<Omit<IndexedPassage, 'vector' | 'context'>[]>;
  /** What is there, so that what is missing can be indexed: at start, after the file was deleted, after a change of the model. */
  documents(tenantId: string, space: string): Promise<DocumentInIndex[]>;
  counts(): Promise<{ documents: number; passages: number }>;
  health(): Promise<{ ok: boolean; problem?: string }>;
  /** Told when what was indexed was lost while running and has to be indexed again. */
  onLost(listener: () => void): void;
  /** Where the engine has a place for them. */
  readonly rows?: VectorRows;
  close(): Promise<void>;
}
