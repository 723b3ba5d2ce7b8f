// A grid of words becomes a table of texts: rows of equal length, its header found, merged cells with their text in their first place.
import type { TableBlock } from '../parsed.ts';
import { isForcedBreak, joinText, makeLines } from './pdf-lines.ts';
import { findMarker } from './pdf-markers.ts';
import type { Box, Word } from './pdf-shapes.ts';
import { refineGrid } from './pdf-table-rows.ts';
import type { Cell, Grid } from './pdf-tables.ts';

/** A table and where it stands on its page. */
export interface PlacedTable extends Box {
  block: TableBlock;
  /** Edges of its columns. */
  xs: number[];
}

const CELL_PADDING = 3;

export function toPlacedTables(drawn: Grid): PlacedTable[] {
  const grid = refineGrid(drawn);
  const rows = Array.from({ length: grid.rows }, () => new Array<string>(grid.columns).fill(''));
  for (const cell of grid.cells) rows[cell.row]![cell.column] = cellText(cell.words, cell.box);
  const headerRows = headerRowsOf(grid, rows);
  const table = dropEmpty(rows, headerRows);
  const { x0, y0, x1, y1, xs } = grid;
  return [{ x0, y0, x1, y1, xs, block: { type: 'table', rows: table.rows, headerRows: table.headerRows } }];
}

/** The text of a cell; lines that were broken on purpose stay lines. */
export function cellText(words: readonly Word[], box: Box): string {
  if (words.length === 0) return '';
  const lines = makeLines(words);
  const edges = { x0: box.x0 + CELL_PADDING, x1: box.x1 - CELL_PADDING };
  let text = lines[0]!.text;
  for (let index = 1; index < lines.length; index += 1) {
    const [last, line] = [lines[index - 1]!, lines[index]!];
    const next = line.text;
    const isNew = findMarker(line) !== undefined || isForcedBreak(last, line, edges);
    text = isNew ? `${text}\n${next}` : joinText(text, next);
  }
  return text;
}

/** Rows that say what stands in the columns: all in bold above others that are not, or words above numbers. */
function headerRowsOf(grid: Grid, rows: readonly string[][]): number {
  if (grid.rows < 2) return 0;
  const first = grid.cells.filter((cell) => cell.row === 0);
  const filled = first.filter((cell) => cell.words.length > 0);
  if (filled.length < 2 && grid.columns > 2 && filled[0]?.columnSpan !== grid.columns) return 0;
  const depth = Math.max(1, ...first.map((cell) => cell.rowSpan));
  if (depth >= grid.rows || depth > 3) return 0;
  const top = grid.cells.filter((cell) => cell.row < depth && cell.words.length > 0);
  const below = grid.cells.filter((cell) => cell.row >= depth && cell.words.length > 0);
  if (top.every(isBold) && below.some((cell) => !isBold(cell))) return depth;
  const isWords = rows
    .slice(0, depth)
    .flat()
    .every((text) => text.length <= 60 && !/\d{2,}/.test(text));
  const allNamed = rows[0]!.every((text, column) => text !== '' || isSpanned(grid, column));
  const hasNumbers = rows[0]!.some((_, column) => {
    const texts = rows
      .slice(depth)
      .map((row) => row[column]!)
      .filter((text) => text !== '');
    return texts.length > 0 && texts.filter((text) => /^[^\p{L}]*\d[^\p{L}]*$/u.test(text)).length * 2 > texts.length;
  });
  return isWords && allNamed && hasNumbers ? depth : 0;
}

const isBold = (cell: Cell): boolean => cell.words.every((word) => word.bold || !/[\p{L}\p{N}]/u.test(word.text));
const isSpanned = (grid: Grid, column: number): boolean =>
  grid.cells.some((cell) => cell.row === 0 && cell.column < column && cell.column + cell.columnSpan > column);

/** Rows and columns without any text are lines of the drawing only. */
function dropEmpty(rows: readonly string[][], headerRows: number): { rows: string[][]; headerRows: number } {
  const columns = (rows[0] ?? []).map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''));
  const kept = rows.map((row, index) => ({ row, index })).filter(({ row }) => row.some((text) => text !== ''));
  return {
    rows: kept.map(({ row }) => columns.map((column) => row[column]!)),
    headerRows: kept.filter(({ index }) => index < headerRows).length,
  };
}
