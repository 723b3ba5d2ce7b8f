// One conversation behind every wire: event streams, chat sessions, the plain WebSocket and the kept routes, frame by frame.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatSession, Message, Room } from '../../src/protocol/models.ts';
import { putDocument } from '../support/documents.ts';
import { openEventStream } from '../support/event-stream.ts';
import { openPlain } from '../support/plain-socket.ts';
import {
  addMember,
  createRoom,
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
  // Nothing is remembered by itself, however long this takes: what is asked for is what was written down.
  const limits = { memoryAfterAnswerMs: 3_600_000, memoryQuietMs: 3_600_000 };
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=2' }, limits });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
});
afterAll(stopProducts);

const messagesIn = async (person: Person, roomId: string) =>
  (await person.call<{ items: Message[] }>('GET', `/api/v1/rooms/${roomId}/messages`)).items;
const stream = (person: Person, room: Room, text: string, more: object = {}) =>
  openEventStream(person, `/api/v1/rooms/${room.id}/messages`, { clientId: newClientId(), text, ...more });
async function roomOfTwo(): Promise<Room> {
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  await ratna.call('POST', `/api/v1/rooms/${room.id}/messages`, {
    clientId: 'fact',
    text: 'Garansi perangkat 36 bulan.',
  });
  return room;
}

describe('a message sent with Accept: text/event-stream', () => {
  it('is followed by the facts of its turn, the same as over Socket.IO, up to its end', async () => {
    const room = await roomOfTwo();
    const socket = await budi.connect();
    await socket.ask('room:join', { roomId: room.id });
    // Another question before it, whose facts do not belong here.
    await socket.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise siapa?' });
    const client = await stream(ratna, room, '@ProjectWise berapa lama garansi perangkat?');
    await client.ended;
    const own = client.events.find(({ event }) => event === 'turn:queued')!.data.turn.id;
    const ended = await socket.until('turn:ended', ({ turnId }) => turnId === own);
    const heard = socket.facts.filter(({ name, payload }) => {
      if (name === 'message:created') return payload.message.author.id === ratna.user.id;
      if (!name.startsWith('turn:')) return false;
      return ('turnId' in payload ? payload.turnId : 'turn' in payload ? payload.turn.id : '') === own;
    });
    const withoutArgs = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, inner) => (key === 'args' ? undefined : inner)));
    expect(client.events).toEqual(heard.map(({ name, payload }) => ({ event: name, data: withoutArgs(payload) })));
    expect(client.events.at(-1)).toEqual({ event: 'turn:ended', data: ended });
    expect(ended.message?.text).toContain('36 bulan');
  });

  it('that starts no turn ends after the message itself', async () => {
    const room = await roomOfTwo();
    const client = await stream(ratna, room, 'Hanya untuk orang');
    await client.ended;
    expect(client.events.map(({ event }) => event)).toEqual(['message:created']);
  });

  it('whose client goes away is answered all the same', async () => {
    const room = await roomOfTwo();
    const client = await stream(ratna, room, '@ProjectWise berapa lama garansi perangkat?');
    await client.until('turn:delta');
    client.close();
    const socket = await budi.connect();
    const { turns, messages } = await socket.ask('room:join', { roomId: room.id });
    if (turns.length > 0) expect(await socket.until('turn:ended')).toMatchObject({ reason: 'completed' });
    else expect(messages.at(-1)).toMatchObject({ status: 'sent' });
  });

  it('that is refused is a problem, not a stream', async () => {
    const room = await roomOfTwo();
    expect((await stream(ratna, room, '')).status).toBe(400);
    expect((await stream(await signUp(product), room, 'halo')).status).toBe(404);
  });
});

