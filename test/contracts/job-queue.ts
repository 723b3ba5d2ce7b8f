// What every job queue engine must do; run over each of them.
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../database/schema.ts';
import type { Job, JobQueue } from '../../src/engines/jobs/job-queue.ts';
import { until } from '../support/until.ts';

export interface JobQueueOptions {
  nodeId: string;
  concurrency?: number;
  retryBaseMs?: number;
  drainMs?: number;
}

export interface JobQueueSetup {
  db: Kysely<Database>;
  open(options: JobQueueOptions): JobQueue;
  close(): Promise<void>;
}

const job = { tenantId: 'default', kind: 'note', payload: { n: 1 } };
const untilEmpty = (queue: JobQueue) =>
  until(async () => expect(await queue.counts()).toEqual({ ready: 0, running: 0, failed: 0 }));

export function jobQueueContract(engine: string, open: () => Promise<JobQueueSetup>): void {
  describe(`job queue: ${engine}`, () => {
    let setup: JobQueueSetup;
    const queues: JobQueue[] = [];
    const openQueue = (options: Partial<JobQueueOptions> = {}): JobQueue => {
      const queue = setup.open({ nodeId: 'node-1', retryBaseMs: 5, ...options });
      queues.push(queue);
      return queue;
    };
    beforeEach(async () => {
      setup = await open();
    });
    afterEach(async () => {
      await Promise.all(queues.splice(0).map((queue) => queue.stop()));
      await setup.close();
    });

    test('a job is handed over as it was added and is gone when its handler resolved', async () => {
      const queue = openQueue();
      const seen: Job[] = [];
      queue.handle('note', async (given) => void seen.push(given));
      await queue.start();
      const id = await queue.add({ ...job, maxAttempts: 3 });
      await untilEmpty(queue);
      expect(seen).toEqual([{ id, tenantId: 'default', kind: 'note', payload: { n: 1 }, attempt: 1, maxAttempts: 3 }]);
    });

    test('jobs wait for the start and for a handler of their kind', async () => {
      const queue = openQueue();
      const seen: string[] = [];
      await queue.add(job);
      await queue.add({ ...job, kind: 'later' });
      queue.handle('note', async (given) => void seen.push(given.kind));
      expect(await queue.counts()).toEqual({ ready: 2, running: 0, failed: 0 });
      await queue.start();
      await until(() => expect(seen).toEqual(['note']));
      queue.handle('later', async (given) => void seen.push(given.kind));
      await until(() => expect(seen).toEqual(['note', 'later']));
      expect(() => queue.handle('later', async () => {})).toThrow('already a handler');
    });

    test('a delayed job does not run before its time, and an earlier one overtakes it', async () => {
      const queue = openQueue();
      const seen: unknown[] = [];
      const started = Date.now();
      let delayedAfterMs = 0;
      queue.handle('note', async (given) => {
        seen.push(given.payload);
        if (given.payload === 'delayed') delayedAfterMs = Date.now() - started;
      });
      await queue.start();
      await queue.add({ ...job, payload: 'delayed', delayMs: 500 });
      await queue.add({ ...job, payload: 'now' });
      await until(() => expect(seen).toEqual(['now', 'delayed']));
      expect(delayedAfterMs).toBeGreaterThanOrEqual(500);
    });

    test('jobs with the same key become one while they wait, with the newest payload', async () => {
      const queue = openQueue();
      const seen: unknown[] = [];
      queue.handle('note', async (given) => void seen.push(given.payload));
      const ids = new Set<string>();
      for (const payload of [1, 2, 3]) ids.add(await queue.add({ ...job, payload, dedupeKey: 'room-1', delayMs: 500 }));
      await queue.add({ ...job, payload: 'other tenant', tenantId: 'acme', dedupeKey: 'room-1' });
      expect(ids.size).toBe(1);
      await queue.start();
      await until(() => expect(seen).toHaveLength(2));
      expect(seen).toEqual(['other tenant', 3]);
      await untilEmpty(queue);
    });

    test('a key that is added while its job runs makes it run once more', async () => {
      const queue = openQueue();
      const seen: unknown[] = [];
      const release = Promise.withResolvers<void>();
      queue.handle('note', async (given) => {
        seen.push(given.payload);
        await release.promise;
      });
      await queue.start();
      await queue.add({ ...job, payload: 'first', dedupeKey: 'room-1' });
      await until(() => expect(seen).toEqual(['first']));
      await queue.add({ ...job, payload: 'second', dedupeKey: 'room-1', delayMs: 20 });
      await queue.add({ ...job, payload: 'third', dedupeKey: 'room-1', delayMs: 20 });
      release.resolve();
      await untilEmpty(queue);
      expect(seen).toEqual(['first', 'third']);
    });

    test('jobs with the same key never run beside each other, on one node or on two', async () => {
      const first = openQueue({ concurrency: 4 });
      const second = openQueue({ nodeId: 'node-2', concurrency: 4 });
      const release = Promise.withResolvers<void>();
      const seen: unknown[] = [];
      let running = 0;
      let most = 0;
      const hold = async (given: Job) => {
        seen.push(given.payload);
        if (given.payload === 'other key') return;
        most = Math.max(most, ++running);
        await release.promise;
        running--;
      };
      for (const queue of [first, second]) {
        queue.handle('note', hold);
        await queue.start();
      }
      await first.add({ ...job, payload: 'first', dedupeKey: 'room-1' });
      await until(() => expect(seen).toEqual(['first']));
      await first.add({ ...job, payload: 'next', dedupeKey: 'room-1' });
      // What is added later and runs shows that the one before it was passed over.
      for (const queue of [first, second]) {
        const before = seen.length;
        await queue.add({ ...job, payload: 'other key' });
        await until(() => expect(seen).toHaveLength(before + 1));
      }
      expect(seen).toEqual(['first', 'other key', 'other key']);
      expect(await first.counts()).toEqual({ ready: 1, running: 1, failed: 0 });
      release.resolve();
      await until(() => expect(seen).toContain('next'));
      await untilEmpty(first);
      expect(most).toBe(1);
    });

    test('steady adding of the same key cannot put a job off for ever', async () => {
      const queue = openQueue();
      let runs = 0;
      queue.handle('note', async () => void runs++);
      await queue.start();
      await until(async () => {
        await queue.add({ ...job, dedupeKey: 'room-1', delayMs: 30 });
        expect(runs).toBeGreaterThan(0);
      });
    });

    test('a failing job is tried again and counts its attempts', async () => {
      const queue = openQueue();
      const attempts: number[] = [];
      queue.handle('note', async (given) => {
        attempts.push(given.attempt);
        if (given.attempt < 3) throw new Error('not yet');
      });
      await queue.start();
      await queue.add(job);
      await untilEmpty(queue);
      expect(attempts).toEqual([1, 2, 3]);
    });

    test('after its last attempt a job is kept as failed and does not run again', async () => {
      const queue = openQueue();
      let runs = 0;
      queue.handle('note', async () => {
        runs++;
        throw new Error('never works');
      });
      queue.handle('other', async () => {});
      await queue.start();
      await queue.add({ ...job, maxAttempts: 2, dedupeKey: 'room-1' });
      await until(async () => expect(await queue.counts()).toEqual({ ready: 0, running: 0, failed: 1 }));
      await queue.add({ ...job, kind: 'other' });
      await until(async () => expect(await queue.counts()).toEqual({ ready: 0, running: 0, failed: 1 }));
      expect(runs).toBe(2);
    });

    test('no more jobs run at once than allowed, and all of them run', async () => {
      const queue = openQueue({ concurrency: 2 });
      let running = 0;
      let most = 0;
      let done = 0;
      queue.handle('note', async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        done++;
      });
      await queue.start();
      await Promise.all(Array.from({ length: 12 }, (_, n) => queue.add({ ...job, payload: n })));
      await untilEmpty(queue);
      expect(done).toBe(12);
      expect(most).toBe(2);
    });

    test('a kind with places of its own holds up no other, and no other holds it up', async () => {
      const queue = openQueue({ concurrency: 1 });
      const release = Promise.withResolvers<void>();
      const seen: string[] = [];
      const hold = async (given: Job): Promise<void> => {
        seen.push(given.kind);
        await release.promise;
      };
      queue.handle('book', hold, { atOnce: 2 });
      queue.handle('note', hold);
      queue.handle('other', hold);
      await queue.start();
      for (const kind of ['book', 'book', 'book']) await queue.add({ ...job, kind });
      await until(() => expect(seen).toEqual(['book', 'book']));
      await queue.add({ ...job, kind: 'note' });
      await until(() => expect(seen).toEqual(['book', 'book', 'note']));
      await queue.add({ ...job, kind: 'other' });
      expect(await queue.counts()).toEqual({ ready: 2, running: 3, failed: 0 });
      release.resolve();
      await untilEmpty(queue);
      expect(seen.toSorted()).toEqual(['book', 'book', 'book', 'note', 'other']);
    });

    test('stopping gives up at once what takes long, and puts it back without losing an attempt', async () => {
      const first = openQueue({ drainMs: 60_000 });
      let runs = 0;
      first.handle(
        'book',
        async (_, signal) => {
          runs++;
          await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
        { isLong: true },
      );
      await first.start();
      await first.add({ ...job, kind: 'book', maxAttempts: 1 });
      await until(() => expect(runs).toBe(1));
      await first.stop();
      expect(await first.counts()).toEqual({ ready: 1, running: 0, failed: 0 });
      const second = openQueue();
      const attempts: number[] = [];
      second.handle('book', async (given) => void attempts.push(given.attempt));
      await second.start();
      await untilEmpty(second);
      expect(attempts).toEqual([1]);
    });

    test('a job added in a transaction exists exactly when that commits', async () => {
      const queue = openQueue();
      const seen: unknown[] = [];
      queue.handle('note', async (given) => void seen.push(given.payload));
      await queue.start();
      const rolledBack = setup.db.transaction().execute(async (trx) => {
        await queue.add({ ...job, payload: 'rolled back' }, trx);
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      await setup.db.transaction().execute((trx) => queue.add({ ...job, payload: 'committed' }, trx));
      await untilEmpty(queue);
      expect(seen).toEqual(['committed']);
    });

    test('stopping waits for what runs and starts nothing more', async () => {
      const queue = openQueue({ concurrency: 1 });
      const release = Promise.withResolvers<void>();
      const seen: unknown[] = [];
      queue.handle('note', async (given) => {
        seen.push(given.payload);
        await release.promise;
      });
      await queue.start();
      await queue.add({ ...job, payload: 1 });
      await until(() => expect(seen).toEqual([1]));
      await queue.add({ ...job, payload: 2 });
      const stopping = queue.stop();
      release.resolve();
      await stopping;
      await queue.stop();
      expect(seen).toEqual([1]);
      expect(await queue.counts()).toEqual({ ready: 1, running: 0, failed: 0 });
    });

    test('what does not end in time is told so and runs again after the next start, without losing an attempt', async () => {
      const first = openQueue({ drainMs: 20 });
      let told = false;
      let runs = 0;
      first.handle('note', async (_, signal) => {
        runs++;
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      await first.start();
      await first.add({ ...job, maxAttempts: 1 });
      await until(() => expect(runs).toBe(1));
      await first.stop();
      expect(await first.counts()).toEqual({ ready: 1, running: 0, failed: 0 });
      const second = openQueue();
      second.handle('note', async (given) => {
        told = given.attempt === 1;
      });
      await second.start();
      await untilEmpty(second);
      expect(told).toBe(true);
    });
  });
}
