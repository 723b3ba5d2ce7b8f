// One tool server over its whole life: connects, notices that it is gone, comes back by itself, and releases whoever waits for it.
import { z } from 'zod';
import type { ToolServerConfig } from '../config-mcp.ts';
import type { Limits } from '../limits.ts';
import type { ToolServerProblemKind, ToolServerState } from '../protocol/names.ts';
import { asksForHeaders, type Catalogue, isSameCatalogue, readCatalogue } from './catalogue.ts';
import { dial, type Line, type LineHooks, type WatchedCall } from './dial.ts';
import { createJournal, type Journal } from './journal.ts';
import { type Breaker, createBreaker, pauseBeforeAttempt } from './patience.ts';
import { problemOf, ToolServerProblem } from './problem.ts';

export interface LinkStatus {
  state: ToolServerState;
  /** Epoch ms: since when it is there, or away. */
  since: number;
  /** Failed ones since it was last there. */
  attempts: number;
  nextAttemptAt?: number;
  lastError?: { sentence: string; kind: ToolServerProblemKind };
  latencyMs?: number;
  /** Which transport, revision and program it turned out to be. */
  peer?: { transport: Line['transportKind']; protocol?: string; name?: string; version?: string };
}

export interface LinkDeps {
  limits: Pick<
    Limits,
    | 'mcpConnectTimeoutMs'
    | 'mcpReadyWaitMs'
    | 'mcpHeartbeatMs'
    | 'mcpCallTimeoutMs'
    | 'mcpCallTotalMs'
    | 'mcpCallsPerServer'
    | 'mcpMessageBytes'
  >;
  /** Called with everything an operator would want to see; never throws. */
  onChange(what: 'state' | 'tools' | 'calls'): void;
  elicit?: LineHooks['elicit'];
}

export interface ServerLink {
  readonly server: ToolServerConfig;
  readonly breaker: Breaker;
  readonly journal: Journal;
  /** Calls under way. */
  readonly calls: Set<CallUnderWay>;
  status(): LinkStatus;
  catalogue(): Catalogue & { isStale: boolean };
  /** Takes up what was last known, before it is connected. */
  remember(catalogue: Catalogue): void;
  /** Begins, or begins anew without waiting. Resolves when this attempt has ended, however. */
  connect(): Promise<void>;
  /** Ends it for good, until `connect`. */
  stop(): Promise<void>;
  /** The open line, waiting a moment for one that is just coming. @throws ToolServerProblem */
  requireLine(signal: AbortSignal): Promise<Line>;
  /** Told by a call: the connection it was made on does not work any more. */
  lost(line: Line, problem: ToolServerProblem): void;
  watch(args: object, call: WatchedCall): void;
  /** A call has begun or ended. */
  noticeCall(): void;
}

export interface CallUnderWay {
  tool: string;
  abort(problem: ToolServerProblem): void;
}

const PROBE_TIMEOUT_MS = 5_000;
/** A connection that does not last so long does not count: else one that is accepted and dropped would be tried without pause. */
const STABLE_AFTER_MS = 30_000;
/** Servers without a stream of their own never say that their tools changed. */
const LIST_EVERY_BEATS = 10;
/** How soon after an attempt a call may bring about the next: where that costs nothing soon, where it means hanging later. */
const QUICK_REST_MS = 500;
const SLOW_REST_MS = 5_000;
const SLOW_ATTEMPT_MS = 1_000;
const MOST_PAGES = 32;
const BOUNDS_PER_SECOND = { bytesPerSecond: 1024 * 1024, messagesPerSecond: 400 };

const listed = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

