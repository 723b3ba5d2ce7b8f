// One error for everything the server refuses and for the ways in which it cannot be reached.
import type { WireError } from '../../src/protocol/errors.ts';
import type { ErrorCode } from '../../src/protocol/names.ts';

/** `unreachable`: no connection. `no_reply`: sent, but not acknowledged in time. */
export type ClientCode = ErrorCode | 'unreachable' | 'no_reply';

export class ApiError extends Error {
  readonly code: ClientCode;
  readonly details: NonNullable<WireError['details']>;

  constructor(error: Omit<WireError, 'code'> & { code: ClientCode }) {
    super(error.message);
    this.code = error.code;
    this.details = error.details ?? {};
  }

  get reason(): string | undefined {
    return this.details.reason;
  }

  get retryAfterMs(): number | undefined {
    return this.details.retryAfterMs;
  }
}
