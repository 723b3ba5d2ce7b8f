// The letters of a PDF page: what they are, where they stand, and how they look.
import type { Pdfium } from './pdf-engine.ts';

const RENDER_FILL_STROKE = 2;
const RENDER_HIDDEN = 3;
const FLAG_FIXED_PITCH = 1;
const FLAG_FORCE_BOLD = 1 << 18;
const NAME_BYTES = 128;
const MOST_STYLES = 65_000;
const MOST_FONT_BYTES = 8 * 1024 * 1024;
/** More letters than a page can show are decoration, or an attack; the rest is left out. */
const MOST_LETTERS = 200_000;

/** Text at none of the four right angles: a stamp across the page. */
export const SLANTED = 4;

export interface Style {
  size: number;
  bold: boolean;
  mono: boolean;
  hidden: boolean;
  /** In quarter turns against the clock, or SLANTED. */
  direction: number;
}

interface LetterArrays {
  /** Code points; 0 is a gap between words, as the library or the file puts it. */
  codes: Int32Array;
  /** Four numbers a letter: left, bottom, right, top. Of whole words only those of the first and the last letter. */
  boxes: Float32Array;
  /** Two numbers a letter, for the first letters of runs only. */
  baselines: Float32Array;
  /** At the first letter of a run, which is what stands between two gaps: how many letters it has. */
  runs: Int32Array;
  /** 1 at the first letter of a run that surely is one word. */
  whole: Uint8Array;
  /** Places in `styles`, at the first letters of runs. */
  styleOf: Uint16Array;
}

/** Good until the next page is read. */
export interface Letters extends LetterArrays {
  styles: Style[];
  length: number;
  direction: number;
  count: number;
  unknown: number;
  hidden: number;
}

export function readLetters(pdfium: Pdfium, text: number, scratch: number): Letters {
  const { call } = pdfium;
  const length = Math.min(Math.max(0, call.FPDFText_CountChars(text)), MOST_LETTERS);
  const styles = createStyles(pdfium, text, scratch);
  const letters: Letters = {
    ...roomFor(pdfium, length),
    styles: styles.all,
    length,
    direction: 0,
    count: 0,
    unknown: 0,
    hidden: 0,
  };
  const { codes } = letters;
  const perDirection = [0, 0, 0, 0, 0];
  let index = 0;
  while (index < length) {
    const start = index;
    let isSimple = true;
    for (; index < length; index += 1) {
      const code = call.FPDFText_GetUnicode(text, index);
      if (isGap(code)) break;
      codes[index] = code;
      if (code === HYPHEN_AT_END || code >= 0x590) isSimple = false;
      // Every fourth is enough to tell a page without a map from one with.
      if (isUnknown(code)) letters.unknown += 1;
      else if ((index & 3) === 0 && call.FPDFText_HasUnicodeMapError(text, index) === 1) letters.unknown += 4;
    }
    const count = index - start;
    if (count > 0) {
      const style = readRun(pdfium, text, scratch, letters, styles, start, count, isSimple);
      perDirection[style.direction]! += count;
      letters.count += count;
      if (style.hidden) letters.hidden += count;
    }
    index += 1;
  }
  letters.direction = perDirection.indexOf(Math.max(...perDirection.slice(0, 4)));
  return letters;
}

/** Every page fills the same arrays: making them anew would cost more than filling them. They may be longer than the page needs. */
function roomFor(pdfium: Pdfium, length: number): LetterArrays {
  const { rooms } = pdfium;
  let room = rooms.letters as LetterArrays | undefined;
  if (!room || room.codes.length < length) {
    const size = Math.max(4_096, length);
    room = {
      codes: new Int32Array(size),
      boxes: new Float32Array(size * 4),
      baselines: new Float32Array(size * 2),
      runs: new Int32Array(size),
      whole: new Uint8Array(size),
      styleOf: new Uint16Array(size),
    };
    rooms.letters = room;
  }
  room.codes.fill(0, 0, length);
  room.runs.fill(0, 0, length);
  room.whole.fill(0, 0, length);
  return room;
}

