// chat.completions: the contract against a stand-in server, and the quirks of real ones against a hand-written one.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LanguageModel, ModelRequest } from '../../../src/engines/llm/language-model.ts';
import { CallCollector, createOpenAiChatModel } from '../../../src/engines/llm/openai-chat.ts';
import type { OpenAiOptions } from '../../../src/engines/llm/openai-shared.ts';
import { languageModelContract } from '../../contracts/language-model.ts';
import { ask, collect } from '../../support/collect.ts';
import { openAiSetup } from '../../support/openai-stand-in.ts';
import { type RawReply, type RawRequest, type RawSseServer, startRawSseServer } from '../../support/raw-sse-server.ts';
import { until } from '../../support/until.ts';

const OPTIONS = { model: 'test-model', apiKey: 'secret-key', timeoutMs: 5_000, retryBaseMs: 5 };

const delta = (value: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: value, finish_reason: finish }],
});
const usage = {
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 8 } },
};
const speak = (reply: RawReply, text: string): void => {
  for (const word of text.match(/\s*\S+/g) ?? []) reply.event(delta({ content: word }));
  reply.event(delta({}, 'stop'));
  reply.event(usage);
  reply.event('[DONE]');
  reply.end();
};

languageModelContract(
  'openai-chat',
  openAiSetup((baseUrl) => createOpenAiChatModel({ ...OPTIONS, baseUrl }), [delta({ content: 'Let me' })]),
);

let server: RawSseServer;
async function open(
  respond: (request: RawRequest, reply: RawReply, count: number) => void,
  options: Partial<OpenAiOptions> = {},
): Promise<LanguageModel> {
  server = await startRawSseServer(respond);
  return await createOpenAiChatModel({ ...OPTIONS, baseUrl: `${server.url}/v1`, ...options });
}
afterEach(() => server?.close());

const TOOL = { name: 'lookup', description: 'Looks up.', inputSchema: { $schema: 'x', type: 'object' } };

describe('what is sent', () => {
  test('neighbouring user messages become one, tools and images go along, the key is a bearer token', async () => {
    const model = await open((_, reply) => speak(reply, 'ok'), { temperature: 0.2, maxTokens: 100 });
    const request: ModelRequest = {
      system: 'Be kind.',
      tools: [TOOL],
      toolChoice: 'none',
      messages: [
        { role: 'user', parts: [{ type: 'text', text: '[Ann, t] one' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: '[Budi, t] two' },
            { type: 'image', mimeType: 'image/png', data: 'AAAA' },
          ],
        },
        {
          role: 'assistant',
          text: '',
          calls: [
            { id: 'a', name: 'lookup', args: { q: 1 } },
            { id: 'b', name: 'lookup', args: {} },
          ],
        },
        {
          role: 'tool',
          callId: 'a',
          name: 'lookup',
          isError: false,
          parts: [{ type: 'image', mimeType: 'image/png', data: 'BBBB' }],
        },
        { role: 'tool', callId: 'b', name: 'lookup', isError: true, parts: [{ type: 'text', text: 'nothing' }] },
        { role: 'assistant', text: '', calls: [] },
      ],
    };
    expect((await collect(model, request)).error).toBeUndefined();
    const { body, headers, path } = server.requests[0]!;
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe('Bearer secret-key');
    expect(body).toEqual({
      model: 'test-model',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 100,
      temperature: 0.2,
      tool_choice: 'none',
      tools: [
        {
          type: 'function',
          function: { name: 'lookup', description: 'Looks up.', parameters: { type: 'object', properties: {} } },
        },
      ],
      messages: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '[Ann, t] one' },
            { type: 'text', text: '[Budi, t] two' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'lookup', arguments: '{"q":1}' } },
            { id: 'b', type: 'function', function: { name: 'lookup', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: '[image image/png]' },
        { role: 'tool', tool_call_id: 'b', content: 'Error: nothing' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,BBBB' } }] },
      ],
    });
  });

  test('a server without a key gets a placeholder, and nothing of the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'from-environment');
    vi.stubEnv('OPENAI_ORG_ID', 'org-from-environment');
    const model = await open((_, reply) => speak(reply, 'ok'), { apiKey: undefined });
    await collect(model, ask('x'));
    vi.unstubAllEnvs();
    expect(server.requests[0]!.headers.authorization).toBe('Bearer none');
    expect(server.requests[0]!.headers['openai-organization']).toBeUndefined();
  });

  test('without a model the first one listed is asked for once and used', async () => {
    const model = await open(
      (request, reply) =>
        request.path === '/v1/models'
          ? reply.json(200, { data: [{ id: 'llama' }, { id: 'qwen' }] })
          : speak(reply, 'ok'),
      { model: undefined },
    );
    expect(model.model).toBe('default');
    await Promise.all([collect(model, ask('x')), collect(model, ask('y'))]);
    await collect(model, ask('z'));
    expect(model.model).toBe('llama');
    expect(server.requests.filter((request) => request.path === '/v1/models')).toHaveLength(1);
    expect(server.requests.filter((request) => request.body?.model === 'llama')).toHaveLength(3);
  });

  test('a server that lists no model is reported in a sentence', async () => {
    const model = await open((_, reply) => reply.json(200, { data: [] }), { model: undefined });
    expect((await collect(model, ask('x'))).error).toMatchObject({
      kind: 'bad_request',
      message: expect.stringContaining('LLM_MODEL'),
    });
  });
});

