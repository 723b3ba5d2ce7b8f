// The embedder on a server: the contract over a stand-in, and what servers do wrong.
import { afterEach, describe, expect, test } from 'vitest';
import { createBreaker } from '../../../src/engines/embedding/breaker.ts';
import { createRemoteEmbedder, type RemoteEmbedderOptions } from '../../../src/engines/embedding/remote.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { embedderContract } from '../../contracts/embedder.ts';
import {
  type EmbeddingServer,
  type EmbeddingServerOptions,
  startEmbeddingServer,
} from '../../support/embedding-server.ts';

const DEFAULTS = { model: 'stand-in', timeoutMs: 10_000, batchTexts: 64, parallel: 4, retryBaseMs: 1 };
const KEY = 'sk-secret-key';

let server: EmbeddingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function open(behaviour: EmbeddingServerOptions = {}, options: Partial<RemoteEmbedderOptions> = {}) {
  server = await startEmbeddingServer(behaviour);
  return { server, embedder: createRemoteEmbedder({ ...DEFAULTS, baseUrl: server.url, ...options }) };
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `Butir ${index}`);
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('It went well.'),
    (error) => error,
  );

embedderContract('remote', async () => {
  const standIn = await startEmbeddingServer({ apiKey: KEY });
  return {
    embedder: createRemoteEmbedder({ ...DEFAULTS, baseUrl: standIn.url, apiKey: KEY }),
    close: () => standIn.close(),
  };
});

describe('what is sent', () => {
  test('goes in batches, a few requests at a time', async () => {
    const { server, embedder } = await open({}, { batchTexts: 10, parallel: 3 });
    await embedder.embed(texts(95), 'passage');
    expect(server.requests).toHaveLength(10);
    expect(Math.max(...server.requests.map(({ body }) => body.input.length))).toBe(10);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3);
    expect(server.requests[0]!.body).toMatchObject({ model: 'stand-in', encoding_format: 'base64' });
    expect(server.requests[0]!.body).not.toHaveProperty('dimensions');
  });

  test('names the length of vectors that is wanted, which is part of the space', async () => {
    const { server, embedder } = await open({}, { dimensions: 256 });
    expect((await embedder.embed(['teks'], 'passage'))[0]).toHaveLength(256);
    expect(server.requests[0]!.body.dimensions).toBe(256);
    expect(embedder.space).toBe('stand-in@256');
  });

  test.each([
    ['intfloat/multilingual-e5-small', 'query: Apa?', 'passage: Apa?'],
    ['nomic-embed-text', 'search_query: Apa?', 'search_document: Apa?'],
    ['text-embedding-3-small', 'Apa?', 'Apa?'],
  ])('says to %s what a text is for, as that model was trained', async (model, question, passage) => {
    const { server, embedder } = await open({}, { model });
    await embedder.embed(['Apa?'], 'question');
    await embedder.embed(['Apa?'], 'passage');
    expect(server.texts()).toEqual([question, passage]);
  });

  test('a question asked again, or twice at once, is sent once; a passage is not kept', async () => {
    const { server, embedder } = await open();
    const [first, second] = await Promise.all([
      embedder.embed(['Apa?'], 'question'),
      embedder.embed(['Apa?'], 'question'),
    ]);
    expect(second).toEqual(first);
    await embedder.embed(['Apa?'], 'question');
    expect(server.requests).toHaveLength(1);
    await embedder.embed(['Apa?'], 'passage');
    await embedder.embed(['Apa?'], 'passage');
    expect(server.requests).toHaveLength(3);
  });

  test('who stops waiting for a question leaves the answer to the next', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server, embedder } = await open({ before: () => held.then(() => false) });
    const deadline = new AbortController();
    const asked = embedder.embed(['Apa?'], 'question', deadline.signal);
    deadline.abort(new Error('too late'));
    await expect(asked).rejects.toThrow('too late');
    release();
    expect(await embedder.embed(['Apa?'], 'question')).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  test('a question does not wait behind the passages of a document', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { embedder } = await open(
      { before: ({ body }) => (body.input.length > 1 ? held.then(() => false) : false) },
      { batchTexts: 2, parallel: 1 },
    );
    const passages = embedder.embed(texts(8), 'passage');
    expect(await embedder.embed(['Apa?'], 'question')).toHaveLength(1);
    release();
    expect(await passages).toHaveLength(8);
  });
});

describe('servers that know less', () => {
  test('numbers are asked for where base64 is refused, from then on', async () => {
    const { server, embedder } = await open({ knowsBase64: false });
    await embedder.embed(['satu'], 'passage');
    await embedder.embed(['dua'], 'passage');
    expect(server.requests.map(({ body }) => body.encoding_format)).toEqual(['base64', 'float', 'float']);
  });

  test('a batch that is too large is halved, and later ones are small from the start', async () => {
    const { server, embedder } = await open({ mostTexts: 8 }, { batchTexts: 32, parallel: 1 });
    expect(await embedder.embed(texts(32), 'passage')).toHaveLength(32);
    const before = server.requests.length;
    await embedder.embed(texts(16), 'passage');
    expect(server.requests.slice(before).map(({ body }) => body.input.length)).toEqual([8, 8]);
    expect(embedder.health()).toEqual({ ok: true });
  });

  test('a text that is too long for the model stands with its beginning', async () => {
    const { server, embedder } = await open({ mostUnits: 600 });
    expect(await embedder.embed(['pendek', 'panjang '.repeat(250)], 'passage')).toHaveLength(2);
    expect(server.texts().at(-1)).toHaveLength(500);
  });

  test('vectors are put in the order of the texts, whatever order they come in', async () => {
    const { embedder } = await open({ shuffles: true });
    const together = await embedder.embed(texts(5), 'passage');
    const alone = await embedder.embed(['Butir 3'], 'passage');
    expect(together[3]).toEqual(alone[0]);
  });
});

