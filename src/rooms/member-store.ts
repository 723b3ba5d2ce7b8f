// SQL of who is in which room.
import type { Insertable } from 'kysely';
import type { RoomMembersTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import type { Member } from '../protocol/models.ts';
import type { NotifyLevel, RoomRole } from '../protocol/names.ts';
import type { RoomRow } from './room-store.ts';

export type NewMemberRow = Insertable<RoomMembersTable>;

/** The room and the caller's place and present name in it; absent for whoever is not a member. */
export async function findRoomOfMember(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
): Promise<{ room: RoomRow; role: RoomRole; readSeq: number; name: string } | undefined> {
  const row = await db
    .selectFrom('room_members as m')
    .innerJoin('rooms as r', 'r.id', 'm.room_id')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .selectAll('r')
    .select(['m.role as member_role', 'm.read_seq as member_read_seq', 'u.full_name as member_name'])
    .where('m.room_id', '=', roomId)
    .where('m.user_id', '=', userId)
    .where('m.tenant_id', '=', tenantId)
    .where('r.tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { member_role, member_read_seq, member_name, ...room } = row;
  return { room, role: member_role, readSeq: member_read_seq, name: member_name };
}

export async function insertMember(db: DbOrTrx, row: NewMemberRow): Promise<void> {
  await db.insertInto('room_members').values(row).execute();
}

export async function findMember(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
): Promise<Member | undefined> {
  const row = await selectMembers(db, tenantId, roomId).where('m.user_id', '=', userId).executeTakeFirst();
  return row && toMember(row);
}

/** By name, leads first. */
export async function listMembers(db: DbOrTrx, tenantId: string, roomId: string): Promise<Member[]> {
  const rows = await selectMembers(db, tenantId, roomId).orderBy('u.full_name').orderBy('u.id').execute();
  const members = rows.map(toMember);
  return [...members.filter((m) => m.role === 'lead'), ...members.filter((m) => m.role !== 'lead')];
}

/** Whom a message in this room can mention. */
export async function listMentionables(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
): Promise<{ userId: string; handle: string }[]> {
  return selectMembers(db, tenantId, roomId)
    .clearSelect()
    .select(['m.user_id as userId', 'u.handle as handle'])
    .execute();
}

export async function listMemberIds(db: DbOrTrx, tenantId: string, roomId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('room_members')
    .select('user_id')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
  return rows.map((row) => row.user_id);
}

/** Ids of all rooms of a person. */
export async function listRoomIdsOf(db: DbOrTrx, tenantId: string, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('room_members')
    .select('room_id')
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .execute();
  return rows.map((row) => row.room_id);
}

/** Rooms of a person that are not archived, the latest active first. */
export async function listRoomsUsedLast(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  limit: number,
): Promise<{ id: string; name: string; readSeq: number }[]> {
  return db
    .selectFrom('room_members as m')
    .innerJoin('rooms as r', 'r.id', 'm.room_id')
    .select(['r.id', 'r.name', 'm.read_seq as readSeq'])
    .where('m.user_id', '=', userId)
    .where('m.tenant_id', '=', tenantId)
    .where('r.tenant_id', '=', tenantId)
    .where('r.archived_at', 'is', null)
    .orderBy('r.last_activity_at', 'desc')
    .limit(limit)
    .execute();
}

export async function countMembers(db: DbOrTrx, tenantId: string, roomId: string, role?: RoomRole): Promise<number> {
  let query = db
    .selectFrom('room_members')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId);
  if (role) query = query.where('role', '=', role);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

export async function setMemberRole(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
  role: RoomRole,
): Promise<void> {
  await db
    .updateTable('room_members')
    .set({ role })
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** Whether answers to this member here may use their personal memories. */
export async function setPersonalMemory(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
  allowed: boolean,
): Promise<void> {
  await db
    .updateTable('room_members')
    .set({ personal_memory: allowed ? 1 : 0 })
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** What this member said about it; nobody said so for who is no member. */
export async function mayUsePersonalMemory(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('room_members')
    .select('personal_memory')
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row?.personal_memory === 1;
}

/** Moves how far a member has read, never back. @returns whether it moved */
export async function setReadSeq(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
  seq: number,
): Promise<boolean> {
  const result = await db
    .updateTable('room_members')
    .set({ read_seq: seq })
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('read_seq', '<', seq)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function setMemberNotify(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  userId: string,
  notify: NotifyLevel,
): Promise<void> {
  await db
    .updateTable('room_members')
    .set({ notify })
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

export async function deleteMember(db: DbOrTrx, tenantId: string, roomId: string, userId: string): Promise<void> {
  await db
    .deleteFrom('room_members')
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

export async function deleteAllMembers(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db.deleteFrom('room_members').where('room_id', '=', roomId).where('tenant_id', '=', tenantId).execute();
}

const selectMembers = (db: DbOrTrx, tenantId: string, roomId: string) =>
  db
    .selectFrom('room_members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['m.user_id', 'm.role', 'm.read_seq', 'u.full_name', 'u.handle'])
    .where('m.room_id', '=', roomId)
    .where('m.tenant_id', '=', tenantId)
    .where('u.tenant_id', '=', tenantId);

const toMember = (row: {
  user_id: string;
  role: RoomRole;
  read_seq: number;
  full_name: string;
  handle: string;
}): Member => ({
  userId: row.user_id,
  name: row.full_name,
  role: row.role,
  handle: row.handle,
  readSeq: row.read_seq,
});