describe('a chat session', () => {
  it('is a personal room that streams question, search, words and the whole answer', async () => {
    const session = await ratna.call<ChatSession>('POST', '/api/v1/chat/sessions', { title: 'Garansi' });
    const path = `/api/v1/chat/sessions/${session.id}`;
    const first = await openEventStream(ratna, `${path}/messages`, { text: 'Garansi perangkat 36 bulan.' });
    await first.ended;
    const { events, ended, status } = await openEventStream(ratna, `${path}/messages`, {
      text: 'Berapa lama garansi perangkat?',
    });
    await ended;
    expect(status).toBe(200);
    expect([...new Set(events.map(({ event }) => event))]).toEqual(['user_message', 'rag_search', 'chunk', 'done']);
    const done = events.at(-1)!.data;
    const chunks = events.filter(({ event }) => event === 'chunk').map(({ data }) => data);
    expect(chunks.map(({ text }) => text).join('')).toBe(done.message.text);
    expect(chunks.map(({ offset }) => offset)).toEqual(
      chunks.map((_, index) => chunks.slice(0, index).reduce((sum, { text }) => sum + text.length, 0)),
    );
    expect(done).toMatchObject({ reason: 'completed', message: { status: 'sent' } });
    expect(done.message.text).toContain('36 bulan');
    const { messages } = await ratna.call<ChatSession & { messages: Message[] }>('GET', path);
    expect(messages).toHaveLength(4);
    expect(messages.at(-1)).toEqual(done.message);
    expect(await ratna.call<Room>('GET', `/api/v1/rooms/${session.id}`)).toMatchObject({ kind: 'personal' });
  });

  it('tells with the search which passages it found, where they stand and what they say', async () => {
    const session = await ratna.call<ChatSession>('POST', '/api/v1/chat/sessions', { title: 'Dokumen' });
    const texts = ['Masa garansi perangkat adalah 36 bulan sejak serah terima.'];
    const document = await putDocument(product.app, ratna, { room_id: session.id, name: 'RKS.pdf', texts });
    const path = `/api/v1/chat/sessions/${session.id}/messages`;
    const { events, ended } = await openEventStream(ratna, path, { text: 'Berapa masa garansi perangkat?' });
    await ended;
    const found = events.filter(({ event }) => event === 'rag_search').flatMap(({ data }) => data.results);
    expect(found[0]).toMatchObject({ documentId: document.id, documentName: 'RKS.pdf', page: 1 });
    expect(found[0].text).toContain('36 bulan');
    expect(new Set(found.map(({ chunkId }: { chunkId: string }) => chunkId)).size).toBe(found.length);
  });

  it('has exactly one person: nobody can be added or invited', async () => {
    const session = await ratna.call<ChatSession>('POST', '/api/v1/chat/sessions', {});
    for (const [path, body] of [
      ['members', { userId: budi.user.id }],
      ['invites', {}],
    ] as const) {
      const response = await ratna.request('POST', `/api/v1/rooms/${session.id}/${path}`, body);
      expect({ status: response.status, ...((await response.json()) as { details: object }).details }).toEqual({
        status: 409,
        reason: 'personal_room',
      });
    }
  });

  it('gets its title from the first question, unless it was named', async () => {
    const session = await ratna.call<ChatSession>('POST', '/api/v1/chat/sessions', {});
    const socket = await ratna.connect();
    await socket.ask('room:join', { roomId: session.id });
    await openEventStream(ratna, `/api/v1/chat/sessions/${session.id}/messages`, {
      text: 'Syarat pengalaman perusahaan',
    });
    const { room } = await socket.until('room:changed');
    expect(room.name).not.toBe(session.title);
    expect(room.name.toLowerCase()).toContain('pengalaman');
  });

  it('whose question is taken out of the queue says so and ends', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=2000' } });
    const person = await signUp(slow);
    const session = await person.call<ChatSession>('POST', '/api/v1/chat/sessions', {});
    const path = `/api/v1/chat/sessions/${session.id}/messages`;
    const first = await openEventStream(person, path, { text: 'Pertama' });
    await first.until('chunk');
    const second = await openEventStream(person, path, { text: 'Kedua' });
    const socket = await person.connect();
    const { turns } = await socket.ask('room:join', { roomId: session.id });
    await socket.ask('turn:stop', { turnId: turns[1]!.id });
    await second.ended;
    expect(second.events.map(({ event }) => event)).toEqual(['user_message', 'error']);
    expect(second.events[1]!.data).toMatchObject({ code: 'stopped' });
    await socket.ask('turn:stop', { turnId: turns[0]!.id });
    await first.ended;
    expect(first.events.at(-1)).toMatchObject({
      event: 'done',
      data: { reason: 'stopped', message: { status: 'stopped' } },
    });
  });
});

