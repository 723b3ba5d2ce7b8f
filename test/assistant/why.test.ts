// "Why this answer": who may ask, and what they are told of what the assistant was given.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnswerContext, ContextPart } from '../../src/protocol/context-models.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { putDocument } from '../support/documents.ts';
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
let stranger: Person;

beforeAll(async () => {
  product = await startProduct({ limits: { promptTokens: 1_600, historyMessages: 60 } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
  stranger = await signUp(product, 'Satria Pramudya');
});
afterAll(stopProducts);

async function openRoom(options: Record<string, unknown> = {}): Promise<{ room: Room; client: Client }> {
  const room = await createRoom(ratna, options);
  await addMember(ratna, room, budi);
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  return { room, client };
}

const send = async (client: Client, room: Room, text: string) =>
  (await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text })).message;

async function askIn(client: Client, room: Room, text: string): Promise<{ question: Message; answer: Message }> {
  const question = await send(client, room, text);
  const { turn } = await client.until('turn:queued', (payload) => payload.turn.questionId === question.id);
  const { message } = await client.until('turn:ended', (payload) => payload.turnId === turn.id);
  return { question, answer: message! };
}

const whyFor = (person: Person, messageId: string) =>
  person.call<AnswerContext>('GET', `/api/v1/messages/${messageId}/context`);
const partOf = (context: AnswerContext, kind: ContextPart['kind']) => context.parts.find((part) => part.kind === kind);

describe('who may not', () => {
  it('a stranger is told that there is no such message, whatever it is', async () => {
    const { room, client } = await openRoom({ brief: 'Tender Dinkes' });
    const { question, answer } = await askIn(client, room, '@ProjectWise berapa garansi?');
    for (const id of [answer.id, question.id, 'nothing']) {
      const response = await stranger.request('GET', `/api/v1/messages/${id}/context`);
      expect(response.status).toBe(404);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        code: 'not_found',
        message: 'There is no such message, or you may not see it.',
      });
      expect(text).not.toContain('Dinkes');
    }
  });

  it('somebody who was removed learns nothing of what they saw before', async () => {
    const { room, client } = await openRoom();
    const { answer } = await askIn(client, room, '@ProjectWise berapa garansi?');
    expect((await whyFor(budi, answer.id)).messageId).toBe(answer.id);
    await ratna.call('DELETE', `/api/v1/rooms/${room.id}/members/${budi.user.id}`);
    expect((await budi.request('GET', `/api/v1/messages/${answer.id}/context`)).status).toBe(404);
  });

  it('nobody is told anything of a message that is no answer, or of an answer that was deleted', async () => {
    const { room, client } = await openRoom();
    const { question, answer } = await askIn(client, room, '@ProjectWise berapa garansi?');
    expect((await ratna.request('GET', `/api/v1/messages/${question.id}/context`)).status).toBe(404);
    await client.ask('message:delete', { messageId: answer.id });
    expect((await ratna.request('GET', `/api/v1/messages/${answer.id}/context`)).status).toBe(404);
  });
});

