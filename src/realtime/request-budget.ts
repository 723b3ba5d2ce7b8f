// What one socket may ask for, on either wire: so much at once, so much a second, so much unanswered, and so often too much.
import { AppError } from '../lib/errors.ts';
import { createTokenBucket } from '../lib/token-bucket.ts';
import type { Limits } from '../limits.ts';

export interface RequestBudget {
  /**
   * Takes what a request costs; `end` it when it is answered. Messages have a budget of their own, per person (`Connections.takeSend`).
   * @throws AppError rate_limited; then there is nothing to end
   */
  begin(kind: 'join' | 'send' | 'other'): void;
  end(): void;
  /** Notes that a request was refused for being one too many. @returns false when there were so many that the socket is to be let go */
  mayGoOn(): boolean;
}

export function createRequestBudget(limits: Limits): RequestBudget {
  const joins = createTokenBucket(limits.joinsPerSecond, limits.joinsPerSecond);
  const others = createTokenBucket(limits.requestsBurst, limits.requestsPerSecond);
  const refusals = createTokenBucket(limits.refusalsBurst, limits.refusalsPerSecond);
  let inFlight = 0;
  const refuse = (sentence: string, retryAfterMs: number) =>
    new AppError('rate_limited', sentence, { reason: 'too_many_requests', retryAfterMs });
  return {
    begin(kind) {
      const retryAfterMs = kind === 'send' ? 0 : (kind === 'join' ? joins : others).take();
      if (retryAfterMs > 0) throw refuse('Too many requests on this connection; slow down.', retryAfterMs);
      if (inFlight >= limits.requestsInFlight) {
        throw refuse('Too many requests are unanswered on this connection.', RETRY_UNANSWERED_MS);
      }
      inFlight += 1;
    },
    end() {
      inFlight -= 1;
    },
    mayGoOn: () => refusals.take() === 0,
  };
}

const RETRY_UNANSWERED_MS = 100;
