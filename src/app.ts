// The composition root: opens the engines, puts slices and edges together, starts and stops them in order. The only place that knows every part.
import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { checkDatabase } from '../database/check.ts';
import { lockDataDir } from '../database/engines/data-lock.ts';
import { openDatabase } from '../database/open.ts';
import { createSetupCode } from './accounts/registration.ts';
import { accountHandlers } from './accounts/routes.ts';
import { registerHousekeeping } from './assistant/housekeeping.ts';
import { createTokenCounter } from './assistant/token-counter.ts';
import { createTurnQueue } from './assistant/turn-queue.ts';
import { answerForTurns } from './assistant/turns.ts';
import { createPlainSockets } from './chat/plain-socket.ts';
import { tellPresence } from './chat/presence.ts';
import { chatHandlers } from './chat/routes.ts';
import { socketHandlers, stopTyping } from './chat/socket.ts';
import type { Config } from './config.ts';
import type { App } from './context.ts';
import { createInProcessBus } from './engines/bus/in-process.ts';
import { createInProcessJobs } from './engines/jobs/in-process.ts';
import type { LanguageModel } from './engines/llm/language-model.ts';
import { openLanguageModel } from './engines/llm/open-model.ts';
import { clientAddress } from './http/client.ts';
import { createHealthProbe } from './http/health.ts';
import { createHttpServer, listen, routeUpgrades } from './http/listen.ts';
import { createMetrics } from './http/metrics.ts';
import { operationRoutes } from './http/operation-routes.ts';
import { createHttpApp } from './http/server.ts';
import { createLogger } from './lib/log.ts';
import { loadOrCreateNodeId, loadOrCreateSecret } from './lib/secret-file.ts';
import { createWorkerPool } from './lib/worker-pool.ts';
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
/** How long sockets may take to receive what was said last. */
const LAST_FACTS_MS = 1_000;

export interface Product {
  app: App;
  /** Recovers what a former life left behind, then listens. @throws Error with one sentence, e.g. when the port is taken */
  start(): Promise<{ url: string }>;
  /** Idempotent: refuses new work, tells clients, ends answers keeping their text, then closes everything. */
  stop(): Promise<void>;
}

export interface Overrides {
  /** Instead of the engine that LLM_URL names. */
  model?: LanguageModel;
}

/** Opens everything that answers need; nothing listens yet. @throws when an engine cannot be opened */
export async function createApp(given: Config, overrides: Overrides = {}): Promise<Product> {
  mkdirSync(given.dataDir, { recursive: true, mode: 0o700 });
  const unlockData = lockDataDir(given.dataDir);
  const config: Config = { ...given, secretKey: given.secretKey || loadOrCreateSecret(given.dataDir) };
  const { limits } = config;
  const log = createLogger(config.log);
  const nodeId = loadOrCreateNodeId(config.dataDir);

  const model = overrides.model ?? (await openLanguageModel(config.llm));
  const db = await openDatabase({ ...config.database, durability: config.durability });
  const bus = createInProcessBus(nodeId);
  const jobs = createInProcessJobs({ db, nodeId, onProblem: (message, details) => log.warn(message, { ...details }) });
  const workers = createWorkerPool();
  const tokens = createTokenCounter(workers);
  const metrics = createMetrics();
  metrics.watchJobs(() => jobs.counts());

  const connections = createConnections({ limits, bus });
  let activity: ActivityTeller | undefined;
  const broadcast = createBroadcast((tenantId, roomId) => activity?.changed(tenantId, roomId));
  const roomLog = createRoomLog({ db, broadcast });
  const base = { config, limits, log, nodeId, db, bus, jobs, model, tokens, broadcast, roomLog, metrics };
  const turns = createTurnQueue(base);
  const app: App & typeof base = { ...base, turns, presence: connections };
  activity = createActivityTeller(app, connections);

  registerHousekeeping(app);
  registerRoomJobs(app);
  answerForTurns(app, turns);
  connections.onPresence((actor, state) => void tellPresence(app, actor, state));

  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const addressOf = (request: IncomingMessage) => clientAddress(request, config.trustProxyHops);
  const health = createHealthProbe(app, () => checkDatabase(db));
  const handlers = {
    ...accountHandlers(app),
    ...roomHandlers(app),
    ...chatHandlers(app, connections),
    ...operationRoutes({ health, metrics, isStopping }),
  };
  const http = createHttpApp(app, handlers, { stopSignal: stopping.signal, publicDir: PUBLIC_DIR });
  const plainSockets = createPlainSockets(app, connections, addressOf);
  const server = createHttpServer(http, { onPlainUpgrade: plainSockets.upgrade });
  const io = createSocketServer({
    app,
    connections,
    handlers: socketHandlers(app, connections),
    onGone: (connection) => stopTyping(app, connection),
    clientAddress: addressOf,
    isStopping,
  });
  io.attach(server);
  routeUpgrades(server, io);
  broadcast.attach(io);

  async function start(): Promise<{ url: string }> {
    for (const warning of config.warnings) log.warn(warning);
    if (config.unused.length > 0) log.info(`Set, but not used by this version: ${config.unused.join(', ')}.`);
    const setupCode = await createSetupCode(app);
    if (setupCode) log.info(`The first account needs this one-time set-up code: ${setupCode}`);
    await jobs.start();
    await turns.start();
    const { url } = await listen(server, config);
    log.info(`ProjectWise ready on ${url}`);
    return { url };
  }

  async function shutDown(): Promise<void> {
    log.info('Stopping');
    stopping.abort();
    connections.closeAll('stopping');
    await turns.stop(FINISH_MS);
    activity?.stop();
    connections.stop();
    await jobs.stop();
    broadcast.endListeners();
    plainSockets.stop();
    const patience = setTimeout(() => server.closeAllConnections(), limits.stopGraceMs);
    await closeSockets(io, LAST_FACTS_MS);
    await io.close();
    clearTimeout(patience);
    await workers.stop();
    await model.close?.();
    await bus.close();
    await db.destroy();
    unlockData();
    log.info('Stopped');
    await log.close();
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
