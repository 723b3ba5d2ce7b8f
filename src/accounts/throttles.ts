// How often somebody may fail to sign in, and how many accounts an address may make.
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../lib/errors.ts';
import type { Limits } from '../limits.ts';

export interface Throttles {
  /**
   * Notes a wrong password. Ask only after the password turned out wrong: a right one is never refused.
   * @throws AppError rate_limited when the account has too many from this address, or the address too many altogether
   */
  countFailedLogin(email: string, address: string): Promise<void>;
  /** Forgets the failures of this account from this address. */
  forgetFailedLogins(email: string, address: string): Promise<void>;
  /** @throws AppError rate_limited when this address made its share of accounts this hour */
  countRegistration(address: string, isLoopback: boolean): Promise<void>;
}

const HOUR_S = 3_600;

export function createThrottles(limits: Limits): Throttles {
  const { failedLoginsWindowS: duration } = limits;
  const ofAccount = new RateLimiterMemory({ points: limits.failedLoginsPerAccountAndAddress, duration });
  const ofAddress = new RateLimiterMemory({ points: limits.failedLoginsPerAddress, duration });
  const registrations = new RateLimiterMemory({ points: limits.registrationsPerHour, duration: HOUR_S });
  const localRegistrations = new RateLimiterMemory({ points: limits.registrationsPerHourLoopback, duration: HOUR_S });
  // Addresses contain no space, so two accounts never share a key.
  const key = (email: string, address: string) => `${address} ${email}`;

  return {
    async countFailedLogin(email, address) {
      const sentence = 'Too many wrong passwords. Wait a while before you try again.';
      const counted = await Promise.allSettled([ofAccount.consume(key(email, address)), ofAddress.consume(address)]);
      for (const result of counted) if (result.status === 'rejected') throw tooMany(result.reason, sentence);
    },
    async forgetFailedLogins(email, address) {
      await ofAccount.delete(key(email, address));
    },
    async countRegistration(address, isLoopback) {
      const sentence = 'Too many accounts were made from this address. Try again later.';
      await (isLoopback ? localRegistrations : registrations).consume(address).catch((reason) => {
        throw tooMany(reason, sentence);
      });
    },
  };
}

function tooMany(reason: unknown, sentence: string): unknown {
  if (reason instanceof Error) return reason;
  const retryAfterMs = (reason as RateLimiterRes).msBeforeNext;
  return new AppError('rate_limited', sentence, { reason: 'too_many_requests', retryAfterMs });
}
