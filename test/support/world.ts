// Everything below the edges, for tests of operations: a real database, bus, job queue and room log; what would reach sockets is kept.
import { openDatabase } from '../../database/open.ts';
import { login } from '../../src/accounts/accounts.ts';
import { authenticate } from '../../src/accounts/authenticate.ts';
import { createPasswords, type Passwords } from '../../src/accounts/passwords.ts';
import { type Invitations, type NewAccount, register } from '../../src/accounts/registration.ts';
import { createThrottles, type Throttles } from '../../src/accounts/throttles.ts';
import { type Config, type Environment, loadConfig } from '../../src/config.ts';
import type { Actor, App, Broadcast, Db } from '../../src/context.ts';
import type { BusTopics } from '../../src/engines/bus/bus.ts';
import { createInProcessBus } from '../../src/engines/bus/in-process.ts';
import { createInProcessJobs } from '../../src/engines/jobs/in-process.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { DurableFact, PersonalFact, RoomFact, TenantFact } from '../../src/protocol/events.ts';
import type { Message, Room, User } from '../../src/protocol/models.ts';
import { joinWithNewAccount, requireInviteForRegistration } from '../../src/rooms/invites.ts';
import { addMember } from '../../src/rooms/members.ts';
import { insertMessage } from '../../src/rooms/message-store.ts';
import { findMentions } from '../../src/rooms/messages.ts';
import { createRoomLog } from '../../src/rooms/room-log.ts';
import { createRoom, type NewRoom } from '../../src/rooms/rooms.ts';

export const PASSWORD = 'a short sentence works';

/** A fresh database, in memory unless a file is named. */
export const testDatabase = (file = ':memory:'): Promise<Db> =>
  openDatabase({ engine: 'sqlite', file, durability: 'normal' });

export interface ConfigOverrides {
  env?: Environment;
  limits?: Partial<Config['limits']>;
  databaseFile?: string;
}

/** What the environment gives, with hashes as cheap as argon2id makes them. */
export function testConfig({ env = {}, limits = {} }: ConfigOverrides = {}): Config {
  const config = loadConfig({ APP_ENV: 'test', REGISTRATION: 'open', SECRET_KEY: 'only-for-tests', ...env });
  return {
    ...config,
    limits: { ...config.limits, ...limits },
    passwordCost: { memoryKib: 8, passes: 1, parallelism: 1 },
  };
}

/** What was told to sockets, in order. */
export interface Told {
  facts: RoomFact[];
  personal: { userId: string; fact: PersonalFact }[];
  tenants: { tenantId: string; fact: TenantFact }[];
  removed: { roomId: string; userId: string }[];
  closed: { roomId: string; userIds: string[] }[];
  activity: string[];
  ended: BusTopics['session:ended'][];
}

export type WorldApp = Pick<
  App,
  'config' | 'limits' | 'log' | 'nodeId' | 'db' | 'bus' | 'jobs' | 'broadcast' | 'roomLog'
> & { passwords: Passwords; throttles: Throttles };

export interface World {
  app: WorldApp;
  told: Told;
  invitations: Invitations;
  /** Registers somebody over the operation that people use. */
  register(input: Partial<NewAccount>, address?: string): Promise<User>;
  /** Somebody who is signed in. */
  person(fullName?: string): Promise<Person>;
  signIn(user: User): Promise<Person>;
  close(): Promise<void>;
}

export interface Person extends Actor {
  user: User;
  token: string;
  cookie: string;
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  close: async () => undefined,
};

