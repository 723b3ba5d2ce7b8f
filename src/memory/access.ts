// The gate of every memory: who may not see it learns nothing, not even that it exists.
import { isAdministrator } from '../accounts/permissions.ts';
import type { Actor, App, DbOrTrx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { MemoryScope } from '../protocol/names.ts';
import { requireMember, requireRight } from '../rooms/access.ts';
import { findRoomOfMember, listRoomIdsOf } from '../rooms/member-store.ts';
import { findMemory, type KnownMemory, type Place } from './memory-store.ts';

type From = Pick<App, 'db'> | DbOrTrx;
const dbOf = (from: From): DbOrTrx => ('db' in from ? from.db : from);
type Asker = Pick<Actor, 'userId' | 'tenantId' | 'role'>;

/**
 * `forget` is for who said it or wrote it down, and for leads of its room, also in an archived one; a person's own and the tenant's are
 * forgotten by whoever may write them. Where a removal must not race with a write, pass the transaction of the write.
 * @throws AppError not_found, forbidden, or conflict when writing in an archived room
 */
export async function requireMemory(
  from: From,
  actor: Asker,
  memoryId: string,
  right: 'read' | 'write' | 'forget',
): Promise<KnownMemory> {
  const db = dbOf(from);
  const row = await findMemory(db, actor.tenantId, memoryId);
  if (!row) throw notFound('memory');
  if (row.scope === 'person' && row.scope_id !== actor.userId) throw notFound('memory');
  if (row.scope === 'tenant' && right !== 'read' && !isAdministrator(actor)) throw onlyAdministrators();
  if (row.scope === 'room') {
    const access = await findRoomOfMember(db, actor.tenantId, row.scope_id, actor.userId);
    if (!access) throw notFound('memory');
    if (right !== 'forget') requireRight(access, right);
    else if (row.author_id !== actor.userId && access.role !== 'lead') {
      throw new AppError('forbidden', 'Only who said this, or a lead of the room, may have it forgotten.');
    }
  }
  return row;
}

/** Where a request points: a room's when it names one, else the person's own. @throws AppError invalid */
export function placeOf(
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  input: { scope?: MemoryScope | undefined; roomId?: string | undefined },
): Place {
  const scope = input.scope ?? (input.roomId === undefined ? 'person' : 'room');
  if ((scope === 'room') !== (input.roomId !== undefined)) {
    throw new AppError('invalid', 'A roomId belongs to the scope `room`, and that scope needs one.');
  }
  if (scope === 'room') return { scope, scopeId: input.roomId! };
  return { scope, scopeId: scope === 'person' ? actor.userId : actor.tenantId };
}

/** @throws AppError not_found (of the room), forbidden, or conflict when writing in an archived room */
export async function requireMemoryPlace(
  from: From,
  actor: Asker,
  place: Place,
  right: 'read' | 'write',
): Promise<void> {
  if (place.scope === 'room') await requireMember(dbOf(from), actor, place.scopeId, right);
  if (place.scope === 'tenant' && right === 'write' && !isAdministrator(actor)) throw onlyAdministrators();
}

/** Everywhere memories may lie that the asker may see; with a room only what belongs to it, the tenant and the asker. */
export async function visibleMemoryPlaces(
  from: From,
  actor: Asker,
  input: { roomId?: string | undefined; scope?: MemoryScope | undefined },
): Promise<Place[]> {
  const db = dbOf(from);
  if (input.roomId !== undefined) await requireMember(db, actor, input.roomId, 'read');
  const roomIds = input.roomId === undefined ? await listRoomIdsOf(db, actor.tenantId, actor.userId) : [input.roomId];
  const places: Place[] = [
    ...roomIds.map((scopeId): Place => ({ scope: 'room', scopeId })),
    { scope: 'person', scopeId: actor.userId },
    { scope: 'tenant', scopeId: actor.tenantId },
  ];
  return places.filter(({ scope }) => input.scope === undefined || scope === input.scope);
}

const onlyAdministrators = (): AppError =>
  new AppError('forbidden', 'What the whole tenant remembers is for administrators to change.');
