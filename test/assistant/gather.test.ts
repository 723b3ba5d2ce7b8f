// What an answer is given: budget, order, references, and what becomes of the words that do not fit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
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

import { says, scriptedModel } from '../support/scripted-model.ts';

let product: TestProduct;
let ratna: Person;
let budi: Person;

beforeAll(async () => {
  product = await startProduct({ limits: { promptTokens: 1_200, historyMessages: 60 } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
});
afterAll(stopProducts);

interface StoredSection {
  kind: string;
  tokens: number;
  leftOut?: number;
  items: { ref: string; tokens: number; text?: string; trimmed?: boolean }[];
}

async function openRoom(options: Record<string, unknown> = {}): Promise<{ room: Room; client: Client }> {
  const room = await createRoom(ratna, options);
  await addMember(ratna, room, budi);
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  return { room, client };
}
const send = async (client: Client, room: Room, text: string) =>
  (await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text })).message;

async function askAndReadContext(client: Client, room: Room, text: string) {
  const question = await send(client, room, text);
  const { turn } = await client.until('turn:queued', (payload) => payload.turn.questionId === question.id);
  await client.until('turn:ended', (payload) => payload.turnId === turn.id);
  const row = await eventually(
    () => product.app.db.selectFrom('turn_contexts').selectAll().where('turn_id', '=', turn.id).executeTakeFirst(),
    'the stored context',
  );
  return { question, row, sections: JSON.parse(row.sections) as StoredSection[] };
}

describe('the context of an answer', () => {
  it('is stored with it as sections in prompt order: references, counts and a hash, no copies of words', async () => {
    const { room, client } = await openRoom({ brief: 'Tender Dinkes 2027' });
    const said = await send(client, room, 'Garansi 36 bulan.');
    const { question, row, sections } = await askAndReadContext(client, room, '@ProjectWise berapa garansi?');
    expect(sections.map((section) => section.kind)).toEqual(['rules', 'brief', 'messages', 'tools', 'question']);
    expect(sections.find((section) => section.kind === 'messages')?.items.map((item) => item.ref)).toEqual([said.id]);
    expect(sections.at(-1)?.items[0]?.ref).toBe(question.id);
    expect(row.sections).not.toContain('36 bulan');
    expect(row.prompt_hash).toMatch(/^[0-9a-f]{64}$/);
    for (const section of sections) {
      expect(section.tokens).toBe(section.items.reduce((sum, item) => sum + item.tokens, 0));
    }
    expect(JSON.parse(row.timings)).toMatchObject({ gatherMs: expect.any(Number), promptMs: expect.any(Number) });
  });

  it('keeps the newest messages within the budget, counts what was left out, and summarises it in the background', async () => {
    const { room, client } = await openRoom();
    for (let index = 0; index < 24; index++) {
      await send(
        client,
        room,
        `Catatan ${index}: ${'harga penawaran dan jadwal pengiriman perangkat jaringan '.repeat(4)}`,
      );
    }
    const { sections } = await askAndReadContext(client, room, '@ProjectWise apa catatan terakhir?');
    const messages = sections.find((section) => section.kind === 'messages');
    expect(messages?.leftOut).toBeGreaterThan(0);
    expect(sections.reduce((sum, section) => sum + section.tokens, 0)).toBeLessThanOrEqual(1_200);
    const stored = await eventually(async () => {
      const row = await product.app.db
        .selectFrom('rooms')
        .selectAll()
        .where('id', '=', room.id)
        .executeTakeFirstOrThrow();
      return row.summary_seq > 0 ? row : undefined;
    }, 'the summary');
    expect(stored.summary).toContain('Ratna');
    const next = await askAndReadContext(client, room, '@ProjectWise lalu?');
    expect(next.sections.map((section) => section.kind)).toContain('summary');
  });

  it('cuts a question that is longer than half of the budget, and says so', async () => {
    const { room, client } = await openRoom();
    const { sections } = await askAndReadContext(client, room, `@ProjectWise ${'ringkas '.repeat(3_000)}`);
    expect(sections.at(-1)?.items[0]).toMatchObject({ trimmed: true });
    expect(sections.reduce((sum, section) => sum + section.tokens, 0)).toBeLessThanOrEqual(1_200);
  });

  it('leaves out what was deleted', async () => {
    const { room, client } = await openRoom();
    const secret = await send(client, room, 'Harga dasar Rp 18 miliar');
    await client.ask('message:delete', { messageId: secret.id });
    const { sections } = await askAndReadContext(client, room, '@ProjectWise berapa harga dasar?');
    expect(sections.map((section) => section.kind)).not.toContain('messages');
    const ended = client.facts.findLast((fact) => fact.name === 'turn:ended');
    expect(JSON.stringify(ended)).not.toContain('18 miliar');
  });

  it('counts the tokens of messages and answers in the background', async () => {
    const { room, client } = await openRoom();
    const { question } = await askAndReadContext(client, room, '@ProjectWise halo');
    const counted = await eventually(async () => {
      const rows = await product.app.db.selectFrom('messages').selectAll().where('room_id', '=', room.id).execute();
      return rows.every((row) => row.tokens !== null) ? rows : undefined;
    }, 'token counts');
    expect(counted.find((row) => row.id === question.id)?.tokens).toBeGreaterThan(2);
  });
});

describe('earlier answers', () => {
  it('of the built-in responder are not shown to a model as its own, those cut short are marked', async () => {
    const model = scriptedModel([says('Jawaban pertama.'), says('Jawaban kedua.'), says('Jawaban ketiga.')]);
    const other = await startProduct({ model });
    const person = await signUp(other);
    const room = await createRoom(person);
    const client = await person.connect();
    await client.ask('room:join', { roomId: room.id });
    const ask = async (text: string) => {
      const question = await send(client, room, text);
      const ended = await client.until('turn:ended', (fact) => fact.message?.questionId === question.id);
      return ended.message?.id ?? '';
    };
    const became = (id: string, change: { model: string } | { status: 'stopped' }) =>
      other.app.db.updateTable('messages').set(change).where('id', '=', id).execute();
    await became(await ask('@ProjectWise satu'), { model: 'offline' });
    await became(await ask('@ProjectWise dua'), { status: 'stopped' });
    await ask('@ProjectWise tiga');
    const shown = model.requests.at(-1)?.messages.flatMap((one) => (one.role === 'assistant' ? [one.text] : []));
    expect(shown).toEqual(['Jawaban kedua. [incomplete]']);
  });
});

describe('a new chat session', () => {
  it('gets its title from the first question, and keeps the one a person gives', async () => {
    const session = await ratna.call<{ id: string; title: string }>('POST', '/api/v1/chat/sessions', {});
    const titleOf = async () =>
      (await ratna.call<{ title: string }>('GET', `/api/v1/chat/sessions/${session.id}`)).title;
    const ask = (text: string) =>
      ratna.request('POST', `/api/v1/chat/sessions/${session.id}/messages`, { text }).then((r) => r.text());
    await ask('Apa syarat garansi perangkat jaringan?');
    await eventually(async () => (await titleOf()) !== session.title, 'the title');
    expect((await titleOf()).toLowerCase()).toContain('garansi');
    await ratna.call('PATCH', `/api/v1/chat/sessions/${session.id}`, { title: 'Surat klarifikasi' });
    await ask('Dan jadwal pengiriman?');
    expect(await titleOf()).toBe('Surat klarifikasi');
  });
});
