// What is printed on every page (running headers and footers, numbers of pages) is no part of the text.
import { type Line, makeLines } from './pdf-lines.ts';
import type { Word } from './pdf-shapes.ts';

/** The lines at the edges of a page, as they would look on another page. */
export interface EdgeLine {
  key: string;
  /** From the nearer edge of the page. */
  distance: number;
  atTop: boolean;
  words: Word[];
  /** Nothing stands between it and the edge, nor near it on the other side. */
  isAlone: boolean;
}

const LINES_AT_EDGE = 4;
/** In parts of the height of the page. */
export const EDGE = 0.17;
/** A number that stands alone below the text is looked for up to here: short pages end early. */
const NUMBER_ZONE = 0.22;
/** Here one neighbour that carries the same is enough; farther in, a title may happen to stand twice at the same place. */
const OUTER_EDGE = 0.09;
const NUMBER_EDGE = 0.1;
const SAME_PLACE = 6;

/** @param height of the page @param words without those of tables that reach into the page */
export function edgeLines(height: number, words: readonly Word[]): EdgeLine[] {
  const zone = height * NUMBER_ZONE;
  const top = makeLines(words.filter((word) => word.y1 < zone));
  const bottom = makeLines(words.filter((word) => word.y0 > height - zone)).reverse();
  const toEdges = (lines: readonly Line[], atTop: boolean): EdgeLine[] =>
    lines.slice(0, LINES_AT_EDGE).map((line, index) => {
      const next = lines[index + 1];
      return {
        key: keyOf(line.text),
        distance: atTop ? line.baseline : height - line.baseline,
        atTop,
        words: line.words,
        isAlone: index === 0 && (!next || Math.abs(next.baseline - line.baseline) > 1.8 * line.size),
      };
    });
  return [...toEdges(top, true), ...toEdges(bottom, false)];
}

const keyOf = (text: string): string =>
  text
    .replace(/\d+/g, '#')
    .replace(/\b[ivxlc]+\b/gi, '#')
    .toLowerCase();

/** "12", "- 12 -", "Halaman 3 dari 16", "Page 4 of 9", "iv". */
const PAGE_NUMBER =
  /^[-–—|\s]*((halaman|hal\.?|page|pg\.?|hlm\.?)\s*[:.]?\s*)?(\d{1,5}|[ivxlc]{1,6})(\s*(dari|of|\/|dr)\s*\d{1,5})?[-–—|\s]*$/i;

/** Words of a page that its neighbours carry too, at the same place. */
export function findFurniture(
  height: number,
  own: readonly EdgeLine[],
  neighbours: readonly (readonly EdgeLine[])[],
): Set<Word> {
  const furniture = new Set<Word>();
  for (const line of own) {
    const isSame = (other: EdgeLine): boolean =>
      other.atTop === line.atTop && other.key === line.key && Math.abs(other.distance - line.distance) < SAME_PLACE;
    const isFarIn = line.distance > height * EDGE;
    if (isFarIn && !line.isAlone) continue;
    const isNumberLike = PAGE_NUMBER.test(line.words.map((word) => word.text).join(' '));
    const wanted = line.distance < height * OUTER_EDGE || isNumberLike ? 1 : 2;
    if (isFarIn && !isNumberLike) continue;
    const isRepeated = neighbours.filter((lines) => lines.some(isSame)).length >= wanted;
    const isNumber = isNumberLike && (line.distance < height * NUMBER_EDGE || (line.isAlone && !line.atTop));
    if (isRepeated || isNumber) for (const word of line.words) furniture.add(word);
  }
  return furniture;
}
