// Who may not, route by route: made from the declarations, so that a route which is added is covered or fails here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { routes } from '../../src/protocol/api.ts';
import type { RouteDeclaration } from '../../src/protocol/declare.ts';
import type { Session } from '../../src/protocol/models.ts';
import type { RoomRole } from '../../src/protocol/names.ts';
import { type Arena, createArena, createWitness, OUTSIDERS, type Outsider, type Place } from '../support/arena.ts';
import { PASSWORD, type Person, signIn, signUp, stopProducts } from '../support/product.ts';
import { formOf } from '../support/uploads.ts';

let arena: Arena;
let main: Place;
let archived: Place;
let session: Place;
let libraryDocument: string;
let heard: () => Promise<unknown[]>;
let leadsKeyId: string;

beforeAll(async () => {
  arena = await createArena();
  await signUp(arena.product, 'Budi Santoso', undefined, 'budi@nusakarya.example');
  await signUp(arena.product, 'Ratna Wulandari', undefined, 'ratna@nusakarya.example');
  [main, archived, session] = [await arena.room(), await arena.archivedRoom(), await arena.chatSession()];
  libraryDocument = await arena.libraryDocument();
  const witness = await createWitness(arena.people.lead, [main.roomId, archived.roomId, session.roomId]);
  heard = witness.heard;
  leadsKeyId = (await keyOf(arena.people.lead)).id;
});
afterAll(stopProducts);

const keyOf = (person: Person) => person.call<{ id: string }>('POST', '/api/v1/auth/keys', { name: 'Kunci' });

type Params = Record<string, string>;
type Route = [name: string, route: RouteDeclaration];
const table = Object.entries(routes) as Route[];
const ofRooms = table.filter(([, { permission }]) => /^(room|message):/.test(permission));
const ofDocuments = table.filter(([, { permission }]) => permission.startsWith('document:'));
const ofMemories = table.filter(([, { permission }]) => permission.startsWith('memory:'));
const ofAccounts = table.filter(([, { permission }]) => permission === 'account');
const ofEverybody = table.filter(([, { permission }]) => permission === 'public');
const guarded = table.filter(([, { permission }]) => permission !== 'public');

