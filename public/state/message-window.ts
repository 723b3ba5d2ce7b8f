// Which part of a room's messages the document holds. Pure: lists in, lists out, always ascending by seq.
import type { Message } from '../../src/protocol/models.ts';

export const WINDOW_SIZE = 200;
export const PAGE_SIZE = 50;

export interface MessageWindow {
  messages: readonly Message[];
  hasOlder: boolean;
  /** The window ends before the newest message: the reader jumped to a place further up. */
  hasNewer: boolean;
}

export const EMPTY_WINDOW: MessageWindow = { messages: [], hasOlder: false, hasNewer: false };

/** Both lists as one; of two versions of a message the one changed last wins, and an unchanged one keeps its identity. */
export function mergeMessages(known: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  if (incoming.length === 0) return known;
  const byId = new Map(known.map((message) => [message.id, message]));
  let changed = false;
  for (const message of incoming) {
    const before = byId.get(message.id);
    if (before && before.changedSeq >= message.changedSeq) continue;
    byId.set(message.id, message);
    changed = true;
  }
  return changed ? [...byId.values()].sort((a, b) => a.seq - b.seq) : known;
}

/** What a snapshot or fact says about messages, applied to a window: known ones change, newer ones are added at its open end. */
export function applyToWindow(window: MessageWindow, incoming: readonly Message[]): MessageWindow {
  const known = new Set(window.messages.map((message) => message.id));
  const lastSeq = window.messages.at(-1)?.seq ?? 0;
  const fitting = incoming.filter((message) => known.has(message.id) || (!window.hasNewer && message.seq > lastSeq));
  const messages = mergeMessages(window.messages, fitting);
  return messages === window.messages ? window : { ...window, messages };
}

/** Drops the oldest messages beyond the size of the window; called while the reader is at its end. */
export function trimOlder(window: MessageWindow): MessageWindow {
  if (window.hasNewer || window.messages.length <= WINDOW_SIZE) return window;
  return { ...window, messages: window.messages.slice(-WINDOW_SIZE), hasOlder: true };
}

/** Drops the newest messages beyond twice the size of the window; called while the reader pages far up. */
export function trimNewer(window: MessageWindow): MessageWindow {
  if (window.messages.length <= 2 * WINDOW_SIZE) return window;
  return { ...window, messages: window.messages.slice(0, 2 * WINDOW_SIZE), hasNewer: true };
}
