// Bounds of reading: from the limits of the product, and held against what a format yields.
import type { Limits } from '../../limits.ts';
import type { DocumentWarning } from '../../protocol/document-models.ts';
import { ReadProblem } from './format.ts';
import { blockMarkdown } from './markdown.ts';
import type { Block, ParsedPage, ReadBounds, ReadEvent, ReadRequest } from './parsed.ts';

export const readBounds = (limits: Limits): ReadBounds => ({
  timeoutMs: limits.readTimeoutMs,
  silenceMs: limits.readSilenceMs,
  memoryMb: limits.readMemoryMb,
  pages: limits.readPages,
  textUnits: limits.readTextUnits,
  pageUnits: limits.readPageUnits,
  unpackedBytes: limits.readUnpackedBytes,
});

/**
 * What `events` yields from `request.fromPage` on, within the bounds of pages and text: what goes beyond is left out with a warning that
 * says so. @throws ReadProblem `file_corrupt` when nothing at all came
 */
export async function* withinBounds(
  events: AsyncGenerator<ReadEvent>,
  request: ReadRequest,
): AsyncGenerator<ReadEvent> {
  const { bounds, fromPage } = request;
  let units = 0;
  let pages = 0;
  for await (const event of events) {
    if (event.type === 'started') {
      yield { ...event, total: Math.min(event.total, bounds.pages) };
      continue;
    }
    if (event.type === 'warning') {
      if ((event.warning.page ?? fromPage) >= fromPage) yield event;
      continue;
    }
    const { number } = event.page;
    if (number > bounds.pages) {
      yield warning('pages_left_out', `Only the first ${bounds.pages} pages were read.`, bounds.pages);
      return;
    }
    pages += 1;
    const most = Math.min(bounds.pageUnits, bounds.textUnits - units);
    const { page, unitsOf, isClipped } = clipPage(event.page, most);
    units += unitsOf;
    if (number >= fromPage) yield { type: 'page', page };
    if (isClipped && number >= fromPage) {
      yield warning('text_left_out', `Page ${number} holds more text than is read; its end was left out.`, number);
    }
    if (units >= bounds.textUnits) {
      yield warning(
        'text_left_out',
        `Only the first ${bounds.textUnits} characters were read, up to page ${number}.`,
        number,
      );
      return;
    }
  }
  if (pages === 0 && fromPage <= 1) throw new ReadProblem('file_corrupt', 'No page could be read from the file.');
}

const warning = (code: DocumentWarning['code'], message: string, page: number): ReadEvent => ({
  type: 'warning',
  warning: { page, code, message },
});

function clipPage(page: ParsedPage, most: number): { page: ParsedPage; unitsOf: number; isClipped: boolean } {
  let left = most;
  const kept: Block[] = [];
  for (const block of page.blocks) {
    const units = blockMarkdown(block).length;
    if (units <= left) {
      kept.push(block);
      left -= units;
      continue;
    }
    const part = clipBlock(block, left);
    if (part) kept.push(part);
    return { page: { ...page, blocks: kept }, unitsOf: most, isClipped: true };
  }
  return { page, unitsOf: most - left, isClipped: false };
}

/** As much of a block as fits; of a table whole rows, of a list whole items. */
function clipBlock(block: Block, units: number): Block | undefined {
  if (units <= 0) return undefined;
  if (block.type === 'table') {
    const rows = takeWhileFits(block.rows, units, (row) => row.reduce((sum, cell) => sum + cell.length + 3, 1));
    return rows.length === 0 ? undefined : { ...block, rows, headerRows: Math.min(block.headerRows, rows.length) };
  }
  if (block.type === 'list') {
    const items = takeWhileFits(block.items, units, ({ text, depth }) => text.length + 3 * depth + 8);
    return items.length === 0 ? undefined : { ...block, items };
  }
  return { ...block, text: block.text.slice(0, units).toWellFormed() };
}

function takeWhileFits<T>(items: readonly T[], units: number, unitsOf: (item: T) => number): T[] {
  let left = units;
  const end = items.findIndex((item) => {
    left -= unitsOf(item);
    return left < 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}