/**
 * A run has the look and the baseline of its first letter, and where it begins and ends as a word of its length does, its other letters are
 * not asked for: asking for every letter would take as long as the library itself.
 */
function readRun(
  pdfium: Pdfium,
  text: number,
  scratch: number,
  { boxes, baselines, runs, whole, styleOf }: Letters,
  styles: Styles,
  start: number,
  count: number,
  isSimple: boolean,
): Style {
  const { call } = pdfium;
  const end = start + count - 1;
  const styleIndex = styles.of(call.FPDFText_GetTextObject(text, start), start);
  const style = styles.all[styleIndex]!;
  styleOf[start] = styleIndex;
  runs[start] = count;
  call.FPDFText_GetCharOrigin(text, start, scratch, scratch + 8);
  const doubles = pdfium.HEAPF64;
  baselines[start * 2] = doubles[scratch >> 3]!;
  baselines[start * 2 + 1] = doubles[(scratch >> 3) + 1]!;
  readBox(pdfium, text, scratch, boxes, start);
  if (count > 1) readBox(pdfium, text, scratch, boxes, end);
  const left = boxes[start * 4]!;
  const bottom = boxes[start * 4 + 1]!;
  const top = boxes[start * 4 + 3]!;
  const right = boxes[end * 4 + 2]!;
  const isLevel = Math.abs(boxes[end * 4 + 1]! - bottom) < 0.25 * (top - bottom);
  if (
    isSimple &&
    style.direction === 0 &&
    isLevel &&
    boxes[end * 4]! >= left &&
    right - left <= (0.62 * count + 0.6) * style.size
  ) {
    whole[start] = 1;
  } else for (let index = start + 1; index < end; index += 1) readBox(pdfium, text, scratch, boxes, index);
  return style;
}

function readBox(pdfium: Pdfium, text: number, scratch: number, boxes: Float32Array, index: number): void {
  pdfium.call.FPDFText_GetLooseCharBox(text, index, scratch);
  const floats = pdfium.HEAPF32;
  const at = scratch >> 2;
  const to = index * 4;
  boxes[to] = floats[at]!;
  boxes[to + 1] = floats[at + 3]!;
  boxes[to + 2] = floats[at + 2]!;
  boxes[to + 3] = floats[at + 1]!;
}

/** Spaces of every kind, and what carries no letter. */
const isGap = (code: number): boolean =>
  code <= 0x20 && code !== HYPHEN_AT_END
    ? true
    : code === 0xa0 || code === 0x3000 || code === 0xfeff || code === 0xfffe || (code >= 0x2000 && code <= 0x200d);
/** The library's sign for a hyphen at the end of a line. */
export const HYPHEN_AT_END = 0x02;
const isUnknown = (code: number): boolean => code === 0xfffd || code >= 0xf0000 || (code >= 0x7f && code < 0xa0);

/** Names that a program gave to the fonts it put into the file, such as CIDFont+F1. */
const TELLS_NOTHING = /^([A-Z]{6}\+)?((CID|TT)?Font\+?)?[A-Z]{0,2}\d*$/;

/** Whether the font itself says that it is bold. Asked only where its name says nothing, and once for each name: fonts are large. */
function isBoldInside(pdfium: Pdfium, font: number, name: string): boolean {
  if (!TELLS_NOTHING.test(name)) return false;
  const known = pdfium.boldByName.get(name);
  if (known !== undefined) return known;
  const { call } = pdfium;
  const out = call.malloc(8);
  call.FPDFFont_GetFontData(font, 0, 0, out);
  const length = pdfium.HEAP32[out >> 2]!;
  let isBold = false;
  if (length > 12 && length < MOST_FONT_BYTES) {
    const at = call.malloc(length);
    call.FPDFFont_GetFontData(font, at, length, out);
    isBold = weightIsBold(pdfium.HEAPU8.subarray(at, at + length));
    call.free(at);
  }
  call.free(out);
  pdfium.boldByName.set(name, isBold);
  return isBold;
}

