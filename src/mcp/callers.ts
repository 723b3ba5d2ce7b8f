// Who is asking our own server at the moment: bounded for each person, and ended with the session or key they came with.
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';

export interface Callers {
  /** @returns what fires when the caller may ask no more, and what ends its being counted @throws AppError rate_limited (too_many_requests) */
  enter(actor: Actor): { signal: AbortSignal; leave(): void };
  stop(): void;
}

/** Timers of Node fire at once beyond this. */
const LONGEST_TIMER_MS = 2_147_483_647;

export function createCallers({ bus, limits }: Pick<App, 'bus' | 'limits'>): Callers {
  const people = new Map<string, Map<AbortController, string>>();
  const unsubscribe = bus.subscribe('session:ended', ({ userId, sessionIds }) => {
    for (const [caller, sessionId] of people.get(userId) ?? []) {
      if (!sessionIds || sessionIds.includes(sessionId)) caller.abort();
    }
  });
  return {
    enter({ userId, sessionId, expiresAt }) {
      const callers = people.get(userId) ?? new Map<AbortController, string>();
      if (callers.size >= limits.socketsPerPerson) {
        throw new AppError('rate_limited', 'Too many of your requests are under way; wait for one of them.', {
          reason: 'too_many_requests',
          retryAfterMs: 2_000,
        });
      }
      const caller = new AbortController();
      people.set(userId, callers.set(caller, sessionId));
      const expiry = setTimeout(() => caller.abort(), Math.min(expiresAt - Date.now(), LONGEST_TIMER_MS));
      expiry.unref();
      return {
        signal: caller.signal,
        leave() {
          clearTimeout(expiry);
          callers.delete(caller);
          if (callers.size === 0 && people.get(userId) === callers) people.delete(userId);
        },
      };
    },
    stop: unsubscribe,
  };
}
