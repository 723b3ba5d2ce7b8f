// OpenAI's Responses API: the contract against a stand-in server, and what only this protocol has.
import { afterEach, describe, expect, test } from 'vitest';
import type { LanguageModel, ModelRequest } from '../../../src/engines/llm/language-model.ts';
import { createOpenAiResponsesModel } from '../../../src/engines/llm/openai-responses.ts';
import { languageModelContract } from '../../contracts/language-model.ts';
import { ask, collect } from '../../support/collect.ts';
import { openAiSetup } from '../../support/openai-stand-in.ts';
import { type RawReply, type RawRequest, type RawSseServer, startRawSseServer } from '../../support/raw-sse-server.ts';

const OPTIONS = { model: 'gpt-test', apiKey: 'secret-key', timeoutMs: 5_000, retryBaseMs: 5 };

const created = { type: 'response.created', response: { id: 'r', status: 'in_progress', output: [] } };
const textDelta = (delta: string) => ({
  type: 'response.output_text.delta',
  item_id: 'm',
  output_index: 1,
  content_index: 0,
  delta,
});
const itemDone = (output_index: number, item: object) => ({ type: 'response.output_item.done', output_index, item });
const completed = (more: object = {}) => ({
  type: 'response.completed',
  response: {
    id: 'r',
    status: 'completed',
    output: [],
    usage: { input_tokens: 20, output_tokens: 5, input_tokens_details: { cached_tokens: 16 } },
    ...more,
  },
});
const speak = (reply: RawReply, text: string): void => {
  for (const event of [created, textDelta(text), completed()]) reply.event(event);
  reply.end();
};

languageModelContract(
  'openai-responses',
  openAiSetup((baseUrl) => createOpenAiResponsesModel({ ...OPTIONS, baseUrl }), [created, textDelta('Let me')]),
);

let server: RawSseServer;
async function open(
  respond: (request: RawRequest, reply: RawReply, count: number) => void,
  options: { temperature?: number; maxTokens?: number } = {},
): Promise<LanguageModel> {
  server = await startRawSseServer(respond);
  return await createOpenAiResponsesModel({ ...OPTIONS, baseUrl: `${server.url}/v1`, ...options });
}
afterEach(() => server?.close());

const TOOL = { name: 'lookup', description: 'Looks up.', inputSchema: { type: 'object', properties: { q: {} } } };
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed', status: 'completed' };
const forgotten = { type: 'reasoning', id: 'rs_2', summary: [] };
const call = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'lookup',
  arguments: '{"q":1}',
  status: 'completed',
};

test('nothing is stored at the provider; tools are not strict; images go along', async () => {
  const model = await open((_, reply) => speak(reply, 'ok'), { maxTokens: 64 });
  const request: ModelRequest = {
    system: 'Be kind.',
    tools: [TOOL],
    toolChoice: 'none',
    messages: [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'one' },
          { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        ],
      },
      { role: 'assistant', text: 'two', calls: [{ id: 'a', name: 'lookup', args: { q: 2 } }] },
      { role: 'tool', callId: 'a', name: 'lookup', isError: true, parts: [{ type: 'text', text: 'nothing' }] },
    ],
  };
  expect((await collect(model, request)).error).toBeUndefined();
  expect(server.requests[0]!.path).toBe('/v1/responses');
  expect(server.requests[0]!.body).toEqual({
    model: 'gpt-test',
    stream: true,
    store: false,
    include: ['reasoning.encrypted_content'],
    instructions: 'Be kind.',
    max_output_tokens: 64,
    tool_choice: 'none',
    tools: [
      { type: 'function', name: 'lookup', description: 'Looks up.', parameters: TOOL.inputSchema, strict: false },
    ],
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'one' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      { role: 'assistant', content: 'two' },
      { type: 'function_call', call_id: 'a', name: 'lookup', arguments: '{"q":2}' },
      { type: 'function_call_output', call_id: 'a', output: 'Error: nothing' },
    ],
  });
});

