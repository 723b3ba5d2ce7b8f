// Which engine an address opens, and what is said about one that opens none.
import { afterEach, describe, expect, test } from 'vitest';
import { type LanguageModelSettings, openLanguageModel } from '../../../src/engines/llm/open-model.ts';
import { ask, collect } from '../../support/collect.ts';
import { type RawSseServer, startRawSseServer } from '../../support/raw-sse-server.ts';

const open = (settings: Partial<LanguageModelSettings>) =>
  openLanguageModel({ url: 'offline:', apiKey: undefined, model: undefined, timeoutMs: 5_000, ...settings });

let server: RawSseServer | undefined;
afterEach(() => server?.close());

test.each([
  ['offline:', {}, 'offline', 'offline'],
  ['a key and offline:', { apiKey: 'k', url: 'offline:' }, 'offline', 'offline'],
  ['OpenAI and a model', { apiKey: 'k', url: 'https://api.openai.com', model: 'gpt-6' }, 'openai-responses', 'gpt-6'],
  ['OpenAI by name', { apiKey: 'k', url: 'https://api.openai.com/v1' }, 'openai-responses', 'gpt-5.4-mini'],
  ['another server', { url: 'http://127.0.0.1:11434', model: 'llama' }, 'openai-chat', 'llama'],
  ['another server with a key', { apiKey: 'k', url: 'https://llm.example/api/v1/', model: 'm' }, 'openai-chat', 'm'],
])('%s', async (_, settings, id, model) => {
  expect(await open(settings)).toMatchObject({ id, model });
});

describe('an address that opens nothing is refused with a sentence that says what is accepted', () => {
  test.each([
    [{ url: 'ws://127.0.0.1/llm' }, /begins with ws:.*offline:.*http:\/\//],
    [{ url: 'ftp://x' }, /begins with ftp:.*It takes/],
    [{ url: 'not an address' }, /not an address.*It takes/],
    [{ url: 'http://me:secret@127.0.0.1' }, /LLM_API_KEY/],
    [{ url: 'https://api.openai.com/v1' }, /needs a key/],
    [{ url: 'offline:?speed=1' }, /does not know "speed"/],
  ])('%j', async (settings, message) => {
    await expect(open(settings)).rejects.toThrow(message);
    await expect(open(settings)).rejects.not.toThrow('secret');
  });
});

test.each([
  ['', '/v1/chat/completions'],
  ['/', '/v1/chat/completions'],
  ['/openai/v1', '/openai/v1/chat/completions'],
  ['/openai/v1/', '/openai/v1/chat/completions'],
])('an address that ends in "%s" is asked at %s', async (path, asked) => {
  server = await startRawSseServer((_, reply) => {
    reply.event({ choices: [{ index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }] });
    reply.end();
  });
  const model = await open({ url: `${server.url}${path}`, model: 'm' });
  expect((await collect(model, ask('x'))).text).toBe('ok');
  expect(server.requests[0]!.path).toBe(asked);
});

test('options of the built-in responder come with its address', async () => {
  expect((await collect(await open({ url: 'offline:?text=hello&delayMs=0' }), ask('x'))).text).toBe('hello');
});
