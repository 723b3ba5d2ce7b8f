// Rooms and who is in them. Who may not comes first.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { requireMember } from '../../src/rooms/access.ts';
import { acceptInvite, createInvite, listInvites, previewInvite, revokeInvite } from '../../src/rooms/invites.ts';
import { addMember, announceMember, listMembers, removeMember, updateMember } from '../../src/rooms/members.ts';
import { listMessages, markRead, searchMessages } from '../../src/rooms/messages.ts';
import { createRoom, deleteRoom, getRoom, listRooms, registerRoomJobs, updateRoom } from '../../src/rooms/rooms.ts';
import { readSnapshot } from '../../src/rooms/snapshot.ts';
import { eventually } from '../support/product.ts';
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
let admin: Person;
let lead: Person;
let member: Person;
let viewer: Person;
let stranger: Person;
let room: Room;

beforeEach(async () => {
  world = await createWorld();
  admin = await world.person('Admin Utama');
  lead = await world.person('Ratna Wulandari');
  member = await world.person('Budi Santoso');
  viewer = await world.person('Citra Dewi');
  stranger = await world.person('Eve');
  room = await roomWith(world, lead, { member: [member], viewer: [viewer] });
  takeFactNames(world);
});
afterEach(() => world.close());

const invite = (actor: Person, of = room, maxUses = 25, expiresInHours = 1) =>
  createInvite(world.app, actor, {
    roomId: of.id,
    role: 'member',
    expiresInHours,
    maxUses,
    origin: 'http://localhost',
  });

/** Every operation on a room but those on its messages, and the right each needs. */
const operations: [name: string, right: 'read' | 'lead', run: (actor: Person, roomId: string) => Promise<unknown>][] = [
  ['getRoom', 'read', (actor, roomId) => getRoom(world.app, actor, roomId)],
  ['listMembers', 'read', (actor, roomId) => listMembers(world.app, actor, roomId)],
  ['listMessages', 'read', (actor, roomId) => listMessages(world.app, actor, { roomId, limit: 10 })],
  ['searchMessages', 'read', (actor, roomId) => searchMessages(world.app, actor, { roomId, q: 'x', limit: 10 })],
  ['markRead', 'read', (actor, roomId) => markRead(world.app, actor, { roomId, seq: 1 })],
  ['readSnapshot', 'read', (actor, roomId) => readSnapshot(world.app, actor, roomId)],
  ['updateRoom', 'lead', (actor, roomId) => updateRoom(world.app, actor, roomId, { name: 'Lain' })],
  ['listInvites', 'lead', (actor, roomId) => listInvites(world.app, actor, roomId)],
  ['createInvite', 'lead', (actor, roomId) => invite(actor, { ...room, id: roomId })],
  ['revokeInvite', 'lead', (actor, roomId) => revokeInvite(world.app, actor, { roomId, inviteId: 'x' })],
  [
    'addMember',
    'lead',
    (actor, roomId) => addMember(world.app, actor, { roomId, userId: stranger.userId, role: 'member' }),
  ],
  [
    'updateMember',
    'lead',
    (actor, roomId) => updateMember(world.app, actor, { roomId, userId: viewer.userId, role: 'member' }),
  ],
  ['removeMember', 'lead', (actor, roomId) => removeMember(world.app, actor, { roomId, userId: viewer.userId })],
  ['deleteRoom', 'lead', (actor, roomId) => deleteRoom(world.app, actor, roomId)],
];

test.each(operations)(
  '%s (%s) is not found for strangers, removed members and other tenants',
  async (_name, _right, run) => {
    await removeMember(world.app, lead, { roomId: room.id, userId: member.userId });
    for (const nobody of [stranger, member, inOtherTenant(lead)]) {
      expect(await refusalOf(run(nobody, room.id))).toBe('not_found');
    }
    expect(await refusalOf(run(lead, 'no-such-room'))).toBe('not_found');
  },
);

test.each(operations.filter(([, right]) => right === 'lead'))(
  '%s (%s) is forbidden to members',
  async (_name, _right, run) => {
    expect(await refusalOf(run(member, room.id))).toBe('forbidden');
    expect(takeFactNames(world)).toEqual([]);
  },
);

