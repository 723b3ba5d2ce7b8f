// The shapes of what people see: users, rooms, members, messages, turns.
import { z } from 'zod';
import {
  API_KEY_SCOPES,
  LANGUAGES,
  MAX_NAME_UNITS,
  MAX_PROMPT_UNITS,
  MAX_ROOM_PROMPTS,
  MEMORY_MODES,
  MESSAGE_STATUSES,
  NOTIFY_LEVELS,
  PRESENCE_STATES,
  ROOM_KINDS,
  ROOM_ROLES,
  TRIGGERS,
} from './names.ts';

/** Ids are UUIDv7 when the server makes them; an unknown or malformed one is simply not found. */
const uuid = z.string().min(1).max(64).describe('UUIDv7');
export const id = uuid;
export const time = z.string().describe('ISO 8601, UTC');
export const seq = z.int().min(0);
export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -')
  .describe('Made by the client, unique per room and author: the same one twice is one message');

/** Characters that must not stand in a name: controls, line breaks, bidi overrides and isolates, zero-width, tag characters. */
const UNSAFE_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** A person's or room's name, trimmed. Whether it equals the assistant's name is checked by the operation. */
export const name = z
  .string()
  .max(10_000)
  .transform((text) => text.trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_NAME_UNITS, `must be at most ${MAX_NAME_UNITS} characters`)
      .refine((text) => !UNSAFE_IN_NAMES.test(text), 'must not contain control, direction or newline characters'),
  );

/** A question that a room suggests: one line, trimmed. */
const roomPrompt = z
  .string()
  .max(10_000)
  .transform((text) => text.trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_PROMPT_UNITS, `must be at most ${MAX_PROMPT_UNITS} characters`)
      .refine((text) => !UNSAFE_IN_NAMES.test(text), 'must not contain control, direction or newline characters'),
  );
export const roomPrompts = z
  .array(roomPrompt)
  .max(MAX_ROOM_PROMPTS, `must be at most ${MAX_ROOM_PROMPTS}`)
  .transform((texts) => [...new Set(texts)]);

export const language = z.enum(LANGUAGES);
export const timeZone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
    } catch {
      return false;
    }
  }, 'must be an IANA time zone such as Asia/Jakarta');

