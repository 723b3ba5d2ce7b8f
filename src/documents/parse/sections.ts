// A long text without pages of its own is cut into sections, at headings where there are some.
import { blockMarkdown } from './markdown.ts';
import type { Block, ParsedPage } from './parsed.ts';

/** About three printed pages. */
const SECTION_UNITS = 8_000;
/** A heading begins a new section once this much stands before it. */
const LEAST_UNITS = 4_000;

/** Numbers sections from 1. One that is a single long block is cut inside it, a table at rows (it goes on as `continued`). */
export function splitIntoSections(blocks: readonly Block[]): ParsedPage[] {
  const sections: Block[][] = [[]];
  let units = 0;
  const begin = (): void => {
    sections.push([]);
    units = 0;
  };
  for (const block of blocks) {
    if (block.type === 'heading' && units >= LEAST_UNITS) begin();
    for (const part of splitBlock(block)) {
      const length = blockMarkdown(part).length + 2;
      if (units > 0 && units + length > SECTION_UNITS) {
        // A heading stays with what follows it.
        const last = sections.at(-1)!;
        const heading = last.at(-1)?.type === 'heading' && last.length > 1 ? last.pop() : undefined;
        begin();
        if (heading) sections.at(-1)!.push(heading);
      }
      sections.at(-1)!.push(part);
      units += length;
    }
  }
  return sections
    .filter((section, index) => section.length > 0 || index === 0)
    .map((section, index) => ({ number: index + 1, blocks: section, source: section.length > 0 ? 'text' : 'none' }));
}

function splitBlock(block: Block): Block[] {
  if (block.type === 'table') return splitTable(block, SECTION_UNITS);
  if (block.type === 'list') return splitList(block);
  if (block.type === 'heading' || block.text.length <= SECTION_UNITS) return [block];
  return cutText(block.text, SECTION_UNITS).map((text) => ({ type: block.type, text }));
}

/** Parts of a table, each with the header of the whole. */
export function splitTable(
  table: Extract<Block, { type: 'table' }>,
  units: number,
): Extract<Block, { type: 'table' }>[] {
  const header = table.rows.slice(0, table.headerRows);
  const unitsOf = (row: readonly string[]): number => row.reduce((sum, cell) => sum + cell.length + 3, 2);
  const headerUnits = header.reduce((sum, row) => sum + unitsOf(row), 0);
  const parts: string[][][] = [[]];
  let used = headerUnits;
  for (const row of table.rows.slice(table.headerRows)) {
    const more = unitsOf(row);
    if (used + more > units && parts.at(-1)!.length > 0) {
      parts.push([]);
      used = headerUnits;
    }
    parts.at(-1)!.push(row);
    used += more;
  }
  const { caption, ...rest } = table;
  return parts.map((rows, index) =>
    index === 0 ? { ...table, rows: [...header, ...rows] } : { ...rest, rows: [...header, ...rows], continued: true },
  );
}

function splitList(list: Extract<Block, { type: 'list' }>): Block[] {
  const parts: (typeof list.items)[] = [[]];
  const counters: number[] = [];
  let units = 0;
  for (const item of list.items) {
    const length = item.text.length + 3 * item.depth + 4;
    if (units > 0 && units + length > SECTION_UNITS) {
      parts.push([]);
      units = 0;
    }
    counters.length = item.depth + 1;
    counters[item.depth] = (counters[item.depth] ?? 0) + 1;
    // A later part counts on from where the list began.
    const marker = item.marker ?? (list.ordered && parts.length > 1 ? `${counters[item.depth]}.` : undefined);
    parts.at(-1)!.push(marker === undefined ? item : { ...item, marker });
    units += length;
  }
  return parts.map((items) => ({ ...list, items }));
}

/** Pieces of at most `units`, cut after a line, a sentence or a word where one ends in the second half. */
export function cutText(text: string, units: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + units < text.length ? cutBefore(text, from + Math.floor(units / 2), from + units) : text.length;
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

function cutBefore(text: string, least: number, most: number): number {
  // Looked for in the second half only: a line may be as long as the file.
  const half = text.slice(least, most);
  for (const sign of ['\n', '. ', ' ']) {
    const at = half.lastIndexOf(sign);
    if (at >= 0) return least + at + sign.length;
  }
  return /[\ud800-\udbff]/.test(half.at(-1)!) ? most - 1 : most;
}
