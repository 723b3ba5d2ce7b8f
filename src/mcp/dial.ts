// Opens one connection to a tool server over its transport, with the official client; everything of the SDK stays in this folder.
import type { Client, Transport } from '@modelcontextprotocol/client';
import type { ToolServerConfig } from '../config-mcp.ts';
import { type Bounds, createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { problemOf, ToolServerProblem } from './problem.ts';
import { createStdioTransport } from './stdio-transport.ts';

export interface Line {
  client: Client;
  transportKind: 'http' | 'sse' | 'stdio';
  /** The last thing that went wrong on the wire. */
  problem(): ToolServerProblem | undefined;
  /** Ends it, telling the server when it keeps a session. Never throws. */
  close(isPolite: boolean): Promise<void>;
}

/** What is watched of one call below the SDK. */
export interface WatchedCall {
  signal: AbortSignal;
  /** The stream its answer was to come on has ended without one. */
  onStreamEnd(): void;
}

export interface LineHooks {
  onClose(): void;
  onProblem(problem: ToolServerProblem): void;
  onToolsChanged(): void;
  /** Calls by the very object of their arguments: the SDK tells of no other way to know a message of ours again. */
  calls: WeakMap<object, WatchedCall>;
  /** Answers what a server asks in the middle of a call; without it the server is told that nobody does. */
  elicit?: (request: unknown) => Promise<ElicitAnswer>;
}

export interface ElicitAnswer {
  action: 'accept' | 'decline' | 'cancel';
  content?: Record<string, string | number | boolean | string[]>;
}

export interface DialOptions {
  bounds: Bounds;
  timeoutMs: number;
  signal: AbortSignal;
}

type Sdk = typeof import('@modelcontextprotocol/client');

/** @throws ToolServerProblem; then nothing of it is left open */
export async function dial(server: ToolServerConfig, hooks: LineHooks, options: DialOptions): Promise<Line> {
  // Loaded here: a start without tool servers does not pay for it.
  const sdk = await import('@modelcontextprotocol/client');
  if (server.kind === 'stdio') {
    const { getDefaultEnvironment } = await import('@modelcontextprotocol/client/stdio');
    const { default: spawn } = await import('cross-spawn');
    const parts = { spawn, baseEnvironment: getDefaultEnvironment(), parse: sdk.deserializeMessage };
    const transport = createStdioTransport(server, options.bounds, parts);
    return connect(sdk, { transport, transportKind: 'stdio' }, hooks, options);
  }
  const url = new URL(server.url);
  const open = (kind: 'http' | 'sse') => {
    const policy = { writtenHost: url.hostname.replace(/^\[|\]$/g, ''), allowsPrivate: server.allowsPrivate };
    const guarded = createGuardedFetch(policy, options.bounds);
    const init = { fetch: guarded.fetch, requestInit: { headers: { ...server.headers } } };
    const transport: Transport =
      kind === 'sse'
        ? new sdk.SSEClientTransport(url, init)
        : new sdk.StreamableHTTPClientTransport(url, { ...init, reconnectionOptions: RECONNECTION });
    return connect(sdk, { transport, transportKind: kind, guarded }, hooks, options);
  };
  if (server.kind !== 'auto') return open(server.kind);
  return open('http').catch(async (problem: ToolServerProblem) => {
    // An older server knows no POST at its address, and says so in one way or another.
    if (problem.kind !== 'http' && problem.kind !== 'session') throw problem;
    return open('sse').catch(() => Promise.reject(problem));
  });
}

/** Of one stream only; what is lost beyond that is for the state machine above. */
const RECONNECTION = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 2_000,
  reconnectionDelayGrowFactor: 2,
  maxRetries: 2,
};

interface Dialled {
  transport: Transport;
  transportKind: Line['transportKind'];
  guarded?: GuardedFetch;
}

async function connect(
  sdk: Sdk,
  { transport, transportKind, guarded }: Dialled,
  hooks: LineHooks,
  { timeoutMs, signal }: DialOptions,
): Promise<Line> {
  watchCalls(transport, hooks.calls);
  const client = createClient(sdk, transportKind, hooks, timeoutMs);
  let seen: ToolServerProblem | undefined;
  let isOpen = false;
  client.onerror = (error) => {
    const problem = problemOf(error, guarded?.problem());
    seen = problem;
    if (isOpen) hooks.onProblem(problem);
  };
  client.onclose = () => {
    if (isOpen) hooks.onClose();
  };
  const close = async (isPolite: boolean) => {
    isOpen = false;
    if (isPolite && transport instanceof sdk.StreamableHTTPClientTransport) {
      const ended = transport.terminateSession().catch(() => undefined);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref())]);
    }
    await client.close().catch(() => undefined);
    guarded?.close();
  };
  try {
    await withinTime(timeoutMs, signal, client.connect(transport, { timeout: timeoutMs, signal }));
  } catch (error) {
    await close(false);
    throw problemOf(error, seen ?? guarded?.problem());
  }
  isOpen = true;
  return { client, transportKind, problem: () => seen ?? guarded?.problem(), close };
}

const FAREWELL_MS = 500;

function createClient(sdk: Sdk, kind: Line['transportKind'], hooks: LineHooks, timeoutMs: number): Client {
  const onChanged = () => hooks.onToolsChanged();
  const client = new sdk.Client(
    { name: 'projectwise', title: 'ProjectWise', version: '1' },
    {
      // Asking a program twice would start it twice.
      versionNegotiation: { mode: kind === 'stdio' ? 'legacy' : 'auto', probe: { timeoutMs } },
      listChanged: { tools: { autoRefresh: false, debounceMs: 200, onChanged } },
      ...(hooks.elicit ? { capabilities: { elicitation: { form: { applyDefaults: true } } } } : {}),
    },
  );
  const { elicit } = hooks;
  if (elicit) client.setRequestHandler('elicitation/create', async (request) => ({ ...(await elicit(request)) }));
  return client;
}

/** Has the SDK tell, for each call of ours, that its stream has ended, and lets go of that stream when the call is given up. */
function watchCalls(transport: Transport, calls: LineHooks['calls']): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const args = 'params' in message ? message.params?.arguments : undefined;
    const call = typeof args === 'object' && args !== null ? calls.get(args) : undefined;
    if (!call) return send(message, options);
    const signals = [call.signal, ...(options?.requestSignal ? [options.requestSignal] : [])];
    return send(message, { ...options, requestSignal: AbortSignal.any(signals), onRequestStreamEnd: call.onStreamEnd });
  };
}

async function withinTime<T>(timeoutMs: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve, reject) => {
    const onLate = () => {
      const sentence = signal.aborted
        ? 'It was stopped while connecting.'
        : `No answer within ${Math.round(timeoutMs / 100) / 10} seconds.`;
      reject(new ToolServerProblem('timeout', sentence, 'no'));
    };
    if (late.aborted) onLate();
    late.addEventListener('abort', onLate, { once: true });
    work.then(resolve, reject).finally(() => late.removeEventListener('abort', onLate));
  });
}
