// What lies on the table of a room, and in the library that every room may use: loaded once, then kept true by `document:changed`.
import { computed, signal } from '@preact/signals';
import type { Document } from '../../src/protocol/document-models.ts';
import { call } from '../lib/api.ts';
import type { OpenRoom } from './open-room.ts';
import { me } from './session.ts';

/** The place of documents that belong to no room, as the list of documents calls it. */
export const LIBRARY = 'library';

const PAGE_SIZE = 200;
/** More documents than this are found by the filter of the server, not by scrolling. */
const MOST_PAGES = 10;
const KEPT_SHELVES = 8;

export class Shelf {
  /** A room's id, or LIBRARY. */
  readonly place: string;
  /** Newest first; `undefined` until loaded. */
  readonly items = signal<readonly Document[] | undefined>(undefined);
  readonly failure = signal<unknown>(undefined);
  /** Everything that lies here is in `items`. */
  isWhole = false;
  /** Changes that arrive while the list is fetched are newer than what it brings. */
  #meanwhile: Map<string, Document | undefined> | undefined;

  constructor(place: string) {
    this.place = place;
  }

  async load(): Promise<void> {
    if (this.#meanwhile) return;
    const meanwhile = new Map<string, Document | undefined>();
    this.#meanwhile = meanwhile;
    try {
      const { items, isWhole } = await this.#fetchAll();
      this.isWhole = isWhole;
      this.items.value = merge(items, meanwhile);
      this.failure.value = undefined;
    } catch (error) {
      this.failure.value = error;
    } finally {
      this.#meanwhile = undefined;
    }
  }

  /** For the first look; what is known already is kept true by itself. */
  loadOnce(): void {
    if (this.items.peek() === undefined && this.failure.peek() === undefined) void this.load();
  }

  /** The document as it is now, or its id alone when it was deleted. */
  note(id: string, document: Document | undefined): void {
    this.#meanwhile?.set(id, document);
    const now = this.items.peek();
    if (now) this.items.value = merge(now, new Map([[id, document]]));
  }

  find(documentId: string): Document | undefined {
    return this.items.value?.find((one) => one.id === documentId);
  }

  async #fetchAll(): Promise<{ items: Document[]; isWhole: boolean }> {
    const all: Document[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { roomId: this.place, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
      const { items, nextCursor } = await call('listDocuments', { query });
      all.push(...items);
      cursor = nextCursor;
      if (!cursor) break;
    }
    return { items: all, isWhole: cursor === undefined };
  }
}

function merge(items: readonly Document[], changes: ReadonlyMap<string, Document | undefined>): readonly Document[] {
  const known = new Set(items.map((one) => one.id));
  const kept = items.flatMap((one) => {
    if (!changes.has(one.id)) return [one];
    const changed = changes.get(one.id);
    return changed ? [changed] : [];
  });
  const added = [...changes.values()].filter((one): one is Document => one !== undefined && !known.has(one.id));
  return added.length > 0 ? [...added, ...kept].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)) : kept;
}

const shelves = signal<ReadonlyMap<string, Shelf>>(new Map());

/** The shelf of a room, or of the library. Not loaded by asking for it. */
export function shelfOf(place: string): Shelf {
  const known = shelves.peek().get(place);
  if (known) return known;
  const shelf = new Shelf(place);
  const next = new Map(shelves.peek()).set(place, shelf);
  for (const old of next.keys()) {
    if (next.size <= KEPT_SHELVES) break;
    if (old !== LIBRARY && old !== place) next.delete(old);
  }
  shelves.value = next;
  return shelf;
}

/** Wherever it lies, when that place has been looked at. */
export function findDocument(documentId: string): Document | undefined {
  for (const shelf of shelves.value.values()) {
    const found = shelf.find(documentId);
    if (found) return found;
  }
  return undefined;
}

/** Known to lie neither in this room nor in the library: it was deleted. */
export function isGone(roomId: string, documentId: string): boolean {
  const places = [roomId, LIBRARY].map((place) => shelves.value.get(place));
  return places.every((shelf) => shelf?.items.value && shelf.isWhole && !shelf.find(documentId));
}

export const libraryCount = computed(() => shelves.value.get(LIBRARY)?.items.value?.length);

export function noteDocument(place: string, id: string, document: Document | undefined): void {
  shelves.peek().get(place)?.note(id, document);
}

/** Connected again: what changed meanwhile was not told. */
export function reloadShelves(): void {
  for (const shelf of shelves.peek().values()) {
    if (shelf.items.peek() !== undefined || shelf.failure.peek() !== undefined) void shelf.load();
  }
}

export function clearShelves(): void {
  shelves.value = new Map();
}

// What can be done with one; each takes the answer of the server as the truth. @throws ApiError

async function act(document: Document, action: () => Promise<Document>): Promise<void> {
  const changed = await action();
  noteDocument(changed.roomId ?? LIBRARY, document.id, changed);
}

const params = (document: Document) => ({ params: { documentId: document.id } });

export type DocumentChange = NonNullable<NonNullable<Parameters<typeof call<'updateDocument'>>[1]>['body']>;

export const updateDocument = (document: Document, body: DocumentChange) =>
  act(document, () => call('updateDocument', { ...params(document), body }));

export const readAgain = (document: Document) => act(document, () => call('reprocessDocument', params(document)));

export const cancelReading = (document: Document) => act(document, () => call('cancelDocument', params(document)));

export async function deleteDocument(document: Document): Promise<void> {
  await call('deleteDocument', params(document));
  noteDocument(document.roomId ?? LIBRARY, document.id, undefined);
}

/** Who brought it, or leads its room, or administers the library. `room`: the open one. */
export function mayChange(document: Document, room: OpenRoom | undefined): boolean {
  const myself = me.value;
  const isOwn = document.uploadedBy.id === myself?.id;
  if (!document.roomId) return isOwn || myself?.role === 'admin';
  if (room?.id !== document.roomId || room.room.value?.archivedAt) return false;
  return room.role.value === 'lead' || (isOwn && room.role.value === 'member');
}

export const downloadPath = (documentId: string, inline = false): string =>
  `/api/v1/files/${encodeURIComponent(documentId)}/download${inline ? '?inline=true' : ''}`;
