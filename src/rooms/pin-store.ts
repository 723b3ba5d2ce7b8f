// SQL of what is pinned in a room.
import type { DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { Message } from '../protocol/models.ts';

type Pin = NonNullable<Message['pinned']>;

export async function insertPin(
  db: DbOrTrx,
  tenantId: string,
  message: Pick<Message, 'id' | 'roomId'>,
  by: Pin['by'],
  now: number,
): Promise<void> {
  await db
    .insertInto('pins')
    .values({
      message_id: message.id,
      tenant_id: tenantId,
      room_id: message.roomId,
      pinned_by: by.id,
      pinned_by_name: by.name,
      pinned_at: now,
    })
    .execute();
}

export async function removePin(db: DbOrTrx, tenantId: string, messageId: string): Promise<void> {
  await db.deleteFrom('pins').where('message_id', '=', messageId).where('tenant_id', '=', tenantId).execute();
}

/** Those of these messages that are pinned. */
export async function findPins(
  db: DbOrTrx,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Map<string, Pin>> {
  if (messageIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('pins')
    .selectAll()
    .where('message_id', 'in', messageIds)
    .where('tenant_id', '=', tenantId)
    .execute();
  return new Map(
    rows.map((row) => [
      row.message_id,
      { by: { id: row.pinned_by, name: row.pinned_by_name }, at: toIso(row.pinned_at) },
    ]),
  );
}

/** The latest pin first. */
export async function listPinnedIds(db: DbOrTrx, tenantId: string, roomId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('pins')
    .select('message_id')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .orderBy('pinned_at', 'desc')
    .orderBy('message_id', 'desc')
    .execute();
  return rows.map((row) => row.message_id);
}
