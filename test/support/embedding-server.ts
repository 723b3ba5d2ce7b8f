// A server of embeddings that speaks OpenAI's protocol: vectors are hashes of the texts, so that nearness means something.
import { HASH_DIMENSIONS, hashTexts } from '../../src/engines/embedding/hash-texts.ts';
import { type RawReply, type RawRequest, startRawSseServer } from './raw-sse-server.ts';

export interface EmbeddingServer {
  /** With its version path. */
  url: string;
  requests: RawRequest[];
  /** Texts of all requests, in the order they came. */
  texts(): string[];
  /** How many requests were open at the same time, at most. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

export interface EmbeddingServerOptions {
  apiKey?: string;
  /** Texts of one request; more are refused. */
  mostTexts?: number;
  /** Units of one text; longer ones are refused. */
  mostUnits?: number;
  knowsBase64?: boolean;
  dimensions?: number;
  /** Answers in another order than asked. */
  shuffles?: boolean;
  /** Called before an answer; returns true when it answered itself. */
  before?: (request: RawRequest, reply: RawReply, count: number) => boolean | Promise<boolean>;
}

export async function startEmbeddingServer(options: EmbeddingServerOptions = {}): Promise<EmbeddingServer> {
  let open = 0;
  let most = 0;
  const server = await startRawSseServer(async (request, reply, count) => {
    open += 1;
    most = Math.max(most, open);
    try {
      if (!(await options.before?.(request, reply, count))) answer(options, request, reply);
    } finally {
      open -= 1;
    }
  });
  return {
    url: `${server.url}/v1`,
    requests: server.requests,
    texts: () => server.requests.flatMap(({ body }) => body.input),
    mostAtOnce: () => most,
    close: server.close,
  };
}

function answer(options: EmbeddingServerOptions, request: RawRequest, reply: RawReply): void {
  const refusal = refusalOf(options, request);
  if (refusal) {
    reply.json(refusal[0], { error: { message: refusal[1] } });
    return;
  }
  const { body } = request;
  const texts: string[] = body.input;
  const data = texts.map((text, index) => {
    const vector = hashTexts([text]).slice(0, options.dimensions ?? body.dimensions ?? HASH_DIMENSIONS);
    // Not of length 1, as some servers send them.
    const values = [...vector].map((value, at) => (at === 0 && vector.every((one) => one === 0) ? 1 : value * 3));
    const asBase64 = () => Buffer.from(Float32Array.from(values).buffer).toString('base64');
    return { object: 'embedding', index, embedding: body.encoding_format === 'base64' ? asBase64() : values };
  });
  if (options.shuffles) data.reverse();
  reply.json(200, { object: 'list', model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } });
}

function refusalOf(
  { apiKey, mostTexts = 2_048, mostUnits = 100_000, knowsBase64 = true }: EmbeddingServerOptions,
  { path, headers, body }: RawRequest,
): [number, string] | undefined {
  if (path !== '/v1/embeddings') return [404, 'no such path'];
  if (apiKey && headers.authorization !== `Bearer ${apiKey}`) {
    return [401, `Incorrect API key provided: ${headers.authorization}`];
  }
  const texts: string[] = body.input;
  if (texts.some((text) => text.trim() === '')) return [400, 'input cannot be an empty string'];
  if (texts.length > mostTexts) return [413, 'batch size is larger than the maximum allowed'];
  if (texts.some((text) => text.length > mostUnits)) return [400, 'maximum context length'];
  if (body.encoding_format === 'base64' && !knowsBase64) return [400, 'unknown value for encoding_format'];
  return undefined;
}
