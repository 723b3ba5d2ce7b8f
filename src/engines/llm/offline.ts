// The built-in responder: an engine without key, network or model. Quotes the room, and can be scripted for tests and benchmarks.
import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  type LanguageModel,
  ModelError,
  type ModelErrorKind,
  type ModelEvent,
  type ModelRequest,
  type ToolCall,
} from './language-model.ts';
import { composeAnswer, composeSummary, composeTitle, questionOf } from './offline-answer.ts';
import { partsOf } from './offline-question.ts';
import { documentsIn } from './offline-table.ts';
import { parseToolArgs } from './tool-args.ts';

/** Everything but `delayMs` and `firstDelayMs` is a script: it replaces what the responder would say to people. */
export interface OfflineOptions {
  /** Pause per token; a person's reading pace by default. 0 streams as fast as the event loop allows. Fractions count. */
  delayMs?: number;
  /** Pause before the first token of an answer. */
  firstDelayMs?: number;
  /** Streams exactly this many tokens, each different, the same in every run. */
  tokens?: number;
  /** Streams this text. */
  text?: string;
  /** Streams nothing more after this many tokens until aborted. */
  stallAfter?: number;
  /** Fails after this many tokens, 0 before the first. */
  failAfter?: number;
  /** Default `cut_off`. */
  failKind?: ModelErrorKind;
  /** Calls this tool before it answers, offered or not. */
  callTool?: string;
  /** Arguments of that call, as text: need not be valid JSON. */
  toolArgs?: string;
  /** How many replies of a turn are that call before the words; default 1. */
  toolHops?: number;
  /** Whose messages are never quoted; default `ProjectWise`. */
  assistantName?: string;
}

const HUMAN_DELAY_MS = 25;
const SEARCH_TOOL = 'search_messages';
const DOCUMENT_TOOL = 'search_documents';
/** Without a delay, so many tokens are made before everything else gets its turn. */
const TOKENS_PER_SLICE = 8;
const FAIL_KINDS: readonly string[] = [
  'unreachable',
  'auth',
  'rate_limited',
  'bad_request',
  'context_too_long',
  'stalled',
  'cut_off',
  'aborted',
] satisfies ModelErrorKind[];

/** Reads `offline:?delayMs=0&tokens=400` and the like. @throws Error with a sentence that names the option */
export function parseOfflineUrl(url: string): OfflineOptions {
  const options: OfflineOptions = {};
  const query = url.slice(url.includes('?') ? url.indexOf('?') + 1 : url.length);
  for (const [name, value] of new URLSearchParams(query)) {
    switch (name) {
      case 'delayMs':
      case 'firstDelayMs':
        options[name] = numberOf(name, value);
        break;
      case 'tokens':
      case 'stallAfter':
      case 'failAfter':
      case 'toolHops':
        options[name] = numberOf(name, value);
        if (!Number.isInteger(options[name]))
          throw new Error(`offline: ${name} must be a whole number, not "${value}".`);
        break;
      case 'failKind':
        if (!FAIL_KINDS.includes(value)) throw new Error(`offline: failKind must be one of ${FAIL_KINDS.join(', ')}.`);
        options.failKind = value as ModelErrorKind;
        break;
      case 'callTool':
      case 'toolArgs':
      case 'text':
        options[name] = value;
        break;
      default:
        throw new Error(
          `offline: does not know "${name}"; it takes delayMs, firstDelayMs, tokens, text, stallAfter, failAfter, failKind, callTool, toolArgs and toolHops.`,
        );
    }
  }
  return options;
}

function numberOf(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new Error(`offline: ${name} must be a number from 0 on, not "${value}".`);
  }
  return number;
}

export function createOfflineModel(options: OfflineOptions = {}): LanguageModel {
  return {
    id: 'offline',
    model: 'offline',
    canJudge: false,
    acceptsImages: false,
    stream: (request, signal) => stream(options, request, signal),
    check: async () => ({ ok: true, detail: 'built-in responder, no language model' }),
  };
}

async function* stream(
  options: OfflineOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  throwIfAborted(signal);
  const { assistantName = 'ProjectWise' } = options;
  const purpose = request.purpose ?? 'answer';
  if (purpose !== 'answer') {
    yield* speak(await composeBackground(purpose, request, assistantName), {}, signal);
    return;
  }
  if (options.failAfter === 0) throw scriptedFailure(options, 0);
  await pause(options.firstDelayMs ?? 0, signal);
  const calls = nextCalls(options, request);
  if (calls.length > 0) {
    for (const { id, name } of calls) yield { type: 'call-start', id, name };
    yield { type: 'done', stop: 'tools', text: '', calls, usage: { inputTokens: 0, outputTokens: 0 } };
    return;
  }
  const tokens = options.tokens === undefined ? undefined : scriptedTokens(options.tokens);
  const text = options.text ?? (await composeAnswer(request, assistantName));
  throwIfAborted(signal);
  yield* speak(tokens ?? text, { delayMs: HUMAN_DELAY_MS, ...options }, signal);
}