export function createServerLink(server: ToolServerConfig, deps: LinkDeps): ServerLink {
  const { limits } = deps;
  const breaker = createBreaker();
  const journal = createJournal();
  const calls = new Set<CallUnderWay>();
  const watched: LineHooks['calls'] = new WeakMap();
  const waitingForLine = new Set<() => void>();
  let state: ToolServerState = 'stopped';
  let since = Date.now();
  let problem: ToolServerProblem | undefined;
  let line: Line | undefined;
  let catalogue: Catalogue = { tools: [], leftOut: [] };
  let isStale = true;
  let attempts = 0;
  /** How often it was waited; what brings about an attempt in between makes no pause longer. */
  let pauses = 0;
  let nextAttemptAt: number | undefined;
  /** What belongs to an earlier connection is not listened to. */
  let generation = 0;
  let connectedAt = 0;
  let lastAttempt = { at: 0, tookMs: 0 };
  let dialling: { abort: AbortController; done: Promise<void> } | undefined;
  let isProbing = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let stableTimer: NodeJS.Timeout | undefined;

  const isAway = (one: ToolServerState) => one === 'connecting' || one === 'waiting';
  const enter = (next: ToolServerState) => {
    if (next !== state && !(isAway(state) && isAway(next))) since = Date.now();
    state = next;
    // Whoever waits looks at the new state.
    for (const wake of [...waitingForLine]) wake();
    deps.onChange('state');
  };

  /** @param isAskedFor somebody needs it now */
  function open(isAskedFor = false): Promise<void> {
    clearTimeout(retryTimer);
    nextAttemptAt = undefined;
    dialling?.abort.abort();
    const abort = new AbortController();
    const mine = ++generation;
    const done = attempt(mine, abort.signal, isAskedFor);
    dialling = { abort, done };
    enter('connecting');
    return done;
  }

  async function attempt(mine: number, signal: AbortSignal, isAskedFor: boolean): Promise<void> {
    const startedAt = performance.now();
    try {
      const opened = await dial(server, hooksOf(mine), {
        bounds: { messageBytes: limits.mcpMessageBytes, ...BOUNDS_PER_SECOND },
        timeoutMs: limits.mcpConnectTimeoutMs,
        signal,
      });
      const tools = await listTools(opened, limits.mcpConnectTimeoutMs).catch(async (error) => {
        await opened.close(true);
        throw problemOf(error, opened.problem());
      });
      if (mine !== generation) return await opened.close(true);
      connected(opened, tools, performance.now() - startedAt);
    } catch (error) {
      if (mine === generation) failed(problemOf(error), performance.now() - startedAt, isAskedFor);
    }
  }

  const hooksOf = (mine: number): LineHooks => ({
    calls: watched,
    onClose: () => {
      if (mine === generation && line) lost(line, problem ?? cutOff());
    },
    onProblem: (seen) => {
      if (mine !== generation || !line) return;
      if (seen.kind === 'exited') lost(line, seen);
      // A stream of the older transport that broke comes back as another session, which knows nothing of this one.
      else if (seen.kind === 'too_large' || seen.kind === 'protocol') return;
      else if (line.transportKind === 'sse') lost(line, seen);
      else void probe(seen);
    },
    onToolsChanged: () => {
      if (mine === generation) void refresh();
    },
    ...(deps.elicit ? { elicit: deps.elicit } : {}),
  });

  function connected(opened: Line, found: Catalogue, tookMs: number): void {
    line = opened;
    connectedAt = Date.now();
    problem = undefined;
    breaker.reset();
    takeCatalogue(found);
    journal.note('connected', `Connected, ${found.tools.length} tools`, tookMs);
    stableTimer = setTimeout(() => {
      attempts = pauses = 0;
    }, STABLE_AFTER_MS);
    let beats = 0;
    heartbeat = setInterval(() => {
      beats += 1;
      if (beats % LIST_EVERY_BEATS === 0) void refresh();
      else void probe();
    }, limits.mcpHeartbeatMs);
    stableTimer.unref();
    heartbeat.unref();
    void opened.client.autoOpenedSubscription?.closed.then((why) => {
      if (line === opened && why !== 'local') lost(opened, cutOff());
    });
    void probe();
    enter('connected');
  }

  function failed(why: ToolServerProblem, tookMs: number, isAskedFor: boolean): void {
    problem = why;
    attempts += 1;
    lastAttempt = { at: Date.now(), tookMs };
    if (!isAskedFor) {
      pauses += 1;
      breaker.failed();
    }
    journal.note('failed', why.message, tookMs);
    if (why.isFinal) enter(why.kind === 'key' ? 'needs_auth' : 'failed');
    else schedule();
  }

  function schedule(): void {
    const pauseMs = pauseBeforeAttempt(pauses);
    nextAttemptAt = Date.now() + pauseMs;
    retryTimer = setTimeout(() => void open(), pauseMs);
    retryTimer.unref();
    enter('waiting');
  }

  function letGo(): Line | undefined {
    const gone = line;
    line = undefined;
    generation += 1;
    isStale = true;
    clearInterval(heartbeat);
    clearTimeout(stableTimer);
    return gone;
  }

  /** Whatever ended the connection: what was under way on it may have run. */
  function release(sentence: string): void {
    const why = new ToolServerProblem('cut_off', sentence, 'maybe');
    for (const call of [...calls]) call.abort(why);
  }

  function lost(which: Line, why: ToolServerProblem): void {
    if (which !== line) return;
    const gone = letGo();
    problem = why;
    const during = calls.size > 0 ? ` during ${[...calls].map(({ tool }) => tool).join(', ')}` : '';
    journal.note('lost', `${why.message}${during ? ` Lost${during}.` : ''}`);
    release(why.message);
    void gone?.close(false);
    const wasStable = Date.now() - connectedAt > STABLE_AFTER_MS;
    if (!wasStable) pauses += 1;
    if (why.kind === 'key') enter('needs_auth');
    // The server is there and has only forgotten us: no reason to wait.
    else if (why.kind === 'session' && wasStable) void open();
    else schedule();
  }

  /** Asks for a sign of life. @param seen what made us doubt */
  async function probe(seen?: ToolServerProblem): Promise<void> {
    const asked = line;
    if (!asked || isProbing) return;
    isProbing = true;
    const startedAt = performance.now();
    try {
      await sayHello(asked);
      if (line === asked) journal.latency(performance.now() - startedAt);
    } catch (error) {
      const why = problemOf(error, asked.problem());
      journal.latency(undefined);
      if (line === asked) lost(asked, why.kind === 'timeout' && seen ? seen : why);
    } finally {
      isProbing = false;
      if (line === asked) deps.onChange('calls');
    }
  }

  async function refresh(): Promise<void> {
    const asked = line;
    if (!asked) return;
    try {
      const found = await listTools(asked, limits.mcpConnectTimeoutMs);
      if (line === asked) takeCatalogue(found);
    } catch (error) {
      if (line === asked) void probe(problemOf(error, asked.problem()));
    }
  }

  function takeCatalogue(found: Catalogue): void {
    const isSame = !isStale && isSameCatalogue(found, catalogue);
    catalogue = found;
    isStale = false;
    if (!isSame) deps.onChange('tools');
  }

  return {
    server,
    breaker,
    journal,
    calls,
    status: () => ({
      state,
      since,
      attempts: state === 'connected' ? 0 : attempts,
      ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      ...(problem && state !== 'stopped' ? { lastError: { sentence: problem.message, kind: problem.kind } } : {}),
      ...(state === 'connected' ? journal.lastLatency() : {}),
      ...(line ? { peer: peerOf(line) } : {}),
    }),
    catalogue: () => ({ ...catalogue, isStale }),
    remember(known) {
      if (isStale && catalogue.tools.length === 0) catalogue = known;
    },
    async connect() {
      attempts = pauses = 0;
      breaker.reset();
      const gone = line && letGo();
      if (gone) {
        release('It was reconnected by an administrator.');
        void gone.close(true);
      }
      await open();
    },
    async stop() {
      clearTimeout(retryTimer);
      nextAttemptAt = undefined;
      const gone = letGo();
      release('It was shut down by an administrator.');
      attempts = pauses = 0;
      if (state !== 'stopped') {
        journal.note('stopped', 'Shut down');
        enter('stopped');
      }
      dialling?.abort.abort();
      await Promise.all([gone?.close(true), dialling?.done]);
    },
    async requireLine(signal) {
      // One that has been away for long is not waited for, but asked once more: somebody needs it now. One that lets us hang, less often.
      const isLongGone = breaker.state() !== 'closed';
      const restMs = lastAttempt.tookMs > SLOW_ATTEMPT_MS ? SLOW_REST_MS : QUICK_REST_MS;
      const until = performance.now() + (isLongGone ? limits.mcpReadyWaitMs / 2 : limits.mcpReadyWaitMs);
      let isAsked = false;
      while (!line) {
        if (state === 'waiting' && !(isLongGone && isAsked) && Date.now() - lastAttempt.at > restMs) {
          isAsked = true;
          void open(true);
        }
        const leftMs = until - performance.now();
        const isOver = !isAway(state) || (isLongGone && state === 'waiting') || leftMs <= 0;
        if (isOver || signal.aborted) throw notThere(server.name, state, problem);
        await nextChange(Math.min(leftMs, restMs), signal, waitingForLine);
      }
      return line;
    },
    lost,
    watch: (args, call) => void watched.set(args, call),
    noticeCall: () => deps.onChange('calls'),
  };
}