/** Looks into the tables `head` and `OS/2` of a TrueType font. */
function weightIsBold(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint32(0);
  if (kind !== 0x00010000 && kind !== 0x74727565 && kind !== 0x4f54544f) return false;
  const tables = view.getUint16(4);
  for (let index = 0; index < tables && 28 + index * 16 <= bytes.length; index += 1) {
    const tag = view.getUint32(12 + index * 16);
    const offset = view.getUint32(20 + index * 16);
    if (tag === 0x68656164 && offset + 46 <= bytes.length && (view.getUint16(offset + 44) & 1) === 1) return true;
    if (tag === 0x4f532f32 && offset + 6 <= bytes.length && view.getUint16(offset + 4) >= 600) return true;
  }
  return false;
}

/** Styles are those of text objects; many objects share one. */
interface Styles {
  all: Style[];
  /** @returns its index */
  of(object: number, index: number): number;
}

const NO_FONT = { bold: false, mono: false };

function createStyles(pdfium: Pdfium, text: number, scratch: number): Styles {
  const { call } = pdfium;
  const all: Style[] = [];
  const byKey = new Map<string, number>();
  const fonts = new Map<number, { bold: boolean; mono: boolean }>();

  function fontOf(object: number): { bold: boolean; mono: boolean } {
    const font = call.FPDFTextObj_GetFont(object);
    const known = fonts.get(font);
    if (known || font === 0) return known ?? NO_FONT;
    const length = Math.min(NAME_BYTES, call.FPDFFont_GetBaseFontName(font, scratch, NAME_BYTES));
    let name = '';
    for (let at = scratch; at < scratch + length - 1; at += 1) name += String.fromCharCode(pdfium.HEAPU8[at]!);
    const flags = call.FPDFFont_GetFlags(font);
    const found = {
      bold:
        /bold|black|heavy|demi/i.test(name) ||
        (flags > 0 && (flags & FLAG_FORCE_BOLD) !== 0) ||
        isBoldInside(pdfium, font, name),
      mono: /mono|courier|consol|typewriter|cmtt|menlo/i.test(name) || (flags > 0 && (flags & FLAG_FIXED_PITCH) !== 0),
    };
    fonts.set(font, found);
    return found;
  }

  function styleOf(object: number, index: number): Style {
    const mode = object === 0 ? 0 : call.FPDFTextObj_GetTextRenderMode(object);
    const { bold, mono } = object === 0 ? NO_FONT : fontOf(object);
    call.FPDFText_GetMatrix(text, index, scratch);
    const floats = pdfium.HEAPF32;
    const at = scratch >> 2;
    const turns = Math.atan2(floats[at + 1]!, floats[at]!) / (Math.PI / 2);
    const height = Math.hypot(floats[at + 2]!, floats[at + 3]!);
    return {
      size: Math.round(call.FPDFText_GetFontSize(text, index) * height * 10) / 10 || 1,
      bold: bold || mode === RENDER_FILL_STROKE,
      mono,
      hidden: mode === RENDER_HIDDEN,
      direction: Math.abs(turns - Math.round(turns)) > 0.06 ? SLANTED : (Math.round(turns) + 4) % 4,
    };
  }

  let [lastObject, last] = [-1, 0];
  return {
    all,
    of(object, index) {
      if (object === lastObject) return last;
      lastObject = object;
      const style = styleOf(object, index);
      // Nearly always it is that of the object before.
      if (last < all.length && isSameStyle(style, all[last]!)) return last;
      const key = `${style.size} ${style.bold} ${style.mono} ${style.hidden} ${style.direction}`;
      const known = byKey.get(key);
      last = known ?? Math.min(all.push(style) - 1, MOST_STYLES);
      if (known === undefined) byKey.set(key, last);
      return last;
    },
  };
}

const isSameStyle = (a: Style, b: Style): boolean =>
  a.size === b.size && a.bold === b.bold && a.mono === b.mono && a.hidden === b.hidden && a.direction === b.direction;
