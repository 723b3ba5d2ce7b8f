// What an operation may ask for: types only. `createApp` (app.ts) fills it; operations take `Pick<App, …>` of what they need.
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { TokenCounter } from './assistant/token-counter.ts';
import type { Config } from './config.ts';
import type { DocumentReader } from './documents/parse/parsed.ts';
import type { Readings } from './documents/readings.ts';
import type { Bus } from './engines/bus/bus.ts';
import type { Embedder } from './engines/embedding/embedder.ts';
import type { FileStore } from './engines/files/file-store.ts';
import type { JobQueue } from './engines/jobs/job-queue.ts';
import type { LanguageModel } from './engines/llm/language-model.ts';
import type { MemoryEngine } from './engines/memory/memory-engine.ts';
import type { TextRecognizer } from './engines/ocr/text-recognizer.ts';
import type { VectorIndex } from './engines/vector/vector-index.ts';
import type { Logger } from './lib/log.ts';
import type { Limits } from './limits.ts';
import type { ToolServers } from './mcp/tool-servers.ts';
import type { PassageHit } from './protocol/document-models.ts';
import type { DurableFact, PersonalFact, RoomFact, TenantFact } from './protocol/events.ts';
import type { AnswerUsage, Turn } from './protocol/models.ts';
import type { ApiKeyScope, ErrorCode, PresenceState, ToolCallOutcome, TurnEndReason } from './protocol/names.ts';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;
/** Stores read through either; writes that belong together take a Trx. */
export type DbOrTrx = Db | Trx;

/** Who asks. Made by the edges from a verified token, or by the system itself for its own work. */
export interface Actor {
  kind: 'person';
  userId: string;
  tenantId: string;
  sessionId: string;
  name: string;
  /** Installation role. */
  role: 'admin' | 'member';
  /** Set when a program of this person asks with an API key; `sessionId` is then the id of the key. */
  apiKey?: { name: string; scopes: readonly ApiKeyScope[] };
  /** When the credential it came with runs out, epoch ms; sockets are closed then. */
  expiresAt: number;
}

/** The only way to reach sockets and streams. Calls are synchronous and never throw; delivery order per room is call order. */
export interface Broadcast {
  /** To everything that joined the room: Socket.IO, plain WebSocket, server-sent events. */
  toRoom(roomId: string, fact: RoomFact): void;
  /** To those who joined; only the asker and administrators get the arguments of the tool call. */
  stepToRoom(roomId: string, fact: Extract<RoomFact, { name: 'turn:step' }>, askedBy: string): void;
  /** To every socket of everybody of the tenant. */
  toTenant(tenantId: string, fact: TenantFact): void;
  /** To every socket of one person. */
  toPerson(userId: string, fact: PersonalFact): void;
  /** To every socket of every administrator. */
  toAdministrators(fact: PersonalFact): void;
  /** Ends a person's facts of a room at once, on every edge, and tells them `room:removed`. */
  removeFromRoom(roomId: string, userId: string): void;
  /** The room is gone for everybody. */
  closeRoom(roomId: string, userIds: string[]): void;
  /** Listens to a room inside this process. @returns a function that ends it */
  listen(roomId: string, userId: string, listener: RoomListener): () => void;
  /** Something countable happened: members get room:activity, at most one a second. */
  activity(tenantId: string, roomId: string): void;
}

export interface RoomListener {
  onFact(fact: RoomFact): void;
  /** The listener's right to the room ended, or the server stops. */
  onEnd(reason: 'removed' | 'unauthenticated' | 'stopping'): void;
}

/** What is counted for /metrics. No method takes a name of a person, room or document. */
export interface Metrics {
  sent(): void;
  delta(): void;
  /** @param seconds from the start of the turn */
  firstToken(seconds: number): void;
  turnEnded(reason: TurnEndReason, usage?: AnswerUsage): void;
  socketsOpen(kind: 'socket.io' | 'plain' | 'events', change: 1 | -1): void;
  refused(code: ErrorCode): void;
  /** @param server as the operator named it */
  toolCalled(server: string, outcome: ToolCallOutcome, seconds: number): void;
}

/** Who is connected. Kept by realtime/, told to rooms by chat/presence.ts. */
export interface Presence {
  stateOf(userId: string): PresenceState;
}

/** Running turns, as other slices see them. */
export interface Turns {
  /** Starts the next queued turn of the room when none runs. Never throws; call it after the transaction that queued one. */
  wake(tenantId: string, roomId: string): void;
  /** The text broadcast so far of a turn that runs on this node; exact at the moment of the call. */
  live(turnId: string): Pick<Turn, 'text' | 'offset' | 'steps' | 'state'> | undefined;
  /** The passages that a turn of this node was shown so far, in the order of their numbers; none when it does not run here. */
  shownPassages(turnId: string): PassageHit[];
  /** Whether an answer is being written in this room by this node. */
  isRunning(roomId: string): boolean;
}

/** Serialises the durable writes of one room in this process and broadcasts their facts in seq order. See rooms/room-log.ts. */
export interface RoomLog {
  /**
   * Runs `write` in a transaction, in the order of calls, then broadcasts the facts it recorded, in order.
   * Nothing may be awaited in `write` but database calls through `trx`. Writes that arrive together may share a transaction; each runs
   * once, and one that throws is undone by itself. What has to wait for the commit goes through `entry`.
   */
  append<T>(tenantId: string, roomId: string, write: (entry: RoomEntry) => Promise<T>): Promise<T>;
  /** Runs `read` while nothing of this room is being written or broadcast; what it does synchronously at its end is atomic to facts. */
  quiet<T>(roomId: string, read: () => Promise<T>): Promise<T>;
}

export interface RoomEntry {
  trx: Trx;
  /** Takes the room's next seq. */
  nextSeq(): Promise<number>;
  /** To be broadcast after commit. Call in the order of the seqs taken. */
  record(fact: DurableFact): void;
  /** Runs after commit and after the facts were broadcast. */
  afterCommit(run: () => void): void;
}

export interface App {
  config: Config;
  limits: Limits;
  log: Logger;
  /** This process among its peers; kept over restarts in DATA_DIR/node. */
  nodeId: string;
  db: Db;
  bus: Bus;
  jobs: JobQueue;
  files: FileStore;
  model: LanguageModel;
  embedder: Embedder;
  /** Passages of documents, to be searched. */
  vectors: VectorIndex;
  /** Memories, to be found by meaning. */
  memoryEngine: MemoryEngine;
  tokens: TokenCounter;
  recognizer: TextRecognizer;
  reader: DocumentReader;
  /** What this process reads at the moment. */
  readings: Readings;
  broadcast: Broadcast;
  roomLog: RoomLog;
  turns: Turns;
  metrics: Metrics;
  presence: Presence;
  toolServers: ToolServers;
}
