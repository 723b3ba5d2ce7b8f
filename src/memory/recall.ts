// Recall for an answer: by words and by meaning, side by side and within a deadline; then the truth decides what of it may be said.
import { setTimeout } from 'node:timers/promises';
import type { App } from '../context.ts';
import type { EngineVector } from '../engines/memory/memory-engine.ts';
import { recallByWords } from './keyword-recall.ts';
import { findMemories, isUsable, type KnownMemory, listMemories, type Place } from './memory-store.ts';

export type RecallApp = Pick<App, 'db' | 'embedder' | 'memoryEngine' | 'limits' | 'log'>;

export interface RecallQuery {
  tenantId: string;
  /** Nothing else is looked at; whoever calls has checked them. */
  places: readonly Place[];
  text: string;
  limit: number;
  /** What may be named of these places; when left out, what an answer may be given. */
  mayBeNamed?: (row: KnownMemory) => boolean;
}

export interface Recalled {
  /** Best first. */
  memories: KnownMemory[];
  /** Meaning was not asked in time, or could not be. */
  wordsOnly: boolean;
}

/** Candidates of each ranking for each that is wanted: some of them have another status by now. */
const CANDIDATES_PER_HIT = 4;
/** Damps how much the first places of a ranking count more than the next. */
const RANK_DAMPING = 10;

/** Never throws but for `signal`: an answer without memories is better than none. */
export async function recallMemories(app: RecallApp, query: RecallQuery, signal?: AbortSignal): Promise<Recalled> {
  const limit = query.limit * CANDIDATES_PER_HIT;
  const scopeIds = query.places.map(({ scopeId }) => scopeId);
  const [words, meaning] = await Promise.all([
    recallByWords(app, { tenantId: query.tenantId, scopeIds, text: query.text, limit }),
    recallByMeaning(app, query, query.limit * 2, signal),
  ]);
  signal?.throwIfAborted();
  const ranked = fuse(
    words.map(({ memoryId }) => memoryId),
    meaning?.map(({ memoryId }) => memoryId) ?? [],
    app.embedder.weight,
  );
  const rows = new Map((await findMemories(app.db, query.tenantId, ranked)).map((row) => [row.id, row]));
  const { mayBeNamed = isUsable } = query;
  const memories = ranked.flatMap((id) => {
    const row = rows.get(id);
    return row && isIn(row, query.places) && mayBeNamed(row) ? [row] : [];
  });
  return { memories: memories.slice(0, query.limit), wordsOnly: meaning === undefined };
}

/** The newest that hold, so many of each place: what a room decided last is worth knowing also where no word of the question names it. */
export async function newestMemories(
  app: Pick<App, 'db'>,
  query: Pick<RecallQuery, 'tenantId' | 'places' | 'limit'>,
): Promise<KnownMemory[]> {
  const pages = await Promise.all(
    query.places.map((place) => listMemories(app.db, query.tenantId, place, { usableOnly: true, limit: query.limit })),
  );
  return pages.flat().sort((a, b) => b.said_at - a.said_at);
}

const isIn = (row: KnownMemory, places: readonly Place[]): boolean =>
  places.some(({ scope, scopeId }) => scope === row.scope && scopeId === row.scope_id);

/** @returns undefined when the embedder or the engine could not answer in time */
async function recallByMeaning(
  app: RecallApp,
  { places, text }: RecallQuery,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<{ memoryId: string; score: number }[] | undefined> {
  if (places.length === 0 || text.trim() === '') return [];
  const deadline = AbortSignal.timeout(app.limits.recallDeadlineMs);
  const patience = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const asking = (async () => {
    // Remembered with the question, so that the search of the documents and this embed it once.
    const [vector] = await app.embedder.embed([text], 'question', patience);
    const given: EngineVector = { space: app.embedder.space, vector: vector! };
    const found = await Promise.all(
      places.map(({ scope, scopeId }) =>
        app.memoryEngine.search({ scope: { kind: scope, id: scopeId }, text, vector: given, limit }),
      ),
    );
    return found
      .flat()
      .filter(({ score }) => score >= app.embedder.leastSimilarity)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  })();
  asking.catch(() => undefined);
  const late = setTimeout(app.limits.recallDeadlineMs, undefined, { ref: false, signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([asking, late]);
  } catch (error) {
    signal?.throwIfAborted();
    app.log.debug('Memories are recalled by words alone', { error });
    return undefined;
  }
}

/** Reciprocal ranks: words count 1, meaning as much as the embedder knows of it. */
function fuse(words: readonly string[], meaning: readonly string[], weight: number): string[] {
  const scores = new Map<string, number>();
  const add = (id: string, rank: number, of: number) =>
    scores.set(id, (scores.get(id) ?? 0) + of / (RANK_DAMPING + rank));
  for (const [rank, id] of words.entries()) add(id, rank, 1);
  for (const [rank, id] of meaning.entries()) add(id, rank, weight);
  return [...scores].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}
