// A time limit that does not run on while somebody is waited for.

export interface PausableTimer {
  start(): void;
  pause(isPaused: boolean): void;
  isPaused(): boolean;
  /** For good. */
  stop(): void;
}

export function createPausableTimer(ms: number, onEnd: () => void): PausableTimer {
  let leftMs = ms;
  let startedAt = 0;
  let isPaused = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    if (isStopped) return;
    startedAt = performance.now();
    timer = setTimeout(onEnd, leftMs);
  };
  return {
    start: run,
    pause(pause) {
      if (pause === isPaused) return;
      isPaused = pause;
      if (!pause) return run();
      clearTimeout(timer);
      leftMs = Math.max(0, leftMs - (performance.now() - startedAt));
    },
    isPaused: () => isPaused,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
