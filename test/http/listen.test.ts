// One server for everything: whose an upgrade is, and what is said when the address cannot be had.
import { request } from 'node:http';
import { createServer } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { listen, refuseUpgrade, routeUpgrades } from '../../src/http/listen.ts';
import { createEdge, type Edge } from './edge-kit.ts';

let edge: Edge;
let port: number;
let io: Server;
let stopServer: () => Promise<void>;

beforeAll(async () => {
  edge = await createEdge();
  const plain = new WebSocketServer({ noServer: true });
  const served = await edge.serve({
    onPlainUpgrade: (upgrade, socket, head) => {
      if (upgrade.url?.includes('refused')) refuseUpgrade(socket, 401, { code: 'unauthenticated' });
      else plain.handleUpgrade(upgrade, socket, head, (ws) => ws.send('hello'));
    },
  });
  port = served.port;
  io = new Server(served.server, { transports: ['websocket'], serveClient: false });
  routeUpgrades(served.server, io);
  stopServer = async () => {
    plain.close();
    for (const client of plain.clients) client.terminate();
    await io.close();
  };
});
afterAll(async () => {
  await stopServer();
  await edge.close();
});

/** Asks for an upgrade and takes whatever is answered. */
function askUpgrade(path: string): Promise<{ status: number; body: string; ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    };
    request({ port, host: '127.0.0.1', path, headers })
      .on('response', async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode ?? 0, body, ms: performance.now() - startedAt });
      })
      .on('upgrade', () => reject(new Error('was upgraded')))
      .on('error', reject)
      .end();
  });
}

describe('an upgrade', () => {
  test('to Socket.IO is its own', async () => {
    const socket = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', () => resolve());
      socket.on('connect_error', reject);
    });
    socket.close();
  });

  test('to a plain WebSocket is handed over', async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/ws/chat/room/me?token=x`);
    const message = await new Promise((resolve, reject) =>
      ws.on('message', (data) => resolve(String(data))).on('error', reject),
    );
    expect(message).toBe('hello');
    ws.close();
  });

  test('that is refused is answered at once', async () => {
    const { status, body, ms } = await askUpgrade('/ws/chat/room/refused');
    expect([status, body]).toEqual([401, '{"code":"unauthenticated"}']);
    expect(ms).toBeLessThan(500);
  });

  test.each(['/', '/ws/other', '/api/v1/rooms', '/socket.iox/'])('to %s is answered with 404 at once', async (path) => {
    const { status, body, ms } = await askUpgrade(path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ code: 'not_found' });
    expect(ms).toBeLessThan(500);
  });

  test('leaves ordinary requests alone', async () => {
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });
});

describe('an address that cannot be had', () => {
  test('is told in one sentence', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port: takenPort } = taken.address() as { port: number };
    const { server } = await edge.serve();
    server.close();
    await expect(listen(server, { host: '127.0.0.1', port: takenPort })).rejects.toThrow(
      `Port ${takenPort} on 127.0.0.1 is in use: stop what uses it, or set PORT.`,
    );
    await expect(listen(server, { host: '203.0.113.1', port: 0 })).rejects.toThrow(
      'HOST 203.0.113.1 is no address of this machine.',
    );
    taken.close();
  });
});
