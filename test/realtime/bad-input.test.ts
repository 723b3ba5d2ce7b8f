// What bad input gets: a clear error with code and reason, while others notice nothing and the process lives.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../src/protocol/events.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { openEngineSocket, openNonReader } from '../support/engine-socket.ts';
import { longestBlockMs } from '../support/longest-block.ts';
import { openPlain } from '../support/plain-socket.ts';
import {
  addMember,
  type Client,
  createRoom,
  eventually,
  newClientId,
  type Person,
  said,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let lead: Person;
let room: Room;
let attacker: Client;
let other: Client;

beforeAll(async () => {
  product = await startProduct();
  lead = await signUp(product, 'Lestari');
});
beforeEach(async () => {
  // Whoever attacks is somebody new each time, with a full budget; the other one sits in the same room.
  const person = await signUp(product);
  room = await createRoom(lead);
  await addMember(lead, room, person);
  [attacker, other] = [await person.connect(), await lead.connect()];
  await attacker.ask('room:join', { roomId: room.id });
  await other.ask('room:join', { roomId: room.id });
});
afterEach(async () => {
  // Whatever was done, the other one can still talk, and what was said before is there.
  const { message } = await say(other, 'masih di sini');
  const { items } = await lead.call<{ items: { id: string }[] }>('GET', `/api/v1/rooms/${room.id}/messages?limit=200`);
  expect(items.map(({ id }) => id)).toContain(message.id);
  attacker.close();
  other.close();
});
afterAll(stopProducts);

const say = (client: Client, text: string) =>
  client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
const tryToSay = (text: unknown, more: object = {}) =>
  attacker.raw('message:send', { roomId: room.id, clientId: newClientId(), text, ...more });

describe('a message', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t\u00a0\u3000 '],
    ['what nobody sees', '\u200b\u2060\ufeff'],
    ['direction marks', '\u202e\u2066'],
  ])('of %s is refused as empty', async (_, text) => {
    const { error } = await tryToSay(text);
    expect(error).toMatchObject({ code: 'invalid', details: { reason: 'message_empty' } });
  });

  it.each([32_001, 1_000_000])('of %i characters is too large, and told what would be accepted', async (length) => {
    const { error } = await tryToSay('a'.repeat(length));
    expect(error).toMatchObject({
      code: 'too_large',
      message: `A message has at most 32000 characters; this one has ${length}.`,
      details: { reason: 'message_too_long', maximum: 32_000, actual: length },
    });
  });

  it.each([
    ['letters', 'a'.repeat(32_000)],
    ['emoji', '🦜'.repeat(16_000)],
    ['families', '👨‍👩‍👧‍👦'.repeat(2_900)],
    ['mentions', '@a '.repeat(10_666)],
    ['the assistant', '@ProjectWise'.repeat(2_666)],
    ['brackets', '['.repeat(32_000)],
    ['line breaks', `x${'\n'.repeat(31_999)}`],
    ['combining marks', `a${'\u0301'.repeat(31_999)}`],
  ])('as long as one may be, of %s, arrives as it was sent and holds nobody up', async (_, text) => {
    const block = await blockWhileAnswering(async () => {
      const { data, error } = await tryToSay(text, { assistant: 'skip' });
      expect(error).toBeUndefined();
      expect((data as { message: { text: string } }).message.text).toBe(text);
    });
    const { message } = await other.until('message:created');
    expect(message.text).toBe(text);
    expect(block).toBeLessThan(1_000);
  });

  it('with halves of surrogate pairs and NUL is stored as text that everything can read', async () => {
    const { data } = await tryToSay('a\ud800b\udc00c\u0000d');
    expect((data as { message: { text: string } }).message.text).toBe('a\ufffdb\ufffdc\ufffdd');
  });

  it('full of markup, SQL and template signs is only text', async () => {
    const text = `'; drop table messages; -- <script>alert(1)</script> \${7*7} {{7*7}} %s %n \\u0000 "} ]`;
    await tryToSay(text);
    const { message } = await other.until('message:created');
    expect(message.text).toBe(text);
  });
});

