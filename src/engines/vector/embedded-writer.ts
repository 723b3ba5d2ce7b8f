// Everything that changes the file of the embedded index. Runs in its one writing thread.
import {
  appendPostings,
  decodeNumbers,
  encodeNumbers,
  encodePostings,
  encodeVectors,
  type Posting,
  withoutPostings,
} from './embedded-codec.ts';
import { type IndexFile, PASSAGES_PER_DOCUMENT } from './embedded-schema.ts';
import { spellingsOf } from './embedded-spelling.ts';
import { passageTerms } from './passage-terms.ts';
import type { IndexedDocument, IndexedPassage } from './vector-index.ts';

/** A document whose passages are being put in; nobody finds it yet. */
interface Staged {
  document: IndexedDocument;
  place: number;
  postings: Map<string, Posting[]>;
  lengths: number[];
  embedded: number;
  dimensions: number;
}

const LONGEST_COUNTED = 65_535;
/** Of the documents of a bunch together: a search reads few rows for many small documents, and little is written again for a new one. */
const PASSAGES_PER_BUNCH = 1_024;

export class IndexWriter {
  readonly #db: IndexFile;
  readonly #staged = new Map<number, Staged>();

  constructor(db: IndexFile) {
    this.#db = db;
    this.#deleteLeftovers();
  }

  /** @returns what `put`, `commit` and `abandon` are to be given */
  begin(document: IndexedDocument): number {
    const place = this.#placeOf(document.tenantId, document.scope);
    const { lastInsertRowid } = this.#db
      .prepare('insert into documents (tenant, document, place, space, version, live) values (?, ?, ?, ?, ?, 0)')
      .run(document.tenantId, document.documentId, place, document.space, document.version);
    const id = Number(lastInsertRowid);
    this.#staged.set(id, { document, place, postings: new Map(), lengths: [], embedded: 0, dimensions: 0 });
    return id;
  }

