// Makes documents findable: cuts their pages into passages, embeds them and hands them to the index; keeps the index complete.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { App, Trx } from '../context.ts';
import type { IndexedPassage } from '../engines/vector/vector-index.ts';
import { AppError } from '../lib/errors.ts';
import { CHUNKER_VERSION, Chunker, type Passage } from './chunk.ts';
import { listPages } from './document-store.ts';
import { findIndexable, type IndexableDocument } from './index-store.ts';

type IndexingApp = Pick<App, 'db' | 'embedder' | 'vectors' | 'log' | 'jobs'>;

export const LIBRARY_SCOPE = 'library';
export const roomScope = (roomId: string): string => `room:${roomId}`;

export const INDEX_JOB = 'document:index';
const PAGES_AT_ONCE = 20;
/** How long pages are cut without a pause. */
const WORK_MS = 5;
/** Passages that are embedded together and cross to the index together. */
const BATCH = 64;

/** Everything an entry in the index is made from, but for the pages (which a reading stands for) and the vectors. */
export function indexVersion(row: IndexableDocument): string {
  const made = [CHUNKER_VERSION, row.reading, row.room_id, contextOf(row)];
  return createHash('sha256').update(JSON.stringify(made)).digest('base64url').slice(0, 22);
}

/** What a document is called and whom it is for: its passages are found by these words too. */
function contextOf({ name, customer, project, year, category, product }: IndexableDocument): string {
  const title = name.replace(/\.[a-z0-9]{1,5}$/i, '').replace(/[_-]+/g, ' ');
  return [title, customer, project, year, category, product].filter((word) => word !== null).join(' · ');
}

/**
 * Replaces what the index holds of a document by its pages as they are now; until that is done, searches see what was there before. Where
 * the embedding model cannot be reached the passages are found by keywords, and are embedded later.
 * @throws AppError unavailable when the index cannot be reached, or what `signal` was aborted with
 */
export async function indexDocument(
  app: IndexingApp,
  tenantId: string,
  documentId: string,
  signal: AbortSignal,
): Promise<void> {
  const done = await putIntoIndex(app, tenantId, documentId, { needsVectors: false }, signal);
  if (done && done.embedded < done.passages) await indexLater(app, { tenantId, documentId, delayMs: RETRY_MS });
}

const RETRY_MS = 60_000;

/** Takes a document out. @throws AppError unavailable */
export async function removeFromIndex(app: Pick<App, 'vectors'>, tenantId: string, documentId: string): Promise<void> {
  await app.vectors.remove(tenantId, documentId);
}

/** When something changed that the index was made from; in the transaction of the change when there is one. */
export async function indexLater(
  app: Pick<App, 'jobs'>,
  { tenantId, documentId, delayMs }: { tenantId: string; documentId: string; delayMs?: number },
  trx?: Trx,
): Promise<void> {
  const job = { tenantId, kind: INDEX_JOB, payload: { documentId }, dedupeKey: documentId, maxAttempts: MAX_ATTEMPTS };
  await app.jobs.add(delayMs === undefined ? job : { ...job, delayMs }, trx);
}

/** With pauses that grow to five minutes; what is still missing then is found at the next start. */
const MAX_ATTEMPTS = 50;

/**
 * @param needsVectors throws when the model cannot be reached, instead of putting passages in without vectors
 * @returns undefined when the document is no longer there
 */
export async function putIntoIndex(
  app: Pick<App, 'db' | 'embedder' | 'vectors' | 'log'>,
  tenantId: string,
  documentId: string,
  { needsVectors }: { needsVectors: boolean },
  signal: AbortSignal,
): Promise<{ passages: number; embedded: number } | undefined> {
  const row = await findIndexable(app.db, tenantId, documentId);
  if (!row) {
    await removeFromIndex(app, tenantId, documentId);
    return undefined;
  }
  const document = {
    tenantId,
    documentId,
    scope: row.room_id === null ? LIBRARY_SCOPE : roomScope(row.room_id),
    space: app.embedder.space,
    version: indexVersion(row),
  };
  return app.vectors.replace(document, embedded(app, row, { needsVectors }, signal), signal);
}

async function* embedded(
  app: Pick<App, 'db' | 'embedder' | 'log'>,
  row: IndexableDocument,
  { needsVectors }: { needsVectors: boolean },
  signal: AbortSignal,
): AsyncGenerator<IndexedPassage[]> {
  const context = contextOf(row);
  let isReachable = true;
  for await (const passages of inBatches(passagesOf(app, row, signal))) {
    let vectors: (Float32Array | undefined)[] = [];
    if (isReachable) {
      const texts = passages.map((passage) => [context, passage.heading, passage.context, passage.text].join('\n'));
      try {
        vectors = await app.embedder.embed(texts, 'passage', signal);
      } catch (error) {
        if (needsVectors || !(error instanceof AppError) || error.code !== 'unavailable') throw error;
        isReachable = false;
        app.log.warn('Passages are found by keywords only for now', { documentId: row.id, error });
      }
    }
    yield passages.map((passage, at) => ({
      id: `${row.id}.${row.reading}.${passage.ordinal}`,
      ordinal: passage.ordinal,
      page: passage.page,
      heading: passage.heading,
      text: passage.text,
      context: `${context} ${passage.context}`,
      ...(vectors[at] ? { vector: vectors[at] } : {}),
    }));
  }
}

async function* passagesOf(
  app: Pick<App, 'db'>,
  { tenant_id: tenantId, id }: IndexableDocument,
  signal: AbortSignal,
): AsyncGenerator<Passage> {
  const chunker = new Chunker();
  let pauseAt = performance.now() + WORK_MS;
  for (let from = 1; ; ) {
    const pages = await listPages(app.db, tenantId, id, { from, limit: PAGES_AT_ONCE });
    for (const page of pages) {
      for (const passage of chunker.add(page)) {
        yield passage;
        if (performance.now() < pauseAt) continue;
        // Everybody else goes on in between.
        await nextTurn();
        signal.throwIfAborted();
        pauseAt = performance.now() + WORK_MS;
      }
    }
    if (pages.length < PAGES_AT_ONCE) return;
    from = pages.at(-1)!.number + 1;
  }
}

async function* inBatches(passages: AsyncIterable<Passage>): AsyncGenerator<Passage[]> {
  let batch: Passage[] = [];
  for await (const passage of passages) {
    batch.push(passage);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