/** How long the server, which is this process, did nothing else at a time; somebody else is answered meanwhile. */
const blockWhileAnswering = (work: () => Promise<unknown>): Promise<number> =>
  longestBlockMs(() => Promise.all([work(), other.ask('room:leave', { roomId: 'nowhere' })]));

describe('a request', () => {
  const examples = Object.entries(requests).map(([name, { example }]) => ({ name, example }));

  it.each(examples)('$name with anything but what it takes is invalid', async ({ name, example }) => {
    const wrong: unknown[] = [undefined, null, 1, 'text', true, [], [example], {}, Buffer.from('binary')];
    for (const field of Object.keys(example)) {
      wrong.push(
        { ...example, [field]: undefined },
        { ...example, [field]: { $gt: '' } },
        { ...example, [field]: [1] },
      );
    }
    for (const input of wrong) {
      const { ok, error } = await attacker.raw(name, input);
      expect({ input, ok, code: error?.code }).toEqual({ input, ok: false, code: 'invalid' });
      expect(error?.message).toContain(name);
      expect(error?.message.length).toBeLessThan(600);
    }
  });

  it.each(examples)('$name with ids that lead nowhere finds nothing', async ({ name, example }) => {
    for (const id of [
      'nowhere',
      '019c0000-0000-7000-8000-000000000000',
      '../../etc/passwd',
      "' or 1=1 --",
      '\0',
      '🦜',
    ]) {
      const filled = Object.entries(example).map(([key, value]) => [key, /^\{/.test(String(value)) ? id : value]);
      const { ok, error } = await attacker.raw(name, Object.fromEntries(filled));
      if (name === 'room:leave') expect(ok).toBe(true);
      else expect(error).toMatchObject({ code: 'not_found' });
    }
  });

  it('with more than it takes is served without it', async () => {
    const more = { author: { kind: 'assistant', id: 'assistant', name: 'ProjectWise' }, seq: 1, status: 'streaming' };
    const { data } = await tryToSay('halo', { ...more, id: 'mine', createdAt: '1970-01-01' });
    expect(data).toMatchObject({ message: { author: { kind: 'person' }, status: 'sent', text: 'halo' } });
    expect(data).not.toMatchObject({ message: { id: 'mine' } });
  });

  it('with keys that would change all objects changes none', async () => {
    const socket = await openEngineSocket(product.url, (await signUp(product)).token);
    const poison = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"roomId":"nowhere"}';
    socket.send(`421["room:join",${poison}]`);
    expect(await socket.until(/^431/)).toContain('not_found');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    socket.ws.close();
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'error',
    'message',
    'room:created',
    '',
    '🦜',
    'a'.repeat(10_000),
  ])('named %j does not exist', async (name) => {
    const { error } = await attacker.raw(name, {});
    expect(error).toMatchObject({ code: 'invalid', details: { reason: 'unknown_event' } });
  });

  it('without an acknowledgement is done all the same, and a wrong one harms nobody', async () => {
    attacker.socket.emit('message:send', { roomId: room.id, clientId: newClientId(), text: 'tanpa tanda terima' });
    attacker.socket.emit('message:send', { roomId: room.id });
    attacker.socket.emit('message:send');
    await other.until('message:created', ({ message }) => message.text === 'tanpa tanda terima');
  });

  it.each([
    ['clientId', { clientId: 'a b' }],
    ['clientId', { clientId: 'a'.repeat(65) }],
    ['clientId', { clientId: '' }],
    ['assistant', { assistant: 'always' }],
    ['roomId', { roomId: 'x'.repeat(65) }],
  ])('says which field it does not take: %s', async (field, more) => {
    const { error } = await tryToSay('halo', more);
    expect(error).toMatchObject({ code: 'invalid', details: { issues: [{ path: field }] } });
  });

  it.each(['a', '👍👍', '', '<b>', '👍'.repeat(100), '1'])('reacts with one emoji, not with %j', async (emoji) => {
    const { message } = await say(other, 'halo');
    const { error } = await attacker.raw('message:react', { messageId: message.id, emoji, on: true });
    expect(error).toMatchObject({ code: 'invalid' });
  });

  it('that asks again for what is no answer, or changes what is gone, is told so', async () => {
    const { message } = await say(attacker, 'halo');
    const refusal = async (name: string, input: object) => (await attacker.raw(name, input)).error;
    expect(await refusal('turn:retry', { messageId: message.id })).toMatchObject({ code: 'invalid' });
    await attacker.ask('message:delete', { messageId: message.id });
    const deleted = { code: 'conflict', details: { reason: 'message_deleted' } };
    expect(await refusal('message:edit', { messageId: message.id, text: 'lagi' })).toMatchObject(deleted);
    expect(await refusal('message:react', { messageId: message.id, emoji: '👍', on: true })).toMatchObject(deleted);
    expect((await tryToSay('balas', { replyToId: message.id })).error).toMatchObject(deleted);
    expect((await tryToSay('balas', { replyToId: 'nowhere' })).error).toMatchObject({ code: 'not_found' });
    expect((await tryToSay('lampiran', { documentIds: ['x'] })).error).toMatchObject({ code: 'not_found' });
  });
});

