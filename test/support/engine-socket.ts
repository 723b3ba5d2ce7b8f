// A WebSocket that speaks Engine.IO by hand, so that it can speak it wrongly.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

export interface EngineSocket {
  ws: WebSocket;
  /** What arrived, as it stood on the wire. */
  frames: string[];
  closed: Promise<number>;
  send(frame: string | Buffer): void;
  /** Resolves with the first frame that fits. */
  until(pattern: RegExp): Promise<string>;
}

/** One that says who it is and asks for things, and reads nothing of what it gets. */
export async function openNonReader(url: string, token: string, frames: string[]) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${hostname}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  socket.write(textFrame(`40${JSON.stringify({ token })}`));
  await once(socket, 'data');
  socket.pause();
  for (const frame of frames) socket.write(textFrame(frame));
  return socket;
}

/** With a mask of zeros. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]);
}

/** Past the Engine.IO handshake; with a token also connected to the namespace. */
export async function openEngineSocket(url: string, token?: string): Promise<EngineSocket> {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const frames: string[] = [];
  const waiting = new Set<() => void>();
  ws.on('message', (data) => {
    frames.push(String(data));
    for (const look of [...waiting]) look();
  });
  ws.on('error', () => undefined);
  const closed = once(ws, 'close').then(([code]) => code as number);
  const socket: EngineSocket = {
    ws,
    frames,
    closed,
    send: (frame) => ws.send(frame),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find((frame) => pattern.test(frame));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void closed.then((code) => reject(new Error(`Closed with ${code} before ${pattern}: ${frames.join(' ')}`)));
        look();
      }),
  };
  await socket.until(/^0\{/);
  if (token === undefined) return socket;
  ws.send(`40${JSON.stringify({ token })}`);
  await socket.until(/^40\{/);
  return socket;
}
