// Who may not over sockets: requests made from the declarations, the handshake, the plain WebSocket, and everything that ends a right.
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import type { RequestDeclaration } from '../../src/protocol/declare.ts';
import { requests } from '../../src/protocol/events.ts';
import type { RoomRole } from '../../src/protocol/names.ts';
import { type Arena, createArena, createWitness, OUTSIDERS, type Place } from '../support/arena.ts';
import { openPlain, UpgradeRefused } from '../support/plain-socket.ts';
import { type Client, connect, PASSWORD, signUp, stopProducts } from '../support/product.ts';

let arena: Arena;
let main: Place;
let archived: Place;
let heard: () => Promise<unknown[]>;
let sockets: Record<RoomRole | (typeof OUTSIDERS)[number], Client>;

beforeAll(async () => {
  // More requests than a person makes: what is asked here is who, not how often.
  arena = await createArena({ limits: { requestsBurst: 10_000, joinsPerSecond: 10_000, sendsBurst: 10_000 } });
  [main, archived] = [await arena.room(), await arena.archivedRoom()];
  ({ heard } = await createWitness(arena.people.lead, [main.roomId, archived.roomId]));
  const connected = Object.entries(arena.people).map(async ([who, person]) => [who, await person.connect()] as const);
  sockets = Object.fromEntries(await Promise.all(connected)) as typeof sockets;
});
afterAll(stopProducts);

type Request = [name: string, request: RequestDeclaration];
const table = Object.entries(requests) as Request[];
const ofRooms = table.filter(([, { permission }]) => permission.startsWith('room:'));
type Answer = Awaited<ReturnType<Client['raw']>>;

/** The example of the declaration with ids that lead into this place, as `role` would send it. */
function inputOf([name, request]: Request, place: Place, role: RoomRole = 'member'): Record<string, unknown> {
  const known: Record<string, string> = {
    '{roomId}': place.roomId,
    '{messageId}': place.messageIds[role],
    '{answerId}': place.answerId,
    '{turnId}': place.turnId,
  };
  const entries = Object.entries(request.example).map(([key, value]) => {
    if (typeof value !== 'string' || !value.startsWith('{')) return [key, value];
    if (known[value] === undefined) throw new Error(`Nobody says here what ${value} of ${name} is.`);
    return [key, known[value]];
  });
  return Object.fromEntries(entries);
}

/** Runs refused requests and sees to it that they changed nothing, told nobody and gave nothing away. */
async function leavingNoTrace(ask: () => Promise<Answer[]>): Promise<void> {
  const [storedBefore, heardBefore] = [await arena.stored(), await heard()];
  for (const answer of await ask()) expect(arena.secretsIn(JSON.stringify(answer))).toEqual([]);
  expect(await arena.stored()).toBe(storedBefore);
  expect(await heard()).toEqual(heardBefore);
}

