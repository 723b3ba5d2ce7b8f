// What belongs to no document any more goes: its pages piece by piece, its place in the index, its file, and at last its row.
import { setTimeout } from 'node:timers/promises';
import type { App, Trx } from '../context.ts';
import { eraseLater } from '../rooms/erase.ts';
import {
  deleteDocumentRow,
  findHidden,
  hideDocument,
  listAllOfRoom,
  listHidden,
  trimPages,
} from './document-erase-store.ts';
import { removeFromIndex } from './index-document.ts';

export const ERASE_DOCUMENT_JOB = 'document:erase';

type ErasingApp = Pick<App, 'db' | 'files' | 'jobs' | 'readings' | 'vectors'>;
interface Hidden {
  id: string;
  tenantId: string;
}

/** Five milliseconds or so. */
export const PAGES_PIECE = { rows: 25, textBytes: 64_000 };
const ROOM_PIECE = 20;
/** A store that cannot be reached comes back: with growing pauses this is some two hours. */
const MAX_ATTEMPTS = 30;

/** Call it in the transaction that hides the document, or whenever one was left hidden. */
export async function eraseDocumentLater(app: Pick<App, 'jobs'>, { tenantId, id }: Hidden, trx?: Trx): Promise<void> {
  const job = { tenantId, kind: ERASE_DOCUMENT_JOB, payload: { documentId: id }, dedupeKey: id };
  await app.jobs.add({ ...job, maxAttempts: MAX_ATTEMPTS }, trx);
}

/** Names the handler of the job. Call it once, before the queue starts. */
export function registerErasingDocuments(app: ErasingApp): void {
  app.jobs.handle(ERASE_DOCUMENT_JOB, async (job, signal) => {
    const { documentId } = job.payload as { documentId: string };
    await eraseHidden(app, { tenantId: job.tenantId, id: documentId }, signal);
    await eraseLater(app);
  });
}

/** What a process that was killed left half there or half gone. Call it before anything new is taken. */
export async function eraseLeftovers(app: ErasingApp): Promise<void> {
  for (const row of await listHidden(app.db)) await eraseDocumentLater(app, { tenantId: row.tenant_id, id: row.id });
}

/** Whatever lies in a room whose members are gone is hidden, and erased by jobs of its own. Can be run again after it was cut off. */
export async function eraseDocumentsOfRoom(app: ErasingApp, tenantId: string, roomId: string): Promise<void> {
  for (;;) {
    const rows = await listAllOfRoom(app.db, tenantId, roomId, ROOM_PIECE);
    if (rows.length === 0) return;
    await app.db.transaction().execute(async (trx) => {
      for (const { id } of rows) {
        await hideDocument(trx, tenantId, id);
        await eraseDocumentLater(app, { tenantId, id }, trx);
      }
    });
    for (const { id } of rows) app.readings.abort(id);
  }
}

async function eraseHidden(app: ErasingApp, { tenantId, id }: Hidden, signal: AbortSignal): Promise<void> {
  const row = await findHidden(app.db, tenantId, id);
  if (!row) return;
  await removeFromIndex(app, tenantId, id);
  for (let isMore = true; isMore; ) {
    const startedAt = performance.now();
    isMore = await trimPages(app.db, tenantId, id, 0, PAGES_PIECE);
    // As long as it took, the event loop is everybody else's.
    await setTimeout(performance.now() - startedAt, undefined, { signal });
  }
  if (row.file_key !== null) await app.files.remove(row.file_key);
  await deleteDocumentRow(app.db, tenantId, id);
}
