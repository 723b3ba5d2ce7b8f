// SQL that reads what has been said in a room, as the prompt needs it.
import type { DbOrTrx } from '../context.ts';

export interface SaidMessage {
  id: string;
  seq: number;
  authorKind: 'person' | 'assistant' | 'app' | 'system';
  authorName: string;
  text: string;
  /** Counted tokens; null until the counter has been there. */
  tokens: number | null;
  createdAt: number;
}

const columns = ['id', 'seq', 'author_kind', 'author_name', 'text', 'tokens', 'created_at'] as const;

/** The newest messages with words in them, newest first; answers still being written are left out. */
export async function listRecentlySaid(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  options: { limit: number; afterSeq?: number; beforeSeq?: number },
): Promise<SaidMessage[]> {
  let query = db
    .selectFrom('messages')
    .select(columns)
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('status', 'not in', ['deleted', 'streaming'])
    .where('author_kind', '!=', 'system')
    .where('text', '!=', '')
    .orderBy('seq', 'desc')
    .limit(options.limit);
  if (options.afterSeq !== undefined) query = query.where('seq', '>', options.afterSeq);
  if (options.beforeSeq !== undefined) query = query.where('seq', '<', options.beforeSeq);
  return (await query.execute()).map(toSaid);
}

export async function findSaid(db: DbOrTrx, tenantId: string, messageId: string): Promise<SaidMessage | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(columns)
    .where('id', '=', messageId)
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'deleted')
    .executeTakeFirst();
  return row && toSaid(row);
}

function toSaid(row: {
  id: string;
  seq: number;
  author_kind: SaidMessage['authorKind'];
  author_name: string;
  text: string;
  tokens: number | null;
  created_at: number;
}): SaidMessage {
  return {
    id: row.id,
    seq: row.seq,
    authorKind: row.author_kind,
    authorName: row.author_name,
    text: row.text,
    tokens: row.tokens,
    createdAt: row.created_at,
  };
}
