// A product with everybody who may and who may not, and rooms full of secrets: what the who-may-not tests are run against.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { insertUser } from '../../src/accounts/account-store.ts';
import { createPasswords } from '../../src/accounts/passwords.ts';
import { signToken, type TokenClaims } from '../../src/accounts/tokens.ts';
import type { Actor } from '../../src/context.ts';
import { insertDocument, putPages } from '../../src/documents/document-store.ts';
import { draftRow } from '../../src/documents/keep.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Invite, Room, RoomSummary, Session, User } from '../../src/protocol/models.ts';
import type { RoomRole } from '../../src/protocol/names.ts';
import { insertMember } from '../../src/rooms/member-store.ts';
import { readingTool, serversFile, startFakeToolServer } from './fake-tool-server.ts';
import {
  addMember,
  type Client,
  createRoom,
  eventually,
  newClientId,
  PASSWORD,
  type Person,
  type ProductOptions,
  signIn,
  signUp,
  startProduct,
  type TestProduct,
} from './product.ts';

/** A room and the ids of what is in it. Its members are the arena's lead, member and viewer; `removed` was one. */
export interface Place {
  roomId: string;
  slug: string;
  /** By role: a message of that member; the viewer's is from a time when they were a member. */
  messageIds: Record<RoomRole, string>;
  answerId: string;
  turnId: string;
  /** Documents on its table, by who brought them. */
  documentIds: Record<'lead' | 'member', string>;
  /** What the room remembers, by who wrote it down. */
  memoryIds: Record<'lead' | 'member', string>;
  inviteId: string;
  code: string;
  lastSeq: number;
}

/** Whoever is not in the arena's rooms. */
export const OUTSIDERS = ['stranger', 'foreigner', 'removed', 'elsewhere', 'admin'] as const;
export type Outsider = (typeof OUTSIDERS)[number];

export interface Arena {
  product: TestProduct;
  people: Record<RoomRole | Outsider, Person>;
  /** Bearer tokens that are worth nothing, by what is wrong with them; `none` is no token. */
  worthless: Record<string, { token: string | undefined; reason: string }>;
  room(): Promise<Place>;
  archivedRoom(): Promise<Place>;
  /** A chat session of the lead, in which the others have a role that no operation would give them. */
  chatSession(): Promise<Place>;
  /** A document of the library, brought by the arena's member. */
  libraryDocument(): Promise<string>;
  /** Everything that is stored, as one hash; waits until nothing is being worked at. */
  stored(): Promise<string>;
  /** What stands in `text` that only members may know. */
  secretsIn(text: string): string[];
}

const SECRET = 'rahasia';
const BRIEF = `Brief ${SECRET}: harga dasar 4,2 miliar`;
const CLAIM = { use: 'bearer', issuedAt: 0, expiresAt: 0 } as const;

export async function createArena(options: ProductOptions = {}): Promise<Arena> {
  const pricing = await startFakeToolServer({ tools: [readingTool('get_sheet')] });
  const product = await startProduct({
    ...options,
    env: {
      LLM_URL: `offline:?delayMs=0&text=Jawaban%20${SECRET}`,
      MCP_SERVERS_FILE: serversFile({ pricing: { url: pricing.url } }),
      ...options.env,
    },
    limits: {
      activityEveryMs: 20,
      // Looked through at once, so that nothing happens in the background later.
      memoryQuietMs: 0,
      memoryAfterAnswerMs: 0,
      // What is worth nothing is so for another reason than its age, however long the tests take.
      ticketLifetimeS: 3_600,
      ...options.limits,
    },
  });
  const admin = await signUp(product, 'Admin Instalasi');
  const { links } = product.app.toolServers;
  await eventually(() => links.get('pricing')?.status().state === 'connected', 'the tool server');
  const [lead, member, viewer, removed, stranger, elsewhere] = await Promise.all(
    ['Lestari', 'Made', 'Vina', 'Rendra', 'Satria', 'Elok'].map((name) => signUp(product, `${name} Pramudya`)),
  );
  const people = {
    admin,
    lead: lead!,
    member: member!,
    viewer: viewer!,
    removed: removed!,
    stranger: stranger!,
    elsewhere: elsewhere!,
    foreigner: await foreignPerson(product),
  };
  const arena: Arena = {
    product,
    people,
    worthless: await worthlessTokens(product, people.lead),
    room: () => furnishedRoom(arena),
    async archivedRoom() {
      const place = await arena.room();
      await people.lead.call('PATCH', `/api/v1/rooms/${place.roomId}`, { archived: true });
      return place;
    },
    chatSession: () => furnishedSession(arena),
    libraryDocument: () => furnishedDocument(people.member, product),
    stored: () => storedHash(product),
    secretsIn: (text) =>
      [SECRET, ...[lead, member, viewer].flatMap((person) => [person!.user.fullName, person!.user.email])].filter(
        (secret) => text.toLowerCase().includes(secret.toLowerCase()),
      ),
  };
  return arena;
}

