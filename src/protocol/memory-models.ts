// The shapes of memories: what is remembered, whose it is, where it comes from, and what became of it.
import { z } from 'zod';
import { id, time } from './models.ts';
import {
  MAX_MEMORY_UNITS,
  MEMORY_CHANGES,
  MEMORY_KINDS,
  MEMORY_ORIGINS,
  MEMORY_SCOPES,
  MEMORY_STATUSES,
} from './names.ts';

export const memoryText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_MEMORY_UNITS, `must be at most ${MAX_MEMORY_UNITS} characters`)
  .describe('One fact in a sentence or two');

export const memory = z
  .object({
    id,
    scope: z.enum(MEMORY_SCOPES),
    roomId: id.optional().describe('Of a room: which'),
    userId: id.optional().describe('Of a person: whose'),
    text: z.string(),
    kind: z.enum(MEMORY_KINDS),
    status: z.enum(MEMORY_STATUSES),
    used: z
      .boolean()
      .describe(
        '`false`: kept, but no answer is given it; also while its message is gone and nobody has said to use it',
      ),
    origin: z.enum(MEMORY_ORIGINS),
    source: z.object({
      messageId: id.optional().describe('The message it was found in'),
      roomId: id.optional().describe('The room that message is in'),
      authorId: id.describe('Who said it, or wrote it down'),
      authorName: z.string(),
      saidAt: time,
      deleted: z.literal(true).optional().describe('The message is gone'),
      edited: z.literal(true).optional().describe('The message was changed afterwards'),
    }),
    decidedBy: z
      .object({ id, name: z.string() })
      .optional()
      .describe('Who accepted or rejected it; absent when nobody had to'),
    decidedAt: time.optional(),
    supersedes: id.optional().describe('The memory that this one replaces, or will when it is accepted'),
    supersededBy: id.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Memory' });
export type Memory = z.infer<typeof memory>;

export const memoryVersion = z
  .object({
    number: z.int().min(1),
    change: z.enum(MEMORY_CHANGES),
    text: z.string(),
    status: z.enum(MEMORY_STATUSES),
    by: z.object({ id, name: z.string() }).optional().describe('Absent: it came of itself'),
    at: time,
  })
  .meta({ id: 'MemoryVersion' });
export type MemoryVersion = z.infer<typeof memoryVersion>;

export const memoryHit = memory
  .extend({ score: z.number().describe('Only comparable within one answer') })
  .meta({ id: 'MemoryHit' });
export type MemoryHit = z.infer<typeof memoryHit>;
