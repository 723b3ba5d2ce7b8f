// A short soak over the real wires with a crash in it, and proof that it would notice a broken server. The long one: npm run soak.
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runSoak, type SoakReport, type SoakServer } from '../soak/run-soak.ts';
import { startSoakServer } from '../soak/server-process.ts';
import { FAULTS, type Fault, startRelay } from '../support/faulty-relay.ts';
import { stopProcesses } from '../support/process.ts';
import { startProduct, stopProducts } from '../support/product.ts';

afterEach(stopProducts);
afterAll(stopProcesses);

it('loses and doubles nothing while people drop, stop answers, and the server is restarted and killed (R-1, R-2, R-3)', async () => {
  const report = await runSoak({
    server: await startSoakServer('offline:?delayMs=8'),
    answers: 16,
    members: 6,
    rooms: 2,
    restarts: ['SIGKILL', 'SIGTERM'],
    isRestless: true,
    stopShare: 0.2,
    chatEveryMs: 200,
    seed: 11,
  });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ lostUnits: 0, doubledUnits: 0, restarts: 2, crashes: 1 });
  expect(report.answers).toBeGreaterThanOrEqual(16);
  expect(report.drops).toBeGreaterThan(5);
  expect(report.interrupted).toBeGreaterThan(0);
  expect(report.readOverPlain).toBeGreaterThan(0);
}, 180_000);

describe('the soak over a relay', () => {
  it('that passes everything on finds nothing', async () => {
    const { report } = await soakOverRelay(undefined);
    expect(report).toMatchObject({ problems: [], lostUnits: 0, doubledUnits: 0 });
  });

  const seen: Record<Fault, (report: SoakReport) => boolean> = {
    'drop delta': ({ lostUnits }) => lostUnits > 0,
    'double delta': ({ doubledUnits }) => doubledUnits > 0,
    'swap deltas': ({ lostUnits }) => lostUnits > 0,
    'garble delta': ({ lostUnits, doubledUnits }) => lostUnits > 0 && doubledUnits > 0,
    'drop fact': ({ problems }) => problems.some((problem) => problem.includes('"seq"')),
    'double fact': ({ problems }) => problems.some((problem) => problem.includes('"seq"')),
  };
  it.each(FAULTS)('that does "%s" fails', async (fault) => {
    const { report, faults } = await soakOverRelay(fault);
    expect(faults).toBeGreaterThan(0);
    expect(report.problems).not.toEqual([]);
    expect(seen[fault](report), JSON.stringify(report.problems)).toBe(true);
  });
});

async function soakOverRelay(fault: Fault | undefined): Promise<{ report: SoakReport; faults: number }> {
  const product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=8&tokens=40' } });
  const relay = await startRelay(product.url, fault);
  const server: SoakServer = {
    url: product.url,
    databaseFile: join(product.config.dataDir, 'projectwise.sqlite'),
    end: () => product.stop(),
    start: () => Promise.reject(new Error('This one is not restarted.')),
  };
  try {
    const report = await runSoak({
      server,
      membersUrl: relay.url,
      answers: 2,
      members: 2,
      rooms: 1,
      restarts: [],
      isRestless: false,
      stopShare: 0,
      chatEveryMs: 300,
      seed: 3,
    });
    return { report, faults: relay.faults() };
  } finally {
    await relay.stop();
  }
}
