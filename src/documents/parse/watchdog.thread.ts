// A thread beside the reader's own: ends the whole process when it holds too much memory, works too long on one step, or reads for nobody.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { TOO_MUCH_MEMORY, TOO_MUCH_TIME, type WatchdogData } from './reader-messages.ts';

const LOOK_EVERY_MS = 50;
const STDERR = 2;

const { memoryBytes, silenceMs, progress, parentPid } = workerData as WatchdogData;
let seen = -1;
let cpuAtProgress = 0;

setInterval(() => {
  // Native memory included, unlike any bound of the heap.
  if (process.memoryUsage.rss() > memoryBytes) end(TOO_MUCH_MEMORY);
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1000;
  const now = Atomics.load(progress, 0);
  if (now !== seen) cpuAtProgress = cpuMs;
  else if (cpuMs - cpuAtProgress > silenceMs) end(TOO_MUCH_TIME);
  seen = now;
  // A reader that is busy in one long step would never hear that the service was killed.
  if (process.ppid !== parentPid || !isThere(parentPid)) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);

function end(why: string): void {
  writeSync(STDERR, why);
  process.kill(process.pid, 'SIGKILL');
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
