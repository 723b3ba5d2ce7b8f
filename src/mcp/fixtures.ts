// What a judge of the protocol calls by name besides the product's own tools: only with MCP_FIXTURES=1, never in production.
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type * as Sdk from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface Fixtures {
  options: Sdk.ServerOptions;
  register(server: Sdk.McpServer): void;
}

/** Tells listening clients that a list changed, though here none ever does. */
export type Announce = (list: 'tools' | 'prompts') => void;

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const SILENCE = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
const STEP_MS = 50;
/** How long a signed state is good for. */
const STATE_SECONDS = 600;

const text = (said: string) => ({ type: 'text' as const, text: said });
const image = { type: 'image' as const, data: PIXEL, mimeType: 'image/png' };
const says = (said: string) => ({ content: [text(said)] });

/** @param sdk handed in, so that nothing of it is loaded where nobody asks */
export function createFixtures(sdk: typeof Sdk, announce: Announce): Fixtures {
  const state = sdk.createRequestStateCodec<{ round: number; name?: string }>({
    key: randomBytes(32),
    ttlSeconds: STATE_SECONDS,
  });
  return {
    options: {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: state.verify },
    },
    register(server) {
      registerContents(server);
      registerNotices(server, announce);
      registerRequests(server);
      registerInputs(server, sdk, state);
      registerResources(server, sdk);
      registerPrompts(server, sdk);
    },
  };
}

function registerContents(server: Sdk.McpServer): void {
  const contents: Record<string, Sdk.ContentBlock[]> = {
    test_simple_text: [text('This is a simple text response for testing.')],
    test_image_content: [image],
    test_audio_content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }],
    test_embedded_resource: [embedded('test://embedded-resource', 'This is an embedded resource content.')],
    test_multiple_content_types: [
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', JSON.stringify({ test: 'data', value: 123 }), 'application/json'),
    ],
  };
  for (const [name, content] of Object.entries(contents)) {
    server.registerTool(name, { description: `Fixture: answers with ${name}.` }, async () => ({ content }));
  }
  server.registerTool('test_error_handling', { description: 'Fixture: fails.' }, async () => ({
    isError: true,
    content: [text('This tool intentionally returns an error for testing')],
  }));
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Fixture: a schema with definitions.',
      inputSchema: z.object({ address: z.object({ street: z.string(), city: z.string() }).optional() }),
    },
    async () => says('The arguments were taken.'),
  );
}

const embedded = (uri: string, content: string, mimeType = 'text/plain') => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: content },
});

/** Tools that say something on the way. */
function registerNotices(server: Sdk.McpServer, announce: Announce): void {
  const log = async (context: Sdk.ServerContext) => {
    for (const said of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await context.mcpReq.log('info', said);
      await setTimeout(STEP_MS);
    }
    return says('It logged three lines.');
  };
  for (const name of ['test_tool_with_logging', 'test_logging_tool']) {
    server.registerTool(name, { description: 'Fixture: logs.', inputSchema: z.object({}) }, (_, context) =>
      log(context),
    );
  }
  const progressing = { description: 'Fixture: reports progress.', inputSchema: z.object({}) };
  server.registerTool('test_tool_with_progress', progressing, async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
      await setTimeout(STEP_MS);
    }
    return says('It is done.');
  });
  server.registerTool('test_reconnection', { description: 'Fixture: its stream ends early.' }, async ({ http }) => {
    http?.closeSSE?.();
    await setTimeout(2 * STEP_MS);
    return says('Reconnected.');
  });
  for (const list of ['tools', 'prompts'] as const) {
    const name = `test_trigger_${list.slice(0, -1)}_change`;
    server.registerTool(name, { description: `Fixture: says that the ${list} changed.` }, async () => {
      announce(list);
      return says('It was said.');
    });
  }
}

const PRIMITIVES = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};
const titled = (prefix: string) =>
  ['First', 'Second', 'Third'].map((word, place) => ({ const: `${prefix}${place + 1}`, title: `${word} Option` }));
const OPTIONS = ['option1', 'option2', 'option3'];
const ENUMS = {
  untitledSingle: { type: 'string', enum: OPTIONS },
  titledSingle: { type: 'string', oneOf: titled('value') },
  legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
  untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
  titledMulti: { type: 'array', items: { anyOf: titled('value') } },
};

