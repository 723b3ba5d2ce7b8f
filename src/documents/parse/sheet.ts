// Sheets of cells as tables and pages, whatever program they come from. Cells far apart cost no more than those side by side.
import { append } from './flow.ts';
import { guessHeaderRows } from './grid.ts';
import { blockMarkdown } from './markdown.ts';
import type { Block, ParsedPage, TableBlock } from './parsed.ts';
import { splitTable } from './sections.ts';

export interface Sheet {
  /** @param row and column from 0 @returns whether more may come: false once a bound is reached */
  put(row: number, column: number, text: string): boolean;
  merge(from: { row: number; column: number }, to: { row: number; column: number }): void;
  readonly isEmpty: boolean;
  /** The last row that was taken before a bound was reached, from 1; undefined when all fitted. */
  readonly lastRow: number | undefined;
  blocks(): Block[];
}

/** About as much as people like to look through at a time. */
const PART_UNITS = 30_000;
const MOST_CELLS = 1_500_000;
const LABEL_UNITS = 80;
/** Merged areas beyond this are decoration. */
const MOST_MERGED_CELLS = 2_000;
const MOST_MERGES = 20_000;
/** A table may be this much bigger than what is in it; a sparser one becomes a list of its cells. */
const MOST_EMPTINESS = 20;
const MOST_SIDE_BY_SIDE = 8;

/** @param budget units of text that may still be read; shared by all sheets of a file */
export function createSheet(budget: { units: number }): Sheet {
  const rows = new Map<number, Map<number, string>>();
  const merges: { from: { row: number; column: number }; to: { row: number; column: number } }[] = [];
  let cells = 0;
  let lastRow: number | undefined;
  return {
    put(row, column, text) {
      if (text.trim() === '') return true;
      cells += 1;
      budget.units -= text.length + 3;
      if (lastRow !== undefined || cells > MOST_CELLS || budget.units < 0) {
        lastRow ??= row;
        return false;
      }
      const line = rows.get(row) ?? new Map<number, string>();
      rows.set(row, line);
      line.set(column, text.trim());
      return true;
    },
    merge(from, to) {
      if (merges.length < MOST_MERGES) merges.push({ from, to });
    },
    get isEmpty() {
      return rows.size === 0;
    },
    get lastRow() {
      return lastRow;
    },
    blocks() {
      for (const { from, to } of merges) spread(rows, from, to);
      return segmentsOf(rows).flatMap(segmentBlocks);
    },
  };
}

/** A short text stands in all cells of its area, in rows that hold something besides it. */
function spread(
  rows: ReadonlyMap<number, Map<number, string>>,
  from: { row: number; column: number },
  to: { row: number; column: number },
): void {
  const text = rows.get(from.row)?.get(from.column);
  const area = (to.row - from.row + 1) * (to.column - from.column + 1);
  if (text === undefined || text.length > LABEL_UNITS || area > MOST_MERGED_CELLS) return;
  for (let row = from.row; row <= to.row; row += 1) {
    const line = rows.get(row);
    const isAlone = [...(line?.keys() ?? [])].every((column) => column >= from.column && column <= to.column);
    // A title over a whole table is said once.
    if (!line || isAlone) continue;
    for (let column = from.column; column <= to.column; column += 1) if (!line.has(column)) line.set(column, text);
  }
}

type Line = { row: number; cells: [column: number, text: string][] };

/** Rows that follow one another without an empty one between. */
function segmentsOf(rows: ReadonlyMap<number, Map<number, string>>): Line[][] {
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([row, cells]): Line => ({ row, cells: [...cells].sort(([a], [b]) => a - b) }));
  const segments: Line[][] = [];
  let before: number | undefined;
  for (const line of lines) {
    if (before === undefined || line.row > before + 1) segments.push([]);
    segments.at(-1)!.push(line);
    before = line.row;
  }
  return segments;
}

function segmentBlocks(segment: Line[]): Block[] {
  const first = segment.findIndex(({ cells }) => cells.length > 1);
  // What stands alone above a table is its title; a segment of such rows only is text.
  const titles = segment.slice(0, first < 0 ? segment.length : first);
  const blocks: Block[] = titles.map(({ cells }) => ({ type: 'paragraph', text: cells[0]![1] }));
  const rest = segment.slice(titles.length);
  if (rest.length === 1) {
    blocks.push({ type: 'paragraph', text: rest[0]!.cells.map(([, text]) => text).join(' | ') });
  } else if (rest.length > 1) append(blocks, tableBlocks(rest));
  return blocks;
}

