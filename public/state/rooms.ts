// The list of rooms in the rail: names, what is unread, where the assistant writes.
import { computed, signal } from '@preact/signals';
import type { ServerFacts } from '../../src/protocol/events.ts';
import type { Room, RoomSummary } from '../../src/protocol/models.ts';
import { call } from '../lib/api.ts';
import { language } from '../lib/i18n.ts';
import { place } from '../lib/router.ts';
import { me } from './session.ts';

/** `undefined` until loaded. The last active room comes first, except while the list is held. */
export const rooms = signal<readonly RoomSummary[] | undefined>(undefined);
export const roomsFailed = signal(false);
export const archivedRooms = signal<readonly RoomSummary[] | undefined>(undefined);

/** How long after activity a summary is asked for again: by then an answer has given its chat a title. */
const REFRESH_AFTER_MS = 1_500;

/** The list is under the pointer or the keyboard focus: then nothing in it changes its place. */
let isHeld = false;
const refreshes = new Map<string, ReturnType<typeof setTimeout>>();
/** When rooms went: an answer that was asked for before that must not bring them back. */
const removals = new Map<string, number>();
const wasThere = (askedAt: number) => (room: RoomSummary) => (removals.get(room.id) ?? 0) < askedAt;

export const groupRooms = computed(() => rooms.value?.filter((room) => room.kind === 'group') ?? []);
export const personalRooms = computed(() => rooms.value?.filter((room) => room.kind === 'personal') ?? []);
/** What of a room counts as news: nothing but what its member wants to hear. */
export const newsOf = ({ notify, unread, mentions }: RoomSummary): number =>
  ({ all: unread, mentions, nothing: 0 })[notify];
export const totalUnread = computed(() => rooms.value?.reduce((sum, room) => sum + newsOf(room), 0) ?? 0);
/** The last room in which something new was said, told each time. */
export const lastNews = signal<{ room: RoomSummary; isMention: boolean } | undefined>(undefined);
/** In all rooms but the one on screen: what is being read there is not news. */
export const unreadElsewhere = computed(() => {
  const here = place.value.name === 'room' ? place.value.roomId : undefined;
  return rooms.value?.reduce((sum, room) => sum + (room.id === here ? 0 : newsOf(room)), 0) ?? 0;
});

/** What this device keeps of the list, until the server is heard. */
export function showKeptRooms(kept: readonly RoomSummary[]): void {
  if (!rooms.peek()) show(kept);
}

export const unreadOf = (roomId: string): number => rooms.peek()?.find((room) => room.id === roomId)?.unread ?? 0;

/** Loads the list; `isOwnNew`: with a room the reader just made, which is shown first at once. */
export async function loadRooms(isOwnNew = false): Promise<void> {
  try {
    const askedAt = performance.now();
    const { items } = await call('listRooms');
    show(items.filter(wasThere(askedAt)), isOwnNew);
    roomsFailed.value = false;
  } catch {
    roomsFailed.value = true;
  }
}

/** Keeps the places of what is shown while the pointer or the focus is on it; what became active meanwhile moves afterwards. */
export function holdRooms(held: boolean): void {
  isHeld = held;
  if (!held && rooms.value) show(rooms.value);
}

function show(list: readonly RoomSummary[], isForced = false): void {
  const newestFirst = list.toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt));
  if (isHeld && !isForced) {
    const places = new Map(rooms.value?.map((room, index) => [room.id, index]));
    const placeOf = (room: RoomSummary) => places.get(room.id) ?? places.size;
    newestFirst.sort((a, b) => placeOf(a) - placeOf(b));
  }
  rooms.value = newestFirst;
}

/** @throws ApiError */
export async function loadArchivedRooms(): Promise<void> {
  const { items } = await call('listRooms', { query: { archived: true } });
  archivedRooms.value = items.filter((room) => room.archivedAt);
}

/** @returns the id of the new room. @throws ApiError */
export async function createGroupRoom(name: string, brief?: string): Promise<string> {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const room = await call('createRoom', {
    body: { name, kind: 'group', language: language.value, timeZone, ...(brief ? { brief } : {}) },
  });
  await loadRooms(true);
  return room.id;
}