test('the gate tells reading, writing and leading apart, and archived rooms are only read', async () => {
  const gate = (actor: Person, right: 'read' | 'write' | 'lead') => requireMember(world.app, actor, room.id, right);
  expect(await refusalOf(gate(viewer, 'write'))).toBe('forbidden');
  expect(await refusalOf(gate(member, 'lead'))).toBe('forbidden');
  expect(await gate(member, 'write')).toMatchObject({ role: 'member', room: { id: room.id } });
  await updateRoom(world.app, lead, room.id, { archived: true });
  expect(await refusalOf(gate(member, 'write'))).toBe('conflict/room_archived');
  await gate(member, 'read');
  await updateRoom(world.app, lead, room.id, { archived: false });
  await gate(member, 'write');
});

test('nobody is added to a room that is deleted, also while what was said there is still being erased', async () => {
  await deleteRoom(world.app, lead, room.id);
  const adding = addMember(world.app, admin, { roomId: room.id, userId: admin.userId, role: 'viewer' });
  expect(await refusalOf(adding)).toBe('not_found');
});

test('not even the administrator reads a room, but may visibly add somebody to it', async () => {
  expect(await refusalOf(getRoom(world.app, admin, room.id))).toBe('not_found');
  expect(await listRooms(world.app, admin)).toEqual([]);
  await addMember(world.app, admin, { roomId: room.id, userId: admin.userId, role: 'viewer' });
  expect(takeFactNames(world)).toEqual(['member:changed', 'message:created']);
  await getRoom(world.app, admin, room.id);
  expect(await refusalOf(updateRoom(world.app, admin, room.id, { name: 'Lain' }))).toBe('forbidden');
});

describe('a personal room', () => {
  test('has one person: nobody is added or invited, and its only lead cannot leave', async () => {
    const own = await createRoom(world.app, lead, { name: 'Catatan', kind: 'personal' });
    expect(own).toMatchObject({ kind: 'personal', assistant: { trigger: 'always' } });
    const add = (actor: Person) =>
      addMember(world.app, actor, { roomId: own.id, userId: member.userId, role: 'member' });
    expect(await refusalOf(add(lead))).toBe('conflict/personal_room');
    expect(await refusalOf(add(admin))).toBe('not_found');
    expect(await refusalOf(invite(lead, own))).toBe('conflict/personal_room');
    expect(await refusalOf(removeMember(world.app, lead, { roomId: own.id, userId: lead.userId }))).toBe(
      'conflict/last_lead',
    );
  });
});

describe('a new room', () => {
  test('has its creator as lead, the defaults of the product, and the creator’s language', async () => {
    await world.app.db.updateTable('users').set({ language: 'en' }).where('id', '=', member.userId).execute();
    const made = await createRoom(world.app, member, { name: 'Tender Marabintan: tahap 2' });
    expect(made).toMatchObject({
      kind: 'group',
      assistant: { trigger: 'mention' },
      language: 'en',
      timeZone: 'Asia/Jakarta',
      lastSeq: 0,
    });
    expect(made.slug).toMatch(/^tender-marabintan-tahap-2-[a-z0-9]{1,6}$/);
    expect(await getRoom(world.app, member, made.id)).toMatchObject({ role: 'lead', memberCount: 1, running: false });
    expect(await listMembers(world.app, member, made.id)).toMatchObject([{ handle: 'budi', role: 'lead' }]);
  });

  test('may have the name of another one, in any script, but not the assistant’s', async () => {
    const slugs = await Promise.all(
      ['Sama', 'Sama', '世界', '…'].map(async (name) => (await createRoom(world.app, lead, { name })).slug),
    );
    expect(new Set(slugs).size).toBe(4);
    expect(await refusalOf(createRoom(world.app, lead, { name: 'Project Wise' }))).toBe('invalid/name_reserved');
    expect(await refusalOf(updateRoom(world.app, lead, room.id, { name: 'ProjectWise' }))).toBe(
      'invalid/name_reserved',
    );
  });
});

test('changing a room ends with one fact of its new state; changing nothing is none', async () => {
  const changed = await updateRoom(world.app, lead, room.id, {
    name: 'Tahap 2',
    assistant: { trigger: 'off' },
    brief: 'TOR',
  });
  expect(changed).toMatchObject({ name: 'Tahap 2', assistant: { trigger: 'off' }, brief: 'TOR', slug: room.slug });
  const fact = world.told.facts.at(-1);
  expect(fact).toEqual({ name: 'room:changed', payload: { roomId: room.id, seq: changed.lastSeq, room: changed } });
  world.told.facts.length = 0;
  await updateRoom(world.app, lead, room.id, { name: 'Tahap 2', archived: false });
  expect(world.told.facts).toEqual([]);
});

