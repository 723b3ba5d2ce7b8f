// The plain WebSocket of existing clients: /ws/chat/:room/:user. The same room that Socket.IO members are in.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { requireScope } from '../accounts/api-keys.ts';
import { authenticate, authenticateProgram } from '../accounts/authenticate.ts';
import { listOpenTurns } from '../assistant/turn-store.ts';
import type { Actor, App } from '../context.ts';
import { refuseUpgrade } from '../http/listen.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { withRequestId } from '../lib/log.ts';
import type { RoomFact } from '../protocol/events.ts';
import type { Message } from '../protocol/models.ts';
import { HTTP_STATUS } from '../protocol/names.ts';
import type { Connection, Connections } from '../realtime/connections.ts';
import { toWireError } from '../realtime/handle.ts';
import { createRequestBudget } from '../realtime/request-budget.ts';
import { requireMember } from '../rooms/access.ts';
import { pageMessages } from '../rooms/message-store.ts';
import { findRoomBySlug } from '../rooms/room-store.ts';
import { sendMessage } from './send-message.ts';

/** What these clients send. */
const frame = z.union([z.object({ message: z.string() }), z.object({ type: z.literal('leave') })]);
/** What they receive. */
type Outgoing =
  | { type: 'history'; items: { from: string; type: 'message' | 'system'; content: string; created_at: string }[] }
  | { type: 'message' | 'system'; from: string; content: string }
  | { type: 'delta' | 'completed'; id: string; content: string }
  | { type: 'error'; id: string; content: string; code: string };

const HISTORY_MESSAGES = 50;
const CLOSE_POLICY = 1008;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_PATIENCE_MS = 1_000;
const NOT_HERE = 'not in this room';
const STOPPING = { reason: 'server_stopping', retryAfterMs: 2_000 } as const;
/** Whoever leaves so many pings unanswered in a row is gone. */
const MISSED_PONGS = 2;

export interface PlainSockets {
  /** Takes an upgrade request for `/ws/chat/…`; refusals are answered with an HTTP status. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all of them and resolves when they are gone; who does not answer the farewell is cut off after a second. */
  stop(): Promise<void>;
}

export function createPlainSockets(app: App, connections: Connections): PlainSockets {
  const server = new WebSocketServer({
    noServer: true,
    // One frame per turn of the event loop and socket: a flood in one piece holds up nobody else.
    allowSynchronousEvents: false,
    maxPayload: app.limits.frameBytes,
    // The token travels in this header for browsers; it is never echoed.
    handleProtocols: (protocols) => (protocols.has('bearer') ? 'bearer' : false),
  });
  /** Pings since the last sign of life. */
  const unanswered = new WeakMap<WebSocket, number>();
  const pings = setInterval(() => {
    for (const socket of server.clients) {
      const missed = unanswered.get(socket) ?? 0;
      if (missed >= MISSED_PONGS) {
        socket.terminate();
        continue;
      }
      unanswered.set(socket, missed + 1);
      socket.ping();
    }
  }, app.limits.pingEveryMs);
  pings.unref();

  async function admit(request: IncomingMessage): Promise<{ actor: Actor; roomId: string; roomName: string }> {
    const url = new URL(request.url ?? '/', 'http://host');
    const [, , , roomKey = '', userId = ''] = url.pathname.split('/').map(decodePart);
    const { token, isTicket } = findToken(request, url);
    const actor = isTicket ? (await authenticate(app, token, ['ticket'])).actor : await authenticateProgram(app, token);
    requireScope(actor, 'read');
    if (userId !== 'me' && userId !== actor.userId) {
      throw new AppError('forbidden', 'The user in the address must be you, or "me".');
    }
    const bySlug = await findRoomBySlug(app.db, actor.tenantId, roomKey);
    const { room } = await requireMember(app.db, actor, bySlug?.id ?? roomKey, 'read');
    return { actor, roomId: room.id, roomName: room.slug };
  }

  return {
    upgrade(request, socket, head) {
      const onSocketError = () => socket.destroy();
      socket.on('error', onSocketError);
      admit(request).then(
        ({ actor, roomId, roomName }) => {
          socket.off('error', onSocketError);
          if (socket.destroyed) return;
          server.handleUpgrade(request, socket, head, (ws) => {
            for (const sign of ['pong', 'message'] as const) ws.on(sign, () => unanswered.set(ws, 0));
            serve(app, connections, ws, { actor, roomId, roomName });
          });
        },
        (error) => refuse(app, socket, error),
      );
    },
    async stop() {
      clearInterval(pings);
      server.close();
      const gone = [...server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of server.clients) sayGoodbye(socket, CLOSE_GOING_AWAY, 'server stopping');
      await Promise.all(gone);
    },
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AppError('invalid', 'The address is not well formed.');
  }
}

/** In the header, as second sub-protocol, or as a one-minute ticket in the query. */
function findToken(request: IncomingMessage, url: URL): { token: string | undefined; isTicket: boolean } {
  const header = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
  const asProtocol = protocols[0]?.toLowerCase() === 'bearer' ? protocols[1] : undefined;
  const ticket = url.searchParams.get('token') ?? undefined;
  const token = header ?? asProtocol;
  return token ? { token, isTicket: false } : { token: ticket, isTicket: true };
}

function refuse(app: Pick<App, 'log'>, socket: Duplex, error: unknown): void {
  const problem = toWireError(app, error);
  const status = HTTP_STATUS[problem.code];
  refuseUpgrade(socket, status, { ...problem, type: 'about:blank', title: problem.code, status });
}

