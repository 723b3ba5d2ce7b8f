// What is being written in each room and was not sent: kept on this device, over rooms and over closing the page.
import { signal } from '@preact/signals';
import { readStored, writeStored } from '../lib/storage.ts';

const WRITE_AFTER_MS = 400;
/** A text that was forgotten in a room long ago does not keep what is written today from being kept. */
const MOST_KEPT = 50;

/** By room. */
export const drafts = signal<ReadonlyMap<string, string>>(new Map());

let storageKey = '';
/** Rooms whose drafts changed since they were stored: another page of the app may have changed others. */
const changed = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function openDrafts(userId: string): void {
  storageKey = `drafts.${userId}`;
  drafts.value = new Map(readStored<[string, string][]>(storageKey, []));
  addEventListener('pagehide', store);
  addEventListener('storage', takeOver);
  document.addEventListener('visibilitychange', store);
}

/** They stay on the device for when this person signs in again. */
export function closeDrafts(): void {
  removeEventListener('pagehide', store);
  removeEventListener('storage', takeOver);
  document.removeEventListener('visibilitychange', store);
  store();
  storageKey = '';
  drafts.value = new Map();
}

/** Written in another page of the app: it stands here too, except in a room where something is being written here this moment. */
function takeOver({ key }: StorageEvent): void {
  if (!storageKey || key !== `projectwise.${storageKey}`) return;
  const elsewhere = readStored<[string, string][]>(storageKey, []).filter(([id]) => !changed.has(id));
  const own = [...drafts.peek()].filter(([id]) => changed.has(id));
  drafts.value = new Map([...elsewhere, ...own]);
}

/** An empty text is no draft. */
export function keepDraft(roomId: string, text: string): void {
  const before = drafts.peek();
  if ((before.get(roomId) ?? '') === text) return;
  const others = [...before].filter(([id]) => id !== roomId);
  drafts.value = new Map(text.trim() === '' ? others : [...others, [roomId, text] as const].slice(-MOST_KEPT));
  changed.add(roomId);
  clearTimeout(timer);
  timer = setTimeout(store, WRITE_AFTER_MS);
}

function store(): void {
  clearTimeout(timer);
  if (!storageKey || changed.size === 0) return;
  const stored = readStored<[string, string][]>(storageKey, []).filter(([id]) => !changed.has(id));
  const own = [...drafts.peek()].filter(([id]) => changed.has(id));
  const all = [...stored, ...own].slice(-MOST_KEPT);
  writeStored(storageKey, all.length > 0 ? all : undefined);
  changed.clear();
}
