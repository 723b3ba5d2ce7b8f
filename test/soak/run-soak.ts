// A soak: many answers, people who drop and come back, stops, restarts and crashes; in the end nothing may be lost or doubled.
import Sqlite from 'better-sqlite3';
import type { Message } from '../../src/protocol/models.ts';
import { addMember, createRoom, type Person, signUp } from '../support/product.ts';
import { askOn, type Crowd, chat, comeAndGo, gatherCrowd, pause } from './crowd.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createRandom } from './random.ts';
import { askOverEvents, type Read, readAll, readPages, readPlain } from './readers.ts';

export interface SoakServer {
  url: string;
  databaseFile: string;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Under the same address, with the same data. */
  start(): Promise<void>;
}

export interface SoakOptions {
  server: SoakServer;
  /** Where members connect, when not at the server itself. */
  membersUrl?: string;
  answers: number;
  members: number;
  rooms: number;
  /** Spread evenly over the answers, each in the middle of one. */
  restarts: readonly ('SIGTERM' | 'SIGKILL')[];
  /** Whether members drop and return. */
  isRestless: boolean;
  /** Of all answers, how many somebody stops. */
  stopShare: number;
  chatEveryMs: number;
  seed: number;
  onProgress?(line: string): void;
}

export interface SoakReport {
  answers: number;
  interrupted: number;
  messages: number;
  drops: number;
  stops: number;
  restarts: number;
  crashes: number;
  readOverPlain: number;
  readOverEvents: number;
  lostUnits: number;
  doubledUnits: number;
  problems: readonly string[];
}

/** Two people ask in each room at a time, so that there is a queue. */
const ASKERS_PER_ROOM = 2;
/** How long everybody may take to be back and complete in the end. */
const SETTLE_MS = 60_000;
/** An answer that is no longer than this has only begun. */
const BEGUN_UNITS = 80;

export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { server } = options;
  const ledger = createLedger();
  const people: Person[] = [];
  for (let index = 0; index < options.members; index++) people.push(await signUp(server));
  const crowds: Crowd[] = [];
  for (let room = 0; room < options.rooms; room++) crowds.push(await openRoom(options, people, ledger, room));

  const over = new AbortController();
  const { signal } = over;
  let seed = options.seed;
  const random = () => createRandom(++seed);
  const isEnough = () => ledger.answers.size >= options.answers;
  const others: Promise<unknown>[] = [];
  const plain: Promise<Read>[] = [];
  const events: Promise<Read>[] = [];
  for (const crowd of crowds) {
    const reading = { url: server.url, roomId: crowd.roomId, person: people[0]!, ledger, signal };
    plain.push(readPlain(reading));
    events.push(askOverEvents({ ...reading, person: people[1]! }, crowd, random()));
    others.push(readPages(reading), chat(crowd, random(), options.chatEveryMs, signal));
    if (!options.isRestless) continue;
    for (const member of crowd.members) others.push(comeAndGo(crowd, member, random(), signal));
  }
  const progress = setInterval(() => options.onProgress?.(`${ledger.answers.size} answers`), 10_000);

  const asking = crowds.flatMap((crowd) =>
    Array.from({ length: ASKERS_PER_ROOM }, () => askOn(crowd, { ledger, random: random(), isEnough, signal })),
  );
  await restartInBetween(options, ledger, crowds);
  await Promise.all(asking);
  over.abort();
  await Promise.all(others);
  clearInterval(progress);
  const [readOverPlain, readOverEvents] = [await sum(plain), await sum(events)];

  await untilComplete(crowds, ledger);
  const kept = new Map<string, Message[]>();
  for (const { roomId } of crowds) kept.set(roomId, await readAll(server.url, roomId, people[0]!.token));
  for (const crowd of crowds) {
    compareViews(crowd, kept.get(crowd.roomId)!, ledger);
    for (const { client } of crowd.members) client.close();
  }
  await server.end('SIGTERM');
  for (const crowd of crowds) compareDatabase(server.databaseFile, crowd, kept.get(crowd.roomId)!, ledger);

  const all = [...kept.values()].flat();
  return {
    answers: ledger.answers.size,
    interrupted: all.filter(({ status }) => status === 'interrupted').length,
    messages: all.length,
    drops: crowds.reduce((total, { counts }) => total + counts.drops, 0),
    stops: all.filter(({ status }) => status === 'stopped').length,
    restarts: options.restarts.length,
    crashes: options.restarts.filter((how) => how === 'SIGKILL').length,
    readOverPlain,
    readOverEvents,
    lostUnits: ledger.lostUnits,
    doubledUnits: ledger.doubledUnits,
    problems: ledger.problems,
  };
}

const sum = async (reads: Promise<Read>[]): Promise<number> =>
  (await Promise.all(reads)).reduce((total, { answers }) => total + answers, 0);

