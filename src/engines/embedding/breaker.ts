// Leaves a server alone for a while after it failed several times, so that nobody waits for what will not come.
import { AppError } from '../../lib/errors.ts';

export interface Breaker {
  /** @throws AppError unavailable at once while the server is left alone, with the time after which it is tried again */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** Counts a failure that was found in an answer. @returns the error, to be thrown */
  failed<E extends Error>(error: E): E;
  health(): { ok: boolean; problem?: string };
}

const FAILURES = 3;
const PAUSE_MS = 30_000;

/** @param isFailure whether an error says that the server is not well */
export function createBreaker(
  isFailure: (error: unknown) => boolean,
  now: () => number = () => performance.now(),
): Breaker {
  let failures = 0;
  let closedUntil = 0;
  let isTrying = false;
  let problem: string | undefined;

  function failed<E extends Error>(error: E): E {
    failures += 1;
    problem = error.message;
    if (failures >= FAILURES) closedUntil = now() + PAUSE_MS;
    return error;
  }

  return {
    failed,
    async run(call) {
      const waitMs = closedUntil - now();
      // After the pause one call goes ahead and tries for all.
      const isTrial = failures >= FAILURES;
      if (waitMs > 0 || (isTrial && isTrying)) {
        throw new AppError('unavailable', problem ?? 'The embedding model is not available.', {
          reason: 'embedding_unavailable',
          retryAfterMs: Math.max(1, Math.ceil(waitMs)),
        });
      }
      isTrying = isTrial;
      try {
        const result = await call();
        failures = 0;
        problem = undefined;
        return result;
      } catch (error) {
        // What the caller took back says nothing of the server.
        if (error instanceof AppError && isFailure(error)) failed(error);
        throw error;
      } finally {
        if (isTrial) isTrying = false;
      }
    },
    health: () => (problem === undefined ? { ok: true } : { ok: false, problem }),
  };
}
