// The longest time for which one input holds up everybody else, beside bare Socket.IO that is given the same.
import type { BareServer } from './support/bare-server.ts';
import { type Child, startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { type Measure, median, ms, type Row } from './support/measure.ts';
import type { OurServer, SeededRoom } from './support/our-server.ts';
import type { Block } from './support/probes.ts';

const TARGET_MS = 50;
const TEXT_UNITS = 32_000;
/** Ordinary words, all of which the full-text index has to take. */
const LONG_TEXT = Array.from({ length: 4_000 }, (_, index) => `kata${index}`)
  .join(' ')
  .slice(0, TEXT_UNITS);
const BIG_ROOM_MESSAGES = 5_000;
const ROOMS = 200;
/** After the input: acknowledgements, token counts and what members are told. */
const SETTLE_MS = 250;

interface Target {
  clients: Child<LoadClients>;
  server: Pick<Child<BareServer>, 'call'>;
  roomId: string;
  /** Bare Socket.IO has no routes: it is given a small event instead. */
  get(path: string): Promise<unknown>;
}

interface Input {
  label: string;
  give(target: Target): Promise<unknown>;
}

export const eventLoop: Measure = {
  name: 'event-loop',
  async run({ isQuick }) {
    const runs = isQuick ? 1 : 3;
    const server = startChild<OurServer>('our-server.ts');
    const bare = startChild<BareServer>('bare-server.ts');
    const ourClients = startChild<LoadClients>('load-clients.ts');
    const bareClients = startChild<LoadClients>('load-clients.ts');
    try {
      const url = await server.call('start', {});
      const bareUrl = await bare.call('start');
      const [room] = await server.call('seed', { rooms: 1, peoplePerRoom: 20 });
      const { token } = room!.members[0]!;
      await server.call('fill', { room: room!, count: BIG_ROOM_MESSAGES });
      await server.call('addRooms', { token, count: ROOMS });
      const ours: Target = {
        clients: ourClients,
        server: server as Target['server'],
        roomId: room!.id,
        async get(path) {
          const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
          if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
          return response.text();
        },
      };
      const reference: Target = {
        clients: bareClients,
        server: bare,
        roomId: room!.id,
        get: () => bareClients.call('ask', [{ name: 'ping', input: {} }]),
      };
      const open = async () => {
        await connectAll(ourClients, url, room!);
        await connectAll(bareClients, bareUrl, room!);
      };

      const rows: Row[] = [];
      for (const input of [...socketInputs(), ...restInputs(room!.id)]) {
        const blocks: { ours: Block; bare: Block }[] = [];
        for (let run = 0; run < runs; run++) {
          await open();
          blocks.push({ ours: await longestBlock(ours, input), bare: await longestBlock(reference, input) });
        }
        const longest = Math.max(...blocks.map(({ ours }) => ours.cpuMs));
        const wall = median(blocks.map(({ ours }) => ours.wallMs));
        rows.push({
          measure: `longest block: ${input.label}`,
          ours: `${ms(longest)} (wall ${ms(wall)})`,
          reference: ms(Math.max(...blocks.map(({ bare }) => bare.cpuMs))),
          target: `≤ ${TARGET_MS} ms`,
          isMet: longest <= TARGET_MS,
        });
      }
      return rows;
    } finally {
      for (const child of [ourClients, bareClients, server, bare]) await child.stop();
    }
  },
};

async function connectAll(clients: Child<LoadClients>, url: string, room: SeededRoom): Promise<void> {
  await clients.call('disconnect');
  await clients.call('connect', { url, auths: room.members.map(({ token }) => ({ token })) });
  await clients.call('askInTurn', Array(room.members.length).fill({ name: 'room:join', input: { roomId: room.id } }));
}

async function longestBlock(target: Target, input: Input): Promise<Block> {
  await target.server.call('watchLoop');
  await input.give(target);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return target.server.call('longestBlock');
}

function socketInputs(): Input[] {
  const send = (label: string, text: string): Input => ({
    label,
    give: ({ clients, roomId }) => {
      const input = { roomId, clientId: crypto.randomUUID(), text };
      return clients.call('ask', [{ name: 'message:send', input }]);
    },
  });
  const raw = (label: string, frame: string, count: number): Input => ({
    label,
    give: ({ clients }) => clients.call('sendRaw', { frame, count }),
  });
  const flood = (label: string, { text, ...how }: { count: number; inFlight: number; text: string }): Input => ({
    label,
    give: ({ clients, roomId }) => {
      const asks = [{ name: 'message:send', input: { roomId, clientId: '{n}', text } }];
      return clients.call('flood', { ...how, asks, tag: crypto.randomUUID().slice(0, 8) });
    },
  });
  return [
    send('32,000 × "a"', 'a'.repeat(TEXT_UNITS)),
    send('16,000 emoji', '😀'.repeat(TEXT_UNITS / 2)),
    send('16,000 × "@a"', '@a'.repeat(TEXT_UNITS / 2)),
    send('10,000 × "@a "', '@a '.repeat(10_000)),
    send('32,000 × "@"', '@'.repeat(TEXT_UNITS)),
    send('a message of 1 MB, refused', 'a'.repeat(1024 * 1024)),
    raw('10,000 malformed events', '42["message:send",{"roomId":7}]', 10_000),
    raw('10,000 unknown events', '42["no:such",{"a":[1,2,3]}]', 10_000),
    flood('5,000 sends at once, most refused', { count: 5_000, inFlight: 500, text: 'cepat sekali' }),
    flood('64 × 32,000 characters at once', { count: 64, inFlight: 64, text: LONG_TEXT }),
    {
      label: `join of a room with ${BIG_ROOM_MESSAGES.toLocaleString('en')} messages`,
      give: ({ clients, roomId }) => clients.call('ask', [{ name: 'room:join', input: { roomId } }]),
    },
    {
      label: 'the same, by who was away for 1,000 facts',
      give: ({ clients, roomId }) =>
        clients.call('ask', [{ name: 'room:join', input: { roomId, afterSeq: BIG_ROOM_MESSAGES - 1_000 } }]),
    },
  ];
}

function restInputs(roomId: string): Input[] {
  return [
    {
      label: 'search for a word in each of 5,000 messages',
      give: (target) => target.get(`/api/v1/rooms/${roomId}/search?q=garansi`),
    },
    { label: `list of ${ROOMS} rooms`, give: (target) => target.get('/api/v1/rooms') },
  ];
}
