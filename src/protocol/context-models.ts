// What an answer was made from, as those may see it who may see the answer.
import { z } from 'zod';
import { id, time, usage } from './models.ts';
import { CONTEXT_ITEM_STATES, CONTEXT_KINDS, LEFT_OUT_REASONS, MEMORY_SCOPES } from './names.ts';

const excerpt = z.string().optional().describe('What it says, or its beginning; absent when it is no longer there');

export const contextItem = z
  .object({
    ref: z.string().describe('Id of the message, memory, document or passage; name of the tool'),
    tokens: z.int(),
    cutTokens: z.int().optional().describe('It was given in part: so much of it was left out to fit'),
    state: z
      .enum(CONTEXT_ITEM_STATES)
      .describe('`changed`: it says something else now, and the words of then were not kept'),
    stateAt: time.optional().describe('Since when it is forgotten, where that is known'),
    text: excerpt,
    saidBy: z.string().optional().describe('Of a message or a memory: whose words they are'),
    saidAt: time.optional(),
    memory: z
      .object({
        scope: z.enum(MEMORY_SCOPES),
        isUsed: z.boolean().describe('It is given to answers at the moment'),
        messageId: id.optional().describe('The message it comes from'),
      })
      .optional(),
    passage: z
      .object({
        marker: z.string(),
        documentId: z.string(),
        documentName: z.string(),
        page: z.int(),
        heading: z.string().optional(),
        cited: z.boolean().describe('The answer names it as a source'),
      })
      .optional(),
    calls: z.int().optional().describe('Of a tool: how often this answer called it'),
  })
  .meta({ id: 'ContextItem' });
export type ContextItem = z.infer<typeof contextItem>;

export const contextPart = z
  .object({
    kind: z.enum(CONTEXT_KINDS),
    tokens: z.int().describe('Of all its items, also of those not shown'),
    items: z.array(contextItem),
    hidden: z.int().optional().describe('Items that you may not see'),
    leftOut: z
      .object({
        count: z.int(),
        reason: z
          .enum(LEFT_OUT_REASONS)
          .describe(
            '`budget`: the prompt was full · `share`: what this part may take of the prompt was used up · `window`: only so many of the newest are looked at',
          ),
      })
      .optional(),
  })
  .meta({ id: 'ContextPart' });
export type ContextPart = z.infer<typeof contextPart>;

export const answerTimings = z
  .object({
    queuedMs: z.int().optional().describe('Waiting for its place in the room'),
    searchMs: z.int().optional().describe('Searching documents, beside what follows'),
    recallMs: z.int().optional().describe('Looking for memories, beside what follows'),
    gatherMs: z.int().optional().describe('Until everything was chosen'),
    promptMs: z.int().optional().describe('Putting it into words'),
    firstTokenMs: z.int().optional().describe('From the start to the first word'),
    totalMs: z.int().optional().describe('From the start to the end'),
  })
  .meta({ id: 'AnswerTimings' });
export type AnswerTimings = z.infer<typeof answerTimings>;

export const answerContext = z
  .object({
    messageId: id.describe('The answer'),
    roomId: id,
    questionId: id,
    askedBy: z.object({ id, name: z.string() }),
    model: z.string().optional(),
    usage: usage.optional(),
    promptHash: z.string().describe('SHA-256 of the assembled prompt'),
    tokens: z.int().describe('Given in all, as estimated before the model was called'),
    budgetTokens: z.int().optional(),
    parts: z.array(contextPart).describe('In the order of the prompt'),
    timings: answerTimings,
    createdAt: time,
  })
  .meta({ id: 'AnswerContext' });
export type AnswerContext = z.infer<typeof answerContext>;
