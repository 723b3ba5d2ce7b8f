// Accounts and rooms over real HTTP: what programs and browsers get.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invite, Room, User } from '../../src/protocol/models.ts';
import {
  createRoom,
  eventually,
  newClientId,
  PASSWORD,
  type Person,
  signIn,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let ratna: Person;
beforeAll(async () => {
  product = await startProduct({ env: { REGISTRATION: 'invite' } });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterAll(stopProducts);

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(product.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const problemOf = async (response: Response) => {
  const { code, details } = (await response.json()) as { code: string; details?: { reason?: string } };
  return [response.status, code, details?.reason];
};

test('a newcomer is refused without an invitation, and let in with one, into the room', async () => {
  const account = { email: 'BUDI@Example.test', password: PASSWORD, fullName: ' Budi Santoso ' };
  const refused = await send('POST', '/api/v1/auth/register', account);
  expect(await problemOf(refused.clone())).toEqual([403, 'forbidden', 'invitation_needed']);
  expect(((await refused.json()) as { message: string }).message).toBe('Registration needs an invitation');

  const room = await createRoom(ratna);
  const invite = await ratna.call<Invite>('POST', `/api/v1/rooms/${room.id}/invites`, {});
  expect(invite.url).toBe(`${product.url}/invite/${invite.code}`);
  expect(await (await send('GET', `/api/v1/invites/${invite.code}`)).json()).toMatchObject({ roomName: room.name });

  const made = await send('POST', '/api/v1/auth/register', { ...account, inviteCode: invite.code });
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({ email: 'budi@example.test', fullName: 'Budi Santoso', role: 'member' });
  expect(made.headers.get('set-cookie')).toBeNull();
});

test('signing in gives a bearer token and an HttpOnly cookie, and either works', async () => {
  const login = await send('POST', '/api/v1/auth/login', { email: ratna.user.email.toUpperCase(), password: PASSWORD });
  expect(await login.json()).toMatchObject({ token_type: 'bearer', expires_in: 86_400 });
  const cookie = login.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^projectwise_session=.+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
  const me = await send('GET', '/api/v1/auth/me', undefined, { cookie: cookie.split(';')[0]! });
  expect(((await me.json()) as User).id).toBe(ratna.user.id);
  expect(JSON.stringify(await (await ratna.request('GET', '/api/v1/auth/me')).json())).not.toContain('argon2');

  const out = await send('POST', '/api/v1/auth/logout', undefined, {
    cookie: cookie.split(';')[0]!,
    origin: product.url,
  });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  const after = await send('GET', '/api/v1/auth/me', undefined, { cookie: cookie.split(';')[0]! });
  expect(await problemOf(after)).toEqual([401, 'unauthenticated', 'session_ended']);
});

test.each([
  [{ email: 'not an address', password: PASSWORD, fullName: 'X' }],
  [{ email: 'x@example.test', password: 'short', fullName: 'X' }],
  [{ email: 'x@example.test', password: PASSWORD, fullName: '' }],
  [{ email: 'x@example.test', password: PASSWORD, fullName: 'a\u202eb' }],
  [{ email: 'x@example.test', password: PASSWORD, fullName: 'a\nb' }],
  [{ email: 'x@example.test', password: PASSWORD }],
  [{ email: 1, password: {}, fullName: [] }],
])('registering with %j is invalid', async (body) => {
  expect((await problemOf(await send('POST', '/api/v1/auth/register', body))).slice(0, 2)).toEqual([400, 'invalid']);
});

test('an ended session closes its sockets', async () => {
  const phone = await ratna.connect();
  const sessions = await ratna.call<{ items: { id: string; current: boolean }[] }>('GET', '/api/v1/auth/sessions');
  const current = sessions.items.find((session) => session.current);
  await ratna.call('DELETE', `/api/v1/auth/sessions/${current?.id}`);
  expect(await phone.until('server:closing')).toMatchObject({ code: 'unauthenticated' });
  await eventually(() => !phone.socket.connected);
  expect((await ratna.request('GET', '/api/v1/auth/me')).status).toBe(401);
  ratna = await signIn(product, ratna.user);
});

test('a deleted room tells its members, and is erased', async () => {
  const room = await createRoom(ratna);
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  const sent = { clientId: newClientId(), text: 'rahasia dagang', assistant: 'skip' };
  await ratna.call('POST', `/api/v1/rooms/${room.id}/messages`, sent);
  const found = await ratna.call<{ items: unknown[] }>('GET', `/api/v1/rooms/${room.id}/search?q=rahasia`);
  expect(found.items).toHaveLength(1);
  await ratna.call('DELETE', `/api/v1/rooms/${room.id}`);
  expect(await client.until('room:removed')).toEqual({ roomId: room.id });
  expect((await ratna.request('GET', `/api/v1/rooms/${room.id}`)).status).toBe(404);
  const left = () => product.app.db.selectFrom('messages').select('id').where('room_id', '=', room.id).execute();
  await eventually(async () => (await left()).length === 0, 'erasing');
  client.close();
});

test('a room deleted while an answer is written stops it, and nothing breaks', async () => {
  const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=20&tokens=400' } });
  const lead = await signUp(slow);
  const room = await createRoom(lead, { kind: 'personal' });
  const client = await lead.connect();
  await client.ask('room:join', { roomId: room.id });
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'berapa lama?' });
  await client.until('turn:started');
  await client.until('turn:delta');
  await lead.call('DELETE', `/api/v1/rooms/${room.id}`);
  await eventually(() => !slow.app.turns.isRunning(room.id), 'the end of the turn');
  const rooms = () => slow.app.db.selectFrom('rooms').select('id').where('id', '=', room.id).execute();
  await eventually(async () => (await rooms()).length === 0, 'erasing');
  expect(await lead.call<Room>('POST', '/api/v1/rooms', { name: 'Baru' })).toMatchObject({ name: 'Baru' });
  client.close();
});
