// Is there a connection, since when not, and when is the next try. One socket for the whole app; it reconnects with jitter.
import { signal } from '@preact/signals';
import type { WireError } from '../../src/protocol/errors.ts';
import type { ServerFacts } from '../../src/protocol/events.ts';
import { createWire, type Wire } from '../lib/socket.ts';

export type Link =
  | { state: 'closed' | 'connecting' | 'connected' }
  | { state: 'offline'; since: number; nextTryAt: number; trying: boolean; restarting: boolean };

export const link = signal<Link>({ state: 'closed' });
/** The round trip of the last acknowledged request, rounded. */
export const latencyMs = signal<number | undefined>(undefined);

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const PROBE_TIMEOUT_MS = 3_000;

export interface ConnectionEvents {
  /** Connected, for the first time or again: join and send what waits. */
  onReady(): void;
  onFact<N extends keyof ServerFacts>(name: N, payload: ServerFacts[N]): void;
  /** The server no longer knows us: signing in again is needed. */
  onSignedOut(): void;
}

let wire: Wire | undefined;
let listener: ConnectionEvents | undefined;
let attempts = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let restarting = false;

/** The open connection. Only for signed-in parts of the app. */
export function requireWire(): Wire {
  if (!wire) throw new Error('The connection has not been opened.');
  return wire;
}

export const isConnected = () => link.value.state === 'connected';
/** Then nobody knows what is going on in a room: whatever tells it rests. */
export const isOffline = () => link.value.state === 'offline';

export function openConnection(events: ConnectionEvents): void {
  closeConnection();
  listener = events;
  link.value = { state: 'connecting' };
  wire = createWire({
    onConnect: () => {
      attempts = 0;
      restarting = false;
      link.value = { state: 'connected' };
      listener?.onReady();
    },
    onDisconnect: (refused) => lost(refused),
    onFact: (name, payload) => {
      if (name === 'server:closing') closing(payload as ServerFacts['server:closing']);
      else listener?.onFact(name, payload);
    },
    onLatency: (ms) => {
      latencyMs.value = Math.round(ms);
    },
  });
  addEventListener('online', tryNow);
  addEventListener('offline', probe);
  document.addEventListener('visibilitychange', onVisible);
  wire.connect();
}

export function closeConnection(): void {
  clearTimeout(timer);
  removeEventListener('online', tryNow);
  removeEventListener('offline', probe);
  document.removeEventListener('visibilitychange', onVisible);
  listener = undefined;
  const closing = wire;
  wire = undefined;
  closing?.close();
  link.value = { state: 'closed' };
  attempts = 0;
}

/** Tries to connect at once instead of waiting for the countdown. */
export function tryNow(): void {
  const now = link.value;
  if (now.state !== 'offline' || now.trying || !wire) return;
  clearTimeout(timer);
  link.value = { ...now, trying: true };
  wire.connect();
}

function lost(refused: WireError | undefined): void {
  if (!wire) return;
  if (refused?.code === 'unauthenticated') {
    listener?.onSignedOut();
    return;
  }
  const base = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
  attempts += 1;
  // Full jitter above half: many people coming back do not arrive in one moment.
  waitFor(refused?.details?.retryAfterMs ?? base / 2 + (Math.random() * base) / 2);
}

function waitFor(delayMs: number): void {
  clearTimeout(timer);
  const since = link.value.state === 'offline' ? link.value.since : Date.now();
  link.value = { state: 'offline', since, nextTryAt: Date.now() + delayMs, trying: false, restarting };
  timer = setTimeout(tryNow, delayMs);
}

/** The server says that it ends the connection, and when to come back. */
function closing({ code, reconnectInMs }: ServerFacts['server:closing']): void {
  if (code === 'unauthenticated') {
    listener?.onSignedOut();
    return;
  }
  restarting = true;
  wire?.drop();
  waitFor(reconnectInMs * (1 + Math.random() / 2));
}

/** The browser believes that the network is gone. It may be wrong (the server may run on this very computer), so ask. */
function probe(): void {
  fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => wire?.drop());
}

/** Phones freeze timers of hidden pages: coming back is the moment to try. */
function onVisible(): void {
  if (document.visibilityState === 'visible') tryNow();
}
