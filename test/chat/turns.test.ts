// Turns over the real wire: order of facts, exact text, stop, queue, retry, triggers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JoinSnapshot } from '../../src/protocol/events.ts';
import type { Room } from '../../src/protocol/models.ts';
import { type EventStreamClient, openEventStream } from '../support/event-stream.ts';
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
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=2&tokens=60' } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
});
afterAll(stopProducts);

async function roomOfTwo(options: Record<string, unknown> = {}): Promise<{ room: Room; a: Client; b: Client }> {
  const room = await createRoom(ratna, options);
  await addMember(ratna, room, budi);
  const a = await ratna.connect();
  const b = await budi.connect();
  await a.ask('room:join', { roomId: room.id });
  await b.ask('room:join', { roomId: room.id });
  return { room, a, b };
}
const ask = (client: Client, room: Room, text = '@ProjectWise berapa lama garansi?') =>
  client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
const seqs = (client: Client) =>
  client.facts.flatMap((fact) => ('seq' in fact.payload && fact.name !== 'read:changed' ? [fact.payload.seq] : []));

describe('a turn', () => {
  it('is queued, started and ended for every member, with gapless seqs and the same bytes (R-1, R-2)', async () => {
    const { room, a, b } = await roomOfTwo();
    const { message } = await ask(a, room);
    const ended = await a.until('turn:ended');
    await b.until('turn:ended');
    expect(ended.reason).toBe('completed');
    expect(ended.message?.text.length).toBeGreaterThan(100);
    for (const client of [a, b]) {
      const names = client.facts
        .map((fact) => fact.name)
        .filter((name) => name.startsWith('turn:') || name === 'message:created');
      expect(names.slice(0, 3)).toEqual(['message:created', 'turn:queued', 'turn:started']);
      expect(names.at(-1)).toBe('turn:ended');
      expect(client.textOf(ended.turnId)).toBe(ended.message?.text);
      const taken = seqs(client);
      expect(taken).toEqual(taken.map((_, index) => (taken[0] ?? 0) + index));
    }
    const queued = await a.until('turn:queued');
    expect(queued.turn).toMatchObject({ state: 'queued', position: 0, questionId: message.id });
    const started = await a.until('turn:started');
    expect(started.message).toMatchObject({ text: '', status: 'streaming', askedBy: { name: 'Ratna Wulandari' } });
    expect(ended.message).toMatchObject({
      id: started.message.id,
      seq: started.seq,
      changedSeq: ended.seq,
      status: 'sent',
    });
  });

  it('is stopped by any member, keeps what was said and frees the room (R-2, R-4)', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const other = await signUp(slow, 'Dewa');
    const room = await createRoom(asker);
    await addMember(asker, room, other);
    const [a, b] = [await asker.connect(), await other.connect()];
    await a.ask('room:join', { roomId: room.id });
    await b.ask('room:join', { roomId: room.id });
    await ask(a, room);
    const delta = await b.until('turn:delta', (payload) => payload.offset > 0);
    await b.ask('turn:stop', { turnId: delta.turnId });
    const ended = await a.until('turn:ended');
    expect(ended).toMatchObject({ reason: 'stopped', message: { status: 'stopped' } });
    expect(a.textOf(delta.turnId)).toBe(ended.message?.text);
    await expect(b.ask('turn:stop', { turnId: delta.turnId })).resolves.toEqual({});
    const again = await ask(b, room);
    await b.until('turn:started', (payload) => payload.turn.questionId === again.message.id);
  });

  it('waits visibly while another runs, starts in order, and can be cancelled in the queue (R-4)', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    const asked = [];
    for (let index = 0; index < 4; index++) asked.push(await ask(a, room, `@ProjectWise pertanyaan ${index}`));
    const queued = a.facts.flatMap((fact) => (fact.name === 'turn:queued' ? [fact.payload.turn] : []));
    expect(queued.map((turn) => turn.position)).toEqual([0, 1, 2, 3]);
    await expect(ask(a, room, '@ProjectWise satu lagi')).rejects.toMatchObject({
      code: 'busy',
      details: { reason: 'own_queue_full' },
    });
    await a.ask('turn:stop', { turnId: queued[2]!.id });
    const cancelled = await a.until('turn:ended', (payload) => payload.turnId === queued[2]!.id);
    expect(cancelled.reason).toBe('stopped');
    expect(cancelled.message).toBeUndefined();
    await a.ask('turn:stop', { turnId: queued[0]!.id });
    const next = await a.until('turn:started', (payload) => payload.turn.id === queued[1]!.id);
    expect(next.turn.questionId).toBe(asked[1]!.message.id);
  });

  it('is asked again as a new answer that names the old one', async () => {
    const { room, a } = await roomOfTwo();
    await ask(a, room);
    const first = await a.until('turn:ended');
    const { turnId } = await a.ask('turn:retry', { messageId: first.message!.id });
    const second = await a.until('turn:ended', (payload) => payload.turnId === turnId);
    expect(second.message).toMatchObject({ retryOf: first.message!.id, questionId: first.message!.questionId });
    const { messages } = await a.ask('room:join', { roomId: room.id });
    expect(messages.filter((message) => message.author.kind === 'assistant')).toHaveLength(2);
  });

  it('that has a joiner in its middle gives them the text so far and exactly the rest (R-2, R-7)', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=3&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    await ask(a, room);
    const joined = await Promise.all(
      [0, 100, 300, 700].map(async (offset) => {
        await a.until('turn:delta', (payload) => payload.offset >= offset);
        const client = await asker.connect();
        let before = -1;
        const { data: snapshot } = await new Promise<{ data: JoinSnapshot }>((resolve) => {
          // Counted inside the callback: facts may follow in the very next packet.
          client.socket.emit('room:join', { roomId: room.id }, (answer: { data: JoinSnapshot }) => {
            before = client.facts.filter((fact) => 'roomId' in fact.payload && fact.name.startsWith('turn:')).length;
            resolve(answer);
          });
        });
        expect(before).toBe(0);
        return { client, snapshot };
      }),
    );
    // All of them are here while it is written: it may end.
    await a.ask('turn:stop', { turnId: joined[0]!.snapshot.turns[0]!.id });
    const ended = await a.until('turn:ended');
    for (const { client, snapshot } of joined) {
      await client.until('turn:ended');
      const [turn] = snapshot.turns;
      const first = client.facts.find((fact) => fact.name === 'turn:delta');
      expect(turn?.offset).toBe(turn?.text?.length);
      if (first?.name === 'turn:delta') expect(first.payload.offset).toBe(turn?.offset);
      expect(turn?.text + client.textOf(ended.turnId)).toBe(ended.message?.text);
    }
  });
});

