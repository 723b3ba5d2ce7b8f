// Tool `post_message`: says something in a room, marked as said by a program. Starts no answer.
import { z } from 'zod';
import { newId } from '../../lib/ids.ts';
import { defineTool } from './own-tool.ts';

export const tool = defineTool({
  name: 'post_message',
  title: 'Post a message',
  description:
    'Posts a message into a room. Everybody there sees it at once, marked as written by a program of yours; the assistant does not answer it.',
  scope: 'write',
  isIdempotent: false,
  input: z.object({
    roomId: z.string().min(1).max(64),
    text: z.string().min(1).describe('Markdown'),
    replyToId: z.string().max(64).optional().describe('The message this answers'),
    clientId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .optional()
      .describe('Yours: the same one twice in a room is one message'),
  }),
  output: z.object({ messageId: z.string(), seq: z.int() }),
  async run({ app, actor }, { roomId, text, replyToId, clientId }) {
    const input = { roomId, text, clientId: clientId ?? newId(), ...(replyToId ? { replyToId } : {}) };
    const { id, seq } = await app.postMessage(actor, input);
    return { messageId: id, seq };
  },
});
