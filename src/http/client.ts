// Who is at the other end of a request: address, scheme and origin, believing proxies exactly as far as configured.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { AppError } from '../lib/errors.ts';

/** What both a node request and a handshake have. */
export interface ClientRequest {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined; encrypted?: boolean };
}

/**
 * The address that the outermost of our proxies saw: `X-Forwarded-For` counted from its end, `trustProxyHops` entries far.
 * What stands further left was written by the client and is not believed.
 */
export function clientAddress(request: ClientRequest, trustProxyHops: number): string {
  const own = plainAddress(request.socket.remoteAddress ?? '');
  if (trustProxyHops === 0) return own;
  const chain = [...listOf(request.headers['x-forwarded-for']).map(plainAddress), own];
  const claimed = chain[Math.max(0, chain.length - 1 - trustProxyHops)] ?? own;
  return isIP(claimed) === 0 ? own : claimed;
}

export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));

/** Whether the client speaks https, to us or to the proxy in front. */
export function isSecure(request: ClientRequest, trustProxyHops: number): boolean {
  if (request.socket.encrypted) return true;
  if (trustProxyHops === 0) return false;
  const claimed = listOf(request.headers['x-forwarded-proto']);
  return claimed[Math.max(0, claimed.length - trustProxyHops)]?.toLowerCase() === 'https';
}

/** Scheme and host as the client sees them: `https://room.example.com`. */
export function ownOrigin(request: ClientRequest, trustProxyHops: number): string {
  const forwarded = trustProxyHops > 0 ? listOf(request.headers['x-forwarded-host']).at(-1) : undefined;
  return `http${isSecure(request, trustProxyHops) ? 's' : ''}://${forwarded ?? request.headers.host ?? 'localhost'}`;
}

/**
 * Whether a page that the browser names in `Origin` may act with the cookie: our own host or one of CORS_ORIGINS.
 * Clients that are no browsers send no Origin; browsers that hide it say in Sec-Fetch-Site where they stand.
 */
export function isOriginAllowed(
  request: ClientRequest,
  { corsOrigins, trustProxyHops }: { corsOrigins: readonly string[]; trustProxyHops: number },
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return request.headers['sec-fetch-site'] !== 'cross-site';
  // Only the host is compared: behind a proxy that is not named in TRUST_PROXY_HOPS the scheme is not known.
  const host = URL.parse(origin)?.host;
  return (
    (host !== undefined && host === URL.parse(ownOrigin(request, trustProxyHops))?.host) || corsOrigins.includes(origin)
  );
}

/**
 * Where no cookie is taken, a page of another origin must still not speak to us behind a name that was bent to this machine (DNS rebinding).
 * A server that only this computer reaches is called by a loopback name or address; a page that names its origin must be ours.
 * @throws AppError forbidden (origin_refused)
 */
export function requireSafeHost(
  request: ClientRequest,
  config: { host: string; corsOrigins: readonly string[]; trustProxyHops: number },
): void {
  const name = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isOwnName = name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
  const isOnlyHere = config.host === 'localhost' || isLoopback(config.host);
  const isHostSafe = isOwnName || !isOnlyHere || config.trustProxyHops > 0;
  if (isHostSafe && (request.headers.origin === undefined || isOriginAllowed(request, config))) return;
  throw new AppError('forbidden', 'This address or page may not be used here.', { reason: 'origin_refused' });
}

const listOf = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** `::ffff:10.0.0.1`, `10.0.0.1:4711` and `[2001:db8::1]:4711` without what surrounds them. */
const plainAddress = (text: string): string =>
  text
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1');
