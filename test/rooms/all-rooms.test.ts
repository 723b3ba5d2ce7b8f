// Over all rooms of a person: what they want to hear of each, their mentions, and the search.
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { addMember, removeMember, setNotify } from '../../src/rooms/members.ts';
import { deleteMessage, listMentions, markRead, searchEverywhere } from '../../src/rooms/messages.ts';
import { getRoom } from '../../src/rooms/rooms.ts';
import { createWorld, inOtherTenant, type Person, refusalOf, roomWith, say, type World } from '../support/world.ts';

let world: World;
let lead: Person;
let viewer: Person;
let stranger: Person;
let room: Room;

beforeEach(async () => {
  world = await createWorld();
  lead = await world.person('Ratna Wulandari');
  viewer = await world.person('Citra Dewi');
  stranger = await world.person('Eve');
  room = await roomWith(world, lead, { viewer: [viewer] });
});
afterEach(() => world.close());

const mentions = async (actor: Person, page: { limit: number; cursor?: string } = { limit: 30 }) =>
  (await listMentions(world.app, actor, page)).items.map(({ message }) => message.text);

/** Ids rise with the clock, which counts milliseconds. */
async function nextMillisecond(): Promise<void> {
  for (const now = Date.now(); Date.now() === now; ) await setTimeout(0);
}

describe('muting a room', () => {
  test('is for its members alone, and is nobody else’s business', async () => {
    for (const nobody of [stranger, inOtherTenant(viewer)]) {
      expect(await refusalOf(setNotify(world.app, nobody, { roomId: room.id, notify: 'nothing' }))).toBe('not_found');
    }
    await setNotify(world.app, viewer, { roomId: room.id, notify: 'mentions' });
    expect(await getRoom(world.app, viewer, room.id)).toMatchObject({ notify: 'mentions' });
    expect(await getRoom(world.app, lead, room.id)).toMatchObject({ notify: 'all' });
    const told = world.told.personal.filter(({ fact }) => fact.name === 'room:notify');
    expect(told).toEqual([
      { userId: viewer.userId, fact: { name: 'room:notify', payload: { roomId: room.id, notify: 'mentions' } } },
    ]);
  });

  test('ends with leaving: whoever comes back hears everything', async () => {
    await setNotify(world.app, viewer, { roomId: room.id, notify: 'nothing' });
    await removeMember(world.app, viewer, { roomId: room.id, userId: viewer.userId });
    await addMember(world.app, lead, { roomId: room.id, userId: viewer.userId, role: 'viewer' });
    expect(await getRoom(world.app, viewer, room.id)).toMatchObject({ notify: 'all' });
  });
});

describe('the list of mentions', () => {
  test('holds nothing of rooms one is not in (any more), of other tenants, or of other people (R-6)', async () => {
    await say(world, lead, room, 'halo @citra');
    expect(await mentions(lead)).toEqual([]);
    expect(await mentions(stranger)).toEqual([]);
    expect(await mentions(inOtherTenant(viewer))).toEqual([]);
    expect(await mentions(viewer)).toEqual(['halo @citra']);
    await removeMember(world.app, lead, { roomId: room.id, userId: viewer.userId });
    expect(await mentions(viewer)).toEqual([]);
  });

  test('goes over all rooms with the newest first, page by page, and says what is unread', async () => {
    const other = await roomWith(world, lead, { member: [viewer] }, { name: 'Ruang lain' });
    const first = await say(world, lead, room, 'satu @citra');
    await nextMillisecond();
    await say(world, lead, other, 'dua @citra');
    await nextMillisecond();
    await say(world, lead, room, 'tiga @citra');
    await markRead(world.app, viewer, { roomId: room.id, seq: first.seq });
    const page = await listMentions(world.app, viewer, { limit: 2 });
    expect(page.items.map((item) => [item.message.text, item.room.name, item.unread])).toEqual([
      ['tiga @citra', 'Ruang tender', true],
      ['dua @citra', 'Ruang lain', true],
    ]);
    const rest = await listMentions(world.app, viewer, { limit: 2, cursor: page.nextCursor! });
    expect(rest).toMatchObject({ items: [{ message: { text: 'satu @citra' }, unread: false }] });
    expect(rest.nextCursor).toBeUndefined();
  });

  test('forgets deleted messages, and what only quotes a mention', async () => {
    const message = await say(world, lead, room, 'halo @citra');
    await say(world, lead, room, '> halo @citra\n\nsudah');
    await deleteMessage(world.app, lead, { messageId: message.id });
    expect(await mentions(viewer)).toEqual([]);
  });
});

describe('the search in all rooms', () => {
  test('finds nothing in rooms one is not in (any more), or in another tenant (R-6)', async () => {
    await say(world, lead, room, 'Garansi 36 bulan');
    const found = async (actor: Person) =>
      (await searchEverywhere(world.app, actor, { q: 'garansi', limit: 10 })).map((item) => item.room.name);
    expect(await found(viewer)).toEqual(['Ruang tender']);
    expect(await found(stranger)).toEqual([]);
    expect(await found(inOtherTenant(viewer))).toEqual([]);
    await removeMember(world.app, lead, { roomId: room.id, userId: viewer.userId });
    expect(await found(viewer)).toEqual([]);
  });

  test('puts the newest of all rooms first', async () => {
    const other = await roomWith(world, lead, { member: [viewer] }, { name: 'Ruang lain' });
    await say(world, lead, room, 'garansi satu', { createdAt: '2026-11-20T03:00:00.000Z' });
    await say(world, lead, other, 'garansi dua', { createdAt: '2026-11-21T03:00:00.000Z' });
    await say(world, lead, room, 'garansi tiga', { createdAt: '2026-11-22T03:00:00.000Z' });
    const items = await searchEverywhere(world.app, viewer, { q: 'gar', limit: 2 });
    expect(items.map(({ message }) => message.text)).toEqual(['garansi tiga', 'garansi dua']);
  });
});
