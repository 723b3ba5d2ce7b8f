// What tests of reading share: a log that says nothing, a machine that recognises nothing, text of what was read.

import type { Format, FormatInput } from '../../src/documents/parse/format.ts';
import { pageMarkdown } from '../../src/documents/parse/markdown.ts';
import type { Block, ParsedPage, ReadBounds, ReadEvent } from '../../src/documents/parse/parsed.ts';
import type { TextRecognizer } from '../../src/engines/ocr/text-recognizer.ts';
import type { Logger } from '../../src/lib/log.ts';

const nothing = (): void => {};
export const silentLog: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  close: async () => {},
};

export const noRecognizer: TextRecognizer = {
  engine: 'none',
  languages: [],
  recognize: () => Promise.reject(new Error('Nothing here recognises words.')),
  close: async () => {},
};

export const textOfPages = (events: readonly ReadEvent[]): string =>
  events.flatMap((event) => (event.type === 'page' ? [pageMarkdown(event.page.blocks)] : [])).join('\n\n');

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const ROOMY_BOUNDS: ReadBounds = {
  timeoutMs: 120_000,
  silenceMs: 60_000,
  memoryMb: 640,
  pages: 10_000,
  textUnits: 10_000_000,
  pageUnits: 500_000,
  unpackedBytes: 50_000_000,
};

/** Everything a format yields, in this process: for well-meant content only. */
export async function readWith(
  format: Format,
  content: string | Uint8Array,
  change: { contentType?: string; bounds?: Partial<ReadBounds>; recognize?: FormatInput['recognize'] } = {},
): Promise<ReadEvent[]> {
  const { contentType = '', bounds, recognize } = change;
  const request = { path: '', contentType, name: 'file', fromPage: 1 };
  const events: ReadEvent[] = [];
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const input = { bytes, request: { ...request, bounds: { ...ROOMY_BOUNDS, ...bounds } } };
  for await (const event of format({ ...input, ...(recognize ? { recognize } : {}) })) {
    events.push(event);
  }
  return events;
}

export const pagesOf = (events: readonly ReadEvent[]): ParsedPage[] =>
  events.flatMap((event) => (event.type === 'page' ? [event.page] : []));
export const blocksOf = (events: readonly ReadEvent[]): Block[] => pagesOf(events).flatMap(({ blocks }) => blocks);
