// What both OpenAI protocols share: the client, one guarded stream (watchdog, retries, abort), errors in our words.
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIError, OpenAI } from 'openai';
import { ModelError, type ModelErrorKind, type ToolSpec } from './language-model.ts';

export interface OpenAiOptions {
  /** With its version path, e.g. `http://127.0.0.1:11434/v1`. */
  baseUrl: string;
  /** Servers of one's own usually want none. */
  apiKey?: string | undefined;
  model?: string | undefined;
  /** Unless the request says otherwise. */
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  /** Longest silence before the first event (retries included) and between two events. */
  timeoutMs: number;
  /** Pause before the first retry; doubles. */
  retryBaseMs?: number | undefined;
}

const MAX_RETRIES = 2;
const RETRY_BASE_MS = 500;
/** A server that asks for more patience than this is reported instead. */
const MAX_RETRY_AFTER_MS = 10_000;
const CHECK_TIMEOUT_MS = 3_000;
const MAX_DETAIL_UNITS = 300;

export async function createOpenAiClient(options: OpenAiOptions): Promise<OpenAI> {
  // Loaded here: a start without this engine does not pay for it.
  const { default: Client } = await import('openai');
  return new Client({
    baseURL: options.baseUrl,
    apiKey: options.apiKey || 'none',
    // Everything the SDK would otherwise take from the environment; only the configuration reads that.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    // Retries and timeouts are ours: one watchdog bounds both.
    maxRetries: 0,
    timeout: options.timeoutMs + 5_000,
  });
}

export interface GuardedStream {
  options: OpenAiOptions;
  signal: AbortSignal;
  /** Set by the engine once it has yielded something: from then on the request may not be sent again. */
  progress: { visible: boolean };
}

/**
 * Opens a stream and yields its events. Before the first event it tries up to three times, all within `timeoutMs`;
 * after it never. Whatever ends it early, the connection is closed.
 * @throws ModelError
 */
export async function* readStream<Event>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
  guard: GuardedStream,
): AsyncGenerator<Event> {
  const upstream = new AbortController();
  const state: StreamState = { guard, started: false, stalled: false };
  const abort = (): void => upstream.abort();
  guard.signal.addEventListener('abort', abort, { once: true });
  const watchdog = createWatchdog(guard.options.timeoutMs, () => {
    state.stalled = true;
    upstream.abort();
  });
  try {
    if (guard.signal.aborted) throw new ModelError('aborted', 'The reply was aborted.');
    watchdog.arm();
    const { iterator, first } = await openWithRetries(open, state, upstream.signal);
    state.started = true;
    for (let next = first; !next.done; ) {
      // Silence is measured while we wait for the server, not while our reader is busy.
      watchdog.disarm();
      yield next.value;
      watchdog.arm();
      next = await iterator.next();
    }
    // The SDK ends quietly when its request was aborted.
    if (upstream.signal.aborted) throw new Error('aborted');
  } catch (error) {
    throw toModelError(error, state);
  } finally {
    watchdog.disarm();
    guard.signal.removeEventListener('abort', abort);
    upstream.abort();
  }
}

interface StreamState {
  guard: GuardedStream;
  started: boolean;
  stalled: boolean;
}

