// Socket.IO: the requests a client may make and the facts a room sends. Declared once; handlers, docs and tests are made from these tables.
import { z } from 'zod';
import { defineRequests } from './declare.ts';
import { document } from './document-models.ts';
import { wireError } from './errors.ts';
import { toolServer } from './mcp-models.ts';
import { memory } from './memory-models.ts';
import { clientId, id, member, memberChange, message, room, seq, step, turn } from './models.ts';
import { NOTIFY_LEVELS, PRESENCE_STATES, TURN_END_REASONS } from './names.ts';

const nothing = z.object({});

export const joinSnapshot = z.object({
  room,
  members: z.array(member),
  messages: z.array(message),
  turns: z.array(turn).describe('Queued, running and waiting ones, with the text so far'),
  lastSeq: seq,
  hasMore: z.boolean().describe('Older messages exist; page with beforeSeq'),
  reset: z.boolean().optional().describe('Too much changed: drop your window and take these newest messages'),
  role: z.string().describe('Your role here'),
  readSeq: seq.describe('How far you have read'),
});
export type JoinSnapshot = z.infer<typeof joinSnapshot>;

export const messageText = z.string();
export const messageInput = z.object({
  clientId,
  text: messageText,
  replyToId: id.optional(),
  documentIds: z
    .array(z.string().max(64))
    .max(20)
    .optional()
    .describe('Documents of this room or of the library; with them `text` may be empty'),
  assistant: z.enum(['room', 'ask', 'skip']).optional(),
  forwardOf: id
    .optional()
    .describe('A message you may read, of this room or another one: its words follow `text`, which may then be empty'),
});
export type MessageInput = z.infer<typeof messageInput>;

/** One emoji as people see it: a single grapheme that Unicode recommends for interchange. */
export const emoji = z
  .string()
  .max(32)
  .refine((text) => /^\p{RGI_Emoji}$/v.test(text), 'must be one emoji');

export const requests = defineRequests({
  'room:join': {
    permission: 'room:read',
    subject: 'roomId',
    summary: 'Join a room: a snapshot, then its facts',
    input: z.object({ roomId: id, afterSeq: seq.optional() }),
    data: joinSnapshot,
    example: { roomId: '{roomId}' },
  },
  'room:leave': {
    permission: 'account',
    summary: 'Stop receiving the facts of a room on this socket',
    input: z.object({ roomId: id }),
    data: nothing,
    example: { roomId: '{roomId}' },
  },
  'room:read': {
    permission: 'room:read',
    subject: 'roomId',
    summary: 'Mark the room as read up to a seq; never goes back',
    input: z.object({ roomId: id, seq }),
    data: nothing,
    example: { roomId: '{roomId}', seq: 1 },
  },
  'typing:set': {
    permission: 'room:write',
    subject: 'roomId',
    summary: 'Say that you are typing, or no longer',
    input: z.object({ roomId: id, typing: z.boolean() }),
    data: nothing,
    example: { roomId: '{roomId}', typing: true },
  },
  'message:send': {
    permission: 'room:write',
    subject: 'roomId',
    summary: 'Send a message; the same clientId twice is one message',
    input: messageInput.extend({ roomId: id }),
    data: z.object({ message }),
    example: { roomId: '{roomId}', clientId: 'example-1', text: 'Berapa lama masa garansi?' },
  },
  'message:edit': {
    permission: 'room:write',
    subject: 'messageId',
    summary: 'Change the text of your own message; never starts a turn',
    input: z.object({ messageId: id, text: messageText }),
    data: z.object({ message }),
    example: { messageId: '{messageId}', text: 'Berapa lama masa garansi perangkat?' },
  },
  'message:delete': {
    permission: 'room:write',
    subject: 'messageId',
    summary: 'Delete your own message, or as lead any message or answer',
    input: z.object({ messageId: id }),
    data: z.object({ message }),
    example: { messageId: '{messageId}' },
  },
  'message:react': {
    permission: 'room:write',
    subject: 'messageId',
    summary: 'Put an emoji on a message, or take yours away',
    input: z.object({ messageId: id, emoji, on: z.boolean() }),
    data: z.object({ message }),
    example: { messageId: '{messageId}', emoji: '👍', on: true },
  },
  'message:pin': {
    permission: 'room:write',
    subject: 'messageId',
    summary: 'Pin a message where everybody in the room finds it, or take it off',
    input: z.object({ messageId: id, on: z.boolean() }),
    data: z.object({ message }),
    example: { messageId: '{messageId}', on: true },
  },
  'turn:stop': {
    permission: 'room:write',
    subject: 'turnId',
    summary: 'Stop an answer, running or queued; an ended turn is fine',
    input: z.object({ turnId: id }),
    data: nothing,
    example: { turnId: '{turnId}' },
  },
  'turn:retry': {
    permission: 'room:write',
    subject: 'messageId',
    summary: 'Answer the same question again: a new turn and a new message with retryOf',
    input: z.object({ messageId: id }),
    data: z.object({ turnId: id }),
    example: { messageId: '{answerId}' },
  },
  'turn:approve': {
    permission: 'room:write',
    subject: 'turnId',
    summary: 'Decide about a tool call that waits for you',
    input: z.object({ turnId: id, stepId: z.string().max(200), decision: z.enum(['once', 'room', 'no']) }),
    data: nothing,
    example: { turnId: '{turnId}', stepId: 'step-1', decision: 'no' },
  },
  'turn:show': {
    permission: 'room:write',
    subject: 'turnId',
    summary: 'Show the room what a call that waits for you would do',
    input: z.object({ turnId: id, stepId: z.string().max(200) }),
    data: nothing,
    example: { turnId: '{turnId}', stepId: 'step-1' },
  },
});
export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = z.infer<Requests[N]['input']>;
export type RequestData<N extends RequestName> = z.infer<Requests[N]['data']>;
export type Acknowledgement<N extends RequestName> =
  | { ok: true; data: RequestData<N> }
  | { ok: false; error: z.infer<typeof wireError> };

