// What connections still hear of a server that stops, and that none of them holds it up.
import { connect as connectTcp } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openNonReader } from '../support/engine-socket.ts';
import { openEventStream } from '../support/event-stream.ts';
import { openPlain } from '../support/plain-socket.ts';
import { createRoom, newClientId, signUp, startProduct, stopProducts } from '../support/product.ts';

afterEach(stopProducts);

const LONG_ANSWER = { LLM_URL: 'offline:?delayMs=5&tokens=4000' };

it('says how a running answer ended before it lets its sockets go (R-2)', async () => {
  const product = await startProduct({ env: LONG_ANSWER });
  const ratna = await signUp(product);
  const room = await createRoom(ratna);
  const client = await ratna.connect();
  const disconnected = new Promise((resolve) => client.socket.once('disconnect', resolve));
  await client.ask('room:join', { roomId: room.id });
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise halo' });
  await client.until('turn:delta');

  const stopped = product.stop();
  expect(await client.until('server:closing')).toEqual({ reconnectInMs: expect.any(Number) });
  const refused = await client.raw('room:read', { roomId: room.id, seq: 1 });
  expect(refused.error).toMatchObject({ code: 'stopped', details: { reason: 'server_stopping' } });
  // After this reason clients come back by themselves.
  expect(await disconnected).toBe('transport close');
  const ended = await client.until('turn:ended');
  expect(ended).toMatchObject({
    reason: 'interrupted',
    error: { code: 'unavailable', details: { reason: 'server_stopping' } },
    message: { status: 'interrupted', system: { key: 'turn.server_stopping' } },
  });
  expect(client.textOf(ended.turnId)).toBe(ended.message?.text);
  await stopped;
});

it('says it to event streams and plain WebSockets too, whole answers and interrupted ones', async () => {
  for (const [tokens, reason] of [
    [100, 'completed'],
    [4_000, 'interrupted'],
  ] as const) {
    const product = await startProduct({ env: { LLM_URL: `offline:?delayMs=10&tokens=${tokens}` } });
    const ratna = await signUp(product);
    const room = await createRoom(ratna);
    const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: ratna.token });
    await plain.until('history');
    const body = { clientId: newClientId(), text: 'Ceritakan', assistant: 'ask' };
    const stream = await openEventStream(ratna, `/api/v1/rooms/${room.id}/messages`, body);
    await stream.until('turn:delta');

    const stopped = product.stop();
    plain.say({ message: 'masih sempat?' });
    expect(await plain.until('error', ({ code }) => code === 'stopped')).toMatchObject({ id: '' });
    const ended = await stream.until('turn:ended');
    expect(ended.data).toMatchObject({ reason });
    await stream.ended;
    expect(stream.events.at(-1)).toBe(ended);
    const text = stream.events.flatMap(({ event, data }) => (event === 'turn:delta' ? [data.text] : [])).join('');
    expect(text).toBe(ended.data.message.text);
    expect(await plain.closed).toEqual({ code: 1001, reason: 'server stopping' });
    if (reason === 'completed') expect((await plain.until('completed')).content).toBe(text);
    else expect(await plain.until('error', ({ id }) => id !== '')).toMatchObject({ code: 'unavailable' });
    await stopped;
  }
});

it('waits for nobody who asks for nothing, half asks or does not read', async () => {
  // Whoever is waited for is waited for longer than this test is.
  const product = await startProduct({ limits: { stopGraceMs: 600_000 } });
  const ratna = await signUp(product);
  const room = await createRoom(ratna);
  const { hostname, port } = new URL(product.url);
  const gone = ['', 'GET /health HTTP/1.1\r\nHost: x\r\n'].map(
    (text) =>
      new Promise((resolve) => {
        const socket = connectTcp(Number(port), hostname, () => socket.write(text));
        socket.on('error', () => undefined).on('close', resolve);
      }),
  );
  const plain = await openPlain(product.url, `/ws/chat/${room.id}/me`, { token: ratna.token });
  plain.ws.pause();
  const reader = await openNonReader(product.url, ratna.token, []);
  await product.stop();
  await Promise.all(gone);
  plain.ws.terminate();
  reader.destroy();
});
