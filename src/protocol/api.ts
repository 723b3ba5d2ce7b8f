// REST: every route, declared once with its permission. /openapi.json, /docs and the who-may-not test are made from this table.
import { z } from 'zod';
import { contextRoutes } from './context-api.ts';
import { defineRoutes } from './declare.ts';
import { documentRoutes, readingRoutes, searchRoutes } from './document-api.ts';
import { passageHit } from './document-models.ts';
import { wireError } from './errors.ts';
import { durableFacts, ephemeralFacts, messageInput } from './events.ts';
import { mcpRoutes } from './mcp-api.ts';
import { mcpServerRoutes } from './mcp-server-api.ts';
import { memoryRoutes } from './memory-api.ts';
import { messageRoutes } from './message-api.ts';
import {
  apiKey,
  assistantSettings,
  chatSession,
  clientId,
  createdApiKey,
  id,
  invite,
  inviteListItem,
  language,
  member,
  memorySettings,
  message,
  name,
  room,
  roomPrompts,
  roomSummary,
  seq,
  session,
  time,
  timeZone,
  user,
} from './models.ts';
import { API_KEY_SCOPES, ROOM_KINDS, ROOM_ROLES, TURN_END_REASONS } from './names.ts';

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() });
const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');

const email = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email('must be an e-mail address'))
  .transform((text) => text.toLowerCase());
const newPassword = z.string().min(12, 'must have 12 characters or more').max(200);
const inRoom = z.object({ roomId: id });

export const tokenResponse = z
  .object({ access_token: z.string(), token_type: z.literal('bearer'), expires_in: z.int().describe('Seconds') })
  .meta({ id: 'Token' });

const accountRoutes = defineRoutes({
  authSetup: {
    method: 'get',
    path: '/api/v1/auth/setup',
    permission: 'public',
    tag: 'Accounts',
    summary: 'Whether this installation has an account yet, and how people register',
    success: {
      status: 200,
      schema: z.object({
        firstRun: z.boolean(),
        setupCodeNeeded: z.boolean(),
        registration: z.enum(['open', 'invite', 'closed']),
        assistant: z.object({ model: z.string(), offline: z.boolean() }),
      }),
    },
  },
  register: {
    method: 'post',
    path: '/api/v1/auth/register',
    permission: 'public',
    tag: 'Accounts',
    summary: 'Create an account; the first one becomes the administrator',
    body: z.object({
      email,
      password: newPassword,
      fullName: name,
      inviteCode: z.string().max(200).optional(),
      setupCode: z.string().max(200).optional(),
      language: language.optional(),
    }),
    success: { status: 201, schema: user },
    example: {
      body: { email: 'ratna@nusakarya.example', password: 'a short sentence works', fullName: 'Ratna Wulandari' },
    },
  },
  login: {
    method: 'post',
    path: '/api/v1/auth/login',
    permission: 'public',
    tag: 'Accounts',
    summary: 'Sign in: a bearer token for programs and an HttpOnly cookie for the browser',
    body: z.object({ email: z.string().trim().max(254).toLowerCase(), password: z.string().max(1_000) }),
    success: { status: 200, schema: tokenResponse },
    example: { body: { email: 'ratna@nusakarya.example', password: 'a short sentence works' } },
  },
  me: {
    method: 'get',
    path: '/api/v1/auth/me',
    permission: 'account',
    tag: 'Accounts',
    summary: 'Who you are',
    success: { status: 200, schema: user },
  },
  updateMe: {
    method: 'patch',
    path: '/api/v1/auth/me',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Change your name or language',
    body: z.object({ fullName: name.optional(), language: language.optional() }),
    success: { status: 200, schema: user },
    example: { body: { language: 'id' } },
  },
  changePassword: {
    method: 'post',
    path: '/api/v1/auth/password',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Change your password; ends every other session of yours',
    body: z.object({ currentPassword: z.string().max(1_000), newPassword }),
    success: { status: 204, schema: null },
    example: { body: { currentPassword: 'a short sentence works', newPassword: 'another short sentence' } },
  },
  logout: {
    method: 'post',
    path: '/api/v1/auth/logout',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'End this session; its sockets close within a second',
    success: { status: 204, schema: null },
  },
  createTicket: {
    method: 'post',
    path: '/api/v1/auth/tickets',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'A one-minute ticket for clients that can only put a token in a query string',
    success: { status: 201, schema: z.object({ ticket: z.string(), expiresAt: time }) },
  },
  listSessions: {
    method: 'get',
    path: '/api/v1/auth/sessions',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Where you are signed in',
    success: { status: 200, schema: listOf(session) },
  },
  endSession: {
    method: 'delete',
    path: '/api/v1/auth/sessions/{sessionId}',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Sign out one of your sessions',
    params: z.object({ sessionId: id }),
    success: { status: 204, schema: null },
  },
  listApiKeys: {
    method: 'get',
    path: '/api/v1/auth/keys',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Your API keys, those that expired too',
    success: { status: 200, schema: listOf(apiKey) },
  },
  createApiKey: {
    method: 'post',
    path: '/api/v1/auth/keys',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Make an API key for a program of yours; it is shown this once',
    body: z.object({
      name,
      scopes: z.array(z.enum(API_KEY_SCOPES)).min(1).default(['read']),
      expiresInDays: z.int().min(1).max(3_650).optional(),
    }),
    success: { status: 201, schema: createdApiKey },
    example: { body: { name: 'Skrip laporan', scopes: ['read'], expiresInDays: 90 } },
  },
  revokeApiKey: {
    method: 'delete',
    path: '/api/v1/auth/keys/{keyId}',
    permission: 'account',
    apiKey: 'none',
    tag: 'Accounts',
    summary: 'Revoke one of your API keys; what it opened is closed within a second',
    params: z.object({ keyId: id }),
    success: { status: 204, schema: null },
  },
});