export async function createWorld(overrides: ConfigOverrides = {}): Promise<World> {
  const config = testConfig(overrides);
  const db = await testDatabase(overrides.databaseFile);
  const bus = createInProcessBus('node-1');
  const told: Told = { facts: [], personal: [], tenants: [], removed: [], closed: [], activity: [], ended: [] };
  bus.subscribe('session:ended', (payload) => void told.ended.push(payload));
  const broadcast = recordingBroadcast(told);
  const app: WorldApp = {
    config,
    limits: config.limits,
    log: silent,
    nodeId: 'node-1',
    db,
    bus,
    jobs: createInProcessJobs({ db, nodeId: 'node-1' }),
    broadcast,
    roomLog: createRoomLog({ db, broadcast, log: silent }),
    passwords: createPasswords(config.passwordCost),
    throttles: createThrottles(config.limits),
  };
  const invitations: Invitations = {
    require: (code) => requireInviteForRegistration(app, code),
    join: (code, createUser) => joinWithNewAccount(app, code, createUser),
  };
  let people = 0;
  // Every person from an address of their own, so that only tests of the throttle meet it.
  const anAddress = () => `10.${(people >> 16) & 255}.${(people >> 8) & 255}.${people & 255}`;

  const world: World = {
    app,
    told,
    invitations,
    register(input, address) {
      people += 1;
      const account = {
        email: `person-${people}@example.test`,
        password: PASSWORD,
        fullName: `Person ${people}`,
        ...input,
      };
      return register(app, { address: address ?? anAddress(), isLoopback: false }, account, invitations);
    },
    async signIn(user) {
      const signedIn = await login(
        app,
        { address: anAddress(), userAgent: 'test' },
        { email: user.email, password: PASSWORD },
      );
      const { actor } = await authenticate(app, signedIn.bearerToken, ['bearer']);
      return { ...actor, user, token: signedIn.bearerToken, cookie: signedIn.cookieToken };
    },
    async person(fullName) {
      return world.signIn(await world.register(fullName === undefined ? {} : { fullName }));
    },
    async close() {
      await app.jobs.stop();
      await db.destroy();
    },
  };
  return world;
}

function recordingBroadcast(told: Told): Broadcast {
  return {
    toRoom: (_roomId, fact) => void told.facts.push(fact),
    stepToRoom: (_roomId, fact) => void told.facts.push(fact),
    toTenant: (tenantId, fact) => void told.tenants.push({ tenantId, fact }),
    toPerson: (userId, fact) => void told.personal.push({ userId, fact }),
    toAdministrators: (fact) => void told.personal.push({ userId: 'administrators', fact }),
    removeFromRoom: (roomId, userId) => void told.removed.push({ roomId, userId }),
    closeRoom: (roomId, userIds) => void told.closed.push({ roomId, userIds }),
    listen: () => () => undefined,
    activity: (_tenantId, roomId) => void told.activity.push(roomId),
  };
}

/** A room of `lead` in which the others have the given roles. */
export async function roomWith(
  world: World,
  lead: Person,
  others: { member?: Person[]; viewer?: Person[] } = {},
  options: Partial<NewRoom> = {},
): Promise<Room> {
  const room = await createRoom(world.app, lead, { name: 'Ruang tender', ...options });
  for (const role of ['member', 'viewer'] as const) {
    for (const person of others[role] ?? []) {
      await addMember(world.app, lead, { roomId: room.id, userId: person.userId, role });
    }
  }
  return room;
}

/** Stores a message as sending does, without what a conversation adds. */
export async function say(
  world: World,
  author: Person | 'assistant',
  room: Pick<Room, 'id'>,
  text: string,
  more: Partial<Message> = {},
): Promise<Message> {
  const tenantId = author === 'assistant' ? await tenantOf(world, room.id) : author.tenantId;
  return world.app.roomLog.append(tenantId, room.id, async (entry) => {
    const seq = await entry.nextSeq();
    const message: Message = {
      id: newId(),
      roomId: room.id,
      seq,
      changedSeq: seq,
      author:
        author === 'assistant'
          ? { kind: 'assistant', id: 'assistant', name: 'ProjectWise' }
          : { kind: 'person', id: author.userId, name: author.name },
      text,
      status: 'sent',
      mentions: await findMentions(entry.trx, tenantId, room.id, text),
      reactions: [],
      createdAt: new Date().toISOString(),
      ...more,
    };
    await insertMessage(entry.trx, tenantId, message);
    entry.record({ name: 'message:created', payload: { roomId: room.id, seq, message } });
    return message;
  });
}

const tenantOf = async (world: World, roomId: string): Promise<string> =>
  (await world.app.db.selectFrom('rooms').select('tenant_id').where('id', '=', roomId).executeTakeFirstOrThrow())
    .tenant_id;

/** The same person in another tenant: every right but the right place. */
export const inOtherTenant = (person: Person): Person => ({ ...person, tenantId: newId() });

/** The refusal as `code` or `code/reason`; fails when there was none. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  const { code, details } = error as { code?: string; details?: { reason?: string } };
  if (code === undefined) throw error;
  return details?.reason === undefined ? code : `${code}/${details.reason}`;
}

/** Durable facts told since the last call, as their names. */
export function takeFactNames(world: World): string[] {
  return world.told.facts.splice(0).map((fact) => fact.name);
}

export const seqOf = (fact: RoomFact): number => (fact as DurableFact).payload.seq;
