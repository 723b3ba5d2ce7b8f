// The one server for HTTP, Socket.IO and plain WebSockets, and the one place that decides whose an upgrade is.
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { routes } from '../protocol/api.ts';
import type { RouteDeclaration } from '../protocol/declare.ts';
import type { HttpEnv } from './http-context.ts';
import { type BodyPatience, cutSlowBodies } from './slow-bodies.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerOptions {
  /** Takes what asks for `/ws/chat/…`; must answer each one. */
  onPlainUpgrade: UpgradeHandler;
  /** For tests: how long bodies are waited for. */
  patience?: Partial<Pick<BodyPatience, 'bodyMs' | 'uploadSilenceMs'>>;
}

const BODY_MS = 60_000;
const UPLOAD_SILENCE_MS = 60_000;
const PLAIN_PATH = /^\/ws\/chat\//;

/** A server that does not listen yet. */
export function createHttpServer(app: Hono<HttpEnv>, { onPlainUpgrade, patience }: HttpServerOptions): Server {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      // Knows one time for everything: see cutSlowBodies.
      requestTimeout: 0,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
    },
  }) as Server;
  const uploads = Object.values(routes as Record<string, RouteDeclaration>).filter(({ upload }) => upload);
  const paths = new Set(uploads.map(({ path }) => path));
  cutSlowBodies(server, {
    bodyMs: BODY_MS,
    uploadSilenceMs: UPLOAD_SILENCE_MS,
    ...patience,
    isUpload: ({ url = '' }) => paths.has(url.split('?', 1)[0]!),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (PLAIN_PATH.test(request.url ?? '')) onPlainUpgrade(request, socket, head);
    else refuseUpgrade(socket, 404);
  });
  return server;
}

export interface UpgradeBounds {
  clientAddress(request: IncomingMessage): string;
  /** Open sockets of one address, of both kinds together, whether or not they have said who they are. */
  socketsPerAddress: number;
}

/**
 * Puts one router before the listeners of this server and of the Socket.IO server just attached to it, so that each
 * believes it is alone: neither refuses, times out or forgets what is the other's. Too many sockets of one address are refused here.
 */
export function routeUpgrades(server: Server, io: { path(): string }, bounds: UpgradeBounds): void {
  const [ours, engine] = server.listeners('upgrade') as UpgradeHandler[];
  if (!ours || !engine)
    throw new Error('routeUpgrades needs a server of createHttpServer with Socket.IO attached to it.');
  const socketPath = `${io.path().replace(/\/$/, '')}/`;
  const perAddress = new Map<string, number>();
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that breaks before anybody listens to it must not take the process down.
    socket.on('error', () => socket.destroy());
    // Gone while it waited to be let in.
    if (socket.destroyed) return;
    const address = bounds.clientAddress(request);
    const open = perAddress.get(address) ?? 0;
    if (open >= bounds.socketsPerAddress) return refuseUpgrade(socket, 429, TOO_MANY_SOCKETS);
    perAddress.set(address, open + 1);
    socket.once('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    });
    const handler = request.url?.startsWith(socketPath) ? engine : ours;
    handler.call(server, request, socket, head);
  });
}

const TOO_MANY_SOCKETS = {
  type: 'about:blank',
  title: 'Too Many Requests',
  status: 429,
  code: 'rate_limited',
  message: 'Too many connections from this address; close some and try again.',
  details: { reason: 'too_many_sockets', retryAfterMs: 10_000 },
};

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** Answers an upgrade that will not be one, with an error body when given, and closes. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  body: object = { code: 'not_found', message: 'There is no such address.' },
): void {
  const content = JSON.stringify(body);
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(content)}`,
      '',
      content,
    ].join('\r\n'),
  );
}

/** @returns where it listens @throws Error with one sentence when the address cannot be had */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<{ url: string; port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(listenProblem(error, host, port), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const found = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${found.port}`, port: found.port };
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} on ${host} is in use: stop what uses it, or set PORT.`;
  if (error.code === 'EACCES') return `Port ${port} may not be used by this account: set PORT to 1024 or more.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `HOST ${host} is no address of this machine.`;
  return `Cannot listen on ${host}:${port}: ${error.message}`;
}
