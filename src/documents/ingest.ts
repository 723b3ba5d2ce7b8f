// The durable job that reads a document: page by page into the database, from where an earlier run stopped, until it is processed or failed.
import type { App, Trx } from '../context.ts';
import type { Job } from '../engines/jobs/job-queue.ts';
import { AppError } from '../lib/errors.ts';
import { settlesWithin } from '../lib/patience.ts';
import type { Document } from '../protocol/document-models.ts';
import { announceDocument } from './announce.ts';
import { trimPages } from './document-erase-store.ts';
import {
  copyPages,
  type DocumentRow,
  findDocument,
  hasWaitingDocuments,
  listUnread,
  updateDocument,
} from './document-store.ts';
import { explainMissing, requireFileKey } from './download.ts';
import { PAGES_PIECE } from './erase.ts';
import { GATHER_MS, PageWriter } from './page-writer.ts';
import { readBounds } from './parse/bounds.ts';
import type { ReadRequest } from './parse/parsed.ts';
import { NotWanted } from './readings.ts';

export const READ_JOB = 'document:read';
/** What takes long goes on here, so that it holds up nothing short. */
export const READ_LONG_JOB = 'document:read-long';

/** With pauses that grow to five minutes: an outage of half an hour or so is waited for. */
const MAX_ATTEMPTS = 12;
const LOOK_EVERY_MS = 2_000;

export type ReadingApp = Pick<App, 'db' | 'limits' | 'log' | 'jobs' | 'files' | 'reader' | 'readings' | 'broadcast'>;

interface Reading {
  documentId: string;
  reading: number;
}

/** Makes what was read findable. @throws AppError unavailable, to be tried again */
export type Indexing = (tenantId: string, documentId: string, signal: AbortSignal) => Promise<void>;

/** Call it in the transaction that makes the document wait. */
export async function readLater(
  app: Pick<App, 'jobs'>,
  row: Pick<DocumentRow, 'tenant_id' | 'id' | 'reading'>,
  trx?: Trx,
  kind = READ_JOB,
): Promise<void> {
  const payload: Reading = { documentId: row.id, reading: row.reading };
  await app.jobs.add({ tenantId: row.tenant_id, kind, payload, dedupeKey: row.id, maxAttempts: MAX_ATTEMPTS }, trx);
}

/** Names the handlers of the jobs. Call it once, before the queue starts. */
export function registerReading(app: ReadingApp, index?: Indexing): void {
  app.jobs.handle(READ_JOB, (job, signal) => readDocument(app, index, job, signal), {
    atOnce: app.limits.readersParallel,
    isLong: true,
  });
  app.jobs.handle(READ_LONG_JOB, (job, signal) => readDocument(app, index, job, signal), { atOnce: 1, isLong: true });
}

/** Documents that wait and that no job may know of any more. A job that is there finds that they are being read already. */
export async function resumeReading(app: Pick<App, 'db' | 'jobs'>): Promise<void> {
  for (const row of await listUnread(app.db)) await readLater(app, row);
}

async function readDocument(
  app: ReadingApp,
  index: Indexing | undefined,
  job: Job,
  stopSignal: AbortSignal,
): Promise<void> {
  const { documentId, reading } = job.payload as Reading;
  const row = await findDocument(app.db, job.tenantId, documentId);
  const isWaiting = row?.status === 'uploaded' || row?.status === 'processing';
  if (!isWaiting || row.reading !== reading) return;
  const running = app.readings.begin(documentId, reading);
  if (!running) return;
  const signal = AbortSignal.any([stopSignal, running.signal]);
  try {
    if (job.attempt > job.maxAttempts) throw tooOften();
    await begin(app, row);
    const writer = new PageWriter(app, row);
    const isCopied = await copyOfTwin(app, row, writer);
    if (!isCopied && (await readPages(app, row, writer, job, signal)) === 'aside') {
      // First this one ends: the next would find that it is being read already.
      running.end();
      return await readLater(app, row, undefined, READ_LONG_JOB);
    }
    await index?.(job.tenantId, documentId, signal);
    signal.throwIfAborted();
    await finish(app, row);
  } catch (error) {
    if (running.signal.aborted || error instanceof NotWanted) return;
    if (stopSignal.aborted || (!isAboutFile(error) && job.attempt < job.maxAttempts)) throw error;
    await fail(app, row, error);
  } finally {
    running.end();
  }
}

/** @throws NotWanted */
async function begin(app: ReadingApp, row: DocumentRow): Promise<void> {
  await change(app, row, { status: 'processing', error: null });
}