async function openRoom(options: SoakOptions, people: Person[], ledger: Ledger, index: number): Promise<Crowd> {
  const [lead, ...others] = people;
  const room = await createRoom(lead!, { name: `Ruang ${index + 1}` });
  for (const other of others) await addMember(lead!, room, other);
  const crowd = gatherCrowd({
    url: options.membersUrl ?? options.server.url,
    roomId: room.id,
    people,
    ledger,
    random: createRandom(options.seed * 1_000 + index),
    stopShare: options.stopShare,
  });
  const { signal } = new AbortController();
  while (crowd.members.some(({ client }) => !client.isLive())) await pause(10, signal);
  return crowd;
}

/** Each restart comes in the middle of an answer that somebody hears: when it has only begun, as we may hear it late. */
async function restartInBetween(options: SoakOptions, ledger: Ledger, crowds: Crowd[]): Promise<void> {
  const { server, restarts } = options;
  const { signal } = new AbortController();
  const isSpeaking = () =>
    crowds.some(({ members }) =>
      members.some(
        ({ client }) =>
          client.isLive() &&
          [...client.view.turns.values()].some(({ text }) => text !== '' && text.length < BEGUN_UNITS),
      ),
    );
  for (const [index, how] of restarts.entries()) {
    const after = Math.floor((options.answers * (index + 1)) / (restarts.length + 1));
    while (ledger.answers.size < after || !isSpeaking()) await pause(5, signal);
    if (how === 'SIGKILL') ledger.crashed();
    await server.end(how);
    options.onProgress?.(`${how} after ${ledger.answers.size} answers`);
    await server.start();
  }
}

/** Everybody is back, nothing runs, and all are at the same seq. */
async function untilComplete(crowds: Crowd[], ledger: Ledger): Promise<void> {
  const { signal } = new AbortController();
  const until = performance.now() + SETTLE_MS;
  const isComplete = ({ members }: Crowd) =>
    members.every(({ client }) => client.isLive() && client.view.turns.size === 0) &&
    new Set(members.map(({ client }) => client.view.lastSeq)).size === 1;
  while (!crowds.every(isComplete)) {
    if (performance.now() > until) {
      for (const { members } of crowds) {
        const seqs = members.map(({ client }) => `${client.view.lastSeq}${client.isLive() ? '' : ' (away)'}`);
        ledger.problem(`Not everybody came to the same end: ${seqs.join(', ')}`);
      }
      return;
    }
    await pause(20, signal);
  }
}

/** What each member holds is what the server holds, from the oldest message that they have to the newest. */
function compareViews({ members }: Crowd, kept: Message[], ledger: Ledger): void {
  for (const { name, client } of members) {
    const mine = [...client.view.messages.values()].sort((a, b) => a.seq - b.seq);
    const oldestSeq = mine[0]?.seq ?? 0;
    const theirs = kept.filter(({ seq }) => seq >= oldestSeq);
    if (mine.length !== theirs.length) ledger.problem(`${name}: has ${mine.length} of ${theirs.length} messages`);
    for (const message of theirs) {
      const own = client.view.messages.get(message.id);
      if (!own) continue;
      if (own.author.kind === 'assistant') ledger.compare(`${name} in the end`, own.text, message.text);
      const [a, b] = [own, message].map(({ changedSeq, status, text, reactions }) =>
        JSON.stringify({ changedSeq, status, text, reactions }),
      );
      if (a !== b) ledger.problem(`${name}: holds ${a} where the server holds ${b}`);
    }
  }
}

/** what was acknowledged is stored, once, and as the wires show it; every answer is over. */
function compareDatabase(file: string, crowd: Crowd, kept: Message[], ledger: Ledger): void {
  const db = new Sqlite(file, { readonly: true });
  try {
    const rows = db
      .prepare(
        'SELECT id, seq, text, status, author_kind, client_id, turn_id FROM messages WHERE room_id = ? ORDER BY seq',
      )
      .all(crowd.roomId) as Record<string, string>[];
    const byId = new Map(rows.map((row) => [row.id!, row]));
    for (const [id, text] of crowd.acknowledged) {
      const row = byId.get(id);
      if (!row) ledger.problem(`An acknowledged message is gone: ${id}`);
      else if (text !== null && row.text !== text) ledger.problem(`A message is "${row.text}" and was "${text}"`);
    }
    const persons = rows.filter((row) => row.author_kind === 'person');
    for (const row of persons) {
      if (!crowd.sentClientIds.has(row.client_id!)) ledger.problem(`Nobody sent message ${row.id}`);
    }
    if (new Set(persons.map((row) => row.client_id)).size !== persons.length)
      ledger.problem('A message is there twice');
    if (rows.length !== kept.length) ledger.problem(`${rows.length} messages are stored, ${kept.length} are shown`);
    for (const message of kept) {
      const row = byId.get(message.id);
      if (!row) ledger.problem(`A message is shown and not stored: ${message.id}`);
      else ledger.compare('the database', row.text!, message.text);
      if (row?.status === 'streaming') ledger.problem(`An answer never ended: ${message.id}`);
      ledger.final('the database', message);
    }
  } finally {
    db.close();
  }
}
