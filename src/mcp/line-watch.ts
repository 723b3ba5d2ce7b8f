// Looks after a line as long as it is open: signs of life, how quickly they come, and its tools from time to time.
import type { Catalogue } from './catalogue.ts';
import type { Line } from './dial.ts';
import type { Journal } from './journal.ts';
import { listTools, sayHello } from './line-talk.ts';
import { cutOff, problemOf, type ToolServerProblem } from './problem.ts';

/** Servers without a stream of their own never say that their tools changed. */
const LIST_EVERY_BEATS = 10;

interface WatchOptions {
  journal: Pick<Journal, 'latency'>;
  heartbeatMs: number;
  listTimeoutMs: number;
  /** Nothing comes from there any more. Never called after `stop`. */
  onDead(why: ToolServerProblem): void;
  onTools(found: Catalogue): void;
  /** Another sign of life, or none. */
  onBeat(): void;
}

export interface LineWatch {
  /** Asks for a sign of life. @param seen what made us doubt */
  probe(seen?: ToolServerProblem): Promise<void>;
  /** Lists the tools anew. */
  refresh(): Promise<void>;
  stop(): void;
}

export function watchLine(line: Line, options: WatchOptions): LineWatch {
  const { journal, heartbeatMs, listTimeoutMs, onDead, onTools, onBeat } = options;
  let isProbing = false;
  let isStopped = false;

  async function probe(seen?: ToolServerProblem): Promise<void> {
    if (isStopped || isProbing) return;
    isProbing = true;
    const startedAt = performance.now();
    try {
      await sayHello(line);
      if (!isStopped) journal.latency(performance.now() - startedAt);
    } catch (error) {
      const why = problemOf(error, line.problem());
      journal.latency(undefined);
      if (!isStopped) onDead(why.kind === 'timeout' && seen ? seen : why);
    } finally {
      isProbing = false;
      if (!isStopped) onBeat();
    }
  }

  async function refresh(): Promise<void> {
    if (isStopped) return;
    try {
      const found = await listTools(line, listTimeoutMs);
      if (!isStopped) onTools(found);
    } catch (error) {
      if (!isStopped) void probe(problemOf(error, line.problem()));
    }
  }

  let beats = 0;
  const heartbeat = setInterval(() => {
    beats += 1;
    if (beats % LIST_EVERY_BEATS === 0) void refresh();
    else void probe();
  }, heartbeatMs);
  heartbeat.unref();
  void line.client.autoOpenedSubscription?.closed.then((why) => {
    if (!isStopped && why !== 'local') onDead(cutOff());
  });
  void probe();

  return {
    probe,
    refresh,
    stop() {
      isStopped = true;
      clearInterval(heartbeat);
    },
  };
}