/** What follows a message over server-sent events: the message, the facts of its turn, and why there is nothing more to come. */
const turnEvents = {
  'message:created': durableFacts['message:created'],
  'turn:queued': durableFacts['turn:queued'],
  'turn:started': durableFacts['turn:started'],
  'turn:delta': ephemeralFacts['turn:delta'],
  'turn:step': ephemeralFacts['turn:step'],
  'turn:ended': durableFacts['turn:ended'],
  error: wireError,
};

const roomRoutes = defineRoutes({
  listRooms: {
    method: 'get',
    path: '/api/v1/rooms',
    permission: 'account',
    tag: 'Rooms',
    summary: 'Your rooms, with what is unread',
    query: z.object({ archived: flag.optional() }),
    success: { status: 200, schema: listOf(roomSummary) },
  },
  createRoom: {
    method: 'post',
    path: '/api/v1/rooms',
    permission: 'account',
    tag: 'Rooms',
    summary: 'Create a room; you become its lead',
    body: z.object({
      name,
      kind: z.enum(ROOM_KINDS).default('group'),
      assistant: assistantSettings.optional(),
      memory: memorySettings.optional(),
      brief: z.string().max(4_000).optional(),
      language: language.optional(),
      timeZone: timeZone.optional(),
    }),
    success: { status: 201, schema: room },
    example: { body: { name: 'Marabintan Layanan Terpadu' } },
  },
  getRoom: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}',
    permission: 'room:read',
    tag: 'Rooms',
    summary: 'One room',
    params: inRoom,
    success: { status: 200, schema: roomSummary },
  },
  updateRoom: {
    method: 'patch',
    path: '/api/v1/rooms/{roomId}',
    permission: 'room:lead',
    tag: 'Rooms',
    summary:
      'Rename, set when the assistant answers, what is remembered and what is suggested to ask, archive or bring back',
    params: inRoom,
    body: z.object({
      name: name.optional(),
      assistant: assistantSettings.optional(),
      brief: z.string().max(4_000).optional(),
      language: language.optional(),
      timeZone: timeZone.optional(),
      memory: memorySettings.optional(),
      prompts: roomPrompts.optional(),
      archived: z.boolean().optional(),
    }),
    success: { status: 200, schema: room },
    example: { body: { name: 'Marabintan, tahap 2' } },
  },
  deleteRoom: {
    method: 'delete',
    path: '/api/v1/rooms/{roomId}',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Delete a room and everything in it, for good',
    params: inRoom,
    success: { status: 204, schema: null },
  },
  listMembers: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/members',
    permission: 'room:read',
    tag: 'Rooms',
    summary: 'Who is in the room',
    params: inRoom,
    success: { status: 200, schema: listOf(member) },
  },
  addMember: {
    method: 'post',
    path: '/api/v1/rooms/{roomId}/members',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Add a person who has an account',
    params: inRoom,
    body: z
      .object({ email: email.optional(), userId: id.optional(), role: z.enum(ROOM_ROLES).default('member') })
      .refine((body) => (body.email === undefined) !== (body.userId === undefined), 'give either email or userId'),
    success: { status: 201, schema: member },
    example: { body: { email: 'budi@nusakarya.example' } },
  },
  updateMember: {
    method: 'patch',
    path: '/api/v1/rooms/{roomId}/members/{userId}',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Change the role of a member',
    params: z.object({ roomId: id, userId: id }),
    body: z.object({ role: z.enum(ROOM_ROLES) }),
    success: { status: 200, schema: member },
    example: { body: { role: 'viewer' } },
  },
  removeMember: {
    method: 'delete',
    path: '/api/v1/rooms/{roomId}/members/{userId}',
    permission: 'room:read',
    tag: 'Rooms',
    summary: 'Remove a member (lead), or leave the room yourself',
    params: z.object({ roomId: id, userId: id }),
    success: { status: 204, schema: null },
  },
  listInvites: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/invites',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Invite links that still work',
    params: inRoom,
    success: { status: 200, schema: listOf(inviteListItem) },
  },
  createInvite: {
    method: 'post',
    path: '/api/v1/rooms/{roomId}/invites',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Make an invite link; its code is shown once',
    params: inRoom,
    body: z.object({
      role: z.enum(ROOM_ROLES).default('member'),
      expiresInHours: z.number().int().min(1).max(8_760).default(168),
      maxUses: z.number().int().min(1).max(500).default(25),
    }),
    success: { status: 201, schema: invite },
    example: { body: { role: 'member' } },
  },
  revokeInvite: {
    method: 'delete',
    path: '/api/v1/rooms/{roomId}/invites/{inviteId}',
    permission: 'room:lead',
    tag: 'Rooms',
    summary: 'Withdraw an invite link',
    params: z.object({ roomId: id, inviteId: id }),
    success: { status: 204, schema: null },
  },
  previewInvite: {
    method: 'get',
    path: '/api/v1/invites/{code}',
    permission: 'public',
    tag: 'Rooms',
    summary: 'What an invite link leads to; whoever holds the code may know',
    params: z.object({ code: z.string().max(200) }),
    success: {
      status: 200,
      schema: z.object({
        roomId: id,
        roomName: z.string(),
        invitedBy: z.string(),
        role: z.enum(ROOM_ROLES),
        expiresAt: time,
      }),
    },
  },
  acceptInvite: {
    method: 'post',
    path: '/api/v1/invites/{code}/accept',
    permission: 'account',
    tag: 'Rooms',
    summary: 'Join the room of an invite link',
    params: z.object({ code: z.string().max(200) }),
    success: { status: 200, schema: room },
  },
  listMessages: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/messages',
    permission: 'room:read',
    tag: 'Messages',
    summary: 'History by seq, ascending, paged both ways',
    params: inRoom,
    query: z.object({
      afterSeq: z.coerce.number().int().min(0).optional(),
      beforeSeq: z.coerce.number().int().min(0).optional(),
      limit: limit(200, 50),
    }),
    success: { status: 200, schema: z.object({ items: z.array(message), lastSeq: seq, hasMore: z.boolean() }) },
  },
  sendMessage: {
    method: 'post',
    path: '/api/v1/rooms/{roomId}/messages',
    permission: 'room:write',
    tag: 'Messages',
    summary: 'Send a message; with Accept: text/event-stream the facts of the turn it started follow',
    params: inRoom,
    body: messageInput,
    success: { status: 201, schema: z.object({ message }) },
    events: turnEvents,
    example: { body: { clientId: 'example-1', text: '@ProjectWise berapa lama masa garansi?' } },
  },
  searchMessages: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/search',
    permission: 'room:read',
    tag: 'Messages',
    summary: 'Full-text search in one room: what people said, then answers, newest first',
    params: inRoom,
    query: z.object({
      q: z.string().trim().min(1).max(200),
      limit: limit(100, 20),
      cursor: z.string().max(100).optional(),
    }),
    success: { status: 200, schema: listOf(message) },
    example: { query: { q: 'garansi' } },
  },
});

