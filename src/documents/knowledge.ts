// Knowledge without a file: a text under a key of the caller's, replaced when the same key comes again.
import { Readable } from 'node:stream';
import type { Actor, App, Trx } from '../context.ts';
import type { DocumentDetails } from '../protocol/document-api.ts';
import type { Document } from '../protocol/document-models.ts';
import { LIBRARY, requireDocument, requirePlace } from './access.ts';
import { announceDocument } from './announce.ts';
import {
  type DocumentRow,
  deletePages,
  findByExternalKey,
  findDocument,
  toDocument,
  updateDocument,
} from './document-store.ts';
import { documentName } from './file-name.ts';
import { indexLater } from './index-document.ts';
import { readLater } from './ingest.ts';
import { detailColumns, draftRow, type HiddenRow, type KeepingApp, keepFile } from './keep.ts';

export interface Knowledge extends DocumentDetails {
  externalKey: string;
  name: string;
  /** Markdown */
  text: string;
}

type KnowledgeApp = KeepingApp & Pick<App, 'broadcast' | 'readings'>;

/**
 * Read like a file, in the background. A text that is as it was is not read again.
 * @throws AppError not_found, forbidden (also when the key is somebody else's), conflict (room_archived), unavailable
 */
export async function putKnowledge(app: KnowledgeApp, actor: Actor, input: Knowledge): Promise<Document> {
  await requirePlace(app, actor, input.roomId, 'write');
  const file = await app.files.receive(Readable.from([Buffer.from(input.text)]));
  try {
    const name = documentName(input.name, 'md');
    const draft = draftRow(actor, file, { details: input, name, contentType: 'text/markdown' });
    const row = await keepFile(app, file, draft, (trx) => put(app, actor, input, trx, draft));
    app.readings.abort(row.id, row.reading);
    announceDocument(app, row);
    return toDocument(row);
  } finally {
    await file.discard();
  }
}

/** What is left hidden after this is erased: the draft, with the file that nothing needs any more. */
async function put(
  app: KnowledgeApp,
  actor: Actor,
  input: Knowledge,
  trx: Trx,
  draft: HiddenRow,
): Promise<DocumentRow> {
  const { tenant_id: tenantId, id } = draft;
  await requirePlace(trx, actor, input.roomId, 'write');
  const place = input.roomId ?? LIBRARY;
  const before = await findByExternalKey(trx, tenantId, place, input.externalKey);
  if (!before) {
    const key = { external_key: input.externalKey, external_place: place };
    await updateDocument(trx, tenantId, id, { ...key, status: 'uploaded' });
    await readLater(app, draft, trx);
    return (await findDocument(trx, tenantId, id))!;
  }
  await requireDocument(trx, actor, before.id, 'write');
  const described = { name: draft.name, ...detailColumns(input) };
  if (before.sha256 === draft.sha256 && before.status !== 'failed' && before.status !== 'cancelled') {
    await updateDocument(trx, tenantId, before.id, described);
    await indexLater(app, { tenantId, documentId: before.id }, trx);
    return (await findDocument(trx, tenantId, before.id))!;
  }
  await updateDocument(trx, tenantId, id, { file_key: before.file_key });
  await deletePages(trx, tenantId, before.id);
  await updateDocument(trx, tenantId, before.id, {
    ...described,
    file_key: draft.file_key,
    sha256: draft.sha256,
    bytes: draft.bytes,
    status: 'uploaded',
    reading: before.reading + 1,
    progress_done: 0,
    progress_total: 0,
    pages: 0,
    warnings: '[]',
    error: null,
  });
  const after = (await findDocument(trx, tenantId, before.id))!;
  await readLater(app, after, trx);
  return after;
}
