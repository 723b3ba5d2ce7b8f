// The composition root: opens the engines, puts slices and edges together, starts and stops them in order. The only place that knows every part.
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkDatabase } from '../database/check.ts';
import { lockDatabase } from '../database/engines/data-lock.ts';
import { openDatabase } from '../database/open.ts';
import { describeOpenProblem } from '../database/open-problem.ts';
import { createSetupCode } from './accounts/registration.ts';
import { accountHandlers } from './accounts/routes.ts';
import { DEFAULT_TENANT_ID } from './accounts/tenants.ts';
import { registerHousekeeping } from './assistant/housekeeping.ts';
import { answerHandlers } from './assistant/routes.ts';
import { forgetFromSummaries } from './assistant/summary.ts';
import { createTokenCounter } from './assistant/token-counter.ts';
import { createTurnQueue } from './assistant/turn-queue.ts';
import { answerForTurns } from './assistant/turns.ts';
import { createPlainSockets } from './chat/plain-socket.ts';
import { postAsProgram } from './chat/post-as-program.ts';
import { tellPresence } from './chat/presence.ts';
import { chatHandlers } from './chat/routes.ts';
import { socketHandlers, stopTyping } from './chat/socket.ts';
import { type Config, keepMem0Quiet } from './config.ts';
import type { App, Db } from './context.ts';
import { eraseDocumentsOfRoom, eraseLeftovers, registerErasingDocuments } from './documents/erase.ts';
import { indexDocument } from './documents/index-document.ts';
import { registerIndexing } from './documents/indexing.ts';
import { registerReading, resumeReading } from './documents/ingest.ts';
import type { DocumentReader } from './documents/parse/parsed.ts';
import { createDocumentReader } from './documents/parse/read-document.ts';
import { createReadings } from './documents/readings.ts';
import { documentHandlers } from './documents/routes.ts';
import { searchHandlers } from './documents/search-routes.ts';
import { createUploadPlaces } from './documents/upload-places.ts';
import { createInProcessBus } from './engines/bus/in-process.ts';
import { openEmbedder } from './engines/embedding/open-embedder.ts';
import { openFileStore } from './engines/files/open-file-store.ts';
import { createInProcessJobs, type JobProblem } from './engines/jobs/in-process.ts';
import type { LanguageModel } from './engines/llm/language-model.ts';
import { openLanguageModel } from './engines/llm/open-model.ts';
import { type MemorySettings, openMemoryEngine } from './engines/memory/open-memory.ts';
import { openRecognizer } from './engines/ocr/open-recognizer.ts';
import { openVectorIndex } from './engines/vector/open-index.ts';
import { clientAddress } from './http/client.ts';
import { createHealthProbe } from './http/health.ts';
import { createHttpServer, listen, routeUpgrades } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { operationRoutes } from './http/operation-routes.ts';
import { createReception } from './http/reception.ts';
import { createHttpApp } from './http/server.ts';
import { makeFolder } from './lib/folder.ts';
import { createLogger, type Logger } from './lib/log.ts';
import { settlesWithin } from './lib/patience.ts';
import { loadOrCreateNodeId, loadOrCreateSecret } from './lib/secret-file.ts';
import { createWorkerPool } from './lib/worker-pool.ts';
import { tellRooms } from './mcp/notices.ts';
import { deskHandlers } from './mcp/routes.ts';
import { createOwnMcpServer, ownMcpHandlers } from './mcp/server.ts';
import { countStates, tellAdministrators } from './mcp/server-view.ts';
import { createToolServers } from './mcp/tool-servers.ts';
import { type RoomListener, registerExtraction } from './memory/extract.ts';
import { eraseMemoriesOfRoom, registerForgetting } from './memory/forget.ts';
import { registerMemoryIndexing } from './memory/index-memories.ts';
import { memoryHandlers } from './memory/routes.ts';
import { type ActivityTeller, createActivityTeller } from './realtime/activity.ts';
import { createBroadcast } from './realtime/broadcast.ts';
import { closeSockets } from './realtime/close-sockets.ts';
import { createConnections } from './realtime/connections.ts';
import { createSocketServer } from './realtime/server.ts';
import { createRoomLog } from './rooms/room-log.ts';
import { registerRoomJobs } from './rooms/rooms.ts';
import { roomHandlers } from './rooms/routes.ts';

const PUBLIC_DIR = fileURLToPath(new URL('../dist/public', import.meta.url));
/** How long answers may go on being written after the signal to stop. */
const FINISH_MS = 2_000;
/** How long jobs may. */
const DRAIN_MS = 2_000;
/** How long sockets may take to receive what was said last. */
const LAST_FACTS_MS = 1_000;
/** How long requests may take to be answered after that. */
const LAST_ANSWERS_MS = 1_000;
/** Of what the log says of a failed job in its line. */
const MAX_REASON_UNITS = 200;

