// Tool `heartbeat`: whether the server is there, who the caller is to it, and what time it is.
import { z } from 'zod';
import { toIso } from '../../lib/time.ts';
import { defineTool } from './own-tool.ts';

export const tool = defineTool({
  name: 'heartbeat',
  title: 'Heartbeat',
  description: 'Tells whether ProjectWise answers, its version, its time and as whom you are signed in.',
  scope: 'read',
  input: z.object({}),
  output: z.object({
    status: z.literal('ok'),
    version: z.string(),
    time: z.string().describe('ISO 8601, UTC'),
    user: z.object({ id: z.string(), name: z.string() }),
  }),
  run: async ({ app, actor }) => ({
    status: 'ok' as const,
    version: app.version,
    time: toIso(Date.now()),
    user: { id: actor.userId, name: actor.name },
  }),
});
