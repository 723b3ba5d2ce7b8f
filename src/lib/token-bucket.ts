// A token bucket: so many at once, then so many a second. (The rate limiting library counts in windows, which refuses a steady 20/s after a burst.)

export interface TokenBucket {
  /** @returns 0 when taken, else the milliseconds until one would be free */
  take(now?: number): number;
  /** Whether it is as good as a new one. */
  isFull(now?: number): boolean;
}

/** @param burst tokens at once @param perSecond tokens that come back each second */
export function createTokenBucket(burst: number, perSecond: number): TokenBucket {
  let tokens = burst;
  let filledAt = Number.NEGATIVE_INFINITY;
  const tokensAt = (now: number) =>
    filledAt === Number.NEGATIVE_INFINITY ? burst : Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
  return {
    take(now = performance.now()) {
      tokens = tokensAt(now);
      filledAt = now;
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      return Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
    isFull: (now = performance.now()) => tokensAt(now) >= burst,
  };
}