/** Tools that ask the client in the middle of a call, as until 2025-11-25. Without sessions no answer can come back; the judge says so. */
function registerRequests(server: Sdk.McpServer): void {
  const elicit = (name: string, properties: object, required: string[], prefix: string) => {
    const about = {
      description: 'Fixture: asks the person.',
      inputSchema: z.object({ message: z.string().optional() }),
    };
    server.registerTool(name, about, async ({ message = 'Please answer' }, { mcpReq }) => {
      const requestedSchema = {
        type: 'object',
        properties,
        required,
      } as Sdk.ElicitRequestFormParams['requestedSchema'];
      const { action, content } = await mcpReq.elicitInput({ message, requestedSchema });
      return says(`${prefix}: action=${action}, content=${JSON.stringify(content ?? {})}`);
    });
  };
  const account = { username: { type: 'string' }, email: { type: 'string' } };
  elicit('test_elicitation', account, ['username', 'email'], 'User response');
  elicit('test_elicitation_sep1034_defaults', PRIMITIVES, [], 'Elicitation completed');
  elicit('test_elicitation_sep1330_enums', ENUMS, [], 'Elicitation completed');
  const sampling = { description: 'Fixture: asks the model.', inputSchema: z.object({ prompt: z.string() }) };
  server.registerTool('test_sampling', sampling, async ({ prompt }, { mcpReq }) => {
    const messages = [{ role: 'user' as const, content: text(prompt) }];
    const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 });
    return says(`LLM response: ${JSON.stringify(content)}`);
  });
}

type State = Sdk.RequestStateCodec<{ round: number; name?: string }>;

const person = z.object({ name: z.string() });

/** The same since 2026-07-28: the call ends, and is made again with the answers. */
function registerInputs(server: Sdk.McpServer, sdk: typeof Sdk, state: State): void {
  const { acceptedContent, inputRequired, inputResponse } = sdk;
  const tool = (
    name: string,
    run: (context: Sdk.ServerContext) => Promise<Sdk.CallToolResult | Sdk.InputRequiredResult>,
  ) => server.registerTool(name, { description: 'Fixture: needs input.' }, run);
  const askName = (message = 'What is your name?') => inputRequired.elicit({ message, requestedSchema: person });
  const sample = (prompt: string) =>
    inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 });

  for (const name of ['test_input_required_result_elicitation', 'test_streaming_elicitation']) {
    tool(name, async ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', person);
      return given ? says(`Hello, ${given.name}!`) : inputRequired({ inputRequests: { user_name: askName() } });
    });
  }
  tool('test_input_required_result_sampling', async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (given.kind !== 'missing') return says(JSON.stringify(given));
    return inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } });
  });
  tool('test_input_required_result_list_roots', async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (given.kind !== 'missing') return says(JSON.stringify(given));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  const confirmation = z.object({ ok: z.boolean() });
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    tool(name, async (context) => {
      const given = acceptedContent(context.mcpReq.inputResponses, 'confirm', confirmation);
      if (given && context.mcpReq.requestState()) return says('state-ok');
      const confirm = inputRequired.elicit({ message: 'Please confirm', requestedSchema: confirmation });
      return inputRequired({ inputRequests: { confirm }, requestState: await state.mint({ round: 1 }, context) });
    });
  }
  tool('test_input_required_result_multiple_inputs', async (context) => {
    const { inputResponses } = context.mcpReq;
    const keys = ['user_name', 'greeting', 'client_roots'];
    if (keys.every((key) => inputResponse(inputResponses, key).kind !== 'missing')) return says('All of it was given.');
    const inputRequests = {
      user_name: askName(),
      greeting: sample('Generate a greeting'),
      client_roots: inputRequired.listRoots(),
    };
    return inputRequired({ inputRequests, requestState: await state.mint({ round: 1 }, context) });
  });
  tool('test_input_required_result_multi_round', async (context) => {
    const { inputResponses } = context.mcpReq;
    const before = context.mcpReq.requestState<{ round: number; name?: string }>();
    const favourite = z.object({ color: z.string() });
    const second = acceptedContent(inputResponses, 'step2', favourite);
    if (before?.round === 2 && second) return says(`${before.name} likes ${second.color}.`);
    const first = acceptedContent(inputResponses, 'step1', person);
    if (before?.round === 1 && first) {
      const step2 = inputRequired.elicit({
        message: 'Step 2: What is your favorite color?',
        requestedSchema: favourite,
      });
      const next = { round: 2, name: first.name };
      return inputRequired({ inputRequests: { step2 }, requestState: await state.mint(next, context) });
    }
    const step1 = askName('Step 1: What is your name?');
    return inputRequired({ inputRequests: { step1 }, requestState: await state.mint({ round: 1 }, context) });
  });
  const capabilitiesOf = ({ mcpReq }: Sdk.ServerContext): Sdk.ClientCapabilities => {
    const envelope: Record<string, unknown> = { ...mcpReq.envelope };
    return envelope[sdk.CLIENT_CAPABILITIES_META_KEY] ?? {};
  };
  tool('test_input_required_result_capabilities', async (context) => {
    const can = capabilitiesOf(context);
    const inputRequests = {
      ...(can.elicitation ? { user_name: askName() } : {}),
      ...(can.sampling ? { greeting: sample('Generate a greeting') } : {}),
    };
    const isAsking = Object.keys(inputRequests).length > 0 && context.mcpReq.inputResponses === undefined;
    return isAsking ? inputRequired({ inputRequests }) : says('Nothing is needed.');
  });
  // The SDK refuses it for a client that cannot do what it asks for.
  tool('test_missing_capability', async () => inputRequired({ inputRequests: { greeting: sample('Say hello') } }));
}

