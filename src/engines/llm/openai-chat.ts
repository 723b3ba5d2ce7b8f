// Every server that speaks OpenAI's chat.completions: Ollama, vLLM, LM Studio, OpenRouter and others.
import { randomUUID } from 'node:crypto';
import type { OpenAI } from 'openai';
import type { LanguageModel, ModelEvent, ModelMessage, ModelRequest, Part, ToolCall, Usage } from './language-model.ts';
import { ModelError } from './language-model.ts';
import {
  checkServer,
  createOpenAiClient,
  createWithout,
  imageUrl,
  listModels,
  type OpenAiOptions,
  readStream,
  toolParameters,
  translateError,
} from './openai-shared.ts';
import { parseToolArgs } from './tool-args.ts';

type ChatParams = OpenAI.Chat.ChatCompletionCreateParamsStreaming;
type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;
type ChatChunk = OpenAI.Chat.ChatCompletionChunk;
type CallDelta = OpenAI.Chat.ChatCompletionChunk.Choice.Delta.ToolCall;

const ENGINE = 'openai-chat';
/** Not every server knows these. `max_tokens` is what most want; newer ones insist on the other name. */
const OPTIONAL = { stream_options: /stream_options/, max_tokens: /max_completion_tokens/, temperature: /temperature/ };
type Rejected = Set<keyof typeof OPTIONAL>;

/** Without `model`, the first one the server lists is taken, when it is needed. */
export async function createOpenAiChatModel(options: OpenAiOptions): Promise<LanguageModel> {
  const client = await createOpenAiClient(options);
  const rejected: Rejected = new Set();
  let model = options.model;
  let asking: Promise<string> | undefined;

  const requireModel = async (): Promise<string> => {
    if (model) return model;
    asking ??= firstModel(client, options).finally(() => {
      asking = undefined;
    });
    model = await asking;
    return model;
  };

  return {
    id: ENGINE,
    get model() {
      return model ?? 'default';
    },
    canJudge: true,
    acceptsImages: true,
    stream: (request, signal) => stream({ client, options, rejected, requireModel }, request, signal),
    check: () => checkServer(client, options),
  };
}

interface ChatEngine {
  client: OpenAI;
  options: OpenAiOptions;
  /** Parameters this server has refused so far. */
  rejected: Rejected;
  requireModel(): Promise<string>;
}

/** The list of models is asked for once for everybody, so that nobody's abort ends the asking, only the waiting. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return await Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}

async function firstModel(client: OpenAI, options: OpenAiOptions): Promise<string> {
  const origin = new URL(options.baseUrl).origin;
  const models = await listModels(client, options.timeoutMs).catch((error) => {
    throw translateError(error, { origin, apiKey: options.apiKey, started: false, retryable: true });
  });
  if (models[0]) return models[0];
  throw new ModelError('bad_request', `The model server at ${origin} offers no model; LLM_MODEL names one.`);
}

async function* stream(engine: ChatEngine, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const { options, rejected } = engine;
  const progress = { visible: false };
  let model = '';
  const open = async (upstream: AbortSignal): Promise<AsyncIterable<ChatChunk>> => {
    model = await unlessAborted(engine.requireModel(), upstream);
    const create = () => {
      const params = toParams(model, request, options, rejected);
      return engine.client.chat.completions.create(params, { signal: upstream });
    };
    return createWithout(rejected, OPTIONAL, () => create().catch((error) => withoutUsage(error, rejected, create)));
  };

  const calls = new CallCollector();
  let text = '';
  let finish: string | undefined;
  let usage: Usage | undefined;
  try {
    for await (const chunk of readStream(open, { options, signal, progress })) {
      usage = usageOf(chunk) ?? usage;
      // The last chunk carries the usage and no choices.
      const choice = chunk.choices?.[0];
      if (!choice) continue;
      for (const event of eventsOf(choice.delta, calls)) {
        progress.visible = true;
        if (event.type === 'text') text += event.delta;
        yield event;
      }
      finish = choice.finish_reason ?? finish;
    }
  } catch (error) {
    // Whatever happens to the connection after the end marker takes nothing from the answer.
    const isComplete = finish !== undefined && error instanceof ModelError && error.kind !== 'aborted';
    if (!isComplete) throw error;
  }
  if (finish === undefined) {
    const retryable = !progress.visible;
    throw new ModelError('cut_off', 'The stream of the model server ended without its end marker.', { retryable });
  }
  const made = calls.finish();
  // Decided by the calls: servers disagree about the finish reason that goes with them.
  const stop = made.length > 0 ? 'tools' : stopOf(finish);
  yield { type: 'done', stop, text, calls: made, ...(usage ? { usage } : {}), ...calls.replay() };
}

/** Some servers refuse `stream_options` with a 400 that does not say so: tried once without. */
async function withoutUsage<Result>(
  error: unknown,
  rejected: Rejected,
  create: () => Promise<Result>,
): Promise<Result> {
  const { status, error: body } = error as { status?: number; error?: unknown };
  const isMute = (status === 400 || status === 422) && body === undefined;
  if (!isMute || rejected.has('stream_options')) throw error;
  rejected.add('stream_options');
  try {
    return await create();
  } catch (again) {
    rejected.delete('stream_options');
    throw again;
  }
}

