// What bad requests get from the whole product: a problem that says what is wrong, never a fault of ours.
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../src/protocol/api.ts';
import type { RouteDeclaration } from '../../src/protocol/declare.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import {
  createRoom,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let lead: Person;
let room: Room;

beforeAll(async () => {
  product = await startProduct();
  lead = await signUp(product, 'Lestari');
  room = await createRoom(lead);
});
afterAll(async () => {
  // Whatever was sent, nothing was a fault of ours, and everything still works.
  expect((await lead.request('GET', `/api/v1/rooms/${room.id}`)).status).toBe(200);
  const folder = join(product.config.dataDir, 'logs');
  const log = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
  expect(log).toContain('ProjectWise ready');
  expect(log.split('\n').filter((line) => /\berror\b|A request failed/i.test(line))).toEqual([]);
  await stopProducts();
});

const send = (
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) =>
  fetch(product.url + path, {
    method,
    headers: { authorization: `Bearer ${lead.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
const withBody = (Object.entries(routes) as [string, RouteDeclaration][]).filter(([, { body }]) => body);
const pathOf = ({ path }: RouteDeclaration) => path.replace('{roomId}', room.id).replace(/\{\w+\}/g, 'nowhere');

describe('a body', () => {
  it.each(withBody)('of %s that is no JSON, of another kind or of another shape is refused', async (_, route) => {
    const method = route.method.toUpperCase();
    const wrong: [string, string, Record<string, string>?][] = [
      ['{"a":', 'malformed_json'],
      ['\ufeff{]', 'malformed_json'],
      ['name=value', '', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['{}', '', { 'content-type': 'text/plain' }],
      ['[]', ''],
      ['"text"', ''],
      ['17', ''],
      ['null', ''],
      ['['.repeat(100_000) + ']'.repeat(100_000), ''],
    ];
    for (const [body, reason, headers] of wrong) {
      const response = await send(method, pathOf(route), body, headers);
      const problem = (await response.json()) as { details?: { reason?: string } };
      expect({ body: body.slice(0, 20), status: response.status, ...problem }).toMatchObject({
        body: body.slice(0, 20),
        status: 400,
        code: 'invalid',
        message: expect.stringMatching(/\w/),
        requestId: expect.any(String),
      });
      if (reason) expect(problem.details?.reason).toBe(reason);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  it('sent in pieces without its length is refused as soon as it is too large', async () => {
    const outgoing = request(`${product.url}/api/v1/rooms`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lead.token}`, 'content-type': 'application/json' },
    });
    outgoing.on('error', () => undefined);
    const answered = new Promise<number>((resolve) =>
      outgoing.on('response', (response) => resolve(response.statusCode!)),
    );
    let isAnswered = false;
    void answered.then(() => {
      isAnswered = true;
    });
    outgoing.write('{"name":"');
    for (let sent = 0; !isAnswered && sent < 64; sent++) {
      await new Promise((resolve) => outgoing.write('a'.repeat(64 * 1024), resolve));
    }
    expect(await answered).toBe(413);
    outgoing.destroy();
  });

  it('with keys that would change all objects changes none', async () => {
    const response = await send(
      'POST',
      '/api/v1/rooms',
      '{"name":"Aman","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(response.status).toBe(201);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a name', () => {
  const wrong = [
    '',
    ' \t ',
    'a'.repeat(121),
    'Lestari\u202eakamaR',
    'Lestari\nPramudya',
    'Les\u0000tari',
    'Les\u200btari',
    'Les\u2066tari',
    'Les\u{e0041}tari',
    'ProjectWise',
    ' projectwise ',
    'P r o j e c t W i s e',
    'Рrojесtwіsе',
    'Proj\u00e9ctW1se',
  ];
  it.each(wrong)('%j is refused for rooms, sessions and people', async (name) => {
    const tries: [string, string, object][] = [
      ['POST', '/api/v1/rooms', { name }],
      ['PATCH', `/api/v1/rooms/${room.id}`, { name }],
      ['POST', '/api/v1/chat/sessions', { title: name }],
      ['PATCH', '/api/v1/auth/me', { fullName: name }],
      [
        'POST',
        '/api/v1/auth/register',
        { fullName: name, email: 'x@example.test', password: 'a short sentence works' },
      ],
    ];
    for (const [method, path, body] of tries) {
      const response = await send(method, path, JSON.stringify(body));
      expect({ path, status: response.status, ...((await response.json()) as object) }).toMatchObject({
        path,
        status: 400,
        code: 'invalid',
      });
    }
  });

  it.each(['Müller & Söhne (Tahap 2)', '東京チーム', 'Tim 🦜', "O'Brien <b>", '../../etc/passwd', 'Proyek Wise'])(
    '%j is a name',
    async (name) => {
      const made = await lead.call<Room>('POST', '/api/v1/rooms', { name });
      expect(made.name).toBe(name);
      expect(made.slug).toMatch(/^[a-z0-9-]+$/);
    },
  );
});

describe('a search', () => {
  beforeAll(async () => {
    for (const text of ['Garansi 36 bulan', '100% "kutip" AND NOT (kurung)', "harga 4,2 miliar'; drop"]) {
      await lead.call('POST', `/api/v1/rooms/${room.id}/messages`, { clientId: newClientId(), text });
    }
  });
  const find = (q: string, more = '') =>
    send('GET', `/api/v1/rooms/${room.id}/search?q=${encodeURIComponent(q)}${more}`);

  it.each([
    '"',
    '""',
    '*',
    'a*b',
    'AND',
    'garansi AND',
    'NOT garansi',
    'body:garansi',
    'room:x',
    '(',
    ')',
    '-garansi',
    '^garansi',
    'NEAR(a b)',
    "' or 1=1 --",
    "'; drop table messages; --",
    '%',
    '_',
    '\\',
    '\u0000',
    '{}',
    '$',
    '🦜',
    '%%%',
  ])('for %j is only a search', async (q) => {
    const response = await find(q);
    expect(response.status).toBe(200);
    const { items } = (await response.json()) as { items: Message[] };
    expect(items.every(({ roomId }) => roomId === room.id)).toBe(true);
  });

  it('finds words that stand between such signs', async () => {
    for (const [q, text] of [
      ['kurung', '100%'],
      ['drop miliar', 'harga'],
      ['GARANSI bul', 'Garansi'],
    ] as const) {
      const { items } = (await (await find(q)).json()) as { items: Message[] };
      expect(items.map((item) => item.text.slice(0, text.length))).toEqual([text]);
    }
  });

  it.each([
    ['', ''],
    ['   ', ''],
    ['a'.repeat(201), ''],
    ['garansi', '&limit=0'],
    ['garansi', '&limit=101'],
    ['garansi', '&limit=x'],
    ['garansi', "&cursor=1'--"],
  ])('for %j with %j is refused', async (q, more) => {
    expect((await find(q, more)).status).toBe(400);
  });
});

describe('an address', () => {
  it.each([
    '/api/v1/rooms/..%2f..%2fetc%2fpasswd',
    '/api/v1/rooms/%00',
    '/api/v1/rooms/%E0%A4%A',
    `/api/v1/rooms/${'a'.repeat(5_000)}`,
    '/api/v1/rooms/__proto__',
    "/api/v1/rooms/' or 1=1 --",
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/docs/assets/..%2f..%2fpackage.json',
    '/docs/assets/__proto__',
    '//etc/passwd',
    '/.env',
    '/database/data/secret',
    '/main.ts',
    '/history/me%00',
  ])('%s leads nowhere', async (path) => {
    const response = await send('GET', path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const text = await response.text();
    expect(text).not.toMatch(/"dependencies"|root:|SECRET/);
    expect(JSON.parse(text)).toMatchObject({ code: expect.any(String) });
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1e99', 'afterSeq=-1', 'beforeSeq=1.5', 'afterSeq=9e99'])(
    'of messages with %s is refused',
    async (query) => {
      expect((await send('GET', `/api/v1/rooms/${room.id}/messages?${query}`)).status).toBe(400);
    },
  );

  it('of an invitation that somebody guesses tells nothing, and codes are too long to be guessed', async () => {
    const { code } = await lead.call<{ code: string }>('POST', `/api/v1/rooms/${room.id}/invites`, {});
    expect(Buffer.from(code, 'base64url').length).toBeGreaterThanOrEqual(16);
    for (const guess of ['0', code.slice(0, -1), `${code}x`, code.toUpperCase(), '%25', '__proto__', "'--"]) {
      const response = await send('GET', `/api/v1/invites/${encodeURIComponent(guess)}`);
      expect({ guess, status: response.status }).toEqual({ guess, status: 404 });
      expect(await response.json()).toMatchObject({ details: { reason: 'invitation_invalid' } });
    }
  });
});

describe('on the wire', () => {
  /** What the server answers to these bytes. */
  const answerTo = (bytes: string) =>
    new Promise<string>((resolve) => {
      const { hostname, port } = new URL(product.url);
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      socket.on('data', (chunk) => {
        answer += chunk;
        socket.end();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['headers that never end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}',
      400,
    ],
    [
      'a length and pieces',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length below nothing', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    ['an upgrade to nothing', 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nothing\r\n\r\n', 404],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n', 400],
    ['a host that is none', 'GET /health/live HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    ['an address that is none', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
  ])('%s is answered and closed', async (_, bytes, status) => {
    expect(await answerTo(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
