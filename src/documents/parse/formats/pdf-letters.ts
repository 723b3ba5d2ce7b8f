// The letters of a PDF page: what they are, where they stand, and how they look.
import type { Pdfium } from './pdf-engine.ts';

const RENDER_FILL_STROKE = 2;
const RENDER_HIDDEN = 3;
const FLAG_FIXED_PITCH = 1;
const FLAG_FORCE_BOLD = 1 << 18;
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

export interface Letters {
  /** Code points; 0 is a gap between words, as the library or the file puts it. */
  codes: Int32Array;
  /** Four numbers a letter: left, bottom, right, top. */
  boxes: Float32Array;
  /** Two numbers a letter, for the first letters of words only. */
  baselines: Float32Array;
  /** Whether this letter is the first of a word. */
  starts: Uint8Array;
  styles: Style[];
  styleOf: Uint16Array;
  length: number;
  direction: number;
  count: number;
  unknown: number;
  hidden: number;
}

export function readLetters(pdfium: Pdfium, text: number, scratch: number): Letters {
  const { call } = pdfium;
  const length = Math.min(Math.max(0, call.FPDFText_CountChars(text)), MOST_LETTERS);
  const codes = new Int32Array(length);
  const boxes = new Float32Array(length * 4);
  const baselines = new Float32Array(length * 2);
  const starts = new Uint8Array(length);
  const styleOf = new Uint16Array(length);
  const styles = createStyles(pdfium, text, scratch);
  const perDirection = [0, 0, 0, 0, 0];
  const at = scratch >> 2;
  let [count, unknown, hidden, style] = [0, 0, 0, 0];
  let isInWord = false;
  for (let index = 0; index < length; index += 1) {
    const code = call.FPDFText_GetUnicode(text, index);
    if (isGap(code)) {
      isInWord = false;
      continue;
    }
    // A word has the look and the baseline of its first letter: asking for every letter would take as long as the library itself.
    if (!isInWord) {
      style = styles.of(call.FPDFText_GetTextObject(text, index), index);
      call.FPDFText_GetCharOrigin(text, index, scratch, scratch + 8);
      baselines[index * 2] = pdfium.HEAPF64[scratch >> 3]!;
      baselines[index * 2 + 1] = pdfium.HEAPF64[(scratch >> 3) + 1]!;
      starts[index] = 1;
      isInWord = true;
    }
    call.FPDFText_GetLooseCharBox(text, index, scratch);
    const floats = pdfium.HEAPF32;
    const to = index * 4;
    boxes[to] = floats[at]!;
    boxes[to + 1] = floats[at + 3]!;
    boxes[to + 2] = floats[at + 2]!;
    boxes[to + 3] = floats[at + 1]!;
    codes[index] = code;
    styleOf[index] = style;
    const { direction, hidden: isHidden } = styles.all[style]!;
    perDirection[direction]! += 1;
    count += 1;
    if (isHidden) hidden += 1;
    // Every fourth is enough to tell a page without a map from one with.
    if (isUnknown(code)) unknown += 1;
    else if ((count & 3) === 0 && call.FPDFText_HasUnicodeMapError(text, index) === 1) unknown += 4;
  }
  const direction = perDirection.indexOf(Math.max(...perDirection.slice(0, 4)));
  return { codes, boxes, baselines, starts, styles: styles.all, styleOf, length, direction, count, unknown, hidden };
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
function createStyles(
  pdfium: Pdfium,
  text: number,
  scratch: number,
): { all: Style[]; of(object: number, index: number): number } {
  const { call } = pdfium;
  const all: Style[] = [];
  const byKey = new Map<string, number>();
  const fonts = new Map<number, { bold: boolean; mono: boolean }>();

  function fontOf(object: number): { bold: boolean; mono: boolean } {
    const font = call.FPDFTextObj_GetFont(object);
    const known = fonts.get(font);
    if (known || font === 0) return known ?? { bold: false, mono: false };
    const bytes = 128;
    const at = call.malloc(bytes);
    const length = Math.min(bytes, call.FPDFFont_GetBaseFontName(font, at, bytes));
    const name = String.fromCharCode(...pdfium.HEAPU8.subarray(at, at + Math.max(0, length - 1)));
    call.free(at);
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
    call.FPDFText_GetMatrix(text, index, scratch);
    const at = scratch >> 2;
    const [a, b, c, d] = [0, 1, 2, 3].map((part) => pdfium.HEAPF32[at + part]!) as [number, number, number, number];
    const turns = Math.atan2(b, a) / (Math.PI / 2);
    const mode = object === 0 ? 0 : call.FPDFTextObj_GetTextRenderMode(object);
    const { bold, mono } = object === 0 ? { bold: false, mono: false } : fontOf(object);
    return {
      size: Math.round(call.FPDFText_GetFontSize(text, index) * Math.hypot(c, d) * 10) / 10 || 1,
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
      const key = `${style.size} ${style.bold} ${style.mono} ${style.hidden} ${style.direction}`;
      const known = byKey.get(key);
      last = known ?? Math.min(all.push(style) - 1, MOST_STYLES);
      if (known === undefined) byKey.set(key, last);
      return last;
    },
  };
}
