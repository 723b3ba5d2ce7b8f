// What one socket may ask for, on either wire: so much at once, so much a second, so much unanswered, and so often too much.
import { AppError } from '../lib/errors.ts';
import { createTokenBucket, type TokenBucket } from '../lib/token-bucket.ts';
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

export const createRequestBudget = (limits: Limits): RequestBudget => new Budget(limits);

const RETRY_UNANSWERED_MS = 100;

/** Small: every connection has one. A bucket is made when the first token is taken from it. */
class Budget implements RequestBudget {
  readonly #limits: Limits;
  #joins: TokenBucket | undefined;
  #others: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;
  #inFlight = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  begin(kind: 'join' | 'send' | 'other'): void {
    const retryAfterMs = kind === 'send' ? 0 : this.#take(kind);
    if (retryAfterMs > 0) throw refusal('Too many requests on this connection; slow down.', retryAfterMs);
    if (this.#inFlight >= this.#limits.requestsInFlight) {
      throw refusal('Too many requests are unanswered on this connection.', RETRY_UNANSWERED_MS);
    }
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  mayGoOn(): boolean {
    this.#refusals ??= createTokenBucket(this.#limits.refusalsBurst, this.#limits.refusalsPerSecond);
    return this.#refusals.take() === 0;
  }

  #take(kind: 'join' | 'other'): number {
    const { joinsPerSecond, requestsBurst, requestsPerSecond } = this.#limits;
    if (kind === 'join') {
      this.#joins ??= createTokenBucket(joinsPerSecond, joinsPerSecond);
      return this.#joins.take();
    }
    this.#others ??= createTokenBucket(requestsBurst, requestsPerSecond);
    return this.#others.take();
  }
}

const refusal = (sentence: string, retryAfterMs: number): AppError =>
  new AppError('rate_limited', sentence, { reason: 'too_many_requests', retryAfterMs });
