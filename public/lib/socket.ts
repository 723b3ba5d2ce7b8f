// The Socket.IO connection: requests with acknowledgement and timeout, facts to one listener. Reconnecting is state/connection.ts.
import { io, type Socket } from 'socket.io-client';
import type { WireError } from '../../src/protocol/errors.ts';
import type {
  Acknowledgement,
  RequestData,
  RequestInput,
  RequestName,
  ServerFacts,
} from '../../src/protocol/events.ts';
import { ApiError } from './api-error.ts';

export const ACKNOWLEDGEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 8_000;

export interface SocketEvents {
  onConnect(): void;
  /** The connection ended, or could not be made (`refused` says why when the server said so). */
  onDisconnect(refused?: WireError): void;
  onFact<N extends keyof ServerFacts>(name: N, payload: ServerFacts[N]): void;
  /** How long an acknowledgement took. */
  onLatency(ms: number): void;
}

export interface Wire {
  connect(): void;
  /** Closes the transport as if the network had gone. */
  drop(): void;
  close(): void;
  isConnected(): boolean;
  /**
   * Calls back inside the acknowledgement, before any later fact is handed out.
   * `result` is an ApiError `unreachable` or `no_reply` when there was none.
   */
  ask<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    then: (result: RequestData<N> | ApiError) => void,
    timeoutMs?: number,
  ): void;
  /** @throws ApiError */
  request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestData<N>>;
}

/** Makes a connection that is not open yet; the session cookie says who connects. */
export function createWire(events: SocketEvents): Wire {
  const socket: Socket = io({
    transports: ['websocket'],
    autoConnect: false,
    reconnection: false,
    withCredentials: true,
    timeout: CONNECT_TIMEOUT_MS,
  });
  socket.on('connect', () => events.onConnect());
  socket.on('disconnect', () => events.onDisconnect());
  socket.on('connect_error', (error: Error & { data?: WireError }) => events.onDisconnect(error.data));
  socket.onAny((name: keyof ServerFacts, payload) => events.onFact(name, payload));

  const ask: Wire['ask'] = (name, input, then, timeoutMs = ACKNOWLEDGEMENT_TIMEOUT_MS) => {
    // Never left in the client's own buffer: what waits for the connection is kept, and shown, by the outbox.
    if (!socket.connected) return then(unreachable());
    const sentAt = performance.now();
    socket.timeout(timeoutMs).emit(name, input, (failure: Error | null, reply?: Acknowledgement<typeof name>) => {
      if (failure || !reply) return then(socket.connected ? noReply() : unreachable());
      events.onLatency(performance.now() - sentAt);
      then(reply.ok ? (reply.data as never) : new ApiError(reply.error));
    });
  };

  return {
    connect: () => void socket.connect(),
    drop: () => socket.io.engine?.close(),
    close: () => void socket.disconnect(),
    isConnected: () => socket.connected,
    ask,
    request: (name, input) =>
      new Promise((resolve, reject) => {
        ask(name, input, (result) => (result instanceof ApiError ? reject(result) : resolve(result)));
      }),
  };
}

const unreachable = () => new ApiError({ code: 'unreachable', message: 'There is no connection to the server.' });
const noReply = () => new ApiError({ code: 'no_reply', message: 'The server did not reply in 10 seconds.' });
