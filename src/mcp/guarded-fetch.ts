// fetch for tool servers: looks at every address before it connects, tells what was sent from what was not, and bounds what comes back.
import { lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AddressPolicy, refusalOf } from './address-rules.ts';
import { networkProblem, ToolServerProblem } from './problem.ts';

export interface Bounds {
  /** Of one message, and of a whole answer that is no stream. */
  messageBytes: number;
  /** A server that sends faster than this for long is read no faster. */
  bytesPerSecond: number;
  messagesPerSecond: number;
}

export interface GuardedFetch {
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** The last thing that went wrong; the SDK does not always pass it on. */
  problem(): ToolServerProblem | undefined;
  close(): void;
}

/** Ends before the other side usually does, so that no request is put on a connection that is being closed. */
const KEEP_IDLE_MS = 4_000;
/** Nothing is made of a body of an answer that has none. */
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

export function createGuardedFetch(policy: AddressPolicy, bounds: Bounds): GuardedFetch {
  const agentOptions = { keepAlive: true, timeout: KEEP_IDLE_MS, maxFreeSockets: 4 };
  const agents = { 'http:': new HttpAgent(agentOptions), 'https:': new HttpsAgent(agentOptions) };
  let last: ToolServerProblem | undefined;

  const guardedLookup: LookupFunction = (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      for (const { address } of addresses) {
        const refusal = refusalOf(host, address, policy);
        if (refusal) return callback(new ToolServerProblem('address', refusal, 'no'), '', 0);
      }
      if (options.all) return callback(null, addresses);
      return callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };

  async function send(target: string | URL, init: RequestInit): Promise<Response> {
    const url = new URL(target);
    const { protocol } = url;
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new ToolServerProblem('address', `${protocol} is not an address of a tool server.`, 'no');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // What is an address already is never looked up.
    const refusal = isIP(host) === 0 ? undefined : refusalOf(host, host, policy);
    if (refusal) throw new ToolServerProblem('address', refusal, 'no');
    const headers = Object.fromEntries(new Headers(init.headers));
    const response = await exchange(url, {
      method: init.method ?? 'GET',
      headers,
      agent: agents[protocol],
      lookup: guardedLookup,
      ...(init.signal ? { signal: init.signal } : {}),
      ...bodyOf(init.body),
    });
    return toResponse(url, response, bounds, (problem) => {
      last = problem;
    });
  }

  return {
    async fetch(url, init = {}) {
      try {
        return await send(url, init);
      } catch (error) {
        if (error instanceof ToolServerProblem) last = error;
        throw error;
      }
    },
    problem: () => last,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Exchange = RequestOptions & { body?: Buffer };

function bodyOf(body: RequestInit['body']): { body?: Buffer } {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string') return { body: Buffer.from(body) };
  throw new Error('A tool server is only sent text.');
}

/** Resolves with the head of the answer. @throws ToolServerProblem, or the reason of the signal */
function exchange(url: URL, { body, ...options }: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let wasConnected = false;
    const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = make(url, options, resolve);
    request.on('socket', (socket) => {
      const event = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      if (!socket.connecting) wasConnected = true;
      else socket.once(event, () => (wasConnected = true));
    });
    request.on('error', (error) => {
      if (options.signal?.aborted) return reject(options.signal.reason ?? error);
      reject(networkProblem(error, url, wasConnected));
    });
    if (body) request.setHeader('content-length', body.length);
    request.end(body);
  });
}

function toResponse(
  url: URL,
  message: IncomingMessage,
  bounds: Bounds,
  onProblem: (problem: ToolServerProblem) => void,
): Response {
  const status = message.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  if (status < 200 || WITHOUT_BODY.has(status)) {
    message.resume();
    return new Response(null, { status: Math.max(status, 200), headers });
  }
  const isStream = /^text\/event-stream/i.test(headers.get('content-type') ?? '');
  const body = ReadableStream.from(bounded(url, message, bounds, isStream, onProblem));
  return new Response(body, { status, statusText: message.statusMessage ?? '', headers });
}

/** Reads no faster than the bounds say, and gives up where one message is too large. */
async function* bounded(
  url: URL,
  message: IncomingMessage,
  bounds: Bounds,
  isStream: boolean,
  onProblem: (problem: ToolServerProblem) => void,
): AsyncGenerator<Uint8Array> {
  const pace = createPace(bounds);
  const measure = createMeasure(isStream);
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      const { messages, largestBytes } = measure(chunk);
      if (largestBytes > bounds.messageBytes) {
        throw new ToolServerProblem('too_large', `It sent more than ${sizeOf(bounds.messageBytes)} at once.`, 'maybe');
      }
      const waitMs = pace(chunk.length, messages);
      if (waitMs > 0) await sleep(waitMs);
      yield chunk;
    }
  } catch (error) {
    const problem = networkProblem(error, url, true);
    onProblem(problem);
    throw problem;
  }
}

export const sizeOf = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MiB` : `${Math.round(bytes / 1024)} KiB`;

/** Counts messages in a stream of events, which empty lines part; an answer that is no stream is one message. */
export function createMeasure(isStream: boolean): (chunk: Buffer) => { messages: number; largestBytes: number } {
  let openBytes = 0;
  return (chunk) => {
    if (!isStream) {
      openBytes += chunk.length;
      return { messages: 0, largestBytes: openBytes };
    }
    let messages = 0;
    let largestBytes = 0;
    let from = 0;
    for (let at = endOfEvent(chunk, from); at >= 0; at = endOfEvent(chunk, from)) {
      largestBytes = Math.max(largestBytes, openBytes + at - from);
      messages += 1;
      openBytes = 0;
      from = at;
    }
    openBytes += chunk.length - from;
    return { messages, largestBytes: Math.max(largestBytes, openBytes) };
  };
}

/** @returns where the next event begins, -1 when this one goes on */
function endOfEvent(chunk: Buffer, from: number): number {
  for (let at = chunk.indexOf(10, from); at >= 0; at = chunk.indexOf(10, at + 1)) {
    const next = chunk[at + 1];
    if (next === 10) return at + 2;
    if (next === 13 && chunk[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** So much at once, then so much a second. @returns how long to wait before going on, in milliseconds */
export function createPace(
  { messageBytes, bytesPerSecond, messagesPerSecond }: Bounds,
  now: () => number = () => performance.now(),
): (bytes: number, messages: number) => number {
  const burstBytes = messageBytes * 2;
  const burstMessages = messagesPerSecond * 2;
  let bytesLeft = burstBytes;
  let messagesLeft = burstMessages;
  let at = now();
  return (bytes, messages) => {
    const time = now();
    const seconds = (time - at) / 1_000;
    at = time;
    bytesLeft = Math.min(burstBytes, bytesLeft + seconds * bytesPerSecond) - bytes;
    messagesLeft = Math.min(burstMessages, messagesLeft + seconds * messagesPerSecond) - messages;
    const waitMs = Math.max(-bytesLeft / bytesPerSecond, -messagesLeft / messagesPerSecond) * 1_000;
    return waitMs > 0 ? waitMs : 0;
  };
}
