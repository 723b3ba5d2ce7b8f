// The HTTP edge on a real database and real sessions, with small handlers that stand in for the slices.
import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDatabase } from '../../database/check.ts';
import { openDatabase } from '../../database/open.ts';
import { insertSession } from '../../src/accounts/session-store.ts';
import { DEFAULT_TENANT_ID } from '../../src/accounts/tenants.ts';
import { signToken, type TokenUse } from '../../src/accounts/tokens.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { App } from '../../src/context.ts';
import { createInProcessBus } from '../../src/engines/bus/in-process.ts';
import { createHealthProbe } from '../../src/http/health.ts';
import { createHttpServer, type HttpServerOptions, listen, refuseUpgrade } from '../../src/http/listen.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { operationRoutes } from '../../src/http/operation-routes.ts';
import type { RouteHandlers } from '../../src/http/route-handler.ts';
import { createHttpApp } from '../../src/http/server.ts';
import { AppError } from '../../src/lib/errors.ts';
import { newId } from '../../src/lib/ids.ts';
import type { LogFields, Logger } from '../../src/lib/log.ts';
import { routes } from '../../src/protocol/api.ts';
import type { Problem } from '../../src/protocol/errors.ts';

export interface LoggedLine {
  level: string;
  message: string;
  fields: LogFields;
}

/** Keeps what is logged as data. */
function keepingLogger(lines: LoggedLine[]): Logger {
  const keep =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const logger: Logger = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    close: async () => {},
  };
  return logger;
}

export interface EdgeOptions {
  env?: Record<string, string>;
  handlers?: Partial<RouteHandlers>;
  publicDir?: string;
  model?: Partial<App['model']>;
}

export async function createEdge({ env = {}, handlers = {}, publicDir = '/nowhere', model = {} }: EdgeOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'projectwise-edge-'));
  const secretKey = 'only for tests, only for tests, 32';
  const config: Config = { ...loadConfig({ DATA_DIR: dataDir, APP_ENV: 'test', ...env }), secretKey };
  const db = await openDatabase({ ...config.database, durability: 'normal' });
  const lines: LoggedLine[] = [];
  const log = keepingLogger(lines);
  const metrics = createMetrics();
  const stop = new AbortController();
  const end = new AbortController();
  const bus = createInProcessBus('node-1');
  const parts = {
    config,
    bus,
    jobs: { counts: async () => ({ ready: 0, running: 0, failed: 0 }) } as unknown as App['jobs'],
    files: { engine: 'disk', health: async () => ({ ok: true }) } as unknown as App['files'],
    model: { id: 'offline', model: 'offline', ...model } as App['model'],
    embedder: { model: 'hash-v1', health: () => ({ ok: true }) } as unknown as App['embedder'],
    vectors: { engine: 'embedded', health: async () => ({ ok: true }) } as unknown as App['vectors'],
    memoryEngine: { engine: 'mem0, embedded', health: () => ({ ok: true }) } as unknown as App['memoryEngine'],
    toolServers: { links: new Map() } as unknown as App['toolServers'],
  };
  const health = createHealthProbe(parts, () => checkDatabase(db));
  const unwritten = () => Promise.reject(new AppError('not_found', 'No handler in this test.'));
  const all = {
    ...Object.fromEntries(Object.keys(routes).map((name) => [name, unwritten])),
    ...operationRoutes({ health, metrics, isStopping: () => stop.signal.aborted }),
    ...handlers,
  } as RouteHandlers;
  const http = createHttpApp({ config, limits: config.limits, db, log, metrics }, all, {
    stopSignal: stop.signal,
    endSignal: end.signal,
    publicDir,
  });

  return {
    http,
    config,
    db,
    lines,
    metrics,
    stop,
    end,
    /** A person with a session and the tokens for it. */
    async signIn(role: 'admin' | 'member' = 'member') {
      const [userId, sessionId] = [newId(), newId()];
      const now = Date.now();
      await db
        .insertInto('users')
        .values({
          id: userId,
          tenant_id: DEFAULT_TENANT_ID,
          email: `${userId}@nusakarya.example`,
          full_name: 'Ratna Wulandari',
          handle: userId,
          password_hash: 'none',
          role,
          language: 'id',
          created_at: now,
          disabled_at: null,
        })
        .execute();
      await insertSession(db, {
        id: sessionId,
        tenant_id: DEFAULT_TENANT_ID,
        user_id: userId,
        user_agent: 'test',
        created_at: now,
        last_seen_at: now,
        expires_at: now + 3_600_000,
        ended_at: null,
      });
      const nowS = Math.floor(now / 1_000);
      const token = (use: TokenUse, ageS = 0, lifeS = 3_600) =>
        signToken(secretKey, {
          userId,
          sessionId,
          tenantId: DEFAULT_TENANT_ID,
          use,
          issuedAt: nowS - ageS,
          expiresAt: nowS - ageS + lifeS,
        });
      return {
        userId,
        tenantId: DEFAULT_TENANT_ID,
        token,
        bearer: { authorization: `Bearer ${await token('bearer')}` },
        cookie: { cookie: `projectwise_session=${await token('cookie')}` },
      };
    },
    /** A listening server on a free port. */
    async serve(options: Partial<HttpServerOptions> = {}): Promise<{ server: Server; url: string; port: number }> {
      const server = createHttpServer(http, { onPlainUpgrade: (_, socket) => refuseUpgrade(socket, 404), ...options });
      return { server, ...(await listen(server, { host: '127.0.0.1', port: 0 })) };
    },
    async close() {
      await db.destroy();
    },
  };
}
/** The body of a refusal. */
export const problemIn = async (response: Response): Promise<Problem> => (await response.json()) as Problem;

export type Edge = Awaited<ReturnType<typeof createEdge>>;

export const roomFixture = {
  id: 'r1',
  name: 'Marabintan',
  slug: 'marabintan',
  kind: 'group' as const,
  assistant: { trigger: 'mention' as const },
  brief: '',
  prompts: [],
  language: 'id' as const,
  timeZone: 'Asia/Jakarta',
  lastSeq: 0,
  createdBy: 'u1',
  createdAt: new Date(0).toISOString(),
};
