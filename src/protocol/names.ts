// Names and closed lists that cross the wire and that the browser needs as values (no zod here, so that it stays small).

/** How the assistant is called in rooms; nobody else may be called so. */
/** `model` of answers that were written without a language model. */
export const BUILT_IN_MODEL = 'offline';
export const ASSISTANT_NAME = 'ProjectWise';
/** `author.id` of everything the assistant writes. */
export const ASSISTANT_ID = 'assistant';

export const ERROR_CODES = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'rate_limited',
  'busy',
  'unavailable',
  'stopped',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const HTTP_STATUS: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  busy: 429,
  unavailable: 503,
  stopped: 503,
  internal: 500,
};

/** `details.reason`: why, in a form that clients translate. Closed list; every one has a sentence in both languages in the app. */
export const REASONS = [
  // accounts
  'invitation_needed',
  'registration_closed',
  'invitation_invalid',
  'setup_code_needed',
  'email_taken',
  'wrong_password',
  'token_missing',
  'token_invalid',
  'token_expired',
  'session_ended',
  'tenant_mismatch',
  'origin_refused',
  'api_key_scope',
  'too_many_api_keys',
  // rooms
  'room_archived',
  'room_full',
  'personal_room',
  'last_lead',
  'already_member',
  'assistant_off',
  'name_reserved',
  'message_deleted',
  'message_too_long',
  'message_empty',
  'turn_running',
  'queue_full',
  'own_queue_full',
  'too_many_reactions',
  'too_many_pins',
  // documents
  'file_missing',
  'file_empty',
  'file_too_large',
  'file_type_refused',
  'file_encrypted',
  'file_corrupt',
  'file_too_complex',
  'file_unreadable',
  'too_many_files',
  'upload_cut_off',
  'document_busy',
  'document_settled',
  'document_without_file',
  'storage_unavailable',
  'storage_full',
  'search_unavailable',
  'embedding_unavailable',
  // memory
  'too_many_memories',
  // limits
  'too_many_requests',
  'too_many_sockets',
  'frame_too_large',
  'body_too_large',
  'malformed_json',
  'unknown_event',
  // the model
  'model_unreachable',
  'model_auth',
  'model_rate_limited',
  'model_bad_request',
  'model_context_too_long',
  'model_stalled',
  'model_cut_off',
  'turn_timeout',
  'turn_failed',
  'server_stopping',
  'server_restarted',
] as const;
export type Reason = (typeof REASONS)[number];

export const ROOM_KINDS = ['group', 'personal'] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];
export const ROOM_ROLES = ['lead', 'member', 'viewer'] as const;
export type RoomRole = (typeof ROOM_ROLES)[number];
export const TRIGGERS = ['mention', 'always', 'auto', 'off'] as const;
export type Trigger = (typeof TRIGGERS)[number];
/** What of a room a member wants to be told while they look elsewhere; anything but `all` is a muted room. */
export const NOTIFY_LEVELS = ['all', 'mentions', 'nothing'] as const;
export type NotifyLevel = (typeof NOTIFY_LEVELS)[number];
export const LANGUAGES = ['id', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
/** What an API key may do as its person: look (`read`), or look and change (`write`, which includes `read`). What belongs to the account itself takes signing in. */
export const API_KEY_SCOPES = ['read', 'write'] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];
export const PRESENCE_STATES = ['online', 'away', 'offline'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];
export const MESSAGE_STATUSES = ['sent', 'streaming', 'stopped', 'failed', 'interrupted', 'deleted'] as const;
export const TURN_END_REASONS = ['completed', 'stopped', 'failed', 'interrupted'] as const;
export type TurnEndReason = (typeof TURN_END_REASONS)[number];

/** `tor`: tender documents (TOR/KAK) of a customer · `product`: what we offer · `general`: everything else. */
export const DOCUMENT_KINDS = ['tor', 'product', 'general'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];
export const DOCUMENT_STATUSES = ['uploaded', 'processing', 'processed', 'failed', 'cancelled'] as const;
export type DocumentStatus = (typeof DOCUMENT_STATUSES)[number];
/** What a document is counted in: a text has one or more sections of lines, a picture is one page. */
export const PAGE_UNITS = ['page', 'sheet', 'slide', 'section'] as const;
export type PageUnit = (typeof PAGE_UNITS)[number];
/** Where the words of a page come from: its own text, recognition of its picture, or nowhere. */
export const PAGE_SOURCES = ['text', 'ocr', 'none'] as const;
export type PageSource = (typeof PAGE_SOURCES)[number];
/** What a reader should know of a document that was read all the same. */
export const DOCUMENT_WARNINGS = [
  'needs_ocr',
  'recognised_poorly',
  'page_unreadable',
  'pages_left_out',
  'text_left_out',
  'rows_left_out',
  'encoding_guessed',
] as const;

