// Pins of a room: who may not, one fact each, and that they go with their message.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message, Room } from '../../src/protocol/models.ts';
import { removeMember } from '../../src/rooms/members.ts';
import { deleteMessage, getMessage } from '../../src/rooms/messages.ts';
import { listPins, pinMessage } from '../../src/rooms/pins.ts';
import { updateRoom } from '../../src/rooms/rooms.ts';
import { readSnapshot } from '../../src/rooms/snapshot.ts';
import {
  createWorld,
  inOtherTenant,
  type Person,
  refusalOf,
  roomWith,
  say,
  takeFactNames,
  type World,
} from '../support/world.ts';

let world: World;
let lead: Person;
let member: Person;
let viewer: Person;
let stranger: Person;
let room: Room;

beforeEach(async () => {
  world = await createWorld({ limits: { pinsPerRoom: 2 } });
  lead = await world.person('Ratna Wulandari');
  member = await world.person('Budi Santoso');
  viewer = await world.person('Citra Dewi');
  stranger = await world.person('Eve');
  room = await roomWith(world, lead, { member: [member], viewer: [viewer] });
});
afterEach(() => world.close());

const pin = (actor: Person, message: Pick<Message, 'id'>, on = true) =>
  pinMessage(world.app, actor, { messageId: message.id, on });
const pinned = async (actor = viewer) => (await listPins(world.app, actor, room.id)).map((message) => message.text);

describe('who may not', () => {
  test('pin: strangers, those who left, other tenants, viewers; and nobody in an archived room (R-6)', async () => {
    const message = await say(world, member, room, 'harga dasar 4,2');
    for (const nobody of [stranger, inOtherTenant(lead)])
      expect(await refusalOf(pin(nobody, message))).toBe('not_found');
    expect(await refusalOf(pin(lead, { id: 'unknown' }))).toBe('not_found');
    expect(await refusalOf(pin(viewer, message))).toBe('forbidden');
    await removeMember(world.app, lead, { roomId: room.id, userId: member.userId });
    expect(await refusalOf(pin(member, message))).toBe('not_found');
    await updateRoom(world.app, lead, room.id, { archived: true });
    expect(await refusalOf(pin(lead, message))).toBe('conflict/room_archived');
    expect(await pinned()).toEqual([]);
  });

  test('see the pins or open a message by its link', async () => {
    const message = await say(world, member, room, 'harga dasar 4,2');
    const other = await roomWith(world, stranger);
    for (const nobody of [stranger, inOtherTenant(lead)]) {
      expect(await refusalOf(listPins(world.app, nobody, room.id))).toBe('not_found');
      expect(await refusalOf(getMessage(world.app, nobody, { roomId: room.id, messageId: message.id }))).toBe(
        'not_found',
      );
    }
    // Not through a room of one's own either.
    const own = getMessage(world.app, stranger, { roomId: other.id, messageId: message.id });
    expect(await refusalOf(own)).toBe('not_found');
    const opened = await getMessage(world.app, viewer, { roomId: room.id, messageId: message.id });
    expect(opened.text).toBe('harga dasar 4,2');
  });
});

describe('a pin', () => {
  test('is one fact, and what is so already is none (R-1)', async () => {
    const message = await say(world, member, room, 'jadwal aanwijzing');
    takeFactNames(world);
    const after = await pin(lead, message);
    expect(after).toMatchObject({ changedSeq: message.seq + 1, pinned: { by: { name: 'Ratna Wulandari' } } });
    await pin(member, message);
    expect(world.told.facts).toEqual([
      { name: 'message:updated', payload: { roomId: room.id, seq: message.seq + 1, message: after } },
    ]);
    expect((await pin(member, message, false)).pinned).toBeUndefined();
    expect(await pinned()).toEqual([]);
  });

  test('reaches whoever was away with what changed', async () => {
    const message = await say(world, member, room, 'jadwal aanwijzing');
    await pin(lead, message);
    const { messages } = await readSnapshot(world.app, viewer, room.id, message.seq);
    expect(messages).toMatchObject([{ id: message.id, pinned: { by: { id: lead.userId } } }]);
  });

  test('stands in the list with the latest first, as many as a room takes', async () => {
    const [first, second, third] = [
      await say(world, member, room, 'satu'),
      await say(world, 'assistant', room, 'dua'),
      await say(world, member, room, 'tiga'),
    ];
    await pin(lead, second);
    await pin(lead, first);
    expect(await pinned()).toEqual(['satu', 'dua']);
    expect(await refusalOf(pin(lead, third))).toBe('conflict/too_many_pins');
    await pin(lead, second, false);
    await pin(lead, third);
    expect(await pinned()).toEqual(['tiga', 'satu']);
  });

  test('goes with its message, and waits for the end of an answer', async () => {
    const message = await say(world, member, room, 'salah');
    await pin(lead, message);
    expect((await deleteMessage(world.app, member, { messageId: message.id })).pinned).toBeUndefined();
    expect(await pinned()).toEqual([]);
    expect(await refusalOf(pin(lead, message))).toBe('conflict/message_deleted');
    const answer = await say(world, 'assistant', room, 'sedang', { status: 'streaming' });
    expect(await refusalOf(pin(lead, answer))).toBe('conflict/turn_running');
  });
});
