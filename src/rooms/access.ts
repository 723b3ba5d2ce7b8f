// The gate of every room: who is not a member learns nothing, not even that it exists.
import { hasRoomRight, type RoomRight } from '../accounts/permissions.ts';
import type { Actor, App, DbOrTrx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { RoomRole } from '../protocol/names.ts';
import { findRoomOfMember } from './member-store.ts';
import type { RoomRow } from './room-store.ts';

export interface RoomAccess {
  room: RoomRow;
  role: RoomRole;
  readSeq: number;
  /** The member's name now: what they came with may be older. */
  name: string;
}

/**
 * One query. Where a removal must not race with a write, pass the transaction of the write.
 * @throws AppError not_found when not a member, forbidden when the role lacks the right, conflict when writing to an archived room
 */
export async function requireMember(
  from: Pick<App, 'db'> | DbOrTrx,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  roomId: string,
  right: RoomRight,
): Promise<RoomAccess> {
  const db = 'db' in from ? from.db : from;
  const access = await findRoomOfMember(db, actor.tenantId, roomId, actor.userId);
  if (!access) throw notFound('room');
  requireRight(access, right);
  return access;
}

/** What `requireMember` asks of a member, for those who have asked who it is already. @throws AppError forbidden, conflict */
export function requireRight({ room, role }: Pick<RoomAccess, 'room' | 'role'>, right: RoomRight): void {
  if (!hasRoomRight(role, right)) throw new AppError('forbidden', REFUSALS[right]);
  if (right === 'write' && room.archived_at !== null) {
    throw new AppError('conflict', 'This room is archived. A lead can bring it back.', { reason: 'room_archived' });
  }
}

const REFUSALS: Record<RoomRight, string> = {
  read: 'You may not read this room.',
  write: 'You may read this room, but not write in it.',
  lead: 'Only a lead of this room may do this.',
};
