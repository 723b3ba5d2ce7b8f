// OpenAI itself, over its Responses API: current models refuse function tools on chat.completions.
import type { OpenAI } from 'openai';
import type { LanguageModel, ModelEvent, ModelMessage, ModelRequest, Part, ToolCall, Usage } from './language-model.ts';
import { ModelError } from './language-model.ts';
import {
  checkServer,
  createOpenAiClient,
  createWithout,
  imageUrl,
  type OpenAiOptions,
  readStream,
  toolParameters,
  translateError,
} from './openai-shared.ts';
import { parseToolArgs } from './tool-args.ts';

type ResponseParams = OpenAI.Responses.ResponseCreateParamsStreaming;
type InputItem = OpenAI.Responses.ResponseInputItem;
type OutputItem = OpenAI.Responses.ResponseOutputItem;
type StreamEvent = OpenAI.Responses.ResponseStreamEvent;
type FinalResponse = OpenAI.Responses.Response;
type InputContent = OpenAI.Responses.ResponseInputText | OpenAI.Responses.ResponseInputImage;

const ENGINE = 'openai-responses';
/** Reasoning models refuse a temperature, others refuse encrypted reasoning. */
const OPTIONAL = { temperature: /temperature/, include: /\binclude\b|encrypted content/i };
type Rejected = Set<keyof typeof OPTIONAL>;

/** Nothing is stored at the provider: what a tool round needs back travels with the messages (`replay`). */
export async function createOpenAiResponsesModel(options: OpenAiOptions & { model: string }): Promise<LanguageModel> {
  const client = await createOpenAiClient(options);
  const rejected: Rejected = new Set();
  return {
    id: ENGINE,
    model: options.model,
    canJudge: true,
    acceptsImages: true,
    stream: (request, signal) => stream(client, options, rejected, request, signal),
    check: () => checkServer(client, options),
  };
}

async function* stream(
  client: OpenAI,
  options: OpenAiOptions & { model: string },
  rejected: Rejected,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const progress = { visible: false };
  const open = (upstream: AbortSignal) =>
    createWithout(rejected, OPTIONAL, () =>
      client.responses.create(toParams(request, options, rejected), { signal: upstream }),
    );
  let text = '';
  let final: FinalResponse | undefined;
  const items: OutputItem[] = [];
  try {
    for await (const event of readStream<StreamEvent>(open, { options, signal, progress })) {
      const visible = visibleEventOf(event);
      if (visible) {
        progress.visible = true;
        if (visible.type === 'text') text += visible.delta;
        yield visible;
      }
      if (event.type === 'response.output_item.done') items[event.output_index] = event.item;
      if (event.type === 'response.completed' || event.type === 'response.incomplete') final = event.response;
      if (event.type === 'response.failed') throw failureOf(event.response, options, progress.visible);
    }
  } catch (error) {
    // Whatever happens to the connection after the end marker takes nothing from the answer.
    const isComplete = final !== undefined && error instanceof ModelError && error.kind !== 'aborted';
    if (!isComplete) throw error;
  }
  if (!final) {
    const retryable = !progress.visible;
    throw new ModelError('cut_off', 'The stream of the model server ended without its end marker.', { retryable });
  }
  const output = items.length > 0 ? items.filter(Boolean) : (final.output ?? []);
  const calls = output.flatMap(callOf);
  const usage = usageOf(final);
  yield {
    type: 'done',
    stop: stopOf(final, output, calls),
    text,
    calls,
    ...(usage ? { usage } : {}),
    replay: replayOf(output),
  };
}

function visibleEventOf(event: StreamEvent): (ModelEvent & { type: 'text' | 'thinking' | 'call-start' }) | undefined {
  switch (event.type) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      return event.delta === '' ? undefined : { type: 'text', delta: event.delta };
    case 'response.reasoning_summary_text.delta':
    case 'response.reasoning_text.delta':
      return { type: 'thinking', delta: event.delta };
    case 'response.output_item.added':
      if (event.item.type !== 'function_call') return undefined;
      return { type: 'call-start', id: event.item.call_id, name: event.item.name };
    default:
      return undefined;
  }
}

