// What is remembered: of a room, of oneself, of everybody. Proposals are known as soon as a room is open, the rest when it is looked at.
import { batch, computed, signal } from '@preact/signals';
import type { MemoryChanged } from '../../src/protocol/events.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import { call } from '../lib/api.ts';
import type { OpenRoom } from './open-room.ts';
import { lookAgain } from './why.ts';

/** The places that belong to no room. */
export const MINE = 'person';
export const EVERYBODY = 'tenant';

const PAGE_SIZE = 200;
/** What is older is found by searching. */
const MOST_PAGES = 5;
/** A rejected proposal can be taken back for so long; only then the server is told. */
const UNDO_MS = 8_000;

export class MemoryShelf {
  /** A room's id, MINE or EVERYBODY. */
  readonly place: string;
  readonly known = signal<ReadonlyMap<string, Memory>>(new Map());
  readonly failure = signal<unknown>(undefined);
  /** Everything is known, not only what is proposed. */
  readonly isWhole = signal(false);
  /** Came or was accepted while one was looking: told in one line at the message it comes from. */
  readonly told = signal<ReadonlySet<string>>(new Set());
  /** What is proposed is known, or could not be asked for. */
  readonly isSettled = signal(false);
  #meanwhile: Map<string, Memory | undefined> | undefined;
  /** The loads so far, one after the other. */
  #loads: Promise<void> = Promise.resolve();
  #hasProposals = false;

  constructor(place: string) {
    this.place = place;
  }

  /** Newest first. */
  readonly items = computed(() => [...this.known.value.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1)));
  readonly proposed = computed(() =>
    this.items.value.filter(({ id, status }) => status === 'proposed' && !rejecting.value.has(id)),
  );

  loadProposals(): void {
    if (this.#hasProposals || this.isWhole.peek()) return;
    this.#hasProposals = true;
    // Nobody waits for these: what fails here is seen when the panel is opened.
    void this.#load('proposed').catch(() => {
      this.#hasProposals = false;
    });
  }

  async load(): Promise<void> {
    try {
      await this.#load('all');
      this.failure.value = undefined;
    } catch (error) {
      this.failure.value = error;
    }
  }

  /** Connected again: what changed meanwhile was not told. */
  reload(): void {
    if (this.isWhole.peek() || this.failure.peek() !== undefined) void this.load();
    else if (this.#hasProposals) {
      this.#hasProposals = false;
      this.loadProposals();
    }
  }

  #load(status: 'all' | 'proposed'): Promise<void> {
    const load = this.#loads.then(() => this.#fetch(status));
    this.#loads = load.catch(() => {});
    return load;
  }

  async #fetch(status: 'all' | 'proposed'): Promise<void> {
    // What is proposed is part of all that is known.
    if (status === 'proposed' && this.isWhole.peek()) return;
    const meanwhile = new Map<string, Memory | undefined>();
    this.#meanwhile = meanwhile;
    try {
      const found = new Map<string, Memory>();
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { ...placeQuery(this.place), status, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
        const { items, nextCursor } = await call('listMemories', { query });
        for (const memory of items) found.set(memory.id, memory);
        cursor = nextCursor;
        if (!cursor) break;
      }
      for (const [id, memory] of meanwhile)
        if (memory) found.set(id, memory);
        else found.delete(id);
      batch(() => {
        this.known.value = found;
        this.isSettled.value = true;
      });
      if (status === 'all') this.isWhole.value = true;
    } finally {
      this.#meanwhile = undefined;
      this.isSettled.value = true;
    }
  }

  /** As it is now; absent when it was forgotten. */
  note(id: string, memory: Memory | undefined): void {
    this.#meanwhile?.set(id, memory);
    const before = this.known.peek().get(id);
    const next = new Map(this.known.peek());
    if (memory) next.set(id, memory);
    else next.delete(id);
    const isNews = memory?.status === 'accepted' && memory.origin === 'said' && before?.status !== 'accepted';
    if (isNews && (before !== undefined || isYoung(memory))) this.told.value = new Set(this.told.peek()).add(id);
    if (memory?.status !== 'proposed') keepProposal(id);
    this.known.value = next;
  }
}

