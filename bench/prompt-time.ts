// From a question on the wire to the call of the model, in a room where 50 messages were said, documents lie on the table and facts are remembered; beside a Socket.IO handler that calls at once.
import type { BareServer } from './support/bare-server.ts';
import { startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { type Measure, median, ms, percentile } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';

const RECENT_MESSAGES = 50;
const ROOMS = 100;
const PASSAGES = 100_000;
const QUICK_PASSAGES = 10_000;
const PASSAGES_PER_DOCUMENT = 100;
const MEMORIES = 10_000;
const QUICK_MEMORIES = 1_000;
const TARGET_MS = 25;
/** Long enough for the answer of a few tokens to be over, so that no question waits for another. */
const PAUSE_MS = 40;
const WARM_UP = 20;

export const promptTime: Measure = {
  name: 'prompt-time',
  async run({ isQuick }) {
    const count = WARM_UP + (isQuick ? 40 : 300);
    const server = startChild<OurServer>('our-server.ts');
    const bare = startChild<BareServer>('bare-server.ts');
    const clients = startChild<LoadClients>('load-clients.ts');
    const bareClients = startChild<LoadClients>('load-clients.ts');
    try {
      // Each question adds two messages: the prompt holds the newest fifty throughout.
      const url = await server.call('start', { historyMessages: RECENT_MESSAGES });
      await server.call('pace', { count: 3, perSecond: 1_000 });
      const rooms = await server.call('seed', { rooms: ROOMS, peoplePerRoom: 2 });
      const passages = isQuick ? QUICK_PASSAGES : PASSAGES;
      await server.call('addPassages', { rooms, passages, perDocument: PASSAGES_PER_DOCUMENT });
      const memories = isQuick ? QUICK_MEMORIES : MEMORIES;
      await server.call('addMemories', { rooms, count: memories });
      const [room] = rooms;
      await clients.call('connect', { url, auths: [{ token: room!.members[0]!.token }] });
      await clients.call('ask', [{ name: 'room:join', input: { roomId: room!.id } }]);
      await server.call('fill', { room: room!, count: RECENT_MESSAGES });
      await bareClients.call('connect', { url: await bare.call('start'), auths: [{}] });

      const input = { roomId: room!.id, clientId: '{n}', text: 'Berapa lama masa garansi?', assistant: 'ask' };
      const sentAt = await clients.call('series', { ask: { name: 'message:send', input }, count, pauseMs: PAUSE_MS });
      const calledAt = await server.call('calledAtMs');
      const bareAsk = { name: 'model:call', input };
      const bareSentAt = await bareClients.call('series', { ask: bareAsk, count, pauseMs: 5 });
      const bareCalledAt = await bare.call('calledAtMs');
      if (calledAt.length !== count) throw new Error(`${count} questions made ${calledAt.length} calls`);

      const ours = calledAt.map((at, index) => at - sentAt[index]!).slice(WARM_UP);
      const reference = bareCalledAt.map((at, index) => at - bareSentAt[index]!).slice(WARM_UP);
      const p95 = percentile(ours, 0.95);
      return [
        {
          measure: `question to model call, ${RECENT_MESSAGES} recent messages, ${passages.toLocaleString('en')} passages and ${memories.toLocaleString('en')} memories in ${ROOMS} rooms, p95`,
          ours: `${ms(p95)} (median ${ms(median(ours))})`,
          reference: ms(percentile(reference, 0.95)),
          target: `≤ ${TARGET_MS} ms`,
          isMet: p95 <= TARGET_MS,
        },
      ];
    } finally {
      for (const child of [clients, bareClients, server, bare]) await child.stop();
    }
  },
};
