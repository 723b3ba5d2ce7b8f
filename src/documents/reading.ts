// How reading goes on, as people decide it: again, no further, or as an administrator marks it.
import { isAdministrator } from '../accounts/permissions.ts';
import type { Actor, App, Trx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { Document } from '../protocol/document-models.ts';
import { requireDocument } from './access.ts';
import { announceDocument } from './announce.ts';
import { type DocumentRow, findDocument, updateDocument } from './document-store.ts';
import { asSeenBy } from './documents.ts';
import { requireFileKey } from './download.ts';
import { readLater } from './ingest.ts';

type ReadingApp = Pick<App, 'db' | 'jobs' | 'broadcast' | 'readings'>;

const isBeingRead = ({ status }: DocumentRow): boolean => status === 'uploaded' || status === 'processing';

const settled = (): AppError =>
  new AppError('conflict', 'This document is not being read.', { reason: 'document_settled' });

/** What was read stays until it is read again. @throws AppError not_found, forbidden, conflict (room_archived, document_busy) */
export async function reprocessDocument(app: ReadingApp, actor: Actor, documentId: string): Promise<Document> {
  const row = await app.db.transaction().execute(async (trx) => {
    const found = await requireDocument(trx, actor, documentId, 'write');
    requireFileKey(found);
    if (isBeingRead(found)) {
      throw new AppError('conflict', 'This document is being read already.', { reason: 'document_busy' });
    }
    return readAgain(app, trx, found);
  });
  return settle(app, actor, row);
}

/** Ends it at once; the file stays, and the pages read so far. @throws AppError not_found, forbidden, conflict (room_archived, document_settled) */
export async function cancelDocument(app: ReadingApp, actor: Actor, documentId: string): Promise<Document> {
  const row = await app.db.transaction().execute(async (trx) => {
    const found = await requireDocument(trx, actor, documentId, 'write');
    if (!isBeingRead(found)) throw settled();
    return endReading(trx, found, { status: 'cancelled', error: null });
  });
  return settle(app, actor, row);
}

/**
 * For a document whose reading got stuck, wherever it is. An administrator who may not see the document is told how it stands and nothing
 * of what it is. @throws AppError forbidden, not_found, conflict (document_settled) when there is no reading to end
 */
export async function setDocumentStatus(
  app: ReadingApp & Pick<App, 'log'>,
  actor: Actor,
  input: { documentId: string; status: 'failed' | 'cancelled' | 'uploaded' },
): Promise<Document> {
  if (!isAdministrator(actor)) throw new AppError('forbidden', 'Only an administrator may do this.');
  const row = await app.db.transaction().execute(async (trx) => {
    const found = await findDocument(trx, actor.tenantId, input.documentId);
    if (!found) throw notFound('document');
    if (input.status === 'uploaded') return readAgain(app, trx, found);
    if (!isBeingRead(found)) throw settled();
    const error = input.status === 'failed' ? JSON.stringify(MARKED) : null;
    return endReading(trx, found, { status: input.status, error });
  });
  app.log.info('An administrator marked a document', { documentId: row.id, status: input.status, by: actor.userId });
  const maySee = await requireDocument(app, actor, row.id, 'read').catch(() => undefined);
  const document = await settle(app, actor, row);
  return maySee ? document : outwardly(document);
}

const MARKED: NonNullable<Document['error']> = {
  code: 'stopped',
  message: 'An administrator marked the reading of this document as failed.',
};

/** Its number goes up: what an older reading still has to say is dropped. */
async function readAgain(app: Pick<App, 'jobs'>, trx: Trx, row: DocumentRow): Promise<DocumentRow> {
  const anew = { progress_done: 0, progress_total: 0, pages: 0, warnings: '[]' };
  const after = await endReading(trx, row, { ...anew, status: 'uploaded', error: null });
  await readLater(app, after, trx);
  return after;
}

async function endReading(trx: Trx, row: DocumentRow, values: Partial<DocumentRow>): Promise<DocumentRow> {
  await updateDocument(trx, row.tenant_id, row.id, { ...values, reading: row.reading + 1 });
  return (await findDocument(trx, row.tenant_id, row.id))!;
}

async function settle(app: ReadingApp, actor: Actor, row: DocumentRow): Promise<Document> {
  app.readings.abort(row.id, row.reading);
  announceDocument(app, row);
  const [document] = await asSeenBy(app, actor, [row]);
  return document!;
}

function outwardly(document: Document): Document {
  const { id, kind, contentType, bytes, pages, status, progress, uploadedBy, createdAt, updatedAt } = document;
  const shown = { id, kind, contentType, bytes, pages, status, progress, createdAt, updatedAt };
  return { ...shown, name: 'document', warnings: [], uploadedBy: { id: uploadedBy.id, name: '' } };
}
