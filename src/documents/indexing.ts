// Keeps the index what the documents are: at start, after its file was lost, after a change of the embedding model, in the background.
import type { App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { INDEX_JOB, indexVersion, putIntoIndex, removeFromIndex } from './index-document.ts';
import { findIndexable, listProcessed, listTenantsWithDocuments, whichExist } from './index-store.ts';

type IndexingApp = Pick<App, 'db' | 'embedder' | 'vectors' | 'log' | 'jobs'>;

const CATCH_UP_JOB = 'index:catch-up';
const DOCUMENTS_AT_ONCE = 200;
/** One run of the job goes on this long, then others have their turn. */
const RUN_MS = 20_000;
const RETRY_MS = 60_000;

export interface IndexKeeper {
  /** Looks for what is missing, of all tenants, in the background. Call it when the job queue runs. */
  start(): Promise<void>;
}

/** Names the handlers of the jobs. Call it once, before the queue starts. */
export function registerIndexing(app: IndexingApp): IndexKeeper {
  const places = { atOnce: 1, isLong: true };
  app.jobs.handle(
    INDEX_JOB,
    async (job, signal) => {
      const { documentId } = job.payload as { documentId: string };
      await bringUpToDate(app, job.tenantId, documentId, signal);
    },
    places,
  );
  app.jobs.handle(
    CATCH_UP_JOB,
    async (job, signal) => {
      const { afterId = '' } = job.payload as { afterId?: string };
      await catchUp(app, job.tenantId, afterId, signal);
    },
    places,
  );
  const start = async (): Promise<void> => {
    for (const tenantId of await listTenantsWithDocuments(app.db)) await catchUpLater(app, tenantId, '');
  };
  app.vectors.onLost(() => {
    start().catch((error) => app.log.error('The index could not be looked through', { error }));
  });
  return { start };
}

async function catchUpLater(app: IndexingApp, tenantId: string, afterId: string, delayMs?: number): Promise<void> {
  const job = { tenantId, kind: CATCH_UP_JOB, payload: { afterId }, dedupeKey: tenantId };
  await app.jobs.add(delayMs === undefined ? job : { ...job, delayMs });
}

/**
 * One document after the other, so that what is there goes on serving until it is replaced. What takes too long goes on in another run,
 * and what fails is tried again in a while.
 */
async function catchUp(app: IndexingApp, tenantId: string, afterId: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + RUN_MS;
  const known = new Map(
    (await app.vectors.documents(tenantId, app.embedder.space)).map((one) => [one.documentId, one]),
  );
  if (afterId === '') await removeLeftovers(app, tenantId, [...known.keys()]);
  for (let last = afterId; ; ) {
    const rows = await listProcessed(app.db, tenantId, { afterId: last, limit: DOCUMENTS_AT_ONCE });
    for (const row of rows) {
      signal.throwIfAborted();
      const there = known.get(row.id);
      const isComplete = there?.version === indexVersion(row) && there.embedded === there.passages;
      if (!isComplete && !(await tryToIndex(app, tenantId, row.id, signal))) {
        return await catchUpLater(app, tenantId, last, RETRY_MS);
      }
      last = row.id;
      if (performance.now() > until) return await catchUpLater(app, tenantId, last);
    }
    if (rows.length < DOCUMENTS_AT_ONCE) return;
  }
}

/** @returns false when index or model cannot be reached just now */
async function tryToIndex(app: IndexingApp, tenantId: string, documentId: string, signal: AbortSignal) {
  try {
    await bringUpToDate(app, tenantId, documentId, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'unavailable') {
      app.log.info('Indexing goes on later', { error });
      return false;
    }
    // One document that cannot be indexed does not keep the others from it.
    app.log.error('A document could not be indexed', { documentId, error });
    return true;
  }
}

/**
 * Words that are not in the index yet, or are others now, go in at once, with vectors or without. Where only the vectors are missing, what
 * is there stays until the model gives new ones.
 */
async function bringUpToDate(
  app: IndexingApp,
  tenantId: string,
  documentId: string,
  signal: AbortSignal,
): Promise<void> {
  // Whoever reads it puts it in when it is done.
  const row = await findIndexable(app.db, tenantId, documentId);
  if (row && row.status !== 'processed') return;
  try {
    await putIntoIndex(app, tenantId, documentId, { needsVectors: true }, signal);
  } catch (error) {
    if (error instanceof AppError && error.details?.reason === 'embedding_unavailable') {
      await putWordsWhereMissing(app, tenantId, documentId, signal);
    }
    throw error;
  }
}

async function putWordsWhereMissing(app: IndexingApp, tenantId: string, documentId: string, signal: AbortSignal) {
  const row = await findIndexable(app.db, tenantId, documentId);
  const all = await app.vectors.documents(tenantId, app.embedder.space);
  const there = all.find((one) => one.documentId === documentId);
  if (!row || there?.version === indexVersion(row)) return;
  await putIntoIndex(app, tenantId, documentId, { needsVectors: false }, signal);
}

/** What is in the index of documents that are gone. */
async function removeLeftovers(app: IndexingApp, tenantId: string, documentIds: readonly string[]): Promise<void> {
  for (let from = 0; from < documentIds.length; from += DOCUMENTS_AT_ONCE) {
    const some = documentIds.slice(from, from + DOCUMENTS_AT_ONCE);
    const existing = await whichExist(app.db, tenantId, some);
    for (const id of some) if (!existing.has(id)) await removeFromIndex(app, tenantId, id);
  }
}
