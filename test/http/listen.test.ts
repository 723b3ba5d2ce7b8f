// One server for everything: whose an upgrade is, and what is said when the address cannot be had.
import { EventEmitter } from 'node:events';
import { createServer as createHttp, request } from 'node:http';
import { connect as connectTcp, createServer } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type HttpServerOptions, listen, refuseUpgrade, routeUpgrades } from '../../src/http/listen.ts';
import { createReception } from '../../src/http/reception.ts';
import type { RouteHandlers } from '../../src/http/route-handler.ts';
import { AppError } from '../../src/lib/errors.ts';
import { routes } from '../../src/protocol/api.ts';
import { eventually } from '../support/product.ts';
import { createEdge, type Edge } from './edge-kit.ts';

let edge: Edge;
let port: number;
let io: Server;
let stopServer: () => Promise<void>;

/** Reads a file to its end and refuses it. */
const takeAll: RouteHandlers['uploadDocument'] = async ({ upload }) => {
  for await (const _ of (await upload.begun()).content);
  throw new AppError('conflict', 'Not in this test.');
};

beforeAll(async () => {
  edge = await createEdge({ handlers: { uploadDocument: takeAll } });
  const plain = new WebSocketServer({ noServer: true });
  const served = await edge.serve({
    onPlainUpgrade: (upgrade, socket, head) => {
      if (upgrade.url?.includes('refused')) refuseUpgrade(socket, 401, { code: 'unauthenticated' });
      else plain.handleUpgrade(upgrade, socket, head, (ws) => ws.send('hello'));
    },
  });
  port = served.port;
  io = new Server(served.server, { transports: ['websocket'], serveClient: false });
  routeUpgrades(served.server, io, { clientAddress: ({ url }) => addressIn(url), socketsPerAddress: 3 });
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

/** Each test comes from an address of its own. */
const addressIn = (url = '') => /from=(\w+)/.exec(url)?.[1] ?? 'elsewhere';

/** Asks for an upgrade and takes whatever is answered; an upgrade that nobody takes ends without an answer. */
function askUpgrade(path: string): Promise<{ status: number; body: string }> {
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
        resolve({ status: response.statusCode ?? 0, body });
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

  test('that is refused is answered', async () => {
    const { status, body } = await askUpgrade('/ws/chat/room/refused');
    expect([status, body]).toEqual([401, '{"code":"unauthenticated"}']);
  });

  test.each(['/', '/ws/other', '/api/v1/rooms', '/socket.iox/'])('to %s is answered with 404', async (path) => {
    const { status, body } = await askUpgrade(path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ code: 'not_found' });
  });

  test.each([['/ws/chat/room/me?from=plain'], ['/socket.io/?EIO=4&transport=websocket&from=engine']])(
    'of one address too many is refused with a reason, and taken when one has gone: %s',
    async (path) => {
      const open = () => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        return new Promise<WebSocket>((resolve, reject) => ws.on('open', () => resolve(ws)).on('error', reject));
      };
      const [first, ...others] = await Promise.all([open(), open(), open()]);
      const { status, body } = await askUpgrade(path);
      expect(status).toBe(429);
      expect(JSON.parse(body)).toMatchObject({ code: 'rate_limited', details: { reason: 'too_many_sockets' } });
      expect((await askUpgrade('/ws/chat/room/refused?from=somebody')).status).toBe(401);
      first!.terminate();
      const again = await eventually(() => open().catch(() => undefined), 'a place');
      for (const ws of [...others, again]) ws.terminate();
    },
  );

  test('leaves ordinary requests alone', async () => {
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });
});