describe('a room', () => {
  it.each(ofRooms)('does not exist in %s for who is not in it', async (...request) => {
    const [name, { subject }] = request;
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const who of OUTSIDERS) {
        const answer = await sockets[who].raw(name, inputOf(request, main));
        expect({ who, ...answer.error }).toMatchObject({ who, code: 'not_found' });
        const nowhere = await sockets[who].raw(name, { ...inputOf(request, main), [subject!]: newId() });
        expect(answer.error?.message, 'as if it did not exist').toBe(nowhere.error?.message);
        answers.push(answer);
      }
      return answers;
    });
  });

  it.each(ofRooms.filter(([, { permission }]) => permission !== 'room:read'))(
    'is not for viewers in %s',
    async (...request) => {
      await leavingNoTrace(async () => {
        const answer = await sockets.viewer.raw(request[0], inputOf(request, main, 'viewer'));
        expect(answer.error).toMatchObject({ code: 'forbidden' });
        return [answer];
      });
    },
  );

  it.each(ofRooms.filter(([name, { permission }]) => permission === 'room:write' && name !== 'turn:stop'))(
    'that is archived takes nothing in %s',
    async (...request) => {
      await leavingNoTrace(async () => {
        const answers: Answer[] = [];
        for (const role of ['member', 'lead'] as const) {
          const answer = await sockets[role].raw(request[0], inputOf(request, archived, role));
          expect(answer.error).toMatchObject({ code: 'conflict', details: { reason: 'room_archived' } });
          answers.push(answer);
        }
        return answers;
      });
    },
  );

  it.each(ofRooms)('lets in %s everybody whose role does', async (...request) => {
    const [name, { permission }] = request;
    const roles = permission === 'room:read' ? (['viewer', 'member', 'lead'] as const) : (['member', 'lead'] as const);
    for (const role of roles) {
      const answer = await sockets[role].raw(name, inputOf(request, await arena.room(), role));
      // No tool of this version waits for a decision: who may decide is told that there is nothing to decide.
      if (name === 'turn:approve' || name === 'turn:show')
        expect(answer.error?.message).toBe('Nothing of this turn waits for a decision.');
      else expect(answer, `${role}: ${JSON.stringify(answer.error)}`).toMatchObject({ ok: true });
    }
  });

  it('that is archived can still be read, and what runs in it be stopped', async () => {
    await expect(sockets.viewer.ask('room:join', { roomId: archived.roomId })).resolves.toMatchObject({
      // The line that says so, and the change itself.
      lastSeq: archived.lastSeq + 2,
    });
    await expect(sockets.member.ask('turn:stop', { turnId: archived.turnId })).resolves.toEqual({});
    expect(await sockets.viewer.raw('turn:stop', { turnId: archived.turnId })).toMatchObject({
      error: { code: 'forbidden' },
    });
  });

  it('of one’s own opens no door into another one', async () => {
    const own = await arena.people.elsewhere.call<{ id: string }>('POST', '/api/v1/rooms', { name: 'Sendiri' });
    await sockets.elsewhere.ask('room:join', { roomId: own.id });
    await leavingNoTrace(async () => {
      const send = { roomId: own.id, clientId: 'c', text: 'balas', replyToId: main.messageIds.lead };
      const answer = await sockets.elsewhere.raw('message:send', send);
      expect(answer.error).toMatchObject({ code: 'not_found' });
      return [answer];
    });
  });

  it('lets nobody change the words of others, nor members delete them', async () => {
    await leavingNoTrace(async () => {
      const answers = await Promise.all([
        sockets.lead.raw('message:edit', { messageId: main.messageIds.member, text: 'ubah' }),
        sockets.lead.raw('message:edit', { messageId: main.answerId, text: 'ubah' }),
        sockets.member.raw('message:delete', { messageId: main.messageIds.lead }),
        sockets.member.raw('message:delete', { messageId: main.answerId }),
      ]);
      for (const answer of answers) expect(answer.error).toMatchObject({ code: 'forbidden' });
      return answers;
    });
  });

  it('has told nothing to anybody who is not in it', () => {
    for (const who of OUTSIDERS) {
      const told = JSON.stringify(sockets[who].facts);
      expect({ who, told: arena.secretsIn(told) }).toEqual({ who, told: [] });
      expect(told).not.toContain(main.roomId);
    }
  });
});

