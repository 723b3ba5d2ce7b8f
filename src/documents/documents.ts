// Documents as people handle them: listed, looked at, described, taken off the table.
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { Document, DocumentPage } from '../protocol/document-models.ts';
import type { DocumentKind, DocumentStatus } from '../protocol/names.ts';
import { LIBRARY, requireDocument, requirePlace, visiblePlaces } from './access.ts';
import { announceDocument, announceRemoval } from './announce.ts';
import { hideDocument } from './document-erase-store.ts';
import {
  type DocumentRow,
  findDocument,
  findDocuments,
  findPage,
  toDocument,
  updateDocument,
} from './document-store.ts';
import { eraseDocumentLater } from './erase.ts';
import { safeFileName } from './file-name.ts';
import { indexLater } from './index-document.ts';

export interface DocumentQuery {
  status?: DocumentStatus | undefined;
  kind?: DocumentKind | undefined;
  /** A room, or `library`; absent: everywhere. */
  roomId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first. @throws AppError not_found (of the room) */
export async function listDocuments(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: DocumentQuery,
): Promise<{ items: Document[]; nextCursor?: string }> {
  const { roomId } = input;
  await requirePlace(app, actor, roomId === LIBRARY ? undefined : roomId, 'read');
  const places =
    roomId === undefined
      ? await visiblePlaces(app.db, actor)
      : { roomIds: roomId === LIBRARY ? [] : [roomId], library: roomId === LIBRARY };
  const { status, kind, cursor, limit } = input;
  const rows = await findDocuments(app.db, actor.tenantId, {
    ...places,
    status,
    kind,
    beforeId: cursor,
    limit: limit + 1,
  });
  const items = await asSeenBy(app, actor, rows.slice(0, limit));
  return { items, ...(rows.length > limit ? { nextCursor: items.at(-1)!.id } : {}) };
}

/** @throws AppError not_found */
export async function getDocument(app: Pick<App, 'db'>, actor: Actor, documentId: string): Promise<Document> {
  const row = await requireDocument(app, actor, documentId, 'read');
  const [document] = await asSeenBy(app, actor, [row]);
  return document!;
}

/** What a document is a copy of is told to those who may see that too. */
export async function asSeenBy(app: Pick<App, 'db'>, actor: Actor, rows: readonly DocumentRow[]): Promise<Document[]> {
  const documentIds = rows.flatMap(({ duplicate_of }) => duplicate_of ?? []);
  if (documentIds.length === 0) return rows.map((row) => toDocument(row));
  const places = await visiblePlaces(app.db, actor);
  const originals = await findDocuments(app.db, actor.tenantId, { ...places, documentIds });
  const byId = new Map(originals.map(({ id, name }) => [id, { id, name }]));
  return rows.map((row) => toDocument(row, byId.get(row.duplicate_of ?? '')));
}

/** @throws AppError not_found, also when this page was not read (yet) */
export async function getPage(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { documentId: string; page: number },
): Promise<DocumentPage> {
  const row = await requireDocument(app, actor, input.documentId, 'read');
  const page = await findPage(app.db, actor.tenantId, row.id, input.page);
  if (!page) throw new AppError('not_found', `Page ${input.page} is not there, or has not been read yet.`);
  return {
    documentId: row.id,
    number: page.number,
    unit: row.progress_unit,
    ...(page.label === null ? {} : { label: page.label }),
    text: page.text,
    source: page.source,
    ...(page.words === null ? {} : { words: JSON.parse(page.words) }),
  };
}

export interface DocumentChanges {
  documentId: string;
  name?: string | undefined;
  kind?: DocumentKind | undefined;
  customer?: string | undefined;
  project?: string | undefined;
  year?: number | null | undefined;
  category?: string | undefined;
  product?: string | undefined;
}

/** An empty detail is taken away. @throws AppError not_found, forbidden, conflict (room_archived), invalid */
export async function describeDocument(
  app: Pick<App, 'db' | 'broadcast' | 'jobs'>,
  actor: Actor,
  input: DocumentChanges,
): Promise<Document> {
  const { after, isChanged } = await app.db.transaction().execute(async (trx) => {
    const row = await requireDocument(trx, actor, input.documentId, 'write');
    const changes = changesOf(row, input);
    const isChanged = Object.keys(changes).length > 0;
    if (isChanged) {
      await updateDocument(trx, actor.tenantId, row.id, changes);
      // Its passages are found by these words too.
      await indexLater(app, { tenantId: actor.tenantId, documentId: row.id }, trx);
    }
    return { isChanged, after: (await findDocument(trx, actor.tenantId, row.id))! };
  });
  if (isChanged) announceDocument(app, after);
  const [document] = await asSeenBy(app, actor, [after]);
  return document!;
}

function changesOf(row: DocumentRow, input: DocumentChanges): Partial<DocumentRow> {
  const name = input.name === undefined ? undefined : safeFileName(input.name);
  if (name === '') throw new AppError('invalid', 'name: nothing is left of it without folders and control characters.');
  const wanted: Partial<DocumentRow> = {
    ...(name === undefined ? {} : { name }),
    ...(input.kind === undefined ? {} : { kind: input.kind }),
    ...(input.year === undefined ? {} : { year: input.year }),
  };
  for (const detail of ['customer', 'project', 'category', 'product'] as const) {
    if (input[detail] !== undefined) wanted[detail] = input[detail] === '' ? null : input[detail];
  }
  return Object.fromEntries(
    Object.entries(wanted).filter(([column, value]) => row[column as keyof DocumentRow] !== value),
  );
}

/** Gone for everybody at once, and from the disk soon. Answers keep their quotes. @throws AppError not_found, forbidden, conflict */
export async function deleteDocument(
  app: Pick<App, 'db' | 'broadcast' | 'jobs' | 'readings'>,
  actor: Actor,
  documentId: string,
): Promise<void> {
  const row = await app.db.transaction().execute(async (trx) => {
    const found = await requireDocument(trx, actor, documentId, 'write');
    await hideDocument(trx, actor.tenantId, documentId);
    await eraseDocumentLater(app, { tenantId: actor.tenantId, id: documentId }, trx);
    return found;
  });
  app.readings.abort(documentId);
  announceRemoval(app, row);
}
