// The embedded job queue: a durable table, run inside this process, woken by a timer at the next due time.
import type { Kysely, Transaction } from 'kysely';
import type { Database, JobsTable } from '../../../database/schema.ts';
import { newId } from '../../lib/ids.ts';
import type { JobCounts, JobHandler, JobKindOptions, JobQueue, NewJob } from './job-queue.ts';

export interface InProcessJobsOptions {
  db: Kysely<Database>;
  /** Who owns a running job. Kept over restarts: a new run of the same node takes its old jobs back at once. */
  nodeId: string;
  /** Jobs at a time, of all kinds that have no places of their own. */
  concurrency?: number;
  /** How long a job stays owned without a sign of life; renewed three times as often. */
  leaseMs?: number;
  /** Pause before the second attempt; doubles with each further one, with jitter, up to `retryCapMs`. */
  retryBaseMs?: number;
  retryCapMs?: number;
  /** How long `stop` waits for running jobs. */
  drainMs?: number;
  /** Told about every attempt that failed and every trouble of the queue itself. */
  onProblem?: (message: string, details: JobProblem) => void;
}

export interface JobProblem {
  kind?: string;
  jobId?: string;
  attempt?: number;
  maxAttempts?: number;
  /** Absent after the last attempt. */
  retryInMs?: number;
  error: unknown;
}

const DEFAULTS = { concurrency: 2, leaseMs: 30_000, retryBaseMs: 1_000, retryCapMs: 5 * 60_000, drainMs: 5_000 };
const DEFAULT_MAX_ATTEMPTS = 5;
/** Longest sleep: finds what a timer cannot know of, such as jobs committed late and leases of other nodes. */
const SWEEP_MS = 30_000;
const MAX_ERROR_UNITS = 1_000;
const MAX_DEBOUNCE_DELAYS = 10;
/** What a row holds of whoever runs it, when nobody does. */
const RELEASED = { locked_by: null, lease_until: null, running_key: null };

type RunningJob = { id: string; kind: string; abort: AbortController; done: Promise<void> };
/** The key of a row moves to `running_key` when it starts, so that the next add makes a new row, which waits for the end of this one. */
type ClaimedRow = Pick<JobsTable, 'id' | 'tenant_id' | 'kind' | 'payload' | 'attempts' | 'max_attempts' | 'dedupe_key'>;

export const createInProcessJobs = (options: InProcessJobsOptions): JobQueue => new InProcessJobs(options);

class InProcessJobs implements JobQueue {
  readonly #options: InProcessJobsOptions & typeof DEFAULTS;
  readonly #db: Kysely<Database>;
  readonly #handlers = new Map<string, JobKindOptions & { handler: JobHandler }>();
  readonly #running = new Map<string, RunningJob>();
  #state: 'new' | 'started' | 'stopping' | 'stopped' = 'new';
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;
  #stopping: Promise<void> | undefined;

  constructor(options: InProcessJobsOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#db = options.db;
  }

