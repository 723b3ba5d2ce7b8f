// Acknowledged sends, 64 at once, against one better-sqlite3 transaction each with the same statements.
import { type Child, startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { type Measure, median, perSecond, type Row } from './support/measure.ts';
import type { OurServer, SeededRoom } from './support/our-server.ts';
import type { RawSends } from './support/raw-sends.ts';

const AT_ONCE = 64;
const SOCKETS = 8;
const TARGET = 0.25;
const ANY_NUMBER = 1_000_000;

interface Way {
  label: string;
  clients: Child<LoadClients>;
  rooms: SeededRoom[];
}

export const sends: Measure = {
  name: 'sends',
  async run({ isQuick }) {
    const count = isQuick ? 1_000 : 5_000;
    const runs = isQuick ? 2 : 5;
    const server = startChild<OurServer>('our-server.ts');
    const raw = startChild<RawSends>('raw-sends.ts');
    const ways: Way[] = [];
    try {
      await raw.call('open');
      const url = await server.call('start', { sendsBurst: ANY_NUMBER, sendsPerSecond: ANY_NUMBER });
      const rooms = await server.call('seed', { rooms: SOCKETS, peoplePerRoom: 1 });
      const [shared] = await server.call('seed', { rooms: 1, peoplePerRoom: SOCKETS });
      ways.push(
        await connectWay(url, 'one socket', [rooms[0]!]),
        await connectWay(url, `${SOCKETS} sockets, a room each`, rooms),
        await connectWay(url, `${SOCKETS} sockets in one room`, [shared!]),
      );
      const rates = new Map<string, number[]>();
      const note = (label: string, rate: number) => rates.set(label, [...(rates.get(label) ?? []), rate]);
      // The first round is for the compilers and counts for nobody.
      for (let run = 0; run <= runs; run++) {
        for (const way of ways) {
          const { elapsedMs, refused, firstRefusal } = await way.clients.call('flood', {
            count,
            inFlight: AT_ONCE,
            asks: asksOf(way),
            tag: `${run}`,
          });
          if (refused > 0) throw new Error(`${refused} sends were refused: ${JSON.stringify(firstRefusal)}`);
          if (run > 0) note(way.label, (count / elapsedMs) * 1000);
          const rawMs = await raw.call('send', count);
          if (run > 0) note('raw', (count / rawMs) * 1000);
        }
      }
      return ways.map((way) => toRow(way.label, median(rates.get(way.label)!), median(rates.get('raw')!)));
    } finally {
      for (const { clients } of ways) await clients.stop();
      await server.stop();
      await raw.stop();
    }
  },
};

async function connectWay(url: string, label: string, rooms: SeededRoom[]): Promise<Way> {
  const clients = startChild<LoadClients>('load-clients.ts');
  await clients.call('connect', { url, auths: rooms.flatMap((room) => room.members.map(({ token }) => ({ token }))) });
  const joins = rooms.flatMap((room) => room.members.map(() => ({ name: 'room:join', input: { roomId: room.id } })));
  await clients.call('ask', joins);
  return { label, clients, rooms };
}

/** One per socket, in the order of the sockets. */
const asksOf = ({ rooms }: Way) =>
  rooms.flatMap((room) =>
    room.members.map(() => ({
      name: 'message:send',
      input: { roomId: room.id, clientId: '{n}', text: 'Masa garansi perangkat adalah 36 bulan sejak serah terima.' },
    })),
  );

function toRow(label: string, ours: number, raw: number): Row {
  return {
    measure: `sends, ${AT_ONCE} at once: ${label}`,
    ours: perSecond(ours),
    reference: perSecond(raw),
    ratio: ours / raw,
    target: `≥ ${TARGET}`,
    isMet: ours / raw >= TARGET,
  };
}
