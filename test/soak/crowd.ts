// The people of a soak: they follow rooms, drop and come back, chat, ask, and stop answers.

import type { Person } from '../support/product.ts';
import type { RoomClient } from '../support/room-client.ts';
import { followRoom } from '../support/room-client.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

export interface Member {
  name: string;
  person: Person;
  client: RoomClient;
}

export interface Crowd {
  roomId: string;
  members: Member[];
  counts: { drops: number; stops: number };
  /** Messages that were acknowledged, with the text they must have; null where an edit's outcome is unknown. */
  acknowledged: Map<string, string | null>;
  /** Everything that was sent, acknowledged or not. */
  sentClientIds: Set<string>;
}

export interface CrowdOptions {
  url: string;
  roomId: string;
  people: readonly Person[];
  ledger: Ledger;
  random: Random;
  /** Of all answers, how many somebody stops: 0 to 1. */
  stopShare: number;
}

const SUBJECTS = ['garansi', 'jadwal kerja', 'nilai HPS', 'surat dukungan', 'uji terima', 'denda keterlambatan'];
const SALT = ['😀', '“kutip”', 'naïve', '日本', '<b>&amp;</b>', '`kode`', 'é́', '👩‍💻'];

export function gatherCrowd(options: CrowdOptions): Crowd {
  const { url, roomId, people, ledger, random } = options;
  const crowd: Crowd = {
    roomId,
    members: [],
    counts: { drops: 0, stops: 0 },
    acknowledged: new Map(),
    sentClientIds: new Set(),
  };
  const stopping = new Set<string>();
  /** Decided once for each answer, whoever hears of it first. */
  const decided = new Set<string>();
  for (const [index, person] of people.entries()) {
    const name = `member ${index + 1}`;
    const client = followRoom(url, person.token, roomId, {
      onBreach: (breach) => ledger.breach(name, breach),
      onSnapshot: (snapshot, view) => ledger.snapshot(name, snapshot, view),
      onDelta: (turnId, said) => {
        ledger.delta(turnId, said);
        if (!stopping.delete(turnId)) return;
        client.ask('turn:stop', { turnId }).then(
          () => {
            crowd.counts.stops += 1;
          },
          () => undefined,
        );
      },
      onEnded: (fact, turn) => ledger.ended(name, fact, turn),
      onStarted: ({ id }) => {
        if (decided.has(id)) return;
        decided.add(id);
        if (random.next() < options.stopShare) stopping.add(id);
      },
    });
    crowd.members.push({ name, person, client });
  }
  return crowd;
}

/** Until `signal` fires the member drops, goes away and comes back, at random. Ends connected. */
export async function comeAndGo(crowd: Crowd, { client }: Member, random: Random, signal: AbortSignal): Promise<void> {
  while (await pause(random.whole(300, 4_000), signal)) {
    crowd.counts.drops += 1;
    if (random.next() < 0.6) {
      client.drop();
      continue;
    }
    client.leave();
    await pause(random.whole(20, 1_500), signal);
    client.back(random.next() < 0.7);
  }
}

/** Talk beside the answers: messages, corrections, reactions, deletions. */
export async function chat(crowd: Crowd, random: Random, everyMs: number, signal: AbortSignal): Promise<void> {
  while (await pause(random.whole(everyMs / 2, everyMs * 1.5), signal)) {
    const member = random.pick(crowd.members);
    const text = `${random.pick(SALT)} catatan soal ${random.pick(SUBJECTS)} ${random.pick(SALT)}`;
    const message = await say(crowd, member, { text, assistant: 'skip' }, signal);
    if (!message) continue;
    const dice = random.next();
    const { acknowledged } = crowd;
    if (dice < 0.3) {
      acknowledged.set(message.id, null);
      const corrected = `${text} (ralat)`;
      const edit = member.client.ask('message:edit', { messageId: message.id, text: corrected });
      await edit.then(() => acknowledged.set(message.id, corrected)).catch(() => undefined);
    } else if (dice < 0.4) {
      acknowledged.set(message.id, null);
      const deletion = member.client.ask('message:delete', { messageId: message.id });
      await deletion.then(() => acknowledged.set(message.id, '')).catch(() => undefined);
    } else if (dice < 0.7) {
      const other = random.pick(crowd.members);
      await other.client.ask('message:react', { messageId: message.id, emoji: '👍', on: true }).catch(() => undefined);
    }
  }
}

/** Asks one question after the other until `isEnough`; resolves when the last one is settled. */
export async function askOn(
  crowd: Crowd,
  options: { ledger: Ledger; random: Random; isEnough(): boolean; signal: AbortSignal },
): Promise<void> {
  const { ledger, random, signal } = options;
  while (!options.isEnough() && !signal.aborted) {
    const member = random.pick(crowd.members);
    const text = `Apa yang tertulis soal ${random.pick(SUBJECTS)}? ${random.pick(SALT)}`;
    const message = await say(crowd, member, { text, assistant: 'ask' }, signal);
    while (message && !ledger.settledQuestions.has(message.id) && !signal.aborted) await pause(10, signal);
  }
}

/** Sends until it is acknowledged, under one clientId: no acknowledgement means unknown, not failed. */
async function say(
  crowd: Crowd,
  { client }: Member,
  message: { text: string; assistant: 'ask' | 'skip' },
  signal: AbortSignal,
): Promise<{ id: string } | undefined> {
  const clientId = crypto.randomUUID();
  crowd.sentClientIds.add(clientId);
  do {
    try {
      const sent = await client.ask('message:send', { roomId: crowd.roomId, clientId, ...message });
      crowd.acknowledged.set(sent.message.id, message.text);
      return sent.message;
    } catch {
      // Away, restarting, or the queue is full.
    }
  } while (await pause(50, signal));
  return undefined;
}

/** @returns false when the signal has fired */
export async function pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
  return !signal.aborted;
}
