// Those who are in the same rooms over the other wires: plain WebSocket, REST pages, server-sent events.
import type { Message } from '../../src/protocol/models.ts';
import { openEventStream } from '../support/event-stream.ts';
import { openPlain, type PlainFrame } from '../support/plain-socket.ts';
import type { Person } from '../support/product.ts';
import { type Crowd, pause } from './crowd.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

export interface Reading {
  url: string;
  roomId: string;
  person: Person;
  ledger: Ledger;
  signal: AbortSignal;
}

/** Answers read to their end over each wire, for the report. */
export interface Read {
  answers: number;
}

/** Reads over the plain WebSocket, coming back whenever it is closed: what was said of an answer must be what completes it. */
export async function readPlain({ url, roomId, person, ledger, signal }: Reading): Promise<Read> {
  const read: Read = { answers: 0 };
  while (!signal.aborted) {
    const client = await openPlain(url, `/ws/chat/${roomId}/me`, { token: person.token }).catch(() => undefined);
    if (!client) {
      await pause(100, signal);
      continue;
    }
    const said = new Map<string, string>();
    const take = ({ type, id = '', content = '' }: PlainFrame) => {
      if (type === 'delta') said.set(id, (said.get(id) ?? '') + content);
      if (type !== 'completed') return;
      ledger.compare('plain reader', said.get(id) ?? '', content);
      said.delete(id);
      read.answers += 1;
    };
    for (const frame of client.frames) take(frame);
    client.ws.on('message', (data) => take(JSON.parse(String(data))));
    const stop = () => client.ws.close();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await client.closed;
    signal.removeEventListener('abort', stop);
  }
  return read;
}

/** Asks over server-sent events: the deltas of the stream must be the text that its turn:ended tells. */
export async function askOverEvents(reading: Reading, crowd: Crowd, random: Random): Promise<Read> {
  const { roomId, person, ledger, signal } = reading;
  const read: Read = { answers: 0 };
  while (await pause(random.whole(500, 2_500), signal)) {
    const clientId = crypto.randomUUID();
    crowd.sentClientIds.add(clientId);
    const question = { clientId, text: 'Ringkas keputusan terakhir 🙂', assistant: 'ask' };
    const path = `/api/v1/rooms/${roomId}/messages`;
    const stream = await openEventStream(person, path, question).catch(() => undefined);
    await stream?.ended;
    const deltas = stream?.events.filter(({ event }) => event === 'turn:delta') ?? [];
    const ended = stream?.events.find(({ event }) => event === 'turn:ended')?.data;
    // Without it the server went down meanwhile, or refused; the question may be stored all the same.
    if (!ended?.message) continue;
    ledger.compare('event reader', deltas.map(({ data }) => data.text).join(''), ended.message.text);
    ledger.final('event reader', ended.message);
    read.answers += 1;
  }
  return read;
}

/** Pages through the room as it grows: seqs only rise. */
export async function readPages({ url, roomId, person, ledger, signal }: Reading): Promise<void> {
  let afterSeq = 0;
  while (await pause(200, signal)) {
    const page = await fetchPage(url, roomId, person.token, afterSeq).catch(() => undefined);
    for (const { seq } of page ?? []) {
      if (seq <= afterSeq) ledger.problem(`page reader: seq ${seq} after ${afterSeq}`);
      afterSeq = seq;
    }
  }
}

/** Everything in the room, ascending. */
export async function readAll(url: string, roomId: string, token: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const page = await fetchPage(url, roomId, token, all.at(-1)?.seq ?? 0);
    all.push(...page);
    if (page.length === 0) return all;
  }
}

async function fetchPage(url: string, roomId: string, token: string, afterSeq: number): Promise<Message[]> {
  const response = await fetch(`${url}/api/v1/rooms/${roomId}/messages?afterSeq=${afterSeq}&limit=200`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { items: Message[] }).items;
}