describe('servers that fail', () => {
  test('what passes is tried again', async () => {
    const { server, embedder } = await open({
      before: (_, reply, count) => {
        if (count === 1) reply.json(503, { error: { message: 'loading' } });
        if (count === 2) reply.json(429, { error: { message: 'slow down' } }, { 'retry-after': '0' });
        return count <= 2;
      },
    });
    expect(await embedder.embed(['teks'], 'passage')).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
    expect(embedder.health()).toEqual({ ok: true });
  });

  test('a key that is refused is not tried again, and not repeated', async () => {
    const { server, embedder } = await open({ apiKey: 'another' }, { apiKey: KEY });
    const error = await failureOf(embedder.embed(['teks'], 'passage'));
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'embedding_unavailable' } });
    expect(error.message).toContain('refused the key');
    expect(JSON.stringify([error.message, embedder.health()])).not.toContain(KEY);
    expect(server.requests).toHaveLength(1);
  });

  test('a server that is not there is said so, and one that stays silent is not waited for', async () => {
    const gone = createRemoteEmbedder({ ...DEFAULTS, baseUrl: 'http://127.0.0.1:1/v1' });
    expect(await failureOf(gone.embed(['teks'], 'passage'))).toMatchObject({ code: 'unavailable' });
    const { embedder } = await open({ before: () => true }, { timeoutMs: 100 });
    const error = await failureOf(embedder.embed(['teks'], 'passage'));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('100 ms') });
  });

  test('after three failures it is left alone, and says until when', async () => {
    const { server, embedder } = await open({
      before: (_, reply) => {
        reply.json(400, { error: { message: 'no such model' } });
        return true;
      },
    });
    for (let time = 0; time < 3; time++) await failureOf(embedder.embed(['teks'], 'passage'));
    const sent = server.requests.length;
    const error = await failureOf(embedder.embed(['teks'], 'question'));
    expect(error).toMatchObject({ code: 'unavailable', details: { retryAfterMs: expect.any(Number) } });
    expect(server.requests).toHaveLength(sent);
    expect(embedder.health()).toEqual({ ok: false, problem: expect.stringContaining('no such model') });
  });

  test.each([
    ['fewer vectors than texts', { data: [{ index: 0, embedding: [1, 0] }] }],
    [
      'an index twice',
      {
        data: [
          { index: 0, embedding: [1, 0] },
          { index: 0, embedding: [0, 1] },
        ],
      },
    ],
    ['something that is no number', { data: [{ embedding: ['x'] }, { embedding: [1, null] }] }],
    ['only zeros', { data: [{ embedding: [0, 0] }, { embedding: [0, 0] }] }],
    ['no data', { error: null }],
  ])('%s is refused rather than stored', async (_, body) => {
    const { embedder } = await open({
      before: (_request, reply) => {
        reply.json(200, body);
        return true;
      },
    });
    expect(await failureOf(embedder.embed(['a', 'b'], 'passage'))).toMatchObject({ code: 'unavailable' });
  });

  test('an answer that is no JSON, or never ends, is refused', async () => {
    const { embedder } = await open({
      before: (_, reply, count) => {
        if (count === 1) reply.json(200, '<html>');
        else reply.json(200, 'x'.repeat(2_000_000));
        return true;
      },
    });
    expect((await failureOf(embedder.embed(['a'], 'passage'))).message).toContain('JSON');
    expect((await failureOf(embedder.embed(['a'], 'passage'))).message).toContain('more than vectors');
  });

  test('vectors of another length than before are refused', async () => {
    const { embedder } = await open({ dimensions: 128 }, { dimensions: 256 });
    const error = await failureOf(embedder.embed(['a'], 'passage'));
    expect(error.message).toContain('EMBED_DIM asks for 256');
  });
});

test('three failures pause the calls, one call tries for all, and an answer ends the pause', async () => {
  let now = 0;
  const breaker = createBreaker(
    () => true,
    () => now,
  );
  const fail = () => breaker.run(() => Promise.reject(new AppError('unavailable', 'down')));
  for (let time = 0; time < 3; time++) await failureOf(fail());
  let calls = 0;
  const answer = Promise.withResolvers<string>();
  const call = () =>
    breaker.run(() => {
      calls += 1;
      return answer.promise;
    });
  expect(await failureOf(call())).toMatchObject({ message: 'down' });
  expect(calls).toBe(0);
  now = 30_001;
  const trial = call();
  await failureOf(call());
  expect(calls).toBe(1);
  answer.resolve('there again');
  expect(await trial).toBe('there again');
  expect(await call()).toBe('there again');
  expect(breaker.health()).toEqual({ ok: true });
});
