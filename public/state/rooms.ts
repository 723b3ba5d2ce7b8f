// The list of rooms in the rail: names, what is unread, where the assistant writes.
import { computed, signal } from '@preact/signals';
import type { ServerFacts } from '../../src/protocol/events.ts';
import type { Room, RoomSummary } from '../../src/protocol/models.ts';
import { call } from '../lib/api.ts';
import { language } from '../lib/i18n.ts';

/** `undefined` until loaded. The order stays while the page is open, so that nothing moves under the pointer. */
export const rooms = signal<readonly RoomSummary[] | undefined>(undefined);
export const roomsFailed = signal(false);
export const archivedRooms = signal<readonly RoomSummary[] | undefined>(undefined);

export const groupRooms = computed(() => rooms.value?.filter((room) => room.kind === 'group') ?? []);
export const personalRooms = computed(() => rooms.value?.filter((room) => room.kind === 'personal') ?? []);
export const totalUnread = computed(() => rooms.value?.reduce((sum, room) => sum + room.unread, 0) ?? 0);

/** Loads the list, keeping the places of rooms that are already shown. */
export async function loadRooms(): Promise<void> {
  try {
    const { items } = await call('listRooms');
    const places = new Map(rooms.value?.map((room, place) => [room.id, place]));
    const newestFirst = items.toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt));
    rooms.value = newestFirst.sort((a, b) => (places.get(a.id) ?? -1) - (places.get(b.id) ?? -1));
    roomsFailed.value = false;
  } catch {
    roomsFailed.value = true;
  }
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
  await loadRooms();
  return room.id;
}

/** @returns the id of the new personal room. @throws ApiError */
export async function createPersonalRoom(): Promise<string> {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const session = await call('createChatSession', { body: { language: language.value, timeZone } });
  await loadRooms();
  return session.id;
}

export function noteActivity(activity: ServerFacts['room:activity']): void {
  const known = rooms.value?.find((room) => room.id === activity.roomId);
  if (!known) {
    void loadRooms();
    return;
  }
  const { unread, mentions, running, lastSeq } = activity;
  changeRoom(activity.roomId, { unread, mentions, running, lastSeq });
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

export function noteRoomRemoved(roomId: string): void {
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
}

function changeRoom(roomId: string, change: Partial<RoomSummary>): void {
  rooms.value = rooms.value?.map((room) => (room.id === roomId ? { ...room, ...change } : room));
}
