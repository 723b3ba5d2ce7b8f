// Trigger `auto` with a model that can judge: it answers when it can help and stays quiet between people.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LanguageModel, ModelRequest } from '../../src/engines/llm/language-model.ts';
import {
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

const asked: ModelRequest[] = [];
/** Says yes to questions about the KAK, no to the rest. */
const model: LanguageModel = {
  id: 'scripted',
  model: 'scripted-1',
  canJudge: true,
  acceptsImages: false,
  async *stream(request) {
    asked.push(request);
    const last = request.messages.at(-1);
    const heard =
      last?.role === 'user' ? last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') : '';
    const judged = /KAK[^\n]*\?$/.test(heard) ? 'Yes.' : 'No.';
    const text = request.purpose === 'should-answer' ? judged : 'Sesuai KAK pasal 5.';
    yield { type: 'text', delta: text };
    yield { type: 'done', stop: 'end', text, calls: [], usage: { inputTokens: 10, outputTokens: 5 } };
  },
};

let product: TestProduct;
let ratna: Person;
let client: Client;
let roomId: string;

beforeAll(async () => {
  product = await startProduct({ model });
  ratna = await signUp(product, 'Ratna');
  roomId = (await createRoom(ratna, { assistant: { trigger: 'auto' } })).id;
  client = await ratna.connect();
  await client.ask('room:join', { roomId });
});
afterAll(stopProducts);

const say = async (text: string, assistant?: 'skip') =>
  (await client.ask('message:send', { roomId, clientId: newClientId(), text, ...(assistant ? { assistant } : {}) }))
    .message;
const judgedTexts = () =>
  asked.filter((request) => request.purpose === 'should-answer').map((request) => JSON.stringify(request.messages));

describe('the trigger auto', () => {
  it('answers a question that the model says it can help with', async () => {
    const question = await say('apa kata KAK soal garansi?');
    const { turn } = await client.until('turn:started', (payload) => payload.turn.questionId === question.id);
    const ended = await client.until('turn:ended', (payload) => payload.turnId === turn.id);
    expect(ended.message).toMatchObject({
      text: 'Sesuai KAK pasal 5.',
      model: 'scripted-1',
      usage: { inputTokens: 10, outputTokens: 5 },
    });
  });

  it('stays quiet when the model says no', async () => {
    const quiet = await say('Budi, makan siang di mana?');
    await eventually(() => judgedTexts().some((text) => text.includes('makan siang')), 'the judgement');
    const question = await say('lalu apa kata KAK soal denda?');
    await client.until('turn:started', (payload) => payload.turn.questionId === question.id);
    expect(client.facts.some((fact) => fact.name === 'turn:queued' && fact.payload.turn.questionId === quiet.id)).toBe(
      false,
    );
  });

  it('does not ask the model about a message that is for people only', async () => {
    const before = judgedTexts().length;
    await say('rahasia kita', 'skip');
    await say('dan apa kata KAK soal termin?');
    await eventually(() => judgedTexts().some((text) => text.includes('termin')), 'the later judgement');
    expect(judgedTexts()).toHaveLength(before + 1);
  });
});
