// Forgetting for good: the text of a memory leaves every table and file of ours. Messages stay until somebody deletes them.
import type { Actor, App } from '../context.ts';
import { eraseLater } from '../rooms/erase.ts';
import { requireMemory } from './access.ts';
import { announceForgotten } from './announce.ts';
import { indexMemoriesLater } from './index-memories.ts';
import { eraseMemory, forgetMessage, purgeMemories } from './memory-erase-store.ts';
import type { Place } from './memory-store.ts';

/** Follows a forgotten memory. */
export const FORGOTTEN_JOB = 'memory:forgotten';

/** Of a memory that was forgotten what else may tell it: ids alone. */
export interface Forgotten {
  memoryId: string;
  place: Place;
  /** Of the message it was found in. */
  roomId?: string;
}

/** Rebuilds what else was made of it, without it. Called again when it fails. */
export type ForgetHook = (tenantId: string, forgotten: Forgotten) => Promise<void>;

/** Rows that are taken at a time of a room that was deleted. */
const PURGE_ROWS = 200;

/** @throws AppError not_found, forbidden */
export async function forgetMemory(
  app: Pick<App, 'db' | 'jobs' | 'broadcast'>,
  actor: Actor,
  memoryId: string,
): Promise<void> {
  const row = await app.db.transaction().execute(async (trx) => {
    const found = await requireMemory(trx, actor, memoryId, 'forget');
    const now = Date.now();
    await eraseMemory(trx, found, now);
    const { source_room_id: roomId, source_message_id: messageId } = found;
    if (roomId !== null && messageId !== null) {
      await forgetMessage(trx, actor.tenantId, { id: messageId, roomId }, now);
    }
    const place = { scope: found.scope, scopeId: found.scope_id };
    const payload: Forgotten = { memoryId, place, ...(roomId === null ? {} : { roomId }) };
    await app.jobs.add({ tenantId: actor.tenantId, kind: FORGOTTEN_JOB, payload }, trx);
    await indexMemoriesLater(app, { tenantId: actor.tenantId, scope: found.scope, scopeId: found.scope_id }, { trx });
    await eraseLater(app, trx);
    return found;
  });
  announceForgotten(app, row);
}

/** Names the handler of the job. Call it once, before the queue starts. */
export function registerForgetting(app: Pick<App, 'jobs'>, forget: ForgetHook): void {
  app.jobs.handle(FORGOTTEN_JOB, ({ tenantId, payload }) => forget(tenantId, payload as Forgotten));
}

/**
 * Everything that a room remembers, when it is deleted; a piece at a time, so that nobody waits for all of it. What the engine of recall
 * knows of it is taken out by a job, which also waits for a server that is away.
 */
export async function eraseMemoriesOfRoom(
  app: Pick<App, 'db' | 'jobs'>,
  tenantId: string,
  roomId: string,
): Promise<void> {
  let isMore = true;
  while (isMore) isMore = await purgeMemories(app.db, tenantId, roomId, PURGE_ROWS);
  await indexMemoriesLater(app, { tenantId, scope: 'room', scopeId: roomId });
}