describe('the trigger of a room', () => {
  it.each([
    { trigger: 'mention', text: 'halo semua', wish: undefined, answers: false },
    { trigger: 'mention', text: 'halo @projectwise', wish: undefined, answers: true },
    { trigger: 'mention', text: 'halo semua', wish: 'ask', answers: true },
    { trigger: 'mention', text: '@ProjectWise halo', wish: 'skip', answers: false },
    { trigger: 'always', text: 'halo semua', wish: undefined, answers: true },
    { trigger: 'auto', text: 'halo semua', wish: undefined, answers: false },
    { trigger: 'auto', text: '@ProjectWise halo', wish: undefined, answers: true },
    { trigger: 'off', text: '@ProjectWise halo', wish: undefined, answers: false },
  ] as const)('$trigger: "$text" with wish $wish starts a turn: $answers', async ({ trigger, text, wish, answers }) => {
    const { room, a } = await roomOfTwo({ assistant: { trigger } });
    await a.ask('message:send', {
      roomId: room.id,
      clientId: newClientId(),
      text,
      ...(wish ? { assistant: wish } : {}),
    });
    await a.until('message:created');
    await a.ask('room:read', { roomId: room.id, seq: 1 });
    expect(a.facts.some((fact) => fact.name === 'turn:queued')).toBe(answers);
  });

  it('off refuses a plain wish to ask', async () => {
    const { room, a } = await roomOfTwo({ assistant: { trigger: 'off' } });
    const send = a.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'halo', assistant: 'ask' });
    await expect(send).rejects.toMatchObject({ code: 'conflict', details: { reason: 'assistant_off' } });
  });
});

