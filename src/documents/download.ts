// The file of a document as it was brought, for who may see the document.
import type { Readable } from 'node:stream';
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { requireDocument } from './access.ts';
import type { DocumentRow } from './document-store.ts';

export interface Download {
  name: string;
  contentType: string;
  bytes: number;
  /** SHA-256 of the content. */
  version: string;
  /** @param range bytes, both ends included @throws AppError conflict (document_without_file), unavailable (storage_unavailable) */
  open(range?: { start: number; end: number }): Promise<Readable>;
}

/** Nothing is read until it is opened. @throws AppError not_found, conflict (document_without_file) */
export async function downloadDocument(
  app: Pick<App, 'db' | 'files'>,
  actor: Actor,
  documentId: string,
): Promise<Download> {
  const row = await requireDocument(app, actor, documentId, 'read');
  const fileKey = requireFileKey(row);
  return {
    name: row.name,
    contentType: row.content_type,
    bytes: Number(row.bytes),
    version: row.sha256,
    open: async (range) => (await app.files.get(fileKey, range).catch(explainMissing)).content,
  };
}

export function requireFileKey(row: DocumentRow): string {
  if (row.file_key === null) throw withoutFile();
  return row.file_key;
}

/** A restored database may know of files that were not restored with it. @throws AppError document_without_file, or what it was given */
export function explainMissing(error: unknown): never {
  throw error instanceof AppError && error.code === 'not_found' ? withoutFile() : error;
}

const withoutFile = (): AppError =>
  new AppError('conflict', 'The file of this document is not in the store any more.', {
    reason: 'document_without_file',
  });
