// Members in numbers: a process full of cheap sockets that counts what arrives and when.
import { serveCalls } from './child.ts';
import { clockMs } from './probes.ts';
import { connectSocket, type SocketClient } from './socket-client.ts';

/** So many members note the time of each delta; the others only count bytes. */
const WATCHED = 12;
/** Handshakes under way at a time. */
const CONNECTING = 25;
const PATIENCE_MS = 60_000;

interface Arrival {
  /** UTF-16 offset after the delta. */
  end: number;
  atMs: number;
  units: number;
}

interface Ask {
  name: string;
  input?: unknown;
}

const clients: SocketClient[] = [];
let arrivals: Arrival[][] = [];
let bytesBefore = 0;

const sumBytes = () => clients.reduce((sum, client) => sum + client.bytesReceived(), 0);

const functions = {
  /** One socket per entry of `auths`. */
  async connect({ url, auths }: { url: string; auths: unknown[] }): Promise<void> {
    for (let from = 0; from < auths.length; from += CONNECTING) {
      const batch = auths.slice(from, from + CONNECTING).map((auth) => connectSocket(url, auth));
      clients.push(...(await Promise.all(batch)));
    }
  },
  /** Every socket asks its entry of `asks`; with fewer entries than sockets the first sockets do. @returns their answers */
  async ask(asks: Ask[]): Promise<unknown[]> {
    return Promise.all(asks.map(({ name, input }, index) => clients[index]!.ask(name, input)));
  },
  /** The same one after the other, answers thrown away: for asks whose answers are large. */
  async askInTurn(asks: Ask[]): Promise<void> {
    for (const [index, { name, input }] of asks.entries()) await clients[index % clients.length]!.ask(name, input);
  },
  watchDeltas(): void {
    arrivals = clients.slice(0, WATCHED).map((client) => {
      const seen: Arrival[] = [];
      client.onEvent = (json) => {
        if (!json.startsWith('["turn:delta"')) return;
        const [, { offset, text }] = JSON.parse(json);
        seen.push({ end: offset + text.length, atMs: clockMs(), units: text.length });
      };
      return seen;
    });
    bytesBefore = sumBytes();
  },
  /** Resolves when all watched members have `units` of text. */
  async untilText(units: number): Promise<void> {
    const until = clockMs() + PATIENCE_MS;
    while (arrivals.some((seen) => (seen.at(-1)?.end ?? 0) < units)) {
      if (clockMs() > until) throw new Error(`Not everybody got ${units} units of text`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  arrivals: (): { members: Arrival[][]; bytesPerMember: number } => ({
    members: arrivals,
    bytesPerMember: (sumBytes() - bytesBefore) / clients.length,
  }),
  /** Keeps `inFlight` asks unanswered over all sockets until `count` were acknowledged. `{n}` in the input is a running number. */
  async flood(flood: { count: number; inFlight: number; asks: Ask[]; tag: string }): Promise<{
    elapsedMs: number;
    refused: number;
    firstRefusal?: unknown;
  }> {
    let next = 0;
    let refused = 0;
    let firstRefusal: unknown;
    const asks = flood.asks.map(({ name, input }) => ({ name, json: JSON.stringify(input) }));
    const worker = async (index: number) => {
      const client = clients[index % clients.length]!;
      const { name, json } = asks[index % asks.length]!;
      while (next < flood.count) {
        const answer = await client.ask(name, JSON.parse(json.replace('{n}', `${flood.tag}-${next++}`)));
        if ((answer as { ok?: boolean }).ok === true) continue;
        refused += 1;
        firstRefusal ??= answer;
      }
    };
    const startedAt = clockMs();
    await Promise.all(Array.from({ length: flood.inFlight }, (_, index) => worker(index)));
    return { elapsedMs: clockMs() - startedAt, refused, firstRefusal };
  },
  /** The same ask, one after the other, with the time each was sent. */
  async series({ ask, count, pauseMs }: { ask: Ask; count: number; pauseMs: number }): Promise<number[]> {
    const sentAt: number[] = [];
    for (let index = 0; index < count; index++) {
      const input = JSON.parse(JSON.stringify(ask.input).replace('{n}', `series-${clockMs()}`.replace('.', '-')));
      sentAt.push(clockMs());
      const answer = (await clients[0]!.ask(ask.name, input)) as { ok?: boolean };
      if (answer.ok === false) throw new Error(JSON.stringify(answer));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return sentAt;
  },
  /** Frames as they are from the first socket, `count` times, without waiting for anything. */
  sendRaw({ frame, count }: { frame: string; count: number }): void {
    for (let index = 0; index < count; index++) clients[0]!.sendRaw(frame);
  },
  openSockets: (): number => clients.filter((client) => client.socket.readyState === client.socket.OPEN).length,
  disconnect(): void {
    for (const client of clients.splice(0)) client.socket.terminate();
  },
};
export type LoadClients = typeof functions;

serveCalls(functions);
