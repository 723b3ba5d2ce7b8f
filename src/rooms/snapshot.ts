// What a joining client needs of the database: the room, its members, and the messages it has not seen.
import type { Actor, App } from '../context.ts';
import type { JoinSnapshot } from '../protocol/events.ts';
import { requireMember } from './access.ts';
import { listMembers } from './member-store.ts';
import { findChangedMessages, hasMessagesBefore, pageMessages } from './message-store.ts';
import { toRoom } from './room-store.ts';

/** The join snapshot but for its turns, which only the node that runs them knows to the letter. */
export type StoredSnapshot = Omit<JoinSnapshot, 'turns'>;

/**
 * Without `afterSeq` the newest messages; with it every message that a later fact touched, or `reset` and the newest when those are
 * too many, or when the client claims to know more than there is. Nothing of the room may be written meanwhile: see RoomLog.quiet.
 * @throws AppError not_found
 */
export async function readSnapshot(
  app: Pick<App, 'db' | 'limits'>,
  actor: Actor,
  roomId: string,
  afterSeq?: number,
): Promise<StoredSnapshot> {
  const { room, role, readSeq } = await requireMember(app, actor, roomId, 'read');
  const members = await listMembers(app.db, actor.tenantId, roomId);
  const common = { room: toRoom(room), members, lastSeq: room.last_seq, role, readSeq };
  const changed =
    afterSeq === undefined || afterSeq > room.last_seq
      ? undefined
      : await findChangedMessages(app.db, actor.tenantId, roomId, afterSeq, app.limits.snapshotChangedMessages);
  if (afterSeq !== undefined && changed) {
    const oldestSeq = Math.min(afterSeq + 1, ...changed.map((message) => message.seq));
    return {
      ...common,
      messages: changed,
      hasMore: await hasMessagesBefore(app.db, actor.tenantId, roomId, oldestSeq),
    };
  }
  const page = { limit: app.limits.snapshotMessages };
  const { messages, hasMore } = await pageMessages(app.db, actor.tenantId, roomId, page);
  return { ...common, messages, hasMore, ...(afterSeq === undefined ? {} : { reset: true }) };
}
