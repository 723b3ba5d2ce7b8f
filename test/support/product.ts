// The real product on a free port with a data folder of its own, and people who use it over the real wires.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { createApp, type Overrides, type Product } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { RequestData, RequestInput, RequestName, ServerFacts } from '../../src/protocol/events.ts';
import type { Message, Room, User } from '../../src/protocol/models.ts';

/** As cheap as argon2id can be made: tests sign up many people. */
const CHEAP_PASSWORDS = { memoryKib: 8, passes: 1, parallelism: 1 };
export const PASSWORD = 'a short sentence works';

export interface TestProduct extends Product {
  url: string;
  config: Config;
}

export interface ProductOptions extends Overrides {
  env?: Record<string, string>;
  limits?: Partial<Config['limits']>;
  /** Keeps the data of an earlier product. */
  dataDir?: string;
}

/** An answer waits for what is found however busy the machine is; tests of the deadlines set their own. */
const ROOMY = {
  registrationsPerHourLoopback: 10_000,
  firstSearchMs: 20_000,
  embedDeadlineMs: 20_000,
  recallDeadlineMs: 20_000,
};

const running = new Set<{ product: Product; dataDir: string }>();

/** Starts it; `stopProducts` in an afterEach or afterAll ends it. */
export async function startProduct(options: ProductOptions = {}): Promise<TestProduct> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'projectwise-test-'));
  const env = {
    APP_ENV: 'test',
    LLM_URL: 'offline:?delayMs=0',
    REGISTRATION: 'open',
    ...options.env,
    PORT: '0',
    DATA_DIR: dataDir,
  };
  const loaded = loadConfig({ ...env, PORT: '8000' });
  const limits = { ...loaded.limits, ...ROOMY, ...options.limits };
  const config: Config = { ...loaded, port: 0, limits, passwordCost: CHEAP_PASSWORDS };
  const product = await createApp(config, options);
  running.add({ product, dataDir });
  const { url } = await product.start();
  return { ...product, url, config };
}

export async function stopProducts(): Promise<void> {
  for (const one of running) {
    running.delete(one);
    await one.product.stop();
    rmSync(one.dataDir, { recursive: true, force: true });
  }
}

export interface Person {
  /** Of the product. */
  url: string;
  user: User;
  token: string;
  /** JSON in, JSON out; throws with the problem when the status is not 2xx. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same without judging the status. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  connect(options?: { token?: string }): Promise<Client>;
}

let people = 0;

export async function signUp(
  product: { url: string },
  fullName = `Person ${++people}`,
  inviteCode?: string,
  email = `person-${++people}-${Math.random().toString(36).slice(2)}@example.test`,
): Promise<Person> {
  const account = { email, password: PASSWORD, fullName, ...(inviteCode ? { inviteCode } : {}) };
  const user = (await post(product.url, '/api/v1/auth/register', account)) as User;
  return signIn(product, user);
}

export async function signIn(product: { url: string }, user: User): Promise<Person> {
  const login = { email: user.email, password: PASSWORD };
  const { access_token: token } = (await post(product.url, '/api/v1/auth/login', login)) as { access_token: string };
  const request: Person['request'] = (method, path, body, headers = {}) =>
    fetch(product.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url: product.url,
    user,
    token,
    request,
    call: async <T>(method: string, path: string, body?: unknown) => read<T>(await request(method, path, body)),
    connect: (options = {}) => connect(product.url, options.token ?? token),
  };
}

async function post(url: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return read(response);
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  const value = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(value)}`);
  return value as T;
}

export const createRoom = (person: Person, options: Record<string, unknown> = {}): Promise<Room> =>
  person.call<Room>('POST', '/api/v1/rooms', { name: 'Ruang tender', ...options });

export const addMember = (lead: Person, room: Room, person: Person, role = 'member'): Promise<unknown> =>
  lead.call('POST', `/api/v1/rooms/${room.id}/members`, { userId: person.user.id, role });

/** What people and the assistant said, without the lines of the room itself. */
export const said = (messages: readonly Message[]): string[] =>
  messages.filter(({ author }) => author.kind !== 'system').map(({ text }) => text);

/** A fact as it arrived. */
export type Received = { [N in keyof ServerFacts]: { name: N; payload: ServerFacts[N] } }[keyof ServerFacts];

export interface Client {
  socket: Socket;
  /** Everything that arrived, in order. */
  facts: Received[];
  /** @returns the data; throws the wire error otherwise */
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestData<N>>;
  /** The whole acknowledgement, whatever it says. */
  raw(
    name: string,
    input?: unknown,
  ): Promise<{
    ok: boolean;
    data?: unknown;
    error?: { code: string; message: string; details?: Record<string, unknown> };
  }>;
  /** Resolves with the first fact, past or future, that fits. */
  until<N extends keyof ServerFacts>(name: N, fits?: (payload: ServerFacts[N]) => boolean): Promise<ServerFacts[N]>;
  /** The text of a turn as its deltas give it. */
  textOf(turnId: string): string;
  close(): void;
}

/** Far more than anything takes: a machine may be busy. */
const PATIENCE_MS = 60_000;

/** @throws the handshake's error, with `data` */
export async function connect(url: string, token: string): Promise<Client> {
  const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true, reconnection: false });
  const client = wrap(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });
  return client;
}

export function wrap(socket: Socket): Client {
  const facts: Received[] = [];
  const waiting = new Set<() => void>();
  socket.onAny((name, payload) => {
    facts.push({ name, payload });
    for (const look of [...waiting]) look();
  });
  const raw: Client['raw'] = (name, input) => socket.timeout(PATIENCE_MS).emitWithAck(name, input);
  return {
    socket,
    facts,
    raw,
    async ask(name, input) {
      const answer = await raw(name, input);
      if (!answer.ok)
        throw Object.assign(new Error(`${name}: ${answer.error?.code} ${answer.error?.message}`), answer.error);
      return answer.data as never;
    },
    until(name, fits = () => true) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`${String(name)} did not arrive; seen: ${facts.map((fact) => fact.name).join(' ')}`));
        }, PATIENCE_MS);
        const look = () => {
          const found = facts.find((fact) => fact.name === name && fits(fact.payload as never));
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found.payload as never);
        };
        waiting.add(look);
        look();
      });
    },
    textOf: (turnId) =>
      facts
        .flatMap((fact) => (fact.name === 'turn:delta' && fact.payload.turnId === turnId ? [fact.payload] : []))
        .sort((a, b) => a.offset - b.offset)
        .map((delta) => delta.text)
        .join(''),
    close: () => socket.close(),
  };
}

let clientIds = 0;
export const newClientId = (): string => `client-${++clientIds}`;

/** Resolves when `holds` does; for things that no event tells. */
export async function eventually<T>(
  holds: () => T | Promise<T>,
  what = 'the condition',
  patienceMs = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > until) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
