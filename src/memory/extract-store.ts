// SQL of looking a room through for what to remember: from where on, what people typed there, and how far it has come.
import type { DbOrTrx } from '../context.ts';
import type { TypedMessage } from './fact.ts';

export interface Stretch {
  messages: (TypedMessage & { seq: number })[];
  /** Up to which seq this reaches. */
  seq: number;
  hasMore: boolean;
}

/** What persons typed after `afterSeq`, oldest first: no programs, no assistant, nothing deleted, nothing somebody had forgotten. */
export async function readTyped(
  db: DbOrTrx,
  room: { tenant_id: string; id: string; last_seq: number },
  afterSeq: number,
  limit: number,
): Promise<Stretch> {
  const rows = await db
    .selectFrom('messages')
    .leftJoin('forgotten_messages as g', 'g.message_id', 'messages.id')
    .select([
      'messages.id',
      'messages.seq',
      'messages.author_id',
      'messages.author_name',
      'messages.text',
      'messages.created_at',
      'g.forgotten_at',
    ])
    .where('messages.room_id', '=', room.id)
    .where('messages.tenant_id', '=', room.tenant_id)
    .where('messages.seq', '>', afterSeq)
    // What was said since the room was read is the next look's: its end is not known here.
    .where('messages.seq', '<=', room.last_seq)
    .where('messages.author_kind', '=', 'person')
    .where('messages.status', '=', 'sent')
    .orderBy('messages.seq')
    .limit(limit)
    .execute();
  const hasMore = rows.length === limit;
  return {
    messages: rows
      .filter(({ forgotten_at, text }) => forgotten_at === null && text !== '')
      .map((row) => ({
        id: row.id,
        seq: row.seq,
        authorId: row.author_id,
        authorName: row.author_name,
        text: row.text,
        createdAt: row.created_at,
      })),
    seq: hasMore ? rows.at(-1)!.seq : room.last_seq,
    hasMore,
  };
}

/** @returns false when somebody else came further, and then nothing of this stretch is to be stored */
export async function advance(
  db: DbOrTrx,
  room: { tenant_id: string; id: string },
  from: number,
  to: number,
): Promise<boolean> {
  const result = await db
    .updateTable('rooms')
    .set({ memory_seq: to })
    .where('id', '=', room.id)
    .where('tenant_id', '=', room.tenant_id)
    .where('memory_seq', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Ids of those that are still there as they were read. */
export async function whichStand(
  db: DbOrTrx,
  tenantId: string,
  messages: readonly TypedMessage[],
): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'text'])
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'sent')
    .where(
      'id',
      'in',
      messages.map(({ id }) => id),
    )
    .execute();
  const texts = new Map(messages.map(({ id, text }) => [id, text]));
  return new Set(rows.filter(({ id, text }) => texts.get(id) === text).map(({ id }) => id));
}

/** Rooms, of every tenant, in which something was said that was not looked at yet. */
export async function listUnread(db: DbOrTrx): Promise<{ tenantId: string; roomId: string }[]> {
  const rows = await db
    .selectFrom('rooms')
    .select(['id', 'tenant_id'])
    .whereRef('memory_seq', '<', 'last_seq')
    .where('memory_mode', '!=', 'never')
    .execute();
  return rows.map(({ id, tenant_id }) => ({ tenantId: tenant_id, roomId: id }));
}
