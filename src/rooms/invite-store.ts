// SQL of invite links; their codes are stored as hashes only.
import type { Selectable } from 'kysely';
import type { RoomInvitesTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';

export type InviteRow = Selectable<RoomInvitesTable>;

export async function insertInvite(db: DbOrTrx, row: InviteRow): Promise<void> {
  await db.insertInto('room_invites').values(row).execute();
}

/** Whatever its state. Without a tenant: the code itself says where it belongs. */
export async function findInviteByCodeHash(db: DbOrTrx, codeHash: string): Promise<InviteRow | undefined> {
  return db.selectFrom('room_invites').selectAll().where('code_hash', '=', codeHash).executeTakeFirst();
}

/** Neither revoked nor expired nor used up, the newest first. */
export async function listUsableInvites(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  now: number,
): Promise<InviteRow[]> {
  return db
    .selectFrom('room_invites')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('uses', '<', 'max_uses')
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute();
}

/** Takes one use if one is left. @returns whether it did */
export async function takeInviteUse(db: DbOrTrx, tenantId: string, inviteId: string, now: number): Promise<boolean> {
  const result = await db
    .updateTable('room_invites')
    .set((eb) => ({ uses: eb('uses', '+', 1) }))
    .where('id', '=', inviteId)
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('uses', '<', 'max_uses')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** @returns whether the room had such an invite, revoked before or not */
export async function revokeInviteRow(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  inviteId: string,
  now: number,
): Promise<boolean> {
  const result = await db
    .updateTable('room_invites')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
    .where('id', '=', inviteId)
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function deleteInvites(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db.deleteFrom('room_invites').where('room_id', '=', roomId).where('tenant_id', '=', tenantId).execute();
}