describe('the handshake', () => {
  const refusalOf = async (options: Parameters<typeof io>[1]) => {
    const socket = io(arena.product.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    return new Promise<{ code?: string; message?: string; details?: { reason?: string } } | undefined>((resolve) => {
      socket.on('connect', () => {
        socket.close();
        resolve(undefined);
      });
      socket.on('connect_error', (error) => resolve((error as Error & { data?: object }).data ?? {}));
    });
  };

  it('is refused with code and sentence to every worthless token', async () => {
    for (const [what, { token, reason }] of Object.entries(arena.worthless)) {
      // Tickets open sockets, and nothing else.
      const refusal = await refusalOf({ auth: token === undefined ? {} : { token } });
      if (what === 'a ticket as bearer') expect(refusal).toBeUndefined();
      else expect({ what, ...refusal }).toMatchObject({ what, code: 'unauthenticated', details: { reason } });
    }
    for (const token of [{ $ne: null }, 1, ['x'], null, '']) {
      expect(await refusalOf({ auth: { token } })).toMatchObject({
        code: 'unauthenticated',
        message: 'Sign in first.',
      });
    }
  });

  it('is refused under the name of another tenant', async () => {
    const { lead, foreigner } = arena.people;
    const refusal = await refusalOf({ auth: { token: lead.token, tenantId: foreigner.user.tenantId } });
    expect(refusal).toMatchObject({ code: 'forbidden', details: { reason: 'tenant_mismatch' } });
    expect(await refusalOf({ auth: { token: lead.token, tenantId: lead.user.tenantId } })).toBeUndefined();
  });

  it('takes the cookie of pages of ours only', async () => {
    const { url } = arena.product;
    const login = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: arena.people.lead.user.email, password: PASSWORD }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    const withOrigin = (origin?: string) => ({ extraHeaders: { cookie, ...(origin ? { origin } : {}) } });
    expect(await refusalOf(withOrigin(url))).toBeUndefined();
    expect(await refusalOf(withOrigin())).toBeUndefined();
    for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1', `${url}.elsewhere.example`]) {
      const refusal = await refusalOf(withOrigin(origin));
      expect({ origin, ...refusal }).toMatchObject({
        origin,
        code: 'forbidden',
        details: { reason: 'origin_refused' },
      });
    }
    // A program says itself who it is; where its page comes from does not matter then.
    const token = arena.people.lead.token;
    const fromElsewhere = { auth: { token }, extraHeaders: { origin: 'https://elsewhere.example' } };
    expect(await refusalOf(fromElsewhere)).toBeUndefined();
  });

  it('leads into one namespace only', async () => {
    const socket = io(`${arena.product.url}/admin`, { transports: ['websocket'], forceNew: true, reconnection: false });
    const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
    expect(error.message).toBe('Invalid namespace');
  });
});

