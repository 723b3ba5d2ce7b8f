// Putting a file on the table: taken in, looked at, kept, and only then seen by others.
import type { Readable } from 'node:stream';
import type { Actor, App } from '../context.ts';
import type { ReceivedFile } from '../engines/files/file-store.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { DocumentDetails } from '../protocol/document-api.ts';
import type { Document } from '../protocol/document-models.ts';
import { requirePlace, visiblePlaces } from './access.ts';
import { announceDocument } from './announce.ts';
import {
  type DocumentRow,
  findDocument,
  findSameContent,
  insertDocument,
  toDocument,
  updateDocument,
} from './document-store.ts';
import { eraseDocumentLater } from './erase.ts';
import { documentName } from './file-name.ts';
import { detectType, READABLE_TYPES } from './parse/detect-type.ts';

export type UploadApp = Pick<App, 'db' | 'files' | 'jobs' | 'broadcast'>;

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
 * @throws AppError not_found, forbidden, conflict (room_archived), invalid (file_missing, file_empty, file_type_refused), too_large,
 * unavailable (storage_full, storage_unavailable)
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

/** Says what a file is by its content. @throws AppError invalid (file_missing, file_empty, file_type_refused) */
async function requireReadable(
  file: ReceivedFile,
  fileName: string,
): Promise<{ contentType: string; extension: string }> {
  if (file.bytes === 0) {
    if (fileName === '') throw new AppError('invalid', 'No file was chosen.', { reason: 'file_missing' });
    throw new AppError('invalid', 'This file is empty.', { reason: 'file_empty' });
  }
  const type = await detectType(file.path, fileName);
  if (type) return type;
  const accepted = READABLE_TYPES.map(({ extension }) => extension);
  throw new AppError('invalid', 'Files of this kind cannot be read.', { reason: 'file_type_refused', accepted });
}

interface Draft {
  details: DocumentDetails;
  name: string;
  contentType: string;
}

async function takeIn(app: UploadApp, actor: Actor, file: ReceivedFile, draft: Draft): Promise<Document> {
  const { roomId } = draft.details;
  const known = await sameContent(app, actor, file.sha256);
  const here = known.find((row) => row.room_id === (roomId ?? null));
  if (here) return toDocument(here, { id: here.id, name: here.name });

  const row = draftRow(actor, file, draft, known[0]?.id ?? null);
  await insertDocument(app.db, row);
  try {
    await file.keep(row.file_key, { contentType: draft.contentType });
    const taken = await show(app, actor, row);
    if (taken.id === row.id) announceDocument(app, taken);
    else await eraseDocumentLater(app, { tenantId: row.tenant_id, id: row.id });
    return toDocument(taken, duplicateOf(taken, row, known));
  } catch (error) {
    await eraseDocumentLater(app, { tenantId: row.tenant_id, id: row.id });
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

/** Not there for anybody yet. */
function draftRow(actor: Actor, file: ReceivedFile, draft: Draft, duplicateOf: string | null) {
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
    kind: details.kind,
    content_type: contentType,
    bytes: file.bytes,
    sha256: file.sha256,
    file_key: fileKey(actor.tenantId, id),
    customer: details.customer ?? null,
    project: details.project ?? null,
    year: details.year ?? null,
    category: details.category ?? null,
    product: details.product ?? null,
    status: 'hidden' as const,
    progress_done: 0,
    progress_total: 0,
    progress_unit: 'page' as const,
    pages: 0,
    warnings: '[]',
    error: null,
    duplicate_of: duplicateOf,
    reading: 1,
    uploaded_by: actor.userId,
    uploaded_by_name: actor.name,
    created_at: now,
    updated_at: now,
  };
}

/** Spread over folders by the end of the id: its beginning is the time. */
const fileKey = (tenantId: string, id: string): string => `${tenantId}/${id.slice(-2)}/${id}`;

/** The document, there for others from now on; or the one that came first, when the same file was put here twice at once. */
async function show(app: UploadApp, actor: Actor, row: ReturnType<typeof draftRow>): Promise<DocumentRow> {
  return app.db.transaction().execute(async (trx) => {
    // The right may have gone while the file came.
    await requirePlace(trx, actor, row.room_id ?? undefined, 'write');
    const same = await findSameContent(trx, row.tenant_id, row.sha256);
    const first = same.find(({ room_id }) => room_id === row.room_id);
    if (first) return first;
    await updateDocument(trx, row.tenant_id, row.id, { status: 'uploaded' });
    return (await findDocument(trx, row.tenant_id, row.id))!;
  });
}

function duplicateOf(taken: DocumentRow, draft: { id: string }, known: DocumentRow[]): Document['duplicateOf'] {
  const original = taken.id === draft.id ? known[0] : taken;
  return original && { id: original.id, name: original.name };
}