function stopOf(finish: string): 'end' | 'length' | 'refusal' | 'other' {
  if (finish === 'stop') return 'end';
  if (finish === 'length') return 'length';
  return finish === 'content_filter' ? 'refusal' : 'other';
}

function usageOf(chunk: ChatChunk): Usage | undefined {
  const {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    prompt_tokens_details: details,
  } = chunk.usage ?? {};
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined;
  return { inputTokens, outputTokens, ...(details?.cached_tokens ? { cachedTokens: details.cached_tokens } : {}) };
}

type ChatDelta = OpenAI.Chat.ChatCompletionChunk.Choice.Delta & { reasoning?: unknown; reasoning_content?: unknown };

function* eventsOf(
  delta: ChatDelta | undefined,
  calls: CallCollector,
): Iterable<ModelEvent & { type: 'text' | 'thinking' | 'call-start' }> {
  if (!delta) return;
  const thinking = delta.reasoning_content ?? delta.reasoning;
  if (typeof thinking === 'string' && thinking !== '') yield { type: 'thinking', delta: thinking };
  for (const said of [delta.content, delta.refusal]) if (said) yield { type: 'text', delta: said };
  for (const part of delta.tool_calls ?? []) {
    const begun = calls.add(part);
    if (begun) yield { type: 'call-start', id: begun.id, name: begun.name };
  }
}

interface PartialCall {
  id: string;
  name: string;
  args: string;
  /** Vendor data that must go back with the call, such as Gemini's thought signature. */
  extra: unknown;
}

/**
 * Puts streamed tool calls together. The id decides first: some servers send every parallel call with index 0 or none,
 * whole, and with the arguments as an object.
 */
export class CallCollector {
  readonly #calls: PartialCall[] = [];
  readonly #latestOfIndex = new Map<number | undefined, PartialCall>();

  /** @returns the call when this piece began it */
  add(part: CallDelta): PartialCall | undefined {
    const known = this.#find(part);
    const call = known ?? { id: part.id || `call_${randomUUID()}`, name: '', args: '', extra: undefined };
    if (!known) this.#calls.push(call);
    this.#latestOfIndex.set(part.index, call);
    const hadName = call.name !== '';
    call.name ||= part.function?.name ?? '';
    const args: unknown = part.function?.arguments;
    if (args !== undefined && args !== null) call.args += typeof args === 'string' ? args : JSON.stringify(args);
    call.extra ??= (part as { extra_content?: unknown }).extra_content;
    return !hadName && call.name !== '' ? call : undefined;
  }

