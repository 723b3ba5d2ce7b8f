// From a token to who asks: the same for REST, both sockets and tickets.
import type { Actor, App } from '../context.ts';
import { authenticateApiKey, isApiKey } from './api-keys.ts';
import { sessionCookie } from './cookies.ts';
import { findCaller, touchSession } from './session-store.ts';
import { signToken, type TokenClaims, type TokenUse, unauthenticated, verifyToken } from './tokens.ts';

export interface Authenticated {
  actor: Actor;
  claims: TokenClaims;
}

type Needs = Pick<App, 'db' | 'config'>;

/** Sessions are "last seen" to this precision, so that asking does not write each time. */
const SEEN_PRECISION_MS = 5 * 60_000;
const COOKIE_REISSUED_AFTER_S = 24 * 60 * 60;

/**
 * Signature and expiry of the token, then one query: the session has neither ended nor expired, its account is not disabled.
 * @param allowed the uses this edge takes; a ticket is no bearer token
 * @throws AppError unauthenticated with reason token_missing, token_invalid, token_expired or session_ended
 */
export async function authenticate(
  app: Needs,
  token: string | undefined,
  allowed: readonly TokenUse[],
): Promise<Authenticated> {
  const claims = await verifyToken(app.config.secretKey, token);
  if (!allowed.includes(claims.use)) throw unauthenticated('token_invalid');
  const caller = await findCaller(app.db, claims.tenantId, claims.sessionId, claims.userId);
  const now = Date.now();
  if (!caller || caller.endedAt !== null || caller.expiresAt <= now || caller.disabledAt !== null) {
    throw unauthenticated('session_ended');
  }
  const expiresAt = Math.min(standsUntil(claims), caller.expiresAt);
  if (expiresAt <= now) throw unauthenticated('token_expired');
  if (now - caller.lastSeenAt > SEEN_PRECISION_MS) {
    await touchSession(app.db, claims.tenantId, claims.sessionId, { lastSeenAt: now });
  }
  return {
    actor: {
      kind: 'person',
      userId: caller.userId,
      tenantId: claims.tenantId,
      sessionId: claims.sessionId,
      name: caller.name,
      role: caller.role,
      expiresAt,
    },
    claims,
  };
}

/** Programs send a bearer token or one of their person's API keys. @throws AppError unauthenticated */
export async function authenticateProgram(app: Needs, token: string | undefined): Promise<Actor> {
  return token !== undefined && isApiKey(token)
    ? authenticateApiKey(app, token)
    : (await authenticate(app, token, ['bearer'])).actor;
}

/** Epoch ms. A cookie is renewed as long as its session stands; a ticket only opens, for as long as what it was asked for with. */
function standsUntil({ use, expiresAt, opensUntil }: TokenClaims): number {
  if (use === 'cookie') return Number.POSITIVE_INFINITY;
  return opensUntil ?? expiresAt * 1_000;
}

/**
 * The cookie slides: who comes back within its lifetime stays signed in. At most once a day, for tokens that came by cookie.
 * @returns a Set-Cookie value, absent when nothing is due
 */
export async function renewCookie(
  app: Needs,
  { claims }: Pick<Authenticated, 'claims'>,
  secure: boolean,
): Promise<string | undefined> {
  const nowS = Math.floor(Date.now() / 1_000);
  if (claims.use !== 'cookie' || nowS - claims.issuedAt < COOKIE_REISSUED_AFTER_S) return undefined;
  const lifetimeS = app.config.limits.cookieLifetimeS;
  const token = await signToken(app.config.secretKey, { ...claims, issuedAt: nowS, expiresAt: nowS + lifetimeS });
  await touchSession(app.db, claims.tenantId, claims.sessionId, {
    lastSeenAt: nowS * 1_000,
    expiresAt: (nowS + lifetimeS) * 1_000,
  });
  return sessionCookie(token, lifetimeS, secure);
}