export const documentChange = z.union([document, z.object({ id, removed: z.literal(true) })]);
export type DocumentChange = z.infer<typeof documentChange>;

export const memoryChange = z.union([memory, z.object({ id, removed: z.literal(true) })]);
export type MemoryChanged = z.infer<typeof memoryChange>;

const inRoom = { roomId: id };
const durable = { roomId: id, seq };

/** Facts that take the room's next seq in the transaction that stores them. */
export const durableFacts = {
  'message:created': z.object({ ...durable, message }),
  'message:updated': z.object({ ...durable, message }),
  'message:deleted': z.object({ ...durable, message }),
  'turn:queued': z.object({ ...durable, turn }),
  'turn:started': z.object({ ...durable, turn, message }),
  'turn:ended': z.object({
    ...durable,
    turnId: id,
    reason: z.enum(TURN_END_REASONS),
    message: message.optional(),
    error: wireError.optional(),
  }),
  'room:changed': z.object({ ...durable, room }),
  'member:changed': z.object({ ...durable, member: memberChange }),
} as const;
export type DurableFacts = { [N in keyof typeof durableFacts]: z.infer<(typeof durableFacts)[N]> };

/** Facts that are not stored and carry no seq. */
export const ephemeralFacts = {
  'turn:delta': z.object({ ...inRoom, turnId: id, offset: z.int(), text: z.string() }),
  'turn:step': z.object({ ...inRoom, turnId: id, step }),
  'presence:changed': z.object({ ...inRoom, userId: id, state: z.enum(PRESENCE_STATES) }),
  'typing:changed': z.object({ ...inRoom, userId: id, typing: z.boolean() }),
  'read:changed': z.object({ ...inRoom, userId: id, seq }),
  'document:changed': z.object({
    roomId: id.optional().describe('Absent: the document is in the library'),
    document: documentChange,
  }),
  'memory:changed': z.object({
    roomId: id.optional().describe('Absent: the memory is yours, or of the tenant'),
    memory: memoryChange,
  }),
} as const;
export type EphemeralFacts = { [N in keyof typeof ephemeralFacts]: z.infer<(typeof ephemeralFacts)[N]> };

/** What reaches a person's sockets whether or not they joined the room. */
export const personalFacts = {
  'room:activity': z.object({ roomId: id, lastSeq: seq, unread: z.int(), mentions: z.int(), running: z.boolean() }),
  'room:removed': z.object({ roomId: id }),
  'room:notify': z.object({ roomId: id, notify: z.enum(NOTIFY_LEVELS) }),
  'mcp:changed': z.object({ server: toolServer }),
  'server:closing': z.object({ code: z.string().optional(), reconnectInMs: z.int() }),
} as const;
export type PersonalFacts = { [N in keyof typeof personalFacts]: z.infer<(typeof personalFacts)[N]> };

export type RoomFacts = DurableFacts & EphemeralFacts;
export type ServerFacts = RoomFacts & PersonalFacts;
/** One fact of a room as `{name, payload}`; the unit that listeners receive. */
export type RoomFact = { [N in keyof RoomFacts]: { name: N; payload: RoomFacts[N] } }[keyof RoomFacts];
export type DurableFact = { [N in keyof DurableFacts]: { name: N; payload: DurableFacts[N] } }[keyof DurableFacts];
/** What concerns everybody of a tenant. */
export type TenantFact = {
  [N in 'document:changed' | 'memory:changed']: { name: N; payload: EphemeralFacts[N] };
}['document:changed' | 'memory:changed'];
export type PersonalFact =
  | { [N in keyof PersonalFacts]: { name: N; payload: PersonalFacts[N] } }[keyof PersonalFacts]
  | Extract<TenantFact, { name: 'memory:changed' }>;
