// SQL of what members have not read, for many members of one room at once.
import type { DbOrTrx } from '../context.ts';

/** Who wrote what is unread where: the newest messages that count, ascending, without system messages and deleted ones. */
export async function listCountable(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  afterSeq: number,
): Promise<{ seq: number; author_id: string }[]> {
  return db
    .selectFrom('messages')
    .select(['seq', 'author_id'])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('seq', '>', afterSeq)
    .where('author_kind', '!=', 'system')
    .where('status', '!=', 'deleted')
    .orderBy('seq')
    .execute();
}

export async function listReadSeqs(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
): Promise<{ user_id: string; read_seq: number }[]> {
  return db
    .selectFrom('room_members')
    .select(['user_id', 'read_seq'])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** Unread mentions by person; those without any are absent. */
export async function countUnreadMentions(db: DbOrTrx, tenantId: string, roomId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('room_members as m')
    .innerJoin('mentions as n', (join) =>
      join.onRef('n.room_id', '=', 'm.room_id').onRef('n.user_id', '=', 'm.user_id').onRef('n.seq', '>', 'm.read_seq'),
    )
    .select((eb) => ['m.user_id as userId', eb.fn.countAll<number>().as('count')])
    .where('m.room_id', '=', roomId)
    .where('m.tenant_id', '=', tenantId)
    .groupBy('m.user_id')
    .execute();
  return new Map(rows.map((row) => [row.userId, Number(row.count)]));
}
