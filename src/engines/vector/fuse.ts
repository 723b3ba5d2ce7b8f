// Puts the opinions of keywords and of vectors together into one order.

export interface RankedList<Id extends string | number> {
  /** Best first; scores grow with how well something fits. */
  items: readonly { id: Id; score: number }[];
  weight: number;
  kind: 'keyword' | 'vector';
}

export interface Fused<Id extends string | number> {
  id: Id;
  score: number;
  keywordRank?: number;
  vectorRank?: number;
}

/**
 * Adds up scores, each list's stretched to 0 … 1, rather than places: a clear winner stays one, and a list that tells nothing apart
 * decides nothing. What a list does not name counts 0 there.
 * @returns best first, at most `limit`
 */
export function fuse<Id extends string | number>(lists: readonly RankedList<Id>[], limit: number): Fused<Id>[] {
  const fused = new Map<Id, Fused<Id>>();
  for (const { items, weight, kind } of lists) {
    const best = items[0]?.score ?? 0;
    // A score of keywords of 0 means that nothing fits; a similarity has no such point, so the last of the list stands for it.
    const least = kind === 'keyword' ? 0 : Math.min(items.at(-1)?.score ?? 0, best);
    for (const [at, { id, score }] of items.entries()) {
      const entry = fused.get(id) ?? { id, score: 0 };
      entry.score += weight * (best > least ? (score - least) / (best - least) : 1);
      const rank = kind === 'keyword' ? 'keywordRank' : 'vectorRank';
      entry[rank] = Math.min(entry[rank] ?? Number.POSITIVE_INFINITY, at + 1);
      fused.set(id, entry);
    }
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit);
}