export interface Product {
  app: App;
  /**
   * Takes its address, recovers what a former life left behind, then serves what waits there.
   * @throws Error with one sentence, e.g. when the port is taken; then it has recovered and changed nothing
   */
  start(): Promise<{ url: string }>;
  /** Idempotent: refuses new work, tells clients, ends answers keeping their text, then closes everything. */
  stop(): Promise<void>;
}

export interface Overrides {
  /** Instead of the engine that LLM_URL names. */
  model?: LanguageModel;
  /** Instead of the one that reads files in processes of their own. */
  reader?: DocumentReader;
  /** Instead of the library that memories are found by meaning with. */
  loadMem0?: MemorySettings['load'];
}

/** Opens everything that answers need; nothing listens yet. @throws when something cannot be opened; then all of it is closed again */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<Product> {
  const opened = new AsyncDisposableStack();
  try {
    return compose(await openEngines(config, overrides, opened), opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** @param opened takes what has to be closed, in the order of opening */
async function openEngines(given: Config, overrides: Overrides, opened: AsyncDisposableStack) {
  makeFolder(given.dataDir, 'DATA_DIR');
  makeFolder(dirname(given.database.file), 'DATABASE_URL');
  opened.defer(await lockDatabase(given.database.file));
  const config: Config = { ...given, secretKey: given.secretKey || loadOrCreateSecret(given.dataDir) };
  const log = createLogger(config.log);
  opened.defer(() => log.close());
  const nodeId = loadOrCreateNodeId(config.dataDir);
  const model = overrides.model ?? (await openLanguageModel(config.llm));
  opened.defer(() => model.close?.());
  const files = await openFileStore(config.files, { nodeId, freeBytes: config.limits.diskFreeBytes });
  opened.defer(() => files.close?.());
  const db = await openDatabaseOf(config);
  opened.defer(() => db.destroy());
  const bus = createInProcessBus(nodeId);
  opened.defer(() => bus.close());
  const jobs = createInProcessJobs({
    db,
    nodeId,
    drainMs: DRAIN_MS,
    onProblem: (message, details) => warnOfJob(log, message, details),
  });
  const workers = createWorkerPool();
  opened.defer(() => workers.stop());
  const recognizer = await openRecognizer({
    ...config.ocr,
    parallel: config.limits.ocrParallel,
    timeoutMs: config.limits.ocrTimeoutMs,
  });
  opened.defer(() => recognizer.close());
  const embedder = await openEmbedder(config.embedding, config.limits, workers);
  opened.defer(() => embedder.close?.());
  const vectors = await openVectorIndex(config.vectors, {
    cacheBytes: config.limits.indexCacheBytes,
    timeoutMs: config.limits.indexTimeoutMs,
    onProblem: (message, details) => log.warn(message, { ...details }),
  });
  opened.defer(() => vectors.close());
  keepMem0Quiet(join(config.dataDir, 'mem0'));
  const memoryEngine = await openMemoryEngine({
    ...config.vectors,
    rows: vectors.rows,
    timeoutMs: config.limits.indexTimeoutMs,
    onProblem: (message, details) => log.warn(message, { ...details }),
    ...(overrides.loadMem0 ? { load: overrides.loadMem0 } : {}),
  });
  const reader =
    overrides.reader ?? createDocumentReader({ recognizer, log, parallel: config.limits.readersParallel + 1 });
  opened.defer(() => reader.stop());
  return {
    config,
    limits: config.limits,
    log,
    nodeId,
    model,
    files,
    db,
    bus,
    jobs,
    workers,
    recognizer,
    reader,
    embedder,
    vectors,
    memoryEngine,
  };
}

/** One line each time, because attempts go on; what it was in full stands at debug. */
function warnOfJob(log: Logger, message: string, { error, ...details }: JobProblem): void {
  const reason = String(error instanceof Error ? error.message : error)
    .split('\n', 1)[0]
    ?.slice(0, MAX_REASON_UNITS);
  log.warn(message, { ...details, reason });
  log.debug('Why a job failed', { jobId: details.jobId, error });
}

async function openDatabaseOf({ database, durability }: Config): Promise<Db> {
  try {
    return await openDatabase({ ...database, durability });
  } catch (error) {
    throw describeOpenProblem(error, database.file);
  }
}

function compose(engines: Awaited<ReturnType<typeof openEngines>>, opened: AsyncDisposableStack): Product {
  const { workers, ...shared } = engines;
  const { config, limits, log, db, bus, jobs } = shared;
  const tokens = createTokenCounter(workers);
  const metrics = createMetrics();
  metrics.watchJobs(() => jobs.counts());

  const connections = createConnections({ limits, bus });
  let activity: ActivityTeller | undefined;
  let roomListener: RoomListener | undefined;
  const broadcast = createBroadcast((tenantId, roomId) => {
    activity?.changed(tenantId, roomId);
    roomListener?.heard(tenantId, roomId);
  });
  const roomLog = createRoomLog({ db, broadcast, log });
  const toolServers = createToolServers(shared);
  metrics.watchToolServers(() => countStates(toolServers));
  const base = { ...shared, readings: createReadings(), tokens, broadcast, roomLog, metrics, toolServers };
  const turns = createTurnQueue(base);
  const app: App & typeof base = { ...base, turns, presence: connections };
  activity = createActivityTeller(app, connections);

  registerHousekeeping(app);
  registerRoomJobs(app, [
    (tenantId, roomId) => eraseDocumentsOfRoom(app, tenantId, roomId),
    (tenantId, roomId) => eraseMemoriesOfRoom(app, tenantId, roomId),
  ]);
  registerForgetting(app, (tenantId, forgotten) => forgetFromSummaries(app, tenantId, forgotten));
  registerErasingDocuments(app);
  registerReading(app, (tenantId, documentId, signal) => indexDocument(app, tenantId, documentId, signal));
  const indexKeeper = registerIndexing(app);
  const memoryKeeper = registerMemoryIndexing(app, DEFAULT_TENANT_ID);
  roomListener = registerExtraction(app);
  answerForTurns(app, turns);
  connections.onPresence((actor, state) => void tellPresence(app, actor, state));
  const tellers = [tellAdministrators(app), tellRooms(app)];

  const uploadPlaces = createUploadPlaces(limits);
  const ownMcp = createOwnMcpServer(
    {
      ...app,
      postMessage: async (actor, input) => {
        connections.takeSend(actor.userId);
        return postAsProgram(app, actor, input);
      },
      enterUpload: (userId) => uploadPlaces.enter(userId),
    },
    { hasFixtures: config.mcp.hasFixtures },
  );
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const streams = new AbortController();
  const health = createHealthProbe(app, () => checkDatabase(db));
  const handlers = {
    ...accountHandlers(app),
    ...roomHandlers(app),
    ...answerHandlers(app),
    ...chatHandlers(app, connections),
    ...ownMcpHandlers(ownMcp),
    ...documentHandlers(app, uploadPlaces),
    ...searchHandlers(app),
    ...memoryHandlers(app),
    ...deskHandlers(app),
    ...operationRoutes({ health, metrics, isStopping }),
  };
  const http = createHttpApp(app, handlers, {
    stopSignal: stopping.signal,
    endSignal: streams.signal,
    publicDir: PUBLIC_DIR,
  });
  const plainSockets = createPlainSockets(app, connections);
  const server = createHttpServer(http, { onPlainUpgrade: plainSockets.upgrade });
  const io = createSocketServer({
    app,
    connections,
    handlers: socketHandlers(app, connections),
    onGone: (connection) => stopTyping(app, connection),
    isStopping,
  });
  io.attach(server);
  routeUpgrades(server, io, {
    clientAddress: (request) => clientAddress(request, config.trustProxyHops),
    socketsPerAddress: limits.socketsPerAddress,
  });
  const reception = createReception(server);
  broadcast.attach(io);

  async function start(): Promise<{ url: string }> {
    for (const warning of config.warnings) log.warn(warning);
    if (config.unused.length > 0) log.info(`Set, but not used by this version: ${config.unused.join(', ')}.`);
    const { url } = await listen(server, config);
    const setupCode = await createSetupCode(app);
    if (setupCode) log.info(`The first account needs this one-time set-up code: ${setupCode}`);
    await eraseLeftovers(app);
    await resumeReading(app);
    await jobs.start();
    await indexKeeper.start();
    await memoryKeeper.start();
    await roomListener?.start();
    await turns.start();
    await toolServers.start();
    reception.open();
    log.info(`ProjectWise ready on ${url}`);
    return { url };
  }

  async function endEverything(): Promise<void> {
    await turns.stop(FINISH_MS);
    for (const end of tellers) end();
    const toolServersEnded = toolServers.stop();
    activity?.stop();
    roomListener?.stop();
    connections.stop();
    // Streams take up what was just said before they hear that nothing follows.
    await nextTurn();
    broadcast.endListeners();
    streams.abort();
    await Promise.all([
      closeSockets(io, LAST_FACTS_MS),
      plainSockets.stop(),
      ownMcp.close(),
      jobs.stop(),
      toolServersEnded,
    ]);
    await reception.empty(LAST_ANSWERS_MS);
  }

  async function shutDown(): Promise<void> {
    log.info('Stopping');
    stopping.abort();
    reception.open();
    connections.closeAll('stopping');
    const ending = endEverything().catch((error) => log.error('Stopping did not go as it should', { error }));
    if (!(await settlesWithin(limits.stopGraceMs, ending))) log.warn('Stopping took too long and was cut short');
    await reception.empty(0);
    await io.close();
    log.info('Stopped');
    await opened.disposeAsync();
  }

  let stopped: Promise<void> | undefined;
  return {
    app,
    start,
    stop: () => {
      stopped ??= shutDown();
      return stopped;
    },
  };
}
