// A token bucket: so many at once, then so many a second. (The rate limiting library counts in windows, which refuses a steady 20/s after a burst.)

export interface TokenBucket {
  /** @returns 0 when taken, else the milliseconds until one would be free */
  take(now?: number): number;
}

/** @param burst tokens at once @param perSecond tokens that come back each second */
export function createTokenBucket(burst: number, perSecond: number): TokenBucket {
  let tokens = burst;
  let filledAt = Number.NEGATIVE_INFINITY;
  return {
    take(now = performance.now()) {
      if (filledAt !== Number.NEGATIVE_INFINITY)
        tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      return Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}
