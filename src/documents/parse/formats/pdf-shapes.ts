// What stands on a page of a PDF, as plain shapes. Points, from the top left of the page as it is read (turned so that its text runs to the right).
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export interface Word extends Box {
  text: string;
  baseline: number;
  /** Of the font, as drawn. */
  size: number;
  bold: boolean;
  mono: boolean;
  /** Its letters run from right to left. */
  rtl: boolean;
  /** Its place in the order of the file, which is the logical one for text that runs from right to left. */
  order: number;
}

/** A straight line, or the edge of something filled. */
export interface Rule {
  /** Of its middle: y of a horizontal one, x of an upright one. */
  at: number;
  from: number;
  to: number;
}

export interface Rules {
  horizontal: Rule[];
  upright: Rule[];
}

export interface PageContent {
  width: number;
  height: number;
  /** In the order of the file. */
  words: Word[];
  /** Text that runs in another direction than most of the page, each piece as one word. */
  turned: Word[];
  rules: Rules;
  pictures: Box[];
  /** Drawn shapes of every kind. */
  shapes: number;
  /** It lies here as it is shown. */
  isAsShown: boolean;
  letters: number;
  /** Letters whose meaning the file does not tell. */
  unknownLetters: number;
  /** Letters that are not drawn: what a scanner's own recognition left behind. */
  hiddenLetters: number;
}

export const widthOf = (box: Box): number => box.x1 - box.x0;
export const heightOf = (box: Box): number => box.y1 - box.y0;
export const areaOf = (box: Box): number => Math.max(0, widthOf(box)) * Math.max(0, heightOf(box));

export function around(boxes: readonly Box[]): Box {
  let x0 = Number.POSITIVE_INFINITY;
  let y0 = Number.POSITIVE_INFINITY;
  let x1 = Number.NEGATIVE_INFINITY;
  let y1 = Number.NEGATIVE_INFINITY;
  for (const box of boxes) {
    if (box.x0 < x0) x0 = box.x0;
    if (box.y0 < y0) y0 = box.y0;
    if (box.x1 > x1) x1 = box.x1;
    if (box.y1 > y1) y1 = box.y1;
  }
  return { x0, y0, x1, y1 };
}

/** The middle value; 0 of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
