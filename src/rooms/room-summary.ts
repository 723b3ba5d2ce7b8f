// The summary of what a room said long ago rests on messages: when one of them goes or changes, it goes at once and is made anew.
import type { App, Trx } from '../context.ts';
import { dropRoomSummary, findRoom, raiseSummaryVersion } from './room-store.ts';

/** Its handler is the assistant's. */
export const SUMMARY_JOB = 'room:summary';

/** Several deletions in a row make one new summary. */
const DELAY_MS = 2_000;

/**
 * Call it in the transaction that deletes or replaces what was said. A summary that is just being made is not kept.
 * @param changed.seq of the message; absent when everything has to be looked at again
 */
export async function summariseAnew(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  changed: { tenantId: string; roomId: string; seq?: number },
): Promise<void> {
  const { tenantId, roomId } = changed;
  const room = await findRoom(trx, tenantId, roomId);
  if (!room) return;
  const isInside = room.summary_seq > 0 && (changed.seq === undefined || changed.seq <= room.summary_seq);
  if (!isInside) return raiseSummaryVersion(trx, tenantId, roomId);
  await dropRoomSummary(trx, tenantId, roomId);
  const payload = { roomId, beforeSeq: room.summary_seq + 1 };
  const dedupeKey = `${SUMMARY_JOB} ${roomId}`;
  await app.jobs.add({ tenantId, kind: SUMMARY_JOB, payload, dedupeKey, delayMs: DELAY_MS }, trx);
}
