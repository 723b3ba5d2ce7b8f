// Waits for what no event tells, however busy the machine is.
import { vi } from 'vitest';

const PATIENCE_MS = 60_000;

/** Resolves when `check` passes for the first time. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { interval: 5, timeout: PATIENCE_MS });
