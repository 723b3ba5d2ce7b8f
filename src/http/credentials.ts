// Who asks, as the declaration of the route wants to know it.
import { createHash, timingSafeEqual } from 'node:crypto';
import { authenticateApiKey, requireScope } from '../accounts/api-keys.ts';
import { authenticate, authenticateProgram, renewCookie } from '../accounts/authenticate.ts';
import { findSessionToken } from '../accounts/cookies.ts';
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { RouteDeclaration } from '../protocol/declare.ts';
import { isOriginAllowed, isSecure } from './client.ts';
import { clientRequest, type HttpContext } from './http-context.ts';

export interface Caller {
  actor: Actor | undefined;
  credential: 'none' | 'cookie' | 'bearer';
  /** A Set-Cookie value, when the cookie is due to slide. */
  renewedCookie?: string | undefined;
}

const NOBODY: Caller = { actor: undefined, credential: 'none' };

/**
 * Whether the caller may use the route at all; rooms are checked by the operation.
 * @throws AppError unauthenticated, or forbidden
 */
export async function identifyCaller(
  app: Pick<App, 'db' | 'config'>,
  route: RouteDeclaration,
  c: HttpContext,
): Promise<Caller> {
  if (route.auth === 'none') return NOBODY;
  if (route.permission === 'public') {
    // A token that is no longer good must not keep anybody from signing in again.
    return identify(app, route, c).catch((error) => {
      if (error instanceof AppError && error.code === 'unauthenticated') return NOBODY;
      throw error;
    });
  }
  if (route.permission === 'metrics' && isMetricsToken(app.config.metricsToken, bearerToken(c))) return NOBODY;
  const caller = await identify(app, route, c);
  requireScope(caller.actor, route.apiKey ?? (route.method === 'get' ? 'read' : 'write'));
  const needsAdmin = route.permission === 'admin' || route.permission === 'metrics';
  if (needsAdmin && caller.actor?.role !== 'admin') {
    throw new AppError('forbidden', 'Only an administrator may do this.');
  }
  return caller;
}

async function identify(app: Pick<App, 'db' | 'config'>, route: RouteDeclaration, c: HttpContext): Promise<Caller> {
  const caller = await readCredential(app, route, c);
  const tenantId = c.req.header('x-tenant-id');
  if (tenantId !== undefined && tenantId !== caller.actor?.tenantId) {
    throw new AppError('forbidden', 'These credentials belong to another tenant.', { reason: 'tenant_mismatch' });
  }
  return caller;
}

async function readCredential(
  app: Pick<App, 'db' | 'config'>,
  route: RouteDeclaration,
  c: HttpContext,
): Promise<Caller> {
  const apiKey = c.req.header('x-api-key');
  if (c.req.header('authorization') !== undefined) {
    const token = bearerToken(c) ?? 'not a bearer token';
    return { actor: await authenticateProgram(app, token), credential: 'bearer' };
  }
  if (apiKey !== undefined) return { actor: await authenticateApiKey(app, apiKey), credential: 'bearer' };
  const cookie = route.auth === 'cookie-free' ? undefined : findSessionToken(c.req.header('cookie'));
  const found = await authenticate(app, cookie, ['cookie']);
  requireOwnOrigin(app, c);
  const secure = isSecure(clientRequest(c), app.config.trustProxyHops);
  return { actor: found.actor, credential: 'cookie', renewedCookie: await renewCookie(app, found, secure) };
}

/** A cookie travels with whatever page sends the request, so a change by cookie must come from a page of ours. */
function requireOwnOrigin(app: Pick<App, 'config'>, c: HttpContext): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  if (isOriginAllowed(clientRequest(c), app.config)) return;
  throw new AppError('forbidden', 'This page may not act for you here.', { reason: 'origin_refused' });
}

const bearerToken = (c: HttpContext): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1];

function isMetricsToken(expected: string | undefined, given: string | undefined): boolean {
  if (expected === undefined || given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
