// What an idle connection costs after garbage collection: signed in and in a room with us, connected and in a room with bare Socket.IO.
import type { BareServer } from './support/bare-server.ts';
import { startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { kb, type Measure, median, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';

const TARGET = 1.3;
const ROOMS = 4;

interface Cost {
  heapBytes: number;
  residentBytes: number;
}

export const idleConnections: Measure = {
  name: 'idle-connections',
  async run({ isQuick }) {
    const connections = isQuick ? 400 : 2_000;
    const ours: Cost[] = [];
    const bare: Cost[] = [];
    for (let run = 0; run < (isQuick ? 1 : 3); run++) {
      ours.push(await costOfOurs(connections));
      bare.push(await costOfBare(connections));
    }
    const heap = { ours: median(ours.map((c) => c.heapBytes)), bare: median(bare.map((c) => c.heapBytes)) };
    const resident = { ours: median(ours.map((c) => c.residentBytes)), bare: median(bare.map((c) => c.residentBytes)) };
    const ratio = heap.ours / heap.bare;
    const rows: Row[] = [
      {
        measure: `idle connection (${connections} people), heap and buffers`,
        ours: kb(heap.ours),
        reference: kb(heap.bare),
        ratio,
        target: `≤ ${TARGET}`,
        isMet: ratio <= TARGET,
      },
    ];
    // A process gives memory back late: with few connections this says nothing.
    if (!isQuick) {
      rows.push({
        measure: `idle connection (${connections} people), resident`,
        ours: kb(resident.ours),
        reference: kb(resident.bare),
        ratio: resident.ours / resident.bare,
        target: 'told',
      });
    }
    return rows;
  },
};

async function costOfOurs(connections: number): Promise<Cost> {
  const server = startChild<OurServer>('our-server.ts', ['--expose-gc']);
  const clients = startChild<LoadClients>('load-clients.ts');
  try {
    const url = await server.call('start', {});
    const rooms = await server.call('seed', { rooms: ROOMS, peoplePerRoom: connections / ROOMS });
    const auths = rooms.flatMap((room) => room.members.map(({ token }) => ({ token })));
    const joins = rooms.flatMap((room) => room.members.map(() => ({ name: 'room:join', input: { roomId: room.id } })));
    return await costOf({ server, clients, url, auths, joins });
  } finally {
    await clients.stop();
    await server.stop();
  }
}

async function costOfBare(connections: number): Promise<Cost> {
  const server = startChild<BareServer>('bare-server.ts', ['--expose-gc']);
  const clients = startChild<LoadClients>('load-clients.ts');
  try {
    const url = await server.call('start');
    const roomIds = Array.from({ length: ROOMS }, () => crypto.randomUUID());
    const joins = Array.from({ length: connections }, (_, index) => ({
      name: 'room:join',
      input: { roomId: roomIds[index % ROOMS] },
    }));
    return await costOf({ server, clients, url, auths: Array(connections).fill({}), joins });
  } finally {
    await clients.stop();
    await server.stop();
  }
}

/** A first handful connects and leaves, so that what is loaded once counts for nobody. */
async function costOf(given: {
  server:
    | Pick<ReturnType<typeof startChild<BareServer>>, 'call'>
    | Pick<ReturnType<typeof startChild<OurServer>>, 'call'>;
  clients: ReturnType<typeof startChild<LoadClients>>;
  url: string;
  auths: unknown[];
  joins: { name: string; input: unknown }[];
}): Promise<Cost> {
  const { clients, url, auths, joins } = given;
  const server = given.server as Pick<ReturnType<typeof startChild<BareServer>>, 'call'>;
  await clients.call('connect', { url, auths: auths.slice(0, 20) });
  await clients.call('askInTurn', joins.slice(0, 20));
  await clients.call('disconnect');
  const before = await server.call('memory');
  await clients.call('connect', { url, auths });
  await clients.call('askInTurn', joins);
  const after = await server.call('memory');
  const open = await clients.call('openSockets');
  if (open !== auths.length) throw new Error(`${open} of ${auths.length} connections are open`);
  return {
    heapBytes: (after.heapBytes - before.heapBytes) / open,
    residentBytes: (after.residentBytes - before.residentBytes) / open,
  };
}
