// What a room says and keeps when the model or the database fails: one human sentence, the text so far, and the next question goes on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/engines/llm/language-model.ts';
import type { Room } from '../../src/protocol/models.ts';
import {
  type Client,
  createRoom,
  eventually,
  newClientId,
  type Person,
  type ProductOptions,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { type RawReply, type RawSseServer, startRawSseServer } from '../support/raw-sse-server.ts';
import { fails, says, scriptedModel } from '../support/scripted-model.ts';

const upstreams: RawSseServer[] = [];
afterEach(async () => {
  await stopProducts();
  for (const upstream of upstreams.splice(0)) await upstream.close();
});

interface Scene {
  product: TestProduct;
  person: Person;
  room: Room;
  client: Client;
}

async function openRoom(options: ProductOptions): Promise<Scene> {
  const product = await startProduct(options);
  const person = await signUp(product);
  const room = await createRoom(person, { assistant: { trigger: 'always' } });
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  return { product, person, room, client };
}
const ask = (client: Client, room: Room, text = 'Berapa lama masa garansi?') =>
  client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
const endOf = async (client: Client, questionId: string) => {
  const { turn } = await client.until('turn:queued', (payload) => payload.turn.questionId === questionId);
  return client.until('turn:ended', ({ turnId }) => turnId === turn.id);
};

const isDone = (act: () => void): boolean => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};

/** A room whose model is a server of ours that speaks the protocol of OpenAI. */
async function openRoomOn(respond: (reply: RawReply, count: number) => void, env: Record<string, string> = {}) {
  const upstream = await startRawSseServer((_, reply, count) => respond(reply, count));
  upstreams.push(upstream);
  return { upstream, ...(await openRoom({ env: { LLM_URL: `${upstream.url}/v1`, LLM_MODEL: 'test', ...env } })) };
}
const chunk = (content: string | undefined, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: content === undefined ? {} : { content }, finish_reason: finish }],
});
const speak = (reply: RawReply, text: string) => {
  for (const word of text.match(/\s*\S+/g) ?? []) reply.event(chunk(word));
  reply.event(chunk(undefined, 'stop'));
  reply.event({ choices: [], usage: { prompt_tokens: 120, completion_tokens: 7 } });
  reply.event('[DONE]');
  reply.end();
};

describe('a model server that', () => {
  const PARTIAL = 'Masa garansi adalah';
  const begin = (reply: RawReply) => reply.event(chunk(PARTIAL));
  const cases: [what: string, respond: (reply: RawReply) => void, reason: string, text: string, sentence: RegExp][] = [
    [
      'refuses the key',
      (reply) => reply.json(401, { error: { message: 'Incorrect API key sk-123' } }),
      'model_auth',
      '',
      /LLM_API_KEY/,
    ],
    [
      'refuses the request',
      (reply) => reply.json(400, { error: { message: 'no such model' } }),
      'model_bad_request',
      '',
      /log/,
    ],
    [
      'finds it too long',
      (reply) => reply.json(400, { error: { message: 'maximum context length', code: 'context_length_exceeded' } }),
      'model_context_too_long',
      '',
      /smaller part/,
    ],
    [
      'breaks down',
      (reply) => reply.json(500, { error: { message: 'boom' } }),
      'model_unreachable',
      '',
      /cannot be reached/,
    ],
    ['says nothing', () => undefined, 'model_stalled', '', /stopped replying after 1 second/],
    ['stalls in the middle', begin, 'model_stalled', PARTIAL, /do not quote it yet/],
    [
      'is cut off in the middle',
      (reply) => {
        begin(reply);
        reply.cut();
      },
      'model_cut_off',
      PARTIAL,
      /do not quote it yet/,
    ],
    [
      'ends without its end mark',
      (reply) => {
        begin(reply);
        reply.end();
      },
      'model_cut_off',
      PARTIAL,
      /do not quote it yet/,
    ],
  ];

  it.each(cases)(
    '%s is told in one sentence, and the next question is answered',
    async (_, respond, reason, text, sentence) => {
      let isWell = false;
      const { client, room, person } = await openRoomOn(
        (reply) => (isWell ? speak(reply, 'Tiga tahun.') : respond(reply)),
        {
          LLM_TIMEOUT_S: '1',
          LLM_API_KEY: 'sk-123',
        },
      );
      const question = await ask(client, room);
      const next = await ask(client, room, 'Dan sekarang?');
      await client.until('turn:started');
      const ended = await endOf(client, question.message.id);
      isWell = true;
      expect(ended).toMatchObject({
        reason: 'failed',
        error: { code: 'unavailable', message: expect.stringMatching(sentence), details: { reason } },
        message: { status: 'failed', text, system: { key: `turn.${reason}` } },
      });
      expect(ended.error?.message).toMatch(/^[A-Z].*[.]$/);
      expect(JSON.stringify(ended)).not.toContain('sk-123');
      expect(client.textOf(ended.turnId)).toBe(text);
      const after = await endOf(client, next.message.id);
      if (after.reason === 'failed') await client.ask('turn:retry', { messageId: after.message!.id });
      const good = await client.until('turn:ended', (payload) => payload.reason === 'completed');
      expect(good.message).toMatchObject({ text: 'Tiga tahun.', usage: { inputTokens: 120, outputTokens: 7 } });
      const stored = await person.call<{ items: unknown[] }>('GET', `/api/v1/rooms/${room.id}/messages`);
      expect(stored.items).toContainEqual(ended.message);
    },
  );

  it('is not there is asked again before the first word, and never after it', async () => {
    const { upstream, client, room } = await openRoomOn((reply, count) => {
      if (count === 1) reply.json(503, { error: { message: 'overloaded' } });
      else if (count === 2) speak(reply, 'Ada.');
      else {
        begin(reply);
        reply.cut();
      }
    });
    const first = await ask(client, room);
    expect(await endOf(client, first.message.id)).toMatchObject({ reason: 'completed', message: { text: 'Ada.' } });
    const second = await ask(client, room);
    expect(await endOf(client, second.message.id)).toMatchObject({ reason: 'failed' });
    expect(upstream.requests).toHaveLength(3);
  });

  it('is still writing is hung up on when somebody stops the answer', async () => {
    const { upstream, client, room } = await openRoomOn(begin);
    await ask(client, room);
    const { turnId } = await client.until('turn:delta');
    await client.ask('turn:stop', { turnId });
    await upstream.requests[0]!.closed;
    expect(await client.until('turn:ended')).toMatchObject({ reason: 'stopped', message: { text: PARTIAL } });
  });
});

