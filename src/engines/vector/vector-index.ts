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
  /** Absent: found by keywords only until it is embedded. */
  vector?: Float32Array;
}

export interface IndexedDocument {
  tenantId: string;
  documentId: string;
  /** Who may search it: `room:<id>` or `library`. Within the tenant. */
  scope: string;
  /** The set of vectors these belong to, see `vectorSpace`. */
  space: string;
}

export interface PassageQuery {
  tenantId: string;
  /** At least one; passages of other scopes are never looked at. */
  scopes: readonly string[];
  /** Narrows further when given; an empty list finds nothing. */
  documentIds?: readonly string[];
  text: string;
  /** Absent: keywords only. */
  vector?: Float32Array;
  space?: string;
  limit: number;
}

export interface FoundPassage extends Omit<IndexedPassage, 'vector'> {
  documentId: string;
  /** Fused; comparable within one answer only. */
  score: number;
  /** Places in the two lists before they were fused; 1 is the best. */
  keywordRank?: number;
  vectorRank?: number;
}

/**
 * Throws AppError `unavailable` when the index cannot be reached. All calls may run side by side; calls for one document run in order.
 * Implementations refuse empty tenants and scopes, so that a mistake finds nothing instead of everything.
 */
export interface VectorIndex {
  readonly engine: 'embedded' | 'qdrant';
  /** All passages of a document at once: searches see the old ones until the new ones are complete. */
  replace(document: IndexedDocument, passages: readonly IndexedPassage[], signal?: AbortSignal): Promise<void>;
  /** Adds vectors of (another) space to the passages that are there, for a change of the embedding model. */
  setVectors(
    document: IndexedDocument,
    vectors: readonly { id: string; vector: Float32Array }[],
    signal?: AbortSignal,
  ): Promise<void>;
  remove(tenantId: string, documentId: string): Promise<void>;
  search(query: PassageQuery, signal?: AbortSignal): Promise<FoundPassage[]>;
  /** Passages of one document in order, for reading it whole. */
  list(
    tenantId: string,
    documentId: string,
    page: { from: number; limit: number },
  ): Promise<Omit<IndexedPassage, 'vector'>[]>;
  /** What is there, so that what is missing can be indexed: at start, after the file was deleted, after a change of the model. */
  documents(tenantId: string, space: string): Promise<{ documentId: string; passages: number; embedded: number }[]>;
  counts(): Promise<{ documents: number; passages: number }>;
  health(): Promise<{ ok: boolean; problem?: string }>;
  close(): Promise<void>;
}
