// The two rankings of the embedded index over the documents of one search: by keywords and by vectors.
import { rareness, termScore } from './bm25.ts';
import { decodePostings, type VectorBlock } from './embedded-codec.ts';
import type { DocumentInFile, DocumentMemory } from './embedded-documents.ts';
import { BrokenContent, type IndexFile } from './embedded-schema.ts';
import { canBeMisspelt, isOneSlipApart, spellingsOf } from './embedded-spelling.ts';
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
  places: number[];
  passages: number;
}

/** Words of a question beyond this are the least telling ones and left out. */
const MOST_WORDS = 32;
/** What stands in for a word that is not there. */
const MOST_CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.8;
/** Words that were not asked for, such as translations. */
const ALSO_WEIGHT = 0.6;

export function collectDocuments(memory: DocumentMemory, query: PassageQuery): Searched {
  const wanted = query.documentIds && new Set(query.documentIds);
  const searched: Searched = { documents: [], places: memory.places(query.tenantId, query.scopes), passages: 0 };
  for (const document of searched.places.flatMap((place) => memory.inPlace(place))) {
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
  readonly #searched: Searched;
  readonly #offsets: Map<number, { offset: number; passages: number }>;
  readonly #lengths: Uint16Array;
  readonly #averageLength: number;

  constructor(db: IndexFile, searched: Searched) {
    this.#db = db;
    this.#searched = searched;
    this.#offsets = new Map(
      searched.documents.map(({ document, offset }) => [document.row, { offset, passages: document.passages }]),
    );
    this.#lengths = new Uint16Array(searched.passages);
    for (const { document, offset } of searched.documents) this.#lengths.set(document.lengths, offset);
    this.#averageLength = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, searched.passages);
  }

  best({ text, alsoText = '' }: Pick<PassageQuery, 'text' | 'alsoText'>, limit: number): Ranked[] {
    const scores = new Float32Array(this.#searched.passages);
    for (const { term, weight } of this.#terms(text, alsoText)) {
      const found = this.#find(term);
      const rare = rareness(this.#searched.passages, found.length);
      for (let at = 0; at < found.length; at++) scores[found.ids[at]!]! += weight * rare * found.scores[at]!;
    }
    const top = new TopList(limit);
    for (let id = 0; id < scores.length; id++) if (scores[id]! > 0) top.offer(id, scores[id]!);
    return top.items;
  }

  #terms(text: string, alsoText: string): QueryTerm[] {
    const asked = this.#mostTelling(queryWords(text)).flatMap((word) => {
      const terms = termsOfWord(word);
      const isThere = terms.some(({ term }) => this.#find(term).length > 0);
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
      .map((term) => ({ term, found: this.#find(term).length }))
      .filter(({ found }) => found > 0)
      .sort((a, b) => b.found - a.found)
      .slice(0, MOST_CORRECTIONS)
      .map(({ term }) => term);
  }

  readonly #found = new Map<string, TermHits>();

  /** Passages that have the term, with how well it speaks for each; rareness not counted. */
  #find(term: string): TermHits {
    const known = this.#found.get(term);
    if (known) return known;
    const found = new TermHits();
    this.#found.set(term, found);
    const termId = this.#db.prepare<[string], number>('select id from terms where term = ?').pluck().get(term);
    if (termId === undefined) return found;
    const select = this.#db.prepare<[number, number], { document: number; data: Uint8Array }>(
      'select document, data from postings where place = ? and term = ?',
    );
    for (const place of this.#searched.places) {
      for (const { document, data } of select.all(place, termId)) {
        const at = this.#offsets.get(document);
        if (!at) continue;
        decodePostings(data, (ordinal, text, about) => {
          if (!(ordinal < at.passages)) throw new BrokenContent('A term stands in a passage that is not there.');
          const id = at.offset + ordinal;
          found.add(id, termScore(text, about, this.#lengths[id]!, this.#averageLength));
        });
      }
    }
    return found;
  }
}

/** Cosine similarity with every passage of the query's space. */
export function rankByVector(
  memory: DocumentMemory,
  { documents }: Searched,
  { space, vector, leastSimilarity }: QueryVector,
  limit: number,
): Ranked[] {
  const top = new TopList(limit);
  // Hashed questions have few numbers that are not 0.
  const places = [...vector.keys()].filter((place) => vector[place] !== 0);
  for (const { document, offset } of documents) {
    if (document.space !== space || document.dimensions !== vector.length) continue;
    let first = offset;
    for (const block of memory.vectorsOf(document)) {
      const similarities = similaritiesOf(block, vector, places);
      for (let index = 0; index < similarities.length; index++) {
        if (block.scales[index] === 0 || similarities[index]! < leastSimilarity) continue;
        top.offer(first + index, similarities[index]!);
      }
      first += similarities.length;
    }
  }
  return top.items;
}

function similaritiesOf(
  { scales, values }: VectorBlock,
  vector: Float32Array,
  places: readonly number[],
): Float32Array {
  const sums = new Float32Array(scales.length);
  for (const place of places) {
    const weight = vector[place]!;
    const from = place * sums.length;
    for (let index = 0; index < sums.length; index++) sums[index]! += weight * values[from + index]!;
  }
  for (let index = 0; index < sums.length; index++) sums[index]! *= scales[index]!;
  return sums;
}

/** Passages that have a term; a word that stands everywhere has a hundred thousand, which as objects would cost more than the search. */
class TermHits {
  ids = new Int32Array(64);
  scores = new Float32Array(64);
  length = 0;

  add(id: number, score: number): void {
    if (this.length === this.ids.length) {
      const [ids, scores] = [this.ids, this.scores];
      this.ids = new Int32Array(ids.length * 4);
      this.scores = new Float32Array(ids.length * 4);
      this.ids.set(ids);
      this.scores.set(scores);
    }
    this.ids[this.length] = id;
    this.scores[this.length++] = score;
  }
}

/** The best so far, best first. */
class TopList {
  readonly items: Ranked[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  offer(id: number, score: number): void {
    const last = this.items.at(-1);
    if (this.items.length >= this.#most && last && score <= last.score) return;
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.score < score) at -= 1;
    this.items.splice(at, 0, { id, score });
    if (this.items.length > this.#most) this.items.pop();
  }
}
