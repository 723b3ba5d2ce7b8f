// Passwords as argon2id hashes in the usual string form, so that the cost can rise without locking anybody out.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Config } from '../config.ts';
import { AppError } from '../lib/errors.ts';

export interface Passwords {
  /** @throws AppError busy when too many are waiting */
  hash(password: string): Promise<string>;
  /**
   * Takes as long for an absent hash as for a real one, so that the time tells nobody which addresses have accounts.
   * @throws AppError busy when too many are waiting
   */
  verify(password: string, stored: string | undefined): Promise<boolean>;
  /** Made with another cost than today's: to be hashed again at the next right password. */
  isOutdated(stored: string): boolean;
}

export type PasswordCost = Config['passwordCost'];

/** Each takes tens of milliseconds of a core and its memory: more at once would only slow everything else. */
const HASHES_AT_ONCE = 2;
const MAX_WAITING = 200;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const VERSION = 19;

const derive = promisify(argon2);

export function createPasswords(cost: PasswordCost): Passwords {
  const inTurn = createLine(HASHES_AT_ONCE, MAX_WAITING);
  const make = async (password: string): Promise<string> => {
    const salt = randomBytes(SALT_BYTES);
    return write(cost, salt, await run(cost, password, salt, TAG_BYTES));
  };
  let decoy: Promise<string> | undefined;

  return {
    hash: (password) => inTurn(() => make(password)),
    verify: (password, stored) =>
      inTurn(async () => {
        decoy ??= make(randomBytes(SALT_BYTES).toString('base64'));
        const parsed = read(stored ?? (await decoy));
        if (!parsed) return false;
        const tag = await run(parsed.cost, password, parsed.salt, parsed.tag.length);
        return timingSafeEqual(tag, parsed.tag) && stored !== undefined;
      }),
    isOutdated(stored) {
      const parsed = read(stored);
      return !parsed || write(parsed.cost, parsed.salt, parsed.tag) !== write(cost, parsed.salt, parsed.tag);
    },
  };
}

const run = (cost: PasswordCost, password: string, salt: Buffer, tagLength: number): Promise<Buffer> =>
  derive('argon2id', {
    // The same password typed on two keyboards may be composed differently.
    message: password.normalize('NFC'),
    nonce: salt,
    parallelism: cost.parallelism,
    tagLength,
    memory: cost.memoryKib,
    passes: cost.passes,
  });

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

const write = (cost: PasswordCost, salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=${VERSION}$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(tag)}`;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})$/;

function read(stored: string): { cost: PasswordCost; salt: Buffer; tag: Buffer } | undefined {
  const [, memoryKib, passes, parallelism, salt, tag] = PHC.exec(stored) ?? [];
  if (!salt || !tag) return undefined;
  return {
    cost: { memoryKib: Number(memoryKib), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** Runs at most `atOnce` at a time, in order of arrival; beyond `maxWaiting` it refuses. */
function createLine(atOnce: number, maxWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) {
        throw new AppError('busy', 'Too many people are signing in at this moment. Try again in a few seconds.', {
          retryAfterMs: 2_000,
        });
      }
      // Whoever leaves hands their place over: `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
