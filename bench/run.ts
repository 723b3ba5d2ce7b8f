// Runs the measures that are named, or all, one after the other, and prints one table.
import { browserRoom } from './browser-room.ts';
import { bundle } from './bundle.ts';
import { chatWhileReading } from './chat-while-reading.ts';
import { eventLoop } from './event-loop.ts';
import { extraction } from './extraction.ts';
import { fanOut } from './fan-out.ts';
import { idleConnections } from './idle-connections.ts';
import { memory } from './memory.ts';
import { memoryQuality } from './memory-quality.ts';
import { promptTime } from './prompt-time.ts';
import { questions } from './questions.ts';
import { reading } from './reading.ts';
import { retrieval } from './retrieval.ts';
import { search } from './search.ts';
import { sends } from './sends.ts';
import { startTime } from './start-time.ts';
import { formatTable, type Measure, type Row } from './support/measure.ts';
import { tokensWhileReading } from './tokens-while-reading.ts';
import { upload } from './upload.ts';

const MEASURES: Measure[] = [
  fanOut,
  promptTime,
  sends,
  idleConnections,
  eventLoop,
  upload,
  chatWhileReading,
  tokensWhileReading,
  extraction,
  retrieval,
  search,
  memory,
  memoryQuality,
  questions,
  reading,
  startTime,
  browserRoom,
  bundle,
];

const args = process.argv.slice(2);
const isQuick = args.includes('--quick');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !MEASURES.some((measure) => measure.name === name));
if (unknown.length > 0) {
  console.error(`No such measure: ${unknown.join(', ')}. There are: ${MEASURES.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}

const rows: Row[] = [];
for (const measure of MEASURES) {
  if (wanted.length > 0 && !wanted.includes(measure.name)) continue;
  const startedAt = performance.now();
  rows.push(...(await measure.run({ isQuick })));
  console.error(`${measure.name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
console.log(`\n${formatTable(rows)}\n`);
const missed = rows.filter((row) => row.isMet === false).length;
console.log(missed === 0 ? 'Every target is met.' : `${missed} of ${rows.length} rows miss their target.`);
