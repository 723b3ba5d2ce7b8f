// Serves pages to the browser tests under the product's content security policy: the built app, or files given by a test.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

const BUILT_APP = fileURLToPath(new URL('../../dist/public', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface StaticServer {
  origin: string;
  stop(): Promise<void>;
}

/** Starts on a free port. `files` (by path, "/page.html") come first; then the built app, whose page also answers "/" and "/main". */
export async function startStaticServer(
  files: ReadonlyMap<string, string | Uint8Array> = new Map(),
): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '/', 'http://localhost').pathname;
    const path = asked === '/' || asked === '/main' ? '/index.html' : asked;
    const body = files.get(path) ?? (await readFile(join(BUILT_APP, normalize(path))).catch(() => undefined));
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body ?? '');
  });
  await listen(server);
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
