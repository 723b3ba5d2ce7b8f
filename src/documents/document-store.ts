// SQL of documents and their pages, and how rows become what clients see.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { DocumentPagesTable, DocumentsTable } from '../../database/schema.ts';
import type { Db, DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { Document } from '../protocol/document-models.ts';
import type { DocumentKind, DocumentStatus } from '../protocol/names.ts';
import type { ParsedPage } from './parse/parsed.ts';

/** One that is there: hidden ones are found by document-erase-store.ts only. */
export type DocumentRow = Selectable<DocumentsTable> & { status: DocumentStatus };

/** Rows of one insert: SQLite allows 32,766 values, and long texts should not stand together in one statement. */
const PAGES_PER_INSERT = 20;
const PAGES_PER_COPY = 5;

/** @param duplicateOf the same content elsewhere, once it is known that the asker may see that */
export function toDocument(row: DocumentRow, duplicateOf?: { id: string; name: string }): Document {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    ...(row.room_id === null ? {} : { roomId: row.room_id }),
    ...(row.external_key === null ? {} : { externalKey: row.external_key }),
    contentType: row.content_type,
    bytes: Number(row.bytes),
    pages: row.pages,
    status: row.status,
    progress: { done: row.progress_done, total: row.progress_total, unit: row.progress_unit },
    warnings: JSON.parse(row.warnings),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) }),
    ...(row.customer === null ? {} : { customer: row.customer }),
    ...(row.project === null ? {} : { project: row.project }),
    ...(row.year === null ? {} : { year: row.year }),
    ...(row.category === null ? {} : { category: row.category }),
    ...(row.product === null ? {} : { product: row.product }),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    uploadedBy: { id: row.uploaded_by, name: row.uploaded_by_name },
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  };
}

export async function insertDocument(db: DbOrTrx, row: Insertable<DocumentsTable>): Promise<void> {
  await db.insertInto('documents').values(row).execute();
}

export async function findDocument(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
): Promise<DocumentRow | undefined> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'hidden')
    .$narrowType<{ status: DocumentStatus }>()
    .executeTakeFirst();
}

/** @param externalKey of knowledge without a file */
export async function findByExternalKey(
  db: DbOrTrx,
  tenantId: string,
  place: string,
  externalKey: string,
): Promise<DocumentRow | undefined> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('external_place', '=', place)
    .where('external_key', '=', externalKey)
    .where('status', '!=', 'hidden')
    .$narrowType<{ status: DocumentStatus }>()
    .executeTakeFirst();
}

/** Files with this content, oldest first, wherever they are: what is told of them is for the caller to check. */
export async function findSameContent(db: DbOrTrx, tenantId: string, sha256: string): Promise<DocumentRow[]> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .where('external_key', 'is', null)
    .where('status', '!=', 'hidden')
    .$narrowType<{ status: DocumentStatus }>()
    .orderBy('id')
    .execute();
}

/** Of all tenants: what waits to be read or is being read. */
export async function listUnread(db: DbOrTrx): Promise<Pick<DocumentRow, 'id' | 'tenant_id' | 'reading'>[]> {
  return db
    .selectFrom('documents')
    .select(['id', 'tenant_id', 'reading'])
    .where('status', 'in', ['uploaded', 'processing'])
    .orderBy('id')
    .execute();
}

/** Of all tenants: whether reading of any document has not begun yet. */
export async function hasWaitingDocuments(db: DbOrTrx): Promise<boolean> {
  const row = await db
    .selectFrom('documents')
    .select('id')
    .where('status', '=', 'uploaded')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface DocumentSelection {
  /** Rooms whose documents are wanted. */
  roomIds: readonly string[];
  /** Whether those of the library are wanted too. */
  library: boolean;
  documentIds?: readonly string[] | undefined;
  status?: DocumentStatus | undefined;
  kind?: DocumentKind | undefined;
  customer?: string | undefined;
  project?: string | undefined;
  year?: number | undefined;
  /** Only documents made before this one. */
  beforeId?: string | undefined;
  limit?: number | undefined;
}

/** Newest first. Customer and project are compared without regard to case. */
export async function findDocuments(db: DbOrTrx, tenantId: string, wanted: DocumentSelection): Promise<DocumentRow[]> {
  if (wanted.roomIds.length === 0 && !wanted.library) return [];
  let query = db
    .selectFrom('documents')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'hidden')
    .where((eb) =>
      eb.or([
        ...(wanted.roomIds.length > 0 ? [eb('room_id', 'in', wanted.roomIds)] : []),
        ...(wanted.library ? [eb('room_id', 'is', null)] : []),
      ]),
    )
    .orderBy('id', 'desc');
  if (wanted.documentIds) query = query.where('id', 'in', wanted.documentIds.length > 0 ? wanted.documentIds : ['']);
  if (wanted.status) query = query.where('status', '=', wanted.status);
  if (wanted.kind) query = query.where('kind', '=', wanted.kind);
  if (wanted.year !== undefined) query = query.where('year', '=', wanted.year);
  const { customer, project } = wanted;
  if (customer) query = query.where((eb) => eb(eb.fn<string>('lower', ['customer']), '=', customer.toLowerCase()));
  if (project) query = query.where((eb) => eb(eb.fn<string>('lower', ['project']), '=', project.toLowerCase()));
  if (wanted.beforeId) query = query.where('id', '<', wanted.beforeId);
  if (wanted.limit !== undefined) query = query.limit(wanted.limit);
  return query.$narrowType<{ status: DocumentStatus }>().execute();
}

