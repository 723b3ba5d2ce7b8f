// A reader that says what the test wants it to: pages when they are asked for, failures, and what it was told.
import type { DocumentReader, ParsedPage, ReadEvent, ReadRequest } from '../../src/documents/parse/parsed.ts';

export interface ScriptedReading {
  request: ReadRequest;
  signal: AbortSignal;
  /** The pages that were taken from it. */
  yielded: number[];
}

export interface ScriptedReader extends DocumentReader {
  readings: ScriptedReading[];
  /** Lets so many more pages be read, of whatever is being read; from then on nothing is held back when it is Infinity. */
  allow(pages: number): void;
}

/** What a file is made of, by its name: `12 pages.txt` has twelve. */
const pagesOf = (name: string): number => Number(/^(\d+) pages/.exec(name)?.[1] ?? 1);

export const textOfPage = (name: string, number: number): string => `Halaman ${number} dari ${name}`;

export interface ReaderScript {
  /** Pages that may be read before `allow` is called. */
  allowed?: number;
  /** Throws instead of yielding this page. */
  failAt?: (request: ReadRequest, number: number) => unknown;
  warnings?: (request: ReadRequest) => ReadEvent[];
}

export function createScriptedReader(script: ReaderScript = {}): ScriptedReader {
  let allowed = script.allowed ?? Number.POSITIVE_INFINITY;
  const waiting = new Set<() => void>();
  const readings: ScriptedReading[] = [];

  const permission = async (signal: AbortSignal): Promise<void> => {
    while (allowed < 1) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    signal.throwIfAborted();
    allowed -= 1;
  };

  return {
    readings,
    allow(pages) {
      allowed += pages;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    async *read(request, signal) {
      const reading: ScriptedReading = { request, signal, yielded: [] };
      readings.push(reading);
      const total = pagesOf(request.name);
      yield { type: 'started', total, unit: 'page' };
      yield* script.warnings?.(request) ?? [];
      for (let number = request.fromPage; number <= total; number++) {
        await permission(signal);
        const failure = script.failAt?.(request, number);
        if (failure) throw failure;
        const text = textOfPage(request.name, number);
        const page: ParsedPage = { number, blocks: [{ type: 'paragraph', text }], source: 'text' };
        reading.yielded.push(number);
        yield { type: 'page', page };
      }
    },
    stop: async () => undefined,
  };
}
