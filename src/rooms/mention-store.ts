// SQL of one person's mentions in all the rooms they are in.
import type { DbOrTrx } from '../context.ts';
import type { FoundMessage } from '../protocol/models.ts';
import { findMessages } from './message-store.ts';

/** Newest first. Whoever left a room finds nothing of it here. */
export async function findMentionsOf(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  page: { beforeId?: string; limit: number },
): Promise<FoundMessage[]> {
  let query = db
    .selectFrom('mentions as n')
    .innerJoin('room_members as own', (join) =>
      join.onRef('own.room_id', '=', 'n.room_id').onRef('own.user_id', '=', 'n.user_id'),
    )
    .innerJoin('rooms as r', 'r.id', 'n.room_id')
    .select(['n.message_id', 'n.seq', 'own.read_seq', 'r.id as room_id', 'r.name as room_name'])
    .where('n.user_id', '=', userId)
    .where('n.tenant_id', '=', tenantId)
    .where('own.tenant_id', '=', tenantId)
    .where('r.tenant_id', '=', tenantId)
    .orderBy('n.message_id', 'desc')
    .limit(page.limit);
  if (page.beforeId !== undefined) query = query.where('n.message_id', '<', page.beforeId);
  const rows = await query.execute();
  const messages = await findMessages(
    db,
    tenantId,
    rows.map((row) => row.message_id),
  );
  return rows.flatMap((row) => {
    const message = messages.get(row.message_id);
    if (!message) return [];
    return [{ message, room: { id: row.room_id, name: row.room_name }, unread: row.seq > row.read_seq }];
  });
}
