// Tables that are ruled: lines that meet become a grid, cells without a line between them are one.
import { type Box, median, type Rule, type Rules, type Word } from './pdf-shapes.ts';

export interface Cell {
  row: number;
  column: number;
  rowSpan: number;
  columnSpan: number;
  box: Box;
  words: Word[];
}

export interface Grid extends Box {
  /** Edges of the columns, left to right. */
  xs: number[];
  rows: number;
  columns: number;
  cells: Cell[];
}

/** Lines this near are one: double lines, and borders that cells drew each for themselves. */
const SAME_LINE = 2.5;
/** Lines that end this near to another meet it. */
const MEET = 3;
/** The part of a cell's side that has to be ruled. */
const RULED = 0.6;
/** Lines that stand out beyond the outermost upright one close an open side. */
const OPEN_SIDE = 12;
/** An edge that moved by less is of another table below, not of another division of the same. */
const MOVED = 15;
const MOST_CELLS = 20_000;

/** Grids with their words in them, top to bottom, and the words that stand in none. */
export function findGrids(rules: Rules, words: readonly Word[]): { grids: Grid[]; rest: Word[] } {
  const horizontal = mergeRules(rules.horizontal);
  const upright = mergeRules(rules.upright);
  if (horizontal.length < 2 || upright.length < 2) return { grids: [], rest: [...words] };
  const grids = connect(horizontal, upright)
    .flatMap((part) => makeGrids(part.horizontal, part.upright))
    .filter((grid) => grid.columns > 1)
    .sort((a, b) => b.cells.length - a.cells.length);
  const outer = grids.filter((grid, index) => !grids.some((other, at) => at < index && isInside(grid, other)));
  const rest = fill(outer, words);
  const tables: Grid[] = [];
  for (const grid of outer) {
    if (isTable(grid)) tables.push(grid);
    else rest.push(...grid.cells.flatMap((cell) => cell.words));
  }
  if (tables.length === 0) return { grids: [], rest: [...words] };
  return { grids: tables.sort((a, b) => a.y0 - b.y0), rest: rest.sort((a, b) => a.order - b.order) };
}

const isInside = (a: Box, b: Box): boolean =>
  a.x0 >= b.x0 - 2 && a.x1 <= b.x1 + 2 && a.y0 >= b.y0 - 2 && a.y1 <= b.y1 + 2;

const isTable = (grid: Grid): boolean => grid.cells.filter((cell) => cell.words.length > 0).length >= 2;

/** Pieces of the same line become one. */
export function mergeRules(rules: readonly Rule[]): Rule[] {
  const merged: Rule[] = [];
  const sorted = [...rules].sort((a, b) => a.at - b.at);
  let start = 0;
  for (let index = 1; index <= sorted.length; index += 1) {
    if (index < sorted.length && sorted[index]!.at - sorted[start]!.at <= SAME_LINE) continue;
    const same = sorted.slice(start, index);
    const at = median(same.map((rule) => rule.at));
    let current: Rule | undefined;
    for (const rule of same.sort((a, b) => a.from - b.from)) {
      if (current && rule.from <= current.to + MEET) current.to = Math.max(current.to, rule.to);
      else {
        current = { at, from: rule.from, to: rule.to };
        merged.push(current);
      }
    }
    start = index;
  }
  return merged;
}

/** Lines that meet, directly or by others, belong together. */
function connect(horizontal: Rule[], upright: Rule[]): { horizontal: Rule[]; upright: Rule[] }[] {
  const count = horizontal.length + upright.length;
  const parent = Array.from({ length: count }, (_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root]!;
    parent[index] = root;
    return root;
  };
  horizontal.forEach((across, i) => {
    upright.forEach((up, j) => {
      if (up.at < across.from - MEET || up.at > across.to + MEET) return;
      if (across.at < up.from - MEET || across.at > up.to + MEET) return;
      parent[find(i)] = find(horizontal.length + j);
    });
  });
  const parts = new Map<number, { horizontal: Rule[]; upright: Rule[] }>();
  for (let index = 0; index < count; index += 1) {
    const root = find(index);
    const part = parts.get(root) ?? { horizontal: [], upright: [] };
    parts.set(root, part);
    if (index < horizontal.length) part.horizontal.push(horizontal[index]!);
    else part.upright.push(upright[index - horizontal.length]!);
  }
  return [...parts.values()].filter((part) => part.horizontal.length >= 2 && part.upright.length >= 1);
}