/** Tables side by side are told from one table with a gap in it: each is as good as full and has several rows and columns. */
function sideBySide(lines: readonly Line[]): Line[][] {
  const used = [...new Set(lines.flatMap(({ cells }) => cells.map(([at]) => at)))].sort((a, b) => a - b);
  const groups: number[][] = [];
  for (const column of used) {
    if (groups.length === 0 || column > groups.at(-1)!.at(-1)! + 1) groups.push([]);
    groups.at(-1)!.push(column);
  }
  if (groups.length === 1 || groups.length > MOST_SIDE_BY_SIDE) return [];
  const parts = groups.map((columns) => {
    const [first, last] = [columns[0]!, columns.at(-1)!];
    return lines
      .map(({ row, cells }) => ({ row, cells: cells.filter(([at]) => at >= first && at <= last) }))
      .filter(({ cells }) => cells.length > 0);
  });
  const isTable = (part: Line[], width: number): boolean =>
    width >= 2 &&
    part.length >= 3 &&
    part.reduce((sum, { cells }) => sum + cells.length, 0) >= 0.9 * width * part.length;
  return parts.every((part, at) => isTable(part, groups[at]!.length)) ? parts : [];
}

function tableBlocks(lines: readonly Line[]): Block[] {
  const parts = sideBySide(lines);
  if (parts.length > 0) return parts.flatMap(tableBlocks);
  const places = new Map<number, number>();
  for (const column of [...new Set(lines.flatMap(({ cells }) => cells.map(([at]) => at)))].sort((a, b) => a - b)) {
    places.set(column, places.size);
  }
  const filled = lines.reduce((sum, { cells }) => sum + cells.length, 0);
  const size = lines.length * places.size;
  if (size > 10_000 && size > MOST_EMPTINESS * filled) return [cellList(lines)];
  const rows = lines.map(({ cells }) => {
    const row = new Array<string>(places.size).fill('');
    for (const [column, text] of cells) row[places.get(column)!] = text;
    return row;
  });
  return [{ type: 'table', rows, headerRows: guessHeaderRows(rows) }];
}

const cellList = (lines: readonly Line[]): Block => ({
  type: 'list',
  ordered: false,
  items: lines.flatMap(({ row, cells }) =>
    cells.map(([column, text]) => ({ text: `${columnName(column)}${row + 1}: ${text}`, depth: 0 })),
  ),
});

/** @param column from 0 */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/**
 * Blocks of one sheet as its pages: one, or several where it is long. A table that is cut goes on with its header repeated.
 * @param firstNumber of the first page
 */
export function sheetPages(blocks: readonly Block[], options: { firstNumber: number; name?: string }): ParsedPage[] {
  const { firstNumber, name } = options;
  const parts: Block[][] = [[]];
  let units = 0;
  for (const block of blocks) {
    for (const piece of pieceOf(block)) {
      const length = blockMarkdown(piece).length;
      if (units > 0 && units + length > PART_UNITS) {
        parts.push([]);
        units = 0;
      }
      parts.at(-1)!.push(piece);
      units += length;
    }
  }
  return parts.map((part, index) => {
    const label = name === undefined || parts.length === 1 ? name : `${name} (${index + 1}/${parts.length})`;
    const title: Block[] = name === undefined ? [] : [{ type: 'heading', level: 2, text: name }];
    return {
      number: firstNumber + index,
      ...(label === undefined ? {} : { label }),
      blocks: part.length > 0 ? [...title, ...part] : [],
      source: part.length > 0 ? 'text' : 'none',
    };
  });
}

function pieceOf(block: Block): Block[] {
  if (block.type === 'table') return splitTable(block, PART_UNITS) satisfies TableBlock[];
  if (block.type !== 'list') return [block];
  const pieces: Block[] = [];
  for (let at = 0; at < block.items.length; at += 500) {
    pieces.push({ ...block, items: block.items.slice(at, at + 500) });
  }
  return pieces;
}
