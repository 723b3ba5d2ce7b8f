// SQL of documents that are not there yet or no longer: hidden from everybody until their file is kept, or everything of them is gone.
import type { Selectable } from 'kysely';
import type { DocumentsTable } from '../../database/schema.ts';
import type { Db, DbOrTrx } from '../context.ts';

export type HiddenDocument = Pick<Selectable<DocumentsTable>, 'id' | 'tenant_id' | 'file_key'>;

/**
 * From now on nothing finds it, and what still reads it may write no more. It is in no room any more, so that it does not go with one before
 * its file does, and its external key is free. One that is hidden already may be hidden again.
 */
export async function hideDocument(db: DbOrTrx, tenantId: string, documentId: string): Promise<void> {
  await db
    .deleteFrom('message_documents')
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .execute();
  await db
    .updateTable('documents')
    .set((row) => ({
      status: 'hidden' as const,
      room_id: null,
      reading: row('reading', '+', 1),
      external_key: null,
      external_place: null,
      updated_at: Date.now(),
    }))
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

export async function findHidden(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
): Promise<HiddenDocument | undefined> {
  return db
    .selectFrom('documents')
    .select(['id', 'tenant_id', 'file_key'])
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'hidden')
    .executeTakeFirst();
}

/** Hidden or not. */
export async function hasDocumentRow(db: DbOrTrx, tenantId: string, documentId: string): Promise<boolean> {
  const row = await db
    .selectFrom('documents')
    .select('id')
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Of all tenants: what a former life of the process has left. */
export async function listHidden(db: Db): Promise<HiddenDocument[]> {
  return db.selectFrom('documents').select(['id', 'tenant_id', 'file_key']).where('status', '=', 'hidden').execute();
}

/** Those of a room, hidden or not. */
export async function listAllOfRoom(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  limit: number,
): Promise<HiddenDocument[]> {
  return db
    .selectFrom('documents')
    .select(['id', 'tenant_id', 'file_key'])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Deletes the last of the pages after page `keep`, as many as fit into the piece, but at least one. @returns whether any may be left */
export async function trimPages(
  db: Db,
  tenantId: string,
  documentId: string,
  keep: number,
  piece: { rows: number; textBytes: number },
): Promise<boolean> {
  const rows = await db
    .selectFrom('document_pages')
    // Unlike the texts themselves their length is in the head of the row.
    .select(['number', (eb) => eb.fn<number>('octet_length', ['text']).as('bytes')])
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('number', '>', keep)
    .orderBy('number', 'desc')
    .limit(piece.rows)
    .execute();
  let bytes = 0;
  const fitting = rows.filter((row, index) => {
    bytes += row.bytes;
    return index === 0 || bytes <= piece.textBytes;
  });
  const last = fitting.at(-1);
  if (!last) return false;
  await db
    .deleteFrom('document_pages')
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('number', '>=', last.number)
    .execute();
  return true;
}

export async function deleteDocumentRow(db: DbOrTrx, tenantId: string, documentId: string): Promise<void> {
  await db.deleteFrom('documents').where('id', '=', documentId).where('tenant_id', '=', tenantId).execute();
}
