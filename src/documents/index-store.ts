// SQL of what search needs to know of documents: which are to be found where, and what the index should hold.

import type { Selectable } from 'kysely';
import type { DocumentsTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';

/** What an entry in the index is made from, besides the pages. */
export type IndexableDocument = Pick<
  Selectable<DocumentsTable>,
  | 'id'
  | 'tenant_id'
  | 'room_id'
  | 'status'
  | 'name'
  | 'reading'
  | 'customer'
  | 'project'
  | 'year'
  | 'category'
  | 'product'
>;

const COLUMNS = [
  'id',
  'tenant_id',
  'room_id',
  'status',
  'name',
  'reading',
  'customer',
  'project',
  'year',
  'category',
  'product',
] as const;

/** Whatever its status, but for what is hidden. */
export async function findIndexable(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
): Promise<IndexableDocument | undefined> {
  return db
    .selectFrom('documents')
    .select(COLUMNS)
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'hidden')
    .executeTakeFirst();
}

/** What has been read and should be in the index, by id. */
export async function listProcessed(
  db: DbOrTrx,
  tenantId: string,
  range: { afterId: string; limit: number },
): Promise<IndexableDocument[]> {
  return db
    .selectFrom('documents')
    .select(COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'processed')
    .where('id', '>', range.afterId)
    .orderBy('id')
    .limit(range.limit)
    .execute();
}

/** Of these, the ones that are there; hidden ones are not. */
export async function whichExist(db: DbOrTrx, tenantId: string, documentIds: readonly string[]): Promise<Set<string>> {
  if (documentIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('documents')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', documentIds)
    .where('status', '!=', 'hidden')
    .execute();
  return new Set(rows.map(({ id }) => id));
}

export async function listTenantsWithDocuments(db: DbOrTrx): Promise<string[]> {
  const rows = await db.selectFrom('documents').select('tenant_id').distinct().execute();
  return rows.map((row) => row.tenant_id);
}

export async function countUnread(db: DbOrTrx, tenantId: string): Promise<number> {
  const row = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['uploaded', 'processing'])
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function countProcessed(db: DbOrTrx, tenantId: string): Promise<number> {
  const row = await db
    .selectFrom('documents')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'processed')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
