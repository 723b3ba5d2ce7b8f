// Searching memories: candidates from the rankings, then the truth decides what of them the asker may see.
import type { Actor, App } from '../context.ts';
import type { MemoryHit } from '../protocol/memory-models.ts';
import type { MemoryScope, MemoryStatus } from '../protocol/names.ts';
import { visibleMemoryPlaces } from './access.ts';
import { recallByWords } from './keyword-recall.ts';
import { findMemories, LIVING, toMemory } from './memory-store.ts';

/** Candidates for each that is wanted: some of them have another status or were forgotten. */
const CANDIDATES_PER_HIT = 5;

export interface MemorySearch {
  query: string;
  /** This room, the tenant and what is the asker's; all of the asker's rooms when absent. */
  roomId?: string | undefined;
  scope?: MemoryScope | undefined;
  status?: MemoryStatus | undefined;
  topK: number;
}

/** Best first. @throws AppError not_found (of the room) */
export async function searchMemories(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: MemorySearch,
): Promise<{ results: MemoryHit[]; tookMs: number }> {
  const startedAt = performance.now();
  const places = await visibleMemoryPlaces(app, actor, input);
  const scopeIds = places.map(({ scopeId }) => scopeId);
  const ranked = await recallByWords(app, {
    tenantId: actor.tenantId,
    scopeIds,
    text: input.query,
    limit: input.topK * CANDIDATES_PER_HIT,
  });
  const rows = await findMemories(
    app.db,
    actor.tenantId,
    ranked.map(({ memoryId }) => memoryId),
  );
  const visible = new Set(scopeIds);
  const statuses = input.status === undefined ? LIVING : [input.status];
  const byId = new Map(
    rows.filter((row) => visible.has(row.scope_id) && statuses.includes(row.status)).map((row) => [row.id, row]),
  );
  const results = ranked.flatMap(({ memoryId, score }) => {
    const row = byId.get(memoryId);
    return row ? [{ ...toMemory(row), score }] : [];
  });
  return { results: results.slice(0, input.topK), tookMs: performance.now() - startedAt };
}
