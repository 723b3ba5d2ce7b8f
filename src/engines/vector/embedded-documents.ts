// What the reading thread keeps of the documents in the file: lists of places, lengths and vectors, the latter within a bound.
import { decodeVectors, type VectorBlock } from './embedded-codec.ts';
import { BrokenContent, type IndexFile, PASSAGES_PER_DOCUMENT } from './embedded-schema.ts';

/** As it lies in the file; a document that is indexed again gets another row, so what is kept of a row never goes stale. */
export interface DocumentInFile {
  row: number;
  documentId: string;
  place: number;
  space: string;
  dimensions: number;
  passages: number;
  embedded: number;
  /** Words of each passage. */
  lengths: Uint16Array;
}

interface DocumentsRow extends Omit<DocumentInFile, 'lengths'> {
  lengths: Uint8Array;
}

export class DocumentMemory {
  readonly #db: IndexFile;
  readonly #mostBytes: number;
  #version = -1;
  #places = new Map<number, DocumentInFile[]>();
  #documents = new Map<number, DocumentInFile>();
  /** The least recently used first. */
  readonly #vectors = new Map<number, VectorBlock[]>();
  #bytes = 0;

  constructor(db: IndexFile, mostBytes: number) {
    this.#db = db;
    this.#mostBytes = mostBytes;
  }

  /** Ids of those that exist. */
  places(tenantId: string, scopes: readonly string[]): number[] {
    const select = this.#db.prepare<[string, string], number>('select id from places where tenant = ? and scope = ?');
    return scopes.flatMap((scope) => select.pluck().get(tenantId, scope) ?? []);
  }

  /** Call it inside of the transaction that goes on to read them. */
  inPlace(place: number): DocumentInFile[] {
    const version = this.#db.pragma('data_version', { simple: true }) as number;
    if (version !== this.#version) {
      this.#version = version;
      this.#places = new Map();
    }
    const known = this.#places.get(place);
    if (known) return known;
    const rows = this.#db
      .prepare<[number], number>('select id from documents where place = ? and live = 1')
      .pluck()
      .all(place);
    const documents = rows.map((row) => this.#documents.get(row) ?? this.#load(row));
    this.#forget(place, new Set(rows));
    for (const document of documents) this.#documents.set(document.row, document);
    this.#places.set(place, documents);
    return documents;
  }

  /** One block after the other, in the order of passages; the number of passages in each is that of its scales. */
  vectorsOf({ row, dimensions, passages }: DocumentInFile): VectorBlock[] {
    const known = this.#vectors.get(row);
    if (known) {
      this.#vectors.delete(row);
      this.#vectors.set(row, known);
      return known;
    }
    const blocks = this.#db
      .prepare<[number, number], Uint8Array>('select data from vectors where first >= ? and first < ? order by first')
      .pluck()
      .all(row * PASSAGES_PER_DOCUMENT, (row + 1) * PASSAGES_PER_DOCUMENT)
      .map((data) => decodeVectors(data, dimensions));
    const vectors = blocks.reduce((sum, { scales }) => sum + scales.length, 0);
    if (vectors !== passages && vectors !== 0) throw new BrokenContent('Vectors do not go with their passages.');
    this.#vectors.set(row, blocks);
    this.#bytes += bytesOf(blocks);
    for (const [oldest] of this.#vectors) {
      if (this.#bytes <= this.#mostBytes || oldest === row) break;
      this.#drop(oldest);
    }
    return blocks;
  }

  #load(row: number): DocumentInFile {
    const found = this.#db
      .prepare<[number], DocumentsRow>(
        `select id as row, document as documentId, place, space, dimensions, passages, embedded, lengths
         from documents where id = ?`,
      )
      .get(row)!;
    const lengths = new Uint16Array(Uint8Array.from(found.lengths).buffer);
    if (lengths.length !== found.passages) throw new BrokenContent('Lengths do not go with their passages.');
    return { ...found, lengths };
  }

  #forget(place: number, rows: ReadonlySet<number>): void {
    for (const [row, document] of this.#documents) {
      if (document.place !== place || rows.has(row)) continue;
      this.#documents.delete(row);
      this.#drop(row);
    }
  }

  #drop(row: number): void {
    const blocks = this.#vectors.get(row);
    if (!blocks) return;
    this.#vectors.delete(row);
    this.#bytes -= bytesOf(blocks);
  }
}

const bytesOf = (blocks: readonly VectorBlock[]): number =>
  blocks.reduce((sum, { scales, values }) => sum + scales.byteLength + values.byteLength, 0);