/** How many documents there are in these places, and how many of them have been read. */
export async function countDocuments(
  db: DbOrTrx,
  tenantId: string,
  wanted: Pick<DocumentSelection, 'roomIds' | 'library'>,
): Promise<{ total: number; processed: number }> {
  if (wanted.roomIds.length === 0 && !wanted.library) return { total: 0, processed: 0 };
  const rows = await db
    .selectFrom('documents')
    .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .where('status', '!=', 'hidden')
    .where((eb) =>
      eb.or([
        ...(wanted.roomIds.length > 0 ? [eb('room_id', 'in', wanted.roomIds)] : []),
        ...(wanted.library ? [eb('room_id', 'is', null)] : []),
      ]),
    )
    .groupBy('status')
    .execute();
  const of = (status?: DocumentStatus) =>
    rows.reduce((sum, row) => sum + (!status || row.status === status ? Number(row.count) : 0), 0);
  return { total: of(), processed: of('processed') };
}

/** @returns whether it was there, and still the same reading when one is named */
export async function updateDocument(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
  change: Updateable<DocumentsTable>,
  reading?: number,
): Promise<boolean> {
  let query = db
    .updateTable('documents')
    .set({ ...change, updated_at: Date.now() })
    .where('id', '=', documentId)
    .where('tenant_id', '=', tenantId);
  if (reading !== undefined) query = query.where('reading', '=', reading);
  return (await query.executeTakeFirst()).numUpdatedRows > 0n;
}

/** Replaces pages with these numbers. Call it in a transaction. @param pages with their Markdown, see documents/parse/markdown.ts */
export async function putPages(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
  pages: readonly (ParsedPage & { text: string })[],
): Promise<void> {
  for (let from = 0; from < pages.length; from += PAGES_PER_INSERT) {
    const some = pages.slice(from, from + PAGES_PER_INSERT);
    await db
      .deleteFrom('document_pages')
      .where('document_id', '=', documentId)
      .where('tenant_id', '=', tenantId)
      .where(
        'number',
        'in',
        some.map((page) => page.number),
      )
      .execute();
    await db
      .insertInto('document_pages')
      .values(
        some.map((page) => ({
          tenant_id: tenantId,
          document_id: documentId,
          number: page.number,
          label: page.label?.slice(0, 255) ?? null,
          text: page.text,
          blocks: JSON.stringify(page.blocks),
          source: page.source,
          words: page.words ? JSON.stringify(page.words) : null,
        })),
      )
      .execute();
  }
}

/** All pages of one document as pages of another that has none, a few at a time. Can be run again after it was cut off. */
export async function copyPages(db: Db, tenantId: string, { from, to }: { from: string; to: string }): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('document_pages')
      .selectAll()
      .where('document_id', '=', from)
      .where('tenant_id', '=', tenantId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(PAGES_PER_COPY)
      .execute();
    const last = rows.at(-1);
    if (!last) return;
    await db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('document_pages')
        .where('document_id', '=', to)
        .where('number', '>', after)
        .where('number', '<=', last.number)
        .execute();
      await trx
        .insertInto('document_pages')
        .values(rows.map((row) => ({ ...row, document_id: to })))
        .execute();
    });
    after = last.number;
  }
}

export async function deletePages(db: DbOrTrx, tenantId: string, documentId: string): Promise<void> {
  await db
    .deleteFrom('document_pages')
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** In order. Words are left out: they are for showing, not for reading. */
export async function listPages(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
  range: { from?: number; limit: number },
): Promise<(ParsedPage & { text: string })[]> {
  const rows = await db
    .selectFrom('document_pages')
    .select(['number', 'label', 'text', 'blocks', 'source'])
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('number', '>=', range.from ?? 1)
    .orderBy('number')
    .limit(range.limit)
    .execute();
  return rows.map((row) => ({
    number: row.number,
    ...(row.label === null ? {} : { label: row.label }),
    text: row.text,
    blocks: JSON.parse(row.blocks),
    source: row.source,
  }));
}

/** Texts of single pages, as many as are there. */
export async function findPageTexts(
  db: DbOrTrx,
  tenantId: string,
  pages: readonly { documentId: string; page: number }[],
): Promise<{ documentId: string; page: number; text: string }[]> {
  if (pages.length === 0) return [];
  const rows = await db
    .selectFrom('document_pages')
    .select(['document_id', 'number', 'text'])
    .where('tenant_id', '=', tenantId)
    .where((eb) =>
      eb.or(pages.map(({ documentId, page }) => eb.and([eb('document_id', '=', documentId), eb('number', '=', page)]))),
    )
    .execute();
  return rows.map((row) => ({ documentId: row.document_id, page: row.number, text: row.text }));
}

/** How these documents begin: a piece of each of their first pages, in order. */
export async function findBeginnings(
  db: DbOrTrx,
  tenantId: string,
  documentIds: readonly string[],
  most: { pages: number; units: number },
): Promise<{ documentId: string; text: string }[]> {
  if (documentIds.length === 0) return [];
  const rows = await db
    .selectFrom('document_pages')
    .select(['document_id', (eb) => eb.fn<string>('substr', ['text', eb.lit(1), eb.lit(most.units)]).as('text')])
    .where('tenant_id', '=', tenantId)
    .where('document_id', 'in', documentIds)
    .where('number', '<=', most.pages)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({ documentId: row.document_id, text: row.text }));
}

export async function findPage(
  db: DbOrTrx,
  tenantId: string,
  documentId: string,
  number: number,
): Promise<Selectable<DocumentPagesTable> | undefined> {
  return db
    .selectFrom('document_pages')
    .selectAll()
    .where('document_id', '=', documentId)
    .where('tenant_id', '=', tenantId)
    .where('number', '=', number)
    .executeTakeFirst();
}
