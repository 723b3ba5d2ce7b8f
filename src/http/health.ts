// Whether everything works, asked of the parts themselves.
import type { App } from '../context.ts';

export type HealthStatus = 'ok' | 'degraded' | 'down';
export interface EngineHealth {
  engine: string;
  ok: boolean;
  detail?: string;
}
export interface Health {
  status: HealthStatus;
  engines: Record<string, EngineHealth>;
}

export interface HealthProbe {
  /** Asks every part, each bounded in time. `down` without the database or the bus, `degraded` without anything else. */
  check(): Promise<Health>;
}

const PATIENCE_MS = 2_000;
/** A model's server is not asked again for this long, however often we are asked. */
const MODEL_KEPT_MS = 10_000;

/** @param checkDatabase throws when the database does not answer */
export function createHealthProbe(
  app: Pick<
    App,
    'config' | 'bus' | 'jobs' | 'model' | 'files' | 'embedder' | 'vectors' | 'memoryEngine' | 'toolServers'
  >,
  checkDatabase: () => Promise<void>,
): HealthProbe {
  let modelKept: { at: number; health: Promise<EngineHealth> } | undefined;
  const checkModel = (): Promise<EngineHealth> => {
    if (modelKept && Date.now() - modelKept.at < MODEL_KEPT_MS) return modelKept.health;
    const health = bounded(app.model.id, async () => (await app.model.check?.()) ?? { ok: true });
    modelKept = { at: Date.now(), health };
    return health;
  };
  return {
    async check() {
      const [database, bus, jobs, files, llm, embedding, search] = await Promise.all([
        bounded(app.config.database.engine, async () => {
          await checkDatabase();
          return { ok: true };
        }),
        bounded(app.bus.id, () => app.bus.check()),
        bounded(app.config.jobs.engine, async () => {
          await app.jobs.counts();
          return { ok: true };
        }),
        bounded(app.files.engine, async () => told(await app.files.health())),
        checkModel(),
        bounded(app.embedder.model, async () => told(app.embedder.health())),
        bounded(app.vectors.engine, async () => told(await app.vectors.health())),
      ]);
      const mcp = toolServersHealth(app.toolServers);
      const memory = { engine: app.memoryEngine.engine, ...told(app.memoryEngine.health()) };
      const engines = { database, bus, jobs, files, llm, embedding, search, memory, ...(mcp ? { mcp } : {}) };
      const isDown = !database.ok || !bus.ok;
      const status = isDown ? 'down' : Object.values(engines).every(({ ok }) => ok) ? 'ok' : 'degraded';
      return { status, engines };
    },
  };
}

/** Of those that are wanted: one that is away makes the whole degraded, not down. */
function toolServersHealth({ links, wanted }: App['toolServers']): EngineHealth | undefined {
  const asWanted = [...links.values()].filter(({ server }) => wanted(server.name).desired === 'connected');
  if (asWanted.length === 0) return undefined;
  const away = asWanted.filter((link) => {
    const { state, attempts } = link.status();
    // One that is just being connected for the first time is not away yet.
    return state !== 'connected' && !(state === 'connecting' && attempts === 0);
  });
  const detail = `${asWanted.length - away.length} of ${asWanted.length} tool servers are there`;
  return { engine: 'mcp', ok: away.length === 0, detail };
}

const told = ({ ok, problem }: { ok: boolean; problem?: string }) => ({ ok, ...(problem ? { detail: problem } : {}) });

async function bounded(engine: string, check: () => Promise<{ ok: boolean; detail?: string }>): Promise<EngineHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ok: boolean; detail: string }>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${PATIENCE_MS} ms` }), PATIENCE_MS);
  });
  try {
    return { engine, ...(await Promise.race([check(), late])) };
  } catch (error) {
    return { engine, ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
