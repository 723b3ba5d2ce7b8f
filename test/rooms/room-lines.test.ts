// What a room says itself about people and its settings: one durable line each, never unread, never part of what anybody said.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listRecentlySaid } from '../../src/assistant/history-store.ts';
import type { DurableFact } from '../../src/protocol/events.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { acceptInvite, createInvite } from '../../src/rooms/invites.ts';
import { addMember, removeMember } from '../../src/rooms/members.ts';
import { deleteMessage, listMessages, reactToMessage } from '../../src/rooms/messages.ts';
import { createRoom, getRoom, listRooms, updateRoom } from '../../src/rooms/rooms.ts';
import { createWorld, type Person, refusalOf, roomWith, takeFactNames, type World } from '../support/world.ts';

let world: World;
let ratna: Person;
let budi: Person;
let citra: Person;
let room: Room;

beforeEach(async () => {
  world = await createWorld();
  ratna = await world.person('Ratna Wulandari');
  budi = await world.person('Budi Santoso');
  citra = await world.person('Citra Dewi');
  room = await roomWith(world, ratna, { member: [budi] });
  takeFactNames(world);
});
afterEach(() => world.close());

const facts = () => world.told.facts.splice(0) as DurableFact[];
const lines = async (actor = ratna): Promise<Message[]> =>
  (await listMessages(world.app, actor, { roomId: room.id, limit: 50 })).items;

test('nobody changes them, not even who leads the room', async () => {
  const [line] = await lines();
  const messageId = line!.id;
  expect(await refusalOf(deleteMessage(world.app, ratna, { messageId }))).toBe('forbidden');
  expect(await refusalOf(reactToMessage(world.app, budi, { messageId, emoji: '👍', on: true }))).toBe('forbidden');
});

test('who was added, came by link, left and was removed is told with the next seq, in the same transaction', async () => {
  const link = await createInvite(world.app, ratna, {
    roomId: room.id,
    role: 'member',
    expiresInHours: 1,
    maxUses: 5,
    origin: 'http://localhost',
  });
  await acceptInvite(world.app, citra, link.code);
  await removeMember(world.app, citra, { roomId: room.id, userId: citra.userId });
  await addMember(world.app, ratna, { roomId: room.id, userId: citra.userId, role: 'viewer' });
  await removeMember(world.app, ratna, { roomId: room.id, userId: budi.userId });
  const told = facts();
  // One's own going is the last that one hears of a room, so the line about it comes before.
  expect(told.map(({ name }) => name)).toEqual([
    ...['member:changed', 'message:created'],
    ...['message:created', 'member:changed'],
    ...['member:changed', 'message:created'],
    ...['message:created', 'member:changed'],
  ]);
  const seqs = told.map(({ payload }) => payload.seq);
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  expect((await lines()).slice(1).map(({ system, text }) => [system?.key, system?.params, text])).toEqual([
    ['member.joined', { name: 'Citra Dewi' }, 'Citra Dewi joined.'],
    ['member.left', { name: 'Citra Dewi' }, 'Citra Dewi left.'],
    ['member.added', { name: 'Citra Dewi', by: 'Ratna Wulandari' }, 'Ratna Wulandari added Citra Dewi.'],
    ['member.removed', { name: 'Budi Santoso', by: 'Ratna Wulandari' }, 'Ratna Wulandari removed Budi Santoso.'],
  ]);
});

test('a new name, another trigger, the archive and the way back are told; what only the assistant reads is not', async () => {
  const change = (input: Parameters<typeof updateRoom>[3]) => updateRoom(world.app, ratna, room.id, input);
  await change({ brief: 'Tender', language: 'en', timeZone: 'Asia/Makassar' });
  await change({ name: room.name, assistant: { trigger: 'mention' }, archived: false });
  expect(takeFactNames(world)).toEqual(['room:changed']);
  const changed = await change({ name: 'Marabintan', assistant: { trigger: 'off' } });
  expect(takeFactNames(world)).toEqual(['message:created', 'message:created', 'room:changed']);
  expect(changed.lastSeq).toBe((await getRoom(world.app, ratna, room.id)).lastSeq);
  await change({ archived: true });
  await change({ archived: false });
  const by = 'Ratna Wulandari';
  expect((await lines()).slice(1).map(({ system }) => [system?.key, system?.params])).toEqual([
    ['room.renamed', { name: 'Marabintan', by }],
    ['room.trigger_changed', { trigger: 'off', by }],
    ['room.archived', { by }],
    ['room.brought_back', { by }],
  ]);
});

test('they are unread for nobody, and no part of what a model is told was said', async () => {
  await addMember(world.app, ratna, { roomId: room.id, userId: citra.userId, role: 'member' });
  expect((await listRooms(world.app, budi)).map(({ unread }) => unread)).toEqual([0]);
  expect(await listRecentlySaid(world.app.db, ratna.tenantId, room.id, { limit: 10 })).toEqual([]);
});

test('a personal room has nobody to tell', async () => {
  const own = await createRoom(world.app, budi, { name: 'Catatan', kind: 'personal' });
  await updateRoom(world.app, budi, own.id, { name: 'Surat', archived: true });
  expect(takeFactNames(world)).toEqual(['room:changed']);
});
