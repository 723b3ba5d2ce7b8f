// A tool server as administrators see it, and who is told when it changes.
import type { App } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { ToolServer } from '../protocol/mcp-models.ts';
import { TOOL_SERVER_STATES } from '../protocol/names.ts';
import type { ServerLink } from './server-link.ts';
import type { ToolServers } from './tool-servers.ts';

/** Several changes close together are told once: a server that is retried changes twice with each attempt. */
const TELL_AFTER_MS = 100;
/** What is no change of state is told no more often than this. */
const TELL_CALLS_AFTER_MS = 1_000;

export function describeServer(app: Pick<App, 'toolServers'>, link: ServerLink): ToolServer {
  const { server, breaker, journal } = link;
  const { state, since, attempts, nextAttemptAt, lastError, latencyMs, peer } = link.status();
  const { tools, leftOut, isStale } = link.catalogue();
  const program = [peer?.name, peer?.version].filter(Boolean).join(' ');
  return {
    name: server.name,
    ...(server.kind === 'stdio' ? { command: server.shown } : { url: server.shown }),
    ...app.toolServers.wanted(server.name),
    state,
    since: toIso(since),
    attempts,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: toIso(nextAttemptAt) }),
    breaker: breaker.state(),
    ...(lastError ? { lastError: lastError.sentence, problem: lastError.kind } : {}),
    tools: tools.length,
    isStale,
    leftOut,
    callsRunning: link.calls.size,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    latencies: journal.latencies().map(({ at, ms }) => ({ at: toIso(at), ...(ms === undefined ? {} : { ms }) })),
    ...(peer ? { transport: peer.transport, ...(peer.protocol ? { protocol: peer.protocol } : {}) } : {}),
    ...(program ? { program } : {}),
    roomsTold: app.toolServers.roomsTold(server.name),
    log: journal.lines().map(({ at, ...line }) => ({ at: toIso(at), ...line })),
  };
}

/** Tells administrators of every change. @returns a function that ends it */
export function tellAdministrators(app: Pick<App, 'broadcast' | 'toolServers'>): () => void {
  const waiting = new Map<string, { timer: NodeJS.Timeout; at: number }>();
  app.toolServers.onChange((link, what) => {
    const { name } = link.server;
    const delayMs = what === 'calls' ? TELL_CALLS_AFTER_MS : TELL_AFTER_MS;
    const at = Date.now() + delayMs;
    const before = waiting.get(name);
    if (before && before.at <= at) return;
    clearTimeout(before?.timer);
    const timer = setTimeout(() => {
      waiting.delete(name);
      app.broadcast.toAdministrators({ name: 'mcp:changed', payload: { server: describeServer(app, link) } });
    }, delayMs);
    timer.unref();
    waiting.set(name, { timer, at });
  });
  return () => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
    waiting.clear();
  };
}

/** For /metrics. */
export function countStates(toolServers: ToolServers): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(TOOL_SERVER_STATES.map((state) => [state, 0]));
  for (const link of toolServers.links.values()) counts[link.status().state]! += 1;
  return counts;
}
