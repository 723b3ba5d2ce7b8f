// What sockets still hear of a server that stops.
import { afterEach, expect, it } from 'vitest';
import { createRoom, newClientId, signUp, startProduct, stopProducts } from '../support/product.ts';

afterEach(stopProducts);

it('says how a running answer ended before it lets its sockets go (R-2)', async () => {
  const product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=5&tokens=4000' } });
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
