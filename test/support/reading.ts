// What tests of reading share: a log that says nothing, a machine that recognises nothing, text of what was read.
import { pageMarkdown } from '../../src/documents/parse/markdown.ts';
import type { ReadEvent } from '../../src/documents/parse/parsed.ts';
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
