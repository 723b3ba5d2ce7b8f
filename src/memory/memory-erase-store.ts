// SQL that makes memories leave: one that is forgotten, all of a room that was deleted, and which messages nothing is remembered of.
import type { Db, DbOrTrx } from '../context.ts';
import type { MemoryRow } from './memory-store.ts';

/** What was said, by whom and where is gone; the row stays to say when it was forgotten. */
export async function eraseMemory(db: DbOrTrx, row: MemoryRow, now: number): Promise<void> {
  await db
    .updateTable('memories')
    .set({
      text: '',
      subject: null,
      author_name: '',
      source_room_id: null,
      source_message_id: null,
      decided_by_name: null,
      status: 'rejected',
      version: row.version + 1,
      updated_at: now,
      forgotten_at: now,
    })
    .where('id', '=', row.id)
    .where('tenant_id', '=', row.tenant_id)
    .execute();
  for (const table of ['memory_versions', 'memory_terms'] as const) {
    await db.deleteFrom(table).where('memory_id', '=', row.id).where('tenant_id', '=', row.tenant_id).execute();
  }
}

/** Nothing is remembered of this message again. Saying so twice is once. */
export async function forgetMessage(
  db: DbOrTrx,
  tenantId: string,
  message: { id: string; roomId: string },
  now: number,
): Promise<void> {
  await db.deleteFrom('forgotten_messages').where('message_id', '=', message.id).execute();
  await db
    .insertInto('forgotten_messages')
    .values({ tenant_id: tenantId, message_id: message.id, room_id: message.roomId, forgotten_at: now })
    .execute();
}

/** Ids of the messages of this room whose facts a person had forgotten. */
export async function listForgottenMessages(db: DbOrTrx, tenantId: string, roomId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('forgotten_messages')
    .select('message_id')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
  return rows.map(({ message_id }) => message_id);
}

/**
 * Takes a piece of what a room remembers away for good. Of what the engine of recall knows, the row stays without its words until it is
 * taken out there. @returns whether anything may be left
 */
export async function purgeMemories(db: Db, tenantId: string, roomId: string, limit: number): Promise<boolean> {
  const rows = await db
    .selectFrom('memories')
    .selectAll()
    .where('scope_id', '=', roomId)
    .where('scope', '=', 'room')
    .where('tenant_id', '=', tenantId)
    .where((eb) => eb.or([eb('indexed_as', 'is', null), eb('forgotten_at', 'is', null)]))
    .limit(limit)
    .execute();
  if (rows.length === 0) {
    await db.deleteFrom('forgotten_messages').where('room_id', '=', roomId).where('tenant_id', '=', tenantId).execute();
    return false;
  }
  const now = Date.now();
  await db.transaction().execute(async (trx) => {
    // Versions and terms go with each.
    const ids = rows.filter(({ indexed_as }) => indexed_as === null).map(({ id }) => id);
    if (ids.length > 0) {
      await trx
        .deleteFrom('memories')
        .where('id', 'in', ids)
        .where('tenant_id', '=', tenantId)
        // One that is being put in meanwhile is looked at again.
        .where('indexed_as', 'is', null)
        .execute();
    }
    for (const row of rows) if (row.indexed_as !== null) await eraseMemory(trx, row, now);
  });
  return true;
}

/** What is left of memories of a room that is gone, once the engine of recall knows them no longer. */
export async function deleteTombstones(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db
    .deleteFrom('memories')
    .where('scope_id', '=', roomId)
    .where('scope', '=', 'room')
    .where('tenant_id', '=', tenantId)
    .where('forgotten_at', 'is not', null)
    .where('indexed_as', 'is', null)
    .execute();
}
