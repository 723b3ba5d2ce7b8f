// The order in which a page is read: columns one after the other, what spans them between.
import type { Line } from './pdf-lines.ts';
import { makeLines } from './pdf-lines.ts';
import { around, type Box, type Word } from './pdf-shapes.ts';
import type { Grid } from './pdf-tables.ts';

/** A part of the page that is read from top to bottom, line by line. */
export interface Flow {
  lines: Line[];
  grids: Grid[];
}

interface Piece extends Box {
  words: Word[];
  grid?: Grid;
  letters: number;
}

interface Gutter {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** In parts of the size of letters. */
const LEAST_GUTTER = 0.9;
const PIECE_GAP = 1;
const LEAST_LINES = 4;
/** Both sides together, but for the one that is looked at. */
const LEAST_PIECES = 2 * LEAST_LINES - 2;
/** Letters a line of running text has on average; fewer are cells, labels or markers. */
const LEAST_LETTERS = 14;
const LEAST_LEFT = 5;
const MOST_DEPTH = 6;
const MOST_CANDIDATES = 24;

export function readingOrder(words: readonly Word[], grids: readonly Grid[]): Flow[] {
  const lines = makeLines(words);
  const pieces = lines.flatMap(cutLine);
  // Nothing to decide where every line is one piece.
  if (pieces.every((piece, index) => index === 0 || piece.y0 > pieces[index - 1]!.y0)) {
    return [{ lines, grids: [...grids] }];
  }
  const all: Piece[] = [...pieces, ...grids.map((grid) => ({ ...boxOf(grid), words: [], grid, letters: 0 }))];
  const flows = order(all, 0);
  return flows.length === 1 ? [{ lines, grids: [...grids] }] : flows;
}

const boxOf = ({ x0, y0, x1, y1 }: Box): Box => ({ x0, y0, x1, y1 });

/** Pieces of a line between gaps that are wider than a space. */
function cutLine(line: Line): Piece[] {
  const byPlace = line.rtl ? [...line.words].sort((a, b) => a.x0 - b.x0) : line.words;
  const pieces: Piece[] = [];
  let group: Word[] = [];
  let right = 0;
  const end = (): void => {
    if (group.length > 0)
      pieces.push({ ...around(group), words: group, letters: group.reduce((sum, word) => sum + word.text.length, 0) });
    group = [];
  };
  for (const word of byPlace) {
    if (group.length > 0 && word.x0 - right > PIECE_GAP * line.size) end();
    right = group.length === 0 ? word.x1 : Math.max(right, word.x1);
    group.push(word);
  }
  end();
  return pieces;
}

function order(pieces: Piece[], depth: number): Flow[] {
  const gutter = depth < MOST_DEPTH ? findGutter(pieces) : undefined;
  if (!gutter)
    return [
      { lines: makeLines(pieces.flatMap((piece) => piece.words)), grids: pieces.flatMap((piece) => piece.grid ?? []) },
    ];
  const above: Piece[] = [];
  const left: Piece[] = [];
  const right: Piece[] = [];
  const below: Piece[] = [];
  const middle = (gutter.x0 + gutter.x1) / 2;
  for (const piece of pieces) {
    const y = (piece.y0 + piece.y1) / 2;
    if (y < gutter.y0) above.push(piece);
    else if (y > gutter.y1) below.push(piece);
    else if ((piece.x0 + piece.x1) / 2 < middle) left.push(piece);
    else right.push(piece);
  }
  const isRtl = [...left, ...right].filter((piece) => piece.words[0]?.rtl).length * 2 > left.length + right.length;
  const sides = isRtl ? [right, left] : [left, right];
  return [above, ...sides, below].filter((part) => part.length > 0).flatMap((part) => order(part, depth + 1));
}

/** The empty strip that the most lines of running text stand on both sides of. */
function findGutter(pieces: readonly Piece[]): Gutter | undefined {
  const sorted = [...pieces].sort((a, b) => a.y0 - b.y0);
  const tried = new Set<string>();
  let best: { gutter: Gutter; lines: number } | undefined;
  for (let index = 0; index < sorted.length && tried.size < MOST_CANDIDATES; index += 1) {
    const piece = sorted[index]!;
    // Markers of lists stand apart from their text, too.
    if (!piece.grid && piece.letters < LEAST_LEFT) continue;
    const size = piece.words[0]?.size ?? 10;
    const next = nextOnLine(sorted, index);
    if (next === undefined || next.x0 - piece.x1 < LEAST_GUTTER * size) continue;
    const key = `${Math.round(piece.x1 / 4)} ${Math.round(next.x0 / 4)}`;
    if (tried.has(key)) continue;
    tried.add(key);
    if (!isOpenAround(sorted, index, (piece.x1 + next.x0) / 2)) continue;
    const found = grow(sorted, piece, next, LEAST_GUTTER * size);
    const lines = found ? linesBeside(sorted, found) : 0;
    if (found && lines >= LEAST_LINES && (!best || lines > best.lines)) best = { gutter: found, lines };
  }
  return best?.gutter;
}

/** Whether enough stands above and below that does not cross the middle of the strip; most gaps are closed by the very next line. */
function isOpenAround(sorted: readonly Piece[], index: number, x: number): boolean {
  let free = 0;
  for (let at = index + 1; at < sorted.length; at += 1) {
    const { x0, x1 } = sorted[at]!;
    if (x0 < x && x1 > x) break;
    free += 1;
    if (free >= LEAST_PIECES) return true;
  }
  for (let at = index - 1; at >= 0; at -= 1) {
    const { x0, x1 } = sorted[at]!;
    if (x0 < x && x1 > x) break;
    free += 1;
    if (free >= LEAST_PIECES) return true;
  }
  return false;
}

const overlap = (a: Box, b: Box): number => Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);

