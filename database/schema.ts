// The data model as Kysely types. Portable on purpose: ids varchar(36) made in code, booleans 0/1, times epoch ms, JSON as text parsed in the stores.
import type { Generated } from 'kysely';

interface OfTenant {
  tenant_id: string;
}

export interface TenantsTable {
  id: string;
  name: string;
  created_at: number;
}

export interface UsersTable extends OfTenant {
  id: string;
  email: string;
  full_name: string;
  handle: string;
  password_hash: string;
  role: 'admin' | 'member';
  language: string;
  created_at: number;
  disabled_at: number | null;
}

export interface SessionsTable extends OfTenant {
  id: string;
  user_id: string;
  user_agent: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  ended_at: number | null;
}

export interface ApiKeysTable extends OfTenant {
  id: string;
  user_id: string;
  name: string;
  /** The first characters, to recognise it by. */
  prefix: string;
  key_hash: string;
  /** JSON: ApiKeyScope[] */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
}

/** One-row facts about the installation, e.g. `bootstrap` = id of the first account: its primary key decides the race. */
export interface SettingsTable extends OfTenant {
  name: string;
  value: string;
}

export interface RoomsTable extends OfTenant {
  id: string;
  kind: 'group' | 'personal';
  name: string;
  slug: string;
  assistant_trigger: 'mention' | 'always' | 'auto' | 'off';
  brief: string;
  /** What the assistant keeps of messages that no longer fit its budget, and up to which seq it reaches. */
  summary: string;
  summary_seq: number;
  /** Raised whenever a message goes or changes: a summary that was begun before is not kept. */
  summary_version: number;
  language: string;
  time_zone: string;
  /** JSON: questions that its leads suggest; null for none. */
  prompts: string | null;
  last_seq: number;
  memory_mode: 'auto' | 'ask' | 'never';
  /** Up to which seq the room was looked through for what to remember. */
  memory_seq: number;
  /** 1 until a person names the room: then its title may be derived from the first question. */
  auto_title: number;
  /** 1 for the personal room that the kept routes use; at most one per person. */
  is_default: number;
  created_by: string;
  created_at: number;
  last_activity_at: number;
  archived_at: number | null;
}

export interface RoomMembersTable extends OfTenant {
  room_id: string;
  user_id: string;
  role: 'lead' | 'member' | 'viewer';
  read_seq: number;
  joined_at: number;
  /** What of this room the member wants to be told while they look elsewhere. */
  notify: Generated<'all' | 'mentions' | 'nothing'>;
  /** 1: answers to this member here may use their personal memories. */
  personal_memory: Generated<number>;
}

export interface RoomInvitesTable extends OfTenant {
  id: string;
  room_id: string;
  code_hash: string;
  role: 'lead' | 'member' | 'viewer';
  max_uses: number;
  uses: number;
  created_by: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}

export interface MessagesTable extends OfTenant {
  id: string;
  room_id: string;
  seq: number;
  changed_seq: number;
  client_id: string | null;
  author_kind: 'person' | 'assistant' | 'app' | 'system';
  author_id: string;
  author_name: string;
  text: string;
  status: 'sent' | 'streaming' | 'stopped' | 'failed' | 'interrupted' | 'deleted';
  /** JSON: Mention[] */
  mentions: string;
  reply_to_id: string | null;
  retry_of: string | null;
  turn_id: string | null;
  question_id: string | null;
  asked_by: string | null;
  asked_by_name: string | null;
  /** JSON: Step[] */
  steps: string | null;
  /** JSON: Source[] */
  sources: string | null;
  model: string | null;
  /** JSON: AnswerUsage */
  usage: string | null;
  /** JSON: SystemNote */
  system_note: string | null;
  /** JSON: where it was forwarded from, as in the model Message */
  forwarded: Generated<string | null>;
  /** Tokens of the text; null until counted. */
  tokens: number | null;
  created_at: number;
  edited_at: number | null;
}

/** Who was mentioned where, so that unread mentions are one index range. */
export interface MentionsTable extends OfTenant {
  message_id: string;
  room_id: string;
  user_id: string;
  seq: number;
}

export interface ReactionsTable extends OfTenant {
  message_id: string;
  room_id: string;
  user_id: string;
  emoji: string;
  created_at: number;
}

