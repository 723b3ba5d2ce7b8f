// One socket request: find its declaration, hold it to the limits, parse, run, acknowledge. Every wrong thing gets a clear error.
import { z } from 'zod';
import { requireScope } from '../accounts/api-keys.ts';
import type { App } from '../context.ts';
import { toAppError } from '../http/on-error.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { withRequestId } from '../lib/log.ts';
import type { WireError } from '../protocol/errors.ts';
import { type RequestData, type RequestInput, type RequestName, requests } from '../protocol/events.ts';
import type { Connection } from './connections.ts';
import type { RequestBudget } from './request-budget.ts';

/** What a handler may do with the socket it serves. */
export interface RoomConnection extends Connection {
  joinRoom(roomId: string): void;
  leaveRoom(roomId: string): void;
  /** Rooms in which this socket said that it types. */
  readonly typingIn: Set<string>;
  readonly isOpen: boolean;
}

export interface SocketCall<N extends RequestName> {
  connection: RoomConnection;
  input: RequestInput<N>;
  /** Answers at once, synchronously; what the handler returns afterwards is not sent. */
  acknowledge(data: RequestData<N>): void;
}

/** @returns the data of the acknowledgement @throws AppError */
export type SocketHandler<N extends RequestName> = (call: SocketCall<N>) => Promise<RequestData<N>>;
export type SocketHandlers = { [N in RequestName]: SocketHandler<N> };

const STOPPING = { reason: 'server_stopping', retryAfterMs: 2_000 } as const;

type Reply = (acknowledgement: { ok: true; data: unknown } | { ok: false; error: WireError }) => void;

export async function handleRequest(
  app: Pick<App, 'log' | 'metrics'>,
  handlers: SocketHandlers,
  isStopping: () => boolean,
  connection: RoomConnection,
  budget: RequestBudget,
  event: string,
  args: unknown[],
): Promise<void> {
  const requestId = newId();
  const last = args.at(-1);
  let isAnswered = false;
  const reply: Reply = (acknowledgement) => {
    if (isAnswered) return;
    isAnswered = true;
    if (typeof last === 'function') last(acknowledgement);
  };
  let isCounted = false;
  try {
    if (isStopping()) throw new AppError('stopped', 'The server is restarting. Try again shortly.', STOPPING);
    budget.begin(event === 'room:join' ? 'join' : event === 'message:send' ? 'send' : 'other');
    isCounted = true;
    const name = requireRequestName(event);
    requireScope(connection.actor, requests[name].permission === 'room:write' ? 'write' : 'read');
    const input = parseInput(name, typeof args[0] === 'function' ? undefined : args[0]);
    const acknowledge = (data: unknown) => reply({ ok: true, data });
    const handler = handlers[name] as SocketHandler<RequestName>;
    const call = { connection, input, acknowledge } as SocketCall<RequestName>;
    acknowledge(await withRequestId(requestId, () => handler(call)));
  } catch (error) {
    const wireError = toWireError(app, error, requestId);
    app.metrics.refused(wireError.code);
    // Whoever goes on asking for too much is not even told so any more.
    if (wireError.code === 'rate_limited' && !budget.mayGoOn()) connection.close('rate_limited');
    else reply({ ok: false, error: wireError });
  } finally {
    if (isCounted) budget.end();
  }
}

function requireRequestName(event: string): RequestName {
  if (Object.hasOwn(requests, event)) return event as RequestName;
  throw new AppError('invalid', 'There is no such request.', {
    reason: 'unknown_event',
    accepted: Object.keys(requests),
  });
}

function parseInput(name: RequestName, value: unknown): unknown {
  const parsed = requests[name].input.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new AppError('invalid', `${name} does not take this: ${z.prettifyError(parsed.error).slice(0, 500)}`, {
    issues,
  });
}

/** Unknown errors are logged with their stack and tell the client nothing. */
export function toWireError(app: Pick<App, 'log'>, error: unknown, requestId?: string): WireError {
  const { code, message, details, cause } = toAppError(error);
  if (code === 'internal') app.log.error('A request failed', { error: cause ?? error, requestId });
  else if (code === 'unavailable') app.log.warn('A request could not be served', { error: cause ?? error, requestId });
  return { code, message, ...(details ? { details } : {}), ...(requestId ? { requestId } : {}) };
}
