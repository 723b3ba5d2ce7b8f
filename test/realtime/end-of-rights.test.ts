// What happens when a right ends while somebody is connected: sessions, tokens and memberships, on every wire.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../../src/accounts/tokens.ts';
import { createInProcessBus } from '../../src/engines/bus/in-process.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import type { Message, Room, Session } from '../../src/protocol/models.ts';
import { createBroadcast } from '../../src/realtime/broadcast.ts';
import { type Connection, createConnections } from '../../src/realtime/connections.ts';
import { type EventStreamClient, openEventStream } from '../support/event-stream.ts';
import { openPlain, openUnruly, type PlainClient } from '../support/plain-socket.ts';
import {
  addMember,
  type Client,
  connect,
  createRoom,
  eventually,
  newClientId,
  PASSWORD,
  type Person,
  said,
  signIn,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let lead: Person;
let room: Room;

beforeAll(async () => {
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=100000' } });
  lead = await signUp(product, 'Lestari');
});
afterAll(stopProducts);

interface Wires {
  socket: Client;
  plain: PlainClient;
  /** Follows an answer that does not end by itself. */
  stream: EventStreamClient;
}

/** The same person on every wire, in a room in which an answer is being written. */
async function onEveryWire(person: Person): Promise<Wires> {
  room = await createRoom(lead);
  await addMember(lead, room, person);
  const socket = await person.connect();
  await socket.ask('room:join', { roomId: room.id });
  const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: person.token });
  await plain.until('history');
  const body = { clientId: newClientId(), text: 'Ceritakan semuanya', assistant: 'ask' };
  const stream = await openEventStream(person, `/api/v1/rooms/${room.id}/messages`, body);
  await stream.until('turn:delta');
  await plain.until('delta');
  return { socket, plain, stream };
}

const say = (person: Person, text: string, where = room) =>
  person.call('POST', `/api/v1/rooms/${where.id}/messages`, { clientId: newClientId(), text, assistant: 'skip' });
const stopAnswers = async () => {
  const client = await lead.connect();
  const { turns } = await client.ask('room:join', { roomId: room.id });
  for (const turn of turns) await client.ask('turn:stop', { turnId: turn.id });
  client.close();
};

