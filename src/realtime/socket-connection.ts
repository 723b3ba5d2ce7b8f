// One Socket.IO socket as the handlers see it.
import type { Socket } from 'socket.io';
import type { Actor, App } from '../context.ts';
import { roomChannel } from './channels.ts';
import type { CloseReason } from './connections.ts';
import type { RoomConnection } from './handle.ts';
import { createRequestBudget, type RequestBudget } from './request-budget.ts';

type Facts = Record<string, (payload: unknown) => void>;
export type ConnectionSocket = Socket<Facts, Facts, Facts, { connection: SocketConnection }>;

/** Long enough for a client to notice, short enough for the second that a revocation may take. */
const RECONNECT_IN_MS = 1_000;
/** Whoever asked for too much may do so again when the budget is full. */
const COOL_DOWN_MS = 10_000;

/** What of Engine.IO's inside says how far the client lags behind. */
interface EngineInside {
  writeBuffer: { data?: { length: number } }[];
  transport: { socket?: { bufferedAmount: number; pause(): void; terminate(): void } };
}
/** Whoever does not take the farewell is cut off after this. */
const CLOSE_PATIENCE_MS = 800;

/** Small on purpose: two thousand idle ones must not weigh much. Budgets are made with the first request. */
export class SocketConnection implements RoomConnection {
  readonly actor: Actor;
  #isOpen = false;
  /** Why it is to close, said before it was open. */
  #closing: CloseReason | undefined;
  #socket: ConnectionSocket;
  #budget: RequestBudget | undefined;
  #typingIn: Set<string> | undefined;

  constructor(socket: ConnectionSocket, actor: Actor) {
    this.#socket = socket;
    this.actor = actor;
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

  /** @returns whether it had said that it types there */
  stopTyping(roomId: string): boolean {
    return this.#typingIn?.delete(roomId) ?? false;
  }

  budget(app: Pick<App, 'limits'>): RequestBudget {
    this.#budget ??= createRequestBudget(app.limits);
    return this.#budget;
  }

  joinRoom(roomId: string): void {
    if (this.#isOpen) void this.#socket.join(roomChannel(roomId));
  }

  leaveRoom(roomId: string): void {
    void this.#socket.leave(roomChannel(roomId));
  }

  close(reason: CloseReason): void {
    // Socket.IO ignores what is done to a socket between its handshake and its connection.
    if (!this.#isOpen) {
      this.#closing = reason;
      return;
    }
    const code = reason === 'stopping' ? {} : { code: reason };
    const reconnectInMs = reason === 'rate_limited' ? COOL_DOWN_MS : RECONNECT_IN_MS;
    this.#socket.emit('server:closing', { ...code, reconnectInMs });
    // When the server stops, io.close() ends the sockets in the way that makes clients come back.
    if (reason === 'stopping') return;
    this.#socket.disconnect(true);
    // What is left of a flood is not even read.
    if (reason === 'rate_limited') this.#engine.transport.socket?.pause();
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
