// Who is in a room: added, given another role, removed, and leaving.
import { findUser, findUserByEmail, type UserRow } from '../accounts/account-store.ts';
import { hasRoomRight, isAdministrator } from '../accounts/permissions.ts';
import type { Actor, App, RoomEntry, Trx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { Member } from '../protocol/models.ts';
import type { NotifyLevel, RoomRole } from '../protocol/names.ts';
import { requireMember } from './access.ts';
import {
  countMembers,
  deleteMember,
  findMember,
  findRoomOfMember,
  insertMember,
  listMembers as listMembersOfRoom,
  listRoomIdsOf,
  setMemberNotify,
  setMemberRole,
} from './member-store.ts';
import { recordRoomLine } from './room-line.ts';
import { findRoom, type RoomRow } from './room-store.ts';

/** @throws AppError not_found */
export async function listMembers(app: Pick<App, 'db'>, actor: Actor, roomId: string): Promise<Member[]> {
  await requireMember(app, actor, roomId, 'read');
  return listMembersOfRoom(app.db, actor.tenantId, roomId);
}

/**
 * Adds somebody who has an account in the same tenant. An administrator of the installation may do so in group rooms without being
 * in them: that is their one way in, it is logged, and every member sees it.
 * @throws AppError not_found, forbidden, conflict (personal_room, already_member, room_full)
 */
export async function addMember(
  app: Pick<App, 'limits' | 'log' | 'roomLog'>,
  actor: Actor,
  input: { roomId: string; email?: string; userId?: string; role: RoomRole },
): Promise<Member> {
  const { roomId, role } = input;
  return app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    const room = await requireMayAdd(app, entry.trx, actor, roomId);
    requireGroup(room);
    const user = await findAccount(entry.trx, actor.tenantId, input);
    if (!user) throw noSuchAccount();
    if (await findMember(entry.trx, actor.tenantId, roomId, user.id)) {
      throw new AppError('conflict', 'This person is in the room already.', { reason: 'already_member' });
    }
    const by = await findUser(entry.trx, actor.tenantId, actor.userId);
    return joinRoom(app, entry, room, user, role, by?.full_name ?? actor.name);
  });
}

async function requireMayAdd(app: Pick<App, 'log'>, trx: Trx, actor: Actor, roomId: string): Promise<RoomRow> {
  const access = await findRoomOfMember(trx, actor.tenantId, roomId, actor.userId);
  if (!isAdministrator(actor) || (access && hasRoomRight(access.role, 'lead'))) {
    return (await requireMember(trx, actor, roomId, 'lead')).room;
  }
  const room = await findRoom(trx, actor.tenantId, roomId);
  // One that is deleted has no members from that moment on; its row goes last.
  const isGone = !room || (await countMembers(trx, actor.tenantId, roomId)) === 0;
  if (isGone || (room.kind === 'personal' && !access)) throw notFound('room');
  app.log.warn('An administrator adds a member to a room they do not lead', { roomId, userId: actor.userId });
  return room;
}

const findAccount = async (
  trx: Trx,
  tenantId: string,
  { email, userId }: { email?: string; userId?: string },
): Promise<UserRow | undefined> => {
  const user =
    email === undefined ? await findUser(trx, tenantId, userId ?? '') : await findUserByEmail(trx, tenantId, email);
  return user?.disabled_at === null ? user : undefined;
};

const noSuchAccount = (): AppError =>
  new AppError('not_found', 'There is no such account here. Make an invite link and send it to this person instead.');

/** @throws AppError conflict (personal_room): a personal room has exactly one person */
export function requireGroup(room: RoomRow): void {
  if (room.kind !== 'personal') return;
  throw new AppError('conflict', 'A personal room has one person. Make a group room to work with others.', {
    reason: 'personal_room',
  });
}

/**
 * Makes somebody a member, who has read everything said so far, and tells the room.
 * @param by who added them; absent when they came by themselves
 * @throws AppError conflict (room_full)
 */
export async function joinRoom(
  app: Pick<App, 'limits'>,
  entry: RoomEntry,
  room: RoomRow,
  user: Pick<UserRow, 'id' | 'tenant_id'>,
  role: RoomRole,
  by?: string,
): Promise<Member> {
  const maximum = app.limits.membersPerRoom;
  if ((await countMembers(entry.trx, room.tenant_id, room.id)) >= maximum) {
    throw new AppError('conflict', `This room is full: it has ${maximum} members.`, { reason: 'room_full', maximum });
  }
  const seq = await entry.nextSeq();
  await insertMember(entry.trx, {
    tenant_id: room.tenant_id,
    room_id: room.id,
    user_id: user.id,
    role,
    read_seq: seq,
    joined_at: Date.now(),
  });
  const member = await recordMember(entry, room.tenant_id, room.id, user.id, seq);
  const { name } = member;
  if (by === undefined) await recordRoomLine(entry, room, 'member.joined', { name });
  else await recordRoomLine(entry, room, 'member.added', { name, by });
  return member;
}