describe('a reception', () => {
  const started = async () => {
    const server = createHttp((_, response) => void response.end('served'));
    server.on('upgrade', (_, socket) => refuseUpgrade(socket, 404));
    const reception = createReception(server);
    return { server, reception, ...(await listen(server, { host: '127.0.0.1', port: 0 })) };
  };

  test('lets what comes before it opens wait, and serves it then', async () => {
    const { server, reception, url } = await started();
    let isAnswered = false;
    const answer = fetch(url).then((response) => {
      isAnswered = true;
      return response.text();
    });
    await new Promise((resolve) => server.once('request', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    reception.open();
    expect(await answer).toBe('served');
    await reception.empty(0);
    server.close();
  });

  test('lets a crowd in piece by piece, so that everything else has its turn in between', async () => {
    let served = 0;
    const server = createHttp(() => {
      served += 1;
    });
    const reception = createReception(server);
    reception.open();
    const steps = [0];
    for (let index = 0; index < 100; index++) server.emit('request', {}, new EventEmitter());
    while (served < 100) {
      steps.push(served);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let index = 1; index < steps.length; index++) expect(steps[index]! - steps[index - 1]!).toBeLessThan(40);
    expect(steps.length).toBeGreaterThan(3);
  });

  test('ends at once who asked for nothing or only began to, and a running request when it had its time', async () => {
    const { server, reception, port: ownPort } = await started();
    const isClosed = (text: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connectTcp(ownPort, '127.0.0.1', () => socket.write(text));
        socket.on('error', () => undefined).on('close', () => resolve(true));
      });
    const halfOpen = [isClosed(''), isClosed('GET / HTTP/1.1\r\nHost: x\r\n')];
    await eventually(
      () => new Promise<boolean>((resolve) => server.getConnections((_, count) => resolve(count === 2))),
      'two connections',
    );
    // Longer than this test is: neither is waited for.
    await reception.empty(600_000);
    expect(await Promise.all(halfOpen)).toEqual([true, true]);
    server.close();

    const other = await started();
    // Never opened, so never answered.
    const unanswered = fetch(other.url).catch((error) => error);
    await new Promise((resolve) => other.server.once('request', resolve));
    const startedAt = performance.now();
    await other.reception.empty(100);
    expect(await unanswered).toBeInstanceOf(Error);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
    other.server.close();
  });
});

describe('a body that does not come', () => {
  /** Sends the head and what `begin` holds, then more every few milliseconds. @returns what the server says, and when it ends */
  async function sendSlowly(path: string, begin: string, more: string, patience: HttpServerOptions['patience']) {
    const served = await edge.serve(patience ? { patience } : {});
    const socket = connectTcp(served.port, '127.0.0.1');
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${person.bearer.authorization}\r\n`;
    socket.write(
      `${head}content-type: multipart/form-data; boundary=b\r\ncontent-length: ${path === routes.uploadDocument.path ? 10_000_000 : 100_000}\r\n\r\n${begin}`,
    );
    const timer = setInterval(() => socket.writable && socket.write(more), 5);
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(timer);
    served.server.close();
    return said;
  }
  let person: Awaited<ReturnType<Edge['signIn']>>;
  beforeAll(async () => {
    person = await edge.signIn();
  });
  const filePart = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';

  test('is not waited for, however steadily it trickles', async () => {
    expect(await sendSlowly('/api/v1/rooms', '{', ' ', { bodyMs: 100 })).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('of an upload is not waited for when it hardly moves', async () => {
    expect(await sendSlowly(routes.uploadDocument.path, filePart, ' ', { uploadSilenceMs: 100 })).toMatch(
      /^HTTP\/1\.1 408 /,
    );
  });

  test('of an upload takes as long as it needs while it moves', async () => {
    const more = 'x'.repeat(64 * 1024);
    // It ends because more came than was said.
    const said = await sendSlowly(routes.uploadDocument.path, filePart, more, { bodyMs: 50, uploadSilenceMs: 60_000 });
    expect(said).not.toMatch(/^HTTP\/1\.1 408 /);
  });

  test('is given a minute, and Node’s own bound for everything is not in the way', async () => {
    const { server } = await edge.serve();
    expect(server.requestTimeout).toBe(0);
    expect(server.headersTimeout).toBe(30_000);
    server.close();
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
