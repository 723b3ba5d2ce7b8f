// Keeps the engine of recall what the memories are: after each change, at start, after its file was lost, after a change of the embedder.
import type { App, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { countMembers } from '../rooms/member-store.ts';
import {
  countIndexed,
  expectIndexed,
  findStale,
  indexAllAgain,
  isAnythingIndexed,
  listStalePlaces,
  markIndexed,
  markTakenOut,
} from './index-store.ts';
import { deleteTombstones } from './memory-erase-store.ts';
import type { MemoryRow, Place } from './memory-store.ts';

type IndexingApp = Pick<App, 'db' | 'embedder' | 'memoryEngine' | 'vectors' | 'limits' | 'log' | 'jobs'>;

const INDEX_JOB = 'memory:index';
const CATCH_UP_JOB = 'memory:catch-up';
const MEMORIES_AT_ONCE = 64;

/** Call it in the transaction that changes a memory of this place. */
export async function indexMemoriesLater(
  app: Pick<App, 'jobs'>,
  place: Place & { tenantId: string },
  options: { trx?: Trx; delayMs?: number } = {},
): Promise<void> {
  const { tenantId, scope, scopeId } = place;
  const { trx, delayMs } = options;
  const job = { tenantId, kind: INDEX_JOB, payload: { scope, scopeId }, dedupeKey: scopeId };
  await app.jobs.add(delayMs === undefined ? job : { ...job, delayMs }, trx);
}

export interface MemoryKeeper {
  /** Looks for what is missing, in the background. Call it when the job queue runs. */
  start(): Promise<void>;
}

/** Names the handlers of the jobs. Call it once, before the queue starts. */
export function registerMemoryIndexing(app: IndexingApp, tenantId: string): MemoryKeeper {
  // Never two of a place at once: what one is putting in the other must not take for gone. The queue sees to that.
  app.jobs.handle(INDEX_JOB, async (job, signal) => {
    const place = job.payload as Place;
    try {
      await indexPlace(app, job.tenantId, place, signal);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      // Nothing is lost: the truth says what is missing, and words find it meanwhile.
      app.log.info('Memories are indexed later', { error });
      await indexMemoriesLater(app, { tenantId: job.tenantId, ...place }, { delayMs: app.limits.memoryRetryMs });
    }
  });
  const start = async (delayMs = 0): Promise<void> => {
    await app.jobs.add({ tenantId, kind: CATCH_UP_JOB, payload: null, dedupeKey: 'all', delayMs });
  };
  app.jobs.handle(CATCH_UP_JOB, async (_job, signal) => {
    const isDone = await catchUp(app, signal).catch((error) => {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      app.log.info('The memories are looked through later', { error });
      return false;
    });
    if (!isDone) await start(app.limits.memoryRetryMs);
  });
  app.vectors.onLost(() => {
    start().catch((error) => app.log.error('The memories could not be looked through', { error }));
  });
  return { start: () => start() };
}

/**
 * @returns whether it could be seen that nothing is lost: not while something waits to be put in or taken out
 * @throws AppError unavailable when the embedder or the engine is away
 */
async function catchUp(app: IndexingApp, signal: AbortSignal): Promise<boolean> {
  // Where nothing is remembered nothing is opened, loaded or asked.
  if (await isAnythingIndexed(app.db)) {
    await learnDimensions(app, signal);
    await app.memoryEngine.load();
    const { space, dimensions } = app.embedder;
    const expected = await countIndexed(app.db, nameOf(app));
    if (expected > 0 && (await app.memoryEngine.count(space, dimensions)) < expected) await indexAllAgain(app.db);
  }
  const places = await listStalePlaces(app.db, nameOf(app));
  for (const place of places) await indexMemoriesLater(app, place);
  return places.length === 0;
}

/** Of some models the length of vectors is known after the first answer; before, everything would seem to lie under another name. */
async function learnDimensions({ embedder }: IndexingApp, signal: AbortSignal): Promise<void> {
  if (embedder.dimensions === 0) await embedder.embed(['-'], 'passage', signal);
}

async function indexPlace(app: IndexingApp, tenantId: string, place: Place, signal: AbortSignal): Promise<void> {
  await learnDimensions(app, signal);
  for (;;) {
    signal.throwIfAborted();
    const rows = await findStale(app.db, tenantId, place, nameOf(app), MEMORIES_AT_ONCE);
    if (rows.length === 0) break;
    const isElsewhere = ({ indexed_as }: MemoryRow) => indexed_as !== null && indexed_as !== nameOf(app);
    for (const row of rows) if (isElsewhere(row) || row.status !== 'accepted') await takeOut(app, row);
    await putIn(
      app,
      rows.filter(({ status }) => status === 'accepted'),
      signal,
    );
  }
  // A room that is deleted has no members from that moment on; its row goes last.
  if (place.scope === 'room' && (await countMembers(app.db, tenantId, place.scopeId)) === 0) {
    await deleteTombstones(app.db, tenantId, place.scopeId);
  }
}

async function putIn(app: IndexingApp, rows: readonly MemoryRow[], signal: AbortSignal): Promise<void> {
  if (rows.length === 0) return;
  const { embedder, memoryEngine } = app;
  const vectors = await embedder.embed(
    rows.map(({ text }) => text),
    'passage',
    signal,
  );
  for (const [index, row] of rows.entries()) {
    if (!(await expectIndexed(app.db, row, nameOf(app)))) continue;
    const vector = { space: embedder.space, vector: vectors[index]! };
    const scope = { kind: row.scope, id: row.scope_id };
    await memoryEngine.put({ memoryId: row.id, scope, text: row.text, vector });
    await markIndexed(app.db, row);
  }
}

async function takeOut(app: IndexingApp, row: MemoryRow): Promise<void> {
  const [engine, dimensions, ...space] = row.indexed_as!.split(':');
  if (engine === app.memoryEngine.engine) {
    const scope = { kind: row.scope, id: row.scope_id };
    await app.memoryEngine.remove(scope, row.id, space.join(':'), Number(dimensions));
  }
  await markTakenOut(app.db, row);
}

/** Under which name it is noted where memories lie: engine, length of its vectors, their space. */
const nameOf = ({ memoryEngine, embedder }: IndexingApp): string =>
  [memoryEngine.engine, embedder.dimensions, embedder.space].join(':');
