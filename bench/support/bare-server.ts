// The reference: a Socket.IO server that does nothing but what is measured, and emits every token by itself.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { serveCalls } from './child.ts';
import { clockMs, createProbes } from './probes.ts';
import { type Pace, paceTokens } from './tokens.ts';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false, maxHttpBufferSize: 2 * 1024 * 1024 });
const calledAt: number[] = [];
let pace: Pace = { count: 0, perSecond: 1 };
let stampsMs: number[] = [];

io.on('connection', (socket) => {
  socket.on('room:join', ({ roomId }, acknowledge) => {
    void socket.join(roomId);
    acknowledge({ ok: true });
  });
  socket.on('turn:ask', ({ roomId }, acknowledge) => {
    acknowledge({ ok: true });
    void answer(roomId);
  });
  socket.on('model:call', (_input, acknowledge) => {
    calledAt.push(clockMs());
    acknowledge({ ok: true });
  });
  socket.onAny((name, ...args) => {
    const last = args.at(-1);
    if (!['room:join', 'turn:ask', 'model:call'].includes(name) && typeof last === 'function') last({ ok: true });
  });
});

async function answer(roomId: string): Promise<void> {
  const turnId = randomUUID();
  stampsMs = [];
  let offset = 0;
  for await (const text of paceTokens(pace)) {
    stampsMs.push(clockMs());
    io.to(roomId).emit('turn:delta', { roomId, turnId, offset, text });
    offset += text.length;
  }
}

const functions = {
  ...createProbes(),
  async start(): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  pace(given: Pace): void {
    pace = given;
  },
  stampsMs: () => stampsMs,
  calledAtMs: () => calledAt.splice(0),
};
export type BareServer = typeof functions;

serveCalls(functions);
