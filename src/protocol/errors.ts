// The one error shape of every wire.
import { z } from 'zod';
import { ERROR_CODES } from './names.ts';

export const wireError = z
  .object({
    code: z.enum(ERROR_CODES),
    message: z.string().describe('One English sentence; clients translate by code and details.reason'),
    details: z
      .looseObject({ reason: z.string().optional(), retryAfterMs: z.number().optional() })
      .optional()
      .describe('Machine-readable: reason (closed list), what was wrong, what would be accepted'),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Error' });
export type WireError = z.infer<typeof wireError>;

/** RFC 9457 problem, the REST form of the same. */
export const problem = wireError
  .extend({ type: z.string(), title: z.string(), status: z.int() })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