/** As the server names a chat that nobody has given a title. */
const UNTITLED = ['New chat', 'Percakapan baru'];

/** @returns the id of a new chat, or of one that is still as it was made. @throws ApiError */
export async function openNewChat(): Promise<string> {
  const unused = personalRooms.value.find((room) => room.lastSeq === 0 && UNTITLED.includes(room.name));
  if (unused) return unused.id;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const session = await call('createChatSession', { body: { language: language.value, timeZone } });
  await loadRooms(true);
  return session.id;
}

export function noteActivity(activity: ServerFacts['room:activity']): void {
  const { roomId, unread, mentions, running, lastSeq } = activity;
  const list = rooms.value;
  const known = list?.find((room) => room.id === roomId);
  if (!known) {
    void (list ? refresh(roomId) : loadRooms());
    return;
  }
  const hasNews = lastSeq > known.lastSeq;
  const isMention = mentions > known.mentions;
  if (hasNews && (unread > known.unread || isMention)) {
    lastNews.value = { room: { ...known, unread, mentions }, isMention };
  }
  changeRoom(roomId, {
    unread,
    mentions,
    running,
    lastSeq,
    ...(hasNews ? { lastActivityAt: laterThanAll() } : {}),
  });
  // A new name reaches only those who have the room open; a chat gets its title after its first message.
  if (known.kind === 'personal' || (hasNews && unread === known.unread)) refreshSoon(roomId);
}

/** Now, or just after the newest in the list when the server's clock is ahead of this one. */
function laterThanAll(): string {
  const newest = Math.max(0, ...(rooms.peek() ?? []).map((room) => Date.parse(room.lastActivityAt)));
  return new Date(Math.max(Date.now(), newest + 1)).toISOString();
}

function refreshSoon(roomId: string): void {
  clearTimeout(refreshes.get(roomId));
  refreshes.set(
    roomId,
    setTimeout(() => void refresh(roomId), REFRESH_AFTER_MS),
  );
}

/** Puts one room into the list as the server has it now. */
async function refresh(roomId: string): Promise<void> {
  refreshes.delete(roomId);
  const userId = me.peek()?.id;
  const askedAt = performance.now();
  const found = await call('getRoom', { params: { roomId } }).catch(() => undefined);
  const list = rooms.peek();
  if (!found || !list || me.peek()?.id !== userId || !wasThere(askedAt)(found)) return;
  const others = list.filter((room) => room.id !== roomId);
  if (Boolean(found.archivedAt) === others.length < list.length) archivedRooms.value = undefined;
  if (found.archivedAt) rooms.value = others;
  else show(others.length < list.length ? list.map((room) => (room.id === roomId ? found : room)) : [...list, found]);
}

export function noteRoomChanged(room: Room): void {
  const known = rooms.value?.find((one) => one.id === room.id);
  if (!known || Boolean(known.archivedAt) !== Boolean(room.archivedAt)) {
    archivedRooms.value = undefined;
    void loadRooms();
    return;
  }
  changeRoom(room.id, { name: room.name, assistant: room.assistant, slug: room.slug });
}

export function noteNotify({ roomId, notify }: ServerFacts['room:notify']): void {
  changeRoom(roomId, { notify });
}

export function noteRoomRemoved(roomId: string): void {
  removals.set(roomId, performance.now());
  rooms.value = rooms.value?.filter((room) => room.id !== roomId);
  archivedRooms.value = archivedRooms.value?.filter((room) => room.id !== roomId);
}

export function noteRead(roomId: string): void {
  const known = rooms.value?.find((room) => room.id === roomId);
  if (known && (known.unread > 0 || known.mentions > 0)) changeRoom(roomId, { unread: 0, mentions: 0 });
}

export function clearRooms(): void {
  rooms.value = undefined;
  archivedRooms.value = undefined;
  roomsFailed.value = false;
  for (const timer of refreshes.values()) clearTimeout(timer);
  refreshes.clear();
  removals.clear();
}

function changeRoom(roomId: string, change: Partial<RoomSummary>): void {
  const list = rooms.value?.map((room) => (room.id === roomId ? { ...room, ...change } : room));
  if (list) show(list);
}
