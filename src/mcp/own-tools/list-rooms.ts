// Tool `list_rooms`: the rooms of the caller.
import { z } from 'zod';
import { listRooms } from '../../rooms/rooms.ts';
import { defineTool } from './own-tool.ts';

const MOST = 200;

export const tool = defineTool({
  name: 'list_rooms',
  title: 'List rooms',
  description: 'Lists the project rooms you are a member of, the latest active first.',
  scope: 'read',
  input: z.object({
    archived: z.boolean().optional().describe('The archived ones instead of the others'),
    limit: z.int().min(1).max(MOST).default(50),
  }),
  output: z.object({
    rooms: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        kind: z.enum(['group', 'personal']),
        role: z.enum(['lead', 'member', 'viewer']),
        members: z.int(),
        unread: z.int(),
        lastActivityAt: z.string(),
      }),
    ),
    more: z.int().describe('How many there are beyond these'),
  }),
  async run({ app, actor }, { archived, limit }) {
    const all = await listRooms(app, actor, { archived: archived ?? false });
    const rooms = all.slice(0, limit).map(({ id, name, kind, role, memberCount, unread, lastActivityAt }) => ({
      id,
      name,
      kind,
      role,
      members: memberCount,
      unread,
      lastActivityAt,
    }));
    return { rooms, more: all.length - rooms.length };
  },
});
