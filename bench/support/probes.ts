// What is measured inside a server process, the same for ours and for the reference.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Block {
  /** Work of the main thread between two turns of the event loop. */
  cpuMs: number;
  /** The same by the wall clock: on a busy machine it also holds what other processes did. */
  wallMs: number;
}

const TICK_MS = 1;
const MEMORY_TICK_MS = 10;
/** As often as a quick model has a token. */
const BEAT_MS = 10;

/** One clock for all processes of a machine, in milliseconds. */
export const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export function createProbes() {
  let sampling: NodeJS.Timeout | undefined;
  let residentBefore = 0;
  let residentMost = 0;
  let ticking: NodeJS.Timeout | undefined;
  let beating: NodeJS.Timeout | undefined;
  let gaps: number[] = [];
  let longest: Block = { cpuMs: 0, wallMs: 0 };
  return {
    /** User and system time of this process with all its threads. */
    cpuMs: (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    /** Needs --expose-gc. */
    async memory(): Promise<{ heapBytes: number; residentBytes: number }> {
      for (let round = 0; round < 4; round++) {
        globalThis.gc?.();
        await sleep(50);
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heapBytes: heapUsed + external, residentBytes: rss };
    },
    /** Resident memory every few milliseconds. */
    watchMemory: (): void => {
      residentBefore = process.memoryUsage.rss();
      residentMost = residentBefore;
      sampling = setInterval(() => {
        residentMost = Math.max(residentMost, process.memoryUsage.rss());
      }, MEMORY_TICK_MS);
    },
    /** By how much it had grown at most since `watchMemory`. */
    grownMb: (): number => {
      clearInterval(sampling);
      return (residentMost - residentBefore) / 1024 / 1024;
    },
    /** A beat every 10 ms, as tokens come. */
    watchBeat: (): void => {
      gaps = [];
      let last = performance.now();
      beating = setInterval(() => {
        const now = performance.now();
        gaps.push(now - last);
        last = now;
      }, BEAT_MS);
    },
    /** Milliseconds between the beats since `watchBeat`. */
    beatGapsMs: (): number[] => {
      clearInterval(beating);
      return gaps;
    },
    /** A tick each millisecond, or as soon as the loop gets to it. */
    watchLoop: (): void => {
      longest = { cpuMs: 0, wallMs: 0 };
      let cpu = threadCpuMs();
      let wall = performance.now();
      ticking = setInterval(() => {
        const cpuNow = threadCpuMs();
        const wallNow = performance.now();
        longest = {
          cpuMs: Math.max(longest.cpuMs, cpuNow - cpu),
          wallMs: Math.max(longest.wallMs, wallNow - wall - TICK_MS),
        };
        cpu = cpuNow;
        wall = wallNow;
      }, TICK_MS);
    },
    /** The longest for which the event loop did nothing else, since `watchLoop`. */
    longestBlock: (): Block => {
      clearInterval(ticking);
      return longest;
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
