// The two rankings of the embedded index over the documents of one search: by keywords and by vectors.
import { lengthFactor, rareness, scoreOfOften } from './bm25.ts';
import type { DocumentInFile, Place } from './embedded-documents.ts';
import { oftenOf, ordinalOf, type PostingMemory } from './embedded-postings.ts';
import { BrokenContent, type IndexFile } from './embedded-schema.ts';
import { canBeMisspelt, isOneSlipApart, spellingsOf } from './embedded-spelling.ts';
import type { VectorMemory } from './embedded-vectors.ts';
import { mergeTerms, type QueryTerm, queryWords, termsOfWord } from './passage-terms.ts';
import type { PassageQuery, QueryVector } from './vector-index.ts';

export interface Ranked {
  /** Place among all passages of the search. */
  id: number;
  score: number;
}

/** The documents of one search, their passages numbered through. */
export interface Searched {
  documents: { document: DocumentInFile; offset: number }[];
  places: readonly Place[];
  passages: number;
}

/** Words of a question beyond this are the least telling ones and left out. */
const MOST_WORDS = 32;
/** What stands in for a word that is not there. */
const MOST_CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.8;
/** Words that were not asked for, such as translations. */
const ALSO_WEIGHT = 0.6;

export function collectDocuments(places: readonly Place[], documentIds?: readonly string[]): Searched {
  const wanted = documentIds && new Set(documentIds);
  const searched: Searched = { documents: [], places, passages: 0 };
  for (const document of places.flatMap((place) => place.documents)) {
    if (wanted && !wanted.has(document.documentId)) continue;
    searched.documents.push({ document, offset: searched.passages });
    searched.passages += document.passages;
  }
  return searched;
}

/** Where a passage that is numbered through belongs. */
export function locate({ documents }: Searched, id: number): { document: DocumentInFile; ordinal: number } {
  let low = 0;
  for (let high = documents.length - 1; low < high; ) {
    const middle = Math.ceil((low + high) / 2);
    if (documents[middle]!.offset <= id) low = middle;
    else high = middle - 1;
  }
  const { document, offset } = documents[low]!;
  return { document, ordinal: id - offset };
}

export class KeywordRanking {
  readonly #db: IndexFile;
  readonly #postings: PostingMemory;
  readonly #searched: Searched;
  /** Of documents, by their row. */
  readonly #offsets: Map<number, { offset: number; passages: number }>;

