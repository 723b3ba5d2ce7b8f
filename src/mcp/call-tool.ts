// One call of a tool: its deadlines, its way back when the server dies under it, and a second try only where that can do no harm.
import { z } from 'zod';
import type { ToolCallOutcome } from '../protocol/names.ts';
import type { CatalogueTool } from './catalogue.ts';
import type { Line } from './dial.ts';
import { plain, problemOf, ToolServerProblem } from './problem.ts';
import type { LinkDeps, ServerLink } from './server-link.ts';
import { TOO_LARGE_CODE } from './stdio-transport.ts';

/** As it came, held to nothing: what is in it is looked at piece by piece. */
export interface RawToolResult {
  content: unknown[];
  structuredContent?: unknown;
}

export type CallEnd =
  | { outcome: 'ok' | 'tool_error'; result: RawToolResult }
  | { outcome: Exclude<ToolCallOutcome, 'ok' | 'tool_error'>; message: string };

export interface CallOptions {
  signal: AbortSignal;
  /** At most a few times a second. */
  onProgress?: (text: string) => void;
}

const PROGRESS_EVERY_MS = 250;
const MAX_PROGRESS_UNITS = 120;
const INVALID_PARAMS = -32_602;

const rawResult = z.looseObject({
  content: z.array(z.unknown()).optional().catch(undefined),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional().catch(undefined),
});

/** Never throws, and always ends: within the deadline, or at once when the server dies or the signal fires. */
export const callTool = async (...[link, ...call]: Parameters<typeof callAdmitted>): Promise<CallEnd> =>
  link.withoutCredentials(await callAdmitted(link, ...call));

async function callAdmitted(
  link: ServerLink,
  limits: LinkDeps['limits'],
  tool: CatalogueTool,
  args: Record<string, unknown>,
  options: CallOptions,
): Promise<CallEnd> {
  if (link.calls.size >= limits.mcpCallsPerServer) {
    return { outcome: 'not_sent', message: `"${link.server.name}" has ${link.calls.size} calls to answer already.` };
  }
  const isTrial = link.breaker.state() === 'half-open';
  if (link.status().state === 'connected' && !link.breaker.admits()) {
    const message = `"${link.server.name}" did not answer its last calls; it is left alone for a moment.`;
    return { outcome: 'not_sent', message };
  }
  try {
    return await tryTwice(link, limits, tool, args, options);
  } finally {
    if (isTrial) link.breaker.undecided();
  }
}

/** A second time only where that can do no harm. */
async function tryTwice(...[link, limits, tool, args, options]: Parameters<typeof callAdmitted>): Promise<CallEnd> {
  let first: ToolServerProblem | undefined;
  for (;;) {
    const end = await tryOnce(link, limits, tool, args, options);
    if (!(end instanceof ToolServerProblem)) return end;
    if (options.signal.aborted) return { outcome: 'cancelled', message: 'The call was cancelled.' };
    const isHarmless = end.ran === 'no' || tool.isRepeatable;
    if (!first && isHarmless && isWorthRepeating(end)) {
      first = end;
      continue;
    }
    // The second try did not come through, but the first may have done its work.
    if (first?.ran === 'maybe' && end.ran === 'no') return unknownOutcome(`${first.message} ${end.message}`);
    return endOf(end);
  }
}

const unknownOutcome = (why: string): CallEnd => ({
  outcome: 'unknown_outcome',
  message: `${why} Whether the tool did its work before that is not known.`,
});

const isWorthRepeating = ({ kind }: ToolServerProblem): boolean =>
  ['session', 'refused', 'cut_off', 'exited'].includes(kind);

function endOf(problem: ToolServerProblem): CallEnd {
  const { kind, ran, message } = problem;
  if (kind === 'timeout' && ran === 'maybe') return { outcome: 'timeout', message };
  if (kind === 'too_large') return { outcome: 'too_large', message };
  if (kind === 'protocol') return { outcome: 'bad_result', message };
  if (ran === 'no') return { outcome: 'not_sent', message };
  return unknownOutcome(message);
}

