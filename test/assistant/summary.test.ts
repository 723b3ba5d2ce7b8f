// The summary of what no longer fits: made in the background, checked before it is kept, and gone at once with what it rests on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSummary } from '../../src/assistant/summary.ts';
import type { LanguageModel } from '../../src/engines/llm/language-model.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import { putMemory } from '../support/memories.ts';
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
import { says } from '../support/scripted-model.ts';

const FILLER = 'harga penawaran dan jadwal pengiriman perangkat jaringan '.repeat(4);
const SECRET = 'Harga dasar kita 18,6 miliar menurut Ratna dan direksi.';
const limits = { promptTokens: 1_200 };

let product: TestProduct;
let ratna: Person;

beforeAll(async () => {
  product = await startProduct({ limits });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterAll(stopProducts);

interface Talk {
  roomId: string;
  client: Client;
  secretId: string;
  ids: string[];
}

/** A room that has said too much for a prompt, the secret first. */
async function longTalk(person: Person): Promise<Talk> {
  const room = await createRoom(person, {});
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  const say = async (text: string) =>
    (await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text })).message.id;
  const secretId = await say(SECRET);
  const ids: string[] = [];
  for (let index = 0; index < 24; index++) ids.push(await say(`Catatan nomor ${100 + index}: ${FILLER}`));
  return { roomId: room.id, client, secretId, ids };
}

async function ask({ client, roomId }: Talk): Promise<void> {
  const text = '@ProjectWise apa catatan terakhir?';
  const { message } = await client.ask('message:send', { roomId, clientId: newClientId(), text });
  await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);
}

const rowOf = ({ app }: TestProduct, { roomId }: Talk) =>
  app.db.selectFrom('rooms').selectAll().where('id', '=', roomId).executeTakeFirstOrThrow();

const summarised = (of: TestProduct, talk: Talk) =>
  eventually(async () => {
    const row = await rowOf(of, talk);
    return row.summary_seq > 0 ? row : undefined;
  }, 'the summary');

describe('the summary of a room', () => {
  it('says who said what, without a model, and leaves nothing of a message that is deleted', async () => {
    const talk = await longTalk(ratna);
    await ask(talk);
    const { summary } = await summarised(product, talk);
    expect(summary).toContain('Ratna Wulandari: ');
    expect(summary).toContain('18,6 miliar');

    await talk.client.ask('message:delete', { messageId: talk.secretId });
    expect(await rowOf(product, talk)).toMatchObject({ summary: '', summary_seq: 0 });
    const again = await summarised(product, talk);
    expect(again.summary).toContain('Catatan nomor');
    expect(again.summary).not.toContain('18,6');
  });

  it('is made anew when a message it rests on is changed, and stays when a newer one is', async () => {
    const talk = await longTalk(ratna);
    await ask(talk);
    const before = await summarised(product, talk);
    await talk.client.ask('message:edit', { messageId: talk.ids.at(-1)!, text: 'Singkat saja.' });
    expect((await rowOf(product, talk)).summary).toBe(before.summary);
    await talk.client.ask('message:edit', { messageId: talk.secretId, text: 'Harga dasar belum ada.' });
    expect((await rowOf(product, talk)).summary).toBe('');
    expect((await summarised(product, talk)).summary).not.toContain('18,6');
  });

  it('holds nothing of a message whose fact was forgotten, though the message stays', async () => {
    const talk = await longTalk(ratna);
    await ask(talk);
    expect((await summarised(product, talk)).summary).toContain('18,6 miliar');
    const { id } = await putMemory(product.app, ratna, talk.roomId, { text: SECRET, messageId: talk.secretId });
    await ratna.call('DELETE', `/api/v1/memories/${id}`);
    const again = await eventually(async () => {
      const row = await rowOf(product, talk);
      return row.summary_seq > 0 && !row.summary.includes('18,6') ? row : undefined;
    }, 'the summary without what was forgotten');
    expect(again.summary).toContain('Catatan nomor');
  });
});

