// A WebSocket that speaks Engine.IO by hand, so that it can speak it wrongly.
import { once } from 'node:events';
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
