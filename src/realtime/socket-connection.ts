// One Socket.IO socket as the handlers see it.
import type { Socket } from 'socket.io';
import type { Actor, App } from '../context.ts';
import { createTokenBucket } from '../lib/token-bucket.ts';
import { roomChannel } from './channels.ts';
import type { CloseReason } from './connections.ts';
import type { RequestBudget, RoomConnection } from './handle.ts';

type Facts = Record<string, (payload: unknown) => void>;
export type ConnectionSocket = Socket<Facts, Facts, Facts, { connection: SocketConnection }>;

/** Long enough for a client to notice, short enough for the second that a revocation may take. */
const RECONNECT_IN_MS = 1_000;

/** What of Engine.IO's inside says how far the client lags behind. */
interface EngineInside {
  writeBuffer: { data?: { length: number } }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
}
/** Whoever does not take the farewell is cut off after this. */
const CLOSE_PATIENCE_MS = 800;

/** Small on purpose: two thousand idle ones must not weigh much. Budgets are made with the first request. */
export class SocketConnection implements RoomConnection {
  readonly actor: Actor;
  readonly address: string;
  #isOpen = false;
  /** Why it is to close, said before it was open. */
  #closing: CloseReason | undefined;
  #socket: ConnectionSocket;
  #budget: RequestBudget | undefined;
  #typingIn: Set<string> | undefined;

  constructor(socket: ConnectionSocket, actor: Actor, address: string) {
    this.#socket = socket;
    this.actor = actor;
    this.address = address;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  opened(): void {
    this.#isOpen = true;
    if (this.#closing) this.close(this.#closing);
  }

  gone(): void {
    this.#isOpen = false;
  }

  get typingIn(): Set<string> {
    this.#typingIn ??= new Set();
    return this.#typingIn;
  }

  budget(app: Pick<App, 'limits'>): RequestBudget {
    const { requestsBurst, requestsPerSecond, joinsPerSecond } = app.limits;
    this.#budget ??= {
      all: createTokenBucket(requestsBurst, requestsPerSecond),
      joins: createTokenBucket(joinsPerSecond, joinsPerSecond),
      inFlight: 0,
    };
    return this.#budget;
  }

  joinRoom(roomId: string): void {
    if (this.#isOpen) void this.#socket.join(roomChannel(roomId));
  }

  leaveRoom(roomId: string): void {
    void this.#socket.leave(roomChannel(roomId));
  }

  isInRoom(roomId: string): boolean {
    return this.#socket.rooms.has(roomChannel(roomId));
  }

  close(reason: CloseReason): void {
    // Socket.IO ignores what is done to a socket between its handshake and its connection.
    if (!this.#isOpen) {
      this.#closing = reason;
      return;
    }
    const code = reason === 'unauthenticated' ? { code: 'unauthenticated' } : {};
    this.#socket.emit('server:closing', { ...code, reconnectInMs: RECONNECT_IN_MS });
    // When the server stops, io.close() ends the sockets in the way that makes clients come back.
    if (reason !== 'unauthenticated') return;
    this.#socket.disconnect(true);
    setTimeout(() => this.cut(), CLOSE_PATIENCE_MS).unref();
  }

  waitingBytes(): number {
    const { writeBuffer, transport } = this.#engine;
    let bytes = transport.socket?.bufferedAmount ?? 0;
    for (const { data } of writeBuffer) bytes += data?.length ?? 0;
    return bytes;
  }

  cut(): void {
    this.#engine.transport.socket?.terminate();
  }

  get #engine(): EngineInside {
    return this.#socket.conn as unknown as EngineInside;
  }
}
