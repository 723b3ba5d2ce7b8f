// The HTTP edge: every declared route mounted from its declaration, around it what all of them need.
import { isDeepStrictEqual } from 'node:util';
import { type Handler, Hono } from 'hono';
import type { App } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { type RouteName, routes } from '../protocol/api.ts';
import type { RouteDeclaration } from '../protocol/declare.ts';
import { clientAddress, isLoopback, isSecure, ownOrigin, requireSafeHost } from './client.ts';
import { type Caller, identifyCaller } from './credentials.ts';
import { docsRoutes } from './docs.ts';
import { eventStreamResponse } from './event-stream.ts';
import { clientRequest, type HttpContext, type HttpEnv } from './http-context.ts';
import type { HttpMetrics } from './metrics.ts';
import { crossOrigin, requestLog, securityHeaders } from './middleware.ts';
import { respondWithError } from './on-error.ts';
import { parseInput } from './parse.ts';
import { withUpload } from './receive-upload.ts';
import type { RequestInfo, RouteHandlers } from './route-handler.ts';
import { staticRoutes } from './static.ts';

type HttpApp = Pick<App, 'config' | 'db' | 'limits' | 'log' | 'metrics'> & { metrics: HttpMetrics };

export interface HttpOptions {
  /** Fires when the server begins to stop: then only health is still answered. */
  stopSignal: AbortSignal;
  /** Fires when answers have ended after that: then event streams end too. */
  endSignal: AbortSignal;
  /** Absolute path of the built browser app. */
  publicDir: string;
}

/** What a handler is once its types are settled: the table of declarations and the table of handlers have the same names. */
type AnyHandler = (call: {
  actor: unknown;
  params: unknown;
  query: unknown;
  body: unknown;
  upload: unknown;
  http: RequestInfo;
}) => Promise<unknown>;

/** @returns a Hono app; it can be called without a server: `http.request('/health/live')` */
export function createHttpApp(app: HttpApp, handlers: RouteHandlers, options: HttpOptions): Hono<HttpEnv> {
  const http = new Hono<HttpEnv>();
  http.onError((error, c) => respondWithError(app, error, c));
  http.notFound((c) => respondWithError(app, notFound('address'), c));
  http.use(requestLog(app, app.metrics), securityHeaders(app), crossOrigin(app));

  const table = Object.entries(routes) as [RouteName, RouteDeclaration][];
  for (const [name, route] of table) {
    const handler = handlers[name] as unknown as AnyHandler;
    const serve = serveRoute(app, route, handler, options);
    if (route.raw) for (const path of [route.path, `${route.path}/`]) http.all(honoPath(path), serve);
    else http.on(route.method.toUpperCase(), honoPath(route.path), serve);
  }
  for (const path of new Set(table.map(([, route]) => route.path))) http.all(honoPath(path), otherMethod(app, path));
  http.route('/docs', docsRoutes());
  http.route('/', staticRoutes(options.publicDir));
  return http;
}

/** `/rooms/{roomId}` as Hono writes it. */
const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function serveRoute(
  app: HttpApp,
  route: RouteDeclaration,
  handler: AnyHandler,
  options: HttpOptions,
): Handler<HttpEnv> {
  return async (c) => {
    c.set('route', route.path);
    if (options.stopSignal.aborted && !route.path.startsWith('/health')) {
      const details = { reason: 'server_stopping' as const, retryAfterMs: 2_000 };
      throw new AppError('stopped', 'The server is restarting. Try again shortly.', details);
    }
    if (route.raw) requireSafeHost(clientRequest(c), app.config);
    const caller = await identifyCaller(app, route, c);
    if (caller.actor) c.set('userId', caller.actor.userId);
    const input = await parseInput(route, c, app.limits.bodyBytes);
    const cookies = caller.renewedCookie === undefined ? [] : [caller.renewedCookie];
    const info = requestInfo(app, c, caller, cookies, options);
    const call = { ...input, actor: caller.actor, http: info };
    const result = route.upload
      ? await withUpload(route.upload, c, app.limits.uploadBytes, (upload) => handler({ ...call, upload }))
      : await handler({ ...call, upload: undefined });
    const response = result instanceof Response ? result : respond(app, route, result, c);
    if (cookies.length === 0) return response;
    // Copied: the headers of a response may be immutable.
    const withCookies = new Response(response.body, response);
    for (const cookie of cookies) withCookies.headers.append('set-cookie', cookie);
    return withCookies;
  };
}

function respond(app: HttpApp, route: RouteDeclaration, result: unknown, c: HttpContext): Response {
  const { status, schema } = route.success;
  if (schema === null) return c.body(null, status as 204);
  if (app.config.environment === 'test') requireDeclared(route, result);
  return c.json(result as object, status as 200);
}

/** In tests only, it takes its time: an answer that is not what was declared, or says more than that, is a fault. */
function requireDeclared(route: RouteDeclaration, result: unknown): void {
  const plain = JSON.parse(JSON.stringify(result ?? null));
  const parsed = route.success.schema!.safeParse(plain);
  const where = `${route.method.toUpperCase()} ${route.path}`;
  if (!parsed.success) throw new Error(`${where} answered what it does not declare: ${parsed.error.message}`);
  if (!isDeepStrictEqual(parsed.data, plain)) throw new Error(`${where} answered more than it declares`);
}

function requestInfo(
  app: HttpApp,
  c: HttpContext,
  caller: Caller,
  cookies: string[],
  options: HttpOptions,
): RequestInfo {
  const { trustProxyHops } = app.config;
  const request = clientRequest(c);
  const address = clientAddress(request, trustProxyHops);
  const { signal } = c.req.raw;
  return {
    address,
    isLoopback: isLoopback(address),
    userAgent: (c.req.header('user-agent') ?? '').slice(0, 400),
    credential: caller.credential,
    secure: isSecure(request, trustProxyHops),
    origin: ownOrigin(request, trustProxyHops),
    signal,
    acceptsEventStream: /\btext\/event-stream\b/i.test(c.req.header('accept') ?? ''),
    isHead: c.req.method === 'HEAD',
    header: (name) => c.req.header(name),
    request: c.req.raw,
    setCookie: (value) => void cookies.push(value),
    eventStream: (run) => {
      app.metrics.socketsOpen('events', 1);
      return eventStreamResponse(run, {
        clientSignal: signal,
        endSignal: options.endSignal,
        onClose: () => app.metrics.socketsOpen('events', -1),
        onError: (error) => app.log.error('An event stream failed', { route: c.get('route'), error }),
      });
    },
  };
}

/** A known address asked in a way it does not know. */
function otherMethod(app: HttpApp, path: string): Handler<HttpEnv> {
  const methods = Object.values(routes)
    .filter((route) => route.path === path)
    .map((route) => route.method.toUpperCase());
  return (c) => {
    c.header('allow', methods.join(', '));
    return respondWithError(app, new AppError('not_found', `Here is only ${methods.join(', ')}.`), c);
  };
}
