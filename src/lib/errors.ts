// The one error that operations throw on purpose; every edge translates it to its wire.
import type { ErrorCode, Reason } from '../protocol/names.ts';

export interface ErrorDetails {
  reason?: Reason;
  retryAfterMs?: number;
  [key: string]: unknown;
}

/** A refusal or failure that a person is to read: `message` is one English sentence, `details.reason` what clients translate. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, details?: ErrorDetails, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** Whatever a person may not know of is answered like what does not exist. */
export const notFound = (what: string): AppError =>
  new AppError('not_found', `There is no such ${what}, or you may not see it.`);