describe('a flood', () => {
  it('of messages is taken up to its bound, then told how long to wait, and others are not', async () => {
    const startedAt = performance.now();
    let answers: Awaited<ReturnType<Client['raw']>>[] = [];
    const block = await blockWhileAnswering(async () => {
      answers = await Promise.all(Array.from({ length: 150 }, (_, index) => tryToSay(`banjir ${index}`)));
    });
    const elapsedS = (performance.now() - startedAt) / 1_000;
    const taken = answers.filter(({ ok }) => ok).length;
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(100 + Math.ceil(elapsedS * 20) + 1);
    for (const { ok, error } of answers) {
      if (ok) continue;
      expect(error).toMatchObject({ code: 'rate_limited', details: { reason: 'too_many_requests' } });
      expect(error?.details?.retryAfterMs).toBeGreaterThan(0);
    }
    expect(block).toBeLessThan(1_000);
    const { items } = await lead.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages?limit=200`);
    expect(said(items)).toHaveLength(taken);
  });

  it('shares its bound over all sockets and routes of a person', async () => {
    // What is used up does not come back while this is asked, however long it takes.
    const strict = await startProduct({ limits: { sendsBurst: 100, sendsPerSecond: 0.001 } });
    const person = await signUp(strict);
    const own = await createRoom(person);
    const [first, second] = [await person.connect(), await person.connect()];
    const send = (client: Client) =>
      client.raw('message:send', { roomId: own.id, clientId: newClientId(), text: 'halo', assistant: 'skip' });
    const answers = await Promise.all(
      [first, second].flatMap((client) => Array.from({ length: 70 }, () => send(client))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(100);
    const path = `/api/v1/rooms/${own.id}/messages`;
    const posts = Array.from({ length: 40 }, (_, index) =>
      person.request('POST', path, { clientId: `rest-${index}`, text: 'halo' }),
    );
    const refused = (await Promise.all(posts)).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    first.close();
    second.close();
  });

  it.each(['room:join', 'typing:set', 'nonsense'])('of %s is held back', async (name) => {
    // What is used up does not come back while this is asked, however long it takes.
    const strict = await startProduct({ limits: { requestsBurst: 200, requestsPerSecond: 0.001, joinsPerSecond: 1 } });
    const person = await signUp(strict);
    const input = { roomId: (await createRoom(person)).id, typing: true };
    const client = await person.connect();
    const answers = await Promise.all(Array.from({ length: 400 }, () => client.raw(name, input)));
    const refused = answers.filter(({ error }) => error?.code === 'rate_limited');
    expect(refused.length).toBeGreaterThan(100);
    for (const { error } of refused) expect(error?.details?.retryAfterMs).toBeGreaterThan(0);
    client.close();
  });

  it('of sockets is held back per person, and gives way when some close', async () => {
    const few = await startProduct({ limits: { socketsPerPerson: 3 } });
    const person = await signUp(few);
    const clients = await Promise.all([person.connect(), person.connect(), person.connect()]);
    await expect(person.connect()).rejects.toMatchObject({
      data: { code: 'rate_limited', details: { reason: 'too_many_sockets' } },
    });
    clients[0]!.close();
    await eventually(
      () =>
        person.connect().then(
          () => true,
          () => false,
        ),
      'room for another socket',
    );
  });
});

it('a client that reads nothing of what it asks for is let go before it fills the memory', async () => {
  const roomy = await startProduct({ limits: { sendsBurst: 1_000, joinsPerSecond: 1_000 } });
  const person = await signUp(roomy);
  const large = await createRoom(person);
  const client = await person.connect();
  const text = 'x'.repeat(32_000);
  for (let index = 0; index < 40; index++) {
    await client.ask('message:send', { roomId: large.id, clientId: newClientId(), text, assistant: 'skip' });
  }
  client.close();
  const greedy = await signUp(roomy);
  await addMember(person, large, greedy);
  // Each answer has more than a megabyte.
  const joins = Array.from({ length: 60 }, (_, index) => `42${index}["room:join",{"roomId":"${large.id}"}]`);
  const socket = await openNonReader(roomy.url, greedy.token, joins);
  const open = async () => /^projectwise_sockets\S*socket\.io\S* (\d+)/m.exec(await metricsOf(person))?.[1];
  await eventually(async () => (await open()) === '0', 'the end of its socket');
  socket.destroy();
});
const metricsOf = async (administrator: Person) => (await administrator.request('GET', '/metrics')).text();

describe('on the wire', () => {
  it('a frame over two megabytes closes its socket with 1009', async () => {
    const token = (await signUp(product)).token;
    const tooLarge = `42["message:send",{"text":"${'a'.repeat(2 * 1024 * 1024)}"}]`;
    const engine = await openEngineSocket(product.url, token);
    engine.send(tooLarge);
    expect(await engine.closed).toBe(1009);
    const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: lead.token });
    plain.say({ message: 'a'.repeat(2 * 1024 * 1024) });
    expect(await plain.closed).toMatchObject({ code: 1009 });
  });

  it.each([
    ['a packet of no type', '9nonsense'],
    ['an empty packet', ''],
    ['an event without a name', '42[]'],
    ['an event whose name is no name', '42[{}]'],
    ['a name that Socket.IO keeps for itself', '42["disconnect"]'],
    ['another one of those', '42["newListener","x"]'],
    ['no JSON', '42["message:send",{'],
    ['an endless acknowledgement', '4299999999999999999999["room:leave",{}]'],
    ['an acknowledgement of nothing', '431[{}]'],
    ['binary parts that never come', '451-["message:send",{"_placeholder":true,"num":0}]'],
    ['more binary parts than there are', '459999999-["message:send",{}]'],
    ['a binary frame', Buffer.from([0, 1, 2, 3])],
    ['a second handshake', '40{"token":"x"}'],
    ['another namespace', '40/admin,{}'],
    ['an event in a namespace that is not open', '42/admin,["x"]'],
    ['arrays as deep as they go', `42["room:leave",${'['.repeat(100_000)}${']'.repeat(100_000)}]`],
    ['objects as deep as they go', `42["room:leave",${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}]`],
  ])('%s harms nobody', async (_, frame) => {
    const socket = await openEngineSocket(product.url, (await signUp(product)).token);
    socket.send(frame);
    socket.ws.close();
    await socket.closed;
    await expect(other.ask('room:leave', { roomId: 'nowhere' })).resolves.toEqual({});
  });

  it('frames of the plain WebSocket that are no messages get an error each and keep the socket', async () => {
    const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: lead.token });
    const wrong = ['no json', '{}', '[]', 'null', '{"message":1}', '{"type":"join"}', '{"__proto__":{"message":"x"}}'];
    for (const frame of [...wrong, '{"message":""}', `{"message":"${'a'.repeat(32_001)}"}`]) plain.say(frame);
    plain.ws.send(Buffer.from('{"message":"biner"}'), { binary: true });
    await eventually(() => plain.frames.filter(({ type }) => type === 'error').length === 10, 'ten errors');
    const codes = plain.frames.filter(({ type }) => type === 'error').map(({ code }) => code);
    expect(codes.sort()).toEqual([...Array(9).fill('invalid'), 'too_large']);
    plain.say({ message: 'masih tersambung' });
    await plain.until('message', ({ content }) => content === 'masih tersambung');
    plain.say({ type: 'leave' });
    expect(await plain.closed).toEqual({ code: 1000, reason: 'left' });
  });
});
