// Invite links: made, listed, withdrawn, looked at, and accepted by people with and without an account.
import { findUser, type UserRow } from '../accounts/account-store.ts';
import type { Actor, App, DbOrTrx, RoomEntry, Trx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { hashSecret, newId, newSecret } from '../lib/ids.ts';
import { toIso } from '../lib/time.ts';
import type { Invite, InviteListItem, Room } from '../protocol/models.ts';
import type { RoomRole } from '../protocol/names.ts';
import { requireMember } from './access.ts';
import {
  findInviteByCodeHash,
  type InviteRow,
  insertInvite,
  listUsableInvites,
  revokeInviteRow,
  takeInviteUse,
} from './invite-store.ts';
import { findMember } from './member-store.ts';
import { joinRoom, requireGroup } from './members.ts';
import { findRoom, type RoomRow, toRoom } from './room-store.ts';

/**
 * @param input.origin scheme and host that the link begins with
 * @returns the code for the only time: what is stored is its hash
 * @throws AppError not_found, forbidden, conflict (personal_room)
 */
export async function createInvite(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { roomId: string; role: RoomRole; expiresInHours: number; maxUses: number; origin: string },
): Promise<Invite> {
  const { room } = await requireMember(app, actor, input.roomId, 'lead');
  requireGroup(room);
  const code = newSecret();
  const now = Date.now();
  const row: InviteRow = {
    id: newId(),
    tenant_id: actor.tenantId,
    room_id: room.id,
    code_hash: hashSecret(code),
    role: input.role,
    max_uses: input.maxUses,
    uses: 0,
    created_by: actor.userId,
    created_at: now,
    expires_at: now + input.expiresInHours * 3_600_000,
    revoked_at: null,
  };
  await insertInvite(app.db, row);
  const { createdAt: _, ...invite } = toListItem(row);
  return { ...invite, code, url: `${input.origin}/invite/${code}` };
}

/** Those that still work. @throws AppError not_found, forbidden */
export async function listInvites(app: Pick<App, 'db'>, actor: Actor, roomId: string): Promise<InviteListItem[]> {
  await requireMember(app, actor, roomId, 'lead');
  return (await listUsableInvites(app.db, actor.tenantId, roomId, Date.now())).map(toListItem);
}

/** Twice is fine. @throws AppError not_found, forbidden */
export async function revokeInvite(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { roomId: string; inviteId: string },
): Promise<void> {
  await requireMember(app, actor, input.roomId, 'lead');
  const found = await revokeInviteRow(app.db, actor.tenantId, input.roomId, input.inviteId, Date.now());
  if (!found) throw notFound('invite link');
}

export interface InvitePreview {
  roomId: string;
  roomName: string;
  invitedBy: string;
  role: RoomRole;
  expiresAt: string;
}

/** What a link leads to: whoever holds the code may know. @throws AppError not_found (invitation_invalid) */
export async function previewInvite(app: Pick<App, 'db'>, code: string): Promise<InvitePreview> {
  const { invite, room } = await requireUsable(app.db, code);
  const inviter = await findUser(app.db, invite.tenant_id, invite.created_by);
  return {
    roomId: room.id,
    roomName: room.name,
    invitedBy: inviter?.full_name ?? '',
    role: invite.role,
    expiresAt: toIso(invite.expires_at),
  };
}

/** Who is in the room already takes no use and keeps their role. @throws AppError not_found, conflict (room_full) */
export async function acceptInvite(
  app: Pick<App, 'db' | 'limits' | 'roomLog'>,
  actor: Actor,
  code: string,
): Promise<Room> {
  const found = await findInviteByCodeHash(app.db, hashSecret(code));
  if (!found || found.tenant_id !== actor.tenantId) throw invalidInvite();
  return app.roomLog.append(actor.tenantId, found.room_id, async (entry) => {
    const member = await findMember(entry.trx, actor.tenantId, found.room_id, actor.userId);
    if (!member) {
      const { invite, room } = await requireUsable(entry.trx, code);
      await takeAndJoin(app, entry, invite, room, { id: actor.userId, tenant_id: actor.tenantId });
    }
    const room = await findRoom(entry.trx, actor.tenantId, found.room_id);
    if (!room) throw invalidInvite();
    return toRoom(room);
  });
}

/**
 * Registration by invitation: makes the account and its membership in one transaction, or neither.
 * @param createUser writes the account of the invitation's tenant
 * @throws AppError forbidden (invitation_invalid), conflict (room_full), and what `createUser` throws
 */
export async function joinWithNewAccount(
  app: Pick<App, 'db' | 'limits' | 'roomLog'>,
  code: string,
  createUser: (trx: Trx, tenantId: string) => Promise<UserRow>,
): Promise<UserRow> {
  const found = await findInviteByCodeHash(app.db, hashSecret(code));
  if (!found) throw invalidForRegistration();
  return app.roomLog.append(found.tenant_id, found.room_id, async (entry) => {
    const { invite, room } = await requireUsable(entry.trx, code).catch(refuseRegistration);
    const user = await createUser(entry.trx, invite.tenant_id);
    await takeAndJoin(app, entry, invite, room, user);
    return user;
  });
}

/** Refuses before anything expensive is done for a code that leads nowhere. @throws AppError forbidden (invitation_invalid) */
export async function requireInviteForRegistration(app: Pick<App, 'db'>, code: string): Promise<void> {
  await requireUsable(app.db, code).catch(refuseRegistration);
}

async function takeAndJoin(
  app: Pick<App, 'limits'>,
  entry: RoomEntry,
  invite: InviteRow,
  room: RoomRow,
  user: Pick<UserRow, 'id' | 'tenant_id'>,
): Promise<void> {
  if (!(await takeInviteUse(entry.trx, invite.tenant_id, invite.id, Date.now()))) throw invalidInvite();
  await joinRoom(app, entry, room, user, invite.role);
}

async function requireUsable(db: DbOrTrx, code: string): Promise<{ invite: InviteRow; room: RoomRow }> {
  const invite = await findInviteByCodeHash(db, hashSecret(code));
  const isUsable =
    invite && invite.revoked_at === null && invite.expires_at > Date.now() && invite.uses < invite.max_uses;
  const room = isUsable ? await findRoom(db, invite.tenant_id, invite.room_id) : undefined;
  if (!invite || !room) throw invalidInvite();
  return { invite, room };
}

const INVALID = 'This invite link does not work any more. Ask for a new one.';
const invalidInvite = () => new AppError('not_found', INVALID, { reason: 'invitation_invalid' });
const invalidForRegistration = () => new AppError('forbidden', INVALID, { reason: 'invitation_invalid' });
const refuseRegistration = (error: unknown): never => {
  throw error instanceof AppError && error.code === 'not_found' ? invalidForRegistration() : error;
};

const toListItem = (row: InviteRow): InviteListItem => ({
  id: row.id,
  role: row.role,
  maxUses: row.max_uses,
  uses: row.uses,
  expiresAt: toIso(row.expires_at),
  createdAt: toIso(row.created_at),
});