export const user = z
  .object({
    id: uuid,
    email: z.string(),
    fullName: z.string(),
    handle: z.string().describe('What stands after @ in a mention'),
    role: z.enum(['admin', 'member']).describe('Installation role'),
    tenantId: z.string(),
    language,
    createdAt: time,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const session = z
  .object({ id: uuid, createdAt: time, lastSeenAt: time, expiresAt: time, userAgent: z.string(), current: z.boolean() })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;

export const apiKey = z
  .object({
    id: uuid,
    name: z.string(),
    prefix: z.string().describe('Its first characters, to recognise it by'),
    scopes: z.array(z.enum(API_KEY_SCOPES)),
    createdAt: time,
    expiresAt: time.optional().describe('Absent: until it is revoked'),
    lastUsedAt: time.optional().describe('To one minute'),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKey>;
export const createdApiKey = apiKey
  .extend({ key: z.string().describe('Shown once, stored hashed') })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof createdApiKey>;

export const assistantSettings = z.object({ trigger: z.enum(TRIGGERS) });

export const memorySettings = z.object({ mode: z.enum(MEMORY_MODES) });

export const room = z
  .object({
    id: uuid,
    name: z.string(),
    slug: z.string(),
    kind: z.enum(ROOM_KINDS),
    assistant: assistantSettings,
    memory: memorySettings.describe('What becomes of what is said here'),
    brief: z.string().describe('What the assistant always knows about this room'),
    prompts: z.array(z.string()).describe('Questions that its leads suggest, in their order'),
    language,
    timeZone: z.string(),
    lastSeq: seq,
    createdBy: uuid,
    createdAt: time,
    archivedAt: time.optional(),
  })
  .meta({ id: 'Room' });
export type Room = z.infer<typeof room>;

/** A room as one member sees it in the list. */
export const roomSummary = room
  .extend({
    role: z.enum(ROOM_ROLES),
    unread: z.int(),
    mentions: z.int(),
    readSeq: seq,
    notify: z.enum(NOTIFY_LEVELS).describe('What you want to be told of it; anything but `all` is a muted room'),
    running: z.boolean(),
    memberCount: z.int(),
    personalMemory: z.boolean().describe('Answers to you here may use what only you can see of your memories'),
    lastActivityAt: time,
  })
  .meta({ id: 'RoomSummary' });
export type RoomSummary = z.infer<typeof roomSummary>;

export const member = z
  .object({
    userId: uuid,
    name: z.string(),
    role: z.enum(ROOM_ROLES),
    handle: z.string().optional(),
    presence: z.enum(PRESENCE_STATES).optional(),
    readSeq: seq.optional(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof member>;
export const memberChange = z.union([member, z.object({ userId: uuid, removed: z.literal(true) })]);

export const invite = z
  .object({
    id: uuid,
    code: z.string().describe('Shown once, stored hashed'),
    url: z.string(),
    role: z.enum(ROOM_ROLES),
    maxUses: z.int(),
    uses: z.int(),
    expiresAt: time,
  })
  .meta({ id: 'Invite' });
export type Invite = z.infer<typeof invite>;
export const inviteListItem = invite
  .omit({ code: true, url: true })
  .extend({ createdAt: time })
  .meta({ id: 'InviteListItem' });
export type InviteListItem = z.infer<typeof inviteListItem>;

export const mention = z.object({
  kind: z.enum(['person', 'assistant']),
  id: z.string(),
  start: z.int().describe('UTF-16 offset of the @ in the text'),
  length: z.int(),
});
export type Mention = z.infer<typeof mention>;

/** How much of the documents a step is about, in numbers: every reader hears it in their own language. */
export const stepCoverage = z
  .object({
    documents: z.int(),
    pages: z.int().describe('Of a search: on which something was found. Of reading: read so far'),
    ofPages: z.int().optional().describe('Of reading: how many there are'),
  })
  .meta({ id: 'StepCoverage' });
export type StepCoverage = z.infer<typeof stepCoverage>;

export const step = z
  .object({
    id: z.string(),
    kind: z.enum(['search', 'memory', 'tool', 'approval']),
    name: z.string(),
    status: z.enum(['running', 'waiting', 'done', 'failed']),
    summary: z.string().optional(),
    found: z.int().optional().describe('How much a search found'),
    covered: stepCoverage.optional().describe('Of a step that searched or read documents'),
    args: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Only to the asker and administrators, until the asker shows them'),
    isShown: z.boolean().optional().describe('Of an approval: the asker showed its arguments to the room'),
    asks: z
      .enum(['run', 'share'])
      .optional()
      .describe('For an approval: whether the tool may run, or whether the room may hear what it found'),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof step>;

export const source = z
  .object({
    marker: z.string(),
    documentId: z.string(),
    documentName: z.string(),
    page: z.int().optional(),
    heading: z.string().optional(),
    chunkId: z.string(),
    quote: z.string(),
    score: z.number(),
  })
  .meta({ id: 'Source' });
export type Source = z.infer<typeof source>;

export const usage = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  cachedTokens: z.int().optional(),
});
export type AnswerUsage = z.infer<typeof usage>;

export const systemNote = z.object({
  key: z.string().describe('`turn.<reason>`: what happened, rendered by the client in its language'),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type SystemNote = z.infer<typeof systemNote>;

export const message = z
  .object({
    id: uuid,
    roomId: uuid,
    seq: seq.describe('Place in the timeline; never changes'),
    changedSeq: seq.describe('The last fact that touched it'),
    clientId: z.string().optional(),
    turnId: uuid.optional(),
    author: z.object({ kind: z.enum(['person', 'assistant', 'app', 'system']), id: z.string(), name: z.string() }),
    text: z.string(),
    status: z.enum(MESSAGE_STATUSES),
    mentions: z.array(mention),
    reactions: z.array(z.object({ emoji: z.string(), userIds: z.array(uuid) })),
    replyToId: uuid.optional(),
    retryOf: uuid.optional(),
    questionId: uuid.optional().describe('For an answer: the message it answers'),
    askedBy: z.object({ id: uuid, name: z.string() }).optional().describe('For an answer: who asked'),
    documents: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .optional()
      .describe('What it brought along'),
    steps: z.array(step).optional(),
    sources: z.array(source).optional(),
    model: z
      .string()
      .optional()
      .describe('For an answer: the model that wrote it; `offline` is the built-in responder'),
    usage: usage.optional(),
    forwarded: z
      .object({ roomId: uuid, messageId: uuid })
      .optional()
      .describe('Which message it passes on; opens only for members of that room'),
    pinned: z.object({ by: z.object({ id: uuid, name: z.string() }), at: time }).optional(),
    system: systemNote.optional(),
    createdAt: time,
    editedAt: time.optional(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** A message that was found, with the room it stands in. */
export const foundMessage = z
  .object({ message, room: z.object({ id: uuid, name: z.string() }), unread: z.boolean() })
  .meta({ id: 'FoundMessage' });
export type FoundMessage = z.infer<typeof foundMessage>;

export const turn = z
  .object({
    id: uuid,
    messageId: uuid.describe('The answer'),
    questionId: uuid,
    askedBy: z.object({ id: uuid, name: z.string() }),
    state: z.enum(['queued', 'running', 'waiting']),
    position: z.int().optional().describe('Queued: how many stand before it; 0 starts at once'),
    model: z.string().optional(),
    startedAt: time.optional(),
    text: z.string().optional().describe('Snapshots: the answer so far'),
    offset: z.int().optional().describe('Snapshots: UTF-16 length of text, the offset of the next delta'),
    steps: z.array(step).optional(),
  })
  .meta({ id: 'Turn' });
export type Turn = z.infer<typeof turn>;

export const chatSession = z
  .object({ id: uuid, title: z.string(), createdAt: time, updatedAt: time, messageCount: z.int() })
  .meta({ id: 'ChatSession' });
export type ChatSession = z.infer<typeof chatSession>;
