// How accounts come into being.
import { afterEach, expect, test } from 'vitest';
import { createSetupCode, readSetupState } from '../../src/accounts/registration.ts';
import { createInvite, revokeInvite } from '../../src/rooms/invites.ts';
import { listMembers } from '../../src/rooms/members.ts';
import { listRooms } from '../../src/rooms/rooms.ts';
import {
  createWorld,
  PASSWORD,
  type Person,
  refusalOf,
  roomWith,
  takeFactNames,
  type World,
} from '../support/world.ts';

let world: World;
afterEach(() => world.close());

const inviteTo = async (lead: Person, roomId: string, maxUses = 25) =>
  createInvite(world.app, lead, { roomId, role: 'member', expiresInHours: 1, maxUses, origin: 'http://localhost' });
const setupState = () => readSetupState({ ...world.app, model: { id: 'offline', model: 'offline' } as never });

test('the first account becomes the administrator, the second one does not', async () => {
  world = await createWorld();
  expect(await setupState()).toMatchObject({ firstRun: true, setupCodeNeeded: false });
  expect(await world.register({})).toMatchObject({ role: 'admin' });
  expect(await world.register({})).toMatchObject({ role: 'member' });
  expect(await setupState()).toMatchObject({ firstRun: false, assistant: { offline: true } });
});

test('of many first registrations at the same moment exactly one becomes administrator', async () => {
  world = await createWorld();
  const users = await Promise.all(Array.from({ length: 12 }, () => world.register({})));
  expect(users.filter((user) => user.role === 'admin')).toHaveLength(1);
});

test.each([{ HOST: '0.0.0.0' }, { HOST: '192.168.1.5' }, { APP_ENV: 'production' }])(
  'where others reach the server (%o) the first account needs the set-up code of the log',
  async (env) => {
    world = await createWorld({ env: { ...env, SECRET_KEY: 'thirty-two bytes at the very least' } });
    expect(await refusalOf(world.register({}))).toBe('forbidden/setup_code_needed');
    const earlier = await createSetupCode(world.app);
    const setupCode = await createSetupCode(world.app);
    expect(await refusalOf(world.register({ setupCode: 'guessed' }))).toBe('forbidden/setup_code_needed');
    expect(await refusalOf(world.register({ setupCode: earlier! }))).toBe('forbidden/setup_code_needed');
    expect(await world.register({ setupCode: setupCode! })).toMatchObject({ role: 'admin' });
    expect(await createSetupCode(world.app)).toBeUndefined();
    expect(JSON.stringify(await world.app.db.selectFrom('settings').selectAll().execute())).not.toContain(setupCode);
  },
);

test('on loopback no set-up code is made', async () => {
  world = await createWorld();
  expect(await createSetupCode(world.app)).toBeUndefined();
});

test('with REGISTRATION=invite nobody comes in without a working invitation', async () => {
  world = await createWorld({ env: { REGISTRATION: 'invite' } });
  const lead = await world.person();
  const room = await roomWith(world, lead);
  expect(await refusalOf(world.register({}))).toBe('forbidden/invitation_needed');
  expect(await refusalOf(world.register({ inviteCode: 'made-up' }))).toBe('forbidden/invitation_invalid');
  const withdrawn = await inviteTo(lead, room.id);
  await revokeInvite(world.app, lead, { roomId: room.id, inviteId: withdrawn.id });
  expect(await refusalOf(world.register({ inviteCode: withdrawn.code }))).toBe('forbidden/invitation_invalid');
  expect(await world.app.db.selectFrom('users').select('id').execute()).toHaveLength(1);
});

test('an invited person has the account and the room, and the room is told', async () => {
  world = await createWorld({ env: { REGISTRATION: 'invite' } });
  const lead = await world.person();
  const room = await roomWith(world, lead);
  const { code } = await inviteTo(lead, room.id);
  takeFactNames(world);
  const invited = await world.signIn(await world.register({ inviteCode: code, fullName: 'Budi Santoso' }));
  expect(await listRooms(world.app, invited)).toMatchObject([{ id: room.id, role: 'member', unread: 0 }]);
  expect(await listMembers(world.app, lead, room.id)).toHaveLength(2);
  expect(takeFactNames(world)).toEqual(['member:changed', 'message:created']);
});

test('when the account cannot be made, the invitation is not used up', async () => {
  world = await createWorld({ env: { REGISTRATION: 'invite' } });
  const lead = await world.person();
  const room = await roomWith(world, lead);
  const { code } = await inviteTo(lead, room.id, 1);
  expect(await refusalOf(world.register({ inviteCode: code, email: lead.user.email }))).toBe('conflict/email_taken');
  await world.register({ inviteCode: code });
  expect(await refusalOf(world.register({ inviteCode: code }))).toBe('forbidden/invitation_invalid');
});

test('an invitation for one lets one in when two use it at once, and the other has no account', async () => {
  world = await createWorld({ env: { REGISTRATION: 'invite' } });
  const lead = await world.person();
  const room = await roomWith(world, lead);
  const { code } = await inviteTo(lead, room.id, 1);
  const results = await Promise.allSettled([1, 2, 3].map(() => world.register({ inviteCode: code })));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  expect(await world.app.db.selectFrom('users').select('id').execute()).toHaveLength(2);
});

test('with REGISTRATION=closed not even an invitation helps', async () => {
  world = await createWorld({ env: { REGISTRATION: 'closed' } });
  const lead = await world.person();
  const { code } = await inviteTo(lead, (await roomWith(world, lead)).id);
  expect(await refusalOf(world.register({ inviteCode: code }))).toBe('forbidden/registration_closed');
});

test('an address belongs to one account, also when two register it at once', async () => {
  world = await createWorld();
  await world.person();
  const results = await Promise.allSettled([1, 2].map(() => world.register({ email: 'same@example.test' })));
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await refusalOf(world.register({ email: 'same@example.test' }))).toBe('conflict/email_taken');
});

test('people of the same name get handles of their own, also at the same moment', async () => {
  world = await createWorld();
  await world.person('Ratna Wulandari');
  const others = await Promise.all([1, 2, 3].map(() => world.register({ fullName: 'Ratna Wulandari' })));
  expect(others.map((user) => user.handle).sort()).toEqual(['ratna.wulandari', 'ratna2', 'ratna3']);
});

test.each([
  'ProjectWise',
  'project wise',
  'Project-Wise',
  'PROJECT_WISE',
  'ＰｒｏｊｅｃｔＷｉｓｅ',
  'РrоjесtWisе',
  'Pr0jectW1se',
  'Project·Wise!',
])('nobody can be called %s', async (fullName) => {
  world = await createWorld();
  expect(await refusalOf(world.register({ fullName }))).toBe('invalid/name_reserved');
});

test('an address makes only its share of accounts in an hour, and is told how long to wait', async () => {
  world = await createWorld({ limits: { registrationsPerHour: 3 } });
  for (let count = 0; count < 3; count++) await world.register({}, '203.0.113.7');
  const refused = await world.register({}, '203.0.113.7').catch((error) => error);
  expect(refused).toMatchObject({ code: 'rate_limited', details: { reason: 'too_many_requests' } });
  expect(refused.details.retryAfterMs).toBeGreaterThan(3_000_000);
  expect(await world.register({}, '203.0.113.8')).toMatchObject({ role: 'member' });
});

test('passwords are stored as argon2id hashes only', async () => {
  world = await createWorld();
  await world.register({});
  const [row] = await world.app.db.selectFrom('users').selectAll().execute();
  expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
  expect(JSON.stringify(row)).not.toContain(PASSWORD);
});