/** Somebody of another tenant, with a room of their own there; made in the stores, as no operation makes tenants yet. */
async function foreignPerson(product: TestProduct): Promise<Person> {
  const { db, config } = product.app;
  const tenantId = newId();
  await db.insertInto('tenants').values({ id: tenantId, name: 'Lain', created_at: Date.now() }).execute();
  const user: User = {
    id: newId(),
    email: 'foreigner@example.test',
    fullName: 'Farida Asing',
    handle: 'farida',
    role: 'member',
    tenantId,
    language: 'id',
    createdAt: new Date().toISOString(),
  };
  await insertUser(db, {
    id: user.id,
    tenant_id: tenantId,
    email: user.email,
    full_name: user.fullName,
    handle: user.handle,
    password_hash: await createPasswords(config.passwordCost).hash(PASSWORD),
    role: user.role,
    language: user.language,
    created_at: Date.now(),
    disabled_at: null,
  });
  return signIn(product, user);
}

async function worthlessTokens(product: TestProduct, { user }: Person): Promise<Arena['worthless']> {
  const { secretKey } = product.app.config;
  const session = await signIn(product, user);
  const { items } = await session.call<{ items: Session[] }>('GET', '/api/v1/auth/sessions');
  const sessionId = items.find((item) => item.current)!.id;
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = { ...CLAIM, userId: user.id, tenantId: user.tenantId, sessionId, issuedAt: nowS - 60 };
  const lasting: TokenClaims = { ...claims, expiresAt: nowS + 3_600 };
  const [head, body, signature] = (await signToken(secretKey, lasting)).split('.') as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const asAdmin = encode({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: newId() });

  const gone = await signIn(product, user);
  await gone.call('POST', '/api/v1/auth/logout');
  const { ticket } = await session.call<{ ticket: string }>('POST', '/api/v1/auth/tickets');
  const invalid = (token: string) => ({ token, reason: 'token_invalid' });
  return {
    'no token': { token: undefined, reason: 'token_missing' },
    'what is no token': invalid('not-a-token'),
    'a token of another key': invalid(await signToken('another key that somebody guessed', lasting)),
    'a token without signature': invalid(`${encode({ alg: 'none', typ: 'JWT' })}.${body}.`),
    'a token whose content was changed': invalid(`${head}.${asAdmin}.${signature}`),
    'a token of another tenant': {
      token: await signToken(secretKey, { ...lasting, tenantId: newId() }),
      reason: 'session_ended',
    },
    'the token of somebody else’s session': {
      token: await signToken(secretKey, { ...lasting, userId: newId() }),
      reason: 'session_ended',
    },
    'an expired token': {
      token: await signToken(secretKey, { ...claims, expiresAt: nowS - 1 }),
      reason: 'token_expired',
    },
    'the token of a session that ended': { token: gone.token, reason: 'session_ended' },
    'a cookie as bearer': invalid(await signToken(secretKey, { ...lasting, use: 'cookie' })),
    'a ticket as bearer': invalid(ticket),
  };
}

let places = 0;

async function furnishedRoom({ people, product }: Arena): Promise<Place> {
  const { lead, member, viewer, removed } = people;
  const room = await createRoom(lead, { name: `Tender ${SECRET} ${++places}`, brief: BRIEF });
  await Promise.all([addMember(lead, room, member), addMember(lead, room, viewer), addMember(lead, room, removed)]);
  const place = await furnish(people, product, room);
  await lead.call('PATCH', `/api/v1/rooms/${room.id}/members/${viewer.user.id}`, { role: 'viewer' });
  await lead.call('DELETE', `/api/v1/rooms/${room.id}/members/${removed.user.id}`);
  const invite = await lead.call<Invite>('POST', `/api/v1/rooms/${room.id}/invites`, {});
  const { lastSeq } = await lead.call<RoomSummary>('GET', `/api/v1/rooms/${room.id}`);
  return { ...place, inviteId: invite.id, code: invite.code, lastSeq };
}

async function furnishedSession({ people, product }: Arena): Promise<Place> {
  const { lead, member, viewer } = people;
  const title = `Sesi ${SECRET} ${++places}`;
  const session = await lead.call<{ id: string }>('POST', '/api/v1/chat/sessions', { title });
  const room = await lead.call<RoomSummary>('GET', `/api/v1/rooms/${session.id}`);
  const { db } = product.app;
  const common = { tenant_id: lead.user.tenantId, room_id: room.id, read_seq: 0, joined_at: Date.now() };
  for (const { user } of [member, viewer]) await insertMember(db, { ...common, user_id: user.id, role: 'member' });
  const place = await furnish(people, product, room);
  await db
    .updateTable('room_members')
    .set({ role: 'viewer' })
    .where('room_id', '=', room.id)
    .where('user_id', '=', viewer.user.id)
    .execute();
  const { lastSeq } = await lead.call<RoomSummary>('GET', `/api/v1/rooms/${room.id}`);
  return { ...place, lastSeq };
}

