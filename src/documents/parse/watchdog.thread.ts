// A thread beside the reader's own: ends the whole process when it holds too much memory, or when the service it reads for is gone.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WatchdogData } from './reader-messages.ts';

const LOOK_EVERY_MS = 50;
const STDERR = 2;

const { memoryBytes, parentPid, sentence } = workerData as WatchdogData;

setInterval(() => {
  // Native memory included, unlike any bound of the heap.
  if (process.memoryUsage.rss() > memoryBytes) {
    writeSync(STDERR, sentence);
    process.kill(process.pid, 'SIGKILL');
  }
  // A reader that is busy in one long step would never hear that the service was killed.
  if (process.ppid !== parentPid || !isThere(parentPid)) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
