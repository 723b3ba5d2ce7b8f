// REST of what is found again: pins of a room, one's mentions in all rooms; and how much of a room one wants to be told.
import { z } from 'zod';
import { defineRoutes } from './declare.ts';
import { foundMessage, id, message } from './models.ts';
import { NOTIFY_LEVELS } from './names.ts';

const inRoom = z.object({ roomId: id });

export const messageRoutes = defineRoutes({
  getMessage: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/messages/{messageId}',
    permission: 'room:read',
    tag: 'Messages',
    summary: 'One message, where a link to it leads',
    params: z.object({ roomId: id, messageId: id }),
    success: { status: 200, schema: message },
  },
  listPins: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/pins',
    permission: 'room:read',
    tag: 'Messages',
    summary: 'What is pinned in a room, the latest pin first',
    params: inRoom,
    success: { status: 200, schema: z.object({ items: z.array(message) }) },
  },
  searchEverywhere: {
    method: 'get',
    path: '/api/v1/search',
    permission: 'account',
    tag: 'Messages',
    summary: 'Full-text search in your rooms, the latest used first',
    query: z.object({
      q: z.string().trim().min(1).max(200),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    success: { status: 200, schema: z.object({ items: z.array(foundMessage) }) },
    example: { query: { q: 'garansi' } },
  },
  listMentions: {
    method: 'get',
    path: '/api/v1/mentions',
    permission: 'account',
    tag: 'Messages',
    summary: 'Messages that mention you in the rooms you are in, newest first',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(30),
      cursor: z.string().max(100).optional(),
    }),
    success: { status: 200, schema: z.object({ items: z.array(foundMessage), nextCursor: z.string().optional() }) },
  },
  setNotify: {
    method: 'put',
    path: '/api/v1/rooms/{roomId}/notify',
    permission: 'room:read',
    tag: 'Rooms',
    summary: 'Say what of a room you want to be told while you look elsewhere',
    params: inRoom,
    body: z.object({ notify: z.enum(NOTIFY_LEVELS) }),
    success: { status: 200, schema: z.object({ notify: z.enum(NOTIFY_LEVELS) }) },
    example: { body: { notify: 'mentions' } },
  },
});
