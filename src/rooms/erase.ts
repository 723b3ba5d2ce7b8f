// What people deleted or replaced leaves the disk: soon, but in small steps and never while somebody waits for it.
import { setTimeout } from 'node:timers/promises';
import { DEFAULT_TENANT_ID } from '../accounts/tenants.ts';
import type { App, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { checkpoint, mergeIndexStep } from './erase-store.ts';

export const ERASE_JOB = 'messages:erase';

/** After the last deletion, so that many make one run; the queue puts it off to ten times as much at most. */
const DELAY_MS = 30_000;
/** A run goes through the whole index, however little was deleted: pauses make it one hundredth of the time, and of the disk's life. */
const REST_PER_RUN = 100;
/** A run takes a quarter of the event loop at most. */
const REST_PER_STEP = 3;

/** Call it in the transaction that deletes or replaces text. */
export async function eraseLater(app: Pick<App, 'jobs'>, trx?: Trx): Promise<void> {
  // The index is one for all tenants.
  const job = { tenantId: DEFAULT_TENANT_ID, kind: ERASE_JOB, payload: null, dedupeKey: 'all', delayMs: DELAY_MS };
  await app.jobs.add(job, trx);
}

/** Names the handler of the job. Call it once, before the queue starts. */
export function registerErasing(app: Pick<App, 'db' | 'jobs'>): void {
  let restsUntil = 0;
  app.jobs.handle(ERASE_JOB, async ({ tenantId, kind, payload }, signal) => {
    const startsAt = Date.now();
    if (startsAt < restsUntil) {
      await app.jobs.add({ tenantId, kind, payload, dedupeKey: 'rested', delayMs: restsUntil - startsAt });
      return;
    }
    await eraseDeletedText(app, signal);
    restsUntil = Date.now() + (Date.now() - startsAt) * REST_PER_RUN;
  });
}

/**
 * Afterwards no file of the database holds a word that was deleted before the call.
 * @throws AppError unavailable when the log could not be emptied because somebody reads it; what `signal` says
 */
export async function eraseDeletedText(app: Pick<App, 'db'>, signal: AbortSignal): Promise<void> {
  for (let isFirst = true, isMore = true; isMore; isFirst = false) {
    const startedAt = performance.now();
    isMore = await mergeIndexStep(app.db, isFirst);
    await setTimeout((performance.now() - startedAt) * REST_PER_STEP, undefined, { signal });
  }
  await checkpoint(app.db, 'move');
  await setTimeout(0, undefined, { signal });
  if (!(await checkpoint(app.db, 'empty'))) throw new AppError('unavailable', 'The database is being read elsewhere.');
}