describe('an answer that', () => {
  it('takes too long is ended with what there is', async () => {
    const { client, room } = await openRoom({
      env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' },
      limits: { turnTimeoutMs: 400 },
    });
    await ask(client, room);
    const ended = await client.until('turn:ended');
    expect(ended).toMatchObject({ reason: 'failed', message: { system: { key: 'turn.turn_timeout' } } });
    expect(ended.message?.text).toBe(client.textOf(ended.turnId));
    expect(ended.message?.text.length).toBeGreaterThan(0);
  });

  it('never ends is cut at its longest', async () => {
    const { client, room } = await openRoom({
      env: { LLM_URL: 'offline:?delayMs=0&tokens=100000' },
      limits: { answerUnits: 1_000 },
    });
    await ask(client, room);
    const ended = await client.until('turn:ended');
    expect(ended.reason).toBe('completed');
    expect(ended.message?.text.length).toBeGreaterThanOrEqual(1_000);
    expect(ended.message?.text.length).toBeLessThan(1_200);
  });

  it('is empty, or fails in a way nobody foresaw, is told without its inside', async () => {
    const secret = 'connect ECONNREFUSED 10.0.0.7 with key sk-123';
    const model = scriptedModel([
      says(''),
      fails(new Error(secret)),
      fails(new ModelError('unreachable', secret), 'Sebagian'),
      says('Baik.'),
    ]);
    const { client, room } = await openRoom({ model });
    const asked = [await ask(client, room), await ask(client, room), await ask(client, room), await ask(client, room)];
    const ends = await Promise.all(asked.map(({ message }) => endOf(client, message.id)));
    expect(ends.map((end) => end.message?.system?.key)).toEqual([
      'turn.model_bad_request',
      'turn.turn_failed',
      'turn.model_unreachable',
      undefined,
    ]);
    expect(ends.map((end) => end.message?.text)).toEqual(['', '', 'Sebagian', 'Baik.']);
    expect(JSON.stringify(client.facts)).not.toContain('sk-123');
  });

  it('waits is taken out of the queue when its question is deleted', async () => {
    const { client, room } = await openRoom({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
    await ask(client, room);
    const [second, third] = [await ask(client, room), await ask(client, room)];
    const { turnId } = await client.until('turn:delta');
    await client.ask('message:delete', { messageId: second.message.id });
    await client.ask('turn:stop', { turnId });
    const dropped = await endOf(client, second.message.id);
    expect(dropped).toMatchObject({ reason: 'stopped' });
    expect(dropped.message).toBeUndefined();
    const last = await client.until('turn:started', ({ turn }) => turn.questionId === third.message.id);
    await client.ask('turn:stop', { turnId: last.turn.id });
  });
});

describe('a database that', () => {
  it('is locked for a while loses nothing: sends say so, the answer goes on and is kept whole, the queue too', async () => {
    const { product, person, client, room } = await openRoom({ env: { LLM_URL: 'offline:?delayMs=4&tokens=250' } });
    const question = await ask(client, room);
    const next = await ask(client, room, 'Berikutnya');
    await client.until('turn:delta');
    const lock = new Sqlite(product.config.database.file, { timeout: 0 });
    // Not while something is being written: that would have to go on to its end here.
    await eventually(() => isDone(() => lock.exec('begin immediate')), 'a moment in which nothing is written');
    const sent = { roomId: room.id, clientId: newClientId(), text: 'Saat terkunci', assistant: 'skip' as const };
    const refused = await client.raw('message:send', sent);
    expect(refused.error).toMatchObject({ code: 'unavailable', details: { retryAfterMs: expect.any(Number) } });
    const path = `/api/v1/rooms/${room.id}/messages`;
    const response = await person.request('POST', path, { clientId: 'rest', text: 'Saat terkunci' });
    expect(response.status).toBe(503);
    // Reading goes on, and so does the answer, to its last word.
    expect((await person.request('GET', path)).status).toBe(200);
    await eventually(
      () => client.facts.some(({ name, payload }) => name === 'turn:delta' && / \S+250$/.test(payload.text)),
      'the last word',
    );
    lock.exec('rollback');
    lock.close();

    const { message } = await client.ask('message:send', sent);
    expect(message.text).toBe('Saat terkunci');
    const ended = await endOf(client, question.message.id);
    expect(ended).toMatchObject({ reason: 'completed' });
    expect(ended.message?.text).toBe(client.textOf(ended.turnId));
    expect(await endOf(client, next.message.id)).toMatchObject({ reason: 'completed' });
    const { items } = await person.call<{ items: { text: string }[] }>('GET', path);
    expect(items.filter(({ text }) => text === 'Saat terkunci')).toHaveLength(1);
  });

  it('was locked when a question’s turn came starts it later', async () => {
    const { product, client, room } = await openRoom({ env: { LLM_URL: 'offline:?delayMs=2&tokens=5' } });
    const lock = new Sqlite(product.config.database.file);
    // From the commit of the question on, nothing more can be written.
    const stop = product.app.broadcast.listen(room.id, 'test', {
      onFact: (fact) => void (fact.name === 'turn:queued' && lock.exec('begin immediate')),
      onEnd: () => undefined,
    });
    const question = await ask(client, room);
    stop();
    await client.until('turn:queued');
    const logs = join(product.config.dataDir, 'logs');
    const logged = () =>
      readdirSync(logs).some((file) => readFileSync(join(logs, file), 'utf8').includes('could not be started'));
    await eventually(logged, 'the first attempt');
    expect(client.facts.some(({ name }) => name === 'turn:started')).toBe(false);
    lock.exec('rollback');
    lock.close();
    expect(await endOf(client, question.message.id)).toMatchObject({ reason: 'completed' });
  });

  it('is full takes nothing and tells it; with room again everything goes on', async () => {
    const { product, client, room } = await openRoom({});
    const { db } = product.app;
    const before = await ask(client, room, 'Sebelum penuh');
    await endOf(client, before.message.id);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count)}`.execute(db);
    const large = 'penuh '.repeat(5_000);
    const send = () =>
      client.raw('message:send', { roomId: room.id, clientId: newClientId(), text: large, assistant: 'skip' });
    const refused = await send();
    expect(refused.error).toMatchObject({ code: 'unavailable', details: { retryAfterMs: expect.any(Number) } });
    expect((await client.ask('room:join', { roomId: room.id })).messages).toHaveLength(2);
    await sql`pragma max_page_count = 1000000`.execute(db);
    expect(await send()).toMatchObject({ ok: true });
    const { messages, lastSeq } = await client.ask('room:join', { roomId: room.id });
    expect(messages.at(-1)).toMatchObject({ text: large, seq: lastSeq });
  });
});
