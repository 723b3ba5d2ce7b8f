// Recognition by the Tesseract that came with the install, in worker threads that are started when somebody needs them and end when nobody does.
import { createWorkerPool } from '../../lib/worker-pool.ts';
import { createQueue } from './queue.ts';
import { parseTsv } from './tesseract-output.ts';
import type { TextRecognizer } from './text-recognizer.ts';

/** Languages whose data are among our dependencies. */
export const PACKAGED_LANGUAGES: readonly string[] = ['ind', 'eng'];

const WORKER = new URL('./tesseract-js.worker.ts', import.meta.url);
/** A thread holds about 200 MB. */
const IDLE_MS = 30_000;

export interface TesseractJsOptions {
  languages: readonly string[];
  /** Pictures at a time, each in a thread of its own; more wait in order. */
  parallel: number;
  /** For one picture. */
  timeoutMs: number;
}

/** @throws Error when none of the languages came with the install */
export function createTesseractJs({ languages: wanted, parallel, timeoutMs }: TesseractJsOptions): TextRecognizer {
  const languages = wanted.filter((language) => PACKAGED_LANGUAGES.includes(language));
  if (languages.length === 0) {
    throw new Error(
      `The built-in recognition of text knows ${PACKAGED_LANGUAGES.join(' and ')}, none of ${wanted.join(', ')}.`,
    );
  }
  const pool = createWorkerPool({ maxThreads: parallel, idleTimeoutMs: IDLE_MS });
  const queue = createQueue(parallel);
  const closing = new AbortController();
  return {
    engine: 'tesseract-js',
    languages,
    async recognize(picture, asked) {
      const signals = [closing.signal, ...(asked ? [asked] : [])];
      const leave = await queue.take(AbortSignal.any(signals));
      try {
        // Its time begins when its turn has come; a thread that takes longer is ended.
        const signal = AbortSignal.any([...signals, AbortSignal.timeout(timeoutMs)]);
        return parseTsv(await pool.run<string>(WORKER, 'recognize', { picture, languages }, signal));
      } finally {
        leave();
      }
    },
    async close() {
      closing.abort(new Error('The recognizer is closed.'));
      await pool.stop();
    },
  };
}