/** @returns how it ended, or what was wrong with the connection */
async function tryOnce(
  link: ServerLink,
  limits: LinkDeps['limits'],
  tool: CatalogueTool,
  args: Record<string, unknown>,
  { signal, onProgress }: CallOptions,
): Promise<CallEnd | ToolServerProblem> {
  let line: Line;
  try {
    line = await link.requireLine(signal);
  } catch (error) {
    return problemOf(error);
  }
  const abort = new AbortController();
  const call = { tool: tool.name, abort: (problem: ToolServerProblem) => abort.abort(problem) };
  const deadline = createDeadline(link, limits, call.abort);
  const onAbort = () => abort.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  link.calls.add(call);
  link.noticeCall();
  // A copy of its own for each try: by it the message is known again on the wire.
  const sent = { ...args };
  link.watch(sent, {
    signal: abort.signal,
    onStreamEnd: () => call.abort(line.problem() ?? new ToolServerProblem('cut_off', 'Its answer broke off.', 'maybe')),
  });
  try {
    const tell = throttle(onProgress);
    const result = await send(line, tool, sent, {
      signal: abort.signal,
      // Ours is shorter; this one only ends what ours could not.
      timeout: limits.mcpCallTotalMs + 10_000,
      onprogress: (progress) => {
        deadline.renew();
        tell(link.withoutCredentials(describeProgress(progress)));
      },
    });
    link.breaker.succeeded();
    return result;
  } catch (error) {
    return judge(link, line, error, abort.signal);
  } finally {
    deadline.end();
    signal.removeEventListener('abort', onAbort);
    link.calls.delete(call);
  }
}

type SendOptions = NonNullable<Parameters<Line['client']['callTool']>[1]>;

async function send({ client }: Line, tool: CatalogueTool, args: Record<string, unknown>, options: SendOptions) {
  const params = { name: tool.name, arguments: args };
  if (tool.mirrored) {
    const toolDefinition = { name: tool.name, inputSchema: { ...tool.mirrored, type: 'object' as const } };
    return toEnd(await client.callTool(params, { ...options, toolDefinition }));
  }
  return toEnd(await client.request({ method: 'tools/call', params }, rawResult, options));
}

const toEnd = (raw: { content?: unknown[]; structuredContent?: unknown; isError?: boolean }): CallEnd => ({
  outcome: raw.isError ? 'tool_error' : 'ok',
  result: {
    content: raw.content ?? [],
    ...(raw.structuredContent === undefined ? {} : { structuredContent: raw.structuredContent }),
  },
});

/** What the error says of the call, and of the connection it was made on. */
function judge(link: ServerLink, line: Line, error: unknown, signal: AbortSignal): CallEnd | ToolServerProblem {
  if (signal.reason instanceof ToolServerProblem) {
    const given = signal.reason;
    // Its death was told by the link, its silence by our own clock.
    if (given.kind === 'timeout') link.breaker.failed();
    return given;
  }
  if (signal.aborted) return new ToolServerProblem('cut_off', 'The call was cancelled.', 'maybe');
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === TOO_LARGE_CODE) return new ToolServerProblem('too_large', message ?? '', 'maybe');
  if (typeof code === 'number') {
    link.breaker.succeeded();
    const sentence = code === INVALID_PARAMS ? 'The server does not take this call' : 'The server refused the call';
    return { outcome: 'refused', message: `${sentence}: ${plain(message ?? '')}` };
  }
  if (code === 'INVALID_RESULT' || code === 'UNSUPPORTED_RESULT_TYPE') {
    return { outcome: 'bad_result', message: 'The server answered with something that is no result.' };
  }
  const problem = problemOf(error, line.problem());
  const meansLoss = ['refused', 'unreachable', 'unknown_host', 'cut_off', 'session', 'exited', 'key', 'tls'];
  if (meansLoss.includes(problem.kind)) {
    link.breaker.failed();
    link.lost(line, problem);
  }
  return problem;
}

/** Ends the call after a silence, and after all of its time. */
function createDeadline(link: ServerLink, limits: LinkDeps['limits'], abort: (problem: ToolServerProblem) => void) {
  const silenceMs = link.server.callTimeoutMs ?? limits.mcpCallTimeoutMs;
  const give = (ms: number) =>
    abort(new ToolServerProblem('timeout', `No answer within ${Math.round(ms / 100) / 10} seconds.`, 'maybe'));
  const whole = setTimeout(() => give(limits.mcpCallTotalMs), limits.mcpCallTotalMs);
  let silence = setTimeout(() => give(silenceMs), silenceMs);
  return {
    renew() {
      clearTimeout(silence);
      silence = setTimeout(() => give(silenceMs), silenceMs);
    },
    end() {
      clearTimeout(whole);
      clearTimeout(silence);
    },
  };
}

function throttle(tell: ((text: string) => void) | undefined): (text: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    const now = performance.now();
    if (!tell || text === '' || now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    tell(text);
  };
}

function describeProgress({
  progress,
  total,
  message,
}: {
  progress: number;
  total?: number;
  message?: string;
}): string {
  const counted = total === undefined ? '' : `${progress}/${total}`;
  return plain([counted, message ?? ''].filter(Boolean).join(' · ')).slice(0, MAX_PROGRESS_UNITS);
}
