// Words become lines, and lines running text: in the order of reading, hyphens at the ends of lines undone.
import { around, type Box, type Word } from './pdf-shapes.ts';

export interface Line extends Box {
  /** In the order of reading. */
  words: Word[];
  text: string;
  baseline: number;
  /** That most of its letters have. */
  size: number;
  /** All of its words. */
  bold: boolean;
  mono: boolean;
  rtl: boolean;
}

/** In parts of the size: words whose baselines differ less stand on one line. */
const BASELINE_TOLERANCE = 0.32;

/** From top to bottom; every line is as wide as the words given. */
export function makeLines(words: readonly Word[]): Line[] {
  const sorted = [...words].sort((a, b) => a.baseline - b.baseline || a.x0 - b.x0);
  const groups: Word[][] = [];
  let group: Word[] = [];
  let baseline = Number.NEGATIVE_INFINITY;
  for (const word of sorted) {
    if (group.length > 0 && word.baseline - baseline > BASELINE_TOLERANCE * Math.max(word.size, group[0]!.size)) {
      groups.push(group);
      group = [];
    }
    if (group.length === 0) baseline = word.baseline;
    group.push(word);
  }
  if (group.length > 0) groups.push(group);
  return attachRaised(groups).map(toLine);
}

/** Raised or lowered small letters (m², footnote signs) belong to the line they touch. */
function attachRaised(groups: Word[][]): Word[][] {
  for (let index = 0; index < groups.length; index += 1) {
    const small = groups[index]!;
    if (small.length === 0 || small.length > 6) continue;
    for (const neighbour of [groups[index + 1], groups[index - 1]]) {
      if (!neighbour || neighbour.length === 0) continue;
      const isRaised = small.every((word) =>
        neighbour.some(
          (other) =>
            word.size < 0.8 * other.size &&
            Math.abs(word.baseline - other.baseline) < 0.6 * other.size &&
            Math.min(Math.abs(word.x0 - other.x1), Math.abs(other.x0 - word.x1)) < 0.3 * other.size,
        ),
      );
      if (!isRaised) continue;
      neighbour.push(...small);
      groups[index] = [];
      break;
    }
  }
  return groups.filter((group) => group.length > 0);
}

const hasLetters = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

export function toLine(words: Word[]): Line {
  const { x0, y0, x1, y1 } = around(words);
  let rtlLetters = 0;
  let letters = 0;
  let widest = 0;
  let size = 0;
  let baseline = 0;
  let bold = true;
  let mono = true;
  for (const word of words) {
    letters += word.text.length;
    if (word.rtl) rtlLetters += word.text.length;
    if (word.text.length > widest || (word.text.length === widest && word.size > size)) {
      widest = word.text.length;
      size = word.size;
      baseline = word.baseline;
    }
    if (bold && !word.bold && hasLetters(word.text)) bold = false;
    if (!word.mono) mono = false;
  }
  const rtl = rtlLetters * 2 > letters;
  words.sort(rtl ? (a, b) => a.order - b.order : (a, b) => a.x0 - b.x0 || a.order - b.order);
  return { x0, y0, x1, y1, words, text: textOf(words), baseline, size, bold, mono, rtl };
}

/** Words of a line, a space between them where there is one to be seen. */
export function textOf(words: readonly Word[]): string {
  let text = '';
  let last: Word | undefined;
  for (const word of words) {
    if (last) {
      // A raised or lowered sign (m², H₂O) follows what it belongs to without anything to be seen between them.
      const gap = Math.abs(word.x0 - last.x1);
      const isShifted =
        Math.abs(word.baseline - last.baseline) > 0.1 * last.size &&
        Math.min(word.size, last.size) < 0.85 * Math.max(word.size, last.size);
      const touches = isShifted
        ? gap < 0.16 * Math.max(word.size, last.size)
        : word.order === last.order + last.text.length && gap < 0.2 * last.size;
      text += touches ? '' : ' ';
    }
    text += word.text;
    last = word;
  }
  return text.includes('\u00ad') ? text.replaceAll('\u00ad', '-') : text;
}

/** Whether the first word of `next` would have stood on `line`, so that whoever wrote it wanted a new line. @param right edge of the text */
export function isForcedBreak(line: Line, next: Line, edges: { x0: number; x1: number }): boolean {
  const first = next.words[0];
  if (!first) return false;
  const room = line.rtl ? line.x0 - edges.x0 : edges.x1 - line.x1;
  // Indented lines give up their room on both sides when they are centred; only the side they end at counts.
  return room > first.x1 - first.x0 + 0.45 * line.size;
}

/** Parts before a hyphen that stays one: e-procurement, non-teknis. */
const KEEPS_HYPHEN =
  /(^|[\s(/"“])(\p{L}|\d+|non|anti|pasca|pra|multi|sub|semi|pre|post|self|real|high|low|end|on|off|all|well|long|short|inter|intra|cross|full|open|third|two|three|one|first|second)-$/iu;

/** Puts a line behind the text so far. */
export function joinText(text: string, next: string): string {
  if (text === '') return next;
  const end = text.at(-1)!;
  // Nearly always: a space. The expressions below would look at all of a long text again and again.
  if (end !== '-' && end !== '‐' && end !== '/') return `${text} ${next}`;
  return joinHyphenated(text, next);
}

function joinHyphenated(text: string, next: string): string {
  const hyphenated = /(\p{L}+)[-‐]$/u.exec(text);
  // Lines are also broken behind the hyphen of 5-year and the stroke of dan/atau.
  if (!hyphenated) return /\S\/$|\d-$/.test(text) ? `${text}${next}` : `${text} ${next}`;
  const following = /^\p{L}+/u.exec(next)?.[0] ?? '';
  const before = hyphenated[1]!;
  // Doubled words are written with a hyphen in Indonesian: syarat-syarat, perusahaan-perusahaan.
  const isDoubled = following !== '' && isSameStem(before, following);
  if (!/^\p{Ll}/u.test(next) || isDoubled || KEEPS_HYPHEN.test(text)) return `${text}${next}`;
  return `${text.slice(0, -1)}${next}`;
}

function isSameStem(before: string, after: string): boolean {
  const [a, b] = [before.toLowerCase(), after.toLowerCase()];
  if (a.length < 3) return false;
  return b.startsWith(a) || a.endsWith(b) || (a.length >= 4 && b.includes(a.slice(-4)));
}
