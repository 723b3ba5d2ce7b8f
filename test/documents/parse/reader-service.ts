// A service of its own for one test: reads a file whose reader never ends, and tells the process id of that reader.
import { createDocumentReader } from '../../../src/documents/parse/read-document.ts';
import { noRecognizer, silentLog } from '../../support/reading.ts';

const HUGE = 1e9;
const reader = createDocumentReader({
  recognizer: noRecognizer,
  log: silentLog,
  formats: new URL('./hostile-formats.ts', import.meta.url),
});
const bounds = {
  timeoutMs: HUGE,
  silenceMs: HUGE,
  memoryMb: 400,
  pages: HUGE,
  textUnits: HUGE,
  pageUnits: HUGE,
  unpackedBytes: 1,
};
const events = reader.read(
  { path: process.argv[2]!, contentType: 'spin', name: 'x', fromPage: 1, bounds },
  new AbortController().signal,
);
const { value: started } = await events.next();
void events.next();
console.log(started?.type === 'started' && started.total);
