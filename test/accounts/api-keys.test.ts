// API keys over real wires: who may not use one, what one may do, and how it ends.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updateUser } from '../../src/accounts/account-store.ts';
import type { ApiKey, CreatedApiKey, Message, Room, User } from '../../src/protocol/models.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let ratna: Person;
let budi: Person;
let room: Room;
beforeAll(async () => {
  product = await startProduct({ limits: { apiKeysPerPerson: 20 } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
  room = await createRoom(ratna, { name: 'Ruang kunci' });
});
afterAll(stopProducts);

const makeKey = (person: Person, body: object = {}) =>
  person.call<CreatedApiKey>('POST', '/api/v1/auth/keys', { name: 'Skrip laporan', ...body });
const ask = (key: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(product.url + path, {
    method,
    headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const refusalOf = async (response: Response) => {
  const { code, details } = (await response.json()) as { code: string; details?: { reason?: string } };
  return [response.status, code, details?.reason];
};
const message = (more: object = {}) => ({ clientId: newClientId(), text: 'Rekap jam 12: 4 dari 9 lampiran.', ...more });

describe('nobody gets in', () => {
  test('with a key that was never made, is cut short, or is another one’s hash', async () => {
    const { key } = await makeKey(ratna);
    const stored = await product.app.db.selectFrom('api_keys').select('key_hash').executeTakeFirstOrThrow();
    for (const wrong of [`pw_${'A'.repeat(43)}`, key.slice(0, -1), `${key}A`, 'pw_', stored.key_hash, '']) {
      expect(await refusalOf(await ask(wrong, 'GET', '/api/v1/rooms'))).toEqual([
        401,
        'unauthenticated',
        'token_invalid',
      ]);
    }
  });

  test('with a key that was revoked, has expired, or whose person was shut out', async () => {
    const revoked = await makeKey(ratna);
    await ratna.call('DELETE', `/api/v1/auth/keys/${revoked.id}`);
    expect(await refusalOf(await ask(revoked.key, 'GET', '/api/v1/rooms'))).toEqual([
      401,
      'unauthenticated',
      'token_invalid',
    ]);

    const expired = await makeKey(ratna, { expiresInDays: 1 });
    const { db } = product.app;
    await db
      .updateTable('api_keys')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', expired.id)
      .execute();
    expect(await refusalOf(await ask(expired.key, 'GET', '/api/v1/rooms'))).toEqual([
      401,
      'unauthenticated',
      'token_expired',
    ]);

    const gone = await signUp(product);
    const orphan = await makeKey(gone);
    await db.updateTable('users').set({ disabled_at: Date.now() }).where('id', '=', gone.user.id).execute();
    expect(await refusalOf(await ask(orphan.key, 'GET', '/api/v1/rooms'))).toEqual([
      401,
      'unauthenticated',
      'session_ended',
    ]);
  });

  test('with a good key under the name of another tenant', async () => {
    const { key } = await makeKey(ratna);
    const other = await ask(key, 'GET', '/api/v1/rooms', undefined, { 'x-tenant-id': 'another' });
    expect(await refusalOf(other)).toEqual([403, 'forbidden', 'tenant_mismatch']);
    const own = await ask(key, 'GET', '/api/v1/rooms', undefined, { 'x-tenant-id': ratna.user.tenantId });
    expect(own.status).toBe(200);
  });

  test('into a room that its person is not in', async () => {
    const { key } = await makeKey(budi, { scopes: ['read', 'write'] });
    expect((await ask(key, 'GET', `/api/v1/rooms/${room.id}/messages`)).status).toBe(404);
    expect((await ask(key, 'POST', `/api/v1/rooms/${room.id}/messages`, message())).status).toBe(404);
  });
});

describe('a key', () => {
  test('that may read changes nothing, over any wire', async () => {
    const { key } = await makeKey(ratna, { scopes: ['read'] });
    expect((await ask(key, 'GET', `/api/v1/rooms/${room.id}/messages`)).status).toBe(200);
    const refused = await ask(key, 'POST', `/api/v1/rooms/${room.id}/messages`, message());
    expect(await refusalOf(refused)).toEqual([403, 'forbidden', 'api_key_scope']);

    const socket = await ratna.connect({ token: key });
    await socket.ask('room:join', { roomId: room.id });
    await expect(socket.ask('message:send', { roomId: room.id, ...message() })).rejects.toMatchObject({
      code: 'forbidden',
    });
    socket.close();
  });

  test('that may write may read too, and says so', async () => {
    const { key, scopes } = await makeKey(ratna, { scopes: ['write'] });
    expect(scopes).toEqual(['read', 'write']);
    expect((await ask(key, 'GET', `/api/v1/rooms/${room.id}/messages`)).status).toBe(200);
  });

  test('reaches nothing of the account itself, not even other keys', async () => {
    const { key, id } = await makeKey(ratna, { scopes: ['read', 'write'] });
    const tries: [string, string, unknown?][] = [
      ['GET', '/api/v1/auth/keys'],
      ['POST', '/api/v1/auth/keys', { name: 'Anak kunci' }],
      ['DELETE', `/api/v1/auth/keys/${id}`],
      ['GET', '/api/v1/auth/sessions'],
      ['POST', '/api/v1/auth/tickets'],
      ['PATCH', '/api/v1/auth/me', { fullName: 'Orang Lain' }],
      ['POST', '/api/v1/auth/password', { currentPassword: 'x', newPassword: 'a longer sentence' }],
    ];
    for (const [method, path, body] of tries) {
      expect(await refusalOf(await ask(key, method, path, body)), path).toEqual([403, 'forbidden', 'api_key_scope']);
    }
    expect(((await (await ask(key, 'GET', '/api/v1/auth/me')).json()) as User).id).toBe(ratna.user.id);
  });

  test('is shown once, kept as a hash, and recognised by its beginning', async () => {
    const made = await makeKey(ratna, { name: 'Sekali lihat', expiresInDays: 30 });
    expect(made.key).toMatch(/^pw_[\w-]{43}$/);
    const { items } = await ratna.call<{ items: ApiKey[] }>('GET', '/api/v1/auth/keys');
    const listed = items.find((item) => item.id === made.id)!;
    expect(listed).toMatchObject({ name: 'Sekali lihat', prefix: made.key.slice(0, 9), scopes: ['read'] });
    expect(listed.lastUsedAt).toBeUndefined();
    expect(JSON.stringify(items)).not.toContain(made.key);
    const rows = await product.app.db.selectFrom('api_keys').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(made.key);

    expect((await ask(made.key, 'GET', '/api/v1/rooms')).status).toBe(200);
    const after = await ratna.call<{ items: ApiKey[] }>('GET', '/api/v1/auth/keys');
    expect(after.items.find((item) => item.id === made.id)?.lastUsedAt).toBeDefined();
  });

  test('goes in X-API-Key, as bearer token, and in the handshake', async () => {
    const { key } = await makeKey(ratna, { scopes: ['read', 'write'] });
    expect((await fetch(`${product.url}/api/v1/rooms`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(
      200,
    );
    const socket = await ratna.connect({ token: key });
    expect((await socket.ask('room:join', { roomId: room.id })).room.id).toBe(room.id);
    socket.close();
  });

  test('that is revoked closes what it opened within a second', async () => {
    const { key, id } = await makeKey(ratna);
    const socket = await ratna.connect({ token: key });
    await socket.ask('room:join', { roomId: room.id });
    const closing = socket.until('server:closing');
    await ratna.call('DELETE', `/api/v1/auth/keys/${id}`);
    expect((await closing).code).toBe('unauthenticated');
    await expect(budi.request('DELETE', `/api/v1/auth/keys/${id}`)).resolves.toMatchObject({ status: 404 });
  });

  test('is one of a bounded number', async () => {
    const eager = await signUp(product);
    for (let made = 0; made < 20; made++) await makeKey(eager);
    const refused = await eager.request('POST', '/api/v1/auth/keys', { name: 'Satu lagi' });
    expect(await refusalOf(refused)).toEqual([409, 'conflict', 'too_many_api_keys']);
  });
});

describe('what a program says', () => {
  test('is said by the program, and starts no answer, whatever the trigger', async () => {
    const always = await createRoom(ratna, { name: 'Selalu menjawab', assistant: { trigger: 'always' } });
    await addMember(ratna, always, budi);
    const { key } = await makeKey(ratna, { name: 'Bot CI', scopes: ['read', 'write'] });
    const path = `/api/v1/rooms/${always.id}/messages`;
    const sent = (await (await ask(key, 'POST', path, message({ text: '@ProjectWise build 41 gagal' }))).json()) as {
      message: Message;
    };
    expect(sent.message.author).toEqual({ kind: 'app', id: ratna.user.id, name: 'Bot CI (Ratna Wulandari)' });
    const page = await budi.call<{ items: Message[] }>('GET', path);
    expect(page.items.some((item) => item.author.kind === 'assistant')).toBe(false);
    const turns = await product.app.db.selectFrom('turns').select('id').where('room_id', '=', always.id).execute();
    expect(turns).toEqual([]);
  });

  test('is its person’s own question when it asks', async () => {
    const { key } = await makeKey(ratna, { scopes: ['read', 'write'] });
    const reply = await ask(key, 'POST', '/chat_mem', { user_id: 'me', message: 'Halo, siapa kamu?' });
    expect(await reply.json()).toMatchObject({ user_id: ratna.user.id, assistant_reply: expect.stringMatching(/\w/) });
    const asked = await ask(key, 'POST', `/api/v1/rooms/${room.id}/messages`, message({ assistant: 'ask' }));
    expect(await asked.json()).toMatchObject({ message: { author: { kind: 'person' } } });
    await eventually(async () => {
      const page = await ratna.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages`);
      return page.items.some((item) => item.author.kind === 'assistant' && item.status === 'sent');
    }, 'the answer');
  });
});

test('a new name of its person shows in what the program says next', async () => {
  const person = await signUp(product, 'Citra Maharani');
  const own = await createRoom(person, { name: 'Ruang Citra' });
  const { key } = await makeKey(person, { name: 'Bot', scopes: ['write'] });
  await updateUser(product.app.db, person.user.tenantId, person.user.id, { full_name: 'Citra M.' });
  const sent = (await (await ask(key, 'POST', `/api/v1/rooms/${own.id}/messages`, message())).json()) as {
    message: Message;
  };
  expect(sent.message.author.name).toBe('Bot (Citra M.)');
});