/** Made now, not an old one that was edited. */
const YOUNG_MS = 60_000;
const isYoung = (memory: Memory): boolean => Date.parse(memory.updatedAt) - Date.parse(memory.createdAt) < YOUNG_MS;

const placeQuery = (place: string) =>
  place === MINE || place === EVERYBODY ? ({ scope: place } as const) : ({ scope: 'room', roomId: place } as const);

const shelves = new Map<string, MemoryShelf>();

export function memoriesOf(place: string): MemoryShelf {
  const known = shelves.get(place) ?? new MemoryShelf(place);
  shelves.set(place, known);
  return known;
}

const placeOf = (memory: Memory): string => (memory.scope === 'room' ? (memory.roomId ?? '') : memory.scope);

export function noteMemory(change: MemoryChanged, roomId?: string): void {
  if ('removed' in change)
    for (const place of roomId ? [roomId] : [MINE, EVERYBODY]) memoriesOf(place).note(change.id, undefined);
  else memoriesOf(placeOf(change)).note(change.id, change);
  lookAgain();
}

export function reloadMemories(): void {
  for (const shelf of shelves.values()) shelf.reload();
}

/** Its members only know what a room remembers. */
export function dropMemories(roomId: string): void {
  shelves.delete(roomId);
}

export function clearMemories(): void {
  for (const { timer } of rejecting.peek().values()) clearTimeout(timer);
  rejecting.value = new Map();
  shelves.clear();
}

/** What is said in a personal room is remembered of the person. */
export const placeOfRoom = (room: OpenRoom): string => (room.room.value?.kind === 'personal' ? MINE : room.id);

/** What somebody has to decide about here. */
export const proposedIn = (room: OpenRoom): readonly Memory[] => memoriesOf(placeOfRoom(room)).proposed.value;

/** What is shown in the conversation of a room, by the message it comes from. */
export function rememberedIn(roomId: string): ReadonlyMap<string, readonly Memory[]> {
  const byMessage = new Map<string, Memory[]>();
  for (const shelf of [memoriesOf(roomId), memoriesOf(MINE)]) {
    for (const memory of shelf.items.value) {
      const { messageId, roomId: sourceRoomId, deleted } = memory.source;
      const isShown = memory.status === 'proposed' || (memory.status === 'accepted' && shelf.told.value.has(memory.id));
      if (!isShown || !messageId || deleted || sourceRoomId !== roomId) continue;
      byMessage.set(messageId, [memory, ...(byMessage.get(messageId) ?? [])]);
    }
  }
  return byMessage;
}

type Change = NonNullable<NonNullable<Parameters<typeof call<'updateMemory'>>[1]>['body']>;

/** @throws ApiError */
export async function updateMemory(memory: Memory, body: Change): Promise<void> {
  keepProposal(memory.id);
  noteMemory(await call('updateMemory', { params: { memoryId: memory.id }, body }));
}

/** @throws ApiError */
export async function forgetMemory(memory: Memory): Promise<void> {
  await call('forgetMemory', { params: { memoryId: memory.id } });
  noteMemory({ id: memory.id, removed: true }, memory.roomId);
}

/** Rejected, but it can still be taken back. */
export const rejecting = signal<ReadonlyMap<string, { timer: ReturnType<typeof setTimeout> }>>(new Map());
/** What went wrong with one, as the server or the connection said it. */
export const memoryFailures = signal<ReadonlyMap<string, unknown>>(new Map());

export function rejectMemory(memory: Memory): void {
  noteFailure(memory.id, undefined);
  const timer = setTimeout(() => {
    void updateMemory(memory, { status: 'rejected' }).catch((error: unknown) => noteFailure(memory.id, error));
  }, UNDO_MS);
  rejecting.value = new Map(rejecting.peek()).set(memory.id, { timer });
}

/** It stays a proposal, or somebody has decided otherwise. */
export function keepProposal(id: string): void {
  const pending = rejecting.peek().get(id);
  if (!pending) return;
  clearTimeout(pending.timer);
  const next = new Map(rejecting.peek());
  next.delete(id);
  rejecting.value = next;
}

export function noteFailure(id: string, error: unknown): void {
  const next = new Map(memoryFailures.peek());
  if (error === undefined) next.delete(id);
  else next.set(id, error);
  memoryFailures.value = next;
}