test('a tool round sends the reasoning back sealed, in order, to the same model only', async () => {
  const model = await open((_, reply, count) => {
    if (count > 1) return speak(reply, 'ok');
    for (const event of [
      created,
      { type: 'response.output_item.added', output_index: 2, item: { ...call, arguments: '' } },
      itemDone(0, reasoning),
      itemDone(1, forgotten),
      itemDone(2, call),
      completed(),
    ]) {
      reply.event(event);
    }
    reply.end();
  });
  const { done, events } = await collect(model, ask('x', { tools: [TOOL] }));
  expect(done).toMatchObject({ stop: 'tools', calls: [{ id: 'call_1', name: 'lookup', args: { q: 1 } }] });
  expect(done?.usage).toEqual({ inputTokens: 20, outputTokens: 5, cachedTokens: 16 });
  expect(events[0]).toEqual({ type: 'call-start', id: 'call_1', name: 'lookup' });
  const again = (name: string): ModelRequest => ({
    messages: [
      ...ask('x').messages,
      {
        role: 'assistant',
        text: '',
        calls: done!.calls,
        replay: { engine: model.id, model: name, data: done!.replay },
      },
      { role: 'tool', callId: 'call_1', name: 'lookup', isError: false, parts: [{ type: 'text', text: 'found' }] },
    ],
  });
  await collect(model, again('gpt-test'));
  await collect(model, again('gpt-other'));
  const { status: _, ...sealed } = reasoning;
  const { status: __, ...made } = call;
  const output = { type: 'function_call_output', call_id: 'call_1', output: 'found' };
  expect(server.requests[1]!.body.input.slice(1)).toEqual([sealed, made, output]);
  expect(server.requests[2]!.body.input.slice(1)).toEqual([
    { type: 'function_call', call_id: 'call_1', name: 'lookup', arguments: '{"q":1}' },
    output,
  ]);
});

test.each([
  ['temperature', { error: { message: "Unsupported parameter: 'temperature'", param: 'temperature' } }],
  ['include', { error: { message: 'Encrypted content is not supported with this model.', param: null } }],
])('a model that refuses %s is asked without it, once and for all', async (name, refusal) => {
  const model = await open(
    (request, reply) => (request.body[name] === undefined ? speak(reply, 'fine') : reply.json(400, refusal)),
    { temperature: 0.3 },
  );
  expect((await collect(model, ask('x'))).text).toBe('fine');
  expect((await collect(model, ask('x'))).text).toBe('fine');
  expect(server.requests.map((request) => request.body[name] !== undefined)).toEqual([true, false, false]);
});

describe('how it ends', () => {
  test.each([
    ['length', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['a filter', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'refusal'],
    ['a refusal', { output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'no' }] }] }, 'refusal'],
  ])('%s', async (_, response, stop) => {
    const model = await open((_request, reply) => {
      for (const event of [created, textDelta('Well'), { ...completed(response), type: 'response.incomplete' }])
        reply.event(event);
      reply.end();
    });
    expect((await collect(model, ask('x'))).done).toMatchObject({ stop, text: 'Well' });
  });

  test('a refusal and a thought are told from the answer', async () => {
    const model = await open((_, reply) => {
      reply.event({ type: 'response.reasoning_summary_text.delta', delta: 'hm' });
      reply.event({ type: 'response.refusal.delta', delta: 'I cannot.' });
      reply.event(completed());
      reply.end();
    });
    const { events, text } = await collect(model, ask('x'));
    expect(events[0]).toEqual({ type: 'thinking', delta: 'hm' });
    expect(text).toBe('I cannot.');
  });

  test('a failure of the provider in the middle keeps the text and is cut_off', async () => {
    const model = await open((_, reply) => {
      for (const event of [created, textDelta('Well')]) reply.event(event);
      reply.event({
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'boom' } },
      });
      reply.end();
    });
    const { text, error } = await collect(model, ask('x'));
    expect(text).toBe('Well');
    expect(error).toMatchObject({ kind: 'cut_off', retryable: false, message: expect.stringContaining('boom') });
    expect(server.requests).toHaveLength(1);
  });

  test('a failure of the provider before any text may be tried again, by others', async () => {
    const model = await open((_, reply) => {
      reply.event(created);
      reply.event({
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } },
      });
      reply.end();
    });
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'rate_limited', retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('an error event is not mistaken for the end', async () => {
    const model = await open((_, reply) => {
      for (const event of [created, textDelta('Well')]) reply.event(event);
      reply.raw('event: error\ndata: {"type":"error","code":"server_error","message":"boom"}\n\n');
      reply.end();
    });
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'cut_off' });
  });

  test('silence is stalled and closes the connection upstream', async () => {
    server = await startRawSseServer((_, reply) => reply.event(created));
    const model = await createOpenAiResponsesModel({ ...OPTIONS, baseUrl: `${server.url}/v1`, timeoutMs: 500 });
    expect((await collect(model, ask('x'))).error).toMatchObject({ kind: 'stalled', retryable: true });
    await server.requests[0]!.closed;
    expect(server.requests).toHaveLength(1);
  });
});
