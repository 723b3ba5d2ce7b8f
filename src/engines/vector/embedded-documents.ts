// What the reading thread keeps of the documents in the file: which stand in which place, and how long their passages are.
import { BrokenContent, type IndexFile } from './embedded-schema.ts';

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
  /** Of all of them. */
  words: number;
}

/** What may be searched as one, such as a room. */
export interface Place {
  id: number;
  documents: readonly DocumentInFile[];
  /** Of its documents. */
  rows: ReadonlySet<number>;
  /** Another one whenever other documents stand in it. */
  revision: number;
}

interface DocumentsRow extends Omit<DocumentInFile, 'lengths' | 'words'> {
  lengths: Uint8Array;
}

export class DocumentMemory {
  readonly #db: IndexFile;
  readonly #onGone: (row: number) => void;
  readonly #placeIds;
  readonly #rows;
  #version = -1;
  #revisions = 0;
  readonly #places = new Map<number, Place & { version: number }>();
  readonly #documents = new Map<number, DocumentInFile>();

  /** @param onGone is told of documents that are no longer there */
  constructor(db: IndexFile, onGone: (row: number) => void) {
    this.#db = db;
    this.#onGone = onGone;
    this.#placeIds = db
      .prepare<[string, string], number>(
        'select id from places where tenant = ? and scope in (select value from json_each(?)) order by id',
      )
      .pluck();
    this.#rows = db
      .prepare<[number], number>('select id from documents where place = ? and live = 1 order by id')
      .pluck();
  }

  /** Those that exist. Call it inside of the transaction that goes on to read what is in them. */
  places(tenantId: string, scopes: readonly string[]): Place[] {
    this.#version = this.#db.pragma('data_version', { simple: true }) as number;
    return this.#placeIds.all(tenantId, JSON.stringify(scopes)).map((id) => this.#place(id));
  }

  #place(id: number): Place {
    const known = this.#places.get(id);
    if (known?.version === this.#version) return known;
    const rows = this.#rows.all(id);
    const isSame = known?.documents.length === rows.length && known.documents.every(({ row }, at) => row === rows[at]);
    const documents = isSame ? known.documents : rows.map((row) => this.#documents.get(row) ?? this.#load(row));
    if (!isSame) this.#replace(known?.documents ?? [], documents);
    const revision = isSame ? known.revision : ++this.#revisions;
    const place = { id, documents, rows: isSame ? known.rows : new Set(rows), revision, version: this.#version };
    this.#places.set(id, place);
    return place;
  }

  #replace(before: readonly DocumentInFile[], now: readonly DocumentInFile[]): void {
    const rows = new Set(now.map(({ row }) => row));
    for (const { row } of before) {
      if (rows.has(row)) continue;
      this.#documents.delete(row);
      this.#onGone(row);
    }
    for (const document of now) this.#documents.set(document.row, document);
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
    return { ...found, lengths, words: lengths.reduce((sum, length) => sum + length, 0) };
  }
}
