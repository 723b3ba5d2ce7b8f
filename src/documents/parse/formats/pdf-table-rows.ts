// Tables of which only some lines are drawn: rows and columns without lines between them are found by where the words stand.
import { isForcedBreak, type Line, makeLines } from './pdf-lines.ts';
import type { Word } from './pdf-shapes.ts';
import type { Cell, Grid } from './pdf-tables.ts';

const LEAST_LINES = 3;
/** In parts of the size of letters. */
const SAME_LEVEL = 0.35;

/** The grid with cells cut where their words stand in rows and columns of their own. */
export function refineGrid(grid: Grid): Grid {
  const tall = grid.cells.filter((cell) => cell.words.length > LEAST_LINES);
  if (tall.length === 0) return grid;
  const loose = new Set<number>();
  const cells = grid.cells.flatMap((cell) => {
    const cut = cutColumns(cell, grid);
    if (cut.length > 1) loose.add(cell.row);
    return cut;
  });
  let next: Grid = { ...grid, cells };
  for (let row = grid.rows - 1; row >= 0; row -= 1) next = cutRows(next, row, loose.has(row));
  return next;
}

/** A cell over several columns whose words keep to these columns is one cell in each. */
function cutColumns(cell: Cell, { xs }: Grid): Cell[] {
  if (cell.columnSpan < 2 || cell.rowSpan > 1) return [cell];
  const lines = makeLines(cell.words);
  if (lines.length < LEAST_LINES) return [cell];
  const inner = xs.slice(cell.column + 1, cell.column + cell.columnSpan);
  const isOpen = (x: number): boolean =>
    cell.words.filter((word) => word.x0 < x - 1 && word.x1 > x + 1).length * 20 <= lines.length;
  const cuts = inner.map((x, index) => ({ x, column: cell.column + index + 1 })).filter(({ x }) => isOpen(x));
  const edges = [{ x: cell.box.x0, column: cell.column }, ...cuts];
  const parts = edges.map(({ x, column }, index): Cell => {
    const end = edges[index + 1] ?? { x: cell.box.x1, column: cell.column + cell.columnSpan };
    const words = cell.words.filter((word) => {
      const middle = (word.x0 + word.x1) / 2;
      return middle >= x && middle < end.x;
    });
    return {
      row: cell.row,
      column,
      rowSpan: 1,
      columnSpan: end.column - column,
      box: { ...cell.box, x0: x, x1: end.x },
      words,
    };
  });
  // Running text over all columns has words on both sides of an edge in every line, and gaps there in none but by chance.
  const filled = parts.filter((part) => part.words.length > 0);
  return filled.length < 2 || filled.some((part) => isStretched(part)) ? [cell] : parts;
}

/** Lines that end at the very edge of the part: it is a piece of running text. */
function isStretched({ words, box }: Cell): boolean {
  const lines = makeLines(words);
  return (
    lines.length > LEAST_LINES && lines.filter((line) => box.x1 - line.x1 < 0.3 * line.size).length * 2 > lines.length
  );
}

/** @param isLoose nothing but the words tells where its rows begin */
function cutRows(grid: Grid, row: number, isLoose: boolean): Grid {
  const inRow = grid.cells.filter((cell) => cell.row === row);
  const spans = grid.cells.some((cell) => cell.rowSpan > 1 && cell.row <= row && cell.row + cell.rowSpan > row);
  const filled = inRow.filter((cell) => cell.words.length > 0).map((cell) => ({ cell, lines: makeLines(cell.words) }));
  if (spans || filled.length < 3) return grid;
  const starts = isLoose ? looseStarts(filled) : commonLevels(filled);
  if (starts.length < 2) return grid;
  const rowOf = (word: Word): number =>
    Math.max(
      0,
      starts.findLastIndex((level) => word.baseline >= level - SAME_LEVEL * word.size),
    );
  const edgesY = starts.map((level, index) => (index === 0 ? inRow[0]!.box.y0 : (starts[index - 1]! + level) / 2));
  const pieces = inRow.flatMap((cell) =>
    starts.map(
      (_, index): Cell => ({
        ...cell,
        row: row + index,
        box: { ...cell.box, y0: edgesY[index]!, y1: edgesY[index + 1] ?? cell.box.y1 },
        words: cell.words.filter((word) => rowOf(word) === index),
      }),
    ),
  );
  const others = grid.cells
    .filter((cell) => cell.row !== row)
    .map((cell) => (cell.row > row ? { ...cell, row: cell.row + starts.length - 1 } : cell));
  return { ...grid, rows: grid.rows + starts.length - 1, cells: [...others, ...pieces] };
}

interface Filled {
  cell: Cell;
  lines: Line[];
}

/** Baselines on which nearly all cells of the row have a line of their own, when these are lines and not one text that was wrapped. */
function commonLevels(filled: readonly Filled[]): number[] {
  const counts = filled.map(({ lines }) => lines.length);
  const usual = counts.toSorted((a, b) => a - b)[counts.length >> 1]!;
  if (usual < 2 || counts.filter((count) => count === usual).length * 5 < counts.length * 4) return [];
  const same = filled.filter(({ lines }) => lines.length === usual);
  const levels = same[0]!.lines.map((line) => line.baseline);
  const isLevel = same.every(({ lines }) =>
    lines.every((line, at) => Math.abs(line.baseline - levels[at]!) < SAME_LEVEL * line.size),
  );
  let [own, all] = [0, 0];
  for (const { cell, lines } of same) {
    for (let index = 1; index < lines.length; index += 1) {
      const [last, line] = [lines[index - 1]!, lines[index]!];
      all += 1;
      if ((isNumber(last) && isNumber(line)) || isForcedBreak(last, line, { x0: cell.box.x0 + 3, x1: cell.box.x1 - 3 }))
        own += 1;
    }
  }
  return isLevel && own * 5 >= all * 4 ? levels : [];
}

const isNumber = (line: Line): boolean => /^[^\p{L}]*\d[^\p{L}]*$/u.test(line.text);

/** A row begins where many of the columns begin; lines in few of them go on with the row above. */
function looseStarts(filled: readonly Filled[]): number[] {
  const levels: { baseline: number; columns: number }[] = [];
  const lines = filled.flatMap(({ lines: ofCell }) => ofCell).sort((a, b) => a.baseline - b.baseline);
  for (const line of lines) {
    const last = levels.at(-1);
    if (last && line.baseline - last.baseline < SAME_LEVEL * line.size) last.columns += 1;
    else levels.push({ baseline: line.baseline, columns: 1 });
  }
  const most = Math.max(...levels.map((level) => level.columns));
  return levels
    .filter(({ columns }, index) => index === 0 || columns >= Math.max(2, most / 2))
    .map(({ baseline }) => baseline);
}
