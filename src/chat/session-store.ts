// SQL of personal rooms as chat sessions.
import type { DbOrTrx } from '../context.ts';
import type { RoomRow } from '../rooms/room-store.ts';

/** A person's personal rooms, the most recently used first. */
export async function listPersonalRooms(db: DbOrTrx, tenantId: string, userId: string): Promise<RoomRow[]> {
  return db
    .selectFrom('rooms')
    .selectAll('rooms')
    .innerJoin('room_members', 'room_members.room_id', 'rooms.id')
    .where('room_members.user_id', '=', userId)
    .where('rooms.tenant_id', '=', tenantId)
    .where('rooms.kind', '=', 'personal')
    .where('rooms.archived_at', 'is', null)
    .orderBy('rooms.last_activity_at', 'desc')
    .limit(500)
    .execute();
}

/** The name may be replaced by a title made from the first question. */
export async function setAutoTitle(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db
    .updateTable('rooms')
    .set({ auto_title: 1 })
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** One that the person has deleted has no members any more, and is none. */
export async function findDefaultRoomId(db: DbOrTrx, tenantId: string, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('rooms')
    .innerJoin('room_members', 'room_members.room_id', 'rooms.id')
    .select('rooms.id as id')
    .where('rooms.tenant_id', '=', tenantId)
    .where('rooms.created_by', '=', userId)
    .where('rooms.is_default', '=', 1)
    .where('room_members.user_id', '=', userId)
    .orderBy('rooms.id')
    .executeTakeFirst();
  return row?.id;
}

/** @returns false when the person has one already */
export async function markDefaultRoom(db: DbOrTrx, tenantId: string, userId: string, roomId: string): Promise<boolean> {
  const result = await db
    .updateTable('rooms')
    .set({ is_default: 1 })
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rooms as other')
            .innerJoin('room_members as own', 'own.room_id', 'other.id')
            .select('other.id')
            .where('other.tenant_id', '=', tenantId)
            .where('other.created_by', '=', userId)
            .where('own.user_id', '=', userId)
            .where('other.is_default', '=', 1),
        ),
      ),
    )
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
