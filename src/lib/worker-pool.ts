// One pool of worker threads for everything that takes more than a few milliseconds of CPU.
import type { Piscina } from 'piscina';

export interface WorkerPool {
  /**
   * Runs the exported function `name` of the module `file` in a worker thread. Input and result are structured clones.
   * The first call starts the pool; idle threads end by themselves.
   * @throws what the function threw; AbortError when `signal` fired; Error when the pool is stopped or its queue is full
   */
  run<Result>(file: URL, name: string, input: unknown, signal?: AbortSignal): Promise<Result>;
  /** Ends the threads; what still runs or waits is rejected. Idempotent. */
  stop(): Promise<void>;
}

export interface WorkerPoolOptions {
  maxThreads?: number;
  /** How long an idle thread is kept; starting one again costs about 150 ms of its own CPU. */
  idleTimeoutMs?: number;
  /** Waiting tasks beyond this are refused. */
  maxQueue?: number;
}

export function createWorkerPool(options: WorkerPoolOptions = {}): WorkerPool {
  let starting: Promise<Piscina> | undefined;
  let stopped = false;

  async function start(): Promise<Piscina> {
    // Loaded on first use: most starts never need a worker before somebody writes.
    const { Piscina: Pool } = await import('piscina');
    return new Pool({
      minThreads: 0,
      maxThreads: options.maxThreads ?? 2,
      idleTimeout: options.idleTimeoutMs ?? 60_000,
      maxQueue: options.maxQueue ?? 10_000,
      // Flags of the main process (test runners, watchers) are not for the workers.
      execArgv: [],
    });
  }

  return {
    async run<Result>(file: URL, name: string, input: unknown, signal?: AbortSignal) {
      if (stopped) throw new Error('The worker pool is stopped.');
      starting ??= start();
      const pool = await starting;
      if (stopped) throw new Error('The worker pool is stopped.');
      return (await pool.run(input, { filename: file.href, name, ...(signal ? { signal } : {}) })) as Result;
    },
    async stop() {
      stopped = true;
      const pool = await starting?.catch(() => undefined);
      await pool?.destroy();
    },
  };
}
