// Whose memories an answer in a room may be given: everybody there reads it.
import type { Actor, DbOrTrx } from '../context.ts';
import { mayUsePersonalMemory } from '../rooms/member-store.ts';
import type { RoomRow } from '../rooms/room-store.ts';
import type { Place } from './memory-store.ts';

/** What is one person's alone is used where nobody else is, or where that person said so, and only for what they ask themselves. */
export async function placesForAnswer(
  db: DbOrTrx,
  room: Pick<RoomRow, 'id' | 'tenant_id' | 'kind'>,
  asker: Pick<Actor, 'userId'>,
): Promise<Place[]> {
  const places: Place[] = [
    { scope: 'room', scopeId: room.id },
    { scope: 'tenant', scopeId: room.tenant_id },
  ];
  const isPersonal =
    room.kind === 'personal' || (await mayUsePersonalMemory(db, room.tenant_id, room.id, asker.userId));
  return isPersonal ? [...places, { scope: 'person', scopeId: asker.userId }] : places;
}
