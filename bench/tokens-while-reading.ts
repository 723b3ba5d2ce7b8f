// Whether somebody who reads an answer notices that a PDF of 500 pages is being read: how late each token comes, before and meanwhile.
import { makePdf } from '../test/support/make-pdf.ts';
import { type Child, startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { type Measure, median, ms, percentile, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';
import { tenderPage } from './support/tender-page.ts';
import { paceTokens } from './support/tokens.ts';
import { untilRead, uploadDocument } from './support/uploaded.ts';

const PAGES = 500;
const TOKENS_PER_SECOND = 50;
/** An answer of two seconds; as many as it takes follow one another. */
const TOKENS = 100;
const ANSWERS_BEFORE = 4;
const LEAST_TARGET_MS = 25;
const MOST_MS = 100;

export const tokensWhileReading: Measure = {
  name: 'tokens-while-reading',
  async run({ isQuick }) {
    const content = Uint8Array.from(makePdf(Array.from({ length: PAGES }, (_, index) => tenderPage(index + 1))));
    const server = startChild<OurServer>('our-server.ts');
    const clients = startChild<LoadClients>('load-clients.ts');
    try {
      const url = await server.call('start', {});
      await server.call('pace', { count: TOKENS, perSecond: TOKENS_PER_SECOND });
      const [room, other] = await server.call('seed', { rooms: 2, peoplePerRoom: 1 });
      await clients.call('connect', { url, auths: [{ token: room!.members[0]!.token }] });
      await clients.call('ask', [{ name: 'room:join', input: { roomId: room!.id } }]);
      const answer = answerer(server, clients, room!.id);
      await answer();
      const before: number[] = [];
      for (let count = 0; count < (isQuick ? 1 : ANSWERS_BEFORE); count++) before.push(...(await answer()));

      const { token } = other!.members[0]!;
      const startedAt = performance.now();
      const { id } = await uploadDocument({ url, token, roomId: other!.id }, { name: 'tender.pdf', content });
      let readAfterMs = 0;
      const reading = untilRead({ url, token }, id).finally(() => {
        readAfterMs = performance.now() - startedAt;
      });
      const during: number[] = [];
      while (readAfterMs === 0) during.push(...(await answer()));
      const { pages } = await reading;
      return toRows(before, during, `${pages} pages of PDF are read in ${(readAfterMs / 1_000).toFixed(1)} s`);
    } finally {
      await clients.stop();
      await server.stop();
    }
  },
};

/** @returns has an answer given and tells how long after its time each token came, in milliseconds */
function answerer(server: Child<OurServer>, clients: Child<LoadClients>, roomId: string): () => Promise<number[]> {
  return async () => {
    const ends = await endsOfTokens();
    await clients.call('watchDeltas');
    const input = { roomId, clientId: crypto.randomUUID(), text: 'Berapa lama masa garansi?', assistant: 'ask' };
    await clients.call('ask', [{ name: 'message:send', input }]);
    await clients.call('untilText', ends.at(-1)!);
    const { members } = await clients.call('arrivals');
    const [firstAt] = await server.call('stampsMs');
    let next = 0;
    return ends.map((end, token) => {
      while (members[0]![next]!.end < end) next += 1;
      // From when it was due, not from when a server that is busy came to it.
      return members[0]![next]!.atMs - (firstAt! + (token * 1_000) / TOKENS_PER_SECOND);
    });
  };
}

async function endsOfTokens(): Promise<number[]> {
  const ends: number[] = [];
  for await (const token of paceTokens({ count: TOKENS, perSecond: Number.POSITIVE_INFINITY })) {
    ends.push((ends.at(-1) ?? 0) + token.length);
  }
  return ends;
}

function toRows(before: number[], during: number[], what: string): Row[] {
  const [p99, idle, longest] = [percentile(during, 0.99), percentile(before, 0.99), Math.max(...during)];
  const most = Math.max(2 * idle, LEAST_TARGET_MS);
  return [
    {
      measure: `token to a member while ${what}: p99 of ${during.length}`,
      ours: `${ms(p99)} (median ${ms(median(during))}, longest ${ms(longest)})`,
      reference: `${ms(idle)} before (median ${ms(median(before))})`,
      ratio: p99 / idle,
      target: `≤ ${ms(most)}, none > ${MOST_MS} ms`,
      isMet: p99 <= most && longest <= MOST_MS,
    },
  ];
}
