// The gate of every document: who may not see it learns nothing, not even that it exists.
import { isAdministrator } from '../accounts/permissions.ts';
import type { Actor, App, DbOrTrx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { requireMember, requireRight } from '../rooms/access.ts';
import { findRoomOfMember, listRoomIdsOf } from '../rooms/member-store.ts';
import { type DocumentRow, findDocument } from './document-store.ts';

type From = Pick<App, 'db'> | DbOrTrx;
const dbOf = (from: From): DbOrTrx => ('db' in from ? from.db : from);

/** In queries for what belongs to no room. */
export const LIBRARY = 'library';

/**
 * `read`: a member of its room; anybody of the tenant for the library. `write`: who brought it or leads its room, and may write there; in the
 * library who brought it or an administrator. Where a removal must not race with a write, pass the transaction of the write.
 * @throws AppError not_found, forbidden, or conflict when writing in an archived room
 */
export async function requireDocument(
  from: From,
  actor: Pick<Actor, 'userId' | 'tenantId' | 'role'>,
  documentId: string,
  right: 'read' | 'write',
): Promise<DocumentRow> {
  const db = dbOf(from);
  const row = await findDocument(db, actor.tenantId, documentId);
  if (!row) throw notFound('document');
  const isOwn = row.uploaded_by === actor.userId;
  if (row.room_id === null) {
    if (right === 'write' && !isOwn && !isAdministrator(actor)) throw notYours('an administrator');
    return row;
  }
  const access = await findRoomOfMember(db, actor.tenantId, row.room_id, actor.userId);
  if (!access) throw notFound('document');
  requireRight(access, right);
  if (right === 'write' && !isOwn && access.role !== 'lead') throw notYours('a lead of the room');
  return row;
}

const notYours = (who: string): AppError =>
  new AppError('forbidden', `Only who brought this document, or ${who}, may do this.`);

/**
 * Whether documents may be looked at or put there. Absent: the library of the tenant, which is everybody's.
 * @throws AppError not_found, forbidden, or conflict when writing in an archived room
 */
export async function requirePlace(
  from: From,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  roomId: string | undefined,
  right: 'read' | 'write',
): Promise<void> {
  if (roomId !== undefined) await requireMember(dbOf(from), actor, roomId, right);
}

/** Everywhere documents may lie that the asker may see. */
export async function visiblePlaces(
  db: DbOrTrx,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
): Promise<{ roomIds: string[]; library: true }> {
  return { roomIds: await listRoomIdsOf(db, actor.tenantId, actor.userId), library: true };
}