const inSession = z.object({ sessionId: id });
const sessionRoutes = defineRoutes({
  listChatSessions: {
    method: 'get',
    path: '/api/v1/chat/sessions',
    permission: 'account',
    tag: 'Chat sessions',
    summary: 'Your chat sessions: personal rooms, newest first',
    success: { status: 200, schema: listOf(chatSession) },
  },
  createChatSession: {
    method: 'post',
    path: '/api/v1/chat/sessions',
    permission: 'account',
    tag: 'Chat sessions',
    summary: 'Start a chat session',
    body: z.object({ title: name.optional(), language: language.optional(), timeZone: timeZone.optional() }),
    success: { status: 201, schema: chatSession },
    example: { body: { title: 'Draf surat klarifikasi' } },
  },
  getChatSession: {
    method: 'get',
    path: '/api/v1/chat/sessions/{sessionId}',
    permission: 'room:read',
    tag: 'Chat sessions',
    summary: 'A chat session with its newest messages',
    params: inSession,
    success: { status: 200, schema: chatSession.extend({ messages: z.array(message) }) },
  },
  updateChatSession: {
    method: 'patch',
    path: '/api/v1/chat/sessions/{sessionId}',
    permission: 'room:lead',
    tag: 'Chat sessions',
    summary: 'Rename a chat session',
    params: inSession,
    body: z.object({ title: name }),
    success: { status: 200, schema: chatSession },
    example: { body: { title: 'Draf surat' } },
  },
  deleteChatSession: {
    method: 'delete',
    path: '/api/v1/chat/sessions/{sessionId}',
    permission: 'room:lead',
    tag: 'Chat sessions',
    summary: 'Delete a chat session for good',
    params: inSession,
    success: { status: 204, schema: null },
  },
  sendSessionMessage: {
    method: 'post',
    path: '/api/v1/chat/sessions/{sessionId}/messages',
    permission: 'room:write',
    tag: 'Chat sessions',
    summary: 'Ask; the answer streams as server-sent events',
    params: inSession,
    body: z.object({ text: z.string(), clientId: clientId.optional(), documentIds: messageInput.shape.documentIds }),
    success: { status: 200, schema: null, contentType: 'text/event-stream' },
    events: {
      user_message: z.object({ message }),
      rag_search: z.object({ query: z.string(), results: z.array(passageHit) }),
      chunk: z.object({ text: z.string(), offset: z.int() }),
      done: z.object({ message, reason: z.enum(TURN_END_REASONS) }),
      error: wireError,
    },
    example: { body: { text: 'Apa saja yang sudah kita putuskan?' } },
  },
  chatConfig: {
    method: 'get',
    path: '/api/v1/chat/config',
    permission: 'account',
    tag: 'Chat sessions',
    summary: 'Models and the active prompt',
    success: {
      status: 200,
      schema: z.object({
        models: z.array(z.object({ id: z.string(), engine: z.string(), active: z.boolean() })),
        activePrompt: z.object({ name: z.string(), text: z.string() }),
      }),
    },
  },
});

