// The port of the job queue: work that must survive a restart and may be done a little later.
import type { Transaction } from 'kysely';
import type { Database } from '../../../database/schema.ts';

export interface NewJob {
  tenantId: string;
  kind: string;
  /** Anything JSON can carry; keep it small: ids, not texts. */
  payload: unknown;
  /**
   * Within a tenant and kind, at most one job with this key waits: adding it again replaces the payload and starts the
   * delay anew. A job that is already running is not affected: the new one starts after its end, never beside it.
   */
  dedupeKey?: string;
  /** Earliest start from now. With a dedupeKey it can be pushed back to ten times the delay after the first add, no further. */
  delayMs?: number;
  /** Default 5. */
  maxAttempts?: number;
}

export interface Job {
  id: string;
  tenantId: string;
  kind: string;
  payload: unknown;
  /** 1 on the first run. */
  attempt: number;
  maxAttempts: number;
}

/** Must bear being run twice for the same job. `signal` fires when the queue gives the job up (stopping, lease lost). */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>;

export interface JobKindOptions {
  /** Places of this kind's own: so many run at a time, and they take none of the others'. Default: it shares places with every other kind. */
  atOnce?: number;
  /** When the queue stops it is given up at once instead of being waited for: what takes minutes and can go on where it was. */
  isLong?: boolean;
  /** Pause before the second attempt, doubled with each further one. Longer for what depends on others, who may be away for minutes. */
  retryBaseMs?: number;
}

export interface JobCounts {
  /** Waiting, due or not. */
  ready: number;
  running: number;
  /** Given up after their last attempt; kept with their last error. */
  failed: number;
}

/**
 * At least once: a job is gone only after its handler resolved. A handler that throws is tried again with growing pauses
 * until `maxAttempts`; the jobs of a process that died run again.
 */
export interface JobQueue {
  /** Stores the job, in `trx` when given: then it exists exactly when the transaction commits. @returns its id */
  add(job: NewJob, trx?: Transaction<Database>): Promise<string>;
  /** Names the handler of a kind; jobs of kinds without a handler wait. One handler per kind, before or after `start`. */
  handle(kind: string, handler: JobHandler, options?: JobKindOptions): void;
  /** Begins to run jobs, first those that an earlier run of this node left behind. */
  start(): Promise<void>;
  /** Takes no more jobs, waits (bounded) for the running ones, gives up the rest for the next start. Idempotent. */
  stop(): Promise<void>;
  counts(): Promise<JobCounts>;
}
