// Every bound, its unit in its name. Each can be overridden by the environment as LIMIT_ + its name in capitals (messageUnits: LIMIT_MESSAGE_UNITS).

export const DEFAULT_LIMITS = {
  // What people send
  messageUnits: 32_000,
  frameBytes: 2 * 1024 * 1024,
  bodyBytes: 1024 * 1024,
  sendsBurst: 100,
  sendsPerSecond: 20,
  /** All other socket requests of one socket together. */
  requestsBurst: 200,
  requestsPerSecond: 50,
  joinsPerSecond: 50,
  reactionsPerMessage: 20,
  pinsPerRoom: 50,

  // Files
  /** Of a document that comes over MCP. */
  ingestBytes: 10 * 1024 * 1024,
  uploadBytes: 200 * 1024 * 1024,
  /** Of one person. */
  uploadsAtOnce: 20,
  /** What must stay free on the disk where files arrive; the database needs some too. */
  diskFreeBytes: 256 * 1024 * 1024,

  // Connections
  /** Also requests and streams of their agents to our MCP server. */
  socketsPerPerson: 200,
  socketsPerAddress: 1_000,
  /** Unanswered requests of one socket at a time; more are refused, not kept. */
  requestsInFlight: 100,
  /** Requests of one socket that are refused for being too many; whoever goes on is let go. */
  refusalsBurst: 500,
  refusalsPerSecond: 200,
  /** A connection is asked for a sign of life this often, and let go after two that went unanswered. */
  pingEveryMs: 25_000,

  // Accounts
  failedLoginsPerAccountAndAddress: 10,
  failedLoginsPerAddress: 100,
  failedLoginsWindowS: 15 * 60,
  registrationsPerHourLoopback: 60,
  registrationsPerHour: 10,
  tokenLifetimeS: 24 * 60 * 60,
  cookieLifetimeS: 30 * 24 * 60 * 60,
  ticketLifetimeS: 60,
  apiKeysPerPerson: 50,

  // Rooms
  membersPerRoom: 500,
  queuedTurnsPerRoom: 20,
  queuedTurnsPerPerson: 3,
  snapshotMessages: 50,
  snapshotChangedMessages: 200,

  // The stream
  deltaWindowMs: 36,
  persistTextEveryMs: 500,
  turnLeaseMs: 15_000,
  activityEveryMs: 1_000,
  awayAfterMs: 5 * 60_000,

  // A turn
  turnTimeoutMs: 5 * 60_000,
  toolHops: 8,
  toolCallsPerTurn: 24,
  toolCallsParallel: 4,
  toolCallTimeoutMs: 30_000,
  toolResultUnits: 20_000,
  sameToolCall: 3,
  /** Longest answer that is kept; beyond it the turn ends as completed with what there is. */
  answerUnits: 200_000,

  // The prompt
  promptTokens: 16_000,
  historyMessages: 200,
  /** How long an answer waits for the first search of the documents before it goes on without; more than a question takes to embed. */
  firstSearchMs: 400,
  /** A question about whole documents is answered in at most so many parts, each as long as a prompt. */
  wholeReadingParts: 12,
  /** Pictures of a question that a model is shown. */
  imagesPerQuestion: 4,
  imageBytes: 4 * 1024 * 1024,

  // Reading documents
  /** Of one file: time in which its reader works. Waiting for pages to be taken or words to be recognised is not counted. */
  readTimeoutMs: 10 * 60_000,
  /** CPU time that a reader may use without yielding anything. */
  readSilenceMs: 12_000,
  /** Resident memory of a reader, native memory included. */
  readMemoryMb: 640,
  readPages: 12_000,
  readTextUnits: 30_000_000,
  readPageUnits: 400_000,
  /** What the parts of an archive that are looked at may unpack to, together. */
  readUnpackedBytes: 256 * 1024 * 1024,
  /** Readers at a time; more wait. What takes long has one more for itself. */
  readersParallel: 2,
  /** How long a document is read while others wait; then it makes room and goes on in the place for what takes long. */
  readTurnMs: 15_000,
  /** Pictures in which text is recognised at a time; more wait. */
  ocrParallel: 2,
  /** Of one picture. */
  ocrTimeoutMs: 90_000,

  // Search
  /** How long a search waits for the question's vector; after that it goes by keywords alone. */
  embedDeadlineMs: 250,
  /** Of one request to the embedding server, with its retries. */
  embedTimeoutMs: 30_000,
  embedBatchTexts: 64,
  embedParallel: 4,
  /** Of one request to a Qdrant server. */
  indexTimeoutMs: 5_000,
  /** What the embedded index keeps in memory: vectors, and where words stand. */
  indexCacheBytes: 256 * 1024 * 1024,

  // Memory
  /** Of one room, person or tenant: proposed and accepted ones together. */
  memoriesPerScope: 20_000,
  /** After an answer a room is looked through for what to remember, when no other comes meanwhile. */
  memoryAfterAnswerMs: 2_000,
  /** So long a room is silent before it is looked through without an answer. */
  memoryQuietMs: 20_000,
  /** After so long memories are put into the index again when it or the embedding model was away. */
  memoryRetryMs: 30_000,
  /** How long an answer waits for memories to be found by meaning; after that words alone find them. */
  recallDeadlineMs: 250,
  /** Memories that an answer is given. */
  memoriesPerPrompt: 10,

  // Tool servers
  mcpConnectTimeoutMs: 10_000,
  /** How long a call waits for a server that is just coming back. */
  mcpReadyWaitMs: 5_000,
  mcpHeartbeatMs: 30_000,
  /** Silence of a call; each sign of progress begins it anew. */
  mcpCallTimeoutMs: 30_000,
  mcpCallTotalMs: 4 * 60_000,
  mcpCallsPerServer: 16,
  mcpMessageBytes: 4 * 1024 * 1024,
  mcpToolsPerTurn: 64,
  /** How long a server is away before rooms are told. */
  mcpGoneAfterMs: 3_000,
  /** How long a person is waited for who has to allow a call. */
  approvalTimeoutMs: 120_000,
  mcpCallsKept: 5_000,

  // Stopping
  /** All of it together: answers, jobs, last facts, running requests. */
  stopGraceMs: 6_000,
} as const;

export type Limits = { readonly [K in keyof typeof DEFAULT_LIMITS]: number };

/** `messageUnits` → `LIMIT_MESSAGE_UNITS`. */
export const limitVariable = (key: string): string =>
  `LIMIT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
