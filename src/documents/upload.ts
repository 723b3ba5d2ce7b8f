// Putting a file on the table: taken in, looked at, kept, and only then seen by others.
import type { Readable } from 'node:stream';
import type { Actor, App } from '../context.ts';
import type { ReceivedFile } from '../engines/files/file-store.ts';
import { AppError } from '../lib/errors.ts';
import type { DocumentDetails } from '../protocol/document-api.ts';
import type { Document } from '../protocol/document-models.ts';
import { requirePlace, visiblePlaces } from './access.ts';
import { announceDocument } from './announce.ts';
import { type DocumentRow, findDocument, findSameContent, toDocument, updateDocument } from './document-store.ts';
import { documentName } from './file-name.ts';
import { readLater } from './ingest.ts';
import { type Draft, draftRow, type HiddenRow, type KeepingApp, keepFile } from './keep.ts';
import { type DetectedType, detectType, READABLE_TYPES } from './parse/detect-type.ts';
import { reprocessDocument } from './reading.ts';

export type UploadApp = KeepingApp & Pick<App, 'broadcast' | 'readings'>;

export interface NewUpload {
  /** As far as it is known before the content. */
  fields: DocumentDetails;
  fileName: string;
  content: Readable;
  /** Call it once `content` was read. */
  completed(): Promise<DocumentDetails>;
}

/**
 * Reading it begins afterwards. What lies there already is not kept a second time: the one that is there is answered.
 * @throws AppError not_found, forbidden, conflict (room_archived), invalid (file_missing, file_empty, file_encrypted, file_type_refused),
 * too_large, unavailable (storage_full, storage_unavailable)
 */
export async function uploadDocument(app: UploadApp, actor: Actor, input: NewUpload): Promise<Document> {
  await requirePlace(app, actor, input.fields.roomId, 'write');
  const file = await app.files.receive(input.content);
  try {
    const details = await input.completed();
    await requirePlace(app, actor, details.roomId, 'write');
    const { contentType, extension } = await requireReadable(file, input.fileName);
    const name = documentName(input.fileName, extension);
    return await takeIn(app, actor, file, { details, name, contentType });
  } finally {
    await file.discard();
  }
}

/** Says what a file is by its content. @throws AppError invalid (file_missing, file_empty, file_encrypted, file_type_refused) */
async function requireReadable(file: ReceivedFile, fileName: string): Promise<DetectedType> {
  if (file.bytes === 0) {
    if (fileName === '') throw new AppError('invalid', 'No file was chosen.', { reason: 'file_missing' });
    throw new AppError('invalid', 'This file is empty.', { reason: 'file_empty' });
  }
  try {
    const type = await detectType(file.path, fileName);
    if (type) return type;
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.reason !== 'file_type_refused') throw error;
    throw refusedType(error.message, error);
  }
  throw refusedType('Files of this kind cannot be read.');
}

const refusedType = (message: string, cause?: unknown): AppError =>
  new AppError(
    'invalid',
    message,
    { reason: 'file_type_refused', accepted: READABLE_TYPES.map(({ extension }) => extension) },
    { cause },
  );

async function takeIn(app: UploadApp, actor: Actor, file: ReceivedFile, draft: Draft): Promise<Document> {
  const known = await sameContent(app, actor, file.sha256);
  const here = known.find((row) => row.room_id === (draft.details.roomId ?? null));
  if (here) return answerWith(app, actor, here);

  const row = draftRow(actor, file, { ...draft, duplicateOf: known[0]?.id });
  const shown = await keepFile(app, file, row, async (trx) => {
    // The right may have gone while the file came.
    await requirePlace(trx, actor, draft.details.roomId, 'write');
    const first = await findInPlace(trx, row);
    if (first) return first;
    await updateDocument(trx, row.tenant_id, row.id, { status: 'uploaded' });
    await readLater(app, row, trx);
    return (await findDocument(trx, row.tenant_id, row.id))!;
  });
  // The same file, twice at once.
  if (shown.id !== row.id) return answerWith(app, actor, shown);
  announceDocument(app, shown);
  return toDocument(shown, known[0] && { id: known[0].id, name: known[0].name });
}

const findInPlace = async (
  db: Parameters<typeof findSameContent>[0],
  row: HiddenRow,
): Promise<DocumentRow | undefined> =>
  (await findSameContent(db, row.tenant_id, row.sha256)).find(({ room_id }) => room_id === row.room_id);

/** With what lies there already. What could not be read, or was not to be, gets another try where the actor may ask for one. */
async function answerWith(app: UploadApp, actor: Actor, row: DocumentRow): Promise<Document> {
  const duplicateOf = { id: row.id, name: row.name };
  if (row.status !== 'failed' && row.status !== 'cancelled') return toDocument(row, duplicateOf);
  try {
    return { ...(await reprocessDocument(app, actor, row.id)), duplicateOf };
  } catch (error) {
    if (error instanceof AppError) return toDocument(row, duplicateOf);
    throw error;
  }
}

/** Documents with the same content that the asker may see. */
async function sameContent(app: Pick<App, 'db'>, actor: Actor, sha256: string): Promise<DocumentRow[]> {
  const rows = await findSameContent(app.db, actor.tenantId, sha256);
  if (rows.length === 0) return [];
  const { roomIds } = await visiblePlaces(app.db, actor);
  const visible = new Set(roomIds);
  return rows.filter(({ room_id }) => room_id === null || visible.has(room_id));
}
