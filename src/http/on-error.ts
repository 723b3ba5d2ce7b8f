// Errors as RFC 9457 problems. What operations refuse is told, what broke is logged and not told.
import { STATUS_CODES } from 'node:http';
import { isDatabaseUnavailable } from '../../database/errors.ts';
import type { App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { Problem } from '../protocol/errors.ts';
import { HTTP_STATUS } from '../protocol/names.ts';
import type { HttpContext } from './http-context.ts';

/** The refusal that any error amounts to; `internal` for what nobody foresaw. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    const details = { retryAfterMs: 1_000 };
    return new AppError(
      'unavailable',
      'The database cannot work at the moment; nothing was changed. Try again shortly.',
      details,
      {
        cause: error,
      },
    );
  }
  return new AppError('internal', 'Something went wrong on our side; nothing was lost. Try again.', undefined, {
    cause: error,
  });
}

export function problemOf(error: AppError, requestId: string): Problem {
  const status = HTTP_STATUS[error.code];
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? error.code,
    status,
    code: error.code,
    message: error.message,
    ...(error.details ? { details: error.details } : {}),
    requestId,
  };
}

/** Answers with the problem, and logs what is our own fault with its stack. */
export function respondWithError(app: Pick<App, 'log' | 'metrics'>, thrown: unknown, c: HttpContext): Response {
  const error = toAppError(thrown);
  const { method } = c.req;
  const route = c.get('route');
  // A client that went away in the middle of its own body is no fault of anybody's.
  const isGone = error.code === 'internal' && c.req.raw.signal.aborted;
  if (isGone) app.log.debug('The client went away', { method, route });
  else if (error.code === 'internal') app.log.error('A request failed', { method, route, error: error.cause });
  else if (error.code === 'unavailable') app.log.warn('A request could not be served', { method, route, error });
  app.metrics.refused(error.code);

  const body = problemOf(error, c.get('requestId'));
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  const retryAfterMs = error.details?.retryAfterMs;
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  // What is left of a body that is too large is not read.
  if (error.code === 'too_large') headers.connection = 'close';
  return c.body(JSON.stringify(body), body.status as 400, headers);
}
