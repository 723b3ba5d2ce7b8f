// One answer to 200 members, against a Socket.IO server that emits every token: CPU, bytes, delay.
import type { BareServer } from './support/bare-server.ts';
import { type Child, startChild } from './support/child.ts';
import type { LoadClients } from './support/load-clients.ts';
import { kb, type Measure, median, ms, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';

const MEMBERS = 200;
/** After the last token: the end is stored and told, and so is what is unread. */
const SETTLE_MS = 1_100;

interface Rate {
  perSecond: number;
  tokens: number;
  runs: number;
  cpuTarget: number;
}

interface Side {
  server: Child<OurServer> | Child<BareServer>;
  clients: Child<LoadClients>;
  ask: { name: string; input: Record<string, unknown> };
}

interface Run {
  cpuMs: number;
  bytesPerMember: number;
  /** From the token's birth in the server to each watched member. */
  delaysMs: number[];
  firstDelayMs: number;
  /** Tokens that members got with the first delta, beyond the first. */
  heldBack: number;
}

export const fanOut: Measure = {
  name: 'fan-out',
  async run({ isQuick }) {
    const runs = isQuick ? 1 : 5;
    const rates: Rate[] = [
      { perSecond: 60, tokens: 400, runs, cpuTarget: 0.75 },
      { perSecond: 150, tokens: 400, runs, cpuTarget: 0.45 },
    ];
    const ours = await startOurs();
    const bare = await startBare();
    const rows: Row[] = [];
    try {
      for (const side of [ours, bare]) await answerOnce(side, { perSecond: 150, tokens: 90 });
      for (const rate of rates) rows.push(...(await compare(ours, bare, rate)));
      const windowMs = await (ours.server as Child<OurServer>).call('windowMs');
      rows.push({
        measure: 'fan-out: coalescing window',
        ours: ms(windowMs),
        reference: 'every token',
        target: 'told',
      });
    } finally {
      for (const { server, clients } of [ours, bare]) {
        await clients.stop();
        await server.stop();
      }
    }
    return rows;
  },
};

async function startOurs(): Promise<Side> {
  const server = startChild<OurServer>('our-server.ts');
  const clients = startChild<LoadClients>('load-clients.ts');
  const url = await server.call('start', {});
  const [room] = await server.call('seed', { rooms: 1, peoplePerRoom: MEMBERS });
  await clients.call('connect', { url, auths: room!.members.map(({ token }) => ({ token })) });
  const roomId = room!.id;
  await clients.call('ask', Array(MEMBERS).fill({ name: 'room:join', input: { roomId } }));
  const text = 'Berapa lama masa garansi?';
  return { server, clients, ask: { name: 'message:send', input: { roomId, text, assistant: 'ask' } } };
}

async function startBare(): Promise<Side> {
  const server = startChild<BareServer>('bare-server.ts');
  const clients = startChild<LoadClients>('load-clients.ts');
  const url = await server.call('start');
  const roomId = crypto.randomUUID();
  await clients.call('connect', { url, auths: Array(MEMBERS).fill({}) });
  await clients.call('ask', Array(MEMBERS).fill({ name: 'room:join', input: { roomId } }));
  return { server, clients, ask: { name: 'turn:ask', input: { roomId } } };
}

async function compare(ours: Side, bare: Side, rate: Rate): Promise<Row[]> {
  const results: { ours: Run; bare: Run }[] = [];
  for (let run = 0; run < rate.runs; run++) {
    results.push({ ours: await answerOnce(ours, rate), bare: await answerOnce(bare, rate) });
  }
  const middle = (pick: (run: Run) => number) => ({
    ours: median(results.map((result) => pick(result.ours))),
    bare: median(results.map((result) => pick(result.bare))),
  });
  const cpu = middle((run) => run.cpuMs);
  const bytes = middle((run) => run.bytesPerMember);
  const delay = middle((run) => median(run.delaysMs));
  const first = middle((run) => run.firstDelayMs);
  const heldBack = Math.max(...results.map((result) => result.ours.heldBack));
  const at = `fan-out ${rate.perSecond}/s`;
  const added = delay.ours - delay.bare;
  return [
    {
      measure: `${at}: server CPU`,
      ours: ms(cpu.ours),
      reference: ms(cpu.bare),
      ratio: cpu.ours / cpu.bare,
      target: `≤ ${rate.cpuTarget}`,
      isMet: cpu.ours / cpu.bare <= rate.cpuTarget,
    },
    {
      measure: `${at}: bytes per member`,
      ours: kb(bytes.ours),
      reference: kb(bytes.bare),
      ratio: bytes.ours / bytes.bare,
      target: '≤ 0.6',
      isMet: bytes.ours / bytes.bare <= 0.6,
    },
    {
      measure: `${at}: median delay (added ${ms(added)})`,
      ours: ms(delay.ours),
      reference: ms(delay.bare),
      target: 'added ≤ 25 ms',
      isMet: added <= 25,
    },
    {
      measure: `${at}: first token (held back with ${heldBack} others)`,
      ours: ms(first.ours),
      reference: ms(first.bare),
      target: 'not held back',
      isMet: heldBack === 0,
    },
  ];
}

async function answerOnce(side: Side, rate: Pick<Rate, 'perSecond' | 'tokens'>): Promise<Run> {
  const { server, clients, ask } = side as Side & { server: Child<BareServer> };
  const tokenUnits = await unitsOfTokens(rate.tokens);
  const units = tokenUnits.at(-1)!;
  await server.call('pace', { count: rate.tokens, perSecond: rate.perSecond });
  await clients.call('watchDeltas');
  const cpuBefore = await server.call('cpuMs');
  await clients.call('ask', [{ name: ask.name, input: { ...ask.input, clientId: crypto.randomUUID() } }]);
  await clients.call('untilText', units);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const cpuMs = (await server.call('cpuMs')) - cpuBefore;
  const { members, bytesPerMember } = await clients.call('arrivals');
  const bornAt = await server.call('stampsMs');
  const delaysMs = members.flatMap((seen) => delaysOf(seen, tokenUnits, bornAt));
  return {
    cpuMs,
    bytesPerMember,
    delaysMs,
    firstDelayMs: median(members.map((seen) => seen[0]!.atMs - bornAt[0]!)),
    heldBack: Math.max(...members.map((seen) => tokenUnits.indexOf(seen[0]!.end))),
  };
}

/** Offset after each token. */
async function unitsOfTokens(count: number): Promise<number[]> {
  const { paceTokens } = await import('./support/tokens.ts');
  const ends: number[] = [];
  for await (const token of paceTokens({ count, perSecond: Number.POSITIVE_INFINITY })) {
    ends.push((ends.at(-1) ?? 0) + token.length);
  }
  return ends;
}

/** A token has arrived with the first delta that reaches its end. */
function delaysOf(seen: { end: number; atMs: number }[], tokenUnits: number[], bornAt: number[]): number[] {
  let next = 0;
  return tokenUnits.map((end, token) => {
    while (seen[next]!.end < end) next += 1;
    return seen[next]!.atMs - bornAt[token]!;
  });
}
