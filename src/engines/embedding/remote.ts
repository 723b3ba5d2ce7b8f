// An embedding model on a server that speaks OpenAI's protocol: batched, bounded, retried, and left alone for a while when it fails.
import { AppError } from '../../lib/errors.ts';
import { createBreaker } from './breaker.ts';
import type { Embedder, EmbeddingPurpose } from './embedder.ts';
import { instructionFor } from './model-instructions.ts';
import { createQuestionMemory } from './question-memory.ts';
import { type RemoteSettings, RequestRefused, requestVectors } from './remote-request.ts';

export interface RemoteEmbedderOptions extends Omit<RemoteSettings, 'encoding'> {
  /** Texts of one request. */
  batchTexts: number;
  /** Requests at the same time. */
  parallel: number;
  former?: Embedder;
}

/** Of one request, so that its answer is parsed within a few milliseconds. */
const BATCH_UNITS = 60_000;
/** What a model may refuse as too long is halved down to this. */
const SHORTEST_HALVED_UNITS = 200;
const QUESTION_TIMEOUT_MS = 5_000;
/** A trained model knows meaning: its opinion counts like the keywords'. */
const WEIGHT = 1;

export function createRemoteEmbedder(options: RemoteEmbedderOptions): Embedder {
  const { model, dimensions: wanted } = options;
  // A request that is too large says nothing against the server.
  const breaker = createBreaker((error) => !(error instanceof RequestRefused && error.mayBeTooLarge));
  const gate = createGate(options.parallel);
  /** Some servers take fewer texts at once than we would send. */
  let batchTexts = options.batchTexts;
  let dimensions = wanted ?? 0;
  let encoding: RemoteSettings['encoding'] = 'base64';

  async function request(texts: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<Float32Array[]> {
    try {
      return await breaker.run(() => requestVectors({ ...options, timeoutMs, encoding }, texts, signal));
    } catch (error) {
      if (encoding === 'float' || !(error instanceof RequestRefused) || !/encoding/i.test(error.message)) throw error;
      encoding = 'float';
      return await request(texts, timeoutMs, signal);
    }
  }

  async function ask(texts: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors = await request(texts, timeoutMs, signal);
    for (const vector of vectors) {
      dimensions ||= vector.length;
      if (vector.length === dimensions) continue;
      const expected = wanted === undefined ? `${dimensions} before` : `EMBED_DIM asks for ${wanted}`;
      throw breaker.failed(
        new AppError('unavailable', `The model ${model} gives vectors of ${vector.length} numbers, but ${expected}.`, {
          reason: 'embedding_unavailable',
        }),
      );
    }
    return vectors;
  }

  /** Halves what the server refuses: first the batch, then the one text that is too long for the model. */
  async function askInParts(
    texts: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]> {
    try {
      return await ask(texts, timeoutMs, signal);
    } catch (error) {
      if (!(error instanceof RequestRefused) || !error.mayBeTooLarge) throw error;
      const halves = texts.length > 1 ? halvesOf(texts) : halfOf(texts[0]!);
      if (!halves) throw error;
      if (texts.length > 1) batchTexts = Math.min(batchTexts, halves[0]!.length);
      const vectors: Float32Array[] = [];
      for (const half of halves) vectors.push(...(await askInParts(half, timeoutMs, signal)));
      return vectors;
    }
  }

  const instructed = (text: string, purpose: EmbeddingPurpose): string =>
    // Servers refuse texts without words.
    `${instructionFor(model, purpose)}${text.trim() === '' ? '-' : text}`;

  async function embedPassages(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const ready = texts.map((text) => instructed(text, 'passage'));
    const batches = inBatches(ready, batchTexts, BATCH_UNITS);
    const parts = await Promise.all(
      batches.map((batch) =>
        gate(async () => {
          signal?.throwIfAborted();
          return await askInParts(batch, options.timeoutMs, signal);
        }),
      ),
    );
    return parts.flat();
  }

  // Not through the gate: who asks does not wait for a document that is being indexed.
  const questionTimeoutMs = Math.min(options.timeoutMs, QUESTION_TIMEOUT_MS);
  const questions = createQuestionMemory(async (text) => {
    const [vector] = await askInParts([instructed(text, 'question')], questionTimeoutMs);
    return vector!;
  });
  return {
    engine: 'remote',
    model,
    space: wanted === undefined ? model : `${model}@${wanted}`,
    get dimensions() {
      return dimensions;
    },
    weight: WEIGHT,
    leastSimilarity: 0,
    async embed(texts, purpose, signal) {
      signal?.throwIfAborted();
      if (purpose === 'passage') return await embedPassages(texts, signal);
      // Who no longer waits leaves the answer to whoever asks the same next.
      return await untilAborted(Promise.all(texts.map((text) => questions.get(text))), signal);
    },
    health: () => breaker.health(),
    ...(options.former ? { former: options.former } : {}),
  };
}

const halvesOf = (texts: readonly string[]): (readonly string[])[] => {
  const half = Math.ceil(texts.length / 2);
  return [texts.slice(0, half), texts.slice(half)];
};

/** What stands first tells most of what a passage is about. */
const halfOf = (text: string): string[][] | undefined =>
  text.length < 2 * SHORTEST_HALVED_UNITS ? undefined : [[text.slice(0, Math.ceil(text.length / 2)).toWellFormed()]];

function inBatches(texts: readonly string[], most: number, mostUnits: number): string[][] {
  const batches: string[][] = [];
  let units = 0;
  for (const text of texts) {
    const last = batches.at(-1);
    if (last && last.length < most && units + text.length <= mostUnits) last.push(text);
    else {
      batches.push([text]);
      units = 0;
    }
    units += text.length;
  }
  return batches;
}

/** At most `most` at a time, the others in the order they came. */
function createGate(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
