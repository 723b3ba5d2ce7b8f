// Ids of one tenant never reach rows of another: every store function, called with the right ids and the wrong tenant.
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as accounts from '../../src/accounts/account-store.ts';
import * as sessions from '../../src/accounts/session-store.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import * as activity from '../../src/rooms/activity-store.ts';
import * as invites from '../../src/rooms/invite-store.ts';
import { createInvite } from '../../src/rooms/invites.ts';
import * as members from '../../src/rooms/member-store.ts';
import * as mentions from '../../src/rooms/mention-store.ts';
import * as search from '../../src/rooms/message-search-store.ts';
import * as messages from '../../src/rooms/message-store.ts';
import { reactToMessage } from '../../src/rooms/messages.ts';
import * as pins from '../../src/rooms/pin-store.ts';
import { pinMessage } from '../../src/rooms/pins.ts';
import * as rooms from '../../src/rooms/room-store.ts';
import { createWorld, type Person, roomWith, say, type World } from '../support/world.ts';

let world: World;
let lead: Person;
let member: Person;
let room: Room;
let message: Message;
let inviteId: string;
const now = Date.now();
const OTHER = '00000000-0000-7000-8000-00000000000f';

beforeAll(async () => {
  world = await createWorld();
  lead = await world.person('Ratna Wulandari');
  member = await world.person('Budi Santoso');
  room = await roomWith(world, lead, { member: [member] }, { kind: 'group' });
  message = await say(world, member, room, 'halo @ratna garansi', { clientId: 'c-1' });
  message = await reactToMessage(world.app, lead, { messageId: message.id, emoji: '👍', on: true });
  message = await pinMessage(world.app, lead, { messageId: message.id, on: true });
  const invite = { roomId: room.id, role: 'member' as const, expiresInHours: 1, maxUses: 5, origin: '' };
  inviteId = (await createInvite(world.app, lead, invite)).id;
});
afterAll(() => world.close());

/** Inserts take a whole row and are left out; the code of an invitation and the address of a sign-in say themselves where they belong. */
const WITHOUT_TENANT = ['insert', 'to', 'findInviteByCodeHash', 'findAnyUserByEmail', 'UNREAD_WINDOW_SEQS'];

