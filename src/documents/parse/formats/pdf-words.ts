// Letters of a PDF page become words: cut at gaps, in the order in which they are read.
import { HYPHEN_AT_END, type Letters, SLANTED, type Style } from './pdf-letters.ts';
import { around, type Box, type Word } from './pdf-shapes.ts';
import { createTurn, type Turn } from './pdf-turn.ts';

/** In parts of the size of the letters: farther apart they belong to different words, even when the file says nothing. */
const WORD_GAP = 0.6;
const BASELINE_JUMP = 0.5;

/** Words whose letters run in `direction`, as `turn` shows them. */
export function gatherWords(letters: Letters, turn: Turn, direction: number): Word[] {
  const { codes, boxes, baselines, runs, whole, styles, styleOf, length } = letters;
  const { width, height, matrix } = turn;
  const [xx, xy, x, yx, yy, y] = matrix;
  const words: Word[] = [];
  const builder = createWordBuilder(words);
  for (let start = 0; start < length; start += 1) {
    const count = runs[start]!;
    if (count === 0) continue;
    const style = styles[styleOf[start]!]!;
    const end = start + count;
    // Of a whole word the first and the last letter say where it is.
    const step = whole[start] === 1 && count > 1 ? count - 1 : 1;
    let startBaseline = 0;
    let startBottom = 0;
    for (let index = start; style.direction === direction && index < end; index += step) {
      const at = index * 4;
      const ax = xx * boxes[at]! + xy * boxes[at + 1]! + x;
      const ay = yx * boxes[at]! + yy * boxes[at + 1]! + y;
      const bx = xx * boxes[at + 2]! + xy * boxes[at + 3]! + x;
      const by = yx * boxes[at + 2]! + yy * boxes[at + 3]! + y;
      const x0 = ax < bx ? ax : bx;
      const x1 = ax < bx ? bx : ax;
      const y0 = ay < by ? ay : by;
      const y1 = ay < by ? by : ay;
      if (index === start) {
        startBaseline = yx * baselines[index * 2]! + yy * baselines[index * 2 + 1]! + y;
        startBottom = y1;
      }
      // What lies outside of the page is not seen by anybody.
      if (x1 < -2 || y1 < -2 || x0 > width + 2 || y0 > height + 2) builder.end();
      else if (whole[start] === 1) builder.addWhole(codes, start, index, x0, y0, x1, y1, startBaseline, style);
      else builder.add(codes[index]!, x0, y0, x1, y1, startBaseline + y1 - startBottom, style, index);
    }
    builder.end();
    start = end - 1;
  }
  return words;
}

/** Text in other directions than `mainDirection`: every piece of it as one word at its place as `turn` shows it. */
export function gatherTurned(letters: Letters, turn: Turn, crop: Box, mainDirection: number): Word[] {
  const directions = new Set(letters.styles.map((style) => style.direction));
  directions.delete(mainDirection);
  const pieces: Word[] = [];
  for (const direction of directions) {
    // Slanted text has no frame of its own; as it lies, its letters at least keep their order.
    const own = createTurn(direction === SLANTED ? 0 : direction, crop);
    const words = gatherWords(letters, own, direction);
    let line: Word[] = [];
    const end = (): void => {
      if (line.length > 0) pieces.push(joinTurned(line, own, turn));
      line = [];
    };
    for (const word of words) {
      const last = line.at(-1);
      if (last && direction !== SLANTED && !followsOn(last, word)) end();
      line.push(word);
    }
    end();
  }
  return pieces;
}

const followsOn = (last: Word, word: Word): boolean =>
  Math.abs(last.baseline - word.baseline) < 0.4 * last.size &&
  (word.rtl ? last.x0 - word.x1 : word.x0 - last.x1) < 2 * last.size;

function joinTurned(line: readonly Word[], own: Turn, turn: Turn): Word {
  const { x0, y0, x1, y1 } = around(line);
  const [ax, ay] = own.back(x0, y0);
  const [bx, by] = own.back(x1, y1);
  const box = turn.box(ax, ay, bx, by);
  const text = line.map((word) => word.text).join(' ');
  return { ...line[0]!, ...box, text, baseline: box.y1 };
}