describe('the parts of an answer', () => {
  it('come in the order of the prompt, each with its tokens and what it says', async () => {
    const { room, client } = await openRoom({ brief: 'Tender Dinkes 2027' });
    const said = await send(client, room, 'Garansi 36 bulan.');
    const { question, answer } = await askIn(client, room, '@ProjectWise berapa garansi?');
    const context = await whyFor(budi, answer.id);
    expect(context.parts.map(({ kind }) => kind)).toEqual(['rules', 'brief', 'messages', 'tools', 'question']);
    expect(partOf(context, 'brief')?.items).toMatchObject([{ state: 'given', text: 'Tender Dinkes 2027' }]);
    expect(partOf(context, 'messages')?.items).toMatchObject([
      { ref: said.id, state: 'given', saidBy: 'Ratna Wulandari', text: 'Garansi 36 bulan.' },
    ]);
    expect(partOf(context, 'tools')?.items).toMatchObject([{ ref: 'search_messages', calls: 1 }]);
    expect(partOf(context, 'question')?.items[0]).toMatchObject({ ref: question.id });
    for (const part of context.parts) {
      expect(part.tokens).toBe(part.items.reduce((sum, item) => sum + item.tokens, 0));
    }
    expect(context).toMatchObject({
      roomId: room.id,
      questionId: question.id,
      askedBy: { id: ratna.user.id },
      model: answer.model,
      budgetTokens: 1_600,
      tokens: context.parts.reduce((sum, part) => sum + part.tokens, 0),
    });
    expect(context.promptHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('carry the time of each stage, as soon as the answer has ended', async () => {
    const { room, client } = await openRoom();
    const { answer } = await askIn(client, room, '@ProjectWise halo');
    const { timings } = await whyFor(ratna, answer.id);
    const { queuedMs, gatherMs, promptMs, firstTokenMs, totalMs } = timings;
    for (const ms of [queuedMs, gatherMs, promptMs, firstTokenMs, totalMs]) expect(ms).toBeGreaterThanOrEqual(0);
    expect(totalMs).toBeGreaterThanOrEqual(firstTokenMs!);
    expect(firstTokenMs).toBeGreaterThanOrEqual(gatherMs!);
  });

  it('say what was deleted and what was rewritten since, and no longer what it said', async () => {
    const { room, client } = await openRoom({ brief: 'Harga dasar 18 miliar' });
    const secret = await send(client, room, 'Diskon 12 persen.');
    const { answer } = await askIn(client, room, '@ProjectWise berapa diskon?');
    await client.ask('message:delete', { messageId: secret.id });
    await ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { brief: 'Tanpa angka' });
    const context = await whyFor(ratna, answer.id);
    expect(partOf(context, 'messages')?.items).toMatchObject([{ ref: secret.id, state: 'deleted' }]);
    expect(partOf(context, 'brief')?.items).toMatchObject([{ state: 'changed' }]);
    expect(JSON.stringify(context)).not.toMatch(/12 persen|18 miliar/);
  });

  it('say how much did not fit, and why', async () => {
    const { room, client } = await openRoom();
    const words = 'harga penawaran dan jadwal pengiriman perangkat jaringan '.repeat(4);
    for (let index = 0; index < 14; index++) await send(client, room, `Catatan ${index}: ${words}`);
    const { answer } = await askIn(client, room, `@ProjectWise ${'ringkas '.repeat(3_000)}`);
    const context = await whyFor(ratna, answer.id);
    const given = partOf(context, 'messages')?.items.length ?? 0;
    expect(partOf(context, 'messages')?.leftOut).toEqual({ count: 14 - given, reason: 'budget' });
    const [question] = partOf(context, 'question')!.items;
    expect(question!.cutTokens).toBeGreaterThan(question!.tokens);
    expect(context.tokens).toBeLessThanOrEqual(1_600);
  });

  it('quote passages with document and page, and say which of them the answer cites', async () => {
    const { room, client } = await openRoom();
    const texts = ['Masa garansi perangkat adalah 36 bulan sejak serah terima.', 'Denda keterlambatan 0,1 persen.'];
    const document = await putDocument(product.app, ratna, { room_id: room.id, name: 'RKS.txt', texts });
    const { answer } = await askIn(client, room, '@ProjectWise berapa masa garansi perangkat?');
    expect(answer.sources?.length).toBeGreaterThan(0);
    const before = await whyFor(ratna, answer.id);
    const passages = partOf(before, 'passages')!.items;
    const cited = passages.filter(({ passage }) => passage?.cited);
    expect(cited[0]).toMatchObject({ state: 'given', passage: { documentName: 'RKS.txt', page: 1 } });
    expect(cited[0]!.text).toContain('36 bulan');
    expect(passages.every(({ state, text }) => state === 'given' && text)).toBe(true);
    expect(partOf(before, 'documents')?.items).toMatchObject([{ ref: document.id, text: 'RKS.txt' }]);
    expect(before.timings.searchMs).toBeGreaterThanOrEqual(0);

    await ratna.call('DELETE', `/api/v1/files/${document.id}`);
    const after = await eventually(async () => {
      const context = await whyFor(ratna, answer.id);
      return partOf(context, 'documents')?.items[0]?.state === 'deleted' ? context : undefined;
    }, 'the deletion');
    expect(partOf(after, 'passages')!.items.every(({ state, text }) => state === 'deleted' && !text)).toBe(true);
  });
});

describe('the memories of an answer', () => {
  const remember = (person: Person, text: string, roomId?: string) =>
    person.call<{ id: string }>('POST', '/api/v1/memories', { text, ...(roomId ? { roomId } : {}) });
  const memoriesIn = (context: AnswerContext) => partOf(context, 'memories');

  it('that are one person’s alone are counted for everybody else, not shown', async () => {
    const { room, client } = await openRoom();
    const { id } = await remember(ratna, 'Saya menghitung margin 14 persen untuk perangkat.');
    await remember(ratna, 'Perangkat dikirim dari gudang Bekasi.', room.id);
    await ratna.call('PUT', `/api/v1/rooms/${room.id}/personal-memory`, { allowed: true });
    const { answer } = await askIn(client, room, '@ProjectWise berapa margin perangkat?');
    const own = memoriesIn(await whyFor(ratna, answer.id))!;
    expect(own.items.map(({ memory }) => memory?.scope).toSorted()).toEqual(['person', 'room']);
    expect(own.hidden).toBeUndefined();
    const others = await whyFor(budi, answer.id);
    expect(memoriesIn(others)).toMatchObject({ hidden: 1, tokens: own.tokens });
    expect(memoriesIn(others)?.items).toMatchObject([{ memory: { scope: 'room' } }]);
    expect(JSON.stringify(others)).not.toContain('14 persen');
    await ratna.call('DELETE', `/api/v1/memories/${id}`);
    expect(memoriesIn(await whyFor(budi, answer.id))).toMatchObject({ hidden: 1 });
    expect(memoriesIn(await whyFor(ratna, answer.id))?.hidden).toBeUndefined();
  });

  it('say who said them and whether they are still used, and when they were forgotten', async () => {
    const { room, client } = await openRoom();
    const { id } = await remember(ratna, 'Garansi perangkat 36 bulan.', room.id);
    const { answer } = await askIn(client, room, '@ProjectWise berapa garansi perangkat?');
    const item = async () => memoriesIn(await whyFor(budi, answer.id))?.items.find(({ ref }) => ref === id);
    expect(await item()).toMatchObject({
      state: 'given',
      text: 'Garansi perangkat 36 bulan.',
      saidBy: 'Ratna Wulandari',
      memory: { scope: 'room', isUsed: true },
    });
    await ratna.call('PATCH', `/api/v1/memories/${id}`, { used: false });
    expect(await item()).toMatchObject({ memory: { isUsed: false } });
    await ratna.call('PATCH', `/api/v1/memories/${id}`, { text: 'Garansi perangkat 24 bulan.' });
    expect(await item()).toMatchObject({ state: 'changed', text: 'Garansi perangkat 24 bulan.' });
    await ratna.call('DELETE', `/api/v1/memories/${id}`);
    const forgotten = await item();
    expect(forgotten).toMatchObject({ state: 'forgotten', stateAt: expect.stringMatching(/^\d{4}-/) });
    expect(forgotten?.text).toBeUndefined();
  });
});
