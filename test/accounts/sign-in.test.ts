// Signing in, staying signed in, and being signed out.
import { sign } from 'hono/jwt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  changePassword,
  createTicket,
  endSession,
  listSessions,
  login,
  logout,
  readMe,
  updateMe,
} from '../../src/accounts/accounts.ts';
import { authenticate, renewCookie } from '../../src/accounts/authenticate.ts';
import { endedSessionCookie, findSessionToken, sessionCookie } from '../../src/accounts/cookies.ts';
import { createPasswords } from '../../src/accounts/passwords.ts';
import { signToken, verifyToken } from '../../src/accounts/tokens.ts';
import { createWorld, inOtherTenant, PASSWORD, type Person, refusalOf, type World } from '../support/world.ts';

let world: World;
let ratna: Person;
beforeEach(async () => {
  world = await createWorld();
  ratna = await world.person('Ratna Wulandari');
});
afterEach(() => world.close());

const client = { address: '198.51.100.1', userAgent: 'Firefox' };
const tryLogin = (password: string, address = client.address, email = ratna.user.email) =>
  login(world.app, { ...client, address }, { email, password });
const check = async (token: string | undefined, allowed: ('bearer' | 'cookie' | 'ticket')[] = ['bearer']) =>
  (await authenticate(world.app, token, allowed)).actor;
const key = () => world.app.config.secretKey;
const nowS = () => Math.floor(Date.now() / 1_000);

