// Uploads of 200 MB beside busboy alone: how fast they are taken, how much memory that takes, and how long others are held up.
import { sendMegabytes } from '../test/support/uploads.ts';
import type { BareUpload } from './support/bare-upload.ts';
import { type Child, startChild } from './support/child.ts';
import { type Measure, median, ms, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';
import type { Block } from './support/probes.ts';

const MEGABYTES = 200;
const MEMORY_TARGET_MB = 100;
const BLOCK_TARGET_MS = 50;
const CPU_TARGET = 2;

interface Run {
  cpuMs: number;
  megabytesPerSecond: number;
  block: Block;
}

export const upload: Measure = {
  name: 'upload',
  async run({ isQuick }) {
    const runs = isQuick ? 2 : 5;
    const server = startChild<OurServer>('our-server.ts');
    const bare = startChild<BareUpload>('bare-upload.ts');
    try {
      const url = await server.call('start', {});
      const [room] = await server.call('seed', { rooms: 1, peoplePerRoom: 1 });
      const ours: Run[] = [];
      const reference: Run[] = [];
      const bareUrl = await bare.call('start');
      await server.call('watchMemory');
      await bare.call('watchMemory');
      // The first round is for the compilers and counts for nobody.
      for (let run = 0; run <= runs; run++) {
        const our = await measure(server as unknown as Child<BareUpload>, url, room!.members[0]!.token);
        const theirs = await measure(bare, bareUrl, '');
        if (run === 0) continue;
        ours.push(our);
        reference.push(theirs);
      }
      const grown = { ours: await server.call('grownMb'), reference: await bare.call('grownMb') };
      return toRows(ours, reference, grown);
    } finally {
      await server.stop();
      await bare.stop();
    }
  },
};

async function measure(server: Child<BareUpload>, url: string, token: string): Promise<Run> {
  await server.call('watchLoop');
  const cpuBefore = await server.call('cpuMs');
  const startedAt = performance.now();
  const { status, body } = await sendMegabytes({ url, token }, MEGABYTES);
  const seconds = (performance.now() - startedAt) / 1_000;
  // Ours looks at it afterwards and finds nothing that it could read.
  if (status !== 201 && !body.includes('file_type_refused')) throw new Error(`${status} ${body}`);
  return {
    cpuMs: (await server.call('cpuMs')) - cpuBefore,
    megabytesPerSecond: MEGABYTES / seconds,
    block: await server.call('longestBlock'),
  };
}

function toRows(ours: Run[], reference: Run[], grown: { ours: number; reference: number }): Row[] {
  const middle = (runs: Run[], of: (run: Run) => number): number => median(runs.map(of));
  const cpu = middle(ours, (run) => run.cpuMs);
  const bareCpu = middle(reference, (run) => run.cpuMs);
  const speedOf = (runs: Run[]): string => `${middle(runs, (run) => run.megabytesPerSecond).toFixed(0)} MB/s`;
  const block = middle(ours, (run) => run.block.cpuMs);
  return [
    {
      measure: `upload of ${MEGABYTES} MB: server CPU`,
      ours: ms(cpu),
      reference: ms(bareCpu),
      ratio: cpu / bareCpu,
      target: `≤ ${CPU_TARGET}`,
      isMet: cpu / bareCpu <= CPU_TARGET,
    },
    {
      measure: `upload of ${MEGABYTES} MB: speed (of this machine’s disk, mostly)`,
      ours: speedOf(ours),
      reference: speedOf(reference),
      target: 'told',
    },
    {
      measure: `uploads of ${MEGABYTES} MB, one after the other: resident memory grows by`,
      ours: `${grown.ours.toFixed(0)} MB`,
      reference: `${grown.reference.toFixed(0)} MB`,
      target: `≤ ${MEMORY_TARGET_MB} MB`,
      isMet: grown.ours <= MEMORY_TARGET_MB,
    },
    {
      measure: `longest block: an upload of ${MEGABYTES} MB`,
      ours: `${ms(block)} (wall ${ms(middle(ours, (run) => run.block.wallMs))})`,
      reference: ms(middle(reference, (run) => run.block.cpuMs)),
      target: `≤ ${BLOCK_TARGET_MS} ms`,
      isMet: block <= BLOCK_TARGET_MS,
    },
  ];
}
