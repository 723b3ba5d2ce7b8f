// Started as a process of its own and killed: takes a job, says so, and never ends it. Arguments: file, node id, lease in ms.
import { openDatabase } from '../../database/open.ts';
import { createInProcessJobs } from '../../src/engines/jobs/in-process.ts';

const [file, nodeId, leaseMs] = process.argv.slice(2);
const jobs = createInProcessJobs({
  db: await openDatabase({ engine: 'sqlite', file: file!, durability: 'normal' }),
  nodeId: nodeId!,
  leaseMs: Number(leaseMs),
});
// The queue's own timers keep no process alive.
setInterval(() => undefined, 60_000);
jobs.handle('note', async (job) => {
  process.stdout.write(`running ${job.id}\n`);
  await new Promise<void>(() => undefined);
});
await jobs.start();
await jobs.add({ tenantId: 'default', kind: 'note', payload: 'survives' });
