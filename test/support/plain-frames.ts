// The frames of the plain WebSocket as docs/protocol.md describes them; nothing else may be in one.
import { z } from 'zod';

const room = z.string();
const said = { from: z.string(), content: z.string() };

export const sentFrame = z.union([
  z.strictObject({ message: z.string() }),
  z.strictObject({ type: z.literal('leave') }),
]);

export const receivedFrame = z.discriminatedUnion('type', [
  z.strictObject({
    room,
    type: z.literal('history'),
    items: z.array(z.strictObject({ ...said, type: z.enum(['message', 'system']), created_at: z.iso.datetime() })),
  }),
  z.strictObject({ room, type: z.enum(['message', 'system']), ...said }),
  z.strictObject({ room, type: z.enum(['delta', 'completed']), id: z.string(), content: z.string() }),
  z.strictObject({ room, type: z.literal('error'), id: z.string(), content: z.string(), code: z.string() }),
]);
export type ReceivedFrame = z.infer<typeof receivedFrame>;
