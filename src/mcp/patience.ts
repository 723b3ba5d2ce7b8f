// When to try a tool server again, and when not to ask it at all: growing pauses, and a breaker. Pure; the clock is handed in.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const FAILURES_TO_OPEN = 5;
const REST_MS = 30_000;

/** Between half of the pause and the whole of it, so that many who lost the same server do not come back at once. */
export function pauseBeforeAttempt(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (random() * whole) / 2);
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  state(): BreakerState;
  /** Whether a call may be made now. In `half-open` one is let through to see. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
  /** The call that was let through ended without saying anything of the server, e.g. because somebody gave it up: the next one may see. */
  undecided(): void;
  reset(): void;
}

/** Opens after five failures in a row; after a rest one call is let through, and what becomes of that decides. */
export function createBreaker(now: () => number = Date.now, restMs = REST_MS): Breaker {
  let failures = 0;
  let openedAt: number | undefined;
  let isTrying = false;
  const state = (): BreakerState => {
    if (openedAt === undefined) return 'closed';
    return now() - openedAt >= restMs ? 'half-open' : 'open';
  };
  const close = () => {
    failures = 0;
    openedAt = undefined;
    isTrying = false;
  };
  return {
    state,
    admits() {
      const current = state();
      if (current !== 'half-open') return current === 'closed';
      if (isTrying) return false;
      isTrying = true;
      return true;
    },
    succeeded: close,
    failed() {
      failures += 1;
      isTrying = false;
      if (failures >= FAILURES_TO_OPEN) openedAt = now();
    },
    undecided() {
      isTrying = false;
    },
    reset: close,
  };
}