describe('the plain WebSocket', () => {
  const path = (roomKey: string, userId = 'me', query = '') => `/ws/chat/${roomKey}/${userId}${query}`;
  const refusalOf = async (where: string, options: Parameters<typeof openPlain>[2]) => {
    const error = await openPlain(arena.product.url, where, options).then(
      (client) => {
        client.ws.close();
        return undefined;
      },
      (reason: unknown) => reason,
    );
    if (error !== undefined && !(error instanceof UpgradeRefused)) throw error;
    expect(arena.secretsIn(error?.body ?? '')).toEqual([]);
    return error && { status: error.status, ...JSON.parse(error.body) };
  };

  it('is refused to every worthless token', async () => {
    for (const [what, { token, reason }] of Object.entries(arena.worthless)) {
      const refusal = await refusalOf(path(main.roomId), { token });
      expect({ what, ...refusal }).toMatchObject({ what, status: 401, details: { reason } });
    }
  });

  it('does not exist for who is not in the room, by id and by slug', async () => {
    for (const who of OUTSIDERS) {
      for (const key of [main.roomId, main.slug]) {
        const refusal = await refusalOf(path(key), { token: arena.people[who].token });
        expect({ who, ...refusal }).toMatchObject({ who, status: 404, code: 'not_found' });
      }
    }
  });

  it('takes nobody for somebody else', async () => {
    const { lead, member } = arena.people;
    expect(await refusalOf(path(main.roomId, lead.user.id), { token: member.token })).toMatchObject({ status: 403 });
    expect(await refusalOf(path(main.roomId, member.user.id), { token: member.token })).toBeUndefined();
  });

  it('takes tokens from the header or sub-protocol, tickets from the query, and no cookie', async () => {
    const { token } = arena.people.member;
    const { ticket } = await arena.people.member.call<{ ticket: string }>('POST', '/api/v1/auth/tickets');
    const where = path(main.slug);
    expect(await refusalOf(where, { token })).toBeUndefined();
    expect(await refusalOf(where, { protocols: ['bearer', token] })).toBeUndefined();
    expect(await refusalOf(path(main.slug, 'me', `?token=${ticket}`), {})).toBeUndefined();
    const bearerInQuery = await refusalOf(path(main.slug, 'me', `?token=${token}`), {});
    expect(bearerInQuery).toMatchObject({ status: 401, details: { reason: 'token_invalid' } });
    expect(await refusalOf(where, { token: ticket })).toMatchObject({ status: 401 });
    expect(await refusalOf(where, { protocols: ['bearer', ticket] })).toMatchObject({ status: 401 });
    const cookie = await refusalOf(where, { headers: { cookie: `projectwise_session=${token}` } });
    expect(cookie).toMatchObject({ status: 401, details: { reason: 'token_missing' } });
  });

  it('lets viewers listen and not speak', async () => {
    const client = await openPlain(arena.product.url, path(main.roomId), { token: arena.people.viewer.token });
    await client.until('history');
    await leavingNoTrace(async () => {
      client.say({ message: 'halo' });
      const { code } = await client.until('error');
      expect(code).toBe('forbidden');
      return [];
    });
    client.ws.close();
  });

  it('answers addresses that lead nowhere', async () => {
    const { token } = arena.people.member;
    expect(await refusalOf('/ws/chat/%E0%A4%A/me', { token })).toMatchObject({ status: 400, code: 'invalid' });
    expect(await refusalOf('/ws/chat/', { token })).toMatchObject({ status: 403 });
    expect(await refusalOf('/ws/elsewhere', { token })).toMatchObject({ status: 404 });
    expect(await refusalOf(path('..%2f..%2fetc'), { token })).toMatchObject({ status: 404 });
  });
});

describe('the arguments of a tool call', () => {
  it('are told to the asker and to administrators only', async () => {
    const args = { query: 'harga dasar' };
    const tools = encodeURIComponent(JSON.stringify(args));
    const own = await createArena({
      env: { LLM_URL: `offline:?delayMs=0&callTool=search_messages&toolArgs=${tools}` },
    });
    const { admin, lead, member, viewer } = own.people;
    const place = await own.room();
    await admin.call('POST', `/api/v1/rooms/${place.roomId}/members`, { userId: admin.user.id });
    const clients = { admin, lead, member, viewer };
    const joined = await Promise.all(
      Object.entries(clients).map(async ([who, person]) => {
        const client = await connect(own.product.url, person.token);
        await client.ask('room:join', { roomId: place.roomId });
        return [who, client] as const;
      }),
    );
    const asker = joined.find(([who]) => who === 'member')![1];
    await asker.ask('message:send', { roomId: place.roomId, clientId: 'ask', text: 'Berapa?', assistant: 'ask' });
    for (const [who, client] of joined) {
      const { message } = await client.until('turn:ended');
      const all = client.facts.flatMap((fact) => (fact.name === 'turn:step' ? [fact.payload.step] : []));
      // The search for documents beforehand is no call.
      const steps = all.filter(({ name }) => name === 'search_messages');
      expect(steps.map(({ status }) => status)).toEqual(['running', 'done']);
      const told = who === 'member' || who === 'admin' ? [args, args] : [undefined, undefined];
      expect({ who, told: steps.map((step) => step.args) }).toEqual({ who, told });
      expect(message?.steps?.filter((step) => step.args !== undefined)).toEqual([]);
    }
  });
});

it('a person who signs up later knows nothing of what was said before', async () => {
  const late = await signUp(arena.product);
  const client = await late.connect();
  expect(await late.call('GET', '/api/v1/rooms')).toEqual({ items: [] });
  expect(client.facts).toEqual([]);
});
