// Reads files, each in a process of its own: what a file does to its reader, it does not do to the service.
import type { TextRecognizer } from '../../engines/ocr/text-recognizer.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { DocumentReader } from './parsed.ts';
import { type Reader, startReader } from './supervise-reader.ts';

export interface DocumentReaderOptions {
  recognizer: TextRecognizer;
  log: Logger;
  /** Readers at a time; more wait in order. */
  parallel?: number;
  /** The module with FORMATS; tests bring one with hostile formats. */
  formats?: URL;
}

const FORMATS = new URL('./formats.ts', import.meta.url);

export function createDocumentReader(options: DocumentReaderOptions): DocumentReader {
  const { recognizer, log, parallel = 2, formats = FORMATS } = options;
  const stopping = new AbortController();
  const places = createPlaces(parallel);
  const running = new Set<Reader>();

  return {
    async *read(request, asked) {
      const signal = AbortSignal.any([asked, stopping.signal]);
      const leave = await places.take(signal);
      let reader: Reader | undefined;
      const kill = (): void => reader?.end(signal.reason);
      try {
        reader = await startReader(request, { recognizer, log, formats: formats.href });
        running.add(reader);
        signal.addEventListener('abort', kill, { once: true });
        if (signal.aborted) kill();
        for (;;) {
          const event = await reader.next();
          // What had been read before the end was asked for is not handed out any more.
          signal.throwIfAborted();
          if (!event) return;
          yield event;
        }
      } finally {
        signal.removeEventListener('abort', kill);
        reader?.end(new Error('Nobody wants to read on.'));
        await reader?.gone;
        if (reader) running.delete(reader);
        leave();
      }
    },
    async stop() {
      stopping.abort(new AppError('stopped', 'The server is stopping; the file is read later.'));
      await Promise.all([...running].map((reader) => reader.gone));
    },
  };
}

interface Places {
  /** Waits for a place. @returns what gives it back @throws the reason of `signal` */
  take(signal: AbortSignal): Promise<() => void>;
}

function createPlaces(count: number): Places {
  let free = count;
  const queue: (() => void)[] = [];
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = (): void => {
          queue.splice(queue.indexOf(enter), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        queue.push(enter);
      });
      return leave;
    },
  };
}
