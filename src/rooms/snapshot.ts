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
 * too many, or when the client claims to know more than there is. `hasMore`: whether there is anything before the newest ones, or
 * with `afterSeq` at or before that. Nothing of the room may be written meanwhile: see RoomLog.quiet.
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
    // How far back the client's window reaches only it knows: a touched message far up does not mean that it holds those before.
    const hasMore = await hasMessagesBefore(app.db, actor.tenantId, roomId, afterSeq + 1);
    return { ...common, messages: changed, hasMore };
  }
  const page = { limit: app.limits.snapshotMessages };
  const { messages, hasMore } = await pageMessages(app.db, actor.tenantId, roomId, page);
  return { ...common, messages, hasMore, ...(afterSeq === undefined ? {} : { reset: true }) };
}
