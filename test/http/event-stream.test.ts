// Server-sent events over a real connection: order, heartbeats, clients that leave or do not read, a stopping server.
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { eventStreamResponse } from '../../src/http/event-stream.ts';
import type { EventStream, RouteHandlers } from '../../src/http/route-handler.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createEdge } from './edge-kit.ts';

const never = new AbortController().signal;
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

async function edgeWith(run: (stream: EventStream) => Promise<void>) {
  const handlers: Partial<RouteHandlers> = { sendSessionMessage: async ({ http }) => http.eventStream(run) };
  const edge = await createEdge({ handlers });
  const person = await edge.signIn();
  const { server, url } = await edge.serve();
  const ask = (signal?: AbortSignal) =>
    fetch(`${url}/api/v1/chat/sessions/s1/messages`, {
      method: 'POST',
      headers: { ...person.bearer, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'x' }),
      ...(signal ? { signal } : {}),
    });
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await edge.close();
  };
  return { edge, ask, close, url, person };
}

const openStreams = async (edge: Awaited<ReturnType<typeof createEdge>>) =>
  /projectwise_sockets\{kind="events"\} (\d+)/.exec(await edge.metrics.text())?.[1];

describe('an event stream', () => {
  test('carries events by name, in order, and ends when its run ends', async () => {
    const { edge, ask, close } = await edgeWith(async (stream) => {
      for (let at = 0; at < 100; at += 1) stream.send('chunk', { text: `line\n${at}`, offset: at });
    });
    const response = await ask();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-request-id')).toBeTruthy();
    const events = (await response.text()).split('\n\n').filter((part) => part.startsWith('event: '));
    expect(events).toHaveLength(100);
    expect(events[7]).toBe('event: chunk\ndata: {"text":"line\\n7","offset":7}');
    expect(await openStreams(edge)).toBe('0');
    await close();
  });

  test('tells its run when the client has left', async () => {
    let left: Promise<void> = Promise.reject(new Error('never started'));
    left.catch(() => undefined);
    const { ask, close } = await edgeWith((stream) => {
      left = aborted(stream.signal);
      return left;
    });
    const client = new AbortController();
    await ask(client.signal);
    client.abort();
    await left;
    await close();
  });

  test('ends soon after answers have ended in a server that stops, with the last words of its run', async () => {
    const { edge, ask, close } = await edgeWith(async (stream) => {
      await aborted(stream.signal);
      stream.send('done', { reason: 'stopping' });
      await new Promise(() => undefined);
    });
    const response = await ask();
    edge.end.abort();
    expect(await response.text()).toContain('event: done\ndata: {"reason":"stopping"}');
    await close();
  });

  test('tells a refusal as its last event', async () => {
    const { ask, close } = await edgeWith(async () => {
      throw new AppError('busy', 'Wait.', { reason: 'queue_full' });
    });
    expect(await (await ask()).text()).toContain(
      'event: error\ndata: {"code":"busy","message":"Wait.","details":{"reason":"queue_full"}}',
    );
    await close();
  });

  test('lets a client go that does not read', async () => {
    const { url, person, close } = await edgeWith(async (stream) => {
      const text = 'x'.repeat(100_000);
      while (!stream.signal.aborted) {
        stream.send('chunk', { text, offset: 0 });
        await new Promise((resolve) => setImmediate(resolve));
      }
      gone();
    });
    let gone = (): void => undefined;
    const isGone = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const headers = { ...person.bearer, 'content-type': 'application/json' };
    const reading = request(`${url}/api/v1/chat/sessions/s1/messages`, { method: 'POST', headers }, (response) =>
      response.pause(),
    );
    reading.on('error', () => undefined);
    reading.end('{"text":"x"}');
    await isGone;
    reading.destroy();
    await close();
  });

  test('beats while nothing is said', async () => {
    const response = eventStreamResponse((stream) => aborted(stream.signal), {
      clientSignal: never,
      endSignal: never,
      heartbeatMs: 5,
    });
    const reader = response.body!.getReader();
    for (let at = 0; at < 3; at += 1) expect(new TextDecoder().decode((await reader.read()).value)).toBe(':\n\n');
    await reader.cancel();
  });
});
