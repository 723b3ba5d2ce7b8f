// One request to an /embeddings endpoint with its retries, and its answer as vectors of length 1.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';

export interface RemoteSettings {
  /** With its version path, e.g. `http://127.0.0.1:11434/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  model: string;
  /** Asked of the server; undefined leaves it to the model. */
  dimensions?: number | undefined;
  /** How vectors are sent: numbers as text cost the event loop ten times as much to read. */
  encoding: 'base64' | 'float';
  /** Of one request, with its retries. */
  timeoutMs: number;
  /** Pause before the first retry; doubles. */
  retryBaseMs?: number | undefined;
}

/** The server is there and says no. */
export class RequestRefused extends AppError {
  readonly mayBeTooLarge: boolean;

  constructor(message: string, mayBeTooLarge: boolean) {
    super('unavailable', message, { reason: 'embedding_unavailable' });
    this.name = 'RequestRefused';
    this.mayBeTooLarge = mayBeTooLarge;
  }
}

const RETRIES = 2;
const RETRY_BASE_MS = 300;
const MAX_RETRY_AFTER_MS = 10_000;
const MAX_DETAIL_UNITS = 200;
/** What an answer may weigh for each text: far more than the longest vectors as JSON. */
const ANSWER_BYTES_PER_TEXT = 512 * 1024;

/** @throws RequestRefused, AppError unavailable, or what `signal` was aborted with */
export async function requestVectors(
  settings: RemoteSettings,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const deadline = AbortSignal.timeout(settings.timeoutMs);
  const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(settings, texts, both);
    } catch (error) {
      signal?.throwIfAborted();
      const failure = deadline.aborted ? late(settings) : toAppError(settings, error);
      const waitMs = waitBefore(attempt, failure, settings.retryBaseMs ?? RETRY_BASE_MS);
      if (deadline.aborted || waitMs === undefined) throw failure;
      // A pause that is cut short ends in the next attempt, which finds out why.
      await sleep(waitMs, undefined, { signal: both }).catch(() => undefined);
    }
  }
}

class TryAgain extends AppError {}

function waitBefore(attempt: number, failure: AppError, baseMs: number): number | undefined {
  if (!(failure instanceof TryAgain) || attempt >= RETRIES) return undefined;
  const asked = failure.details?.retryAfterMs;
  if (asked !== undefined) return asked <= MAX_RETRY_AFTER_MS ? asked : undefined;
  return baseMs * 2 ** attempt * (0.75 + Math.random() / 2);
}

async function send(settings: RemoteSettings, texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
  const { baseUrl, apiKey, model, dimensions, encoding } = settings;
  const response = await fetch(`${baseUrl}/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
    body: JSON.stringify({ model, input: texts, encoding_format: encoding, ...(dimensions ? { dimensions } : {}) }),
    // A key must not travel to wherever a server points.
    redirect: 'error',
    signal,
  });
  if (!response.ok) throw await refusal(settings, response, texts.length);
  return readVectors(await readJson(response, texts.length * ANSWER_BYTES_PER_TEXT), texts.length);
}

async function refusal(settings: RemoteSettings, response: Response, texts: number): Promise<AppError> {
  const { status } = response;
  const said = clean(settings, (await readText(response, 64 * 1024).catch(() => '')) || response.statusText);
  const origin = new URL(settings.baseUrl).origin;
  if (status === 401 || status === 403) {
    return unavailable(`The embedding server at ${origin} refused the key (${status}).`);
  }
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new TryAgain('unavailable', `The embedding server at ${origin} answered ${status}: ${said}`, {
      reason: 'embedding_unavailable',
      ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}),
    });
  }
  const mayBeTooLarge = status === 413 || ((status === 400 || status === 422) && (texts > 1 || isTooLong(said)));
  return new RequestRefused(
    `The embedding server at ${origin} refused the request (${status}): ${said}`,
    mayBeTooLarge,
  );
}

/** Whatever it says of one text, but that a parameter or the model is wrong. */
const isTooLong = (said: string): boolean => /too (long|many|large)|maximum|context|tokens|length|exceed/i.test(said);

async function readText(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw unavailable('The embedding server sent more than vectors.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function readJson(response: Response, mostBytes: number): Promise<unknown> {
  const text = await readText(response, mostBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw unavailable('The embedding server answered with something else than JSON.');
  }
}

function readVectors(answer: unknown, count: number): Float32Array[] {
  const { data } = (answer ?? {}) as { data?: unknown };
  if (!Array.isArray(data) || data.length !== count) {
    throw unavailable(
      `The embedding server sent ${Array.isArray(data) ? data.length : 'no'} vectors for ${count} texts.`,
    );
  }
  const vectors: Float32Array[] = new Array(count);
  for (const [at, item] of data.entries()) {
    const { index = at, embedding } = (item ?? {}) as { index?: number; embedding?: unknown };
    if (!Number.isInteger(index) || index < 0 || index >= count || vectors[index]) {
      throw unavailable('The embedding server numbered its vectors wrongly.');
    }
    vectors[index] = toUnitVector(embedding);
  }
  return vectors;
}

function toUnitVector(embedding: unknown): Float32Array {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : fromNumbers(embedding);
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (vector.length === 0 || !Number.isFinite(squares) || squares === 0) {
    throw unavailable('The embedding server sent something that is no vector.');
  }
  const length = Math.sqrt(squares);
  for (let at = 0; at < vector.length; at++) vector[at]! /= length;
  return vector;
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const vector = new Float32Array(Math.floor(bytes.byteLength / 4));
  for (let at = 0; at < vector.length; at++) vector[at] = bytes.readFloatLE(at * 4);
  return vector;
}

const fromNumbers = (embedding: unknown): Float32Array =>
  Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')
    ? Float32Array.from(embedding)
    : new Float32Array(0);

function toAppError(settings: RemoteSettings, error: unknown): AppError {
  if (error instanceof AppError) return error;
  let why = error instanceof Error ? error.message : String(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') why = code;
  }
  const message = `The embedding server at ${new URL(settings.baseUrl).origin} does not answer: ${clean(settings, why)}`;
  return new TryAgain('unavailable', message, { reason: 'embedding_unavailable' }, { cause: error });
}

const late = ({ baseUrl, timeoutMs }: RemoteSettings): AppError =>
  unavailable(`The embedding server at ${new URL(baseUrl).origin} took longer than ${timeoutMs} ms.`);

const unavailable = (message: string): AppError =>
  new AppError('unavailable', message, { reason: 'embedding_unavailable' });

/** Errors of servers may repeat the key. */
const clean = ({ apiKey }: RemoteSettings, text: string): string =>
  (apiKey ? text.replaceAll(apiKey, '…') : text).slice(0, MAX_DETAIL_UNITS);