function serve(
  app: App,
  connections: Connections,
  ws: WebSocket,
  about: { actor: Actor; roomId: string; roomName: string },
): void {
  const { actor, roomId, roomName: room } = about;
  const budget = createRequestBudget(app.limits);
  let stopListening = () => {};
  let isStopping = false;
  const send = (frameOut: Outgoing) => {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(JSON.stringify({ room, ...frameOut }));
  };
  const sendError = (error: unknown, id = '') => {
    const { code, message } = toWireError(app, error);
    app.metrics.refused(code);
    if (code === 'rate_limited' && !budget.mayGoOn()) return endFlood();
    send({ type: 'error', id, content: message, code });
  };
  const closeSoon = (code: number, reason: string) => {
    stopListening();
    sayGoodbye(ws, code, reason);
  };
  const endFlood = () => {
    closeSoon(CLOSE_POLICY, 'rate_limited');
    // What is left of it is not even read.
    ws.pause();
  };
  const connection: Connection = {
    actor,
    close(reason) {
      // How a running answer ends is still told; then `stop` closes.
      if (reason === 'stopping') isStopping = true;
      else closeSoon(CLOSE_POLICY, reason);
    },
    waitingBytes: () => ws.bufferedAmount,
    cut: () => ws.terminate(),
  };
  const onFrame = async (data: RawData, isBinary: boolean) => {
    if (isStopping) throw new AppError('stopped', 'The server is restarting. Try again shortly.', STOPPING);
    // Before anything is read of it: reading is what a flood makes expensive.
    budget.begin('other');
    try {
      connections.touch(actor.userId);
      if (isBinary) throw new AppError('invalid', 'Send text frames.');
      const parsed = frame.safeParse(parseJson(String(data)));
      if (!parsed.success) throw new AppError('invalid', SHAPES);
      if ('type' in parsed.data) return ws.close(1000, 'left');
      requireScope(actor, 'write');
      connections.takeSend(actor.userId);
      await sendMessage(app, actor, { roomId, clientId: newId(), text: parsed.data.message });
    } finally {
      budget.end();
    }
  };

  try {
    connections.admit(connection);
  } catch (error) {
    sendError(error);
    sayGoodbye(ws, CLOSE_POLICY, toWireError(app, error).code);
    return;
  }
  app.metrics.socketsOpen('plain', 1);
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    stopListening();
    connections.remove(connection);
    app.metrics.socketsOpen('plain', -1);
  });
  ws.on('message', (data, isBinary) => {
    // Frames go on arriving after we began to close.
    if (ws.readyState !== ws.OPEN) return;
    withRequestId(newId(), () => onFrame(data, isBinary)).catch((error) => sendError(error));
  });

  app.roomLog
    .quiet(roomId, async () => {
      await requireMember(app.db, actor, roomId, 'read');
      const { messages } = await pageMessages(app.db, actor.tenantId, roomId, { limit: HISTORY_MESSAGES });
      const open = await listOpenTurns(app.db, actor.tenantId, roomId);
      send({ type: 'history', items: messages.filter(isSaid).map(toHistoryItem) });
      // What a running answer has said so far comes as its first delta, so that its deltas add up for everybody.
      for (const { id } of open) {
        const content = app.turns.live(id)?.text;
        if (content) send({ type: 'delta', id, content });
      }
      stopListening = app.broadcast.listen(roomId, actor.userId, {
        onFact: (fact) => forward(fact, send),
        onEnd: (reason) => (reason === 'removed' ? closeSoon(CLOSE_POLICY, NOT_HERE) : connection.close(reason)),
      });
      if (ws.readyState !== ws.OPEN) stopListening();
    })
    .catch((error) => {
      sendError(error);
      closeSoon(CLOSE_POLICY, NOT_HERE);
    });
}

const isSaid = (message: Message) =>
  contentOf(message) !== '' && message.status !== 'deleted' && message.status !== 'streaming';

const toHistoryItem = (message: Message) => ({
  from: message.author.name,
  type: message.author.kind === 'system' ? ('system' as const) : ('message' as const),
  content: contentOf(message),
  created_at: message.createdAt,
});

/** A message without words is what it brought along. */
const contentOf = ({ text, documents = [] }: Message): string => text || documents.map(({ name }) => name).join(', ');

/** The facts that these clients know; the others are not for them. */
function forward(fact: RoomFact, send: (frameOut: Outgoing) => void): void {
  if (fact.name === 'message:created') {
    const { author } = fact.payload.message;
    const type = author.kind === 'system' ? 'system' : 'message';
    send({ type, from: author.name, content: contentOf(fact.payload.message) });
  } else if (fact.name === 'turn:delta') {
    send({ type: 'delta', id: fact.payload.turnId, content: fact.payload.text });
  } else if (fact.name === 'turn:ended') {
    const { turnId, message, error } = fact.payload;
    if (error) send({ type: 'error', id: turnId, content: error.message, code: error.code });
    else if (message) send({ type: 'completed', id: turnId, content: message.text });
  }
}

const SHAPES = 'Send {"message":"…"} or {"type":"leave"}.';

/** @throws AppError invalid (malformed_json) */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('invalid', SHAPES, { reason: 'malformed_json' }, { cause: error });
  }
}

/** One that does not answer the closing handshake is not waited for. */
function sayGoodbye(ws: WebSocket, code: number, reason: string): void {
  ws.close(code, reason);
  setTimeout(() => ws.terminate(), CLOSE_PATIENCE_MS).unref();
}
