// What a room remembers, from what two people said to an answer after a restart; and who never gets at it.
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AnswerContext } from '../../src/protocol/context-models.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Message } from '../../src/protocol/models.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  type Person,
  type ProductOptions,
  signIn,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { asksForFacts, noteFacts, promptOf, startProviderServer } from '../support/provider-server.ts';
import { startQdrantServer } from '../support/qdrant-server.ts';
import type { RawSseServer } from '../support/raw-sse-server.ts';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await stopProducts();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const SIGNING = 'Penawaran Marabintan ditandatangani oleh Ibu Ratna.';
const DISCOUNT = 'Diskon untuk Marabintan paling banyak 11 persen.';
const BUDGET = 'Pagu anggaran Marabintan Rp 4,2 miliar.';
const PERSONAL = 'Saya lebih suka ringkasan dalam bahasa Inggris.';
const PATIENCE = { timeout: 60_000 };

const say = async (person: Person, roomId: string, text: string, assistant = 'skip') =>
  (
    await person.call<{ message: Message }>('POST', `/api/v1/rooms/${roomId}/messages`, {
      clientId: newClientId(),
      text,
      assistant,
    })
  ).message;
const memoriesOf = async (person: Person, query: string) =>
  (await person.call<{ items: Memory[] }>('GET', `/api/v1/memories?limit=200&${query}`)).items;
const decide = (person: Person, { id }: Memory, status: 'accepted' | 'rejected') =>
  person.call<Memory>('PATCH', `/api/v1/memories/${id}`, { status });

async function ask(person: Person, roomId: string, text: string): Promise<Message> {
  const question = await say(person, roomId, text, 'ask');
  return eventually(async () => {
    const { items } = await person.call<{ items: Message[] }>('GET', `/api/v1/rooms/${roomId}/messages`);
    return items.find(({ questionId, status }) => questionId === question.id && status === 'sent');
  }, 'the answer');
}

const given = async (person: Person, answer: Message) => {
  const { parts } = await person.call<AnswerContext>('GET', `/api/v1/messages/${answer.id}/context`);
  return parts.filter(({ kind }) => kind === 'memories').flatMap(({ items }) => items.map(({ ref }) => ref));
};

interface Setup {
  options(): Promise<ProductOptions>;
  /** What every model was given so far; absent where there is none. */
  provider?: () => RawSseServer;
}

let provider: RawSseServer;
const SETUPS: Record<string, Setup> = {
  'the built-in responder': { options: async () => ({}) },
  'a model server': {
    provider: () => provider,
    async options() {
      provider = await startProviderServer((request) =>
        asksForFacts(request) ? noteFacts(request) : 'Ditandatangani Ibu Ratna, kata Budi.',
      );
      servers.push(provider);
      return { env: { LLM_URL: `${provider.url}/v1`, LLM_API_KEY: 'key', LLM_MODEL: 'stand-in' } };
    },
  },
  'memories on Qdrant': {
    async options() {
      const qdrant = await startQdrantServer();
      servers.push(qdrant);
      return { env: { VECTOR_URL: qdrant.url } };
    },
  },
};

