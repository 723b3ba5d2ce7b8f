// One tool server over its whole life: connects, notices that it is gone, comes back by itself, and releases whoever waits for it.
//
//   stopped ──connect──► connecting ──dial, list──► connected
//      ▲                  ▲      │                      │ lost
//      │ stop             │      └──failed──┐           │
//      │                  │ pause is over   ▼           ▼
//   from anywhere         └───────────── waiting ◄──────┘
//                                needs_auth, failed: trying again would not help; only `connect` leads out
import type { ToolServerConfig } from '../config-mcp.ts';
import type { Limits } from '../limits.ts';
import type { ToolServerProblemKind, ToolServerState } from '../protocol/names.ts';
import { type Catalogue, isSameCatalogue } from './catalogue.ts';
import { dial, type Line, type LineHooks, type WatchedCall } from './dial.ts';
import { createJournal, type Journal } from './journal.ts';
import { listTools, peerOf } from './line-talk.ts';
import { type LineWatch, watchLine } from './line-watch.ts';
import { type Breaker, createBreaker, pauseBeforeAttempt } from './patience.ts';
import { cutOff, problemOf, ToolServerProblem } from './problem.ts';
import { credentialsOf, withoutSecretsIn } from './secrets.ts';

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
  /** Whatever it said, without what proves to it who we are. */
  withoutCredentials<T>(said: T): T;
  watch(args: object, call: WatchedCall): void;
  /** A call has begun or ended. */
  noticeCall(): void;
}

export interface CallUnderWay {
  tool: string;
  abort(problem: ToolServerProblem): void;
}

/** A connection that does not last so long does not count: else one that is accepted and dropped would be tried without pause. */
const STABLE_AFTER_MS = 30_000;
/** How soon after an attempt a call may bring about the next: where that costs nothing soon, where it means hanging later. */
const QUICK_REST_MS = 500;
const SLOW_REST_MS = 5_000;
const SLOW_ATTEMPT_MS = 1_000;
const BOUNDS_PER_SECOND = { bytesPerSecond: 1024 * 1024, messagesPerSecond: 400 };

export const createServerLink = (server: ToolServerConfig, deps: LinkDeps): ServerLink => new Link(server, deps);

const isAway = (state: ToolServerState): boolean => state === 'connecting' || state === 'waiting';

class Link implements ServerLink {
  readonly server: ToolServerConfig;
  readonly breaker = createBreaker();
  readonly journal = createJournal();
  readonly calls = new Set<CallUnderWay>();
  readonly #deps: LinkDeps;
  readonly #credentials: readonly string[];
  readonly #watched: LineHooks['calls'] = new WeakMap();
  readonly #waitingForLine = new Set<() => void>();
  #state: ToolServerState = 'stopped';
  #since = Date.now();
  #problem: ToolServerProblem | undefined;
  /** Open, and what looks after it. */
  #line: Line | undefined;
  #watch: LineWatch | undefined;
  #connectedAt = 0;
  #catalogue: Catalogue = { tools: [], leftOut: [] };
  #isStale = true;
  #attempts = 0;
  /** How often it was waited; what brings about an attempt in between makes no pause longer. */
  #pauses = 0;
  #nextAttemptAt: number | undefined;
  #lastAttempt = { at: 0, tookMs: 0 };
  /** What belongs to an earlier connection is not listened to. */
  #generation = 0;
  #dialling: AbortController | undefined;
  /** Attempts that have not ended yet, also those that nobody waits for any more, and lines that are being closed. */
  readonly #openEnds = new Set<Promise<void>>();
  #retryTimer: NodeJS.Timeout | undefined;
  #stableTimer: NodeJS.Timeout | undefined;

  constructor(server: ToolServerConfig, deps: LinkDeps) {
    this.server = server;
    this.#deps = deps;
    this.#credentials = credentialsOf(server);
  }

  // --- What an administrator says ---