/** What of a room one wants to be told. All devices of the person hear it, nobody else does. @throws AppError not_found */
export async function setNotify(
  app: Pick<App, 'db' | 'broadcast'>,
  actor: Actor,
  input: { roomId: string; notify: NotifyLevel },
): Promise<{ notify: NotifyLevel }> {
  const { roomId, notify } = input;
  await requireMember(app, actor, roomId, 'read');
  await setMemberNotify(app.db, actor.tenantId, roomId, actor.userId, notify);
  app.broadcast.toPerson(actor.userId, { name: 'room:notify', payload: { roomId, notify } });
  return { notify };
}

/** @throws AppError not_found, forbidden, conflict (last_lead) */
export async function updateMember(
  app: Pick<App, 'roomLog'>,
  actor: Actor,
  input: { roomId: string; userId: string; role: RoomRole },
): Promise<Member> {
  const { roomId, userId, role } = input;
  return app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    await requireMember(entry.trx, actor, roomId, 'lead');
    const member = await findMember(entry.trx, actor.tenantId, roomId, userId);
    if (!member) throw notFound('member');
    if (member.role === role) return member;
    await requireAnotherLead(entry.trx, actor.tenantId, roomId, member);
    const seq = await entry.nextSeq();
    await setMemberRole(entry.trx, actor.tenantId, roomId, userId, role);
    return recordMember(entry, actor.tenantId, roomId, userId, seq);
  });
}

/**
 * Removes a member, as lead, or oneself. From then on nothing of the room reaches that person.
 * @throws AppError not_found, forbidden, conflict (last_lead)
 */
export async function removeMember(
  app: Pick<App, 'roomLog' | 'broadcast'>,
  actor: Actor,
  input: { roomId: string; userId: string },
): Promise<void> {
  const { roomId, userId } = input;
  await app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    const { room, name: by } = await requireMember(entry.trx, actor, roomId, userId === actor.userId ? 'read' : 'lead');
    const member = await findMember(entry.trx, actor.tenantId, roomId, userId);
    if (!member) throw notFound('member');
    await requireAnotherLead(entry.trx, actor.tenantId, roomId, member);
    // Told before they are gone: their own going is the last thing that they hear of the room.
    if (userId === actor.userId) await recordRoomLine(entry, room, 'member.left', { name: by });
    else await recordRoomLine(entry, room, 'member.removed', { name: member.name, by });
    const seq = await entry.nextSeq();
    await deleteMember(entry.trx, actor.tenantId, roomId, userId);
    entry.record({ name: 'member:changed', payload: { roomId, seq, member: { userId, removed: true } } });
    entry.afterCommit(() => app.broadcast.removeFromRoom(roomId, userId));
  });
}

/** Tells all rooms of a person that their name changed. */
export async function announceMember(app: Pick<App, 'db' | 'roomLog'>, actor: Actor): Promise<void> {
  for (const roomId of await listRoomIdsOf(app.db, actor.tenantId, actor.userId)) {
    await app.roomLog.append(actor.tenantId, roomId, async (entry) => {
      if (!(await findMember(entry.trx, actor.tenantId, roomId, actor.userId))) return;
      await recordMember(entry, actor.tenantId, roomId, actor.userId, await entry.nextSeq());
    });
  }
}

async function requireAnotherLead(trx: Trx, tenantId: string, roomId: string, member: Member): Promise<void> {
  if (member.role !== 'lead' || (await countMembers(trx, tenantId, roomId, 'lead')) > 1) return;
  throw new AppError('conflict', 'A room needs a lead. Make somebody else lead first, or delete the room.', {
    reason: 'last_lead',
  });
}

async function recordMember(
  entry: RoomEntry,
  tenantId: string,
  roomId: string,
  userId: string,
  seq: number,
): Promise<Member> {
  const member = await findMember(entry.trx, tenantId, roomId, userId);
  if (!member) throw notFound('member');
  entry.record({ name: 'member:changed', payload: { roomId, seq, member } });
  return member;
}
