// REST of "why this answer". Part of the table in api.ts.
import { z } from 'zod';
import { answerContext } from './context-models.ts';
import { defineRoutes } from './declare.ts';
import { id } from './models.ts';

export const contextRoutes = defineRoutes({
  answerContext: {
    method: 'get',
    path: '/api/v1/messages/{messageId}/context',
    permission: 'message:read',
    tag: 'Messages',
    summary: 'Why this answer: everything the assistant was given for it, in the order of the prompt',
    description:
      'Kept as references and a hash of the prompt, and resolved when it is asked for: what was deleted or forgotten since says so, what you may not see is counted only. Not found for messages that are no answers.',
    params: z.object({ messageId: id }),
    success: { status: 200, schema: answerContext },
  },
});
