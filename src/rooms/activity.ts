// How much of a room is unread, for all its members who are connected, cheaply enough to be told each second.
import type { DbOrTrx } from '../context.ts';
import { countUnreadMentions, listCountable, listReadSeqs } from './activity-store.ts';
import { findRoom, UNREAD_WINDOW_SEQS } from './room-store.ts';

export interface Unread {
  userId: string;
  lastSeq: number;
  /** One's own, system and deleted messages do not count; at most those among the last 1,000 seqs. */
  unread: number;
  mentions: number;
}

/** Three queries however many members there are. People who are not members are left out. */
export async function countUnread(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userIds: readonly string[],
): Promise<Unread[]> {
  const room = await findRoom(db, tenantId, roomId);
  if (!room) return [];
  const asked = new Set(userIds);
  const members = (await listReadSeqs(db, tenantId, roomId)).filter((member) => asked.has(member.user_id));
  if (members.length === 0) return [];
  const mentions = await countUnreadMentions(db, tenantId, roomId);
  const leastRead = Math.min(...members.map((member) => member.read_seq));
  const messages = await listCountable(db, tenantId, roomId, Math.max(leastRead, room.last_seq - UNREAD_WINDOW_SEQS));
  const ownSeqs = new Map<string, number[]>();
  for (const { seq, author_id } of messages) {
    const own = ownSeqs.get(author_id);
    if (own) own.push(seq);
    else ownSeqs.set(author_id, [seq]);
  }
  const seqs = messages.map((message) => message.seq);
  return members.map(({ user_id, read_seq }) => ({
    userId: user_id,
    lastSeq: room.last_seq,
    unread: countAbove(seqs, read_seq) - countAbove(ownSeqs.get(user_id) ?? [], read_seq),
    mentions: mentions.get(user_id) ?? 0,
  }));
}

/** How many numbers of an ascending list are greater than `limit`, by halving. */
function countAbove(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}