test('no token, a forged one, one of another key and one without signature are refused', async () => {
  const claims = await verifyToken(key(), ratna.token);
  const payload = { iss: 'projectwise', sub: claims.userId, sid: claims.sessionId, tid: claims.tenantId };
  const whole = { ...payload, use: 'bearer', iat: nowS(), exp: nowS() + 60 };
  const [header, body, signature] = ratna.token.split('.') as [string, string, string];
  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`;
  expect(await refusalOf(check(undefined))).toBe('unauthenticated/token_missing');
  expect(await refusalOf(check(''))).toBe('unauthenticated/token_missing');
  for (const token of [
    'nonsense',
    'a.b.c',
    'x'.repeat(100_000),
    `${header}.${body}.${signature.slice(0, -2)}`,
    `${header}.${Buffer.from(JSON.stringify({ ...whole, sub: 'somebody' })).toString('base64url')}.${signature}`,
    unsigned,
    await sign(whole, 'another key', 'HS256'),
    await sign(whole, key(), 'HS512'),
    await sign({ ...whole, iss: 'elsewhere' }, key(), 'HS256'),
    await sign({ ...whole, use: 'everything' }, key(), 'HS256'),
    await sign({ ...payload, use: 'bearer' }, key(), 'HS256'),
  ]) {
    expect(await refusalOf(check(token)), token.slice(0, 60)).toBe('unauthenticated/token_invalid');
  }
  expect(await check(await sign(whole, key(), 'HS256'))).toMatchObject({ userId: ratna.userId });
});

test('an expired token says so, and so does a token of a session that is over', async () => {
  const claims = await verifyToken(key(), ratna.token);
  const expired = await signToken(key(), { ...claims, expiresAt: nowS() - 1 });
  expect(await refusalOf(check(expired))).toBe('unauthenticated/token_expired');
  await world.app.db
    .updateTable('sessions')
    .set({ expires_at: Date.now() - 1 })
    .execute();
  expect(await refusalOf(check(ratna.token))).toBe('unauthenticated/session_ended');
});

test('a token counts for its own tenant and session only', async () => {
  const claims = await verifyToken(key(), ratna.token);
  for (const change of [{ tenantId: inOtherTenant(ratna).tenantId }, { sessionId: 'none' }, { userId: 'none' }]) {
    const token = await signToken(key(), { ...claims, ...change });
    expect(await refusalOf(check(token))).toBe('unauthenticated/session_ended');
  }
});

test('a disabled account is signed out and cannot sign in', async () => {
  await world.app.db.updateTable('users').set({ disabled_at: Date.now() }).execute();
  expect(await refusalOf(check(ratna.token))).toBe('unauthenticated/session_ended');
  expect(await refusalOf(tryLogin(PASSWORD))).toBe('unauthenticated/wrong_password');
});

test('bearer tokens, cookies and tickets are not taken for one another', async () => {
  const { ticket } = await createTicket(world.app, ratna);
  expect(await refusalOf(check(ratna.token, ['cookie']))).toBe('unauthenticated/token_invalid');
  expect(await refusalOf(check(ratna.cookie, ['bearer']))).toBe('unauthenticated/token_invalid');
  expect(await refusalOf(check(ticket, ['bearer', 'cookie']))).toBe('unauthenticated/token_invalid');
  expect(await check(ticket, ['bearer', 'ticket'])).toMatchObject({ userId: ratna.userId, name: 'Ratna Wulandari' });
});

test('a ticket lives a minute, a connection made with it as long as what it was asked for with', async () => {
  const { ticket, expiresAt } = await createTicket(world.app, ratna);
  const { actor, claims } = await authenticate(world.app, ticket, ['ticket']);
  expect(claims.expiresAt - claims.issuedAt).toBe(60);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  expect(actor.expiresAt).toBe(ratna.expiresAt);
  expect(ratna.expiresAt - Date.now()).toBeLessThanOrEqual(86_400_000);
  const byCookie = await createTicket(world.app, await check(ratna.cookie, ['cookie']));
  expect((await check(byCookie.ticket, ['ticket'])).expiresAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
});

test('a ticket opens nothing once what it was asked for with has run out', async () => {
  const { ticket } = await createTicket(world.app, { ...ratna, expiresAt: Date.now() - 1 });
  expect(await refusalOf(check(ticket, ['ticket']))).toBe('unauthenticated/token_expired');
});

test('logging out ends this session only and tells its sockets', async () => {
  const elsewhere = await world.signIn(ratna.user);
  await logout(world.app, ratna);
  expect(await refusalOf(check(ratna.token))).toBe('unauthenticated/session_ended');
  expect(await refusalOf(check(ratna.cookie, ['cookie']))).toBe('unauthenticated/session_ended');
  expect(await check(elsewhere.token)).toMatchObject({ userId: ratna.userId });
  expect(world.told.ended).toEqual([{ userId: ratna.userId, sessionIds: [ratna.sessionId] }]);
});

test('people see and end their own sessions, and nobody else’s', async () => {
  const budi = await world.person();
  const phone = await world.signIn(ratna.user);
  const sessions = await listSessions(world.app, ratna);
  expect(sessions.map((session) => session.id).sort()).toEqual([ratna.sessionId, phone.sessionId].sort());
  expect(sessions.filter((session) => session.current).map((session) => session.id)).toEqual([ratna.sessionId]);
  expect(await refusalOf(endSession(world.app, budi, phone.sessionId))).toBe('not_found');
  expect(await refusalOf(endSession(world.app, inOtherTenant(ratna), phone.sessionId))).toBe('not_found');
  await endSession(world.app, ratna, phone.sessionId);
  expect(await refusalOf(check(phone.token))).toBe('unauthenticated/session_ended');
  expect(await listSessions(world.app, ratna)).toHaveLength(1);
});

test('changing the password needs the current one and ends every other session', async () => {
  const phone = await world.signIn(ratna.user);
  const change = (currentPassword: string) =>
    changePassword(world.app, ratna, {
      currentPassword,
      newPassword: 'another short sentence',
      address: '198.51.100.1',
    });
  expect(await refusalOf(change('wrong'))).toBe('forbidden/wrong_password');
  await change(PASSWORD);
  expect(await check(ratna.token)).toMatchObject({ userId: ratna.userId });
  expect(await refusalOf(check(phone.token))).toBe('unauthenticated/session_ended');
  expect(world.told.ended).toEqual([{ userId: ratna.userId, sessionIds: [phone.sessionId] }]);
  expect(await refusalOf(tryLogin(PASSWORD))).toBe('unauthenticated/wrong_password');
  await tryLogin('another short sentence');
});

test('an account and an address that do not exist are refused alike', async () => {
  expect(await refusalOf(tryLogin('wrong'))).toBe('unauthenticated/wrong_password');
  expect(await refusalOf(tryLogin('wrong', client.address, 'nobody@example.test'))).toBe(
    'unauthenticated/wrong_password',
  );
});

test('after too many wrong passwords only the right one is taken, and it always is', async () => {
  const limit = world.app.limits.failedLoginsPerAccountAndAddress;
  for (let count = 0; count < limit; count++) {
    expect(await refusalOf(tryLogin('wrong'))).toBe('unauthenticated/wrong_password');
  }
  const refused = await tryLogin('wrong').catch((error) => error);
  expect(refused).toMatchObject({ code: 'rate_limited', details: { reason: 'too_many_requests' } });
  expect(refused.details.retryAfterMs).toBeGreaterThan(800_000);
  expect(await refusalOf(tryLogin('wrong', '198.51.100.2'))).toBe('unauthenticated/wrong_password');
  expect(await tryLogin(PASSWORD)).toMatchObject({ bearerLifetimeS: 86_400 });
  expect(await refusalOf(tryLogin('wrong'))).toBe('unauthenticated/wrong_password');
});

test('an address that tries many accounts is held back as a whole', async () => {
  const limit = world.app.limits.failedLoginsPerAddress;
  for (let count = 0; count < limit; count++)
    await refusalOf(tryLogin('x', client.address, `nobody-${count}@example.test`));
  expect(await refusalOf(tryLogin('x', client.address, 'one-more@example.test'))).toBe(
    'rate_limited/too_many_requests',
  );
  await tryLogin(PASSWORD);
});

test('a hash of another cost is renewed when the right password comes', async () => {
  const old = await createPasswords({ memoryKib: 16, passes: 1, parallelism: 1 }).hash(PASSWORD);
  await world.app.db.updateTable('users').set({ password_hash: old }).execute();
  await tryLogin(PASSWORD);
  const { password_hash } = await world.app.db.selectFrom('users').select('password_hash').executeTakeFirstOrThrow();
  expect(password_hash).toContain('m=8,t=1,p=1');
  await tryLogin(PASSWORD);
});

test('the cookie slides once a day, and the session with it', async () => {
  const found = await authenticate(world.app, ratna.cookie, ['cookie']);
  expect(await renewCookie(world.app, found, false)).toBeUndefined();
  const yesterday = { ...found.claims, issuedAt: nowS() - 86_401 };
  await world.app.db
    .updateTable('sessions')
    .set({ expires_at: Date.now() + 86_400_000 })
    .execute();
  const cookie = await renewCookie(world.app, { claims: yesterday }, true);
  expect(cookie).toMatch(/^projectwise_session=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  const renewed = await authenticate(world.app, findSessionToken(cookie), ['cookie']);
  expect(renewed.actor.expiresAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  expect(await renewCookie(world.app, { claims: { ...yesterday, use: 'bearer' } }, true)).toBeUndefined();
});

test('the session cookie is found among others and can be taken back', () => {
  expect(findSessionToken('a=b; projectwise_session=t0.k_e-n; c=d')).toBe('t0.k_e-n');
  expect(findSessionToken('projectwise_session=')).toBeUndefined();
  expect(findSessionToken('xprojectwise_session=t')).toBeUndefined();
  expect(findSessionToken(undefined)).toBeUndefined();
  expect(sessionCookie('t', 60, false)).not.toContain('Secure');
  expect(endedSessionCookie(false)).toContain('Max-Age=0');
});

test('people change their name and language, and cannot take the assistant’s name', async () => {
  expect(await refusalOf(updateMe(world.app, ratna, { fullName: 'Project Wise' }))).toBe('invalid/name_reserved');
  expect(await updateMe(world.app, ratna, { fullName: 'Ratna W.', language: 'en' })).toMatchObject({
    fullName: 'Ratna W.',
    language: 'en',
    handle: 'ratna',
  });
  expect(await readMe(world.app, ratna)).toMatchObject({ email: ratna.user.email, fullName: 'Ratna W.' });
  expect(await refusalOf(readMe(world.app, inOtherTenant(ratna)))).toBe('unauthenticated/session_ended');
});

test('a session is noted as last seen, at most every few minutes', async () => {
  const lastSeen = async () =>
    (await world.app.db.selectFrom('sessions').select('last_seen_at').executeTakeFirstOrThrow()).last_seen_at;
  const before = await lastSeen();
  await check(ratna.token);
  expect(await lastSeen()).toBe(before);
  await world.app.db
    .updateTable('sessions')
    .set({ last_seen_at: before - 600_000 })
    .execute();
  await check(ratna.token);
  expect(await lastSeen()).toBeGreaterThanOrEqual(before);
});
