// The plain WebSocket as its clients use it, and one that keeps to no rules.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { textFrame } from './engine-socket.ts';

export interface PlainFrame {
  room: string;
  type: string;
  from?: string;
  content?: string;
  id?: string;
  code?: string;
  items?: { from: string; type: string; content: string; created_at: string }[];
}

export interface PlainClient {
  ws: WebSocket;
  frames: PlainFrame[];
  say(message: unknown): void;
  until(type: string, fits?: (frame: PlainFrame) => boolean): Promise<PlainFrame>;
  closed: Promise<{ code: number; reason: string }>;
}

export interface PlainOptions {
  /** In the Authorization header. */
  token?: string | undefined;
  protocols?: string[];
  headers?: Record<string, string>;
  /** False for one that is as good as gone. */
  autoPong?: boolean;
}

export class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`${status} ${body}`);
    this.status = status;
    this.body = body;
  }
}

const PATIENCE_MS = 60_000;

/** @throws UpgradeRefused */
export async function openPlain(url: string, path: string, options: PlainOptions = {}): Promise<PlainClient> {
  const { token, protocols = [], headers = {}, autoPong = true } = options;
  const ws = new WebSocket(url.replace(/^http/, 'ws') + path, protocols, {
    autoPong,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
  const frames: PlainFrame[] = [];
  const waiting = new Set<() => void>();
  ws.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    ws.on('open', () => resolve());
    ws.on('error', reject);
    ws.on('unexpected-response', async (request, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      request.destroy();
      reject(new UpgradeRefused(response.statusCode ?? 0, body));
    });
  });
  return {
    ws,
    frames,
    closed,
    say: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No ${type}: ${frames.map((frame) => frame.type).join(' ')}`));
        }, PATIENCE_MS);
        const look = () => {
          const found = frames.find((frame) => frame.type === type && fits(frame));
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** One that answers no closing handshake and goes on writing. */
export async function openUnruly(url: string, path: string, token: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let isClosed = false;
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => {
    isClosed = true;
  });
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: ${hostname}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Authorization: Bearer ${token}`,
      '\r\n',
    ].join('\r\n'),
  );
  await once(socket, 'data');
  return {
    closed,
    get isClosed() {
      return isClosed;
    },
    say: (message: unknown) => void socket.write(textFrame(JSON.stringify(message))),
    end: () => socket.destroy(),
  };
}
