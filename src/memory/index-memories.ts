// Keeps the engine of recall what the memories are: after each change, at start, after its file was lost, after a change of the embedder.
import type { App, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { findRoom } from '../rooms/room-store.ts';
import { countIndexed, findStale, forgetIndexed, listStalePlaces, markIndexed } from './index-store.ts';
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
  app.jobs.handle(CATCH_UP_JOB, () => catchUp(app));
  const start = async (): Promise<void> => {
    await app.jobs.add({ tenantId, kind: CATCH_UP_JOB, payload: null, dedupeKey: 'all' });
  };
  app.vectors.onLost(() => {
    start().catch((error) => app.log.error('The memories could not be looked through', { error }));
  });
  return { start };
}

async function catchUp(app: IndexingApp): Promise<void> {
  const { space, dimensions } = app.embedder;
  const indexedAs = nameOf(app, dimensions);
  const indexed = await countIndexed(app.db, indexedAs);
  // Where nothing is remembered nothing is opened or loaded.
  if (indexed > 0) {
    await app.memoryEngine.load();
    if ((await app.memoryEngine.count(space, dimensions)) !== indexed) await forgetIndexed(app.db);
  }
  for (const place of await listStalePlaces(app.db, indexedAs)) await indexMemoriesLater(app, place);
}

async function indexPlace(app: IndexingApp, tenantId: string, place: Place, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    // Of a remote model the length of vectors is known after its first answer.
    const rows = await findStale(app.db, tenantId, place, nameOf(app, app.embedder.dimensions), MEMORIES_AT_ONCE);
    if (rows.length === 0) break;
    await takeOut(
      app,
      rows.filter(({ indexed_as }) => indexed_as !== null && !isOf(app, indexed_as)),
    );
    await takeOut(
      app,
      rows.filter(({ status, indexed_as }) => status !== 'accepted' && isOf(app, indexed_as)),
    );
    await putIn(
      app,
      rows.filter(({ status }) => status === 'accepted'),
      signal,
    );
  }
  if (place.scope === 'room' && !(await findRoom(app.db, tenantId, place.scopeId))) {
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
    const vector = { space: embedder.space, vector: vectors[index]! };
    const scope = { kind: row.scope, id: row.scope_id };
    await memoryEngine.put({ memoryId: row.id, scope, text: row.text, vector });
    await markIndexed(app.db, row, nameOf(app, vectors[index]!.length));
  }
}

async function takeOut(app: IndexingApp, rows: readonly MemoryRow[]): Promise<void> {
  for (const row of rows) {
    const [engine, dimensions, ...space] = row.indexed_as!.split(':');
    if (engine === app.memoryEngine.engine) {
      const scope = { kind: row.scope, id: row.scope_id };
      await app.memoryEngine.remove(scope, row.id, space.join(':'), Number(dimensions));
    }
    await markIndexed(app.db, row, null);
  }
}

/** Under which name it is noted where a memory lies: engine, length of its vectors, their space. */
const nameOf = ({ memoryEngine, embedder }: IndexingApp, dimensions: number): string =>
  [memoryEngine.engine, dimensions, embedder.space].join(':');

const isOf = (app: IndexingApp, indexedAs: string | null): boolean =>
  indexedAs === nameOf(app, app.embedder.dimensions);