/** What the people of a room keep in sight. */
export interface PinsTable extends OfTenant {
  message_id: string;
  room_id: string;
  pinned_by: string;
  pinned_by_name: string;
  pinned_at: number;
}

export interface TurnsTable extends OfTenant {
  id: string;
  room_id: string;
  /** The answer's message: its id is fixed when the turn is queued, the message is born when it starts. */
  message_id: string;
  question_id: string;
  asked_by: string;
  asked_by_name: string;
  retry_of: string | null;
  state: 'queued' | 'running' | 'waiting' | 'ended';
  reason: 'completed' | 'stopped' | 'failed' | 'interrupted' | null;
  /** Order in the room's queue: the seq of its turn:queued. */
  queued_seq: number;
  model: string | null;
  node_id: string | null;
  lease_until: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}

/** What the assistant was given for an answer: references, not copies. */
export interface TurnContextsTable extends OfTenant {
  turn_id: string;
  room_id: string;
  message_id: string;
  /** SHA-256 of the assembled prompt. */
  prompt_hash: string;
  /** JSON: StoredSection[] of assistant/context-sections.ts */
  sections: string;
  /** JSON: milliseconds of each stage */
  timings: string;
  /** What the prompt had to fit into; null for answers from before it was kept. */
  budget_tokens: number | null;
  created_at: number;
}

export interface JobsTable extends OfTenant {
  id: string;
  kind: string;
  /** Null once the job was taken: only jobs that still wait exclude their like. */
  dedupe_key: string | null;
  /** The key while the job runs: no other with it starts meanwhile, on any node. */
  running_key: string | null;
  /** JSON */
  payload: string;
  run_at: number;
  attempts: number;
  max_attempts: number;
  status: 'ready' | 'running' | 'failed';
  locked_by: string | null;
  lease_until: number | null;
  last_error: string | null;
  created_at: number;
}

/** What lies on the table of a room, or in the library of the tenant (`room_id` null). */
export interface DocumentsTable extends OfTenant {
  id: string;
  room_id: string | null;
  /** Knowledge without a file; unique within the tenant and its place, see `external_place`. */
  external_key: string | null;
  /** The room's id or `library`, when there is an external key: makes the key unique where a null could not. */
  external_place: string | null;
  name: string;
  kind: 'tor' | 'product' | 'general';
  content_type: string;
  bytes: number;
  sha256: string;
  /** Key in the file store. */
  file_key: string | null;
  customer: string | null;
  project: string | null;
  year: number | null;
  category: string | null;
  product: string | null;
  /** `hidden`: its file is not kept yet, or is being erased; nothing finds it. */
  status: 'uploaded' | 'processing' | 'processed' | 'failed' | 'cancelled' | 'hidden';
  progress_done: number;
  /** 0 until known. */
  progress_total: number;
  progress_unit: 'page' | 'sheet' | 'slide' | 'section';
  pages: number;
  /** JSON: DocumentWarning[] */
  warnings: string;
  /** JSON: the error of the model Document */
  error: string | null;
  /** Id of a document with the same content elsewhere, which who brought this one may see. */
  duplicate_of: string | null;
  /** Raised when it is read again: what an older reading still writes is dropped. */
  reading: number;
  uploaded_by: string;
  uploaded_by_name: string;
  created_at: number;
  updated_at: number;
}

/** What was read, page by page; from this the index can be built again without reading the file. */
export interface DocumentPagesTable extends OfTenant {
  document_id: string;
  number: number;
  label: string | null;
  /** Markdown */
  text: string;
  /** JSON: Block[] of documents/parse/parsed.ts */
  blocks: string;
  source: 'text' | 'ocr' | 'none';
  /** JSON: WordBox[] */
  words: string | null;
}

/** Which documents a message brought along. */
export interface MessageDocumentsTable extends OfTenant {
  message_id: string;
  document_id: string;
  room_id: string;
  position: number;
}

/** What an administrator wants of a tool server, and what it offered when it was last there. Of the installation, not of a tenant. */
export interface McpServersTable {
  name: string;
  desired: 'connected' | 'stopped';
  changed_at: number | null;
  changed_by_name: string | null;
  /** JSON: Catalogue of mcp/catalogue.ts */
  catalogue: string | null;
  catalogue_at: number | null;
}

