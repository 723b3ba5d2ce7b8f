// Tables without lines: rows whose cells stand under each other, with the same empty strips between them.
import { joinText, type Line, toLine } from './pdf-lines.ts';
import { findMarker } from './pdf-markers.ts';
import type { Word } from './pdf-shapes.ts';
import type { PlacedTable } from './pdf-table-block.ts';

interface Strip {
  x0: number;
  x1: number;
}

/** In parts of the size of letters: a gap this wide may separate columns. */
const CELL_GAP = 1.1;
const LEAST_STRIP = 0.8;
const LEAST_ROWS = 3;
const NO_GAPS: Strip[] = [];

/** @param lines of one flow, top to bottom @returns its tables, and the lines that are in none */
export function findLooseTables(lines: readonly Line[]): { tables: PlacedTable[]; lines: Line[] } {
  const gaps = lines.map(gapsOf);
  const tables: PlacedTable[] = [];
  const rest: Line[] = [];
  let index = 0;
  while (index < lines.length) {
    const end = gaps[index]!.length > 0 ? endOfRun(lines, gaps, index) : undefined;
    const table = end ? toTable(lines.slice(index, end.index), end.strips) : undefined;
    if (table && end) {
      const above = rest.at(-1);
      if (above === lines[index - 1] && above && isHeaderOf(above, lines[index]!, table)) {
        table.block.rows.unshift(cellsOf(above));
        table.block.headerRows += 1;
        table.y0 = above.y0;
        rest.pop();
      }
      tables.push(table);
      index = end.index;
    } else {
      rest.push(lines[index]!);
      index += 1;
    }
  }
  return { tables, lines: rest };
}

/** Names of columns need not stand exactly over what is in them: numbers keep to the right, words to the left. */
function isHeaderOf(above: Line, first: Line, { block, x0, x1 }: PlacedTable): boolean {
  const cells = cellsOf(above);
  return (
    block.headerRows === 0 &&
    cells.length === block.rows[0]!.length &&
    first.baseline - above.baseline < 2.2 * above.size &&
    above.x0 < x1 &&
    above.x1 > x0 &&
    cells.every((text) => text.length <= 40 && !/\d{3,}/.test(text))
  );
}

function cellsOf(line: Line): string[] {
  const gaps = gapsOf(line);
  const cells: Word[][] = Array.from({ length: gaps.length + 1 }, () => []);
  for (const word of line.words) cells[gaps.filter((gap) => gap.x1 <= word.x0 + 0.01).length]!.push(word);
  return cells.map((words) => (words.length > 0 ? toLine(words).text : ''));
}

/** Gaps that are wider than those between the other words of the line. */
function gapsOf(line: Line): Strip[] {
  const words = line.rtl ? [...line.words].sort((a, b) => a.x0 - b.x0) : line.words;
  if (!words.some((word, index) => index > 0 && word.x0 - words[index - 1]!.x1 >= CELL_GAP * line.size)) return NO_GAPS;
  const all: Strip[] = [];
  for (let index = 1; index < words.length; index += 1) all.push({ x0: words[index - 1]!.x1, x1: words[index]!.x0 });
  const narrowest = Math.min(...all.map((gap) => gap.x1 - gap.x0));
  const wide = all.filter((gap) => gap.x1 - gap.x0 >= CELL_GAP * line.size);
  // In a line that was stretched to fill its width every space is wide.
  return words.length > 3
    ? wide.filter((gap) => gap.x1 - gap.x0 >= 2 * narrowest || wide.length > words.length / 2)
    : wide;
}

/** How far the strips of the first line go on. */
function endOfRun(
  lines: readonly Line[],
  gaps: readonly Strip[][],
  start: number,
): { index: number; strips: Strip[] } | undefined {
  let strips = gaps[start]!.map((gap) => ({ ...gap }));
  let index = start + 1;
  let lastWhole = index;
  for (; index < lines.length; index += 1) {
    const line = lines[index]!;
    const [last, size] = [lines[index - 1]!, line.size];
    if (line.baseline - last.baseline > 3.2 * size) break;
    const kept = strips
      .map((strip) => narrow(strip, line))
      .filter((strip) => strip.x1 - strip.x0 >= LEAST_STRIP * size);
    // Fewer columns than the rows above have: that is another text, unless the rows so far were not many.
    if (kept.length === 0 || (kept.length < strips.length && index - start >= LEAST_ROWS)) break;
    strips = kept;
    if (gaps[index]!.length > 0) lastWhole = index + 1;
  }
  return lastWhole - start >= LEAST_ROWS ? { index: lastWhole, strips } : undefined;
}