async function openWithRetries<Event>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
  state: StreamState,
  upstream: AbortSignal,
): Promise<{ iterator: AsyncIterator<Event>; first: IteratorResult<Event> }> {
  const { options, signal } = state.guard;
  const giveUpAt = performance.now() + options.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    try {
      const iterator = (await open(upstream))[Symbol.asyncIterator]();
      const first = await iterator.next();
      if (!first.done) return { iterator, first };
      throw new ModelError('unreachable', 'The model server closed the stream before it said anything.', {
        retryable: true,
      });
    } catch (error) {
      const failure = toModelError(error, state);
      const isTransient = failure.retryable && (failure.kind === 'unreachable' || failure.kind === 'rate_limited');
      const waitMs = retryDelayMs(error, attempt, options.retryBaseMs ?? RETRY_BASE_MS);
      const isTooLong = waitMs === undefined || performance.now() + waitMs >= giveUpAt;
      if (attempt >= MAX_RETRIES || !isTransient || isTooLong) throw failure;
      await sleep(waitMs, undefined, { signal: upstream }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}

/** @returns milliseconds, or undefined when the server asks for more than is worth waiting for */
function retryDelayMs(error: unknown, attempt: number, baseMs: number): number | undefined {
  const header = headersOf(error)?.get('retry-after');
  if (header) {
    const seconds = Number(header);
    const askedMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
    if (askedMs > MAX_RETRY_AFTER_MS) return undefined;
    if (askedMs >= 0) return askedMs;
  }
  return baseMs * 2 ** attempt * (0.5 + Math.random() / 2);
}

function createWatchdog(timeoutMs: number, onTimeout: () => void): { arm(): void; disarm(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    arm() {
      timer = setTimeout(onTimeout, timeoutMs);
    },
    disarm() {
      clearTimeout(timer);
    },
  };
}

function toModelError(error: unknown, state: StreamState): ModelError {
  const { options, signal, progress } = state.guard;
  if (signal.aborted) return new ModelError('aborted', 'The reply was aborted.', { cause: error });
  const retryable = !progress.visible;
  if (state.stalled) {
    const seconds = Math.round(options.timeoutMs / 100) / 10;
    return new ModelError('stalled', `Nothing came from the model server for ${seconds} s.`, { retryable, seconds });
  }
  if (error instanceof ModelError) return error;
  return translateError(error, {
    origin: new URL(options.baseUrl).origin,
    apiKey: options.apiKey,
    ...state,
    retryable,
  });
}

/** An error of the SDK, in our words. The key never stands in a message. @param context.started whether events had come */
export function translateError(
  error: unknown,
  context: { origin: string; apiKey: string | undefined; started: boolean; retryable: boolean },
): ModelError {
  const { origin, retryable } = context;
  const api = error as Partial<APIError>;
  const status = typeof api?.status === 'number' ? api.status : undefined;
  const detail = describe(error, context.apiKey);
  const fail = (kind: ModelErrorKind, message: string, again: boolean): ModelError =>
    new ModelError(kind, message, { retryable: again && retryable, ...(status ? { status } : {}), cause: error });
  const hints = `${api?.code ?? ''} ${api?.type ?? ''} ${api?.message ?? ''}`;

  if (status === 401 || status === 403) {
    return fail('auth', `The model server at ${origin} refused the key (${status}).`, false);
  }
  if (status === 413 || ((status ?? 400) < 500 && isContextTooLong(hints))) {
    return fail('context_too_long', `The prompt is too long for the model: ${detail}`, false);
  }
  if (status === 429 || (status === undefined && /rate.?limit|insufficient_quota/i.test(hints))) {
    // An empty account does not fill up by asking again.
    return fail('rate_limited', `The model server limits requests: ${detail}`, !/insufficient_quota/.test(hints));
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 409) {
    return fail('bad_request', `The model server refused the request: ${detail}`, false);
  }
  if (status !== undefined) return fail('unreachable', `The model server at ${origin} failed: ${detail}`, true);
  if (context.started) return fail('cut_off', `The stream of the model server ended too early: ${detail}`, true);
  return fail('unreachable', `The model server at ${origin} does not answer: ${detail}`, true);
}

const isContextTooLong = (text: string): boolean =>
  /context_length_exceeded|context.?(length|window|size)|maximum.{0,20}tokens|too many tokens|prompt is too long/i.test(
    text,
  );

function describe(error: unknown, apiKey: string | undefined): string {
  let message = error instanceof Error ? error.message : String(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) message = code;
  }
  if (apiKey) message = message.replaceAll(apiKey, '…');
  return message.slice(0, MAX_DETAIL_UNITS);
}

function headersOf(error: unknown): Headers | undefined {
  const headers = (error as { headers?: unknown } | undefined)?.headers;
  return headers instanceof Headers ? headers : undefined;
}

/**
 * Sends a request again without a parameter that the server does not know, and remembers which one it was.
 * @param optional what may be left out, each with how a refusal speaks of it; `create` must heed `rejected`
 */
export async function createWithout<Name extends string, Result>(
  rejected: Set<Name>,
  optional: Readonly<Partial<Record<Name, RegExp>>>,
  create: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await create();
    } catch (error) {
      const { status, param, message } = error as Partial<APIError>;
      const isRefusal = status === 400 || status === 422;
      const names = Object.keys(optional) as Name[];
      const named = names.find(
        (name) => !rejected.has(name) && optional[name]?.test(`${param ?? ''} ${message ?? ''}`),
      );
      if (!isRefusal || !named) throw error;
      rejected.add(named);
    }
  }
}

type Schema = Record<string, unknown>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Schemas go through unchanged but for what providers insist on: an object with properties, no `$schema`, and no choice between
 * several objects. Of such a choice all properties are named, and those demanded that every one demands.
 */
export function toolParameters(tool: ToolSpec): Schema {
  const { $schema: _, anyOf, oneOf, allOf, not: _not, enum: _enum, ...schema } = tool.inputSchema;
  const together = [allOf].flat().filter(isSchema);
  const choices = [anyOf, oneOf].flat().filter(isSchema);
  const parts = [schema, ...together, ...choices];
  const properties = Object.assign({}, ...parts.map((part) => (isSchema(part.properties) ? part.properties : {})));
  const required = new Set([schema, ...together].flatMap(requiredOf));
  for (const name of requiredOf(choices[0]))
    if (choices.every((part) => requiredOf(part).includes(name))) required.add(name);
  return { ...schema, properties, ...(required.size > 0 ? { required: [...required] } : {}), type: 'object' };
}

const requiredOf = (schema: Schema | undefined): string[] =>
  Array.isArray(schema?.required) ? schema.required.filter((name) => typeof name === 'string') : [];

export const imageUrl = (image: { mimeType: string; data: string }): string =>
  `data:${image.mimeType};base64,${image.data}`;

/** The names of the models a server offers. @throws what the SDK throws */
export async function listModels(client: OpenAI, timeoutMs = CHECK_TIMEOUT_MS): Promise<string[]> {
  const page = await client.models.list({ timeout: timeoutMs });
  return (page.data ?? []).map((model) => model.id);
}

export async function checkServer(client: OpenAI, options: OpenAiOptions): Promise<{ ok: boolean; detail?: string }> {
  try {
    await listModels(client);
    return { ok: true };
  } catch (error) {
    const origin = new URL(options.baseUrl).origin;
    const failure = translateError(error, { origin, apiKey: options.apiKey, started: false, retryable: true });
    // A server that refuses to list its models is there all the same.
    if (failure.kind === 'bad_request' || failure.kind === 'rate_limited') return { ok: true };
    return { ok: false, detail: failure.message };
  }
}
