// Server-sent events: one response that goes on until its run ends, the client leaves or the server stops.
import { toAppError } from './on-error.ts';
import type { EventStream } from './route-handler.ts';

export interface EventStreamOptions {
  /** Fires when the client went away. */
  clientSignal: AbortSignal;
  /** Fires when the server stops and answers have ended. */
  endSignal: AbortSignal;
  /** Called once when the stream is over, whatever ended it. */
  onClose?: () => void;
  /** The run threw; the client is told as far as it may be. */
  onError?: (error: unknown) => void;
  heartbeatMs?: number;
  /** A client that lets more than this pile up is let go. */
  maxWaitingBytes?: number;
}

/** After that, a run has this long to say its last words. */
const LAST_WORDS_MS = 500;

export function eventStreamResponse(
  run: (stream: EventStream) => Promise<void>,
  options: EventStreamOptions,
): Response {
  const { clientSignal, endSignal, heartbeatMs = 15_000, maxWaitingBytes = 4 * 1024 * 1024 } = options;
  const encoder = new TextEncoder();
  const ended = new AbortController();
  const signal = AbortSignal.any([clientSignal, endSignal, ended.signal]);
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;

  const write = (text: string): void => {
    if (!isOpen) return;
    if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text));
    else close();
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(heartbeat);
    ended.abort();
    try {
      controller.close();
    } catch {
      // The client has cancelled it already.
    }
    options.onClose?.();
  };
  const heartbeat = setInterval(() => write(':\n\n'), heartbeatMs).unref();

  const body = new ReadableStream<Uint8Array>(
    {
      start(created) {
        controller = created;
      },
      cancel: () => close(),
    },
    { highWaterMark: maxWaitingBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  // The first bytes make proxies pass on the headers.
  write(':\n\n');
  clientSignal.addEventListener('abort', close, { once: true });
  endSignal.addEventListener('abort', () => setTimeout(close, LAST_WORDS_MS).unref(), {
    once: true,
    signal: ended.signal,
  });
  if (clientSignal.aborted) close();
  const stream: EventStream = {
    signal,
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
  };
  Promise.resolve()
    .then(() => run(stream))
    .catch((error) => {
      if (signal.aborted) return;
      options.onError?.(error);
      const { code, message, details } = toAppError(error);
      stream.send('error', { code, message, ...(details ? { details } : {}) });
    })
    .finally(close);
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
