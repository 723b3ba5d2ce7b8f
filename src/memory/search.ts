// Searching memories: by words and by meaning, in what the asker may see; the truth decides what of it is named.
import type { Actor, App } from '../context.ts';
import type { MemoryHit } from '../protocol/memory-models.ts';
import type { MemoryScope, MemoryStatus } from '../protocol/names.ts';
import { visibleMemoryPlaces } from './access.ts';
import { LIVING, placesWithMemories, toMemory } from './memory-store.ts';
import { type RecallApp, recallMemories } from './recall.ts';

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
  app: RecallApp & Pick<App, 'db'>,
  actor: Actor,
  input: MemorySearch,
  signal?: AbortSignal,
): Promise<{ results: MemoryHit[]; tookMs: number }> {
  const startedAt = performance.now();
  // Each is asked by itself: those where nothing is remembered are left out.
  const places = await placesWithMemories(app.db, actor.tenantId, await visibleMemoryPlaces(app, actor, input));
  const statuses = input.status === undefined ? LIVING : [input.status];
  const { memories } = await recallMemories(
    app,
    {
      tenantId: actor.tenantId,
      places,
      text: input.query,
      limit: input.topK,
      mayBeNamed: ({ status }) => statuses.includes(status),
    },
    signal,
  );
  // By rank: the two rankings count in different units.
  const results = memories.map((row, rank) => ({ ...toMemory(row), score: 1 / (rank + 1) }));
  return { results, tookMs: performance.now() - startedAt };
}
