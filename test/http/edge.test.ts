// What surrounds the routes: headers, CORS, log lines, health, metrics, the description, the pages.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/protocol/api.ts';
import { requests } from '../../src/protocol/events.ts';
import { createEdge, type Edge } from './edge-kit.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await createEdge({
    env: { METRICS_TOKEN: 'collector', TRUST_PROXY_HOPS: '1', CORS_ORIGINS: 'https://app.example' },
  });
});
afterAll(() => edge.close());

describe('every answer', () => {
  test.each(['/health/live', '/docs', '/', '/nothing'])(
    'of %s carries the security headers and a request id',
    async (path) => {
      const { headers } = await edge.http.request(path);
      expect(headers.get('content-security-policy')).toContain(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  test('promises https only where it came by https', async () => {
    const { headers } = await edge.http.request('/health/live', { headers: { 'x-forwarded-proto': 'https' } });
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  test('repeats a request id that is safe, and no other', async () => {
    const idFor = async (given: string) =>
      (await edge.http.request('/health/live', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await idFor('abc-1.2_3')).toBe('abc-1.2_3');
    expect(await idFor('a b')).not.toBe('a b');
    expect(await idFor('a'.repeat(65))).not.toBe('a'.repeat(65));
  });
});

describe('the access log', () => {
  test('has method, path, status, time and request id, never a query string, an invite code or an API key', async () => {
    await edge.http.request('/api/v1/rooms/r1?token=hidden', { headers: { 'x-request-id': 'log-1' } });
    await edge.http.request('/invite/hidden-code');
    await edge.http.request('/api/v1/invites/hidden-code');
    await edge.http.request(`/nowhere/pw_hidden${'k'.repeat(37)}`);
    expect(edge.lines.find(({ fields }) => fields.requestId === 'log-1')).toMatchObject({
      level: 'info',
      message: 'GET /api/v1/rooms/r1 401',
      fields: { ms: expect.any(Number) },
    });
    expect(JSON.stringify(edge.lines)).not.toContain('hidden');
  });
});

describe('pages of other origins', () => {
  const preflight = (at: Edge, origin: string) =>
    at.http.request('/api/v1/rooms', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('may call with the cookie when they are named, and only then', async () => {
    const named = await preflight(edge, 'https://app.example');
    expect(named.status).toBe(204);
    expect(named.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(named.headers.get('access-control-allow-credentials')).toBe('true');
    expect(named.headers.get('access-control-allow-headers')).toContain('Authorization');
    const other = await preflight(edge, 'https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('may read refusals too', async () => {
    const { headers } = await edge.http.request('/api/v1/rooms', { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    expect(headers.get('vary')).toContain('Origin');
  });

  test('are all welcome under `*`, without the cookie', async () => {
    const open = await createEdge({ env: { CORS_ORIGINS: '*' } });
    const { headers } = await preflight(open, 'https://any.example');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    await open.close();
  });
});

describe('health', () => {
  test('names the engines to administrators only', async () => {
    const [admin, member] = [await edge.signIn('admin'), await edge.signIn()];
    expect(await (await edge.http.request('/health', { headers: member.bearer })).json()).toEqual({ status: 'ok' });
    expect(await (await edge.http.request('/health', { headers: admin.bearer })).json()).toEqual({
      status: 'ok',
      engines: {
        database: { engine: 'sqlite', ok: true },
        bus: { engine: 'in-process', ok: true },
        jobs: { engine: 'in-process', ok: true },
        files: { engine: 'disk', ok: true },
        llm: { engine: 'offline', ok: true },
        embedding: { engine: 'hash-v1', ok: true },
        search: { engine: 'embedded', ok: true },
        memory: { engine: 'mem0, embedded', ok: true },
      },
    });
  });

  test('is degraded without the model and down without the database', async () => {
    const sick = await createEdge({ model: { check: async () => ({ ok: false, detail: 'refused' }) } });
    const degraded = await sick.http.request('/health');
    expect([degraded.status, await degraded.json()]).toEqual([200, { status: 'degraded' }]);
    await sick.db.destroy();
    const down = await sick.http.request('/health');
    expect([down.status, await down.json()]).toEqual([503, { status: 'down' }]);
    expect((await sick.http.request('/health/live')).status).toBe(200);
  });
});

describe('metrics', () => {
  test('are for administrators and for whoever has the token', async () => {
    const statusFor = async (headers: Record<string, string>) =>
      (await edge.http.request('/metrics', { headers })).status;
    expect(await statusFor({})).toBe(401);
    expect(await statusFor({ authorization: 'Bearer collectors' })).toBe(401);
    expect(await statusFor((await edge.signIn()).bearer)).toBe(403);
    expect(await statusFor((await edge.signIn('admin')).bearer)).toBe(200);
    expect(await statusFor({ authorization: 'Bearer collector' })).toBe(200);
  });

  test('count requests by pattern and never name anybody or anything', async () => {
    await edge.http.request('/api/v1/rooms/a-room-of-somebody');
    await edge.http.request('/nothing/like-this');
    edge.metrics.turnEnded('completed', { inputTokens: 5, outputTokens: 7 });
    edge.metrics.watchJobs(async () => ({ ready: 3, running: 1, failed: 0 }));
    const response = await edge.http.request('/metrics', { headers: { authorization: 'Bearer collector' } });
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toMatch(
      /projectwise_http_request_seconds_count\{route="\/api\/v1\/rooms\/\{roomId\}",method="GET",status="401"\} 2/,
    );
    expect(text).toContain('projectwise_turns_total{reason="completed"} 1');
    expect(text).toContain('projectwise_tokens_total{direction="output"} 7');
    expect(text).toContain('projectwise_jobs{status="ready"} 3');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).not.toMatch(/somebody|like-this/);
  });
});

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { 'x-permission': string; security: object[]; responses: object }>>;
  components: { schemas: Record<string, object> };
  'x-socket-io': { requests: object; facts: { durable: object } };
}

describe('/openapi.json', () => {
  let text: string;
  let document: Document;
  beforeAll(async () => {
    text = await (await edge.http.request('/openapi.json')).text();
    document = JSON.parse(text);
  });

  test('describes every declared route with its permission, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => `${method} ${path} ${operation['x-permission']}`),
    );
    const declared = Object.values(routes).map(({ method, path, permission }) => `${method} ${path} ${permission}`);
    expect(described.sort()).toEqual(declared.sort());
  });

  test('describes every socket request and the facts', () => {
    expect(Object.keys(document['x-socket-io'].requests)).toEqual(Object.keys(requests));
    expect(Object.keys(document['x-socket-io'].facts.durable)).toContain('turn:ended');
  });

  test('has no reference that leads nowhere', () => {
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    expect([...new Set(names)].filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  test('says how problems look and who needs what', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/api/v1/rooms']!.post!.security).toEqual([{ bearer: [] }, { apiKey: [] }, { cookie: [] }]);
    expect(document.paths['/chat_mem']!.post!.security).toEqual([{ bearer: [] }, { apiKey: [] }]);
    expect(Object.keys(document.paths['/api/v1/rooms']!.post!.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '413']),
    );
  });
});

describe('/docs', () => {
  test('comes whole from this server', async () => {
    const page = await (await edge.http.request('/docs')).text();
    const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await edge.http.request(link)).status).toBe(200);
    }
    expect(page).not.toMatch(/<script>|https?:/);
  });

  test('hands out nothing else of its package', async () => {
    for (const name of ['package.json', '..%2fpackage.json', '__proto__', 'constructor']) {
      expect((await edge.http.request(`/docs/assets/${name}`)).status).toBe(404);
    }
  });
});

describe('the browser app', () => {
  let app: Edge;
  const script = 'console.log("app");'.repeat(200);
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'projectwise-public-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>ProjectWise</title>');
    writeFileSync(join(folder, 'assets/index-abc123.js'), script);
    writeFileSync(join(folder, 'assets/font-abc123.woff2'), new Uint8Array([1, 2, 3]));
    writeFileSync(join(folder, 'icon.svg'), '<svg/>');
    app = await createEdge({ publicDir: folder });
  });
  afterAll(() => app.close());

  test.each(['/', '/main', '/main/rooms/r1', '/invite/code'])(
    'is the same page at %s, fresh each time',
    async (path) => {
      const response = await app.http.request(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>ProjectWise</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    },
  );

  test('has assets that are kept for ever, in the compression that the browser takes', async () => {
    const get = (encoding: string) =>
      app.http.request('/assets/index-abc123.js', { headers: { 'accept-encoding': encoding } });
    for (const [encoding, unpack] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const response = await get(`deflate, ${encoding}`);
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(unpack(await response.arrayBuffer()).toString()).toBe(script);
    }
    expect(await (await get('identity')).text()).toBe(script);
    const font = await app.http.request('/assets/font-abc123.woff2', { headers: { 'accept-encoding': 'br' } });
    expect(font.headers.get('content-encoding')).toBeNull();
    expect(font.headers.get('content-type')).toBe('font/woff2');
  });

  test('hands out its own folder only', async () => {
    expect((await app.http.request('/icon.svg')).headers.get('content-type')).toBe('image/svg+xml');
    for (const path of [
      '/assets/..%2findex.html',
      '/assets/%2e%2e/index.html',
      '/assets/missing.js',
      '/package.json',
      '/.env',
    ]) {
      expect((await app.http.request(path)).status).toBe(404);
    }
  });

  test('that is not built says how to build it', async () => {
    const response = await edge.http.request('/main');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
  });
});