const cutOff = () => new ToolServerProblem('cut_off', 'The connection was cut.', 'maybe');

function notThere(name: string, state: ToolServerState, why: ToolServerProblem | undefined): ToolServerProblem {
  const reason = state === 'stopped' ? 'it was shut down' : (why?.message ?? 'it is just being connected');
  return new ToolServerProblem(why?.kind ?? 'unreachable', `The tool server "${name}" is not there: ${reason}`, 'no');
}

/** Resolves when `wake` is called, the signal fires, or the time is over. */
function nextChange(withinMs: number, signal: AbortSignal, waiting: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    waiting.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

async function sayHello({ client }: Line): Promise<void> {
  const options = { timeout: PROBE_TIMEOUT_MS };
  try {
    if (client.getProtocolEra() === 'modern') await client.discover(options);
    else await client.ping(options);
  } catch (error) {
    // Whoever answers that it does not know the question is there.
    if (typeof (error as { code?: unknown }).code === 'number') return;
    throw error;
  }
}

function peerOf({ client, transportKind }: Line): NonNullable<LinkStatus['peer']> {
  const { name, version } = client.getServerVersion() ?? {};
  const protocol = client.getNegotiatedProtocolVersion();
  return {
    transport: transportKind,
    ...(protocol ? { protocol } : {}),
    ...(name ? { name: name.slice(0, 100) } : {}),
    ...(version ? { version: version.slice(0, 50) } : {}),
  };
}

/** Page by page and without the SDK's own check, which refuses all tools for one that is not as it should be. */
async function listTools({ client }: Line, timeoutMs: number): Promise<Catalogue> {
  if (!client.getServerCapabilities()?.tools) return { tools: [], leftOut: [] };
  const tools: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const request = { method: 'tools/list' as const, ...(cursor === undefined ? {} : { params: { cursor } }) };
    const found = await client.request(request, listed, { timeout: timeoutMs });
    tools.push(...found.tools);
    if (!found.nextCursor || found.nextCursor === cursor) break;
    cursor = found.nextCursor;
  }
  if (!tools.some(asksForHeaders)) return readCatalogue(tools);
  // Which of those declarations are valid the SDK knows best.
  const strict = await client.listTools(undefined, { timeout: timeoutMs, cacheMode: 'refresh' }).catch(() => undefined);
  return readCatalogue(tools, new Set(strict?.tools.map(({ name }) => name)));
}
