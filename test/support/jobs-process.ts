// Started as a process of its own and killed: takes a job, says so, and never ends it. Arguments: file, node id, lease in ms.
import { createInProcessJobs } from '../../src/engines/jobs/in-process.ts';
import { openJobsDatabase } from './jobs-database.ts';

const [file, nodeId, leaseMs] = process.argv.slice(2);
const jobs = createInProcessJobs({ db: await openJobsDatabase(file!), nodeId: nodeId!, leaseMs: Number(leaseMs) });
jobs.handle('note', async (job) => {
  process.stdout.write(`running ${job.id}\n`);
  await new Promise<void>(() => setInterval(() => undefined, 1_000));
});
await jobs.start();
await jobs.add({ tenantId: 'default', kind: 'note', payload: 'survives' });
