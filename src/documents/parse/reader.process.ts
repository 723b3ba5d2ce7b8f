// The process in which one file is read: it has that file, our code and its libraries, no network and no environment, and ends with the file.
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { RecognizedWord } from '../../engines/ocr/text-recognizer.ts';
import { withinBounds } from './bounds.ts';
import { closeWaysOut } from './close-ways-out.ts';
import { type FormatInput, ReadProblem } from './format.ts';
import type { ReadEvent, ReadRequest } from './parsed.ts';
import type { FromReader, ToReader, WatchdogData } from './reader-messages.ts';

process.once('message', (message: ToReader) => {
  if (message.kind === 'read') void serve(message);
});
// Nobody is left to read for.
process.on('disconnect', () => process.exit(0));

async function serve({ request, formats, canRecognize, window }: Extract<ToReader, { kind: 'read' }>): Promise<void> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  await startWatchdog(request, progress);
  closeWaysOut();
  const service = connect(window, () => Atomics.add(progress, 0, 1));
  let problem: Extract<FromReader, { kind: 'end' }>['problem'];
  try {
    for await (const event of withinBounds(
      open(request, formats, canRecognize ? service.recognize : undefined),
      request,
    )) {
      await service.send(event);
    }
  } catch (error) {
    problem = describe(error);
  }
  await service.end(problem);
  process.exit(0);
}

async function startWatchdog({ bounds }: ReadRequest, progress: Int32Array): Promise<void> {
  const workerData: WatchdogData = {
    memoryBytes: bounds.memoryMb * 1024 * 1024,
    silenceMs: bounds.silenceMs,
    progress,
    parentPid: process.ppid,
  };
  const thread = new Worker(new URL('./watchdog.thread.ts', import.meta.url), {
    workerData,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  await new Promise((resolve, reject) => {
    thread.once('online', resolve);
    thread.once('error', reject);
  });
}

/** Loads the format after the network is gone, so that whatever it loads finds none. */
async function* open(
  request: ReadRequest,
  formats: string,
  recognize: FormatInput['recognize'],
): AsyncGenerator<ReadEvent> {
  const { FORMATS } = (await import(formats)) as typeof import('./formats.ts');
  const load = FORMATS[request.contentType];
  if (!load) throw new ReadProblem('file_type_refused', 'Files of this type cannot be read.');
  const format = await load();
  const bytes = await readFile(request.path).catch((error) => {
    throw new ReadProblem('file_unreadable', 'The stored file could not be opened.', { cause: error });
  });
  if (bytes.length === 0) throw new ReadProblem('file_empty', 'The file is empty.');
  yield* format({ bytes, request, ...(recognize ? { recognize } : {}) });
}

interface Service {
  /** Resolves when another event may follow. */
  send(event: ReadEvent): Promise<void>;
  recognize(picture: Uint8Array): Promise<RecognizedWord[]>;
  /** Resolves when everything has been handed over. */
  end(problem: Extract<FromReader, { kind: 'end' }>['problem']): Promise<void>;
}

/** @param step is called whenever it goes on */
function connect(window: number, step: () => void): Service {
  let credit = window;
  let mayGoOn: (() => void) | undefined;
  let lastId = 0;
  const asked = new Map<number, PromiseWithResolvers<RecognizedWord[]>>();
  const post = (message: FromReader): Promise<void> =>
    new Promise((resolve) => {
      process.send!(message, () => resolve());
    });

  process.on('message', (message: ToReader) => {
    step();
    if (message.kind === 'taken') {
      credit += message.events;
      mayGoOn?.();
    } else if (message.kind === 'recognized') {
      asked.get(message.id)?.resolve(message.words);
    } else if (message.kind === 'notRecognized') {
      asked.get(message.id)?.reject(new Error(message.message));
    }
  });

  return {
    async send(event) {
      step();
      void post({ kind: 'event', event });
      credit -= 1;
      if (credit > 0) return;
      await new Promise<void>((resolve) => {
        mayGoOn = resolve;
      });
    },
    recognize(picture) {
      lastId += 1;
      const id = lastId;
      const answer = Promise.withResolvers<RecognizedWord[]>();
      asked.set(id, answer);
      void post({ kind: 'recognize', id, picture });
      return answer.promise.finally(() => asked.delete(id));
    },
    end: (problem) => post({ kind: 'end', ...(problem ? { problem } : {}) }),
  };
}

/** What broke the bounds of the language is too much; whatever else a parser trips over is broken content. */
function describe(error: unknown): NonNullable<Extract<FromReader, { kind: 'end' }>['problem']> {
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.stack}` : '';
  const detail = error instanceof Error ? `${error.stack}${cause}` : String(error);
  if (error instanceof ReadProblem) return { reason: error.reason, message: error.message, detail };
  if (error instanceof RangeError && /stack size|string length|allocation failed|array length/i.test(error.message)) {
    return { reason: 'file_too_complex', message: 'The file is too complex to be read within bounds.', detail };
  }
  return { reason: 'file_corrupt', message: 'The file is damaged, or is not what it seems to be.', detail };
}
