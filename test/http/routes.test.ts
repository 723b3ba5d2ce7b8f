// Declared routes as a client meets them: who may, what input is taken, what a refusal looks like.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteHandlers } from '../../src/http/route-handler.ts';
import { AppError } from '../../src/lib/errors.ts';
import { createEdge, type Edge, problemIn, roomFixture } from './edge-kit.ts';

type Person = Awaited<ReturnType<Edge['signIn']>>;
let edge: Edge;
let person: Person;

const refused = new Map<string, unknown>();
const handlers: Partial<RouteHandlers> = {
  me: async ({ actor, http }) => {
    http.setCookie('seen=1; Path=/');
    return {
      id: actor.userId,
      email: 'ratna@nusakarya.example',
      fullName: actor.name,
      handle: 'ratna',
      role: actor.role,
      tenantId: actor.tenantId,
      language: 'id',
      createdAt: roomFixture.createdAt,
    };
  },
  createRoom: async ({ body }) => {
    const thrown = refused.get(body.name);
    if (thrown) throw thrown;
    return { ...roomFixture, memory: { mode: 'ask' }, name: body.name, kind: body.kind };
  },
  getRoom: async ({ params }) => ({ ...roomFixture, id: params.roomId }) as never,
  listMessages: async ({ query }) => ({ items: [], lastSeq: query.limit, hasMore: false }),
  logout: async () => null,
  listRooms: async () => ({ items: [], passwords: ['leak'] }) as never,
};

beforeAll(async () => {
  edge = await createEdge({ handlers });
  person = await edge.signIn();
});
afterAll(() => edge.close());

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  edge.http.request(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...person.bearer, ...headers },
  });
const createRoom = (body: unknown, headers?: Record<string, string>) =>
  post('/api/v1/rooms', JSON.stringify(body), headers);