  put(id: number, passages: readonly IndexedPassage[]): void {
    const staged = this.#require(id);
    const first = staged.lengths.length;
    if (first + passages.length > PASSAGES_PER_DOCUMENT) throw new Error('A document has too many passages.');
    const insert = this.#db.prepare('insert into passages (id, key, page, heading, text) values (?, ?, ?, ?, ?)');
    this.#db.transaction(() => {
      for (const [at, passage] of passages.entries()) {
        const key = id * PASSAGES_PER_DOCUMENT + first + at;
        insert.run(key, passage.id, passage.page, passage.heading, passage.text);
      }
      this.#putVectors(id, staged, first, passages);
    })();
    for (const passage of passages) collectTerms(staged, passage);
  }

  /** From here on it is found, and what was there before no longer. */
  commit(id: number): { passages: number; embedded: number } {
    const staged = this.#require(id);
    const { document, lengths, embedded, dimensions } = staged;
    this.#db.transaction(() => {
      this.#deleteLive(document.tenantId, document.documentId);
      const bunch = this.#bunchFor(staged.place, lengths.length) ?? id;
      const terms = this.#insertPostings(id, staged, bunch);
      this.#db
        .prepare(
          `update documents set live = 1, bunch = ?, passages = ?, embedded = ?, dimensions = ?, lengths = ?, terms = ?
           where id = ?`,
        )
        .run(bunch, lengths.length, embedded, dimensions, Buffer.from(Uint16Array.from(lengths).buffer), terms, id);
    })();
    this.#staged.delete(id);
    return { passages: lengths.length, embedded };
  }

  abandon(id: number): void {
    if (!this.#staged.delete(id)) return;
    this.#db.transaction(() => this.#deleteContent(id))();
  }

  remove(tenantId: string, documentId: string): void {
    this.#db.transaction(() => this.#deleteLive(tenantId, documentId))();
    // The log beside the file still holds the words; a search that is under way may keep it until the next time.
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  #require(id: number): Staged {
    const staged = this.#staged.get(id);
    if (!staged) throw new Error('This document is not being put in.');
    return staged;
  }

  #placeOf(tenantId: string, scope: string): number {
    this.#db.prepare('insert or ignore into places (tenant, scope) values (?, ?)').run(tenantId, scope);
    const select = this.#db.prepare<[string, string], number>('select id from places where tenant = ? and scope = ?');
    return select.pluck().get(tenantId, scope)!;
  }

  #putVectors(id: number, staged: Staged, first: number, passages: readonly IndexedPassage[]): void {
    const vectors = passages.map(({ vector }) => vector);
    const dimensions = vectors.find((vector) => vector)?.length ?? 0;
    if (dimensions === 0) return;
    staged.dimensions ||= dimensions;
    if (vectors.some((vector) => vector && vector.length !== staged.dimensions)) {
      throw new Error('The vectors of a document must have one length.');
    }
    this.#db
      .prepare('insert into vectors (first, data) values (?, ?)')
      .run(id * PASSAGES_PER_DOCUMENT + first, encodeVectors(vectors, dimensions));
    staged.embedded += vectors.filter((vector) => vector).length;
  }

  /** @returns the last one, where there is room in it */
  #bunchFor(place: number, passages: number): number | undefined {
    const last = this.#db
      .prepare<[number], { bunch: number; passages: number }>(
        `select bunch, sum(passages) as passages from documents where place = ? and live = 1
         group by bunch order by bunch desc limit 1`,
      )
      .get(place);
    return last && last.passages + passages <= PASSAGES_PER_BUNCH ? last.bunch : undefined;
  }

  /** @returns the ids of the terms, as they are kept with the document */
  #insertPostings(id: number, { postings, place }: Staged, bunch: number): Uint8Array {
    const select = this.#selectPostings();
    const insert = this.#db.prepare('insert or replace into postings (place, term, bunch, data) values (?, ?, ?, ?)');
    const find = this.#db.prepare<[string], number>('select id from terms where term = ?').pluck();
    const count = this.#db.prepare('update terms set documents = documents + 1 where id = ?');
    const add = this.#db.prepare('insert into terms (term, documents) values (?, 1)');
    const spell = this.#db.prepare('insert or ignore into spellings (near, term) values (?, ?)');
    const ids: number[] = [];
    // In order, so that neighbours in the table are written together.
    for (const [term, found] of [...postings].sort(([a], [b]) => (a < b ? -1 : 1))) {
      let termId = find.get(term);
      if (termId === undefined) {
        termId = Number(add.run(term).lastInsertRowid);
        for (const near of spellingsOf(term)) spell.run(near, termId);
      } else {
        count.run(termId);
      }
      const before = bunch === id ? undefined : select.get(place, termId, bunch);
      insert.run(place, termId, bunch, appendPostings(before, id, encodePostings(found)));
      ids.push(termId);
    }
    return encodeNumbers(ids.sort((a, b) => a - b));
  }

  #deleteLive(tenantId: string, documentId: string): void {
    const live = this.#db
      .prepare<[string, string], { id: number; place: number; bunch: number; terms: Uint8Array }>(
        'select id, place, bunch, terms from documents where tenant = ? and document = ? and live = 1',
      )
      .get(tenantId, documentId);
    if (!live) return;
    const select = this.#selectPostings();
    const deletePostings = this.#db.prepare('delete from postings where place = ? and term = ? and bunch = ?');
    const leavePostings = this.#db.prepare('update postings set data = ? where place = ? and term = ? and bunch = ?');
    const uncount = this.#db.prepare('update terms set documents = documents - 1 where id = ?');
    const find = this.#db.prepare<[number], string>('select term from terms where id = ? and documents = 0').pluck();
    const deleteTerm = this.#db.prepare('delete from terms where id = ?');
    const unspell = this.#db.prepare('delete from spellings where near = ? and term = ?');
    for (const termId of decodeNumbers(live.terms)) {
      const left = withoutPostings(select.get(live.place, termId, live.bunch) ?? new Uint8Array(), live.id);
      if (left.length === 0) deletePostings.run(live.place, termId, live.bunch);
      else leavePostings.run(left, live.place, termId, live.bunch);
      uncount.run(termId);
      // A word that stands nowhere any more leaves nothing behind.
      const term = find.get(termId);
      if (term === undefined) continue;
      deleteTerm.run(termId);
      for (const near of spellingsOf(term)) unspell.run(near, termId);
    }
    this.#deleteContent(live.id);
  }

  #selectPostings() {
    return this.#db
      .prepare<[number, number, number], Uint8Array>(
        'select data from postings where place = ? and term = ? and bunch = ?',
      )
      .pluck();
  }

  /** What stands under the id of a document, without its terms. */
  #deleteContent(id: number): void {
    const range = [id * PASSAGES_PER_DOCUMENT, (id + 1) * PASSAGES_PER_DOCUMENT];
    this.#db.prepare('delete from passages where id >= ? and id < ?').run(range);
    this.#db.prepare('delete from vectors where first >= ? and first < ?').run(range);
    this.#db.prepare('delete from documents where id = ?').run(id);
  }

  /** What a run that was interrupted had begun. */
  #deleteLeftovers(): void {
    const ids = this.#db.prepare<[], number>('select id from documents where live = 0').pluck().all();
    for (const id of ids) this.#db.transaction(() => this.#deleteContent(id))();
  }
}

function collectTerms(staged: Staged, passage: IndexedPassage): void {
  const ordinal = staged.lengths.length;
  const { counts, length } = passageTerms(passage);
  for (const [term, count] of counts) {
    const postings = staged.postings.get(term);
    if (postings) postings.push({ ordinal, ...count });
    else staged.postings.set(term, [{ ordinal, ...count }]);
  }
  staged.lengths.push(Math.min(length, LONGEST_COUNTED));
}
