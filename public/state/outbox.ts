// Messages on their way: shown at once, kept on this device until acknowledged, sent in order, never posted twice (same clientId).
import { signal } from '@preact/signals';
import type { Message } from '../../src/protocol/models.ts';
import { ApiError } from '../lib/api-error.ts';
import { readStored, storedKeys, writeStored } from '../lib/storage.ts';
import { isConnected, requireWire } from './connection.ts';

export interface Draft {
  text: string;
  replyToId?: string;
  assistant: 'room' | 'ask' | 'skip';
  /** They lie on the table already; the message points to them. */
  documents?: readonly { id: string; name: string }[];
}

export interface PendingMessage extends Draft {
  roomId: string;
  clientId: string;
  createdAt: string;
  /** `waiting`: will be sent when connected. */
  state: 'waiting' | 'sending' | 'failed';
  error?: ApiError;
}

export const outbox = signal<readonly PendingMessage[]>([]);

/** Each message has a key of its own: two pages of one person never write over each other. */
let storagePrefix = '';
let onSent: (message: Message) => void = () => {};
const busyRooms = new Set<string>();

/** Takes up what this person had not sent yet. `sent` gets each message as the server stored it. */
export function openOutbox(userId: string, sent: (message: Message) => void): void {
  storagePrefix = `outbox.${userId}.`;
  onSent = sent;
  outbox.value = storedKeys(storagePrefix)
    .map((key) => readStored<PendingMessage | undefined>(key, undefined))
    .filter((one) => one !== undefined)
    .map((one) => ({ ...one, state: 'waiting' as const }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.clientId.localeCompare(b.clientId));
}

export function closeOutbox(): void {
  outbox.value = [];
  busyRooms.clear();
}

export function send(roomId: string, draft: Draft): void {
  const pending: PendingMessage = {
    ...draft,
    roomId,
    clientId: `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`,
    createdAt: new Date().toISOString(),
    state: 'waiting',
  };
  keep([...outbox.peek(), pending]);
  void flush(roomId);
}

export function retry(clientId: string): void {
  const pending = change(clientId, { state: 'waiting', error: undefined });
  if (pending) void flush(pending.roomId);
}

export function discard(clientId: string): void {
  keep(outbox.peek().filter((one) => one.clientId !== clientId));
}

/** A message of one's own came back, as a fact or as an acknowledgement. */
export function settle(clientId: string | undefined): void {
  if (clientId && outbox.peek().some((one) => one.clientId === clientId)) discard(clientId);
}

/** Connected again: everything that waits goes out, room by room in order. */
export function flushAll(): void {
  for (const roomId of new Set(outbox.peek().map((one) => one.roomId))) void flush(roomId);
}

async function flush(roomId: string): Promise<void> {
  if (busyRooms.has(roomId)) return;
  busyRooms.add(roomId);
  try {
    for (;;) {
      const next = outbox.peek().find((one) => one.roomId === roomId && one.state === 'waiting');
      if (!next || !isConnected()) return;
      await sendOne(next);
    }
  } finally {
    busyRooms.delete(roomId);
  }
}

async function sendOne(pending: PendingMessage): Promise<void> {
  const { clientId, roomId, text, replyToId, assistant, documents } = pending;
  change(clientId, { state: 'sending' });
  try {
    const documentIds = documents?.map(({ id }) => id);
    const input = {
      ...{ roomId, clientId, text, assistant },
      ...(replyToId ? { replyToId } : {}),
      ...(documentIds?.length ? { documentIds } : {}),
    };
    const { message } = await requireWire().request('message:send', input);
    onSent(message);
    settle(clientId);
  } catch (error) {
    const failure = error instanceof ApiError ? error : new ApiError({ code: 'internal', message: '' });
    // Cut off while sending: it may have arrived. The same clientId goes again when connected.
    if (failure.code === 'unreachable') change(clientId, { state: 'waiting' });
    else change(clientId, { state: 'failed', error: failure });
  }
}

function change(clientId: string, changes: Partial<PendingMessage>): PendingMessage | undefined {
  const before = outbox.peek().find((one) => one.clientId === clientId);
  if (!before) return undefined;
  const after = { ...before, ...changes };
  keep(outbox.peek().map((one) => (one === before ? after : one)));
  return after;
}

function keep(next: readonly PendingMessage[]): void {
  const before = outbox.peek();
  outbox.value = next;
  for (const { clientId } of before) {
    if (!next.some((one) => one.clientId === clientId)) writeStored(storagePrefix + clientId, undefined);
  }
  for (const one of next) {
    const { error: _error, ...kept } = one;
    if (!before.includes(one)) writeStored(storagePrefix + one.clientId, kept);
  }
}