/** @throws NotWanted when a newer reading has begun, or the document went */
async function change(app: ReadingApp, row: DocumentRow, values: Partial<DocumentRow>): Promise<void> {
  if (!(await updateDocument(app.db, row.tenant_id, row.id, values, row.reading))) throw new NotWanted();
  const after = await findDocument(app.db, row.tenant_id, row.id);
  if (after?.reading === row.reading) announceDocument(app, after);
}

/** @returns `aside` when it should go on in the other place @throws AppError, NotWanted, what `signal` says */
async function readPages(
  app: ReadingApp,
  row: DocumentRow,
  writer: PageWriter,
  job: Job,
  signal: AbortSignal,
): Promise<'read' | 'aside'> {
  const isReadAlready = row.progress_total > 0 && writer.done >= row.progress_total;
  if (isReadAlready) return 'read';
  const shouldMakeRoom = createPatience(app, job);
  const copy = await app.files.localCopy(requireFileKey(row), signal).catch(explainMissing);
  const ended = new AbortController();
  const request: ReadRequest = {
    path: copy.path,
    contentType: row.content_type,
    name: row.name,
    fromPage: writer.done + 1,
    bounds: readBounds(app.limits),
  };
  const events = app.reader.read(request, AbortSignal.any([signal, ended.signal]));
  try {
    for (;;) {
      const next = events.next();
      next.catch(() => undefined);
      // What was read is not kept waiting for a page that takes its time.
      if (writer.isBehind && !(await settlesWithin(GATHER_MS, next))) await writer.catchUp();
      const { done, value } = await next;
      if (done) break;
      await writer.take(value);
      if (!(await shouldMakeRoom())) continue;
      await writer.flush();
      return 'aside';
    }
    await writer.flush();
    return 'read';
  } finally {
    ended.abort(new NotWanted());
    await events.return(undefined).catch(() => undefined);
    await copy.release();
  }
}

/** @returns asks, now and then, whether this reading should make room for others */
function createPatience(app: ReadingApp, job: Job): () => Promise<boolean> {
  const { readTurnMs } = app.limits;
  let lookAt = performance.now() + readTurnMs;
  return async () => {
    if (job.kind !== READ_JOB || performance.now() < lookAt) return false;
    lookAt = performance.now() + Math.min(LOOK_EVERY_MS, readTurnMs);
    return hasWaitingDocuments(app.db);
  };
}

/** Takes the pages of a document with the same content instead of reading it again. @returns whether all of them could be had */
async function copyOfTwin(app: ReadingApp, row: DocumentRow, writer: PageWriter): Promise<boolean> {
  if (row.duplicate_of === null || row.reading > 1 || writer.done > 0) return false;
  const twin = await findDocument(app.db, row.tenant_id, row.duplicate_of);
  if (twin?.status !== 'processed' || twin.sha256 !== row.sha256) return false;
  await copyPages(app.db, row.tenant_id, { from: twin.id, to: row.id });
  // Deleted or read again meanwhile: what was copied may be a part of it.
  const after = await findDocument(app.db, row.tenant_id, twin.id);
  if (after?.reading !== twin.reading) return false;
  const { progress_unit, progress_total, progress_done, pages, warnings } = twin;
  await change(app, row, { progress_unit, progress_total, progress_done, pages, warnings });
  return true;
}

async function finish(app: ReadingApp, row: DocumentRow): Promise<void> {
  const now = await findDocument(app.db, row.tenant_id, row.id);
  if (now?.reading !== row.reading) throw new NotWanted();
  const { progress_done: done, progress_total: total } = now;
  // What an earlier reading found beyond the end.
  for (let isMore = true; isMore; ) isMore = await trimPages(app.db, row.tenant_id, row.id, done, PAGES_PIECE);
  await change(app, row, { status: 'processed', pages: Math.max(done, total), progress_total: Math.max(done, total) });
}

async function fail(app: ReadingApp, row: DocumentRow, error: unknown): Promise<void> {
  const told: NonNullable<Document['error']> =
    error instanceof AppError
      ? {
          code: error.code,
          message: error.message,
          ...(error.details?.reason === undefined ? {} : { reason: error.details.reason }),
        }
      : { code: 'internal', message: 'Reading failed for a reason on our side. Try again, or tell the administrator.' };
  app.log.warn('A document could not be read', { documentId: row.id, contentType: row.content_type, error });
  try {
    await change(app, row, { status: 'failed', error: JSON.stringify(told) });
  } catch (problem) {
    if (!(problem instanceof NotWanted)) throw problem;
  }
}

/** Another try would find the same. */
const isAboutFile = (error: unknown): boolean =>
  error instanceof AppError && /^(file_|document_without_file$)/.test(error.details?.reason ?? '');

const tooOften = (): AppError =>
  new AppError('too_large', 'The service was cut off each time it read this file.', { reason: 'file_too_complex' });