export const TOOL_SERVER_STATES = ['connected', 'connecting', 'waiting', 'needs_auth', 'stopped', 'failed'] as const;
export type ToolServerState = (typeof TOOL_SERVER_STATES)[number];
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
/** What can be wrong with a tool server. */
export const TOOL_SERVER_PROBLEMS = [
  'refused',
  'unknown_host',
  'unreachable',
  'timeout',
  'cut_off',
  'tls',
  'address',
  'redirect',
  'key',
  'session',
  'http',
  'protocol',
  'too_large',
  'command',
  'exited',
] as const;
export type ToolServerProblemKind = (typeof TOOL_SERVER_PROBLEMS)[number];
/** `free` runs at once, `ask` asks the person whose question it is for, `off` is not offered to the model. */
export const TOOL_POLICIES = ['free', 'ask', 'off'] as const;
export type ToolPolicy = (typeof TOOL_POLICIES)[number];
/**
 * What became of a call. `not_sent`: it surely did not run · `unknown_outcome`: it was sent, and nobody knows · `refused`: the server
 * would not run it · `declined`: the person asked said no, or nothing in time.
 */
export const TOOL_CALL_OUTCOMES = [
  'ok',
  'tool_error',
  'refused',
  'not_sent',
  'timeout',
  'unknown_outcome',
  'too_large',
  'bad_result',
  'cancelled',
  'declined',
] as const;
export type ToolCallOutcome = (typeof TOOL_CALL_OUTCOMES)[number];

/** What a prompt consists of. */
export const CONTEXT_KINDS = [
  'rules',
  'persona',
  'brief',
  'memories',
  'summary',
  'messages',
  'tools',
  'documents',
  'passages',
  'question',
] as const;
export type ContextKind = (typeof CONTEXT_KINDS)[number];
/** What became of something since it was given to an answer. */
export const CONTEXT_ITEM_STATES = ['given', 'changed', 'deleted', 'forgotten'] as const;
export const LEFT_OUT_REASONS = ['budget', 'share', 'window'] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];
/** Whose a memory is: a room's, one person's, everybody's of the tenant. */
export const MEMORY_SCOPES = ['room', 'person', 'tenant'] as const;
export type MemoryScope = (typeof MEMORY_SCOPES)[number];
/** `superseded`: a newer one says otherwise. */
export const MEMORY_STATUSES = ['proposed', 'accepted', 'rejected', 'superseded'] as const;
export type MemoryStatus = (typeof MEMORY_STATUSES)[number];
export const MEMORY_KINDS = ['decision', 'date', 'figure', 'role', 'preference', 'fact'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];
/** `said`: found in a message · `written`: by a person, as a memory · `program`: proposed by a program of a person. */
export const MEMORY_ORIGINS = ['said', 'written', 'program'] as const;
export type MemoryOrigin = (typeof MEMORY_ORIGINS)[number];
/** What becomes of what is said in a room: remembered at once, proposed, or not looked at. */
export const MEMORY_MODES = ['auto', 'ask', 'never'] as const;
export type MemoryMode = (typeof MEMORY_MODES)[number];
/** What a version of a memory came of. */
export const MEMORY_CHANGES = ['proposed', 'accepted', 'rejected', 'edited', 'superseded', 'used', 'not_used'] as const;
export type MemoryChange = (typeof MEMORY_CHANGES)[number];

/** Bounds that clients check before sending; the server's are in limits.ts and may be configured lower. */
export const MAX_MESSAGE_UNITS = 32_000;
export const MAX_NAME_UNITS = 120;
export const MAX_MEMORY_UNITS = 500;
export const MAX_ROOM_PROMPTS = 12;
export const MAX_PROMPT_UNITS = 300;

/** A `@handle` at a word boundary: group 1 is what precedes it, group 2 the handle. Used with the flags `giu`. */
export const MENTION_PATTERN = '(^|[^\\p{L}\\p{N}_@./-])@([\\p{L}\\p{N}](?:[\\p{L}\\p{N}._-]*[\\p{L}\\p{N}])?)';
/** Lines that quote somebody: what stands in them mentions nobody anew. Used with the flags `gm`. */
export const QUOTED_LINE_PATTERN = '^ {0,3}>.*$';