function edgesOf(rules: readonly Rule[], across: readonly Rule[]): number[] {
  const places = rules.map((rule) => rule.at).sort((a, b) => a - b);
  const edges: number[] = [];
  for (const place of places) if (edges.length === 0 || place - edges.at(-1)! > SAME_LINE) edges.push(place);
  const from = Math.min(...across.map((rule) => rule.from));
  const to = Math.max(...across.map((rule) => rule.to));
  if (edges[0]! - from > OPEN_SIDE) edges.unshift(from);
  if (to - edges.at(-1)! > OPEN_SIDE) edges.push(to);
  return edges;
}

function makeGrids(horizontal: Rule[], upright: Rule[]): Grid[] {
  const xs = edgesOf(upright, horizontal);
  const ys = edgesOf(horizontal, upright);
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  if (columns < 1 || rows < 1 || columns * rows > MOST_CELLS) return [];
  // Whether the left side, or the upper side, of each place of the grid is ruled.
  const left = ruled(upright, xs, ys);
  const top = ruled(horizontal, ys, xs);
  const hasLeft = (row: number, column: number): boolean => column === 0 || left[column]![row]!;
  const hasTop = (row: number, column: number): boolean => row === 0 || top[row]![column]!;
  const seam = findSeam(xs, rows, hasLeft, (row) => top[row]!.every(Boolean));
  if (seam !== undefined) {
    const [above, below] = [
      clip(horizontal, upright, ys[0]!, ys[seam]!),
      clip(horizontal, upright, ys[seam]!, ys.at(-1)!),
    ];
    return [...makeGrids(...above), ...makeGrids(...below)];
  }
  const cells = joinPlaces(rows, columns, hasLeft, hasTop).map(({ row, column, rowSpan, columnSpan }) => ({
    row,
    column,
    rowSpan,
    columnSpan,
    box: { x0: xs[column]!, y0: ys[row]!, x1: xs[column + columnSpan]!, y1: ys[row + rowSpan]! },
    words: [],
  }));
  return [compact({ x0: xs[0]!, y0: ys[0]!, x1: xs.at(-1)!, y1: ys.at(-1)!, xs, rows, columns, cells })];
}

/** Two tables that touch: below some row every column has moved a little. @returns the first row of the second */
function findSeam(
  xs: readonly number[],
  rows: number,
  hasLeft: (row: number, column: number) => boolean,
  isRuled: (row: number) => boolean,
): number | undefined {
  const edges = Array.from({ length: rows }, (_, row) =>
    xs.flatMap((x, column) => (column > 0 && column < xs.length - 1 && hasLeft(row, column) ? x : [])),
  );
  for (let row = 1; row < rows; row += 1) {
    if (!isRuled(row)) continue;
    const [above, below] = [edges[row - 1]!, edges[row]!];
    const gone = above.filter((x) => !below.includes(x));
    const come = below.filter((x) => !above.includes(x));
    if (gone.some((x) => come.some((other) => Math.abs(other - x) < MOVED))) return row;
  }
  return undefined;
}

function clip(horizontal: readonly Rule[], upright: readonly Rule[], y0: number, y1: number): [Rule[], Rule[]] {
  return [
    horizontal.filter((rule) => rule.at >= y0 - SAME_LINE && rule.at <= y1 + SAME_LINE),
    upright
      .filter((rule) => Math.min(rule.to, y1) - Math.max(rule.from, y0) > MEET)
      .map((rule) => ({ at: rule.at, from: Math.max(rule.from, y0), to: Math.min(rule.to, y1) })),
  ];
}

/** For each edge, which pieces of it between the crossing edges are ruled. */
function ruled(rules: readonly Rule[], edges: readonly number[], crossing: readonly number[]): boolean[][] {
  const pieces = edges.map(() => new Array<boolean>(crossing.length - 1).fill(false));
  for (const rule of rules) {
    let nearest = 0;
    edges.forEach((edge, index) => {
      if (Math.abs(edge - rule.at) < Math.abs(edges[nearest]! - rule.at)) nearest = index;
    });
    for (let piece = 0; piece + 1 < crossing.length; piece += 1) {
      const [from, to] = [crossing[piece]!, crossing[piece + 1]!];
      const covered = Math.min(to, rule.to) - Math.max(from, rule.from);
      if (covered >= RULED * (to - from)) pieces[nearest]![piece] = true;
    }
  }
  return pieces;
}

