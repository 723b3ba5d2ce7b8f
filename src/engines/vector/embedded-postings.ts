// Where terms stand, as the reading thread keeps it: read from the file when a search asks for a term, and kept for the next one.
import { ABOUT_SHARE } from './bm25.ts';
import { decodePostings } from './embedded-codec.ts';
import type { Place } from './embedded-documents.ts';
import { BrokenContent, type IndexFile, PASSAGES_PER_DOCUMENT } from './embedded-schema.ts';

/**
 * What one place knows of one term: for each document its row, how many passages follow, and these. A passage is its ordinal and how often
 * the term stands there, in parts of `OFTEN_PARTS`, in one number.
 */
type TermInPlace = Int32Array;

/** What stands around a passage counts half. */
const OFTEN_PARTS = 1 / ABOUT_SHARE;
const OFTEN_BITS = 10;
export const oftenOf = (passage: number): number => (passage & (2 ** OFTEN_BITS - 1)) * ABOUT_SHARE;
export const ordinalOf = (passage: number): number => passage >>> OFTEN_BITS;

/** Of one term. */
interface Kept {
  /** By the id of the place, with the revision of the place that it was read at. */
  places: Map<number, { revision: number; passages: TermInPlace }>;
  bytes: number;
}

const NOWHERE: TermInPlace = new Int32Array(0);
/** What one place of a term takes besides its passages. */
const BYTES_PER_PLACE = 120;

export class PostingMemory {
  readonly #mostBytes: number;
  /** By the id of the term, the least recently asked first. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;
  readonly #idOf;
  readonly #select;

  constructor(db: IndexFile, mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#idOf = db.prepare<[string], number>('select id from terms where term = ?').pluck();
    this.#select = db
      .prepare<[string, number], [place: number, data: Uint8Array]>(
        'select place, data from postings where place in (select value from json_each(?)) and term = ? order by place',
      )
      .raw();
  }

  /** What each of the places knows of the term, where it knows something. Call it in the transaction in which the places were read. */
  find(term: string, places: readonly Place[]): TermInPlace[] {
    const id = this.#idOf.get(term);
    if (id === undefined) return [];
    const kept = this.#kept.get(id) ?? { places: new Map(), bytes: 0 };
    const missing = places.filter((place) => kept.places.get(place.id)?.revision !== place.revision);
    if (missing.length > 0) this.#load(id, kept, missing);
    this.#keep(id, kept);
    return places.map((place) => kept.places.get(place.id)!.passages).filter((passages) => passages.length > 0);
  }

  #load(id: number, kept: Kept, missing: readonly Place[]): void {
    const before = kept.bytes;
    for (const { id: place, revision } of missing) {
      kept.bytes -= bytesOf(kept.places.get(place)?.passages);
      kept.places.set(place, { revision, passages: NOWHERE });
      kept.bytes += bytesOf(NOWHERE);
    }
    const rows = this.#select.all(JSON.stringify(missing.map((place) => place.id)), id);
    const documents = new Map(missing.map((place) => [place.id, place.rows]));
    for (let at = 0; at < rows.length; ) {
      const place = rows[at]![0];
      const found = new Passages(documents.get(place)!);
      for (; at < rows.length && rows[at]![0] === place; at++) found.add(rows[at]![1]);
      const passages = found.take();
      kept.places.get(place)!.passages = passages;
      kept.bytes += passages.byteLength;
    }
    this.#bytes += kept.bytes - before;
  }

  #keep(id: number, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#mostBytes || oldest === id) return;
      this.#kept.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

const bytesOf = (passages: TermInPlace | undefined): number =>
  passages === undefined ? 0 : BYTES_PER_PLACE + passages.byteLength;

/** Gathers what a place knows of a term. */
class Passages {
  static #room = new Int32Array(4_096);
  readonly #documents: ReadonlySet<number>;
  #length = 0;

  constructor(documents: ReadonlySet<number>) {
    this.#documents = documents;
  }

  add(postings: Uint8Array): void {
    // A passage takes three bytes or more, and so do a document and its length with the first of them.
    const most = this.#length + postings.length;
    if (most > Passages.#room.length) {
      const larger = new Int32Array(2 * most);
      larger.set(Passages.#room);
      Passages.#room = larger;
    }
    const room = Passages.#room;
    let [head, at] = [0, this.#length];
    decodePostings(
      postings,
      (document) => {
        if (!this.#documents.has(document)) throw new BrokenContent('A term stands in a document that is not there.');
        head = at;
        room[head] = document;
        room[head + 1] = 0;
        at += 2;
      },
      (ordinal, text, about) => {
        if (ordinal >= PASSAGES_PER_DOCUMENT) throw new BrokenContent('A term stands beyond any document.');
        room[at++] = ordinal * 2 ** OFTEN_BITS + text * OFTEN_PARTS + about;
        room[head + 1]! += 1;
      },
    );
    this.#length = at;
  }

  take(): TermInPlace {
    return Passages.#room.slice(0, this.#length);
  }
}
