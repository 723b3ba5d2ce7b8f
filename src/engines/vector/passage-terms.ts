// What a passage can be found by, and what a question looks for: words and their stems. The same for every index.
import { isStopWord, stem, words } from '../../lib/terms.ts';
import type { IndexedPassage } from './vector-index.ts';

/** How often a term stands in the text of a passage, and in what is around it: heading and context. */
export interface TermCount {
  text: number;
  about: number;
}

export interface PassageTerms {
  counts: Map<string, TermCount>;
  /** Words that count, of the text alone. */
  length: number;
}

export interface QueryTerm {
  term: string;
  weight: number;
}

/** Stems share a list with words and are no words. */
const stemTerm = (word: string): string => `~${stem(word)}`;

export function passageTerms(passage: Pick<IndexedPassage, 'text' | 'heading' | 'context'>): PassageTerms {
  const counts = new Map<string, TermCount>();
  const count = (term: string, field: keyof TermCount): void => {
    const known = counts.get(term);
    if (known) known[field] += 1;
    else counts.set(term, { text: field === 'text' ? 1 : 0, about: field === 'about' ? 1 : 0 });
  };
  let length = 0;
  for (const word of words(passage.text)) {
    if (isStopWord(word)) continue;
    length += 1;
    count(word, 'text');
    count(stemTerm(word), 'text');
  }
  for (const word of words(`${passage.heading} ${passage.context ?? ''}`)) {
    if (isStopWord(word)) continue;
    count(word, 'about');
    count(stemTerm(word), 'about');
  }
  return { counts, length };
}

/** Words worth looking for, each once. */
export const queryWords = (text: string): string[] => [...new Set(words(text).filter((word) => !isStopWord(word)))];

/** A word is looked for as it stands and by its stem. @param weight beside that of a word of the question itself, which is 1 */
export const termsOfWord = (word: string, weight = 1): QueryTerm[] => [
  { term: word, weight },
  { term: stemTerm(word), weight },
];

/** Terms that are equal count once, as what weighs most. */
export function mergeTerms(terms: readonly QueryTerm[]): QueryTerm[] {
  const best = new Map<string, number>();
  for (const { term, weight } of terms) best.set(term, Math.max(best.get(term) ?? 0, weight));
  return [...best].map(([term, weight]) => ({ term, weight }));
}