function createWordBuilder(words: Word[]) {
  let points: number[] = [];
  let word: Word | undefined;
  let last = { x0: 0, x1: 0, group: 0 };

  function end(): void {
    if (!word) return;
    word.text = spell(points);
    if (word.text !== '') words.push(word);
    word = undefined;
    points = [];
  }

  function begin(
    code: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    baseline: number,
    style: Style,
    order: number,
  ) {
    const { size, bold, mono } = style;
    word = { text: '', x0, y0, x1, y1, baseline, size, bold, mono, rtl: isRightToLeft(code), order };
    points = [code];
    last = { x0, x1, group: 0 };
  }

  return {
    end,
    /** The first or the last letter of a word; the last brings those between with it. */
    addWhole(
      codes: Int32Array,
      start: number,
      index: number,
      x0: number,
      y0: number,
      x1: number,
      y1: number,
      baseline: number,
      style: Style,
    ) {
      if (!word) return begin(codes[index]!, x0, y0, x1, y1, baseline, style, start);
      for (let at = start + 1; at <= index; at += 1) points.push(codes[at]!);
      if (x1 > word.x1) word.x1 = x1;
      if (y0 < word.y0) word.y0 = y0;
      if (y1 > word.y1) word.y1 = y1;
    },
    add(code: number, x0: number, y0: number, x1: number, y1: number, baseline: number, style: Style, order: number) {
      if (!word) return begin(code, x0, y0, x1, y1, baseline, style, order);
      const { size } = style;
      const gap = word.rtl ? word.x0 - x1 : x0 - word.x1;
      const isBack = word.rtl ? x1 > last.x1 + 2 * size : x0 < last.x0 - 2 * size;
      const jump = baseline - word.baseline;
      if (gap > WORD_GAP * size || isBack || jump > BASELINE_JUMP * size || jump < -BASELINE_JUMP * size) {
        end();
        return begin(code, x0, y0, x1, y1, baseline, style, order);
      }
      // Two letters that are one sign of the font come in the order of the line, which for these is the wrong one.
      if (word.rtl && x0 === last.x0 && x1 === last.x1 && !isMark(code)) points.splice(last.group, 0, code);
      else last.group = points.push(code) - 1;
      if (!word.rtl && isRightToLeft(code)) word.rtl = true;
      if (x0 < word.x0) word.x0 = x0;
      if (x1 > word.x1) word.x1 = x1;
      if (y0 < word.y0) word.y0 = y0;
      if (y1 > word.y1) word.y1 = y1;
      last.x0 = x0;
      last.x1 = x1;
    },
  };
}

const isRightToLeft = (code: number): boolean =>
  code >= 0x590 &&
  ((code <= 0x8ff && code !== 0x60c) || (code >= 0xfb1d && code <= 0xfdff) || (code >= 0xfe70 && code <= 0xfefc));
const isMark = (code: number): boolean =>
  (code >= 0x64b && code <= 0x65f) || code === 0x670 || (code >= 0x591 && code <= 0x5c7);

/** Signs of symbol fonts that stand in front of the items of a list. */
const SYMBOLS: Readonly<Record<number, string>> = {
  61623: '•',
  61607: '▪',
  61608: '▫',
  61548: '●',
  61550: '■',
  61553: '❑',
  61558: '❖',
  61656: '➢',
  61664: '→',
  61692: '✓',
  61694: '☑',
  61603: '☐',
  61485: '-',
};

/** Longer ones are spelt letter by letter: a call takes only so many. */
const MOST_AT_ONCE = 64;
const isPlainLetter = (point: number): boolean => point < 0x7f && point !== HYPHEN_AT_END;

function spell(points: readonly number[]): string {
  if (points.length <= MOST_AT_ONCE && points.every(isPlainLetter)) return String.fromCharCode(...points);
  let text = '';
  let isPlain = true;
  for (const point of points) {
    if (point < 0x7f) {
      text += point === HYPHEN_AT_END ? '-' : String.fromCharCode(point);
      continue;
    }
    // A soft hyphen shows only at the end of a line; there it counts as one.
    if (point === 0xad) text += '\u00ad';
    else if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) text += spellHalf(point);
    else text += SYMBOLS[point] ?? (point >= 0xf000 && point <= 0xf0ff ? '•' : String.fromCodePoint(point));
    isPlain = false;
  }
  if (isPlain) return text;
  // Signs of fonts that have no letters at these places: bullets and boxes.
  if (/^[\u0080-\u009f\ue000-\uf8ff]+$/.test(text)) return '•';
  text = text.replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff](?!$)/g, '').toWellFormed();
  // Letters that were joined for their looks: fi, fl, and the forms of Arabic letters within a word.
  return text.replace(/[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc]+/g, (joined) => joined.normalize('NFKC'));
}

/** Halves of a pair come one by one; put together they are well formed again. */
const spellHalf = (point: number): string => (point > 0x10ffff ? '\ufffd' : String.fromCharCode(point));
