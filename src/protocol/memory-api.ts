// REST of memories: list, write, accept, correct, forget, search. Part of the table in api.ts.
import { z } from 'zod';
import { defineRoutes } from './declare.ts';
import { memory, memoryHit, memoryText, memoryVersion } from './memory-models.ts';
import { id } from './models.ts';
import { MEMORY_SCOPES, MEMORY_STATUSES } from './names.ts';

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() });
const ofMemory = z.object({ memoryId: id });

export const memoryRoutes = defineRoutes({
  listMemories: {
    method: 'get',
    path: '/api/v1/memories',
    permission: 'account',
    tag: 'Memories',
    summary: 'What is remembered in one scope, newest first',
    query: z.object({
      scope: z.enum(MEMORY_SCOPES).optional().describe('`room` when there is a roomId, else `person`'),
      roomId: id.optional().describe('Of a room: which'),
      status: z
        .enum([...MEMORY_STATUSES, 'all'])
        .optional()
        .describe('Those that are proposed or accepted when left out'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(64).optional(),
    }),
    success: { status: 200, schema: listOf(memory) },
  },
  createMemory: {
    method: 'post',
    path: '/api/v1/memories',
    permission: 'account',
    tag: 'Memories',
    summary: 'Write a memory down; from a program it is proposed, from a person accepted',
    body: z.object({
      scope: z.enum(MEMORY_SCOPES).optional().describe('`room` when there is a roomId, else `person`'),
      roomId: id.optional(),
      text: memoryText,
    }),
    success: { status: 201, schema: memory },
    example: { body: { text: 'Saya selalu menghitung harga tanpa PPN.' } },
  },
  getMemory: {
    method: 'get',
    path: '/api/v1/memories/{memoryId}',
    permission: 'memory:read',
    tag: 'Memories',
    summary: 'One memory',
    params: ofMemory,
    success: { status: 200, schema: memory },
  },
  updateMemory: {
    method: 'patch',
    path: '/api/v1/memories/{memoryId}',
    permission: 'memory:write',
    // What programs propose people decide about.
    apiKey: 'none',
    tag: 'Memories',
    summary: 'Accept, reject or correct it; or keep it without using it',
    params: ofMemory,
    body: z.object({
      text: memoryText.optional(),
      status: z.enum(['accepted', 'rejected']).optional(),
      used: z.boolean().optional(),
    }),
    success: { status: 200, schema: memory },
    example: { body: { status: 'accepted' } },
  },
  forgetMemory: {
    method: 'delete',
    path: '/api/v1/memories/{memoryId}',
    permission: 'memory:forget',
    tag: 'Memories',
    summary: 'Forget it for good: its text, its versions, what was indexed, and summaries that may hold it',
    params: ofMemory,
    success: { status: 204, schema: null },
  },
  memoryHistory: {
    method: 'get',
    path: '/api/v1/memories/{memoryId}/history',
    permission: 'memory:read',
    tag: 'Memories',
    summary: 'What became of it, newest first',
    params: ofMemory,
    success: { status: 200, schema: listOf(memoryVersion) },
  },
  searchMemories: {
    method: 'post',
    path: '/api/v1/memories/search',
    permission: 'account',
    apiKey: 'read',
    tag: 'Memories',
    summary: 'The memories that fit a question best, in what you may see',
    body: z.object({
      query: z.string().trim().min(1).max(4_000),
      roomId: id.optional().describe('This room, the tenant and what is yours; all your rooms when left out'),
      scope: z.enum(MEMORY_SCOPES).optional().describe('Only these'),
      status: z.enum(MEMORY_STATUSES).optional().describe('Those that are proposed or accepted when left out'),
      topK: z.int().min(1).max(50).default(8),
    }),
    success: { status: 200, schema: z.object({ results: z.array(memoryHit), tookMs: z.number() }) },
    example: { body: { query: 'batas pemasukan penawaran' } },
  },
  setPersonalMemory: {
    method: 'put',
    path: '/api/v1/rooms/{roomId}/personal-memory',
    permission: 'room:read',
    apiKey: 'none',
    tag: 'Memories',
    summary:
      'Say whether answers to you in this room may use your personal memories; everybody there reads the answers',
    params: z.object({ roomId: id }),
    body: z.object({ allowed: z.boolean() }),
    success: { status: 200, schema: z.object({ allowed: z.boolean() }) },
    example: { body: { allowed: true } },
  },
});
