// Who is connected, over every kind of socket: bounds per person, and closing within a second when a session ends.
import { unauthenticated } from '../accounts/tokens.ts';
import type { Actor, App, Presence } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { createTokenBucket, type TokenBucket } from '../lib/token-bucket.ts';
import type { PresenceState } from '../protocol/names.ts';

export type CloseReason = 'unauthenticated' | 'stopping' | 'rate_limited';

export interface Connection {
  readonly actor: Actor;
  /** Tells the client why, then closes; with `stopping` it stays until answers have ended. */
  close(reason: CloseReason): void;
  /** What this client was sent and has not taken yet. */
  waitingBytes(): number;
  /** Ends it without a word: for clients that read none. */
  cut(): void;
}

interface Person {
  connections: Set<Connection>;
  activeAt: number;
  state: PresenceState;
}

export interface Connections extends Presence {
  /** @throws AppError rate_limited when the person has too many, unauthenticated when the session has just ended */
  admit(connection: Connection): void;
  remove(connection: Connection): void;
  /** Something was done by this person just now. */
  touch(userId: string): void;
  /** Ids of everybody with an open socket. */
  people(): string[];
  /** @throws AppError rate_limited */
  takeSend(userId: string): void;
  /** Called with every change of somebody's presence. */
  onPresence(listener: (actor: Actor, state: PresenceState) => void): void;
  closeAll(reason: CloseReason): void;
  stop(): void;
}

const SWEEP_EVERY_MS = 500;
/** A reader that lets more than this pile up is let go: it would fill our memory, and catches up when it comes back. */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Longer than any handshake takes: one that was checked just before its session ended is still refused. */
const ENDED_KEPT_MS = 30_000;
/** A dropped Wi-Fi is not a departure: offline is told after this. */
const OFFLINE_AFTER_MS = 3_000;

export function createConnections(app: Pick<App, 'limits' | 'bus'>): Connections {
  /** Those with a socket, or without one since a moment ago. */
  const people = new Map<string, Person>();
  const leaving = new Map<string, NodeJS.Timeout>();
  /** Of whoever sent something lately, also over HTTP alone. Kept until full: coming back does not fill it. */
  const sends = new Map<string, TokenBucket>();
  /** Sessions that ended a moment ago, and when. */
  const endedAt = new Map<string, number>();
  let onPresence: (actor: Actor, state: PresenceState) => void = () => {};
  let isStopped = false;

  const setState = (person: Person, actor: Actor, state: PresenceState) => {
    if (person.state === state) return;
    person.state = state;
    if (!isStopped) onPresence(actor, state);
  };

  const sweep = () => {
    const now = Date.now();
    for (const person of people.values()) {
      for (const connection of person.connections) {
        if (connection.actor.expiresAt <= now) connection.close('unauthenticated');
        if (connection.waitingBytes() > MAX_WAITING_BYTES) connection.cut();
      }
      const [first] = person.connections;
      if (first && now - person.activeAt > app.limits.awayAfterMs) setState(person, first.actor, 'away');
    }
    for (const [userId, bucket] of sends) if (bucket.isFull()) sends.delete(userId);
    for (const [sessionId, at] of endedAt) if (now - at > ENDED_KEPT_MS) endedAt.delete(sessionId);
  };
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();

  const unsubscribe = app.bus.subscribe('session:ended', ({ userId, sessionIds }) => {
    for (const sessionId of sessionIds ?? []) endedAt.set(sessionId, Date.now());
    for (const connection of people.get(userId)?.connections ?? []) {
      if (!sessionIds || sessionIds.includes(connection.actor.sessionId)) connection.close('unauthenticated');
    }
  });

  const leave = (actor: Actor) => {
    leaving.delete(actor.userId);
    const person = people.get(actor.userId);
    if (!person || person.connections.size > 0) return;
    setState(person, actor, 'offline');
    people.delete(actor.userId);
  };

  const touch = (userId: string) => {
    const person = people.get(userId);
    if (!person) return;
    person.activeAt = Date.now();
    const [first] = person.connections;
    if (first) setState(person, first.actor, 'online');
  };

  return {
    stateOf: (userId) => people.get(userId)?.state ?? 'offline',
    admit(connection) {
      const { actor } = connection;
      if (endedAt.has(actor.sessionId)) throw unauthenticated('session_ended');
      const person = people.get(actor.userId) ?? { connections: new Set(), activeAt: 0, state: 'offline' };
      if (person.connections.size >= app.limits.socketsPerPerson) {
        throw new AppError('rate_limited', 'Too many connections; close some tabs and try again.', {
          reason: 'too_many_sockets',
          retryAfterMs: 10_000,
        });
      }
      people.set(actor.userId, person);
      person.connections.add(connection);
      clearTimeout(leaving.get(actor.userId));
      leaving.delete(actor.userId);
      touch(actor.userId);
    },
    remove(connection) {
      const { actor } = connection;
      const person = people.get(actor.userId);
      if (!person?.connections.delete(connection)) return;
      if (person.connections.size > 0 || isStopped) return;
      const leaveTimer = setTimeout(() => leave(actor), OFFLINE_AFTER_MS);
      leaveTimer.unref();
      leaving.set(actor.userId, leaveTimer);
    },
    touch,
    people: () => [...people].flatMap(([userId, person]) => (person.connections.size > 0 ? [userId] : [])),
    takeSend(userId) {
      touch(userId);
      const { sendsBurst, sendsPerSecond } = app.limits;
      const bucket = sends.get(userId) ?? createTokenBucket(sendsBurst, sendsPerSecond);
      sends.set(userId, bucket);
      const retryAfterMs = bucket.take();
      if (retryAfterMs === 0) return;
      const sentence = `You are sending too fast; ${sendsPerSecond} messages a second are taken.`;
      throw new AppError('rate_limited', sentence, { reason: 'too_many_requests', retryAfterMs });
    },
    onPresence(listener) {
      onPresence = listener;
    },
    closeAll(reason) {
      for (const person of people.values()) for (const connection of person.connections) connection.close(reason);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
      for (const leaveTimer of leaving.values()) clearTimeout(leaveTimer);
      unsubscribe();
    },
  };
}