function narrow(strip: Strip, line: Line): Strip {
  let { x0, x1 } = strip;
  for (const word of line.words) {
    if (word.x1 <= x0 || word.x0 >= x1) continue;
    if (word.x0 - x0 > x1 - word.x1) x1 = word.x0;
    else x0 = word.x1;
    if (x1 <= x0) return { x0, x1: x0 };
  }
  return { x0, x1 };
}

function toTable(lines: readonly Line[], strips: readonly Strip[]): PlacedTable | undefined {
  const cuts = strips.map((strip) => (strip.x0 + strip.x1) / 2);
  const rows = lines.map((line) => {
    const cells: Word[][] = Array.from({ length: cuts.length + 1 }, () => []);
    for (const word of line.words) cells[columnOf(word, cuts)]!.push(word);
    return { line, cells };
  });
  if (!isTable(rows, cuts.length + 1)) return undefined;
  const merged: string[][] = [];
  let last: { line: Line; cells: Word[][] } | undefined;
  for (const row of rows) {
    const texts = row.cells.map((words) => (words.length > 0 ? toLine([...words]).text : ''));
    // What stands under a cell while the first column is empty goes on with it.
    const goesOn = last && texts[0] === '' && row.line.baseline - last.line.baseline < 1.7 * row.line.size;
    if (goesOn) {
      const above = merged.at(-1)!;
      texts.forEach((text, column) => {
        if (text !== '') above[column] = joinText(above[column]!, text);
      });
    } else merged.push(texts);
    last = row;
  }
  const x0 = Math.min(...lines.map((line) => line.x0));
  const x1 = Math.max(...lines.map((line) => line.x1));
  const headerRows = headerOf(rows, merged);
  return {
    x0,
    y0: lines[0]!.y0,
    x1,
    y1: lines.at(-1)!.y1,
    xs: [x0, ...cuts, x1],
    block: { type: 'table', rows: merged, headerRows },
  };
}

const columnOf = (word: Word, cuts: readonly number[]): number => {
  const middle = (word.x0 + word.x1) / 2;
  const at = cuts.findIndex((cut) => middle < cut);
  return at < 0 ? cuts.length : at;
};

interface Row {
  line: Line;
  cells: Word[][];
}

/** Columns of a list, of labels with colons and of running text are none of a table. */
function isTable(rows: readonly Row[], columns: number): boolean {
  const whole = rows.filter((row) => row.cells.filter((cell) => cell.length > 0).length >= 2);
  if (whole.length < LEAST_ROWS || whole.length * 10 < rows.length * 6) return false;
  const labels = whole.filter((row) => row.cells.some((cell, at) => at > 0 && cell[0]?.text.startsWith(':')));
  if (labels.length * 2 > whole.length) return false;
  const marked = whole.filter((row) => findMarker(row.line) && row.cells[0]!.length === 1);
  if (columns === 2 && marked.length * 2 > whole.length) return false;
  const lengths = whole.flatMap((row) =>
    row.cells.map((cell) => cell.reduce((sum, word) => sum + word.text.length + 1, 0)),
  );
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  if (mean > 40) return false;
  if (columns > 2)
    return (
      whole.filter((row) => row.cells.filter((cell) => cell.length > 0).length >= columns - 1).length * 2 >=
      whole.length
    );
  const numbers = whole.filter((row) => row.cells[1]!.length > 0 && isNumber(row.cells[1]!)).length;
  return numbers * 2 >= whole.length - 1 && mean <= 30;
}

const isNumber = (words: readonly Word[]): boolean => {
  const text = words.map((word) => word.text).join('');
  return /\d/.test(text) && !/\p{L}{4,}/u.test(text);
};

function headerOf(rows: readonly Row[], merged: readonly string[][]): number {
  if (merged.length < 2) return 0;
  const isBoldAlone = rows[0]!.line.bold && rows.some((row) => !row.line.bold);
  const isWords = merged[0]!.every((text) => text !== '' && !/\d{2,}/.test(text));
  const numbers = merged.slice(1).filter((row) => row.some((text) => /^[^\p{L}]*\d[^\p{L}]*$/u.test(text))).length;
  return isBoldAlone || (isWords && numbers * 2 > merged.length - 1) ? 1 : 0;
}
