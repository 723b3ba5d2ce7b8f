// Whoever sends without end: nobody else waits, and after enough refusals the one who floods is let go.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { longestBlockMs } from '../support/longest-block.ts';
import { openPlain } from '../support/plain-socket.ts';
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
let lead: Person;
let flooder: Person;
let room: Room;

beforeAll(async () => {
  product = await startProduct();
  lead = await signUp(product, 'Lestari');
});
beforeEach(async () => {
  flooder = await signUp(product);
  room = await createRoom(lead);
  await addMember(lead, room, flooder);
});
afterAll(stopProducts);

/** Ours is the server's event loop too: how long it did nothing else at a time until `done` is true. */
const longestBlockUntil = (done: () => boolean): Promise<number> => longestBlockMs(() => eventually(done, 'the end'));

const openFlooder = async () => {
  const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: flooder.token });
  await plain.until('history');
  return plain;
};
const isAnswered = async (client: Client) => (await client.raw('room:leave', { roomId: 'nowhere' })).ok;

describe('on the plain WebSocket', () => {
  it.each([
    ['no JSON', '{'],
    ['messages', '{"message":"banjir"}'],
    ['the wrong shape', '{"text":"banjir"}'],
  ])('20,000 frames of %s block nobody, and close it with 1008', async (_, frame) => {
    const other = await lead.connect();
    const plain = await openFlooder();
    let isClosed = false;
    void plain.closed.then(() => {
      isClosed = true;
    });
    for (let index = 0; index < 20_000; index++) plain.say(frame);
    const answered = isAnswered(other);
    expect(await longestBlockUntil(() => isClosed)).toBeLessThan(2_000);
    expect(await plain.closed).toEqual({ code: 1008, reason: 'rate_limited' });
    expect(await answered).toBe(true);
    // Within the bounds each frame was served, beyond them refused as often as the limit says.
    const codes = plain.frames.flatMap(({ type, code }) => (type === 'error' ? [code] : []));
    expect(codes.filter((code) => code === 'rate_limited').length).toBeGreaterThanOrEqual(
      product.config.limits.refusalsBurst,
    );
    expect(codes.length).toBeLessThan(2_000);
    other.close();
  });

  it('frames as large as they may be block nobody', async () => {
    const plain = await openFlooder();
    const frame = '['.repeat(2_000_000);
    for (let index = 0; index < 20; index++) plain.say(frame);
    const errors = () => plain.frames.filter(({ type }) => type === 'error');
    // Far above what it takes, because the machine may be busy; the figure is in bench/.
    expect(await longestBlockUntil(() => errors().length === 20)).toBeLessThan(2_000);
    expect(new Set(errors().map(({ code }) => code))).toEqual(new Set(['invalid']));
    plain.ws.close();
  });
});

describe('on Socket.IO', () => {
  const kinds: [string, string, () => object][] = [
    ['requests that do not exist', 'nonsense', () => ({})],
    ['joins', 'room:join', () => ({ roomId: room.id })],
    [
      'messages',
      'message:send',
      () => ({ roomId: room.id, clientId: newClientId(), text: 'banjir', assistant: 'skip' }),
    ],
  ];
  it.each(kinds)('5,000 %s end with server:closing, and nobody else notices', async (_, name, input) => {
    const [client, own, other] = [await flooder.connect(), await flooder.connect(), await lead.connect()];
    const disconnected = new Promise((resolve) => client.socket.once('disconnect', resolve));
    for (let index = 0; index < 5_000; index++) client.socket.emit(name, input());
    const answered = isAnswered(other);
    expect(await client.until('server:closing')).toEqual({ code: 'rate_limited', reconnectInMs: 10_000 });
    expect(await disconnected).toBe('io server disconnect');
    expect(await answered).toBe(true);
    // Another socket of the same person goes on.
    expect(await isAnswered(own)).toBe(true);
    const again = await flooder.connect();
    expect(await isAnswered(again)).toBe(true);
    for (const one of [own, other, again]) one.close();
  });

  it('what is refused is answered as long as it is not too much', async () => {
    // What is used up does not come back while this is asked, however long it takes.
    const strict = await startProduct({ limits: { requestsBurst: 200, requestsPerSecond: 0.001 } });
    const client = await (await signUp(strict)).connect();
    const answers = await Promise.all(Array.from({ length: 600 }, () => client.raw('nonsense')));
    expect(answers.filter(({ error }) => error?.code === 'rate_limited')).toHaveLength(400);
    expect(client.socket.connected).toBe(true);
    client.close();
  });
});

it('no more requests of a socket are unanswered at a time than the limit says', async () => {
  const narrow = await startProduct({ limits: { requestsInFlight: 3 } });
  const person = await signUp(narrow);
  const own = await createRoom(person);
  const client = await person.connect();
  const send = () =>
    client.raw('message:send', { roomId: own.id, clientId: newClientId(), text: 'halo', assistant: 'skip' });
  const answers = await Promise.all(Array.from({ length: 40 }, send));
  const refused = answers.filter(({ ok }) => !ok);
  expect(refused.length).toBeGreaterThan(0);
  for (const { error } of refused) {
    expect(error).toMatchObject({ code: 'rate_limited', message: expect.stringContaining('unanswered') });
  }
  expect((await send()).ok).toBe(true);
  client.close();
});

it('a connection that leaves two pings unanswered is let go, others are not', async () => {
  // So long a living one may take to answer, on a busy machine too.
  const lively = await startProduct({ limits: { pingEveryMs: 2_000 } });
  const person = await signUp(lively);
  const own = await createRoom(person);
  const path = `/ws/chat/${own.id}/me`;
  const [living, dead] = [
    await openPlain(lively.url, path, { token: person.token }),
    await openPlain(lively.url, path, { token: person.token, autoPong: false }),
  ];
  const client = await person.connect();
  expect(await dead.closed).toMatchObject({ code: 1006 });
  expect(living.ws.readyState).toBe(living.ws.OPEN);
  expect(await isAnswered(client)).toBe(true);
  const sockets = async () => /^projectwise_sockets\S*plain\S* (\d+)/m.exec(await metricsOf(person))?.[1];
  await eventually(async () => (await sockets()) === '1', 'the end of the dead one');
  living.ws.close();
  client.close();
});
const metricsOf = async (administrator: Person) => (await administrator.request('GET', '/metrics')).text();
