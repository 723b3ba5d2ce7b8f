// What is counted, in the form that Prometheus collects. No label holds a name of a person, a room or a document.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../context.ts';
import type { JobCounts } from '../engines/jobs/job-queue.ts';

export interface HttpMetrics {
  /** @param route its pattern, never its path */
  answered(answer: { route: string; method: string; status: number; seconds: number }): void;
}

export interface MetricsRegistry extends Metrics, HttpMetrics {
  /** Asked for each time somebody collects. */
  watchJobs(counts: () => Promise<JobCounts>): void;
  /** The same for tool servers: how many are in which state. */
  watchToolServers(counts: () => Record<string, number>): void;
  /** The text that `GET /metrics` answers. */
  text(): Promise<string>;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** One registry for each app, so that several live in one process (tests). */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: 'projectwise_http_request_seconds',
    help: 'HTTP requests by route, until their answer begins',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const sockets = new Gauge({
    name: 'projectwise_sockets',
    help: 'Open connections by kind',
    labelNames: ['kind'],
    registers,
  });
  const sends = new Counter({ name: 'projectwise_messages_sent_total', help: 'Messages people sent', registers });
  const deltas = new Counter({ name: 'projectwise_deltas_total', help: 'Pieces of answers sent to rooms', registers });
  const turns = new Counter({
    name: 'projectwise_turns_total',
    help: 'Answers that ended, by reason',
    labelNames: ['reason'],
    registers,
  });
  const firstToken = new Histogram({
    name: 'projectwise_first_token_seconds',
    help: 'From the start of a turn to the first piece of its answer',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
    registers,
  });
  const tokens = new Counter({
    name: 'projectwise_tokens_total',
    help: 'Tokens used, as the model counts them',
    labelNames: ['direction'],
    registers,
  });
  const refusals = new Counter({
    name: 'projectwise_refusals_total',
    help: 'Requests refused or failed on any edge, by error code',
    labelNames: ['code'],
    registers,
  });

  const toolCalls = new Histogram({
    name: 'projectwise_tool_call_seconds',
    help: 'Calls of tools by server and by how they ended',
    labelNames: ['server', 'outcome'],
    buckets: [0.05, 0.25, 1, 5, 15, 60],
    registers,
  });

  return {
    sent: () => sends.inc(),
    delta: () => deltas.inc(),
    firstToken: (seconds) => firstToken.observe(seconds),
    turnEnded: (reason, usage) => {
      turns.inc({ reason });
      if (!usage) return;
      tokens.inc({ direction: 'input' }, usage.inputTokens);
      tokens.inc({ direction: 'output' }, usage.outputTokens);
    },
    socketsOpen: (kind, change) => sockets.inc({ kind }, change),
    refused: (code) => refusals.inc({ code }),
    toolCalled: (server, outcome, seconds) => toolCalls.observe({ server, outcome }, seconds),
    answered: ({ route, method, status, seconds }) =>
      requests.observe({ route, method: METHODS.has(method) ? method : 'other', status }, seconds),
    watchJobs: (counts) => {
      const jobs = new Gauge({
        name: 'projectwise_jobs',
        help: 'Background jobs by status',
        labelNames: ['status'],
        registers,
        async collect() {
          for (const [status, count] of Object.entries(await counts())) this.set({ status }, count);
        },
      });
      void jobs;
    },
    watchToolServers: (counts) => {
      const servers = new Gauge({
        name: 'projectwise_tool_servers',
        help: 'Tool servers by state',
        labelNames: ['state'],
        registers,
        collect() {
          for (const [state, count] of Object.entries(counts())) this.set({ state }, count);
        },
      });
      void servers;
    },
    text: () => registry.metrics(),
  };
}
