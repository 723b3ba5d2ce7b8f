// Counts tokens without holding up the event loop: exactly in a worker thread, roughly at once.
import type { WorkerPool } from '../lib/worker-pool.ts';

export interface TokenCounter {
  /** Tokens of the o200k_base encoding, counted in a worker thread. Never rejects: without workers it is the estimate. */
  count(text: string): Promise<number>;
  /** One token per three UTF-16 units, rounded up: on the safe side for Indonesian and English. */
  estimate(text: string): number;
}

const WORKER = new URL('./count-tokens.worker.ts', import.meta.url);

export const estimateTokens = (text: string): number => Math.ceil(text.length / 3);

export function createTokenCounter(pool: WorkerPool): TokenCounter {
  return {
    estimate: estimateTokens,
    async count(text) {
      if (text === '') return 0;
      try {
        return await pool.run<number>(WORKER, 'countTextTokens', text);
      } catch {
        // A count is a convenience for budgets: losing a worker or stopping must not fail the message it belongs to.
        return estimateTokens(text);
      }
    },
  };
}
