// What this device keeps for the person who is signed in: their rooms and what was last read in them. Erased when the session ends.
// Loaded after the first look. Reading and writing never throw: a device may refuse both.
import { clear, createStore, del, get, keys, set, type UseStore } from 'idb-keyval';
import type { RouteResult } from '../../src/protocol/api.ts';
import type { Member, Message, Room, RoomSummary, User } from '../../src/protocol/models.ts';
import type { RoomRole } from '../../src/protocol/names.ts';

export interface KeptStart {
  user: User;
  setup: RouteResult<'authSetup'>;
  rooms: readonly RoomSummary[];
}

export interface KeptRoom {
  userId: string;
  at: number;
  room: Room;
  role: RoomRole;
  members: readonly Member[];
  messages: readonly Message[];
  lastSeq: number;
}

const MOST_ROOMS = 30;
const START = 'start';
const PREFIX = 'room:';

let opened: UseStore | undefined;
const store = (): UseStore => {
  opened ??= createStore('projectwise', 'kept');
  return opened;
};

export const readStart = (): Promise<KeptStart | undefined> => get<KeptStart>(START, store()).catch(() => undefined);

export async function keepStart(start: KeptStart): Promise<void> {
  await set(START, start, store()).catch(() => undefined);
}

export async function readRoom(roomId: string, userId: string): Promise<KeptRoom | undefined> {
  const kept = await get<KeptRoom>(PREFIX + roomId, store()).catch(() => undefined);
  return kept?.userId === userId ? kept : undefined;
}

export async function keepRoom(kept: KeptRoom): Promise<void> {
  try {
    await set(PREFIX + kept.room.id, kept, store());
    const all = (await keys<string>(store())).filter((key) => key.startsWith(PREFIX));
    if (all.length <= MOST_ROOMS) return;
    const ages = await Promise.all(all.map(async (key) => ({ key, at: (await get<KeptRoom>(key, store()))?.at ?? 0 })));
    const oldest = ages.toSorted((a, b) => a.at - b.at).slice(0, all.length - MOST_ROOMS);
    for (const { key } of oldest) await del(key, store());
  } catch {
    // It is read from the server then.
  }
}

export async function forgetRoom(roomId: string): Promise<void> {
  await del(PREFIX + roomId, store()).catch(() => undefined);
}

export async function forgetAll(): Promise<void> {
  await clear(store()).catch(() => undefined);
}