describe('success', () => {
  test('has the declared status and the resource itself, with defaults filled in', async () => {
    const response = await createRoom({ name: '  Marabintan  ', unknown: 1 });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ name: 'Marabintan', kind: 'group' });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('of what returns nothing is 204 without a body', async () => {
    const response = await post('/api/v1/auth/logout', '');
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('parses the query', async () => {
    const response = await edge.http.request('/api/v1/rooms/r1/messages?limit=7', { headers: person.bearer });
    expect(await response.json()).toMatchObject({ lastSeq: 7 });
  });

  test('that says more, or something else, than was declared is a fault in tests', async () => {
    for (const path of ['/api/v1/rooms', '/api/v1/rooms/r1']) {
      const response = await edge.http.request(path, { headers: person.bearer });
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('leak');
    }
  });
});

describe('who asks', () => {
  const me = (headers: Record<string, string>) => edge.http.request('/api/v1/auth/me', { headers });
  const reasonOf = async (response: Response) => (await problemIn(response)).details?.reason;

  test('is known by bearer and by cookie, with cookies set by handlers', async () => {
    expect((await me(person.bearer)).status).toBe(200);
    const response = await me(person.cookie);
    expect(((await response.json()) as { id: string }).id).toBe(person.userId);
    expect(response.headers.getSetCookie()).toEqual(['seen=1; Path=/']);
  });

  test('is refused without, with a forged, an expired and the wrong kind of token', async () => {
    const missing = await me({});
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer');
    expect(await reasonOf(missing)).toBe('token_missing');
    expect(await reasonOf(await me({ authorization: 'Bearer forged' }))).toBe('token_invalid');
    expect(await reasonOf(await me({ authorization: 'Basic YTpi' }))).toBe('token_invalid');
    expect(await reasonOf(await me({ authorization: `Bearer ${await person.token('cookie')}` }))).toBe('token_invalid');
    expect(await reasonOf(await me({ authorization: `Bearer ${await person.token('bearer', 7_200)}` }))).toBe(
      'token_expired',
    );
    expect(await reasonOf(await me({ 'x-api-key': 'k' }))).toBe('token_invalid');
  });

  test('is refused before anything is said about the input', async () => {
    const response = await edge.http.request('/api/v1/rooms', { method: 'POST', body: '{' });
    expect(response.status).toBe(401);
  });

  test('must name the right tenant when one is named', async () => {
    expect((await me({ ...person.bearer, 'x-tenant-id': person.tenantId })).status).toBe(200);
    const other = await me({ ...person.bearer, 'x-tenant-id': 'other' });
    expect(other.status).toBe(403);
    expect(await reasonOf(other)).toBe('tenant_mismatch');
  });

  test('slides the cookie of those who come back after a day', async () => {
    const old = { cookie: `projectwise_session=${await person.token('cookie', 90_000, 999_999)}` };
    const renewed = (await me(old)).headers.getSetCookie().find((cookie) => cookie.startsWith('projectwise_session='));
    expect(renewed).toMatch(/HttpOnly; SameSite=Lax$/);
  });

  test('is not read from the cookie by the kept routes', async () => {
    const headers = { ...person.cookie, 'content-type': 'application/json' };
    const response = await edge.http.request('/chat_message', {
      method: 'POST',
      body: '{"user_id":"me","message":"x"}',
      headers,
    });
    expect(response.status).toBe(401);
  });

  test('with a bad token may still use what is public', async () => {
    expect((await edge.http.request('/health', { headers: { authorization: 'Bearer forged' } })).status).toBe(200);
  });
});

describe('a change by cookie', () => {
  const change = (headers: Record<string, string>) =>
    edge.http.request('http://room.example:8000/api/v1/auth/logout', {
      method: 'POST',
      headers: { host: 'room.example:8000', ...person.cookie, ...headers },
    });

  test('is taken from a page of ours and from programs', async () => {
    expect((await change({ origin: 'http://room.example:8000' })).status).toBe(204);
    expect((await change({ origin: 'https://room.example:8000' })).status).toBe(204);
    expect((await change({})).status).toBe(204);
  });

  test.each<Record<string, string>>([
    { origin: 'http://evil.example' },
    { origin: 'http://room.example:9999' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ])('is refused from %j', async (headers) => {
    const response = await change(headers);
    expect(response.status).toBe(403);
    expect((await problemIn(response)).details!.reason).toBe('origin_refused');
  });

  test('from anywhere is fine with a bearer token, which no page sends by itself', async () => {
    expect((await post('/api/v1/auth/logout', '', { origin: 'http://evil.example' })).status).toBe(204);
  });
});

describe('bad input', () => {
  test('is told field by field', async () => {
    const response = await createRoom({ name: '', kind: 'both' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = await problemIn(response);
    expect(problem).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400, code: 'invalid' });
    expect(problem.details?.issues).toEqual([
      { in: 'body', path: 'name', message: 'must not be empty' },
      { in: 'body', path: 'kind', message: expect.any(String) },
    ]);
    expect(problem.message).toBe('name: must not be empty (and 1 more)');
  });

  test('of path and query says where it stood', async () => {
    const response = await edge.http.request('/api/v1/rooms/r1/messages?limit=201', { headers: person.bearer });
    expect((await problemIn(response)).details!.issues).toMatchObject([{ in: 'query', path: 'limit' }]);
  });

  test.each(['{', '{"a":', 'nonsense', '\u00ff'])('that is no JSON (%s) is told so', async (body) => {
    const response = await post('/api/v1/rooms', body);
    expect(response.status).toBe(400);
    expect((await problemIn(response)).details!.reason).toBe('malformed_json');
  });

  test('in bytes that are no UTF-8 is told so', async () => {
    expect((await post('/api/v1/rooms', new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  test.each(['null', '[]', '"x"', '5', ''])('that is JSON of another shape (%s) is told so', async (body) => {
    expect((await post('/api/v1/rooms', body)).status).toBe(400);
  });

  test('of another content type is refused, which keeps forms of other pages out', async () => {
    const response = await createRoom({ name: 'x' }, { 'content-type': 'text/plain' });
    expect(response.status).toBe(400);
    expect((await problemIn(response)).details!.accepted).toEqual(['application/json']);
  });
});

describe('a body that is too large', () => {
  test('is refused by what it says of its length', async () => {
    const response = await createRoom({ name: 'x'.repeat(1_100_000) });
    expect(response.status).toBe(413);
    expect((await problemIn(response)).details!).toEqual({ reason: 'body_too_large', maxBytes: 1_048_576 });
  });

  test('is refused over the wire, said beforehand or not, without being read to its end', async () => {
    const { server, url } = await edge.serve();
    try {
      const ways: Record<string, string>[] = [{ 'content-length': '50000000' }, { 'transfer-encoding': 'chunked' }];
      for (const headers of ways) {
        const { status, sent } = await sendMuch(`${url}/api/v1/rooms`, {
          ...person.bearer,
          'content-type': 'application/json',
          ...headers,
        });
        expect(status).toBe(413);
        expect(sent).toBeLessThan(20_000_000);
      }
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

/** Writes until it is answered. */
function sendMuch(url: string, headers: Record<string, string>): Promise<{ status: number; sent: number }> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let isAnswered = false;
    const outgoing = request(url, { method: 'POST', headers }, (response) => {
      isAnswered = true;
      response.resume();
      resolve({ status: response.statusCode ?? 0, sent });
      outgoing.destroy();
    });
    outgoing.on('error', (error) => isAnswered || reject(error));
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const more = (): void => {
      if (isAnswered || sent >= 50_000_000) return;
      sent += chunk.length;
      if (outgoing.write(chunk)) setImmediate(more);
      else outgoing.once('drain', more);
    };
    more();
  });
}

describe('what goes wrong', () => {
  test('on purpose keeps its code, details and the time to wait', async () => {
    refused.set(
      'busy',
      new AppError('rate_limited', 'Slow down.', { reason: 'too_many_requests', retryAfterMs: 1_200 }),
    );
    const response = await createRoom({ name: 'busy' }, { 'x-request-id': 'mine-1' });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('x-request-id')).toBe('mine-1');
    expect(await response.json()).toMatchObject({
      code: 'rate_limited',
      message: 'Slow down.',
      details: { reason: 'too_many_requests', retryAfterMs: 1_200 },
      requestId: 'mine-1',
    });
  });

  test('by accident is logged with its stack and not told', async () => {
    refused.set('broken', new TypeError('secret internals'));
    const response = await createRoom({ name: 'broken' });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('internals');
    const line = edge.lines.findLast(({ level }) => level === 'error');
    expect(line?.fields.error).toMatchObject({ message: 'secret internals' });
  });

  test('in the database is `unavailable`, to be tried again', async () => {
    refused.set('full', Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }));
    const response = await createRoom({ name: 'full' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('with the address is a problem too, and says what a known address takes', async () => {
    const unknown = await edge.http.request('/api/v1/nothing');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'not_found', status: 404, requestId: expect.any(String) });
    const wrong = await edge.http.request('/api/v1/rooms', { method: 'PUT' });
    expect(wrong.status).toBe(404);
    expect(wrong.headers.get('allow')).toBe('GET, POST');
  });
});

test('a stopping server refuses everything but health', async () => {
  const stopping = await createEdge({ handlers });
  stopping.stop.abort();
  const response = await stopping.http.request('/api/v1/auth/setup');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'stopped', details: { reason: 'server_stopping' } });
  expect((await stopping.http.request('/health/live')).status).toBe(200);
  expect((await stopping.http.request('/health')).status).toBe(503);
  await stopping.close();
});