test('archived rooms are listed apart', async () => {
  await updateRoom(world.app, lead, room.id, { archived: true });
  expect(await listRooms(world.app, member)).toEqual([]);
  expect(await listRooms(world.app, member, { archived: true })).toMatchObject([{ id: room.id }]);
});

describe('adding members', () => {
  const add = (input: { email?: string; userId?: string }) =>
    addMember(world.app, lead, { roomId: room.id, role: 'member', ...input });

  test('finds people by e-mail or id, in the same tenant, once', async () => {
    expect(await add({ email: stranger.user.email })).toMatchObject({
      userId: stranger.userId,
      role: 'member',
      handle: 'eve',
    });
    expect(await refusalOf(add({ userId: stranger.userId }))).toBe('conflict/already_member');
    const unknown = await add({ email: 'nobody@example.test' }).catch((error) => error);
    expect(unknown).toMatchObject({ code: 'not_found', message: expect.stringContaining('invite link') });
    expect(await refusalOf(add({ userId: 'nobody' }))).toBe('not_found');
  });

  test('ends at the limit, also for invited people', async () => {
    await world.close();
    world = await createWorld({ limits: { membersPerRoom: 2 } });
    const [one, two, three] = [await world.person(), await world.person(), await world.person()];
    const small = await roomWith(world, one, { member: [two] });
    expect(await refusalOf(addMember(world.app, one, { roomId: small.id, userId: three.userId, role: 'viewer' }))).toBe(
      'conflict/room_full',
    );
    const { code, id } = await invite(one, small, 1);
    expect(await refusalOf(acceptInvite(world.app, three, code))).toBe('conflict/room_full');
    expect(await listInvites(world.app, one, small.id)).toMatchObject([{ id, uses: 0 }]);
  });

  test('gives nothing unread to the new member', async () => {
    await say(world, member, room, 'halo');
    await add({ userId: stranger.userId });
    expect(await getRoom(world.app, stranger, room.id)).toMatchObject({ unread: 0, memberCount: 4 });
  });
});