function registerResources(server: Sdk.McpServer, sdk: typeof Sdk): void {
  const readable = { mimeType: 'text/plain', description: 'Fixture: a text.' };
  const contents = (uri: URL, said: string) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: said }] });
  server.registerResource('static-text', 'test://static-text', readable, async (uri) =>
    contents(uri, 'This is the content of the static text resource.'),
  );
  server.registerResource('watched', 'test://watched-resource', readable, async (uri) => contents(uri, 'Watched.'));
  const picture = { mimeType: 'image/png', description: 'Fixture: a picture.' };
  server.registerResource('static-binary', 'test://static-binary', picture, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: PIXEL }],
  }));
  const template = new sdk.ResourceTemplate('test://template/{id}/data', { list: undefined });
  const about = { mimeType: 'application/json', description: 'Fixture: data by its id.' };
  server.registerResource('template', template, about, async (uri, { id }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }));
  // Without sessions there is nobody to tell later; what is asked is answered.
  server.server.setRequestHandler('resources/subscribe', async () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', async () => ({}));
}

function registerPrompts(server: Sdk.McpServer, sdk: typeof Sdk): void {
  const user = (content: Sdk.ContentBlock) => ({ role: 'user' as const, content });
  server.registerPrompt('test_simple_prompt', { description: 'Fixture: a prompt.' }, async () => ({
    messages: [user(text('This is a simple prompt for testing.'))],
  }));
  const complete = (value: string) => ['paris', 'park', 'party'].filter((word) => word.startsWith(value));
  const two = z.object({ arg1: sdk.completable(z.string(), complete), arg2: z.string() });
  const withTwo = { description: 'Fixture: a prompt with two arguments.', argsSchema: two };
  server.registerPrompt('test_prompt_with_arguments', withTwo, async ({ arg1, arg2 }) => ({
    messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  }));
  const withUri = {
    description: 'Fixture: a prompt with a resource.',
    argsSchema: z.object({ resourceUri: z.string() }),
  };
  server.registerPrompt('test_prompt_with_embedded_resource', withUri, async ({ resourceUri }) => ({
    messages: [
      user(embedded(resourceUri, 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ],
  }));
  server.registerPrompt('test_prompt_with_image', { description: 'Fixture: a prompt with a picture.' }, async () => ({
    messages: [user(image), user(text('Please analyze the image above.'))],
  }));
  const needsInput = { description: 'Fixture: a prompt that needs input.' };
  server.registerPrompt('test_input_required_result_prompt', needsInput, async ({ mcpReq }) => {
    const asked = z.object({ context: z.string() });
    const given = sdk.acceptedContent(mcpReq.inputResponses, 'user_context', asked);
    if (given) return { messages: [user(text(`With the context: ${given.context}`))] };
    const message = 'What context should the prompt use?';
    return sdk.inputRequired({
      inputRequests: { user_context: sdk.inputRequired.elicit({ message, requestedSchema: asked }) },
    });
  });
}