const keptMessage = z.object({ user_id: z.string().max(64), message: z.string() });
const keptRoutes = defineRoutes({
  chatMessage: {
    method: 'post',
    path: '/chat_message',
    permission: 'account',
    auth: 'cookie-free',
    tag: 'Kept from the Python version',
    summary: 'Echo',
    body: keptMessage,
    success: { status: 200, schema: z.object({ user_id: z.string(), echo: z.string() }) },
    example: { body: { user_id: 'me', message: 'halo' } },
  },
  chatMem: {
    method: 'post',
    path: '/chat_mem',
    permission: 'account',
    auth: 'cookie-free',
    tag: 'Kept from the Python version',
    summary: 'Ask in your default personal room and wait for the whole answer',
    body: keptMessage,
    success: {
      status: 200,
      schema: z.object({
        user_id: z.string(),
        user_message: z.string(),
        assistant_reply: z.string(),
        relevant_memories: z.array(z.object({ id, memory: z.string(), created_at: time })),
      }),
    },
    example: { body: { user_id: 'me', message: 'halo' } },
  },
  history: {
    method: 'get',
    path: '/history/{user_id}',
    permission: 'account',
    auth: 'cookie-free',
    tag: 'Kept from the Python version',
    summary: 'The history of your default personal room',
    params: z.object({ user_id: z.string().max(64) }),
    query: z.object({ limit: limit(200, 50) }),
    success: {
      status: 200,
      schema: z.object({
        user_id: z.string(),
        history: z.array(
          z.object({ role: z.enum(['user', 'assistant']), content: z.string(), created_at: z.string() }),
        ),
      }),
    },
  },
});

