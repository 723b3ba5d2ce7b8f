// Who is connected, over every kind of socket: bounds per person and address, and closing within a second when a session ends.
import { unauthenticated } from '../accounts/tokens.ts';
import type { Actor, App, Presence } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { createTokenBucket, type TokenBucket } from '../lib/token-bucket.ts';
import type { PresenceState } from '../protocol/names.ts';

export type CloseReason = 'unauthenticated' | 'stopping';

export interface Connection {
  readonly actor: Actor;
  readonly address: string;
  /** Tells the client why, then closes. */
  close(reason: CloseReason): void;
  /** What this client was sent and has not taken yet. */
  waitingBytes(): number;
  /** Ends it without a word: for clients that read none. */
  cut(): void;
}

interface Person {
  connections: Set<Connection>;
  sends: TokenBucket;
  activeAt: number;
  state: PresenceState;
}

export interface Connections extends Presence {
  /** @throws AppError rate_limited when the person or the address has too many, unauthenticated when the session has just ended */
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
/** Who only calls over HTTP is forgotten after this; by then the budget for sends is full again. */
const FORGOTTEN_AFTER_MS = 60_000;
/** A dropped Wi-Fi is not a departure: offline is told after this. */
const OFFLINE_AFTER_MS = 3_000;

export function createConnections(app: Pick<App, 'limits' | 'bus'>): Connections {
  const people = new Map<string, Person>();
  const perAddress = new Map<string, number>();
  const leaving = new Map<string, NodeJS.Timeout>();
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
    for (const [userId, person] of people) {
      for (const connection of person.connections) {
        if (connection.actor.expiresAt <= now) connection.close('unauthenticated');
        if (connection.waitingBytes() > MAX_WAITING_BYTES) connection.cut();
      }
      const [first] = person.connections;
      if (first && now - person.activeAt > app.limits.awayAfterMs) setState(person, first.actor, 'away');
      const isForgotten = !first && !leaving.has(userId) && now - person.activeAt > FORGOTTEN_AFTER_MS;
      if (isForgotten) people.delete(userId);
    }
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

  const requirePerson = (userId: string): Person => {
    const person = people.get(userId) ?? {
      connections: new Set<Connection>(),
      sends: createTokenBucket(app.limits.sendsBurst, app.limits.sendsPerSecond),
      activeAt: Date.now(),
      state: 'offline' as PresenceState,
    };
    people.set(userId, person);
    return person;
  };

  return {
    stateOf: (userId) => people.get(userId)?.state ?? 'offline',
    admit(connection) {
      const { actor, address } = connection;
      if (endedAt.has(actor.sessionId)) throw unauthenticated('session_ended');
      const person = requirePerson(actor.userId);
      const fromAddress = perAddress.get(address) ?? 0;
      if (person.connections.size >= app.limits.socketsPerPerson || fromAddress >= app.limits.socketsPerAddress) {
        throw new AppError('rate_limited', 'Too many connections; close some tabs and try again.', {
          reason: 'too_many_sockets',
          retryAfterMs: 10_000,
        });
      }
      person.connections.add(connection);
      perAddress.set(address, fromAddress + 1);
      clearTimeout(leaving.get(actor.userId));
      leaving.delete(actor.userId);
      person.activeAt = Date.now();
      setState(person, actor, 'online');
    },
    remove(connection) {
      const { actor, address } = connection;
      const person = people.get(actor.userId);
      if (!person?.connections.delete(connection)) return;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
      if (person.connections.size > 0 || isStopped) return;
      const leaveTimer = setTimeout(() => leave(actor), OFFLINE_AFTER_MS);
      leaveTimer.unref();
      leaving.set(actor.userId, leaveTimer);
    },
    touch(userId) {
      const person = people.get(userId);
      if (!person) return;
      person.activeAt = Date.now();
      const [first] = person.connections;
      if (first) setState(person, first.actor, 'online');
    },
    people: () => [...people].flatMap(([userId, person]) => (person.connections.size > 0 ? [userId] : [])),
    takeSend(userId) {
      const person = requirePerson(userId);
      person.activeAt = Date.now();
      const retryAfterMs = person.sends.take();
      if (retryAfterMs === 0) return;
      const { sendsPerSecond } = app.limits;
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