function callOf(item: OutputItem): ToolCall[] {
  if (item.type !== 'function_call') return [];
  return [{ id: item.call_id, name: item.name, ...parseToolArgs(item.arguments) }];
}

function stopOf(final: FinalResponse, output: OutputItem[], calls: ToolCall[]) {
  if (calls.length > 0) return 'tools';
  const reason = final.incomplete_details?.reason;
  if (reason === 'max_output_tokens') return 'length';
  const isRefused = output.some(
    (item) => item.type === 'message' && item.content.some((part) => part.type === 'refusal'),
  );
  if (reason === 'content_filter' || isRefused) return 'refusal';
  return reason ? 'other' : 'end';
}

function usageOf(final: FinalResponse): Usage | undefined {
  if (!final.usage) return undefined;
  const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = final.usage;
  const cached = final.usage.input_tokens_details?.cached_tokens;
  return { inputTokens, outputTokens, ...(cached ? { cachedTokens: cached } : {}) };
}

/** All output items in order, as input: reasoning only with its content, for nothing of it is stored at the provider. */
function replayOf(output: OutputItem[]): unknown[] {
  return output
    .filter((item) => item.type !== 'reasoning' || Boolean(item.encrypted_content))
    .map((item) => {
      const { status: _, ...rest } = item as OutputItem & { status?: unknown };
      return rest;
    });
}

function failureOf(response: FinalResponse, options: OpenAiOptions, visible: boolean): ModelError {
  const { code, message } = response.error ?? { code: 'server_error', message: 'no reason given' };
  const error = Object.assign(new Error(message), { code });
  const origin = new URL(options.baseUrl).origin;
  return translateError(error, { origin, apiKey: options.apiKey, started: visible, retryable: !visible });
}

function toParams(
  request: ModelRequest,
  options: OpenAiOptions & { model: string },
  rejected: Rejected,
): ResponseParams {
  const maxTokens = request.maxTokens ?? options.maxTokens;
  const temperature = request.temperature ?? options.temperature;
  return {
    model: options.model,
    stream: true,
    store: false,
    input: request.messages.flatMap((message) => toInput(options.model, message)),
    ...(rejected.has('include') ? {} : { include: ['reasoning.encrypted_content'] }),
    ...(request.system ? { instructions: request.system } : {}),
    ...(maxTokens ? { max_output_tokens: maxTokens } : {}),
    ...(temperature === undefined || rejected.has('temperature') ? {} : { temperature }),
    ...(request.tools?.length
      ? {
          tools: request.tools.map((tool) => ({
            type: 'function',
            name: tool.name,
            description: tool.description,
            parameters: toolParameters(tool),
            // Strict is tried when left out, and foreign schemas rarely qualify.
            strict: false,
          })),
          ...(request.toolChoice === 'none' ? { tool_choice: 'none' } : {}),
        }
      : {}),
  };
}

function toInput(model: string, message: ModelMessage): InputItem[] {
  if (message.role === 'user') return [{ role: 'user', content: message.parts.map(toContent) }];
  if (message.role === 'tool') {
    return [{ type: 'function_call_output', call_id: message.callId, output: toOutput(message) }];
  }
  const { replay } = message;
  if (replay?.engine === ENGINE && replay.model === model) return replay.data as InputItem[];
  const said: InputItem[] = message.text ? [{ role: 'assistant', content: message.text }] : [];
  const calls = message.calls.map(
    (call): InputItem => ({
      type: 'function_call',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.args),
    }),
  );
  return [...said, ...calls];
}

const toContent = (part: Part): InputContent =>
  part.type === 'text'
    ? { type: 'input_text', text: part.text }
    : { type: 'input_image', detail: 'auto', image_url: imageUrl(part) };

function toOutput(message: Extract<ModelMessage, { role: 'tool' }>): string | InputContent[] {
  if (message.parts.some((part) => part.type === 'image')) return message.parts.map(toContent);
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return message.isError ? `Error: ${text}` : text;
}
