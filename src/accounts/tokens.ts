// Signed tokens: what they claim and how they are made and read.
import { sign, verify } from 'hono/jwt';
import { AppError } from '../lib/errors.ts';

/** What a token may be used as: a ticket stands in query strings and lives a minute, a cookie never leaves the browser. */
export type TokenUse = 'bearer' | 'cookie' | 'ticket';

export interface TokenClaims {
  userId: string;
  sessionId: string;
  tenantId: string;
  use: TokenUse;
  /** Epoch seconds. */
  issuedAt: number;
  /** Epoch seconds. */
  expiresAt: number;
  /** Only of tickets: when the credential runs out that it was asked for with, epoch ms. What it opens is closed then. */
  opensUntil?: number;
}

const ALGORITHM = 'HS256';
const ISSUER = 'projectwise';
/** Ours have about 400 characters; nothing longer is worth decoding. */
const MAX_TOKEN_UNITS = 4_096;

export function signToken(secretKey: string, claims: TokenClaims): Promise<string> {
  const payload = {
    iss: ISSUER,
    sub: claims.userId,
    sid: claims.sessionId,
    tid: claims.tenantId,
    use: claims.use,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    ...(claims.opensUntil === undefined ? {} : { til: claims.opensUntil }),
  };
  return sign(payload, requireKey(secretKey), ALGORITHM);
}

/**
 * Checks signature, issuer and expiry; whether the session still stands is the caller's to ask.
 * @throws AppError unauthenticated with reason token_missing, token_expired or token_invalid
 */
export async function verifyToken(secretKey: string, token: string | undefined): Promise<TokenClaims> {
  if (!token) throw unauthenticated('token_missing');
  if (token.length > MAX_TOKEN_UNITS) throw unauthenticated('token_invalid');
  try {
    // Clocks of two nodes may differ by a second: `iat` in the future is no fault.
    const payload = await verify(token, requireKey(secretKey), { alg: ALGORITHM, iss: ISSUER, iat: false, exp: false });
    const claims = readClaims(payload);
    if (!claims) throw unauthenticated('token_invalid');
    if (claims.expiresAt * 1_000 <= Date.now()) throw unauthenticated('token_expired');
    return claims;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unauthenticated('token_invalid');
  }
}

const SENTENCES = {
  token_missing: 'Sign in first.',
  token_invalid: 'This token is not valid. Sign in again.',
  token_expired: 'This token has expired. Sign in again.',
  session_ended: 'This session has ended. Sign in again.',
} as const;

export const unauthenticated = (reason: keyof typeof SENTENCES): AppError =>
  new AppError('unauthenticated', SENTENCES[reason], { reason });

function readClaims({ sub, sid, tid, use, iat, exp, til }: Record<string, unknown>): TokenClaims | undefined {
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof tid !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  const claims = { userId: sub, sessionId: sid, tenantId: tid, issuedAt: iat, expiresAt: exp };
  if (use === 'bearer' || use === 'cookie') return { ...claims, use };
  return use === 'ticket' && typeof til === 'number' ? { ...claims, use, opensUntil: til } : undefined;
}

/** An empty key would sign for everybody. */
function requireKey(secretKey: string): string {
  if (secretKey === '') throw new Error('Tokens need a secret key.');
  return secretKey;
}