/** An administrator's word on one tool: in one room, or in every one (`room_id` empty). */
export interface McpPoliciesTable extends OfTenant {
  server: string;
  tool: string;
  room_id: string;
  policy: 'free' | 'ask' | 'off';
  decided_by_name: string;
  decided_at: number;
}

/** A lead allowed a tool for the whole room, as it was described then. */
export interface McpApprovalsTable extends OfTenant {
  room_id: string;
  server: string;
  tool: string;
  definition: string;
  decided_by_name: string;
  decided_at: number;
}

/** One call of a tool: that it was made and what became of it, never what was in it. */
export interface McpCallsTable extends OfTenant {
  id: string;
  server: string;
  tool: string;
  /** Null when an administrator tried it. */
  room_id: string | null;
  turn_id: string | null;
  user_id: string;
  user_name: string;
  outcome: string;
  detail: string | null;
  /** `once` or `room` when a person allowed it. */
  allowed: string | null;
  /** SHA-256 */
  args_hash: string;
  result_units: number;
  started_at: number;
  took_ms: number;
}

/** Rooms that were told that a tool server is gone, and not yet that it is back. */
export interface McpNoticesTable extends OfTenant {
  room_id: string;
  server: string;
  gone_at: number;
}

export interface MemoriesTable extends OfTenant {
  id: string;
  scope: 'room' | 'person' | 'tenant';
  /** Id of the room, the person or the tenant. */
  scope_id: string;
  /** Empty once forgotten. */
  text: string;
  kind: 'decision' | 'date' | 'figure' | 'role' | 'preference' | 'fact';
  /** What it is about, in stems: two with one subject in one scope contradict each other. */
  subject: string | null;
  status: 'proposed' | 'accepted' | 'rejected' | 'superseded';
  is_used: number;
  origin: 'said' | 'written' | 'program';
  /** Who said it, or wrote it down, under the name of then. */
  author_id: string;
  author_name: string;
  source_room_id: string | null;
  source_message_id: string | null;
  said_at: number;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: number | null;
  supersedes_id: string | null;
  superseded_by: string | null;
  /** Raised with each change; number of the newest version. */
  version: number;
  /** Under which engine and model its text was last indexed, and which version of it; null when it is not in the index. */
  indexed_as: string | null;
  indexed_version: number | null;
  created_at: number;
  updated_at: number;
  /** Then nothing is left but that it was there: what was answered with it can say so. */
  forgotten_at: number | null;
}

export interface MemoryVersionsTable extends OfTenant {
  memory_id: string;
  number: number;
  change: 'proposed' | 'accepted' | 'rejected' | 'edited' | 'superseded' | 'used' | 'not_used';
  text: string;
  status: 'proposed' | 'accepted' | 'rejected' | 'superseded';
  by_id: string | null;
  by_name: string | null;
  created_at: number;
}

/** The stems of a memory's words, each once: what keywords find it by. */
export interface MemoryTermsTable extends OfTenant {
  memory_id: string;
  scope_id: string;
  term: string;
}

/** Messages whose facts a person had forgotten: nothing is remembered of them again, and no summary tells them. */
export interface ForgottenMessagesTable extends OfTenant {
  message_id: string;
  room_id: string;
  forgotten_at: number;
}

export interface Database {
  tenants: TenantsTable;
  users: UsersTable;
  sessions: SessionsTable;
  api_keys: ApiKeysTable;
  settings: SettingsTable;
  rooms: RoomsTable;
  room_members: RoomMembersTable;
  room_invites: RoomInvitesTable;
  messages: MessagesTable;
  mentions: MentionsTable;
  reactions: ReactionsTable;
  pins: PinsTable;
  turns: TurnsTable;
  turn_contexts: TurnContextsTable;
  jobs: JobsTable;
  documents: DocumentsTable;
  document_pages: DocumentPagesTable;
  message_documents: MessageDocumentsTable;
  mcp_servers: McpServersTable;
  mcp_policies: McpPoliciesTable;
  mcp_approvals: McpApprovalsTable;
  mcp_calls: McpCallsTable;
  mcp_notices: McpNoticesTable;
  memories: MemoriesTable;
  memory_versions: MemoryVersionsTable;
  memory_terms: MemoryTermsTable;
  forgotten_messages: ForgottenMessagesTable;
}