async function composeBackground(
  purpose: ModelRequest['purpose'],
  request: ModelRequest,
  assistantName: string,
): Promise<string> {
  if (purpose === 'title') return composeTitle(request);
  if (purpose === 'summary') return await composeSummary(request, assistantName);
  return 'no';
}

/** The tool calls this reply consists of, if it does. */
function nextCalls(options: OfflineOptions, request: ModelRequest): ToolCall[] {
  if (request.toolChoice === 'none') return [];
  const lastUser = request.messages.findLastIndex((message) => message.role === 'user');
  const hop = request.messages.slice(lastUser + 1).filter((message) => message.role === 'assistant').length;
  const id = `offline-${request.messages.length}`;
  if (options.callTool !== undefined) {
    if (hop >= (options.toolHops ?? 1)) return [];
    return [{ id, name: options.callTool, ...parseToolArgs(options.toolArgs ?? '') }];
  }
  const isScripted = options.text !== undefined || options.tokens !== undefined;
  const { query, text } = questionOf(request);
  if (isScripted || hop > 0 || query.length === 0) return [];
  const offered = new Set(request.tools?.map((tool) => tool.name));
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  if (offered.has(SEARCH_TOOL)) calls.push({ name: SEARCH_TOOL, args: { query: query.join(' ') } });
  if (offered.has(DOCUMENT_TOOL)) {
    for (const searched of worthSearching(text, request))
      calls.push({ name: DOCUMENT_TOOL, args: { query: searched } });
  }
  return calls.map((call, index) => ({ id: index === 0 ? id : `${id}-${index}`, ...call }));
}

/** The question itself was searched before; what asks for two things is searched for each, and once more what could not be searched. */
function worthSearching(question: string, { messages }: ModelRequest): string[] {
  const given = documentsIn(messages);
  if (!given) return [];
  const parts = partsOf(question);
  if (parts.length > 1) return parts;
  return given.problem ? [question] : [];
}

async function* speak(
  said: string | string[],
  script: Pick<OfflineOptions, 'delayMs' | 'stallAfter' | 'failAfter' | 'failKind'>,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const tokens = typeof said === 'string' ? splitTokens(said) : said;
  const delayMs = script.delayMs ?? 0;
  const startedAt = performance.now();
  for (const [index, token] of tokens.entries()) {
    await failOrStall(script, index, signal);
    // Paced by the clock, not by adding pauses: timers are late by a millisecond each.
    const waitMs = index === 0 ? 0 : startedAt + index * delayMs - performance.now();
    if (delayMs > 0 && waitMs > 0) await pause(waitMs, signal);
    else if (index % TOKENS_PER_SLICE === 0) await setImmediate();
    throwIfAborted(signal);
    yield { type: 'text', delta: token };
  }
  await failOrStall(script, tokens.length, signal);
  throwIfAborted(signal);
  const usage = { inputTokens: 0, outputTokens: tokens.length };
  yield { type: 'done', stop: 'end', text: tokens.join(''), calls: [], usage };
}

async function failOrStall(script: OfflineOptions, index: number, signal: AbortSignal): Promise<void> {
  if (script.failAfter === index) throw scriptedFailure(script, index);
  if (script.stallAfter !== index) return;
  throwIfAborted(signal);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throwIfAborted(signal);
}

function scriptedFailure(script: OfflineOptions, index: number): ModelError {
  const kind = script.failKind ?? 'cut_off';
  return new ModelError(kind, `The built-in responder was told to fail with ${kind} after ${index} tokens.`, {
    retryable: index === 0,
    ...(kind === 'stalled' ? { seconds: 60 } : {}),
  });
}

const TOKEN_STEMS = [
  'te',
  'nder',
  'a',
  'harga',
  'kerja',
  'di',
  'jadwal',
  'un',
  'dokumen',
  'to',
  'syarat',
  'b',
  'vendor',
];

function scriptedTokens(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const token = `${TOKEN_STEMS[index % TOKEN_STEMS.length]}${index + 1}`;
    return index === 0 ? token : ` ${token}`;
  });
}

/** Words with the white space before them, long runs in pieces; concatenated they are the text. */
function splitTokens(text: string): string[] {
  return text.match(/\s*\S{1,32}|\s+$/gu) ?? [];
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ModelError('aborted', 'The reply was aborted.');
}

/** Ends early when aborted; a pause that has already passed is none. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0) return;
  await setTimeout(delayMs, undefined, { signal }).catch(() => undefined);
  throwIfAborted(signal);
}