  constructor(db: IndexFile, postings: PostingMemory, searched: Searched) {
    this.#db = db;
    this.#postings = postings;
    this.#searched = searched;
    this.#offsets = new Map(
      searched.documents.map(({ document, offset }) => [document.row, { offset, passages: document.passages }]),
    );
  }

  best({ text, alsoText = '' }: Pick<PassageQuery, 'text' | 'alsoText'>, limit: number): Ranked[] {
    const scores = new Float32Array(this.#searched.passages);
    const factors = lengthFactors(this.#searched);
    for (const { term, weight } of this.#terms(text, alsoText)) {
      const found = this.#find(term);
      if (found.count > 0) this.#score(found, weight * rareness(scores.length, found.count), factors, scores);
    }
    const top = new TopList(limit, 0);
    for (let id = 0; id < scores.length; id++) if (scores[id]! > top.floor) top.offer(id, scores[id]!);
    return top.items;
  }

  #score({ places }: TermHits, weight: number, factors: Float32Array, scores: Float32Array): void {
    for (const passages of places) {
      for (let at = 0; at < passages.length; ) {
        const document = this.#offsets.get(passages[at]!);
        const end = at + 2 + passages[at + 1]!;
        for (at += 2; document && at < end; at++) {
          const ordinal = ordinalOf(passages[at]!);
          if (ordinal >= document.passages) throw new BrokenContent('A term stands in a passage that is not there.');
          const id = document.offset + ordinal;
          scores[id]! += weight * scoreOfOften(oftenOf(passages[at]!), factors[id]!);
        }
        at = end;
      }
    }
  }

  #terms(text: string, alsoText: string): QueryTerm[] {
    const asked = this.#mostTelling(queryWords(text)).flatMap((word) => {
      const terms = termsOfWord(word);
      const isThere = terms.some(({ term }) => this.#find(term).count > 0);
      return isThere ? terms : this.#corrections(word).flatMap((other) => termsOfWord(other, CORRECTION_WEIGHT));
    });
    const also = queryWords(alsoText)
      .slice(0, MOST_WORDS)
      .flatMap((word) => termsOfWord(word, ALSO_WEIGHT));
    return mergeTerms([...asked, ...also]);
  }

  #mostTelling(words: string[]): string[] {
    if (words.length <= MOST_WORDS) return words;
    const select = this.#db.prepare<[string], number>('select documents from terms where term = ?').pluck();
    // What stands nowhere tells least, though it may be misspelt.
    const documents = new Map(words.map((word) => [word, select.get(word) ?? Number.MAX_SAFE_INTEGER]));
    return words.sort((a, b) => documents.get(a)! - documents.get(b)!).slice(0, MOST_WORDS);
  }

  /** Words that do stand in what is searched and are one slip away, the most frequent first. */
  #corrections(word: string): string[] {
    if (!canBeMisspelt(word)) return [];
    const near = this.#db
      .prepare<[string], string>(
        'select term from terms where id in (select term from spellings where near in (select value from json_each(?)))',
      )
      .pluck()
      .all(JSON.stringify(spellingsOf(word)));
    return near
      .filter((term) => isOneSlipApart(term, word))
      .map((term) => ({ term, found: this.#find(term).count }))
      .filter(({ found }) => found > 0)
      .sort((a, b) => b.found - a.found)
      .slice(0, MOST_CORRECTIONS)
      .map(({ term }) => term);
  }

  readonly #found = new Map<string, TermHits>();

  #find(term: string): TermHits {
    const known = this.#found.get(term);
    if (known) return known;
    const places = this.#postings.find(term, this.#searched.places);
    let count = 0;
    for (const passages of places) {
      for (let at = 0; at < passages.length; at += 2 + passages[at + 1]!) {
        if (this.#offsets.has(passages[at]!)) count += passages[at + 1]!;
      }
    }
    const found = { places, count };
    this.#found.set(term, found);
    return found;
  }
}

/** Passages of the search that have a term. */
interface TermHits {
  places: readonly Int32Array[];
  count: number;
}

function lengthFactors({ documents, passages }: Searched): Float32Array {
  const words = documents.reduce((sum, { document }) => sum + document.words, 0);
  const average = words / Math.max(1, passages);
  const factors = new Float32Array(passages);
  for (const { document, offset } of documents) {
    const { lengths } = document;
    for (let at = 0; at < lengths.length; at++) factors[offset + at] = lengthFactor(lengths[at]!, average);
  }
  return factors;
}

/** Cosine similarity with every passage of the query's space. */
export function rankByVector(
  memory: VectorMemory,
  { documents }: Searched,
  { space, vector, leastSimilarity }: QueryVector,
  limit: number,
): Ranked[] {
  const top = new TopList(limit);
  const comparable = documents.filter(
    ({ document }) => document.space === space && document.dimensions === vector.length,
  );
  memory.compare(vector, comparable, ({ offset }, first, similarities, at, count) => {
    for (let index = 0; index < count; index++) {
      const similarity = similarities[at + index]!;
      if (similarity > top.floor && similarity >= leastSimilarity) top.offer(offset + first + index, similarity);
    }
  });
  return top.items;
}

/** The best so far, best first. */
class TopList {
  readonly items: Ranked[] = [];
  readonly #most: number;
  /** What does not have more is not among the best. */
  floor: number;

  constructor(most: number, floor = Number.NEGATIVE_INFINITY) {
    this.#most = most;
    this.floor = floor;
  }

  offer(id: number, score: number): void {
    if (score <= this.floor) return;
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.score < score) at -= 1;
    this.items.splice(at, 0, { id, score });
    if (this.items.length > this.#most) this.items.pop();
    if (this.items.length === this.#most) this.floor = this.items.at(-1)!.score;
  }
}
