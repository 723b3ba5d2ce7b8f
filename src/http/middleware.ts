// What every request goes through: request id, access log, security headers, CORS.
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { App } from '../context.ts';
import { withRequestId } from '../lib/log.ts';
import { clientAddress, isSecure } from './client.ts';
import { clientRequest, type HttpEnv } from './http-context.ts';
import type { HttpMetrics } from './metrics.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' ws: wss:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const SAFE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Asked for all the time by machines: not worth a line each. */
const QUIET = /^\/(health|metrics|assets\/|docs\/)/;
/** Whoever reads the code of an invitation, or an API key that was put into an address by mistake, may use it. */
const hideCodes = (path: string): string => path.replace(/(\/invites?\/)[^/]+/, '$1…').replace(/pw_[\w-]{43}/g, 'pw_…');

/** Gives the request its id, names it in the answer and in every log line, and logs and counts the answer. */
export function requestLog(app: Pick<App, 'config' | 'log'>, metrics: HttpMetrics): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const requestId = SAFE_REQUEST_ID.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    const startedAt = performance.now();
    await withRequestId(requestId, next);
    c.header('x-request-id', requestId);
    const seconds = (performance.now() - startedAt) / 1_000;
    const { method, path } = c.req;
    const { status } = c.res;
    metrics.answered({ route: c.get('route') ?? 'none', method, status, seconds });
    const userId = c.get('userId');
    app.log[QUIET.test(path) ? 'debug' : 'info'](`${method} ${hideCodes(path)} ${status}`, {
      ms: Math.round(seconds * 1_000),
      address: clientAddress(clientRequest(c), app.config.trustProxyHops),
      ...(userId === undefined ? {} : { userId }),
      requestId,
    });
  };
}

export function securityHeaders(app: Pick<App, 'config'>): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    // A response that is stricter than this (a download) has said so itself.
    if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', CONTENT_SECURITY_POLICY);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('x-frame-options', 'DENY');
    c.header('cross-origin-opener-policy', 'same-origin');
    c.header('permissions-policy', 'camera=(), geolocation=(), microphone=()');
    if (isSecure(clientRequest(c), app.config.trustProxyHops)) {
      c.header('strict-transport-security', 'max-age=31536000');
    }
    if (c.req.path.startsWith('/api/') && !c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  };
}

/** Other origins may call with a bearer token, and those that are named with the cookie too. */
export function crossOrigin({ config }: Pick<App, 'config'>): MiddlewareHandler<HttpEnv> {
  const named = new Set(config.corsOrigins);
  return async (c, next) => {
    const origin = c.req.header('origin');
    const isNamed = origin !== undefined && named.has(origin);
    const isAllowed = origin !== undefined && (isNamed || named.has('*'));
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined;
    if (isPreflight && isAllowed) c.res = new Response(null, { status: 204 });
    else await next();
    if (named.size > 0) c.header('vary', 'Origin', { append: true });
    if (!isAllowed) return;
    c.header('access-control-allow-origin', isNamed ? origin : '*');
    if (isNamed) c.header('access-control-allow-credentials', 'true');
    c.header('access-control-expose-headers', 'X-Request-Id, Retry-After');
    if (!isPreflight) return;
    c.header('access-control-allow-methods', 'GET, POST, PATCH, PUT, DELETE');
    c.header('access-control-allow-headers', 'Authorization, Content-Type, X-Tenant-Id, X-API-Key, X-Request-Id');
    c.header('access-control-max-age', '600');
  };
}
