// SQL that reads what has been said in a room, as the prompt needs it.
import type { DbOrTrx } from '../context.ts';
import { type AttachedDocument, findMessageDocuments } from '../rooms/message-document-store.ts';

export interface SaidMessage {
  id: string;
  seq: number;
  authorKind: 'person' | 'assistant' | 'app' | 'system';
  authorName: string;
  text: string;
  /** Counted tokens; null until the counter has been there. */
  tokens: number | null;
  createdAt: number;
  /** What it brought along. */
  documents: AttachedDocument[];
  /** An answer that was cut short: stopped, failed or interrupted. */
  isIncomplete: boolean;
  /** An answer that rests on documents or on tools of servers: words of strangers may stand in it. */
  quotesStrangers: boolean;
}

const columns = [
  'id',
  'seq',
  'author_kind',
  'author_name',
  'text',
  'status',
  'tokens',
  'created_at',
  'sources',
  'steps',
] as const;

/** The newest messages that say something or bring something along, newest first; answers still being written are left out. */
export async function listRecentlySaid(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  options: { limit: number; afterSeq?: number; beforeSeq?: number; exceptModel?: string | undefined },
): Promise<SaidMessage[]> {
  let query = db
    .selectFrom('messages')
    .select(columns)
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('status', 'not in', ['deleted', 'streaming'])
    .where('author_kind', '!=', 'system')
    .where((eb) =>
      eb.or([
        eb('text', '!=', ''),
        eb.exists(
          eb
            .selectFrom('message_documents')
            .select('message_documents.message_id')
            .whereRef('message_documents.message_id', '=', 'messages.id'),
        ),
      ]),
    )
    .orderBy('seq', 'desc')
    .limit(options.limit);
  if (options.afterSeq !== undefined) query = query.where('seq', '>', options.afterSeq);
  if (options.beforeSeq !== undefined) query = query.where('seq', '<', options.beforeSeq);
  const { exceptModel } = options;
  if (exceptModel !== undefined)
    query = query.where((eb) => eb.or([eb('model', 'is', null), eb('model', '!=', exceptModel)]));
  return withDocuments(db, tenantId, await query.execute());
}

export async function findSaid(db: DbOrTrx, tenantId: string, messageId: string): Promise<SaidMessage | undefined> {
  const rows = await db
    .selectFrom('messages')
    .select(columns)
    .where('id', '=', messageId)
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'deleted')
    .execute();
  return (await withDocuments(db, tenantId, rows))[0];
}

interface SaidRow {
  id: string;
  seq: number;
  author_kind: SaidMessage['authorKind'];
  author_name: string;
  text: string;
  status: string;
  tokens: number | null;
  created_at: number;
  sources: string | null;
  steps: string | null;
}

async function withDocuments(db: DbOrTrx, tenantId: string, rows: readonly SaidRow[]): Promise<SaidMessage[]> {
  const documents = await findMessageDocuments(
    db,
    tenantId,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    id: row.id,
    seq: row.seq,
    authorKind: row.author_kind,
    authorName: row.author_name,
    text: row.text,
    tokens: row.tokens,
    createdAt: row.created_at,
    isIncomplete: row.author_kind === 'assistant' && row.status !== 'sent',
    quotesStrangers: row.sources !== null || stepsOf(row).some(({ name }) => name !== 'search_messages'),
    documents: documents.get(row.id) ?? [],
  }));
}

const stepsOf = ({ steps }: SaidRow): { name: string }[] => (steps === null ? [] : JSON.parse(steps));
