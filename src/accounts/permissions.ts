// Who may do what: one pure table, nothing else decides about roles.
import type { Actor } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { RoomRole } from '../protocol/names.ts';

/** `read` also marks as read · `write` is everything in the room but its settings and members · `lead` is those. */
export type RoomRight = 'read' | 'write' | 'lead';

const ROOM_RIGHTS: Record<RoomRole, readonly RoomRight[]> = {
  lead: ['read', 'write', 'lead'],
  member: ['read', 'write'],
  viewer: ['read'],
};

export const hasRoomRight = (role: RoomRole, right: RoomRight): boolean => ROOM_RIGHTS[role].includes(right);

/** Of the installation. Gives no right inside any room: an administrator who wants to read one is added as a member, visibly. */
export const isAdministrator = (actor: Pick<Actor, 'role'>): boolean => actor.role === 'admin';

/** @throws AppError forbidden */
export function requireAdministrator(actor: Pick<Actor, 'role'>): void {
  if (!isAdministrator(actor)) throw new AppError('forbidden', 'Only an administrator may do this.');
}
