// What crosses between the embedded index and its two threads.
import type {
  IndexedDocument,
  IndexedPassage,
  NewVectorRow,
  PassageQuery,
  VectorRowSelection,
} from './vector-index.ts';

export interface WorkerData {
  role: 'write' | 'read';
  file: string;
  cacheBytes: number;
}

export type WriteCall =
  | { name: 'begin'; document: IndexedDocument }
  | {
      name: 'put';
      staged: number;
      passages: (Omit<IndexedPassage, 'vector'> & { hasVector: boolean })[];
      /** Those of the passages that have one, one after the other. */
      vectors: Float32Array;
      dimensions: number;
    }
  | { name: 'commit'; staged: number }
  | { name: 'abandon'; staged: number }
  | { name: 'remove'; tenantId: string; documentId: string }
  | { name: 'putRows'; collection: string; rows: readonly NewVectorRow[] }
  | { name: 'removeRows'; collection: string; keys: readonly string[] }
  | { name: 'removeRowsOf'; scope: string };

export type ReadCall =
  | { name: 'search'; query: PassageQuery }
  | { name: 'list'; tenantId: string; documentId: string; range: { from: number; limit: number } }
  | { name: 'documents'; tenantId: string; space: string }
  | { name: 'counts' }
  | { name: 'searchRows'; collection: string; scope: string; vector: Float32Array; limit: number }
  | { name: 'listRows'; collection: string; selection: VectorRowSelection }
  | { name: 'getRow'; collection: string; key: string }
  | { name: 'countRows'; collection: string };

/** One for each call, in their order; the first one says whether the file was opened. */
export type WorkerAnswer = { result: unknown } | { problem: string; isBroken: boolean };