describe('roles', () => {
  test('change visibly, and the last lead stays lead', async () => {
    const change = (person: Person, role: 'lead' | 'viewer') =>
      updateMember(world.app, lead, { roomId: room.id, userId: person.userId, role });
    expect(await refusalOf(change(lead, 'viewer'))).toBe('conflict/last_lead');
    expect(await change(member, 'lead')).toMatchObject({ role: 'lead' });
    await change(member, 'lead');
    expect(takeFactNames(world)).toEqual(['member:changed']);
    await change(lead, 'viewer');
    expect(await refusalOf(change(member, 'viewer'))).toBe('forbidden');
    expect(
      await refusalOf(updateMember(world.app, member, { roomId: room.id, userId: stranger.userId, role: 'lead' })),
    ).toBe('not_found');
  });

  test('of two leads who step down at once one stays', async () => {
    await updateMember(world.app, lead, { roomId: room.id, userId: member.userId, role: 'lead' });
    const left = await Promise.allSettled(
      [lead, member].map((person) => removeMember(world.app, person, { roomId: room.id, userId: person.userId })),
    );
    expect(left.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('removal', () => {
  test('ends a member’s facts after the room was told (R-6)', async () => {
    await removeMember(world.app, lead, { roomId: room.id, userId: member.userId });
    expect(world.told.facts).toMatchObject([
      { name: 'message:created', payload: { message: { system: { key: 'member.removed' } } } },
      { name: 'member:changed', payload: { member: { userId: member.userId, removed: true } } },
    ]);
    expect(world.told.removed).toEqual([{ roomId: room.id, userId: member.userId }]);
    expect(await refusalOf(removeMember(world.app, lead, { roomId: room.id, userId: member.userId }))).toBe(
      'not_found',
    );
  });

  test('of oneself is leaving, which even a viewer may; the last lead may not', async () => {
    await removeMember(world.app, viewer, { roomId: room.id, userId: viewer.userId });
    expect(await refusalOf(removeMember(world.app, lead, { roomId: room.id, userId: lead.userId }))).toBe(
      'conflict/last_lead',
    );
  });
});

describe('invite links', () => {
  test('show their code once, store its hash, and lead to the room', async () => {
    const made = await invite(lead);
    expect(made.url).toBe(`http://localhost/invite/${made.code}`);
    expect(JSON.stringify(await world.app.db.selectFrom('room_invites').selectAll().execute())).not.toContain(
      made.code,
    );
    expect(JSON.stringify(await listInvites(world.app, lead, room.id))).not.toContain(made.code);
    expect(await previewInvite(world.app, made.code)).toMatchObject({
      roomId: room.id,
      roomName: 'Ruang tender',
      invitedBy: 'Ratna Wulandari',
      role: 'member',
    });
    expect(await acceptInvite(world.app, stranger, made.code)).toMatchObject({ id: room.id });
    expect(takeFactNames(world)).toEqual(['member:changed', 'message:created']);
  });

  test('accepted twice take one use, and members keep their role', async () => {
    const { code } = await invite(lead, room, 1);
    await acceptInvite(world.app, viewer, code);
    await acceptInvite(world.app, stranger, code);
    await acceptInvite(world.app, stranger, code);
    expect(await getRoom(world.app, viewer, room.id)).toMatchObject({ role: 'viewer' });
    expect(await refusalOf(acceptInvite(world.app, admin, code))).toBe('not_found/invitation_invalid');
    expect(takeFactNames(world)).toEqual(['member:changed', 'message:created']);
  });

  test('do not work when used up, withdrawn, expired, made up, or from another tenant', async () => {
    const withdrawn = await invite(lead);
    await revokeInvite(world.app, lead, { roomId: room.id, inviteId: withdrawn.id });
    await revokeInvite(world.app, lead, { roomId: room.id, inviteId: withdrawn.id });
    const expired = await invite(lead);
    await world.app.db
      .updateTable('room_invites')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', expired.id)
      .execute();
    for (const code of [withdrawn.code, expired.code, 'made-up', '']) {
      expect(await refusalOf(acceptInvite(world.app, stranger, code))).toBe('not_found/invitation_invalid');
      expect(await refusalOf(previewInvite(world.app, code))).toBe('not_found/invitation_invalid');
    }
    const { code } = await invite(lead);
    expect(await refusalOf(acceptInvite(world.app, inOtherTenant(stranger), code))).toBe(
      'not_found/invitation_invalid',
    );
    expect((await listInvites(world.app, lead, room.id)).length).toBe(1);
    expect(await refusalOf(revokeInvite(world.app, lead, { roomId: room.id, inviteId: 'x' }))).toBe('not_found');
  });

  test('let in exactly as many as they say, also all at once', async () => {
    const { code } = await invite(lead, room, 3);
    const people = await Promise.all(Array.from({ length: 8 }, () => world.person()));
    const results = await Promise.allSettled(people.map((person) => acceptInvite(world.app, person, code)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3);
  });
});

test('a deleted room is out of reach at once, and then everything in it is erased', async () => {
  for (let count = 0; count < 130; count++) await say(world, member, room, `pesan rahasia ${count} @ratna`);
  const other = await roomWith(world, lead);
  await say(world, lead, other, 'tetap ada');
  registerRoomJobs(world.app);
  await deleteRoom(world.app, lead, room.id);
  expect(world.told.closed).toMatchObject([{ roomId: room.id }]);
  expect(world.told.closed[0]?.userIds).toHaveLength(3);
  expect(await refusalOf(getRoom(world.app, lead, room.id))).toBe('not_found');
  await world.app.jobs.start();
  const left = async () => (await world.app.db.selectFrom('rooms').select('id').execute()).map((row) => row.id);
  await eventually(async () => (await left()).length === 1);
  expect(await left()).toEqual([other.id]);
  expect(await world.app.db.selectFrom('messages').select('text').execute()).toEqual([{ text: 'tetap ada' }]);
  expect(await world.app.db.selectFrom('mentions').selectAll().execute()).toEqual([]);
});

test('a new name is told to all rooms of the person', async () => {
  await world.app.db.updateTable('users').set({ full_name: 'Budi S.' }).where('id', '=', member.userId).execute();
  await announceMember(world.app, member);
  expect(world.told.facts).toMatchObject([
    { name: 'member:changed', payload: { roomId: room.id, member: { name: 'Budi S.', role: 'member' } } },
  ]);
});