  #find(part: CallDelta): PartialCall | undefined {
    if (part.id) return this.#calls.find((call) => call.id === part.id);
    const latest = part.index === undefined ? this.#calls.at(-1) : this.#latestOfIndex.get(part.index);
    // Without an id, a name after complete arguments is the next call, not more of this one.
    const isNext = latest !== undefined && Boolean(part.function?.name) && isCompleteObject(latest.args);
    return isNext ? undefined : latest;
  }

  finish(): ToolCall[] {
    return this.#calls
      .filter((call) => call.name !== '')
      .map((call) => ({ id: call.id, name: call.name, ...parseToolArgs(call.args) }));
  }

  replay(): { replay?: Record<string, unknown> } {
    const extras = this.#calls.flatMap((call) => (call.extra === undefined ? [] : [[call.id, call.extra] as const]));
    return extras.length > 0 ? { replay: Object.fromEntries(extras) } : {};
  }
}

function isCompleteObject(args: string): boolean {
  return args.trim() !== '' && parseToolArgs(args).argsError === undefined;
}

function toParams(model: string, request: ModelRequest, options: OpenAiOptions, rejected: Rejected): ChatParams {
  const maxTokens = request.maxTokens ?? options.maxTokens;
  const temperature = request.temperature ?? options.temperature;
  return {
    model,
    stream: true,
    messages: toMessages(model, request),
    ...(rejected.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(maxTokens ? { [rejected.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: maxTokens } : {}),
    ...(temperature === undefined || rejected.has('temperature') ? {} : { temperature }),
    ...(request.tools?.length
      ? {
          tools: request.tools.map((tool) => ({
            type: 'function',
            function: { name: tool.name, description: tool.description, parameters: toolParameters(tool) },
          })),
          ...(request.toolChoice === 'none' ? { tool_choice: 'none' } : {}),
        }
      : {}),
  };
}

function toMessages(model: string, request: ModelRequest): ChatMessage[] {
  const messages: ChatMessage[] = request.system ? [{ role: 'system', content: request.system }] : [];
  let users: Part[] = [];
  // Some chat templates insist on user and assistant taking turns, so that neighbours become one message.
  const flushUsers = (): void => {
    if (users.length > 0) messages.push({ role: 'user', content: userContent(users) });
    users = [];
  };
  for (const [index, message] of request.messages.entries()) {
    if (message.role === 'user') {
      users.push(...message.parts);
      continue;
    }
    if (message.role === 'assistant') {
      flushUsers();
      const assistant = assistantMessage(model, message);
      if (assistant) messages.push(assistant);
      continue;
    }
    messages.push({ role: 'tool', tool_call_id: message.callId, content: toolContent(message) });
    // Tool messages are text only and must stay together: their images follow the last of them as a user message.
    users.push(...message.parts.filter((part) => part.type === 'image'));
    if (request.messages[index + 1]?.role !== 'tool') flushUsers();
  }
  flushUsers();
  return messages;
}

function userContent(parts: Part[]): string | OpenAI.Chat.ChatCompletionContentPart[] {
  if (parts.every((part) => part.type === 'text')) return parts.map((part) => part.text).join('\n\n');
  return parts.map((part) =>
    part.type === 'text'
      ? { type: 'text', text: part.text }
      : { type: 'image_url', image_url: { url: imageUrl(part) } },
  );
}

function assistantMessage(
  model: string,
  message: Extract<ModelMessage, { role: 'assistant' }>,
): OpenAI.Chat.ChatCompletionAssistantMessageParam | undefined {
  if (message.calls.length === 0) return message.text ? { role: 'assistant', content: message.text } : undefined;
  const { replay } = message;
  const isOurs = replay?.engine === ENGINE && replay.model === model;
  const extras = isOurs ? (replay.data as Record<string, unknown>) : {};
  const calls = message.calls.map((call) => ({
    id: call.id,
    type: 'function' as const,
    function: { name: call.name, arguments: JSON.stringify(call.args) },
    ...(extras[call.id] === undefined ? {} : { extra_content: extras[call.id] }),
  }));
  return { role: 'assistant', content: message.text || null, tool_calls: calls };
}

function toolContent(message: Extract<ModelMessage, { role: 'tool' }>): string {
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : `[image ${part.mimeType}]`)).join('\n');
  return message.isError ? `Error: ${text}` : text;
}