type Place = Pick<Cell, 'row' | 'column' | 'rowSpan' | 'columnSpan'>;

/** Places without a line between them are one cell when together they are a rectangle; otherwise those of each row are. */
function joinPlaces(
  rows: number,
  columns: number,
  hasLeft: (row: number, column: number) => boolean,
  hasTop: (row: number, column: number) => boolean,
): Place[] {
  const seen = new Array<boolean>(rows * columns).fill(false);
  const cells: Place[] = [];
  for (let start = 0; start < rows * columns; start += 1) {
    if (seen[start]) continue;
    const places = [start];
    seen[start] = true;
    for (let at = 0; at < places.length; at += 1) {
      const [row, column] = [Math.floor(places[at]! / columns), places[at]! % columns];
      const reach = (nextRow: number, nextColumn: number): void => {
        const next = nextRow * columns + nextColumn;
        if (seen[next]) return;
        seen[next] = true;
        places.push(next);
      };
      if (column > 0 && !hasLeft(row, column)) reach(row, column - 1);
      if (column + 1 < columns && !hasLeft(row, column + 1)) reach(row, column + 1);
      if (row > 0 && !hasTop(row, column)) reach(row - 1, column);
      if (row + 1 < rows && !hasTop(row + 1, column)) reach(row + 1, column);
    }
    cells.push(...rectangles(places, columns, hasLeft));
  }
  return cells;
}

function rectangles(places: number[], columns: number, hasLeft: (row: number, column: number) => boolean): Place[] {
  const rowsOf = places.map((place) => Math.floor(place / columns));
  const columnsOf = places.map((place) => place % columns);
  const [row, column] = [Math.min(...rowsOf), Math.min(...columnsOf)];
  const [rowSpan, columnSpan] = [Math.max(...rowsOf) - row + 1, Math.max(...columnsOf) - column + 1];
  if (rowSpan * columnSpan === places.length) return [{ row, column, rowSpan, columnSpan }];
  const cells: Place[] = [];
  for (const place of places.sort((a, b) => a - b)) {
    const [ownRow, ownColumn] = [Math.floor(place / columns), place % columns];
    const last = cells.at(-1);
    const goesOn =
      last && last.row === ownRow && last.column + last.columnSpan === ownColumn && !hasLeft(ownRow, ownColumn);
    if (goesOn) last.columnSpan += 1;
    else cells.push({ row: ownRow, column: ownColumn, rowSpan: 1, columnSpan: 1 });
  }
  return cells;
}

/** Rows and columns in which no cell begins are no rows and columns. */
function compact(grid: Grid): Grid {
  const rowStarts = [...new Set(grid.cells.map((cell) => cell.row))].sort((a, b) => a - b);
  const columnStarts = [...new Set(grid.cells.map((cell) => cell.column))].sort((a, b) => a - b);
  const rowIndex = new Map(rowStarts.map((row, index) => [row, index]));
  const columnIndex = new Map(columnStarts.map((column, index) => [column, index]));
  const countIn = (starts: number[], from: number, span: number): number =>
    starts.filter((start) => start >= from && start < from + span).length;
  return {
    ...grid,
    xs: [...columnStarts.map((column) => grid.xs[column]!), grid.x1],
    rows: rowStarts.length,
    columns: columnStarts.length,
    cells: grid.cells.map((cell) => ({
      ...cell,
      row: rowIndex.get(cell.row)!,
      column: columnIndex.get(cell.column)!,
      rowSpan: countIn(rowStarts, cell.row, cell.rowSpan),
      columnSpan: countIn(columnStarts, cell.column, cell.columnSpan),
    })),
  };
}

/** Puts each word into the cell its middle lies in. @returns the words that lie in none */
function fill(grids: readonly Grid[], words: readonly Word[]): Word[] {
  const rest: Word[] = [];
  for (const word of words) {
    const x = (word.x0 + word.x1) / 2;
    const y = (word.y0 + word.y1) / 2;
    const grid = grids.find((one) => x >= one.x0 && x <= one.x1 && y >= one.y0 && y <= one.y1);
    const cell = grid?.cells.find(({ box }) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1);
    if (cell) cell.words.push(word);
    else rest.push(word);
  }
  return rest;
}