/** Ids that lead into this place. A parameter that is not known here fails the test of its route. */
function paramsOf([, route]: Route, place: Place): Params {
  const known: Params = {
    roomId: place.roomId,
    sessionId: place.roomId,
    keyId: 'unknown-key',
    userId: arena.people.member.user.id,
    inviteId: place.inviteId,
    messageId: route.path.endsWith('/context') ? place.answerId : place.messageIds.lead,
    documentId: place.documentIds.member,
    memoryId: place.memoryIds.member,
    page: '1',
    externalKey: newId(),
    code: place.code,
    user_id: 'me',
  };
  return Object.fromEntries(namesIn(route).map((name) => [name, known[name] ?? fail(`{${name}} of ${route.path}`)]));
}
const namesIn = (route: RouteDeclaration) => [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
/** The same with ids of nothing. */
const nowhereOf = ([, route]: Route): Params =>
  Object.fromEntries(namesIn(route).map((name) => [name, name === 'page' ? '1' : newId()]));
const fail = (what: string): never => {
  throw new Error(`Nobody says here what ${what} is: the test cannot cover it.`);
};
const isOfSession = (route: RouteDeclaration) => route.path.includes('/chat/sessions/');
const placeFor = ([, route]: Route) => (isOfSession(route) ? session : main);

interface Answer {
  status: number;
  text: string;
  problem: { code?: string; message?: string; details?: { reason?: string } };
}

async function call(
  [name, route]: Route,
  who: Person | { token: string | undefined },
  params: Params,
  body?: unknown,
): Promise<Answer> {
  if (route.body && !route.example?.body) fail(`the example of the body of ${name}`);
  const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key]!));
  const query = new URLSearchParams((route.example?.query ?? {}) as Params);
  const json = route.raw?.body ?? (route.body && (body ?? route.example?.body));
  const sent = route.upload ? formOf() : json && JSON.stringify(json);
  const response = await fetch(`${arena.product.url}${path}?${query}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(who.token === undefined ? {} : { authorization: `Bearer ${who.token}` }),
      ...(route.body ? { 'content-type': 'application/json' } : {}),
      ...route.raw?.headers,
    },
    ...(sent ? { body: sent } : {}),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, text, problem: isJson ? JSON.parse(text) : {} };
}

/** Runs refused calls and sees to it that they changed nothing, told nobody and gave nothing away. */
async function leavingNoTrace(calls: () => Promise<Answer[]>): Promise<void> {
  const [storedBefore, heardBefore] = [await arena.stored(), await heard()];
  for (const { text } of await calls()) expect(arena.secretsIn(text)).toEqual([]);
  expect(await arena.stored()).toBe(storedBefore);
  expect(await heard()).toEqual(heardBefore);
}

const unread = (documentId: string) =>
  arena.product.app.db.updateTable('documents').set({ status: 'uploaded' }).where('id', '=', documentId).execute();

describe('signed in', () => {
  it.each(guarded)('%s is for nobody who is not', async (...route) => {
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const [what, { token, reason }] of Object.entries(arena.worthless)) {
        const answer = await call(route, { token }, paramsOf(route, placeFor(route)));
        expect({ what, status: answer.status, code: answer.problem.code, ...answer.problem.details }).toEqual({
          what,
          status: 401,
          code: 'unauthenticated',
          reason,
        });
        answers.push(answer);
      }
      return answers;
    });
  });

  it.each(ofEverybody)('%s is for everybody, also with a token that is worth nothing', async (...route) => {
    for (const token of [undefined, 'not-a-token', arena.people.stranger.token]) {
      const example = route[1].example?.body as { email?: string } | undefined;
      const body = route[0] === 'register' ? { ...example, email: `${newId()}@example.test` } : example;
      const answer = await call(route, { token }, paramsOf(route, main), body);
      expect(answer, answer.text).toMatchObject({ status: route[1].success.status });
    }
  });

  it.each(guarded)('%s is refused under the name of another tenant', async (...[, route]) => {
    const path = route.path.replace(/\{(\w+)\}/g, 'x');
    const response = await arena.people.lead.request(
      route.method.toUpperCase(),
      path,
      route.method === 'get' ? undefined : {},
      { 'x-tenant-id': arena.people.foreigner.user.tenantId },
    );
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ details: { reason: 'tenant_mismatch' } });
  });
});

describe('a room', () => {
  /** The audited way in: an administrator may add somebody to a group room without being in it. */
  const mayFromOutside = (name: string, who: Outsider) => name === 'addMember' && who === 'admin';

  it.each(ofRooms)('does not exist in %s for who is not in it', async (...route) => {
    const place = placeFor(route);
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const who of OUTSIDERS) {
        if (mayFromOutside(route[0], who)) continue;
        const params = paramsOf(route, place);
        const answer = await call(route, arena.people[who], params);
        expect({ who, status: answer.status, code: answer.problem.code }).toEqual({
          who,
          status: 404,
          code: 'not_found',
        });
        const nowhere = await call(route, arena.people[who], nowhereOf(route));
        const { code, message, details } = nowhere.problem;
        expect(answer.problem, 'as if it did not exist').toMatchObject({
          code,
          message,
          ...(details ? { details } : {}),
        });
        answers.push(answer);
      }
      return answers;
    });
  });

  const LESSER: Record<string, RoomRole[]> = {
    'room:read': [],
    'message:read': [],
    'room:write': ['viewer'],
    'room:lead': ['viewer', 'member'],
  };
  const ALLOWED: Record<string, RoomRole[]> = {
    'room:read': ['viewer', 'member', 'lead'],
    'message:read': ['viewer', 'member', 'lead'],
    'room:write': ['member', 'lead'],
    'room:lead': ['lead'],
  };

  it.each(ofRooms)('refuses in %s whom their role does not let', async (...route) => {
    const lesser = route[0] === 'removeMember' ? (['viewer', 'member'] as const) : LESSER[route[1].permission]!;
    const params = { ...paramsOf(route, placeFor(route)) };
    // Everybody may leave; it takes a lead to remove somebody else.
    if (route[0] === 'removeMember') params.userId = arena.people.lead.user.id;
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const role of lesser) {
        const answer = await call(route, arena.people[role], params);
        expect({ role, status: answer.status, code: answer.problem.code }).toEqual({
          role,
          status: 403,
          code: 'forbidden',
        });
        answers.push(answer);
      }
      return answers;
    });
  });

  it.each(ofRooms.filter(([, route]) => route.permission === 'room:write' && !isOfSession(route)))(
    'that is archived takes nothing in %s',
    async (...route) => {
      await leavingNoTrace(async () => {
        const answers: Answer[] = [];
        for (const role of ['member', 'lead'] as const) {
          const answer = await call(route, arena.people[role], paramsOf(route, archived));
          expect(answer).toMatchObject({ status: 409, problem: { details: { reason: 'room_archived' } } });
          answers.push(answer);
        }
        return answers;
      });
    },
  );

  it.each(ofRooms)('lets in %s everybody whose role does', async (...route) => {
    for (const role of ALLOWED[route[1].permission]!) {
      const place = isOfSession(route[1]) ? await arena.chatSession() : await arena.room();
      const params = paramsOf(route, place);
      if (route[0] === 'removeMember' && role !== 'lead') params.userId = arena.people[role].user.id;
      const answer = await call(route, arena.people[role], params);
      expect(answer, `${role}: ${answer.text}`).toMatchObject({ status: route[1].success.status });
    }
  });

  it('of one’s own opens no door into another one', async () => {
    const { lead, elsewhere } = arena.people;
    const own = await elsewhere.call<{ id: string }>('POST', '/api/v1/rooms', { name: 'Sendiri' });
    const tries: [string, string, unknown?][] = [
      ['DELETE', `/api/v1/rooms/${own.id}/invites/${main.inviteId}`],
      ['PATCH', `/api/v1/rooms/${own.id}/members/${lead.user.id}`, { role: 'viewer' }],
      ['DELETE', `/api/v1/rooms/${own.id}/members/${lead.user.id}`],
      ['POST', `/api/v1/rooms/${own.id}/messages`, { clientId: 'c', text: 'balas', replyToId: main.messageIds.lead }],
      ['GET', `/api/v1/chat/sessions/${own.id}`],
      ['POST', `/api/v1/chat/sessions/${own.id}/messages`, { text: 'halo' }],
      ['POST', `/api/v1/rooms/${own.id}/members`, { userId: arena.people.foreigner.user.id }],
      ['POST', `/api/v1/rooms/${own.id}/members`, { email: arena.people.foreigner.user.email }],
    ];
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const [method, path, body] of tries) {
        const response = await elsewhere.request(method, path, body);
        expect({ path, status: response.status }).toEqual({ path, status: 404 });
        answers.push({ status: response.status, text: await response.text(), problem: {} });
      }
      return answers;
    });
  });

  it('shows nothing of another tenant in any list, search or link', async () => {
    const { foreigner, admin } = arena.people;
    const own = await foreigner.call<{ id: string }>('POST', '/api/v1/rooms', { name: 'Milik Farida' });
    const seen = await Promise.all(
      [
        '/api/v1/rooms',
        '/api/v1/chat/sessions',
        `/api/v1/rooms/${own.id}/search?q=rahasia`,
        '/api/v1/search?q=rahasia',
        '/api/v1/mentions',
        '/history/me',
      ].map(async (path) => JSON.stringify(await foreigner.call('GET', path))),
    );
    expect(arena.secretsIn(seen.join(''))).toEqual([]);
    expect((await foreigner.request('POST', `/api/v1/invites/${main.code}/accept`)).status).toBe(404);
    // Nor does the administrator of the installation see into it.
    expect((await admin.request('GET', `/api/v1/rooms/${own.id}`)).status).toBe(404);
    expect((await admin.request('POST', `/api/v1/rooms/${own.id}/members`, { userId: admin.user.id })).status).toBe(
      404,
    );
  });
});

describe('a document', () => {
  const writing = ofDocuments.filter(([, { permission }]) => permission === 'document:write');

  /** Calls that must be refused, each with who makes it, what it is about and what it gives. */
  async function refused(route: Route, calls: [who: keyof Arena['people'], documentId: string, status: number][]) {
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const [who, documentId, status] of calls) {
        const answer = await call(route, arena.people[who], { ...paramsOf(route, main), documentId });
        expect({ who, status: answer.status }).toEqual({ who, status });
        if (status === 404) {
          const nowhere = await call(route, arena.people[who], nowhereOf(route));
          const { code, message } = nowhere.problem;
          expect(answer.problem, 'as if it did not exist').toMatchObject({ code, message });
        }
        answers.push(answer);
      }
      return answers;
    });
  }

  it.each(ofDocuments)('of a room does not exist in %s for who is not in it', async (...route) => {
    await refused(
      route,
      [main, session, archived].flatMap(({ documentIds }) =>
        OUTSIDERS.map((who): [Outsider, string, number] => [who, documentIds.member, 404]),
      ),
    );
  });

  it.each(ofDocuments)('of the library does not exist in %s for another tenant', async (...route) => {
    await refused(route, [['foreigner', libraryDocument, 404]]);
  });

  it.each(writing)('is not for everybody who may see it in %s', async (...route) => {
    await refused(route, [
      ['viewer', main.documentIds.member, 403],
      ['member', main.documentIds.lead, 403],
      ['lead', libraryDocument, 403],
      ['stranger', libraryDocument, 403],
    ]);
  });

  it.each(writing)('in an archived room is left as it is by %s', async (...route) => {
    await refused(route, [
      ['lead', archived.documentIds.lead, 409],
      ['member', archived.documentIds.member, 409],
    ]);
  });

  it.each(ofDocuments)('is there in %s for everybody who may', async (...route) => {
    const isRead = route[1].permission === 'document:read';
    const inRooms: RoomRole[] = isRead ? ['lead', 'member', 'viewer'] : ['lead', 'member'];
    const inLibrary = isRead ? (['member', 'stranger', 'admin'] as const) : (['member', 'admin'] as const);
    const calls: [who: keyof Arena['people'], documentId: string][] = [];
    for (const who of inRooms) calls.push([who, (await arena.room()).documentIds.member]);
    for (const who of inLibrary) calls.push([who, await arena.libraryDocument()]);
    for (const [who, documentId] of calls) {
      if (route[0] === 'cancelDocument') await unread(documentId);
      const answer = await call(route, arena.people[who], { ...paramsOf(route, main), documentId });
      expect(answer, `${who}: ${answer.text}`).toMatchObject({ status: route[1].success.status });
    }
  });

  it('that an administrator marks from outside shows them how it stands and not what it is', async () => {
    const { documentIds } = await arena.room();
    const { admin, foreigner, lead } = arena.people;
    const path = `/api/v1/files/${documentIds.member}/status`;
    const settled = await admin.request('PATCH', path, { status: 'failed' });
    expect(await settled.json()).toMatchObject({ code: 'conflict', details: { reason: 'document_settled' } });
    await unread(documentIds.member);
    const marked = await admin.request('PATCH', path, { status: 'failed' });
    expect(marked.status).toBe(200);
    const text = await marked.text();
    expect(JSON.parse(text)).toMatchObject({ id: documentIds.member, status: 'failed' });
    expect(arena.secretsIn(text)).toEqual([]);
    expect(text).not.toContain(lead.user.fullName);
    expect((await foreigner.request('PATCH', path, { status: 'failed' })).status).toBe(403);
    expect((await admin.request('GET', `/api/v1/files/${documentIds.member}`)).status).toBe(404);
  });

  it('is listed for those who may see it and nobody else', async () => {
    const listOf = async (who: keyof Arena['people'], query = '') => {
      const response = await arena.people[who].request('GET', `/api/v1/files?limit=200${query}`);
      return { status: response.status, text: await response.text() };
    };
    const here = `&roomId=${main.roomId}`;
    for (const who of OUTSIDERS) {
      expect((await listOf(who, here)).status).toBe(404);
      expect((await listOf(who)).text).not.toContain(main.documentIds.lead);
    }
    expect((await listOf('viewer', here)).text).toContain(main.documentIds.lead);
    expect((await listOf('stranger', '&roomId=library')).text).toContain(libraryDocument);
    expect((await listOf('foreigner')).text).toBe('{"items":[]}');
  });
});

describe('a memory', () => {
  const others = async (who: keyof Arena['people'], body: object) =>
    (await arena.people[who].call<{ id: string }>('POST', '/api/v1/memories', body)).id;

  /** Calls that must be refused, each with who makes it and what it is about. */
  async function refused(route: Route, calls: [who: keyof Arena['people'], memoryId: string, status: number][]) {
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const [who, memoryId, status] of calls) {
        const answer = await call(route, arena.people[who], { memoryId });
        expect({ who, status: answer.status }).toEqual({ who, status });
        if (status === 404) {
          const { code, message } = (await call(route, arena.people[who], nowhereOf(route))).problem;
          expect(answer.problem, 'as if it did not exist').toMatchObject({ code, message });
        }
        answers.push(answer);
      }
      return answers;
    });
  }

  it.each(ofMemories)('of a room does not exist in %s for who is not in it', async (...route) => {
    await refused(
      route,
      [main, session, archived].flatMap(({ memoryIds }) =>
        OUTSIDERS.map((who): [Outsider, string, number] => [who, memoryIds.member, 404]),
      ),
    );
  });

  it.each(ofMemories)('of a person does not exist in %s for anybody else', async (...route) => {
    const memoryId = await others('lead', { text: `Hanya saya: rahasia ${newId()}` });
    await refused(route, [
      ['member', memoryId, 404],
      ['admin', memoryId, 404],
      ['foreigner', memoryId, 404],
    ]);
    expect(await call(route, arena.people.lead, { memoryId })).toMatchObject({ status: route[1].success.status });
  });

  it.each(ofMemories)('of the tenant is only read in %s by whoever is no administrator', async (...route) => {
    const memoryId = await others('admin', { scope: 'tenant', text: `Semua tahu ${newId()}` });
    const status = route[1].permission === 'memory:read' ? 200 : 403;
    for (const who of ['lead', 'stranger'] as const) {
      expect((await call(route, arena.people[who], { memoryId })).status).toBe(status);
    }
    await refused(route, [['foreigner', memoryId, 404]]);
    expect(await call(route, arena.people.admin, { memoryId })).toMatchObject({ status: route[1].success.status });
  });

  it('is changed by nobody who may only read the room, and forgotten by nobody but who said it and leads', async () => {
    const routeOf = (name: string) => ofMemories.find(([one]) => one === name)!;
    await refused(routeOf('updateMemory'), [
      ['viewer', main.memoryIds.member, 403],
      ['lead', archived.memoryIds.lead, 409],
      ['member', archived.memoryIds.member, 409],
    ]);
    await refused(routeOf('forgetMemory'), [
      ['viewer', main.memoryIds.member, 403],
      ['member', main.memoryIds.lead, 403],
    ]);
    for (const [who, memoryId] of [
      ['member', (await arena.room()).memoryIds.member],
      ['lead', (await arena.room()).memoryIds.member],
      ['lead', (await arena.archivedRoom()).memoryIds.member],
    ] as const) {
      expect(await call(routeOf('forgetMemory'), arena.people[who], { memoryId })).toMatchObject({ status: 204 });
    }
  });

  it.each(ofMemories)('is there in %s for everybody who may', async (...route) => {
    const roles: RoomRole[] = route[1].permission === 'memory:read' ? ['lead', 'member', 'viewer'] : ['lead', 'member'];
    for (const who of roles) {
      const { memoryIds } = await arena.room();
      const answer = await call(route, arena.people[who], { memoryId: memoryIds.member });
      expect(answer, `${who}: ${answer.text}`).toMatchObject({ status: route[1].success.status });
    }
  });

  it('is listed, found and written down in a room by its members alone, and for the tenant by administrators', async () => {
    const inMain = { roomId: main.roomId };
    const tries: [method: string, path: string, body?: object][] = [
      ['GET', `/api/v1/memories?roomId=${main.roomId}`],
      ['POST', '/api/v1/memories/search', { query: 'ingatan rahasia', ...inMain }],
      ['POST', '/api/v1/memories', { text: 'Milik orang', ...inMain }],
    ];
    await leavingNoTrace(async () => {
      const answers: Answer[] = [];
      for (const who of OUTSIDERS) {
        for (const [method, path, body] of tries) {
          const response = await arena.people[who].request(method, path, body);
          expect({ who, path, status: response.status }).toEqual({ who, path, status: 404 });
          answers.push({ status: response.status, text: await response.text(), problem: {} });
        }
        const everywhere = await arena.people[who].request('POST', '/api/v1/memories/search', {
          query: 'ingatan rahasia',
        });
        answers.push({ status: everywhere.status, text: await everywhere.text(), problem: {} });
      }
      const viewer = await arena.people.viewer.request('POST', '/api/v1/memories', { text: 'Tidak boleh', ...inMain });
      expect(viewer.status).toBe(403);
      const tenants = { scope: 'tenant', text: 'Untuk semua' };
      expect((await arena.people.lead.request('POST', '/api/v1/memories', tenants)).status).toBe(403);
      return answers;
    });
    type Found = { results: { id: string }[] };
    const query = { query: 'ingatan rahasia', ...inMain };
    const { results } = await arena.people.viewer.call<Found>('POST', '/api/v1/memories/search', query);
    expect(results.map(({ id }) => id)).toContain(main.memoryIds.lead);
  });

  it('from another of one’s rooms is not where one asks about this one', async () => {
    const [here, there] = [await arena.room(), await arena.room()];
    type Found = { results: { id: string }[] };
    const query = { query: 'ingatan rahasia', topK: 50, roomId: here.roomId };
    const { results } = await arena.people.lead.call<Found>('POST', '/api/v1/memories/search', query);
    expect(results.map(({ id }) => id)).toContain(here.memoryIds.lead);
    expect(results.map(({ id }) => id)).not.toContain(there.memoryIds.lead);
  });
});

describe('an account', () => {
  /** What asking for somebody else’s thing gives, for each route that names one. */
  const OTHERS: Record<string, { params?: () => Promise<Params> | Params; body?: () => unknown; status: number }> = {
    endSession: { params: async () => ({ sessionId: await sessionOf(arena.people.lead) }), status: 404 },
    revokeApiKey: { params: () => ({ keyId: leadsKeyId }), status: 404 },
    putKnowledge: {
      params: () => ({ externalKey: 'katalog' }),
      body: () => ({ name: 'Katalog', text: 'Isi', roomId: main.roomId }),
      status: 404,
    },
    acceptInvite: { params: () => ({ code: 'not-a-code-at-all-0000' }), status: 404 },
    history: { params: () => ({ user_id: arena.people.lead.user.id }), status: 403 },
    chatMessage: { body: () => ({ user_id: arena.people.lead.user.id, message: 'halo' }), status: 403 },
    chatMem: { body: () => ({ user_id: arena.people.lead.user.id, message: 'halo' }), status: 403 },
  };
  const sessionOf = async (person: Person) => {
    const { items } = await person.call<{ items: Session[] }>('GET', '/api/v1/auth/sessions');
    return items.find((item) => item.current)!.id;
  };
  const namesSomebody = ([, { path, example }]: Route) => path.includes('{') || 'user_id' in (example?.body ?? {});

  it.each(ofAccounts.filter(namesSomebody))('reaches nobody else’s in %s', async (...route) => {
    const others = OTHERS[route[0]] ?? fail(`somebody else’s in ${route[0]}`);
    await leavingNoTrace(async () => {
      const answer = await call(route, arena.people.stranger, (await others.params?.()) ?? {}, others.body?.());
      expect(answer).toMatchObject({ status: others.status });
      return [answer];
    });
  });

  it.each(ofAccounts)('may use %s for itself', async (...route) => {
    const person = await signUp(arena.product);
    const params = paramsOf(route, main);
    if (route[0] === 'endSession') params.sessionId = await sessionOf(person);
    if (route[0] === 'revokeApiKey') params.keyId = (await keyOf(person)).id;
    const answer = await call(route, person, params);
    expect(answer, answer.text).toMatchObject({ status: route[1].success.status });
  });

  it('needs to be an administrator’s for what is for administrators', async () => {
    const forAdministrators = table.filter(([, { permission }]) => permission === 'admin' || permission === 'metrics');
    expect(forAdministrators.length).toBeGreaterThan(0);
    for (const route of forAdministrators) {
      const params = paramsOf(route, main);
      if (route[0] === 'setDocumentStatus') await unread(params.documentId!);
      expect(await call(route, arena.people.lead, params)).toMatchObject({ status: 403 });
      expect(await call(route, arena.people.admin, params)).toMatchObject({ status: route[1].success.status });
    }
  });

  it('has a cookie that only pages of ours may act with, and that the kept routes do not take', async () => {
    const { lead } = arena.people;
    const login = await fetch(`${arena.product.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: lead.user.email, password: PASSWORD }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    const send = (path: string, headers: Record<string, string>, body: unknown = {}) =>
      fetch(arena.product.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, ...headers },
        body: JSON.stringify(body),
      });
    const tickets = '/api/v1/auth/tickets';
    expect((await send(tickets, { origin: arena.product.url })).status).toBe(201);
    for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1']) {
      const response = await send(tickets, { origin });
      expect({ origin, status: response.status }).toEqual({ origin, status: 403 });
      expect(await response.json()).toMatchObject({ details: { reason: 'origin_refused' } });
    }
    expect((await send(tickets, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    for (const path of ['/chat_message', '/chat_mem']) {
      expect((await send(path, { origin: arena.product.url }, { user_id: 'me', message: 'halo' })).status).toBe(401);
    }
    expect((await fetch(`${arena.product.url}/history/me`, { headers: { cookie } })).status).toBe(401);
  });

  it('that signs in again is a session of its own: ending one leaves the others', async () => {
    const person = await signUp(arena.product);
    const second = await signIn(arena.product, person.user);
    await person.call('POST', '/api/v1/auth/logout');
    expect((await person.request('GET', '/api/v1/auth/me')).status).toBe(401);
    expect((await second.request('GET', '/api/v1/auth/me')).status).toBe(200);
  });
});
