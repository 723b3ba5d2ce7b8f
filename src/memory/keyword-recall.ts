// Recall by words, from the truth itself: what is left when there is no engine, and one of two rankings when there is.
import type { App } from '../context.ts';
import { equivalentsOf } from '../lib/glossary.ts';
import { stemsOf } from '../lib/words.ts';
import { findPostings } from './memory-terms-store.ts';

/** A word of the other language counts less than the one that was said. */
const EQUIVALENT_WEIGHT = 0.5;
const MOST_TERMS = 32;
/** So that a word which stands in every memory still counts for something. */
const LEAST_IDF = 0.05;

export interface RankedMemory {
  memoryId: string;
  score: number;
}

/** Best first. Knows nothing of rights and status: give it the scopes that may be seen, and look at the truth for the rest. */
export async function recallByWords(
  app: Pick<App, 'db'>,
  query: { tenantId: string; scopeIds: readonly string[]; text: string; limit: number },
): Promise<RankedMemory[]> {
  const weights = weighTerms(query.text);
  const postings = await findPostings(app.db, query.tenantId, query.scopeIds, [...weights.keys()]);
  if (postings.length === 0) return [];
  const total = new Set(postings.map(({ memoryId }) => memoryId)).size;
  const scores = new Map<string, number>();
  for (const { memoryId, term, frequency } of postings) {
    const idf = Math.max(LEAST_IDF, Math.log((total + 1) / frequency));
    scores.set(memoryId, (scores.get(memoryId) ?? 0) + idf * weights.get(term)!);
  }
  return [...scores]
    .map(([memoryId, score]) => ({ memoryId, score }))
    .sort((a, b) => b.score - a.score || (a.memoryId < b.memoryId ? 1 : -1))
    .slice(0, query.limit);
}

/** Stems of the question, and of what its words are called in the other language. */
function weighTerms(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of stemsOf(text)) weights.set(term, 1);
  for (const { words } of equivalentsOf(text)) {
    for (const term of words.flatMap(stemsOf)) if (!weights.has(term)) weights.set(term, EQUIVALENT_WEIGHT);
  }
  return new Map([...weights].slice(0, MOST_TERMS));
}