describe('the plain WebSocket', () => {
  it('receives history, messages, deltas and the completed answer of the room that Socket.IO members are in', async () => {
    const room = await roomOfTwo();
    const socket = await budi.connect();
    await socket.ask('room:join', { roomId: room.id });
    const plain = await openPlain(product.url, `/ws/chat/${room.slug}/${ratna.user.id}`, { token: ratna.token });
    plain.say({ message: '@ProjectWise berapa lama garansi perangkat?' });
    const ended = await socket.until('turn:ended');
    const completed = await plain.until('completed');
    const [line, first] = (await messagesIn(ratna, room.id)).map(({ createdAt }) => createdAt);
    expect(plain.frames[0]).toEqual({
      room: room.slug,
      type: 'history',
      items: [
        {
          from: 'ProjectWise',
          type: 'system',
          content: 'Ratna Wulandari added Budi Santoso.',
          created_at: line,
        },
        { from: 'Ratna Wulandari', type: 'message', content: 'Garansi perangkat 36 bulan.', created_at: first },
      ],
    });
    expect(plain.frames[1]).toEqual({
      room: room.slug,
      type: 'message',
      from: 'Ratna Wulandari',
      content: '@ProjectWise berapa lama garansi perangkat?',
    });
    const deltas = plain.frames.slice(2, -1);
    expect(new Set(deltas.map(({ type, id }) => `${type} ${id}`))).toEqual(new Set([`delta ${ended.turnId}`]));
    expect(deltas.map(({ content }) => content).join('')).toBe(ended.message?.text);
    expect(completed).toEqual({ room: room.slug, type: 'completed', id: ended.turnId, content: ended.message?.text });

    await socket.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Terima kasih' });
    expect(await plain.until('message', ({ from }) => from === 'Budi Santoso')).toMatchObject({
      content: 'Terima kasih',
    });
    plain.ws.close();
  });

  it('joined in the middle of an answer hears it from its beginning, and deltas that add up', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=3&tokens=1000' } });
    const person = await signUp(slow, 'Citra');
    const room = await createRoom(person);
    const first = await openPlain(slow.url, `/ws/chat/${room.id}/me`, { token: person.token });
    first.say({ message: '@ProjectWise ceritakan' });
    await first.until('delta', () => first.frames.filter(({ type }) => type === 'delta').length > 3);
    const second = await openPlain(slow.url, `/ws/chat/${room.id}/me`, { token: person.token });
    const completed = await second.until('completed');
    expect(second.frames[0]?.items?.map(({ content }) => content)).toEqual(['@ProjectWise ceritakan']);
    const said = second.frames.filter(({ type }) => type === 'delta').map(({ content }) => content);
    expect(said.join('')).toBe(completed.content);
  });

  it('is told when an answer fails', async () => {
    const failing = await startProduct({
      env: { LLM_URL: 'offline:?delayMs=0&tokens=9&failAfter=3&failKind=cut_off' },
    });
    const person = await signUp(failing, 'Citra');
    const room = await createRoom(person);
    const plain = await openPlain(failing.url, `/ws/chat/${room.id}/me`, { token: person.token });
    plain.say({ message: '@ProjectWise ceritakan' });
    const error = await plain.until('error');
    expect(error).toEqual({
      room: room.slug,
      type: 'error',
      id: plain.frames.find(({ type }) => type === 'delta')?.id,
      code: 'unavailable',
      content: expect.stringContaining('do not quote it yet'),
    });
  });
});

describe('the kept routes', () => {
  it('echo, answer and remember in the caller’s own default room', async () => {
    const person = await signUp(product, 'Dewa');
    const me = person.user.id;
    expect(await person.call('POST', '/chat_message', { user_id: 'me', message: 'halo' })).toEqual({
      user_id: me,
      echo: 'halo',
    });
    expect(await person.call('GET', '/history/me')).toEqual({ user_id: me, history: [] });
    await person.call('POST', '/chat_mem', { user_id: 'me', message: 'Garansi perangkat 36 bulan.' });
    const question = 'Berapa lama garansi perangkat?';
    const answer = await person.call<{ assistant_reply: string }>('POST', '/chat_mem', {
      user_id: me,
      message: question,
    });
    expect(answer).toEqual({
      user_id: me,
      user_message: question,
      assistant_reply: expect.stringContaining('36 bulan'),
      relevant_memories: expect.any(Array),
    });
    const written = { text: 'Saya selalu menghitung harga tanpa PPN.' };
    const { id } = await person.call<{ id: string }>('POST', '/api/v1/memories', written);
    const next = await person.call<{ relevant_memories: unknown[] }>('POST', '/chat_mem', {
      user_id: 'me',
      message: 'Bagaimana saya menghitung harga?',
    });
    expect(next.relevant_memories).toEqual([
      { id, memory: written.text, created_at: expect.stringMatching(/^\d{4}-/) },
    ]);
    await person.call('DELETE', `/api/v1/memories/${id}`);
    const { history } = await person.call<{ history: unknown[] }>('GET', `/history/${me}?limit=4`);
    const created_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(history.slice(0, 2)).toEqual([
      { role: 'user', content: question, created_at },
      { role: 'assistant', content: answer.assistant_reply, created_at },
    ]);
  });

  it('make one default room however many ask first at once, and a new one when it was deleted', async () => {
    const person = await signUp(product, 'Eka');
    await Promise.all(Array.from({ length: 5 }, () => person.request('GET', '/history/me')));
    const { items } = await person.call<{ items: ChatSession[] }>('GET', '/api/v1/chat/sessions');
    expect(items).toHaveLength(1);
    await person.call('POST', '/chat_mem', { user_id: 'me', message: 'Rahasia lama' });
    await person.call('DELETE', `/api/v1/chat/sessions/${items[0]!.id}`);
    expect(await person.call('GET', '/history/me')).toEqual({ user_id: person.user.id, history: [] });
    await person.call('POST', '/chat_mem', { user_id: 'me', message: 'Mulai lagi' });
    const { history } = await person.call<{ history: { content: string }[] }>('GET', '/history/me');
    expect(history[0]?.content).toBe('Mulai lagi');
  });

  it('tell a failed answer as an error with its reason', async () => {
    const failing = await startProduct({ env: { LLM_URL: 'offline:?failAfter=0&failKind=auth' } });
    const person = await signUp(failing);
    const response = await person.request('POST', '/chat_mem', { user_id: 'me', message: 'halo' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'unavailable', details: { reason: 'model_auth' } });
  });
});
