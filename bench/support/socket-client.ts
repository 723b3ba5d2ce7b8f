// The cheapest Socket.IO client: text frames over `ws`, no reconnecting, no parsing of what nobody looks at.
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface SocketClient {
  readonly socket: WebSocket;
  /** Called with each event's `["name",…]` as text, before any parsing. */
  onEvent: ((json: string) => void) | undefined;
  /** @returns what the server acknowledges with, or a refusal of our own when the connection is gone */
  ask(name: string, input?: unknown): Promise<unknown>;
  /** A frame as it is. */
  sendRaw(frame: string): void;
  bytesReceived(): number;
  close(): void;
}

const GONE = { ok: false, error: { code: 'closed' } };

/** @throws when the server refuses the handshake */
export async function connectSocket(url: string, auth: unknown = {}): Promise<SocketClient> {
  const address = `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const waiting = new Map<number, (value: unknown) => void>();
  let asked = 0;
  let onConnected: (error?: Error) => void = () => {};
  const connected = new Promise<void>((resolve, reject) => {
    onConnected = (error) => (error ? reject(error) : resolve());
  });
  const client: SocketClient = {
    socket,
    onEvent: undefined,
    ask: (name, input) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve(GONE);
        const id = ++asked;
        waiting.set(id, resolve);
        socket.send(`42${id}${JSON.stringify(input === undefined ? [name] : [name, input])}`);
      }),
    sendRaw: (frame) => socket.send(frame),
    bytesReceived: () => (socket as unknown as { _socket: { bytesRead: number } })._socket.bytesRead,
    close: () => socket.close(),
  };
  socket.on('message', (data: Buffer) => {
    // Engine.IO packet type, then Socket.IO packet type; looked at as bytes, for most frames need no text.
    const [engine, packet] = data;
    if (engine === 0x30) socket.send(`40${JSON.stringify(auth)}`);
    else if (engine === 0x32) socket.send('3');
    else if (engine !== 0x34) return;
    else if (packet === 0x30) onConnected();
    else if (packet === 0x34) onConnected(new Error(String(data)));
    else if (packet === 0x33) {
      const [, id, json] = /^43(\d+)(.*)$/s.exec(String(data))!;
      waiting.get(Number(id))?.(JSON.parse(json!)[0]);
      waiting.delete(Number(id));
    } else client.onEvent?.(String(data).slice(2));
  });
  socket.on('error', (error) => onConnected(error));
  socket.on('close', () => {
    onConnected(new Error('closed during the handshake'));
    for (const resolve of waiting.values()) resolve(GONE);
    waiting.clear();
  });
  await once(socket, 'open');
  await connected;
  return client;
}