describe.each(Object.entries(SETUPS))('with %s', (_, setup) => {
  it(
    'two people say, somebody accepts, and after a restart an answer knows; nobody else ever does',
    PATIENCE,
    async () => {
      const options = await setup.options();
      const common: ProductOptions = { ...options, limits: { memoryQuietMs: 30 }, dataDir: newFolder() };
      let product = await startProduct(common);
      let [ratna, budi, citra] = await peopleOf(product);
      const room = await createRoom(ratna, { name: 'Marabintan' });
      await addMember(ratna, room, budi);

      const first = await say(budi, room.id, SIGNING);
      await say(ratna, room.id, DISCOUNT);
      await say(budi, room.id, BUDGET);
      const proposed = await eventually(async () => {
        const items = await memoriesOf(ratna, `roomId=${room.id}`);
        return items.length === 3 ? items : undefined;
      }, 'three proposals');
      expect(proposed.map(({ status }) => status)).toEqual(['proposed', 'proposed', 'proposed']);
      const by = (text: string) => proposed.find((one) => one.text === text)!;
      expect(by(SIGNING).source).toMatchObject({ authorName: 'Budi Santoso', messageId: first.id });
      expect(by(DISCOUNT).source).toMatchObject({ authorName: 'Ratna Wulandari' });
      await decide(ratna, by(SIGNING), 'accepted');
      await decide(budi, by(DISCOUNT), 'accepted');
      await decide(ratna, by(BUDGET), 'rejected');

      // In a room of one’s own what is said is one’s own, and remembered at once.
      const own = await createRoom(budi, { name: 'Catatan', kind: 'personal', assistant: { trigger: 'mention' } });
      await say(budi, own.id, PERSONAL);
      const [personal] = await eventually(async () => {
        const items = await memoriesOf(budi, 'scope=person');
        return items.length > 0 ? items : undefined;
      }, 'the personal memory');
      expect(personal).toMatchObject({ status: 'accepted', userId: budi.user.id, text: PERSONAL });

      const dataDir = newFolder();
      await product.stop();
      cpSync(common.dataDir!, dataDir, { recursive: true });
      await stopProducts();
      product = await startProduct({ ...common, dataDir });
      ratna = await signIn(product, ratna.user);
      budi = await signIn(product, budi.user);
      citra = await signIn(product, citra.user);

      // What was said is gone; what is remembered of it is not, and is used again when somebody keeps it.
      await (await budi.connect()).ask('message:delete', { messageId: first.id });
      const [kept] = await memoriesOf(ratna, `roomId=${room.id}&status=accepted`).then((all) =>
        all.filter(({ text }) => text === SIGNING),
      );
      expect(kept).toMatchObject({ used: false, source: { authorName: 'Budi Santoso', deleted: true } });
      const signing = 'Siapa yang menandatangani penawaran Marabintan?';
      expect(await given(ratna, await ask(ratna, room.id, signing))).not.toContain(by(SIGNING).id);
      await ratna.call('PATCH', `/api/v1/memories/${kept!.id}`, { used: true });
      const answer = await ask(ratna, room.id, signing);
      expect(answer.text).toContain('Ratna');
      if (!setup.provider) expect(answer.text).toContain('diingat dari **Budi Santoso**');
      expect(answer.steps).toEqual(
        expect.arrayContaining([expect.objectContaining({ kind: 'memory', status: 'done' })]),
      );
      const ids = await given(ratna, answer);
      expect(ids).toEqual(expect.arrayContaining([by(SIGNING).id]));
      expect(ids).not.toContain(by(BUDGET).id);
      expect(ids).not.toContain(personal!.id);

      // Somebody else, elsewhere, by any wording.
      const elsewhere = await createRoom(citra, { name: 'Lain', assistant: { trigger: 'mention' } });
      const promptsBefore = setup.provider?.().requests.length ?? 0;
      for (const question of [
        'Siapa yang menandatangani penawaran Marabintan?',
        `${SIGNING} ${DISCOUNT}`,
        PERSONAL,
        '*',
      ]) {
        const told = await ask(citra, elsewhere.id, question);
        expect(await given(citra, told)).toEqual([]);
        if (!setup.provider) expect(told.text).not.toMatch(/diingat|11 persen/);
        const { results } = await citra.call<{ results: Memory[] }>('POST', '/api/v1/memories/search', {
          query: question,
        });
        expect(results.filter(({ source }) => source.authorId !== citra.user.id)).toEqual([]);
      }
      const prompts =
        setup
          .provider?.()
          .requests.slice(promptsBefore)
          .filter((request) => !asksForFacts(request)) ?? [];
      for (const prompt of prompts) expect(promptOf(prompt)).not.toContain('"remembered"');

      // What is one’s own enters the prompts of one’s own room, and of the group only when one says so.
      const question = 'Ringkasan saya lebih suka bahasa apa?';
      expect(await given(budi, await ask(budi, own.id, question))).toContain(personal!.id);
      expect(await given(budi, await ask(budi, room.id, question))).not.toContain(personal!.id);
      await budi.call('PUT', `/api/v1/rooms/${room.id}/personal-memory`, { allowed: true });
      expect(await given(ratna, await ask(ratna, room.id, question))).not.toContain(personal!.id);
      expect(await given(budi, await ask(budi, room.id, question))).toContain(personal!.id);
    },
  );
});

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'projectwise-test-'));
}

const peopleOf = async (product: TestProduct): Promise<[Person, Person, Person]> => [
  await signUp(product, 'Ratna Wulandari'),
  await signUp(product, 'Budi Santoso'),
  await signUp(product, 'Citra Dewi'),
];
