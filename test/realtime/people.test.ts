// What people see of one another: presence, typing, how far others have read, what is unread, and names.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Room, RoomSummary } from '../../src/protocol/models.ts';
import {
  addMember,
  type Client,
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

beforeAll(async () => {
  product = await startProduct({ limits: { awayAfterMs: 300 } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
});
afterAll(stopProducts);

async function roomOfTwo(): Promise<{ room: Room; a: Client; b: Client }> {
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  const [a, b] = [await ratna.connect(), await budi.connect()];
  await a.ask('room:join', { roomId: room.id });
  await b.ask('room:join', { roomId: room.id });
  return { room, a, b };
}
const say = (client: Client, room: Room, text: string) =>
  client.ask('message:send', { roomId: room.id, clientId: newClientId(), text, assistant: 'skip' });
/** What this client was told of somebody's presence in a room, in order. */
const statesOf = (client: Client, room: Room, person: Person) =>
  client.facts.flatMap(({ name, payload }) =>
    name === 'presence:changed' && payload.roomId === room.id && payload.userId === person.user.id
      ? [payload.state]
      : [],
  );

it('a member is online with the first socket, away when idle, and offline a while after the last', async () => {
  const room = await createRoom(ratna);
  const citra = await signUp(product, 'Citra Dewi');
  await addMember(ratna, room, citra);
  const a = await ratna.connect();
  const { members } = await a.ask('room:join', { roomId: room.id });
  expect(members.find(({ userId }) => userId === citra.user.id)?.presence).toBe('offline');

  const [first, second] = [await citra.connect(), await citra.connect()];
  await eventually(() => statesOf(a, room, citra).at(-1) === 'away', 'away');
  await second.ask('room:join', { roomId: room.id });
  await eventually(() => statesOf(a, room, citra).at(-1) === 'online', 'online again');
  first.close();
  second.close();
  // A dropped connection that comes back is no departure.
  const third = await citra.connect();
  await third.ask('room:join', { roomId: room.id });
  third.close();
  await eventually(() => statesOf(a, room, citra).at(-1) === 'offline', 'offline');
  const states = statesOf(a, room, citra);
  expect(states.filter((state) => state === 'offline')).toHaveLength(1);
  expect(states.slice(0, 3)).toEqual(['online', 'away', 'online']);
  a.close();
});

it('typing is told while it lasts: until it is taken back, sent or the socket is gone', async () => {
  const { room, a, b } = await roomOfTwo();
  const typing = () =>
    a.facts.flatMap(({ name, payload }) =>
      name === 'typing:changed' && payload.roomId === room.id ? [payload.typing] : [],
    );
  await b.ask('typing:set', { roomId: room.id, typing: true });
  await b.ask('typing:set', { roomId: room.id, typing: false });
  await b.ask('typing:set', { roomId: room.id, typing: false });
  await b.ask('typing:set', { roomId: room.id, typing: true });
  await say(b, room, 'selesai');
  await b.ask('typing:set', { roomId: room.id, typing: true });
  b.close();
  await eventually(() => typing().length === 6, 'the end of typing');
  expect(typing()).toEqual([true, false, true, false, true, false]);
});

it('typing ends with the right to write: when somebody is removed, and when the room is archived', async () => {
  const { room, a, b } = await roomOfTwo();
  const typing = () =>
    a.facts.flatMap(({ name, payload }) =>
      name === 'typing:changed' && payload.roomId === room.id ? [[payload.userId, payload.typing]] : [],
    );
  const start = () => b.ask('typing:set', { roomId: room.id, typing: true });
  await start();
  await ratna.call('DELETE', `/api/v1/rooms/${room.id}/members/${budi.user.id}`);
  await eventually(() => typing().length === 2, 'the end of typing');
  await addMember(ratna, room, budi);
  await start();
  await ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { archived: true });
  await eventually(() => typing().length === 4, 'the end of typing again');
  b.close();
  await a.ask('room:leave', { roomId: 'nowhere' });
  expect(typing()).toEqual([true, false, true, false].map((on) => [budi.user.id, on]));
});

it('reading is told to the room, never goes back and never beyond its end', async () => {
  const { room, a, b } = await roomOfTwo();
  const { message } = await say(a, room, 'satu');
  await say(a, room, 'dua');
  for (const seq of [message.seq, message.seq, 1, 1_000_000]) await b.ask('room:read', { roomId: room.id, seq });
  const { lastSeq, readSeq } = await b.ask('room:join', { roomId: room.id });
  expect(readSeq).toBe(lastSeq);
  await a.until('read:changed', (payload) => payload.seq === lastSeq);
  const read = a.facts.flatMap(({ name, payload }) => (name === 'read:changed' ? [payload] : []));
  expect(read).toEqual([message.seq, lastSeq].map((seq) => ({ roomId: room.id, userId: budi.user.id, seq })));
  expect(await b.raw('room:read', { roomId: room.id, seq: -1 })).toMatchObject({ error: { code: 'invalid' } });
});

it('members who have not joined learn at most once a second what is unread, and strangers nothing', async () => {
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  const [a, outside] = [await ratna.connect(), await budi.connect()];
  const stranger = await (await signUp(product)).connect();
  const told = () =>
    outside.facts.flatMap(({ name, payload }) =>
      name === 'room:activity' && payload.roomId === room.id ? [payload] : [],
    );
  await a.ask('room:join', { roomId: room.id });
  const startedAt = performance.now();
  for (let index = 0; index < 20; index++) {
    await say(a, room, index % 5 === 0 ? `@${budi.user.handle} lihat ini` : `kabar ${index}`);
  }
  await eventually(() => told().at(-1)?.unread === 20, 'the last count');
  const elapsedS = (performance.now() - startedAt) / 1_000;
  expect(told().length).toBeLessThanOrEqual(Math.ceil(elapsedS) + 1);
  const summary = await budi.call<RoomSummary>('GET', `/api/v1/rooms/${room.id}`);
  expect(told().at(-1)).toEqual({ roomId: room.id, lastSeq: summary.lastSeq, unread: 20, mentions: 4, running: false });
  expect(summary).toMatchObject({ unread: 20, mentions: 4, running: false });
  expect(outside.facts.some(({ name }) => name === 'message:created')).toBe(false);

  await outside.ask('room:read', { roomId: room.id, seq: summary.lastSeq });
  await eventually(() => told().at(-1)?.unread === 0 && told().at(-1)?.mentions === 0, 'nothing unread');
  expect(stranger.facts).toEqual([]);
});

it('the list of rooms says that an answer runs, and that it has ended', async () => {
  const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=400' } });
  const asker = await signUp(slow, 'Dewa');
  const own = await createRoom(asker, { assistant: { trigger: 'always' } });
  const client = await asker.connect();
  await client.ask('message:send', { roomId: own.id, clientId: newClientId(), text: 'Ceritakan' });
  const told = () => client.facts.flatMap(({ name, payload }) => (name === 'room:activity' ? [payload.running] : []));
  await eventually(() => told().at(-1) === true, 'running');
  await eventually(() => told().at(-1) === false, 'ended');
});

it('a new name stands on everything that is said from then on, also over a socket that was open before', async () => {
  const dian = await signUp(product, 'Dian Lama');
  const room = await createRoom(dian);
  const client = await dian.connect();
  await client.ask('room:join', { roomId: room.id });
  await dian.call('PATCH', '/api/v1/auth/me', { fullName: 'Dian Baru' });
  await client.until('member:changed', ({ member }) => 'name' in member && member.name === 'Dian Baru');
  const { message } = await client.ask('message:send', {
    roomId: room.id,
    clientId: newClientId(),
    text: '@ProjectWise halo',
  });
  expect(message.author.name).toBe('Dian Baru');
  const { turn } = await client.until('turn:queued');
  expect(turn.askedBy.name).toBe('Dian Baru');
});