describe('a summary that a model makes', () => {
  /** Answers questions shortly, and summaries as the test says. */
  function summarising(summarise: () => Promise<string>): LanguageModel {
    return {
      id: 'scripted',
      model: 'scripted-1',
      canJudge: false,
      acceptsImages: false,
      async *stream(request, signal) {
        const text = request.purpose === 'summary' ? await summarise() : 'Baik.';
        yield* says(text)(request, signal);
      },
    };
  }

  it('holds nothing of a memory that was forgotten, though an answer that was given it stays', async () => {
    const model: LanguageModel = {
      id: 'scripted',
      model: 'scripted-1',
      canJudge: false,
      acceptsImages: false,
      async *stream(request, signal) {
        const given = request.messages.flatMap((one) => (one.role === 'user' ? one.parts : []));
        const lines = given.map((part) => (part.type === 'text' ? part.text.slice(0, 60) : ''));
        // Sums up everything that it is given, in its first words.
        const text = request.purpose === 'summary' ? lines.join('\n') : 'Plafon diskon kita 27 persen.';
        yield* says(text)(request, signal);
      },
    };
    const other = await startProduct({ limits, model });
    const person = await signUp(other, 'Ratna Wulandari');
    const talk = await longTalk(person);
    const memory = await person.call<Memory>('POST', '/api/v1/memories', {
      roomId: talk.roomId,
      text: 'Plafon diskon kita adalah 27 persen.',
    });
    await ask(talk);
    for (let index = 0; index < 24; index++) {
      const text = `Catatan nomor ${200 + index}: ${FILLER}`;
      await talk.client.ask('message:send', { roomId: talk.roomId, clientId: newClientId(), text });
    }
    await ask(talk);
    await eventually(
      async () => (await rowOf(other, talk)).summary.includes('27 persen'),
      'the summary with the answer',
    );
    await person.call('DELETE', `/api/v1/memories/${memory.id}`);
    const again = await eventually(async () => {
      const row = await rowOf(other, talk);
      return row.summary_seq > 0 && !row.summary.includes('27 persen') ? row : undefined;
    }, 'the summary without the answer');
    expect(again.summary).toContain('Catatan nomor');
  });

  it('is not kept when a message of it was deleted while it was made', async () => {
    const started = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    let times = 0;
    const model = summarising(async () => {
      times += 1;
      if (times > 1) return 'Ratna: tanpa angka.';
      started.resolve();
      return answer.promise;
    });
    const slow = await startProduct({ limits, model });
    const talk = await longTalk(await signUp(slow, 'Ratna Wulandari'));
    await ask(talk);
    await started.promise;
    await talk.client.ask('message:delete', { messageId: talk.secretId });
    answer.resolve('Ratna: harga dasar 18,6 miliar.');
    await ask(talk);
    expect((await summarised(slow, talk)).summary).toBe('Ratna: tanpa angka.');
  });

  it('gives way to the sentences that say most when nothing of it can be kept', async () => {
    let times = 0;
    const model = summarising(async () => {
      times += 1;
      return '{}{}{}';
    });
    const other = await startProduct({ limits, model });
    const talk = await longTalk(await signUp(other, 'Ratna Wulandari'));
    await ask(talk);
    const { summary } = await summarised(other, talk);
    expect(summary).toContain('Ratna Wulandari: Harga dasar kita 18,6 miliar menurut Ratna dan direksi.');
    expect(summary).not.toContain('Baik.');
    expect(times).toBe(1);
  });

  it('loses lines with figures that nobody said', () => {
    const source = 'Ratna Garansi 36 bulan, denda Rp 2.583.333 per jam.';
    const answered = 'Ratna: garansi 36 bulan.\nRatna: plafon Rp 930 juta.\nRatna: denda Rp 2,583,333.';
    expect(checkSummary(answered, source)).toBe('Ratna: garansi 36 bulan.\nRatna: denda Rp 2,583,333.');
  });

  it.each(['', '   \n', '{}{}{}[]', '=== --- ===', 'Plafon 930 juta.'])(
    'is refused when nothing of it can be kept: %j',
    (answered) => {
      expect(() => checkSummary(answered, 'Ratna: halo')).toThrow('cannot be kept');
    },
  );

  it('is no longer than it may be', () => {
    expect(checkSummary('Ratna: kata demi kata.\n'.repeat(2_000), '').length).toBeLessThanOrEqual(4_000);
  });
});