  async connect(): Promise<void> {
    this.#forgetAttempts();
    this.breaker.reset();
    const gone = this.#line && this.#letGo();
    if (gone) {
      this.#release('It was reconnected by an administrator.');
      this.#see(gone.close(true));
    }
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#forgetRetry();
    const gone = this.#letGo();
    this.#release('It was shut down by an administrator.');
    this.#forgetAttempts();
    if (this.#state !== 'stopped') {
      this.journal.note('stopped', 'Shut down');
      this.#enter('stopped');
    }
    this.#dialling?.abort();
    if (gone) this.#see(gone.close(true));
    // Also what was let go of before: no program outlives this.
    await Promise.all(this.#openEnds);
  }

  // --- From state to state ---

  #enter(next: ToolServerState): void {
    if (next !== this.#state && !(isAway(this.#state) && isAway(next))) this.#since = Date.now();
    this.#state = next;
    // Whoever waits looks at the new state.
    for (const wake of [...this.#waitingForLine]) wake();
    this.#deps.onChange('state');
  }

  /** To `connecting`. @param isAskedFor somebody needs it now */
  #open(isAskedFor = false): Promise<void> {
    this.#forgetRetry();
    this.#dialling?.abort();
    this.#dialling = new AbortController();
    const done = this.#attempt(++this.#generation, this.#dialling.signal, isAskedFor);
    this.#see(done);
    this.#enter('connecting');
    return done;
  }

  /** Keeps in mind what has yet to end. */
  #see(ending: Promise<void>): void {
    this.#openEnds.add(ending);
    void ending.finally(() => this.#openEnds.delete(ending));
  }

  async #attempt(mine: number, signal: AbortSignal, isAskedFor: boolean): Promise<void> {
    const { limits } = this.#deps;
    const startedAt = performance.now();
    try {
      const opened = await dial(this.server, this.#hooksOf(mine), {
        bounds: { messageBytes: limits.mcpMessageBytes, ...BOUNDS_PER_SECOND },
        timeoutMs: limits.mcpConnectTimeoutMs,
        signal,
      });
      const tools = await listTools(opened, limits.mcpConnectTimeoutMs, signal).catch(async (error) => {
        await opened.close(true);
        throw problemOf(error, opened.problem());
      });
      if (mine !== this.#generation) return await opened.close(true);
      this.#connected(opened, tools, performance.now() - startedAt);
    } catch (error) {
      if (mine === this.#generation) this.#failed(problemOf(error), performance.now() - startedAt, isAskedFor);
    }
  }

  /** To `connected`. */
  #connected(opened: Line, found: Catalogue, tookMs: number): void {
    const { limits, onChange } = this.#deps;
    this.#line = opened;
    this.#connectedAt = Date.now();
    this.#problem = undefined;
    this.breaker.reset();
    this.#takeCatalogue(found);
    this.journal.note('connected', `Connected, ${found.tools.length} tools`, tookMs);
    this.#stableTimer = setTimeout(() => this.#forgetAttempts(), STABLE_AFTER_MS);
    this.#stableTimer.unref();
    this.#watch = watchLine(opened, {
      journal: this.journal,
      heartbeatMs: limits.mcpHeartbeatMs,
      listTimeoutMs: limits.mcpConnectTimeoutMs,
      onDead: (why) => this.lost(opened, why),
      onTools: (tools) => this.#takeCatalogue(tools),
      onBeat: () => onChange('calls'),
    });
    this.#enter('connected');
  }

  /** To `waiting`, or where trying again would not help to `needs_auth` or `failed`. */
  #failed(why: ToolServerProblem, tookMs: number, isAskedFor: boolean): void {
    this.#problem = why;
    this.#attempts += 1;
    this.#lastAttempt = { at: Date.now(), tookMs };
    if (!isAskedFor) {
      this.#pauses += 1;
      this.breaker.failed();
    }
    this.journal.note('failed', this.withoutCredentials(why.message), tookMs);
    if (why.isFinal) this.#enter(why.kind === 'key' ? 'needs_auth' : 'failed');
    else this.#wait();
  }

  /** To `waiting`, and from there to `connecting`. */
  #wait(): void {
    const pauseMs = pauseBeforeAttempt(this.#pauses);
    this.#nextAttemptAt = Date.now() + pauseMs;
    this.#retryTimer = setTimeout(() => void this.#open(), pauseMs);
    this.#retryTimer.unref();
    this.#enter('waiting');
  }

  /** From `connected` to `waiting`; also told by calls. Whatever was under way may have run. */
  lost(which: Line, why: ToolServerProblem): void {
    if (which !== this.#line) return;
    const gone = this.#letGo();
    this.#problem = why;
    const during = this.calls.size > 0 ? ` Lost during ${[...this.calls].map(({ tool }) => tool).join(', ')}.` : '';
    this.journal.note('lost', this.withoutCredentials(`${why.message}${during}`));
    this.#release(this.withoutCredentials(why.message));
    if (gone) this.#see(gone.close(false));
    const wasStable = Date.now() - this.#connectedAt > STABLE_AFTER_MS;
    if (!wasStable) this.#pauses += 1;
    if (why.kind === 'key') this.#enter('needs_auth');
    // The server is there and has only forgotten us: no reason to wait.
    else if (why.kind === 'session' && wasStable) void this.#open();
    else this.#wait();
  }

  #letGo(): Line | undefined {
    const gone = this.#line;
    this.#line = undefined;
    this.#watch?.stop();
    this.#watch = undefined;
    this.#generation += 1;
    this.#isStale = true;
    clearTimeout(this.#stableTimer);
    return gone;
  }

  #release(sentence: string): void {
    const why = new ToolServerProblem('cut_off', sentence, 'maybe');
    for (const call of [...this.calls]) call.abort(why);
  }

  #forgetAttempts(): void {
    this.#attempts = 0;
    this.#pauses = 0;
  }

  #forgetRetry(): void {
    clearTimeout(this.#retryTimer);
    this.#nextAttemptAt = undefined;
  }

  // --- What is heard of the wire ---

  #hooksOf(mine: number): LineHooks {
    return {
      calls: this.#watched,
      onClose: () => {
        if (mine === this.#generation && this.#line) this.lost(this.#line, this.#problem ?? cutOff());
      },
      onProblem: (seen) => {
        const line = this.#line;
        if (mine !== this.#generation || !line) return;
        if (seen.kind === 'exited') this.lost(line, seen);
        // A stream of the older transport that broke comes back as another session, which knows nothing of this one.
        else if (seen.kind === 'too_large' || seen.kind === 'protocol') return;
        else if (line.transportKind === 'sse') this.lost(line, seen);
        else void this.#watch?.probe(seen);
      },
      onToolsChanged: () => {
        if (mine === this.#generation) void this.#watch?.refresh();
      },
      ...(this.#deps.elicit ? { elicit: this.#deps.elicit } : {}),
    };
  }

  #takeCatalogue(came: Catalogue): void {
    const found = this.withoutCredentials(came);
    const isSame = !this.#isStale && isSameCatalogue(found, this.#catalogue);
    this.#catalogue = found;
    this.#isStale = false;
    if (!isSame) this.#deps.onChange('tools');
  }

  // --- What others ask ---

  readonly status = (): LinkStatus => {
    const [state, line, problem] = [this.#state, this.#line, this.#problem];
    return {
      state,
      since: this.#since,
      attempts: state === 'connected' ? 0 : this.#attempts,
      ...(this.#nextAttemptAt === undefined ? {} : { nextAttemptAt: this.#nextAttemptAt }),
      ...(problem && state !== 'stopped'
        ? { lastError: { sentence: this.withoutCredentials(problem.message), kind: problem.kind } }
        : {}),
      ...(state === 'connected' ? this.journal.lastLatency() : {}),
      ...(line ? { peer: this.withoutCredentials(peerOf(line)) } : {}),
    };
  };

  readonly catalogue = (): Catalogue & { isStale: boolean } => ({ ...this.#catalogue, isStale: this.#isStale });

  remember(known: Catalogue): void {
    if (this.#isStale && this.#catalogue.tools.length === 0) this.#catalogue = known;
  }

  async requireLine(signal: AbortSignal): Promise<Line> {
    const { mcpReadyWaitMs } = this.#deps.limits;
    // One that has been away for long is not waited for, but asked once more: somebody needs it now. One that lets us hang, less often.
    const isLongGone = this.breaker.state() !== 'closed';
    const restMs = this.#lastAttempt.tookMs > SLOW_ATTEMPT_MS ? SLOW_REST_MS : QUICK_REST_MS;
    const until = performance.now() + (isLongGone ? mcpReadyWaitMs / 2 : mcpReadyWaitMs);
    let isAsked = false;
    while (!this.#line) {
      if (this.#state === 'waiting' && !(isLongGone && isAsked) && Date.now() - this.#lastAttempt.at > restMs) {
        isAsked = true;
        void this.#open(true);
      }
      const leftMs = until - performance.now();
      const isOver = !isAway(this.#state) || (isLongGone && this.#state === 'waiting') || leftMs <= 0;
      if (isOver || signal.aborted) throw notThere(this.server.name, this.#state, this.#problem);
      await nextChange(Math.min(leftMs, restMs), signal, this.#waitingForLine);
    }
    return this.#line;
  }

  withoutCredentials<T>(said: T): T {
    return withoutSecretsIn(said, this.#credentials);
  }

  watch(args: object, call: WatchedCall): void {
    this.#watched.set(args, call);
  }

  noticeCall(): void {
    this.#deps.onChange('calls');
  }
}

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
