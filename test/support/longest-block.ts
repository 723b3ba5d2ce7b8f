// How long work keeps the event loop to itself, in processor time: a busy machine makes nothing longer.
import { setImmediate } from 'node:timers/promises';

const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** @returns the milliseconds of this thread's own processor time that `work` takes */
export function processorMs(work: () => unknown): number {
  const before = threadCpuMs();
  work();
  return threadCpuMs() - before;
}

/** @returns the most milliseconds of this thread's own processor time between two turns: what else the machine does is not counted */
export async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  let longest = 0;
  const watch = async () => {
    while (!isOver) {
      const before = threadCpuMs();
      await setImmediate();
      longest = Math.max(longest, threadCpuMs() - before);
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
  return longest;
}
