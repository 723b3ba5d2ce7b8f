// Keeping a file and its document together: the row comes first and is hidden, so that a process that is killed leaves nothing behind.
import type { Selectable } from 'kysely';
import type { DocumentsTable } from '../../database/schema.ts';
import type { Actor, App, Trx } from '../context.ts';
import type { ReceivedFile } from '../engines/files/file-store.ts';
import { newId } from '../lib/ids.ts';
import type { DocumentDetails } from '../protocol/document-api.ts';
import { findHidden, hasDocumentRow } from './document-erase-store.ts';
import { insertDocument } from './document-store.ts';
import { eraseDocumentLater } from './erase.ts';

export type KeepingApp = Pick<App, 'db' | 'files' | 'jobs'>;
export type HiddenRow = Selectable<DocumentsTable> & { status: 'hidden'; file_key: string };

export interface Draft {
  details: DocumentDetails;
  name: string;
  contentType: string;
  /** Id of a document with the same content that the actor may see. */
  duplicateOf?: string | undefined;
}

/** Not there for anybody yet. */
export function draftRow(actor: Actor, file: ReceivedFile, draft: Draft): HiddenRow {
  const { details, name, contentType } = draft;
  const id = newId();
  const now = Date.now();
  return {
    id,
    tenant_id: actor.tenantId,
    room_id: details.roomId ?? null,
    external_key: null,
    external_place: null,
    name,
    content_type: contentType,
    bytes: file.bytes,
    sha256: file.sha256,
    file_key: fileKey(actor.tenantId, id),
    ...detailColumns(details),
    status: 'hidden',
    progress_done: 0,
    progress_total: 0,
    progress_unit: 'page',
    pages: 0,
    warnings: '[]',
    error: null,
    duplicate_of: draft.duplicateOf ?? null,
    reading: 1,
    uploaded_by: actor.userId,
    uploaded_by_name: actor.name,
    created_at: now,
    updated_at: now,
  };
}

export const detailColumns = (details: DocumentDetails) => ({
  kind: details.kind,
  customer: details.customer ?? null,
  project: details.project ?? null,
  year: details.year ?? null,
  category: details.category ?? null,
  product: details.product ?? null,
});

/** Spread over folders by the end of the id: its beginning is the time. */
const fileKey = (tenantId: string, id: string): string => `${tenantId}/${id.slice(-2)}/${id}`;

/**
 * Keeps the file under the hidden row, then lets `settle` show it, or take its file over. What is hidden after that is erased, also when
 * something fails.
 */
export async function keepFile<T>(
  app: KeepingApp,
  file: ReceivedFile,
  row: HiddenRow,
  settle: (trx: Trx) => Promise<T>,
): Promise<T> {
  await insertDocument(app.db, row);
  try {
    await file.keep(row.file_key, { contentType: row.content_type });
    return await app.db.transaction().execute(settle);
  } catch (error) {
    // Its room went meanwhile, and the row with it: nothing else knows of the file any more.
    if (!(await hasDocumentRow(app.db, row.tenant_id, row.id)))
      await app.files.remove(row.file_key).catch(() => undefined);
    throw error;
  } finally {
    const hidden = await findHidden(app.db, row.tenant_id, row.id);
    if (hidden) await eraseDocumentLater(app, { tenantId: row.tenant_id, id: row.id });
  }
}