const operationRoutes = defineRoutes({
  healthLive: {
    method: 'get',
    path: '/health/live',
    permission: 'public',
    auth: 'none',
    tag: 'Operations',
    summary: 'The process runs',
    success: { status: 200, schema: z.object({ status: z.literal('ok') }) },
  },
  health: {
    method: 'get',
    path: '/health',
    permission: 'public',
    tag: 'Operations',
    summary: 'Whether it works; engines by name for an administrator; 503 when down',
    success: {
      status: 200,
      schema: z.looseObject({
        status: z.enum(['ok', 'degraded', 'down']),
        engines: z.record(z.string(), z.looseObject({ engine: z.string(), ok: z.boolean() })).optional(),
      }),
    },
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    permission: 'metrics',
    tag: 'Operations',
    summary: 'Prometheus metrics; no label holds a name of a person, room or document',
    success: { status: 200, schema: null, contentType: 'text/plain' },
  },
  openapi: {
    method: 'get',
    path: '/openapi.json',
    permission: 'public',
    auth: 'none',
    tag: 'Operations',
    summary: 'This description',
    success: { status: 200, schema: z.looseObject({ openapi: z.string() }) },
  },
});

export const routes = {
  ...accountRoutes,
  ...roomRoutes,
  ...contextRoutes,
  ...messageRoutes,
  ...sessionRoutes,
  ...documentRoutes,
  ...readingRoutes,
  ...searchRoutes,
  ...mcpRoutes,
  ...memoryRoutes,
  ...mcpServerRoutes,
  ...keptRoutes,
  ...operationRoutes,
};
export type Routes = typeof routes;
export type RouteName = keyof Routes;

type Of<N extends RouteName, K extends 'params' | 'query' | 'body' | 'upload'> =
  Routes[N] extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined;
export type RouteParams<N extends RouteName> = Of<N, 'params'>;
export type RouteQuery<N extends RouteName> = Of<N, 'query'>;
export type RouteBody<N extends RouteName> = Of<N, 'body'>;
/** The fields beside the file. */
export type RouteUploadFields<N extends RouteName> = Of<N, 'upload'>;
/** What a client sends as body. */
export type RouteBodyInput<N extends RouteName> = Routes[N] extends { body: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;
export type RouteResult<N extends RouteName> = Routes[N]['success']['schema'] extends infer S
  ? S extends z.ZodType
    ? z.output<S>
    : null
  : never;
