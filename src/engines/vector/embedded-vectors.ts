// Vectors that the reading thread keeps, within a bound, where they can be compared with a question; the others are read when they are needed.
import type { DocumentInFile } from './embedded-documents.ts';
import { BrokenContent, type IndexFile, PASSAGES_PER_DOCUMENT } from './embedded-schema.ts';
import { SimilarityMemory, SLOTS } from './similarity.ts';

/** Vectors of many documents side by side: long rows of memory are read many times as fast as short ones. */
interface Shelf {
  /** Of its memory. */
  at: number;
  dimensions: number;
  /** The first slot that nothing was put into. Those of documents that are gone stay empty. */
  free: number;
  /** Rows of the documents that have something here. */
  rows: Set<number>;
}

/** Vectors of neighbouring passages in neighbouring slots. */
interface Piece {
  shelf: Shelf;
  slot: number;
  /** Passage of the document. */
  first: number;
  count: number;
}

interface Compared<Document> extends Piece {
  document: Document;
}

/** @param similarities of the passages from `first` on, `count` of them, from `at` on; NaN without a vector. Good until it returns. */
export type EachPiece<Document> = (
  document: Document,
  first: number,
  similarities: Float32Array,
  at: number,
  count: number,
) => void;

const BYTES_PER_SCALE = 4;

export class VectorMemory {
  readonly #db: IndexFile;
  readonly #mostBytes: number;
  readonly #memory = new SimilarityMemory();
  /** The least recently used first. */
  readonly #shelves = new Set<Shelf>();
  readonly #pieces = new Map<number, Piece[]>();

  /** @param mostBytes of what is kept; a document that has more is kept all the same until the next one comes */
  constructor(db: IndexFile, mostBytes: number) {
    this.#db = db;
    this.#mostBytes = mostBytes;
  }

  /** Calls `each` with the cosine similarity of every passage of the documents, whose vectors must be as long as the one given. */
  compare<Document extends { document: DocumentInFile }>(
    vector: Float32Array,
    documents: Iterable<Document>,
    each: EachPiece<Document>,
  ): void {
    this.#memory.ask(vector);
    const waiting = new Map<Shelf, Compared<Document>[]>();
    const compareWaiting = (): void => {
      for (const [shelf, pieces] of waiting) this.#compareShelf(shelf, pieces, each);
      waiting.clear();
    };
    for (const document of documents) {
      const { row } = document.document;
      for (const piece of this.#pieces.get(row) ?? this.#load(document.document, compareWaiting)) {
        const pieces = waiting.get(piece.shelf);
        if (pieces) pieces.push({ ...piece, document });
        else waiting.set(piece.shelf, [{ ...piece, document }]);
      }
    }
    compareWaiting();
  }

  drop(row: number): void {
    for (const { shelf } of this.#pieces.get(row) ?? []) {
      shelf.rows.delete(row);
      if (shelf.rows.size === 0) shelf.free = 0;
    }
    this.#pieces.delete(row);
  }

  #compareShelf<Document>(shelf: Shelf, pieces: readonly Compared<Document>[], each: EachPiece<Document>): void {
    this.#shelves.delete(shelf);
    this.#shelves.add(shelf);
    let [from, to] = [SLOTS, 0];
    for (const { slot, count } of pieces) {
      from = Math.min(from, slot);
      to = Math.max(to, slot + count);
    }
    const similarities = this.#memory.compare(shelf, from, to);
    for (const { document, first, slot, count } of pieces) each(document, first, similarities, slot - from, count);
  }

  /** @param onFull is called before anything is taken away */
  #load({ row, dimensions, passages }: DocumentInFile, onFull: () => void): readonly Piece[] {
    const stored = this.#db
      .prepare<[number, number], Uint8Array>('select data from vectors where first >= ? and first < ? order by first')
      .pluck()
      .all(row * PASSAGES_PER_DOCUMENT, (row + 1) * PASSAGES_PER_DOCUMENT);
    const counts = stored.map((data) => data.length / (dimensions + BYTES_PER_SCALE));
    const vectors = counts.reduce((sum, count) => sum + count, 0);
    if (!counts.every(Number.isInteger) || (vectors !== passages && vectors !== 0)) {
      throw new BrokenContent('Vectors do not go with their passages.');
    }
    const pieces: Piece[] = [];
    this.#pieces.set(row, pieces);
    let first = 0;
    for (const [index, data] of stored.entries()) {
      const ofBlock = counts[index]!;
      for (let from = 0; from < ofBlock; ) {
        const shelf = this.#shelfFor(row, dimensions, onFull);
        const count = Math.min(ofBlock - from, SLOTS - shelf.free);
        const slot = shelf.free;
        this.#memory.put(shelf, slot, data, ofBlock, from, from + count);
        shelf.free += count;
        shelf.rows.add(row);
        const last = pieces.at(-1);
        if (last?.shelf === shelf) last.count += count;
        else pieces.push({ shelf, slot, first: first + from, count });
        from += count;
      }
      first += ofBlock;
    }
    return pieces;
  }

  /** @returns one with a free slot */
  #shelfFor(row: number, dimensions: number, onFull: () => void): Shelf {
    for (const shelf of this.#shelves) if (shelf.dimensions === dimensions && shelf.free < SLOTS) return shelf;
    const bytes = this.#memory.bytesOfShelf(dimensions);
    if (this.#memory.usedBytes + bytes > this.#mostBytes) {
      onFull();
      const oldest = [...this.#shelves].find((shelf) => shelf.dimensions === dimensions && !shelf.rows.has(row));
      if (oldest) {
        for (const other of oldest.rows) this.drop(other);
        return oldest;
      }
      // Vectors of another length fill the memory: what of them is still asked for is read again.
      if (![...this.#shelves].some((shelf) => shelf.rows.has(row))) this.#forgetAll(row);
    }
    const shelf = { at: this.#memory.take(bytes), dimensions, free: 0, rows: new Set<number>() };
    this.#shelves.add(shelf);
    return shelf;
  }

  #forgetAll(but: number): void {
    for (const row of [...this.#pieces.keys()]) if (row !== but) this.#pieces.delete(row);
    this.#shelves.clear();
    this.#memory.freeAll();
  }
}
