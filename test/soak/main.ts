// The full soak: `npm run soak`, or `npm run soak -- --answers 100 --seed 7`.
import { parseArgs } from 'node:util';
import { stopProcesses } from '../support/process.ts';
import { runSoak } from './run-soak.ts';
import { startSoakServer } from './server-process.ts';

const { values } = parseArgs({
  options: {
    answers: { type: 'string', default: '1000' },
    members: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const seed = Number(values.seed);
console.log(`Seed ${seed}`);
const startedAt = performance.now();
try {
  const report = await runSoak({
    server: await startSoakServer('offline:?delayMs=4'),
    answers: Number(values.answers),
    members: Number(values.members),
    rooms: 4,
    restarts: ['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL'],
    isRestless: true,
    stopShare: 0.1,
    chatEveryMs: 400,
    seed,
    onProgress: (line) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${line}`),
  });
  const { problems, lostUnits, doubledUnits, ...counts } = report;
  console.log(counts);
  for (const problem of problems) console.log(`- ${problem}`);
  console.log(`${lostUnits} lost, ${doubledUnits} doubled characters`);
  process.exitCode = lostUnits + doubledUnits + problems.length === 0 ? 0 : 1;
} finally {
  stopProcesses();
}