/** Kept and read, as it is after an upload; made in the stores, as starting a reader for each takes its time. */
async function furnishedDocument({ user }: Person, { app }: TestProduct, roomId?: string): Promise<string> {
  const content = `Harga dasar ${SECRET}, lembar ${++places}`;
  const file = await app.files.receive(Readable.from([Buffer.from(content)]));
  const actor = { tenantId: user.tenantId, userId: user.id, name: user.fullName } as Actor;
  const details = { kind: 'tor' as const, roomId, customer: `Bank ${SECRET}` };
  const row = draftRow(actor, file, { details, name: `Berkas ${SECRET}.txt`, contentType: 'text/plain' });
  await file.keep(row.file_key, { contentType: 'text/plain' });
  await insertDocument(app.db, { ...row, status: 'processed', pages: 1, progress_done: 1, progress_total: 1 });
  await putPages(app.db, user.tenantId, row.id, [{ number: 1, blocks: [], text: content, source: 'text' }]);
  return row.id;
}

/** A message of each member, an answer, documents. */
async function furnish(people: Arena['people'], product: TestProduct, room: Room): Promise<Place> {
  const say = async (person: Person, text: string, assistant = 'skip') => {
    const body = { clientId: newClientId(), text, assistant };
    const said = await person.call<{ message: { id: string } }>('POST', `/api/v1/rooms/${room.id}/messages`, body);
    return said.message.id;
  };
  const messageIds = {
    lead: await say(people.lead, `Angka ${SECRET} dari lead`),
    member: await say(people.member, `Angka ${SECRET} dari anggota`),
    viewer: await say(people.viewer, `Angka ${SECRET} dari pengamat`),
  };
  const questionId = await say(people.lead, `Apa angka ${SECRET} itu?`, 'ask');
  const answer = await eventually(async () => {
    type Page = { items: { id: string; turnId?: string; questionId?: string; status: string }[] };
    const { items } = await people.lead.call<Page>('GET', `/api/v1/rooms/${room.id}/messages`);
    return items.find((item) => item.questionId === questionId && item.status === 'sent');
  }, 'the answer');
  const { id: roomId, slug } = room;
  const note = async (person: Person) => {
    const body = { roomId, text: `Ingatan ${SECRET} ${++places}` };
    return (await person.call<{ id: string }>('POST', '/api/v1/memories', body)).id;
  };
  const memoryIds = { lead: await note(people.lead), member: await note(people.member) };
  const documentIds = {
    lead: await furnishedDocument(people.lead, product, roomId),
    member: await furnishedDocument(people.member, product, roomId),
  };
  return {
    roomId,
    slug,
    messageIds,
    documentIds,
    memoryIds,
    answerId: answer.id,
    turnId: answer.turnId!,
    inviteId: '',
    code: '',
    lastSeq: 0,
  };
}

async function storedHash({ app }: TestProduct): Promise<string> {
  await eventually(async () => {
    // Those that begin after a pause, such as erasing what was deleted, begin when everything is over: not between two looks.
    const now = Date.now();
    await app.db
      .updateTable('jobs')
      .set({ run_at: now + 3_600_000 })
      .where('status', '=', 'ready')
      .where('run_at', '>', now + 2_000)
      .where('run_at', '<', now + 1_800_000)
      .execute();
    const { due } = await app.db
      .selectFrom('jobs')
      .select((eb) => eb.fn.countAll<number>().as('due'))
      .where('run_at', '<=', Date.now() + 2_000)
      .executeTakeFirstOrThrow();
    const { uncounted } = await app.db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('uncounted'))
      .where((eb) => eb.or([eb('tokens', 'is', null), eb('status', '=', 'streaming')]))
      .executeTakeFirstOrThrow();
    return due === 0 && uncounted === 0;
  }, 'the end of background work');
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and name not like 'message_search_%' order by name`.execute(
    app.db,
  );
  const hash = createHash('sha256');
  for (const { name } of rows) {
    const content = await sql`select * from ${sql.table(name)}`.execute(app.db);
    hash.update(`${name} ${JSON.stringify(content.rows)}\n`);
  }
  return hash.digest('hex');
}

/** A socket that hears everything in these rooms; presence and activity are not told because of a request. */
export async function createWitness(
  person: Person,
  roomIds: string[],
): Promise<{ client: Client; heard(): Promise<unknown[]> }> {
  const client = await person.connect();
  for (const roomId of roomIds) await client.ask('room:join', { roomId });
  const heard = async () => {
    // Everything that was emitted before this is answered has arrived.
    await client.ask('room:leave', { roomId: 'nowhere' });
    return client.facts.filter(({ name }) => name !== 'presence:changed' && name !== 'room:activity');
  };
  return { client, heard };
}
