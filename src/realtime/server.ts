// Socket.IO: the handshake (who are you), one small object per socket, and every event to handle.ts.
import { Server } from 'socket.io';
import { type ServerOptions as WebSocketOptions, WebSocketServer } from 'ws';
import { authenticateApiKey, isApiKey } from '../accounts/api-keys.ts';
import { authenticate } from '../accounts/authenticate.ts';
import { findSessionToken } from '../accounts/cookies.ts';
import type { App } from '../context.ts';
import { isOriginAllowed } from '../http/client.ts';
import { AppError } from '../lib/errors.ts';
import type { FactServer } from './broadcast.ts';
import { personChannel, tenantChannel } from './channels.ts';
import type { Connections } from './connections.ts';
import { handleRequest, type RoomConnection, type SocketHandlers, toWireError } from './handle.ts';
import { type ConnectionSocket, SocketConnection } from './socket-connection.ts';

/** Who opens a connection and does not say who they are is let go. */
const HANDSHAKE_MS = 10_000;

/** How long the answer to a ping may take. */
const LONGEST_PONG_MS = 20_000;

/** One frame per turn of the event loop and socket: a flood of thousands in one piece holds up nobody else. */
class PatientWebSocketServer extends WebSocketServer {
  constructor(options: WebSocketOptions) {
    super({ ...options, allowSynchronousEvents: false });
  }
}

export interface RealtimeDeps {
  app: Pick<App, 'config' | 'db' | 'limits' | 'log' | 'metrics'>;
  connections: Connections;
  handlers: SocketHandlers;
  /** What happens when a socket that typed goes away. */
  onGone(connection: RoomConnection): void;
  /** From then on every request is refused. */
  isStopping(): boolean;
}

/** The server is not listening yet: attach it to an HTTP server. */
export function createSocketServer(deps: RealtimeDeps): FactServer {
  const { app, connections } = deps;
  const io: Server = new Server({
    transports: ['websocket'],
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: app.limits.frameBytes,
    connectTimeout: HANDSHAKE_MS,
    pingInterval: app.limits.pingEveryMs,
    pingTimeout: Math.min(LONGEST_PONG_MS, app.limits.pingEveryMs),
    wsEngine: PatientWebSocketServer,
    // Compressing each delta for each member costs more CPU than it saves bytes.
    perMessageDeflate: false,
    httpCompression: false,
  });

  io.use((socket, next) => {
    identify(deps, socket as ConnectionSocket).then(
      () => next(),
      (error) => {
        const data = toWireError(app, error);
        next(Object.assign(new Error(data.message), { data }));
      },
    );
  });

  io.on('connection', (socket) => {
    const { connection } = (socket as ConnectionSocket).data;
    connection.opened();
    app.metrics.socketsOpen('socket.io', 1);
    void socket.join([personChannel(connection.actor.userId), tenantChannel(connection.actor.tenantId)]);
    socket.onAny((event: string, ...args: unknown[]) => {
      connections.touch(connection.actor.userId);
      void handleRequest(app, deps.handlers, deps.isStopping, connection, connection.budget(app), event, args);
    });
    socket.on('disconnect', () => {
      connection.gone();
      connections.remove(connection);
      app.metrics.socketsOpen('socket.io', -1);
      deps.onGone(connection);
    });
  });
  return io as unknown as FactServer;
}

async function identify(deps: RealtimeDeps, socket: ConnectionSocket): Promise<void> {
  const { app, connections } = deps;
  const { auth, headers } = socket.handshake;
  const given = typeof auth.token === 'string' && auth.token !== '' ? auth.token : undefined;
  // The cookie authenticates whoever sends it, so a page of another origin must not be able to open a socket with it.
  if (!given && !isOriginAllowed(socket.request, app.config)) {
    throw new AppError('forbidden', 'Connections from this page are not accepted.', { reason: 'origin_refused' });
  }
  const token = given ?? findSessionToken(headers.cookie);
  const actor =
    given && isApiKey(given)
      ? await authenticateApiKey(app, given)
      : (await authenticate(app, token, given ? ['bearer', 'ticket'] : ['cookie'])).actor;
  if (auth.tenantId !== undefined && auth.tenantId !== actor.tenantId) {
    throw new AppError('forbidden', 'This token belongs to another tenant.', { reason: 'tenant_mismatch' });
  }
  const connection = new SocketConnection(socket, actor);
  connections.admit(connection);
  socket.data = { connection };
  // The token is not needed again, and two thousand of them are worth a megabyte.
  socket.handshake.auth = {};
  // A client that leaves between handshake and connection never fires `disconnect`.
  socket.conn.once('close', () => connections.remove(connection));
}
