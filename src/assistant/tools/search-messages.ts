// Tool `search_messages`: finds what was said in this room, also long before the prompt's window.
import { z } from 'zod';
import { createTimeStamp } from '../../lib/time-stamp.ts';
import { BUILT_IN_MODEL } from '../../protocol/names.ts';
import { requireMember } from '../../rooms/access.ts';
import { searchMessages as searchInRoom } from '../../rooms/message-search-store.ts';
import type { AssistantTool } from './tool.ts';

const MOST = 20;

const input = z.object({
  query: z
    .string()
    .min(1)
    .max(400)
    .describe('A few words that the messages contain, in the language they were written in'),
  limit: z.number().int().min(1).max(MOST).optional().describe('How many messages at most; 8 when left out'),
});

export const searchMessages: AssistantTool<z.infer<typeof input>> = {
  name: 'search_messages',
  description:
    'Searches everything that was said in this room, also what is not shown above. Gives the best matching messages as JSON lines with author, time and text. Use it when the answer may have been said before.',
  kind: 'search',
  input,
  async run({ app, actor, room, questionId }, { query, limit = 8 }) {
    await requireMember(app.db, actor, room.id, 'read');
    const search = { roomId: room.id, query, limit: limit + 1, match: 'any' as const, exceptModel: BUILT_IN_MODEL };
    const found = (await searchInRoom(app.db, actor.tenantId, search))
      .filter((message) => message.id !== questionId)
      .slice(0, limit);
    const stamp = createTimeStamp(room.timeZone);
    const lines = found.map((message) =>
      JSON.stringify({
        author: message.author.name,
        at: stamp(Date.parse(message.createdAt)),
        text: message.text,
        ...(message.status === 'sent' ? {} : { incomplete: true }),
        messageId: message.id,
      }),
    );
    return { text: lines.join('\n') || 'Nothing was found.', summary: query.slice(0, 80), found: found.length };
  },
};