describe('what servers do', () => {
  test('usage comes in a last chunk without choices', async () => {
    const model = await open((_, reply) => speak(reply, 'a b c'));
    const { done } = await collect(model, ask('x'));
    expect(done?.usage).toEqual({ inputTokens: 12, outputTokens: 3, cachedTokens: 8 });
  });

  test('a server that counts no tokens is not said to have used none', async () => {
    const model = await open((_, reply) => {
      reply.event({ choices: [{ delta: { content: 'fine' } }] });
      reply.event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
      reply.end();
    });
    const { done } = await collect(model, ask('x'));
    expect(done).toMatchObject({ text: 'fine' });
    expect(done?.usage).toBeUndefined();
  });

  test.each([
    ['an error that names it', { error: { message: 'Unknown parameter: stream_options' } }],
    ['an error without a readable body', { detail: [{ loc: ['body', 'stream_options'] }] }],
  ])('stream_options refused with %s is left out, once and for all', async (_, refusal) => {
    const model = await open((request, reply) =>
      request.body.stream_options ? reply.json(400, refusal) : speak(reply, 'fine'),
    );
    expect((await collect(model, ask('x'))).text).toBe('fine');
    expect((await collect(model, ask('x'))).text).toBe('fine');
    expect(server.requests.map((request) => Boolean(request.body.stream_options))).toEqual([true, false, false]);
  });

  test('a server that wants max_completion_tokens gets it', async () => {
    const model = await open(
      (request, reply) =>
        request.body.max_tokens
          ? reply.json(400, { error: { message: "Use 'max_completion_tokens' instead.", param: 'max_tokens' } })
          : speak(reply, 'fine'),
      { maxTokens: 50 },
    );
    expect((await collect(model, ask('x'))).text).toBe('fine');
    expect(server.requests[1]!.body.max_completion_tokens).toBe(50);
  });

  test('parallel calls that all carry index 0, whole, with objects as arguments, stay apart', async () => {
    const call = (id: string, q: string) => ({
      index: 0,
      id,
      type: 'function',
      function: { name: 'lookup', arguments: { q } },
    });
    const model = await open((_, reply) => {
      reply.event(delta({ tool_calls: [call('a', 'one')] }));
      reply.event(delta({ tool_calls: [call('b', 'two')] }));
      reply.event(delta({}, 'stop'));
      reply.event('[DONE]');
      reply.end();
    });
    const { done, events } = await collect(model, ask('x', { tools: [TOOL] }));
    expect(done).toMatchObject({
      stop: 'tools',
      calls: [
        { id: 'a', name: 'lookup', args: { q: 'one' } },
        { id: 'b', name: 'lookup', args: { q: 'two' } },
      ],
    });
    expect(events.filter((event) => event.type === 'call-start')).toHaveLength(2);
  });

  test('vendor data of a call goes back with it to the same model, and to no other', async () => {
    const extra = { google: { thought_signature: 'sig' } };
    const model = await open((request, reply) => {
      if (request.body.messages.length > 1) return speak(reply, 'ok');
      reply.event(
        delta({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'lookup', arguments: '{}' }, extra_content: extra }],
        }),
      );
      reply.event(delta({}, 'tool_calls'));
      reply.end();
    });
    const { done } = await collect(model, ask('x', { tools: [TOOL] }));
    const again = (name: string): ModelRequest => ({
      messages: [
        ...ask('x').messages,
        {
          role: 'assistant',
          text: '',
          calls: done!.calls,
          replay: { engine: model.id, model: name, data: done!.replay },
        },
        { role: 'tool', callId: 'a', name: 'lookup', isError: false, parts: [] },
      ],
    });
    await collect(model, again('test-model'));
    await collect(model, again('another'));
    expect(server.requests[1]!.body.messages[1].tool_calls[0].extra_content).toEqual(extra);
    expect(server.requests[2]!.body.messages[1].tool_calls[0].extra_content).toBeUndefined();
  });

  test('thinking, refusals and stop reasons are told apart', async () => {
    const replies: Record<string, object[]> = {
      think: [delta({ reasoning: 'hm' }), delta({ content: 'yes' }), delta({}, 'length')],
      refuse: [delta({ refusal: 'I cannot.' }), delta({}, 'content_filter')],
    };
    const model = await open((request, reply) => {
      for (const event of replies[request.body.messages[0].content as string]!) reply.event(event);
      reply.end();
    });
    const thinking = await collect(model, ask('think'));
    expect(thinking.events[0]).toEqual({ type: 'thinking', delta: 'hm' });
    expect(thinking.done).toMatchObject({ stop: 'length', text: 'yes' });
    expect((await collect(model, ask('refuse'))).done).toMatchObject({ stop: 'refusal', text: 'I cannot.' });
  });

  test('a broken connection after the end marker takes nothing from the answer', async () => {
    const model = await open((_, reply) => {
      reply.event(delta({ content: 'whole' }));
      reply.event(delta({}, 'stop'));
      reply.cut();
    });
    expect((await collect(model, ask('x'))).done).toMatchObject({ stop: 'end', text: 'whole' });
  });
});

