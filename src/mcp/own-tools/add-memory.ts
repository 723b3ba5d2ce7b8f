// Tool `add_memory`: proposes something to remember. Only a person can accept it.
import { z } from 'zod';
import { createMemory } from '../../memory/memories.ts';
import { memory, memoryText } from '../../protocol/memory-models.ts';
import { defineTool } from './own-tool.ts';

export const tool = defineTool({
  name: 'add_memory',
  title: 'Propose a memory',
  description:
    'Proposes one fact to remember, in a room or, without a room, for yourself. It is used in no answer before a person accepts it in ProjectWise. The same words twice are one proposal.',
  scope: 'write',
  isIdempotent: true,
  input: z.object({
    text: memoryText,
    roomId: z.string().min(1).max(64).optional(),
  }),
  output: z.object({ memory }),
  async run({ app, actor }, { text, roomId }) {
    return { memory: await createMemory(app, actor, { text, roomId, viaProgram: true }) };
  },
});