describe('a message', () => {
  it('sent twice under the same clientId is one message', async () => {
    const { room, a, b } = await roomOfTwo();
    const clientId = newClientId();
    const input = { roomId: room.id, clientId, text: 'Jadwal rev 2' };
    const [first, second] = await Promise.all([a.ask('message:send', input), a.ask('message:send', input)]);
    expect(second.message.id).toBe(first.message.id);
    await ask(b, room, 'setelahnya');
    await b.until('message:created', (payload) => payload.message.text === 'setelahnya');
    expect(b.facts.filter((fact) => fact.name === 'message:created')).toHaveLength(2);
  });

  it('comes back to its sender through the same fact as to everybody (R-5)', async () => {
    const { room, a, b } = await roomOfTwo();
    const { message } = await ask(a, room, 'halo');
    const [mine, theirs] = [await a.until('message:created'), await b.until('message:created')];
    expect(mine).toEqual(theirs);
    expect(mine.message).toEqual(message);
  });

  it('stays in the order in which it was sent, also when many are sent at once', async () => {
    const { room, a, b } = await roomOfTwo();
    await Promise.all(Array.from({ length: 64 }, (_, index) => ask(a, room, `pesan ${index}`)));
    await eventually(() => b.facts.filter((fact) => fact.name === 'message:created').length === 64, '64 messages');
    const texts = b.facts.flatMap((fact) => (fact.name === 'message:created' ? [fact.payload.message.text] : []));
    expect(texts).toEqual(Array.from({ length: 64 }, (_, index) => `pesan ${index}`));
  });
});

describe('what people see of an answer that is not the usual one', () => {
  it('names who stopped it', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    await ask(a, room);
    const { turn } = await a.until('turn:started');
    await a.ask('turn:stop', { turnId: turn.id });
    const ended = await a.until('turn:ended');
    expect(ended.message?.system).toEqual({ key: 'turn.stopped', params: { name: 'Citra' } });
  });

  it('says that it ends at the length limit', async () => {
    const short = await startProduct({
      env: { LLM_URL: 'offline:?delayMs=0&tokens=400' },
      limits: { answerUnits: 300 },
    });
    const asker = await signUp(short, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    await ask(a, room);
    const ended = await a.until('turn:ended');
    expect(ended).toMatchObject({ reason: 'completed', message: { system: { key: 'turn.cut_at_length' } } });
    expect(a.textOf(ended.turnId)).toBe(ended.message?.text);
  });

  it('is not given to questions that wait when the room is archived', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    await ask(a, room);
    const { turn } = await a.until('turn:started');
    const waiting = await ask(a, room, '@ProjectWise dan ini?');
    const queued = await a.until('turn:queued', (payload) => payload.turn.questionId === waiting.message.id);
    await asker.call('PATCH', `/api/v1/rooms/${room.id}`, { archived: true });
    await a.ask('turn:stop', { turnId: turn.id });
    const ended = await a.until('turn:ended', (payload) => payload.turnId === queued.turn.id);
    expect(ended.reason).toBe('stopped');
    expect(a.facts.filter((fact) => fact.name === 'turn:started')).toHaveLength(1);
  });
});

describe('a message sent again under the same clientId', () => {
  it('is acknowledged again when the room was archived meanwhile', async () => {
    const { room, a } = await roomOfTwo();
    const input = { roomId: room.id, clientId: newClientId(), text: 'Jadwal rev 3' };
    const first = await a.ask('message:send', input);
    await ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { archived: true });
    const second = await a.ask('message:send', input);
    expect(second.message.id).toBe(first.message.id);
    await expect(a.ask('message:send', { ...input, clientId: newClientId() })).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'room_archived' },
    });
  });

  it('goes on with its answer over server-sent events, running or ended', async () => {
    const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    const asker = await signUp(slow, 'Citra');
    const room = await createRoom(asker);
    const a = await asker.connect();
    await a.ask('room:join', { roomId: room.id });
    const body = { clientId: newClientId(), text: '@ProjectWise halo' };
    const send = () => openEventStream(asker, `/api/v1/rooms/${room.id}/messages`, body);
    const deltasOf = ({ events }: EventStreamClient) =>
      events.filter(({ event }) => event === 'turn:delta').map(({ data }) => data.text);
    const endOf = async (stream: EventStreamClient): Promise<string> => {
      await stream.ended;
      return stream.events.find(({ event }) => event === 'turn:ended')!.data.message.text;
    };
    const first = await send();
    const { turnId } = await a.until('turn:delta', (payload) => payload.offset > 100);
    const again = await send();
    await again.until('turn:delta');
    await a.ask('turn:stop', { turnId });
    const whole = await endOf(again);
    expect(whole.length).toBeGreaterThan(100);
    expect(deltasOf(again).join('')).toBe(whole);
    expect(await endOf(first)).toBe(whole);
    const late = await send();
    expect(await endOf(late)).toBe(whole);
    expect(deltasOf(late)).toEqual([]);
  });
});
