// A token bucket: so many at once, then so many a second. (The rate limiting library counts in windows, which refuses a steady 20/s after a burst.)

export interface TokenBucket {
  /** @returns 0 when taken, else the milliseconds until one would be free */
  take(now?: number): number;
  /** Whether it is as good as a new one. */
  isFull(now?: number): boolean;
}

/** @param burst tokens at once @param perSecond tokens that come back each second */
export const createTokenBucket = (burst: number, perSecond: number): TokenBucket => new Bucket(burst, perSecond);

/** A class because every connection has several: closures would weigh ten times as much. */
class Bucket implements TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt = Number.NEGATIVE_INFINITY;

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  take(now = performance.now()): number {
    this.#tokens = this.#tokensAt(now);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  isFull(now = performance.now()): boolean {
    return this.#tokensAt(now) >= this.#burst;
  }

  #tokensAt(now: number): number {
    if (this.#filledAt === Number.NEGATIVE_INFINITY) return this.#burst;
    return Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
  }
}
