// The embedded job queue: the contract, and what only a durable table promises.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../database/open.ts';
import { createInProcessJobs, type InProcessJobsOptions } from '../../../src/engines/jobs/in-process.ts';
import type { Job, JobQueue } from '../../../src/engines/jobs/job-queue.ts';
import { jobQueueContract } from '../../contracts/job-queue.ts';
import { until } from '../../support/until.ts';

const openFile = (name: string) => openDatabase({ engine: 'sqlite', file: name, durability: 'normal' });

jobQueueContract('in-process', async () => {
  const db = await openFile(':memory:');
  return { db, open: (options) => createInProcessJobs({ db, ...options }), close: () => db.destroy() };
});

let folder: string;
let file: string;
const cleanups: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projectwise-jobs-'));
  file = join(folder, 'jobs.sqlite');
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true });
});

async function openQueue(options: Partial<InProcessJobsOptions> = {}): Promise<JobQueue & { seen: Job[] }> {
  const db = await openFile(file);
  const queue = createInProcessJobs({ db, nodeId: 'node-1', ...options });
  const seen: Job[] = [];
  queue.handle('note', async (job) => void seen.push(job));
  cleanups.push(async () => {
    await queue.stop();
    await db.destroy();
  });
  return Object.assign(queue, { seen });
}

async function killWhileRunning(leaseMs: number): Promise<void> {
  const script = new URL('../../support/jobs-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file, 'node-1', String(leaseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  expect(line.toString()).toContain('running');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the same node takes the jobs of its killed process back at its next start', async () => {
  await killWhileRunning(60_000);
  const queue = await openQueue();
  expect(await queue.counts()).toEqual({ ready: 0, running: 1, failed: 0 });
  await queue.start();
  await until(() => expect(queue.seen).toHaveLength(1));
  expect(queue.seen[0]).toMatchObject({ payload: 'survives', attempt: 2 });
});

test('another node takes the jobs of a killed process over when their lease is over, not before', async () => {
  await killWhileRunning(60_000);
  const queue = await openQueue({ nodeId: 'node-2' });
  await queue.start();
  await queue.add({ tenantId: 'default', kind: 'note', payload: 'own' });
  await until(() => expect(queue.seen.map((job) => job.payload)).toEqual(['own']));
  const db = await openFile(file);
  cleanups.push(() => db.destroy());
  await db
    .updateTable('jobs')
    .set({ lease_until: Date.now() - 1 })
    .execute();
  await queue.add({ tenantId: 'default', kind: 'note', payload: 'wakes it up' });
  await until(() => expect(queue.seen.map((job) => job.payload)).toContain('survives'));
});

test('a job whose process died in its last attempt is failed, not run again', async () => {
  await killWhileRunning(60_000);
  const db = await openFile(file);
  cleanups.push(() => db.destroy());
  await db
    .updateTable('jobs')
    .set({ lease_until: Date.now() - 1, max_attempts: 1 })
    .execute();
  const queue = await openQueue({ nodeId: 'node-2' });
  await queue.start();
  await until(async () => expect(await queue.counts()).toEqual({ ready: 0, running: 0, failed: 1 }));
  expect(queue.seen).toEqual([]);
  const row = await db.selectFrom('jobs').select('last_error').executeTakeFirstOrThrow();
  expect(row.last_error).toContain('process ended');
});

test('a running job keeps its lease as long as its process lives', async () => {
  const release = Promise.withResolvers<void>();
  const first = await openQueue({ leaseMs: 60 });
  let runs = 0;
  first.handle('slow', async () => {
    runs++;
    await release.promise;
  });
  await first.start();
  await first.add({ tenantId: 'default', kind: 'slow', payload: null });
  await until(() => expect(runs).toBe(1));
  const db = await openFile(file);
  cleanups.push(() => db.destroy());
  const lease = async () => (await db.selectFrom('jobs').select('lease_until').executeTakeFirstOrThrow()).lease_until!;
  const before = await lease();
  await until(async () => expect(await lease()).toBeGreaterThan(before + 60));
  release.resolve();
  await until(async () => expect((await first.counts()).running).toBe(0));
});

test('a handler is told when another node has taken its job over', async () => {
  const queue = await openQueue({ leaseMs: 60 });
  const told = Promise.withResolvers<void>();
  let runs = 0;
  queue.handle('slow', (_, signal) => {
    runs++;
    signal.addEventListener('abort', () => told.resolve());
    return told.promise;
  });
  await queue.start();
  await queue.add({ tenantId: 'default', kind: 'slow', payload: null });
  await until(() => expect(runs).toBe(1));
  const db = await openFile(file);
  cleanups.push(() => db.destroy());
  await db
    .updateTable('jobs')
    .set({ locked_by: 'node-2', lease_until: Date.now() + 60_000 })
    .execute();
  await told.promise;
  expect(await queue.counts()).toEqual({ ready: 0, running: 1, failed: 0 });
});

test('the last error is stored, short, and every failed attempt is reported', async () => {
  const problems: unknown[] = [];
  const queue = await openQueue({
    onProblem: (message, { error: _, ...details }) => problems.push([message, details]),
  });
  const fail = async () => {
    throw new Error(`reason ${'x'.repeat(5_000)}`);
  };
  queue.handle('bad', fail, { retryBaseMs: 1 });
  await queue.start();
  await queue.add({ tenantId: 'default', kind: 'bad', payload: null, maxAttempts: 2 });
  await until(async () => expect((await queue.counts()).failed).toBe(1));
  const db = await openFile(file);
  cleanups.push(() => db.destroy());
  const row = await db.selectFrom('jobs').select(['last_error', 'attempts']).executeTakeFirstOrThrow();
  expect(row.last_error).toHaveLength(1_000);
  expect(row.attempts).toBe(2);
  const told = { kind: 'bad', jobId: expect.any(String), maxAttempts: 2 };
  expect(problems).toEqual([
    ['A job failed and is tried again.', { ...told, attempt: 1, retryInMs: expect.any(Number) }],
    ['A job failed and was given up.', { ...told, attempt: 2 }],
  ]);
});