  async add(job: NewJob, trx?: Transaction<Database>): Promise<string> {
    const insert = () => this.#db.transaction().execute((own) => insertJob(own, job));
    // Where nodes share the table, another one may have taken the key in between; the second try finds its row.
    const id = trx ? await insertJob(trx, job) : await insert().catch(insert);
    // Not awaited and not now: inside the caller's transaction the table cannot be read yet.
    if (this.#state === 'started') this.#sleep(job.delayMs ?? 0);
    return id;
  }

  handle(kind: string, handler: JobHandler, options: JobKindOptions = {}): void {
    if (this.#handlers.has(kind)) throw new Error(`There is already a handler for jobs of the kind ${kind}.`);
    this.#handlers.set(kind, { ...options, handler });
    if (this.#state === 'started') this.#sleep(0);
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Error('The job queue was started before.');
    await this.#db
      .updateTable('jobs')
      .set({ status: 'ready', ...RELEASED })
      .where('status', '=', 'running')
      .where('locked_by', '=', this.#options.nodeId)
      .execute();
    this.#state = 'started';
    this.#heartbeat = setInterval(() => void this.#renewLeases(), this.#options.leaseMs / 3);
    this.#heartbeat.unref();
    this.#sleep(0);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  async counts(): Promise<JobCounts> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select((select) => ['status', select.fn.countAll().as('count')])
      .groupBy('status')
      .execute();
    const counts: JobCounts = { ready: 0, running: 0, failed: 0 };
    for (const row of rows) counts[row.status] = Number(row.count);
    return counts;
  }

  async #drain(): Promise<void> {
    this.#state = 'stopping';
    clearTimeout(this.#timer);
    await this.#pumping;
    const running = [...this.#running.values()];
    const long = running.filter(({ kind }) => this.#handlers.get(kind)?.isLong);
    const stopping = new Error('The job queue is stopping.');
    for (const job of long) job.abort.abort(stopping);
    await withinMs(Promise.all(running.map((job) => job.done)), this.#options.drainMs);
    clearInterval(this.#heartbeat);
    this.#state = 'stopped';
    for (const job of new Set([...long, ...this.#running.values()])) {
      job.abort.abort(stopping);
      // The attempt did not fail, so it is not counted.
      await this.#db
        .updateTable('jobs')
        .set((row) => ({
          status: 'ready' as const,
          ...RELEASED,
          attempts: row('attempts', '-', 1),
        }))
        .where('id', '=', job.id)
        .where('locked_by', '=', this.#options.nodeId)
        .execute();
    }
  }

  /** Wakes up after `delayMs` unless something is due earlier. */
  #sleep(delayMs: number): void {
    const wakeAt = Date.now() + Math.min(delayMs, SWEEP_MS);
    if (this.#timer && this.#wakeAt <= wakeAt) return;
    clearTimeout(this.#timer);
    this.#wakeAt = wakeAt;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#pump();
      },
      Math.max(0, wakeAt - Date.now()),
    );
    this.#timer.unref();
  }

  /** One pass over the table at a time; a wish during a pass makes another one follow. */
  #pump(): void {
    if (this.#state !== 'started') return;
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#pumping = this.#startDueJobs()
      .catch((error) => {
        this.#options.onProblem?.('The job table could not be read.', { error });
        return 1_000;
      })
      .then((delayMs) => {
        this.#pumping = undefined;
        if (this.#state !== 'started') return;
        this.#sleep(this.#pumpAgain ? 0 : delayMs);
        this.#pumpAgain = false;
      });
  }

  /** @returns milliseconds until the next pass is of use */
  async #startDueJobs(): Promise<number> {
    if (this.#handlers.size === 0) return SWEEP_MS;
    await this.#takeBackExpired();
    let kinds = this.#kindsWithPlaces();
    while (this.#state === 'started' && kinds.length > 0) {
      const row = await this.#claimNext(kinds);
      if (!row) break;
      this.#run(row);
      kinds = this.#kindsWithPlaces();
    }
    // With every place taken nothing can start: the end of a job makes the next pass.
    if (kinds.length === 0) return SWEEP_MS;
    const next = await this.#startable(kinds)
      .select((select) => select.fn.min('run_at').as('runAt'))
      .executeTakeFirst();
    return next?.runAt == null ? SWEEP_MS : Math.max(0, Number(next.runAt) - Date.now());
  }

  #kindsWithPlaces(): string[] {
    const running = new Map<string, number>();
    let sharing = 0;
    for (const { kind } of this.#running.values()) {
      running.set(kind, (running.get(kind) ?? 0) + 1);
      if (this.#handlers.get(kind)?.atOnce === undefined) sharing += 1;
    }
    const hasPlace = (kind: string, atOnce: number | undefined): boolean =>
      atOnce === undefined ? sharing < this.#options.concurrency : (running.get(kind) ?? 0) < atOnce;
    return [...this.#handlers].flatMap(([kind, { atOnce }]) => (hasPlace(kind, atOnce) ? [kind] : []));
  }

  /** Jobs whose node gave no sign of life: tried again, or failed when that was the last attempt. */
  async #takeBackExpired(): Promise<void> {
    const expired = await this.#db
      .selectFrom('jobs')
      .select(['id', 'attempts', 'max_attempts', 'lease_until', 'kind'])
      .where('status', '=', 'running')
      .where('lease_until', '<', Date.now())
      .execute();
    for (const row of expired) {
      // Its handler still runs here; only the renewal is late.
      if (this.#running.has(row.id)) continue;
      const isLast = row.attempts >= row.max_attempts;
      const error = 'The process ended, or stopped answering, while the job ran.';
      await this.#db
        .updateTable('jobs')
        .set({
          status: isLast ? 'failed' : 'ready',
          ...RELEASED,
          ...(isLast ? { last_error: error } : {}),
        })
        .where('id', '=', row.id)
        .where('status', '=', 'running')
        .where('lease_until', '=', row.lease_until)
        .execute();
      if (isLast) this.#options.onProblem?.('A job was given up.', { kind: row.kind, jobId: row.id, error });
    }
  }

  /** Jobs that wait for their time only: the end of the one that runs with the same key makes the pass in which the next is found. */
  #startable(kinds: string[]) {
    return this.#db
      .selectFrom('jobs')
      .where('status', '=', 'ready')
      .where('kind', 'in', kinds)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(selectFrom('jobs as other').select('other.id').whereRef('other.running_key', '=', 'jobs.dedupe_key')),
        ),
      );
  }

  async #claimNext(kinds: string[]): Promise<ClaimedRow | undefined> {
    for (;;) {
      const now = Date.now();
      const row = await this.#startable(kinds)
        .select(['id', 'tenant_id', 'kind', 'payload', 'attempts', 'max_attempts', 'dedupe_key', 'run_at'])
        .where('run_at', '<=', now)
        .orderBy('run_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (!row) return undefined;
      if (await this.#claim(row, now)) return { ...row, attempts: row.attempts + 1 };
    }
  }

  /** @returns false when another node was faster, with this job or with one of the same key */
  async #claim(row: ClaimedRow & { run_at: number }, now: number): Promise<boolean> {
    try {
      const claimed = await this.#db
        .updateTable('jobs')
        .set({
          status: 'running',
          locked_by: this.#options.nodeId,
          lease_until: now + this.#options.leaseMs,
          attempts: row.attempts + 1,
          dedupe_key: null,
          running_key: row.dedupe_key,
        })
        .where('id', '=', row.id)
        .where('status', '=', 'ready')
        // Pushed back by an add in between: not due any more.
        .where('run_at', '=', row.run_at)
        .executeTakeFirst();
      return claimed.numUpdatedRows > 0n;
    } catch (error) {
      if (row.dedupe_key === null || !(await this.#isRunning(row.dedupe_key))) throw error;
      return false;
    }
  }

  async #isRunning(key: string): Promise<boolean> {
    const row = await this.#db.selectFrom('jobs').select('id').where('running_key', '=', key).executeTakeFirst();
    return row !== undefined;
  }

  #run(row: ClaimedRow): void {
    const abort = new AbortController();
    const done = this.#attempt(row, abort.signal).finally(() => {
      this.#running.delete(row.id);
      if (this.#state === 'started') this.#sleep(0);
    });
    this.#running.set(row.id, { id: row.id, kind: row.kind, abort, done });
  }

  async #attempt(row: ClaimedRow, signal: AbortSignal): Promise<void> {
    const handler = this.#handlers.get(row.kind)?.handler;
    try {
      const payload: unknown = JSON.parse(row.payload);
      const { id, kind, tenant_id: tenantId, attempts: attempt, max_attempts: maxAttempts } = row;
      await handler?.({ id, tenantId, kind, payload, attempt, maxAttempts }, signal);
      if (this.#gaveUp(signal)) return;
      await this.#db
        .deleteFrom('jobs')
        .where('id', '=', row.id)
        .where('locked_by', '=', this.#options.nodeId)
        .execute();
    } catch (error) {
      if (this.#gaveUp(signal)) return;
      const { kind, id: jobId, attempts: attempt, max_attempts: maxAttempts } = row;
      const details = { kind, jobId, attempt, maxAttempts };
      const retryInMs = attempt < maxAttempts ? this.#retryDelayMs(row) : undefined;
      if (retryInMs === undefined) this.#options.onProblem?.('A job failed and was given up.', { ...details, error });
      else this.#options.onProblem?.('A job failed and is tried again.', { ...details, retryInMs, error });
      await this.#recordFailure(row, error, retryInMs).catch((problem) =>
        this.#options.onProblem?.('The end of a job could not be stored.', { jobId: row.id, error: problem }),
      );
    }
  }

  /** After this the row belongs to somebody else and the database may be closed: nothing more is written. */
  #gaveUp(signal: AbortSignal): boolean {
    return signal.aborted || this.#state === 'stopped';
  }

  async #recordFailure(row: ClaimedRow, error: unknown, retryInMs: number | undefined): Promise<void> {
    const lastError = String(error instanceof Error ? error.message : error).slice(0, MAX_ERROR_UNITS);
    await this.#db.transaction().execute(async (trx) => {
      const own = trx.updateTable('jobs').where('id', '=', row.id).where('locked_by', '=', this.#options.nodeId);
      const released = { ...RELEASED, last_error: lastError };
      if (retryInMs === undefined) {
        await own.set({ ...released, status: 'failed' }).execute();
        return;
      }
      const newer = row.dedupe_key
        ? await trx.selectFrom('jobs').select('id').where('dedupe_key', '=', row.dedupe_key).executeTakeFirst()
        : undefined;
      if (newer) {
        // The same work was asked for again while this attempt ran: that one does it.
        await trx.deleteFrom('jobs').where('id', '=', row.id).where('locked_by', '=', this.#options.nodeId).execute();
        return;
      }
      const runAt = Date.now() + retryInMs;
      await own.set({ ...released, status: 'ready', run_at: runAt, dedupe_key: row.dedupe_key }).execute();
    });
  }

  #retryDelayMs({ kind, attempts }: Pick<ClaimedRow, 'kind' | 'attempts'>): number {
    const baseMs = this.#handlers.get(kind)?.retryBaseMs ?? this.#options.retryBaseMs;
    const delayMs = Math.min(baseMs * 2 ** (attempts - 1), this.#options.retryCapMs);
    return Math.round(delayMs * (0.5 + Math.random() / 2));
  }

  async #renewLeases(): Promise<void> {
    for (const job of this.#running.values()) {
      try {
        const renewed = await this.#db
          .updateTable('jobs')
          .set({ lease_until: Date.now() + this.#options.leaseMs })
          .where('id', '=', job.id)
          .where('status', '=', 'running')
          .where('locked_by', '=', this.#options.nodeId)
          .executeTakeFirst();
        const isOver = !this.#running.has(job.id);
        if (renewed.numUpdatedRows === 0n && !isOver) job.abort.abort(new Error('Another node took the job over.'));
      } catch (error) {
        this.#options.onProblem?.('The lease of a job could not be renewed.', { jobId: job.id, error });
      }
    }
  }
}

async function insertJob(trx: Transaction<Database>, job: NewJob): Promise<string> {
  const now = Date.now();
  const delayMs = job.delayMs ?? 0;
  const dedupeKey = job.dedupeKey === undefined ? null : `${job.tenantId}:${job.kind}:${job.dedupeKey}`;
  const payload = JSON.stringify(job.payload ?? null);
  const maxAttempts = job.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  if (dedupeKey !== null) {
    const waiting = await trx
      .selectFrom('jobs')
      .select(['id', 'created_at'])
      .where('dedupe_key', '=', dedupeKey)
      .executeTakeFirst();
    if (waiting) {
      // Bounded, or steady traffic would put the work off for ever.
      const runAt = Math.min(now + delayMs, waiting.created_at + delayMs * MAX_DEBOUNCE_DELAYS);
      await trx.updateTable('jobs').set({ payload, run_at: runAt }).where('id', '=', waiting.id).execute();
      return waiting.id;
    }
  }
  const id = newId();
  await trx
    .insertInto('jobs')
    .values({
      id,
      tenant_id: job.tenantId,
      kind: job.kind,
      dedupe_key: dedupeKey,
      payload,
      run_at: now + delayMs,
      attempts: 0,
      max_attempts: maxAttempts,
      status: 'ready',
      ...RELEASED,
      last_error: null,
      created_at: now,
    })
    .execute();
  return id;
}

async function withinMs(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
