// The browser app from dist/public: hashed assets for ever, the page itself fresh each time.
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Context, Hono } from 'hono';
import { notFound } from '../lib/errors.ts';
import type { HttpEnv } from './http-context.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.css', '.html', '.js', '.json', '.svg', '.webmanifest']);

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>ProjectWise</title></head>
  <body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
    <h1>The browser app is not built</h1>
    <p>The server runs. Build the app with <code>npm run build</code> and load this page again.
    The API reference is at <a href="/docs">/docs</a>.</p>
  </body>
</html>
`;

/** Content in the forms it is sent in; compressed once, when first asked for. */
interface StoredFile {
  plain: Uint8Array<ArrayBuffer>;
  br?: Promise<Uint8Array<ArrayBuffer>>;
  gzip?: Promise<Uint8Array<ArrayBuffer>>;
}

/** @param folder absolute path of what Vite built */
export function staticRoutes(folder: string): Hono<HttpEnv> {
  const assets = new Map<string, StoredFile>();
  const app = new Hono<HttpEnv>();

  app.get('/assets/:name', async (c) => {
    const name = requireFileName(c.req.param('name'));
    const file = assets.get(name) ?? (await readStored(join(folder, 'assets', name)));
    if (!file) throw notFound('file');
    assets.set(name, file);
    // The name holds a hash of the content.
    return respond(c, file, extname(name), 'public, max-age=31536000, immutable');
  });

  // The version in the path stands for the content.
  app.get('/pdfjs/:version/:folder/:name', async (c) => {
    const parts = [c.req.param('version'), c.req.param('folder'), c.req.param('name')].map(requireFileName);
    const path = join('pdfjs', ...parts);
    const file = assets.get(path) ?? (await readStored(join(folder, path)));
    if (!file) throw notFound('file');
    assets.set(path, file);
    return respond(c, file, extname(path), 'public, max-age=31536000, immutable');
  });

  const page = async (c: Context<HttpEnv>) => {
    const file = await readStored(join(folder, 'index.html'));
    return file ? respond(c, file, '.html', 'no-cache') : c.html(NOT_BUILT, 503);
  };
  for (const path of ['/', '/main', '/main/*', '/invite/*']) app.get(path, page);

  app.get('/:name{[\\w-]+\\.(?:svg|png|ico|webmanifest|js)}', async (c) => {
    const name = requireFileName(c.req.param('name'));
    const file = await readStored(join(folder, name));
    if (!file) throw notFound('file');
    return respond(c, file, extname(name), 'no-cache');
  });
  return app;
}

function requireFileName(name: string): string {
  if (!/^[\w-][\w.-]*$/.test(name)) throw notFound('file');
  return name;
}

async function readStored(path: string): Promise<StoredFile | undefined> {
  try {
    return { plain: new Uint8Array(await readFile(path)) };
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function respond(
  c: Context<HttpEnv>,
  file: StoredFile,
  extension: string,
  cacheControl: string,
): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': TYPES[extension] ?? 'application/octet-stream',
    'cache-control': cacheControl,
  };
  if (!COMPRESSED.has(extension)) return c.body(file.plain, 200, headers);
  headers.vary = 'Accept-Encoding';
  const accepted = c.req.header('accept-encoding') ?? '';
  if (/\bbr\b/.test(accepted)) {
    file.br ??= brotli(file.plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }).then(
      (bytes) => new Uint8Array(bytes),
    );
    return c.body(await file.br, 200, { ...headers, 'content-encoding': 'br' });
  }
  if (/\bgzip\b/.test(accepted)) {
    file.gzip ??= zip(file.plain).then((bytes) => new Uint8Array(bytes));
    return c.body(await file.gzip, 200, { ...headers, 'content-encoding': 'gzip' });
  }
  return c.body(file.plain, 200, headers);
}

const brotli = promisify(brotliCompress) as (input: Uint8Array, options: object) => Promise<Buffer>;
const zip = promisify(gzip) as (input: Uint8Array) => Promise<Buffer>;