describe('what goes wrong', () => {
  test('silence ends it with stalled and closes the connection upstream', async () => {
    const model = await open((_, reply) => reply.event(delta({ content: 'Well' })), { timeoutMs: 500 });
    const { text, error } = await collect(model, ask('x'));
    expect(text).toBe('Well');
    expect(error).toMatchObject({ kind: 'stalled', seconds: 0.5, retryable: false });
    await server.requests[0]!.closed;
    expect(server.requests).toHaveLength(1);
  });

  test('silence from the beginning is stalled too, and may be tried again', async () => {
    const model = await open(() => undefined, { timeoutMs: 500 });
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'stalled', retryable: true });
    await server.requests[0]!.closed;
  });

  test('a slow reader is not mistaken for a silent server', async () => {
    const model = await open((_, reply) => speak(reply, 'a b c'), { timeoutMs: 600 });
    let text = '';
    for await (const event of model.stream(ask('x'), new AbortController().signal)) {
      if (event.type === 'text') text += event.delta;
      const goesOnAt = performance.now() + 350;
      await until(() => expect(performance.now()).toBeGreaterThan(goesOnAt));
    }
    expect(text).toBe('a b c');
  });

  test('an abort closes the connection upstream', async () => {
    const model = await open((_, reply) => reply.event(delta({ content: 'Well' })));
    const abort = new AbortController();
    const { error } = await collect(model, ask('x'), abort.signal, () => abort.abort());
    // Not of silence, which would end it too.
    expect(error).toMatchObject({ kind: 'aborted' });
    await server.requests[0]!.closed;
  });

  test('an abort before the server has answered, or while waiting for another try, ends it', async () => {
    for (const respond of [
      () => undefined,
      (_: RawRequest, reply: RawReply) => reply.json(429, { error: { message: 'slow down' } }, { 'retry-after': '4' }),
    ]) {
      const model = await open(respond);
      const abort = new AbortController();
      const pending = collect(model, ask('x'), abort.signal);
      await until(() => expect(server.requests).toHaveLength(1));
      abort.abort();
      expect((await pending).error).toMatchObject({ kind: 'aborted' });
      // Nothing was waited for, nor tried again.
      expect(server.requests).toHaveLength(1);
      await server.close();
    }
  });

  test('a reader that leaves closes the connection upstream', async () => {
    const model = await open((_, reply) => reply.event(delta({ content: 'Well' })));
    for await (const _ of model.stream(ask('x'), new AbortController().signal)) break;
    await server.requests[0]!.closed;
  });

  test('a limit is waited for as long as the server says', async () => {
    const model = await open((_, reply, count) =>
      count === 1 ? reply.json(429, { error: { message: 'slow down' } }, { 'retry-after': '1' }) : speak(reply, 'ok'),
    );
    expect((await collect(model, ask('x'))).text).toBe('ok');
    expect(server.requests[1]!.at - server.requests[0]!.at).toBeGreaterThanOrEqual(990);
  });

  test('a limit longer than ten seconds, or than the timeout, is reported at once', async () => {
    for (const wait of ['60', '8']) {
      const model = await open((_, reply) =>
        reply.json(429, { error: { message: 'slow down' } }, { 'retry-after': wait }),
      );
      const { error } = await collect(model, ask('x'));
      expect(error).toMatchObject({ kind: 'rate_limited', status: 429, retryable: true });
      expect(server.requests).toHaveLength(1);
      await server.close();
    }
  });

  test('a failing server is tried three times, then unreachable', async () => {
    const model = await open((_, reply) => reply.json(503, { error: { message: 'loading' } }));
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'unreachable', status: 503, retryable: true });
    expect(server.requests).toHaveLength(3);
  });

  test('a stream that is cut before its first event is tried again', async () => {
    const model = await open((_, reply, count) => (count < 3 ? reply.cut() : speak(reply, 'ok')));
    expect((await collect(model, ask('x'))).text).toBe('ok');
    expect(server.requests).toHaveLength(3);
  });

  test('a stream that is cut after its first event is never tried again', async () => {
    const model = await open((_, reply) => {
      reply.event(delta({ content: 'Well' }));
      reply.cut();
    });
    const { text, error } = await collect(model, ask('x'));
    expect(text).toBe('Well');
    expect(error).toMatchObject({ kind: 'cut_off', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  test('a stream that ends without an end marker is cut_off even when it ends politely', async () => {
    const model = await open((_, reply) => {
      reply.event(delta({ content: 'Well' }));
      reply.event('[DONE]');
      reply.end();
    });
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'cut_off', retryable: false });
  });

  test('an error in the middle of the stream is not taken for text', async () => {
    const model = await open((_, reply) => {
      reply.event(delta({ content: 'Well' }));
      reply.event({ error: { message: 'out of memory' } });
      reply.end();
    });
    const { text, error } = await collect(model, ask('x'));
    expect(text).toBe('Well');
    expect(error).toMatchObject({ kind: 'cut_off', message: expect.stringContaining('out of memory') });
  });

  test('events that are not JSON end it with a ModelError', async () => {
    const model = await open((_, reply) => {
      reply.event(delta({ content: 'Well' }));
      reply.event('{"half');
      reply.end();
    });
    expect((await collect(model, ask('x'))).error).toMatchObject({ name: 'ModelError', kind: 'cut_off' });
  });

  test.each([
    [401, { error: { message: 'bad key secret-key' } }, 'auth'],
    [403, { error: { message: 'not yours' } }, 'auth'],
    [404, { error: { message: 'model "x" not found' } }, 'bad_request'],
    [400, { error: { message: 'too much', code: 'context_length_exceeded' } }, 'context_too_long'],
    [400, { error: { message: "This model's maximum context length is 8192 tokens." } }, 'context_too_long'],
    [413, { error: { message: 'large' } }, 'context_too_long'],
    [400, { error: { message: 'what is this secret-key' } }, 'bad_request'],
    [429, { error: { message: 'no credit', code: 'insufficient_quota' } }, 'rate_limited'],
  ])('%i %j is %3$s, asked once, and the key stands in no message', async (status, body, kind) => {
    const model = await open((_, reply) => reply.json(status, body));
    const { error } = await collect(model, ask('x'));
    expect(error).toMatchObject({ name: 'ModelError', kind, status, retryable: false });
    expect(error?.message).not.toContain('secret-key');
    expect(server.requests).toHaveLength(1);
  });

  test('where nothing listens it is unreachable, and the check says so', async () => {
    const model = await open(() => undefined, { retryBaseMs: 1 });
    await server.close();
    const { error } = await collect(model, ask('x'));
    expect(error).toMatchObject({
      kind: 'unreachable',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await model.check?.()).toMatchObject({ ok: false, detail: expect.stringContaining('does not answer') });
    server = await startRawSseServer(() => undefined);
  });

  test('the check tells a refused key from a server that merely does not list models', async () => {
    const refusing = await open((_, reply) => reply.json(401, {}));
    expect(await refusing.check?.()).toMatchObject({ ok: false });
    await server.close();
    const plain = await open((_, reply) => reply.json(404, {}));
    expect(await plain.check?.()).toEqual({ ok: true });
  });
});

describe('putting calls together', () => {
  const piece = (value: object) => value as Parameters<CallCollector['add']>[0];
  const finish = (...pieces: object[]) => {
    const calls = new CallCollector();
    for (const one of pieces) calls.add(piece(one));
    return calls.finish().map(({ name, args }) => ({ name, args }));
  };
  const a = { name: 'a', args: { x: 1 } };
  const b = { name: 'b', args: { y: 2 } };

  test.each([
    [
      'streamed by index',
      [
        { index: 0, id: '1', function: { name: 'a', arguments: '' } },
        { index: 1, id: '2', function: { name: 'b', arguments: '' } },
        { index: 0, function: { arguments: '{"x"' } },
        { index: 1, function: { arguments: '{"y":2}' } },
        { index: 0, function: { arguments: ':1}' } },
      ],
    ],
    [
      'whole, same index, own ids',
      [
        { index: 0, id: '1', function: { name: 'a', arguments: '{"x":1}' } },
        { index: 0, id: '2', function: { name: 'b', arguments: '{"y":2}' } },
      ],
    ],
    [
      'whole, no index, own ids, objects',
      [
        { id: '1', function: { name: 'a', arguments: { x: 1 } } },
        { id: '2', function: { name: 'b', arguments: { y: 2 } } },
      ],
    ],
    [
      'whole, no ids, same index',
      [
        { index: 0, function: { name: 'a', arguments: '{"x":1}' } },
        { index: 0, id: '', function: { name: 'b', arguments: '{"y":2}' } },
      ],
    ],
    [
      'same index, own ids, then continued without id',
      [
        { index: 0, id: '1', function: { name: 'a', arguments: '{"x":1}' } },
        { index: 0, id: '2', function: { name: 'b', arguments: '' } },
        { index: 0, function: { arguments: '{"y":2}' } },
      ],
    ],
    [
      'id and name repeated in every piece',
      [
        { index: 0, id: '1', function: { name: 'a', arguments: '{"x"' } },
        { index: 0, id: '1', function: { name: 'a', arguments: ':1}' } },
        { index: 1, id: '2', function: { name: 'b', arguments: '{"y":2}' } },
      ],
    ],
  ])('%s', (_, pieces) => {
    expect(finish(...pieces)).toEqual([a, b]);
  });

  test('arguments that are not a JSON object are told, not thrown', () => {
    const calls = new CallCollector();
    calls.add(piece({ index: 0, id: '1', function: { name: 'a', arguments: '{"x":' } }));
    calls.add(piece({ index: 1, id: '2', function: { name: 'b', arguments: '[1]' } }));
    expect(calls.finish().map((call) => call.argsError)).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('not a JSON object'),
    ]);
  });
});
