// Ids and secrets.
import { createHash, randomBytes, randomUUIDv7 } from 'node:crypto';

/** A UUIDv7: unique, and sorts by the time it was made. */
export const newId = (): string => randomUUIDv7();

/** A secret to hand out once, e.g. an invite code: 128 random bits, URL-safe. */
export const newSecret = (): string => randomBytes(16).toString('base64url');

/** How such a secret is stored: SHA-256, hex. Enough for random secrets, never for passwords. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');