/** The nearest piece to the right that stands beside this one. */
function nextOnLine(sorted: readonly Piece[], index: number): Piece | undefined {
  const piece = sorted[index]!;
  let nearest: Piece | undefined;
  const look = (other: Piece): void => {
    if (other.x0 < piece.x1 || overlap(piece, other) < 0.3 * (piece.y1 - piece.y0)) return;
    if (!nearest || other.x0 < nearest.x0) nearest = other;
  };
  for (let at = index + 1; at < sorted.length && sorted[at]!.y0 < piece.y1; at += 1) look(sorted[at]!);
  for (let at = index - 1; at >= 0 && sorted[at]!.y0 > piece.y0 - 60; at -= 1) look(sorted[at]!);
  return nearest;
}

/** Follows the strip between two pieces up and down until something crosses it. */
function grow(sorted: readonly Piece[], left: Piece, right: Piece, least: number): Gutter | undefined {
  const gutter: Gutter = {
    x0: left.x1,
    x1: right.x0,
    y0: Math.min(left.y0, right.y0),
    y1: Math.max(left.y1, right.y1),
  };
  const start = (left.y0 + left.y1) / 2;
  const cut = (piece: Piece): boolean => {
    if (piece.x1 <= gutter.x0 || piece.x0 >= gutter.x1) return false;
    const [leftRoom, rightRoom] = [piece.x0 - gutter.x0, gutter.x1 - piece.x1];
    if (Math.max(leftRoom, rightRoom) < least) return true;
    if (leftRoom > rightRoom) gutter.x1 = piece.x0;
    else gutter.x0 = piece.x1;
    return false;
  };
  const below = sorted.filter((piece) => (piece.y0 + piece.y1) / 2 >= start);
  for (const piece of below) {
    if (cut(piece)) break;
    gutter.y1 = Math.max(gutter.y1, piece.y1);
  }
  const above = sorted.filter((piece) => (piece.y0 + piece.y1) / 2 < start).sort((a, b) => b.y1 - a.y1);
  for (const piece of above) {
    if (cut(piece)) break;
    gutter.y0 = Math.min(gutter.y0, piece.y0);
  }
  // What crosses the strip ends it, also where something beside it reached farther.
  for (const piece of sorted) {
    if (piece.x1 <= gutter.x0 || piece.x0 >= gutter.x1) continue;
    const middle = (piece.y0 + piece.y1) / 2;
    if (middle >= start && middle <= gutter.y1) gutter.y1 = piece.y0 - 0.1;
    if (middle < start && middle >= gutter.y0) gutter.y0 = piece.y1 + 0.1;
  }
  return gutter.y1 > gutter.y0 ? gutter : undefined;
}

/** The lines on the side that has fewer, when both are running text; otherwise 0. */
function linesBeside(sorted: readonly Piece[], gutter: Gutter): number {
  const middle = (gutter.x0 + gutter.x1) / 2;
  const sides = [0, 1].map((side) =>
    sorted.filter((piece) => {
      const y = (piece.y0 + piece.y1) / 2;
      return y >= gutter.y0 && y <= gutter.y1 && (piece.x0 + piece.x1) / 2 < middle === (side === 0);
    }),
  );
  const [left, right] = sides as [Piece[], Piece[]];
  // "Nama : …" stands in two columns and is read across.
  if (right.filter((piece) => piece.words[0]?.text.startsWith(':')).length * 3 > right.length) return 0;
  const rows = [makeRows(left), makeRows(right)] as const;
  // Sides whose lines do not stand on the same level have nothing to do with each other, however short their lines are.
  const isIndependent = alignedShare(rows[0], rows[1]) < 0.6;
  return Math.min(...rows.map((side) => linesOfText(side, isIndependent)));
}

function alignedShare(left: readonly Piece[][], right: readonly Piece[][]): number {
  const [fewer, more] = left.length < right.length ? [left, right] : [right, left];
  const levels = more.map((row) => row[0]!.y1);
  const aligned = fewer.filter((row) =>
    levels.some((y) => Math.abs(y - row[0]!.y1) < 0.25 * (row[0]!.y1 - row[0]!.y0)),
  );
  return fewer.length === 0 ? 1 : aligned.length / fewer.length;
}

/** How many lines of running text stand on one side; 0 when it is something else. */
function linesOfText(rows: readonly Piece[][], isIndependent: boolean): number {
  const texts = rows.flat().filter((piece) => !piece.grid);
  if (texts.length === 0) return 0;
  const { x0, x1 } = around(texts);
  const letters = texts.reduce((sum, piece) => sum + piece.letters, 0);
  if (letters / rows.length < LEAST_LETTERS) return 0;
  if (isIndependent) return rows.length;
  const filled = rows.reduce((sum, row) => sum + row.reduce((width, piece) => width + piece.x1 - piece.x0, 0), 0);
  const full = rows.filter((row) => Math.max(...row.map((piece) => piece.x1)) - row[0]!.x0 >= 0.75 * (x1 - x0)).length;
  return filled / rows.length >= 0.5 * (x1 - x0) && full * 5 >= rows.length * 2 ? rows.length : 0;
}

function makeRows(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const piece of [...pieces].sort((a, b) => a.y0 - b.y0)) {
    const last = rows.at(-1);
    if (last && overlap(last[0]!, piece) > 0.5 * (piece.y1 - piece.y0)) last.push(piece);
    else rows.push([piece]);
  }
  return rows;
}