describe('when a session ends', () => {
  const currentSession = async (person: Person) => {
    const { items } = await person.call<{ items: Session[] }>('GET', '/api/v1/auth/sessions');
    return items.find((item) => item.current)!.id;
  };
  const ways: Record<string, (victim: Person, other: Person) => Promise<unknown>> = {
    'by logging out': (victim) => victim.call('POST', '/api/v1/auth/logout'),
    'by signing it out elsewhere': async (victim, other) =>
      other.call('DELETE', `/api/v1/auth/sessions/${await currentSession(victim)}`),
    'by a new password': (_, other) =>
      other.call('POST', '/api/v1/auth/password', { currentPassword: PASSWORD, newPassword: 'another short sentence' }),
  };

  it.each(Object.entries(ways))('%s, every wire of it is closed, and none of another', async (_, end) => {
    const victim = await signUp(product);
    const other = await signIn(product, victim.user);
    const { socket, plain, stream } = await onEveryWire(victim);
    const kept = await other.connect();
    await kept.ask('room:join', { roomId: room.id });
    const disconnected = new Promise((resolve) => socket.socket.once('disconnect', resolve));

    await end(victim, other);
    await expect(socket.until('server:closing')).resolves.toMatchObject({ code: 'unauthenticated' });
    await expect(disconnected).resolves.toBe('io server disconnect');
    await expect(plain.closed).resolves.toEqual({ code: 1008, reason: 'unauthenticated' });
    await expect(stream.until('error')).resolves.toMatchObject({ data: { code: 'unauthenticated' } });
    await stream.ended;

    await expect(victim.connect()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
    const seen = [socket.facts.length, plain.frames.length];
    await kept.until('turn:delta');
    expect([socket.facts.length, plain.frames.length]).toEqual(seen);
    expect(kept.socket.connected).toBe(true);
    await stopAnswers();
  });

  it('whoever ignores that they are closed says nothing more and is cut off', async () => {
    const victim = await signUp(product);
    room = await createRoom(lead);
    await addMember(lead, room, victim);
    const unruly = await openUnruly(product.url, `/ws/chat/${room.id}/me`, victim.token);
    const messages = async () => {
      const { items } = await lead.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages`);
      return said(items);
    };
    unruly.say({ message: 'sebelum' });
    await eventually(async () => (await messages()).includes('sebelum'), 'the first message');
    await victim.call('POST', '/api/v1/auth/logout');
    unruly.say({ message: 'sesudah' });
    await unruly.closed;
    expect(await messages()).toEqual(['sebelum']);
  });

  it('by the expiry of its token, sockets are told and closed, not before it', async () => {
    const victim = await signUp(product);
    const sessionId = await currentSession(victim);
    const claims = { userId: victim.user.id, tenantId: victim.user.tenantId, sessionId, use: 'bearer' as const };
    const own = await createRoom(victim);
    /** Both wires under a token that ends soon. */
    const openFor = async (seconds: number) => {
      const expiresAt = Math.floor(Date.now() / 1_000) + seconds;
      const token = await signToken(product.app.config.secretKey, { ...claims, issuedAt: 0, expiresAt });
      const socket = await connect(product.url, token);
      return { expiresAt, socket, plain: await openPlain(product.url, `/ws/chat/${own.id}/me`, { token }) };
    };
    // On a busy machine two seconds may be over before both are open.
    const { expiresAt, socket, plain } = await openFor(2)
      .catch(() => openFor(8))
      .catch(() => openFor(30));
    await expect(socket.until('server:closing')).resolves.toMatchObject({ code: 'unauthenticated' });
    await eventually(() => !socket.socket.connected, 'the end of the socket');
    await expect(plain.closed).resolves.toMatchObject({ code: 1008 });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt * 1_000);
  });

  it('in the moment in which a socket is made, it is not made', () => {
    const bus = createInProcessBus('node-1');
    const connections = createConnections({ limits: DEFAULT_LIMITS, bus });
    const actor = { ...anActor, sessionId: 'ended' };
    const connection: Connection = {
      actor,
      close: () => undefined,
      waitingBytes: () => 0,
      cut: () => undefined,
    };
    bus.publish('session:ended', { userId: actor.userId, sessionIds: [actor.sessionId] });
    expect(() => connections.admit(connection)).toThrow('This session has ended. Sign in again.');
    expect(connections.people()).toEqual([]);
    connections.admit({ ...connection, actor: { ...actor, sessionId: 'another' } });
    expect(connections.people()).toEqual([actor.userId]);
    connections.stop();
  });
});

describe('when somebody is removed from a room', () => {
  const ways: Record<string, (victim: Person) => Promise<unknown>> = {
    'by its lead': (victim) => lead.call('DELETE', `/api/v1/rooms/${room.id}/members/${victim.user.id}`),
    'by leaving': (victim) => victim.call('DELETE', `/api/v1/rooms/${room.id}/members/${victim.user.id}`),
    'because it is deleted': () => lead.call('DELETE', `/api/v1/rooms/${room.id}`),
  };

  it.each(Object.entries(ways))('%s, its facts end at once on every wire', async (way, remove) => {
    const victim = await signUp(product);
    const { socket, plain, stream } = await onEveryWire(victim);
    await remove(victim);
    await socket.until('room:removed', ({ roomId }) => roomId === room.id);
    // What was emitted before the removal was answered has arrived.
    await socket.raw('room:leave', { roomId: 'nowhere' });
    const seen = socket.facts.length;
    await expect(plain.closed).resolves.toEqual({ code: 1008, reason: 'not in this room' });
    await expect(stream.until('error')).resolves.toMatchObject({ data: { code: 'forbidden' } });
    await stream.ended;
    const frames = plain.frames.length;

    if (way !== 'because it is deleted') {
      await say(lead, 'Sekarang tanpa dia');
      await stopAnswers();
    }
    expect(await socket.raw('room:join', { roomId: room.id })).toMatchObject({ error: { code: 'not_found' } });
    expect(await socket.raw('message:send', { roomId: room.id, clientId: 'x', text: 'halo' })).toMatchObject({
      error: { code: 'not_found' },
    });
    expect(socket.facts.slice(seen)).toEqual([]);
    expect(plain.frames.length).toBe(frames);
    expect(socket.socket.connected).toBe(true);
  });

  it('while they join from many sockets at once, no socket hears anything afterwards', async () => {
    const victim = await signUp(product);
    room = await createRoom(lead);
    await addMember(lead, room, victim);
    const sockets = await Promise.all(Array.from({ length: 12 }, () => victim.connect()));
    const joins = sockets.map((socket) => socket.raw('room:join', { roomId: room.id }));
    const removal = lead.call('DELETE', `/api/v1/rooms/${room.id}/members/${victim.user.id}`);
    const late = sockets.map((socket) => socket.raw('room:join', { roomId: room.id }));
    await removal;
    await Promise.all([...joins, ...late]);
    await say(lead, 'Rahasia sesudahnya');
    await Promise.all(sockets.map((socket) => socket.raw('room:leave', { roomId: 'nowhere' })));
    // The last that may arrive is that they are removed.
    const heard = sockets.flatMap(({ facts }) =>
      facts.flatMap((fact) => (fact.name === 'message:created' ? [fact.payload.message] : [])),
    );
    expect(said(heard)).toEqual([]);
    const keys = new Set(heard.map(({ system }) => system?.key));
    expect([...keys].filter((key) => key !== 'member.removed')).toEqual([]);
  });

  it('and comes back, they hear the room again', async () => {
    const victim = await signUp(product);
    room = await createRoom(lead);
    await addMember(lead, room, victim);
    const socket = await victim.connect();
    await socket.ask('room:join', { roomId: room.id });
    await lead.call('DELETE', `/api/v1/rooms/${room.id}/members/${victim.user.id}`);
    await say(lead, 'Ketika dia tidak ada');
    await addMember(lead, room, victim);
    const snapshot = await socket.ask('room:join', { roomId: room.id });
    expect(said(snapshot.messages)).toEqual(['Ketika dia tidak ada']);
    await say(lead, 'Selamat datang kembali');
    await socket.until('message:created', ({ message }) => message.text === 'Selamat datang kembali');
  });
});

it('whoever becomes a viewer goes on hearing and may no longer speak', async () => {
  const victim = await signUp(product);
  room = await createRoom(lead);
  await addMember(lead, room, victim);
  const socket = await victim.connect();
  await socket.ask('room:join', { roomId: room.id });
  await lead.call('PATCH', `/api/v1/rooms/${room.id}/members/${victim.user.id}`, { role: 'viewer' });
  const answer = await socket.raw('message:send', { roomId: room.id, clientId: 'x', text: 'halo' });
  expect(answer.error).toMatchObject({ code: 'forbidden' });
  await say(lead, 'Masih terdengar');
  await socket.until('message:created', ({ message }) => message.text === 'Masih terdengar');
});

it('a listener that ends twice ends nobody else', () => {
  const broadcast = createBroadcast(() => undefined);
  const heard: string[] = [];
  const listen = (who: string) =>
    broadcast.listen('room', who, { onFact: () => void heard.push(who), onEnd: () => undefined });
  const endFirst = listen('first');
  endFirst();
  listen('second');
  endFirst();
  broadcast.toRoom('room', { name: 'typing:changed', payload: { roomId: 'room', userId: 'somebody', typing: true } });
  expect(heard).toEqual(['second']);
});

const anActor = {
  kind: 'person' as const,
  userId: 'u',
  tenantId: 't',
  sessionId: 's',
  name: 'U',
  role: 'member' as const,
  expiresAt: Number.POSITIVE_INFINITY,
};
