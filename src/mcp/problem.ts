// What can be wrong with a tool server: a closed list with a sentence for operators, whether to try again, and whether a call ran.
import type { ToolServerProblemKind } from '../protocol/names.ts';

/** `no`: surely not. `maybe`: it was sent, and nobody knows. */
export type Ran = 'no' | 'maybe';

export class ToolServerProblem extends Error {
  readonly kind: ToolServerProblemKind;
  readonly ran: Ran;

  constructor(kind: ToolServerProblemKind, sentence: string, ran: Ran, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'ToolServerProblem';
    this.kind = kind;
    this.ran = ran;
  }

  /** A wrong configuration does not get better by trying again, nor does a refused key. */
  get isFinal(): boolean {
    return this.kind === 'address' || this.kind === 'command' || this.kind === 'key';
  }
}

const UNREACHABLE = ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAI_FAIL'];
const MAX_DETAIL_UNITS = 200;

/** An error of the network as it came. @param wasConnected whether the request may have been sent by then */
export function networkProblem(error: unknown, url: URL, wasConnected: boolean): ToolServerProblem {
  if (error instanceof ToolServerProblem) return error;
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const ran: Ran = wasConnected ? 'maybe' : 'no';
  const problem = (kind: ToolServerProblemKind, sentence: string) =>
    new ToolServerProblem(kind, sentence, ran, { cause: error });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (code === 'ECONNREFUSED') return problem('refused', `Nothing answers on port ${portOf(url)} of ${host}.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return problem('unknown_host', `The name ${host} does not lead anywhere.`);
  }
  if (UNREACHABLE.includes(code)) return problem('unreachable', `${host} cannot be reached.`);
  if (code === 'ETIMEDOUT') return problem('timeout', `${host} does not answer.`);
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|EPROTO/.test(code)) {
    return problem('tls', `No secure connection to ${host}: ${plain(message)}`);
  }
  if (wasConnected) return problem('cut_off', 'The connection was cut.');
  return problem('unreachable', `${host} cannot be reached${code ? ` (${code})` : ''}.`);
}

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/** An answer that is none. 502 and the like may come from a proxy that had passed the request on. */
export function httpProblem(status: number, text: string): ToolServerProblem {
  if (status === 401 || status === 403) {
    return new ToolServerProblem('key', `The key was refused (HTTP ${status}).`, 'no');
  }
  if (isSessionGone(status, text)) {
    return new ToolServerProblem('session', 'The server no longer knows this session.', 'no');
  }
  if (status >= 300 && status < 400) {
    return new ToolServerProblem('redirect', `It redirects elsewhere, which is not followed: ${plain(text)}`, 'no');
  }
  return new ToolServerProblem('http', `It answered with HTTP ${status}.`, status >= 500 ? 'maybe' : 'no');
}

/** 404 by the protocol; some servers say 400 and only their words tell. */
const isSessionGone = (status: number, text: string): boolean =>
  status === 404 || (status === 400 && /session/i.test(text));

/** Words of a server, as one short line without anything that acts on a terminal or hides. */
export const plain = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_DETAIL_UNITS);

/** What the SDK throws, in our words. @param seen the last thing that went wrong on the wire below it */
export function problemOf(error: unknown, seen?: ToolServerProblem): ToolServerProblem {
  const chain = [...causesOf(error)];
  const known = chain.find((one) => one instanceof ToolServerProblem);
  if (known) return known;
  for (const one of chain) {
    const { status, text, message } = one as { status?: unknown; text?: unknown; message?: string };
    if (typeof status === 'number') return httpProblem(status, typeof text === 'string' ? text : (message ?? ''));
    // The older transport has the status in its words only.
    const [, inWords, rest = ''] = /\(HTTP (\d{3})\)(.*)/s.exec(message ?? '') ?? [];
    if (inWords) return httpProblem(Number(inWords), rest);
  }
  if (seen) return seen;
  const { code, message = String(error) } = (error ?? {}) as { code?: unknown; message?: string };
  if (code === 'REQUEST_TIMEOUT') return new ToolServerProblem('timeout', 'It does not answer in time.', 'maybe');
  if (code === 'CONNECTION_CLOSED') return new ToolServerProblem('cut_off', 'The connection was cut.', 'maybe');
  if (code === 'NOT_CONNECTED') return new ToolServerProblem('cut_off', 'There is no connection.', 'no');
  return new ToolServerProblem('protocol', `It does not speak MCP as expected: ${plain(message)}`, 'maybe', {
    cause: error,
  });
}

function* causesOf(error: unknown): Generator<object> {
  let current = error;
  for (let depth = 0; depth < 6 && typeof current === 'object' && current !== null; depth++) {
    yield current;
    const { cause, data } = current as { cause?: unknown; data?: { cause?: unknown } };
    current = cause ?? data?.cause;
  }
}

export const cutOff = (): ToolServerProblem => new ToolServerProblem('cut_off', 'The connection was cut.', 'maybe');