type Call = (tenantId: string) => Promise<unknown>;
const db = () => world.app.db;
const calls: Record<string, Call> = {
  findUser: (t) => accounts.findUser(db(), t, lead.userId),
  findUserByEmail: (t) => accounts.findUserByEmail(db(), t, lead.user.email),
  listHandlesLike: (t) => accounts.listHandlesLike(db(), t, 'ratna'),
  updateUser: (t) => accounts.updateUser(db(), t, lead.userId, { full_name: 'X' }),
  findSetting: (t) => accounts.findSetting(db(), t, 'bootstrap'),
  deleteSetting: (t) => accounts.deleteSetting(db(), t, 'bootstrap'),
  findCaller: (t) => sessions.findCaller(db(), t, lead.sessionId, lead.userId),
  touchSession: (t) => sessions.touchSession(db(), t, lead.sessionId, { lastSeenAt: 1, expiresAt: 1 }),
  listOpenSessions: (t) => sessions.listOpenSessions(db(), t, lead.userId, now),
  endSession: (t) => sessions.endSession(db(), t, lead.userId, lead.sessionId, now),
  endOtherSessions: (t) => sessions.endOtherSessions(db(), t, lead.userId, 'none', now),
  findRoom: (t) => rooms.findRoom(db(), t, room.id),
  findRoomBySlug: (t) => rooms.findRoomBySlug(db(), t, room.slug),
  updateRoomRow: (t) => rooms.updateRoomRow(db(), t, room.id, { name: 'X' }),
  setRoomTitle: (t) => rooms.setRoomTitle(db(), t, room.id, 'X'),
  setRoomSummary: (t) => rooms.setRoomSummary(db(), t, room.id, { summary: 'X', seq: 1, version: 0 }),
  raiseSummaryVersion: (t) => rooms.raiseSummaryVersion(db(), t, room.id),
  dropRoomSummary: (t) => rooms.dropRoomSummary(db(), t, room.id),
  listRoomSummaries: (t) => rooms.listRoomSummaries(db(), t, lead.userId),
  listRunningTurns: (t) => rooms.listRunningTurns(db(), t, room.id),
  deleteQueuedTurns: (t) => rooms.deleteQueuedTurns(db(), t, room.id),
  purgeRoomPiece: (t) => rooms.purgeRoomPiece(db(), t, room.id, { rows: 10, textBytes: 1_000 }),
  findRoomOfMember: (t) => members.findRoomOfMember(db(), t, room.id, lead.userId),
  findMember: (t) => members.findMember(db(), t, room.id, lead.userId),
  listMembers: (t) => members.listMembers(db(), t, room.id),
  listMentionables: (t) => members.listMentionables(db(), t, room.id),
  listMemberIds: (t) => members.listMemberIds(db(), t, room.id),
  listRoomIdsOf: (t) => members.listRoomIdsOf(db(), t, lead.userId),
  listRoomsUsedLast: (t) => members.listRoomsUsedLast(db(), t, lead.userId, 10),
  countMembers: (t) => members.countMembers(db(), t, room.id),
  setMemberRole: (t) => members.setMemberRole(db(), t, room.id, lead.userId, 'viewer'),
  setMemberNotify: (t) => members.setMemberNotify(db(), t, room.id, lead.userId, 'nothing'),
  setPersonalMemory: (t) => members.setPersonalMemory(db(), t, room.id, lead.userId, true),
  mayUsePersonalMemory: (t) => members.mayUsePersonalMemory(db(), t, room.id, lead.userId),
  setReadSeq: (t) => members.setReadSeq(db(), t, room.id, lead.userId, 99),
  deleteMember: (t) => members.deleteMember(db(), t, room.id, lead.userId),
  deleteAllMembers: (t) => members.deleteAllMembers(db(), t, room.id),
  listUsableInvites: (t) => invites.listUsableInvites(db(), t, room.id, now),
  takeInviteUse: (t) => invites.takeInviteUse(db(), t, inviteId, now),
  revokeInviteRow: (t) => invites.revokeInviteRow(db(), t, room.id, inviteId, now),
  deleteInvites: (t) => invites.deleteInvites(db(), t, room.id),
  findMessage: (t) => messages.findMessage(db(), t, message.id),
  findMessages: async (t) => [...(await messages.findMessages(db(), t, [message.id]))],
  touchMessage: (t) => messages.touchMessage(db(), t, message.id, 99),
  findMessageByClientId: (t) => messages.findMessageByClientId(db(), t, room.id, member.userId, 'c-1'),
  pageMessages: async (t) => (await messages.pageMessages(db(), t, room.id, { limit: 10 })).messages,
  countMessages: async (t) => [...(await messages.countMessages(db(), t, [room.id]))],
  findChangedMessages: (t) => messages.findChangedMessages(db(), t, room.id, 0, 10),
  hasMessagesBefore: (t) => messages.hasMessagesBefore(db(), t, room.id, 99),
  updateMessageText: (t) =>
    messages.updateMessageText(db(), t, message, { text: 'X', mentions: [], seq: 99, editedAt: now }),
  markMessageDeleted: (t) => messages.markMessageDeleted(db(), t, message.id, 99),
  setMessageTokens: (t) => messages.setMessageTokens(db(), t, message.id, 99),
  setReaction: (t) =>
    messages.setReaction(db(), t, message, { userId: lead.userId, emoji: '👍', on: false, seq: 99, now }),
  findPins: async (t) => [...(await pins.findPins(db(), t, [message.id]))],
  listPinnedIds: (t) => pins.listPinnedIds(db(), t, room.id),
  removePin: (t) => pins.removePin(db(), t, message.id),
  findMentionsOf: (t) => mentions.findMentionsOf(db(), t, lead.userId, { limit: 10 }),
  searchMessages: (t) => search.searchMessages(db(), t, { roomId: room.id, query: 'garansi', limit: 10 }),
  listCountable: (t) => activity.listCountable(db(), t, room.id, 0),
  listReadSeqs: (t) => activity.listReadSeqs(db(), t, room.id),
  countUnreadMentions: async (t) => [...(await activity.countUnreadMentions(db(), t, room.id))],
};

const everything = async () => {
  const tables = ['users', 'sessions', 'settings', 'rooms', 'room_members', 'room_invites'] as const;
  const more = ['messages', 'mentions', 'reactions', 'pins'] as const;
  const rows = await Promise.all([...tables, ...more].map((table) => db().selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
};

test.each(Object.entries(calls))('%s finds and changes nothing of another tenant', async (_name, call) => {
  const before = await everything();
  const found = await call(OTHER);
  if (Array.isArray(found)) expect(found).toEqual([]);
  else expect(found || undefined).toBeUndefined();
  expect(await everything()).toBe(before);
});

const readers = Object.entries(calls).filter(
  ([name]) => /^(find|list|count|has|page|search)/.test(name) && name !== 'listRunningTurns',
);
test.each(readers)('%s finds it in its own tenant', async (_name, call) => {
  const found = await call(lead.tenantId);
  expect(Array.isArray(found) ? found.length : found).toBeTruthy();
});

test('every function of these stores is in this table', () => {
  const exported = [accounts, sessions, rooms, members, invites, messages, search, activity, pins, mentions].flatMap(
    Object.keys,
  );
  const expected = exported.filter((name) => !WITHOUT_TENANT.some((beginning) => name.startsWith(beginning)));
  expect(expected.filter((name) => !(name in calls))).toEqual([]);
});
