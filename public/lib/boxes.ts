// Places on a page in parts of its width and height, and the strokes of a marker over them.
import type { WordBox } from '../../src/protocol/document-models.ts';
import { findPassage } from './find-passage.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A stroke goes on over a gap of this many heights of the line. */
const GAP_HEIGHTS = 1.6;

/** Neighbours on one line become one stroke, as a marker is drawn. In reading order. */
export function strokes(boxes: readonly Box[], aspect = 1): Box[] {
  const joined: Box[] = [];
  for (const box of boxes) {
    const last = joined.at(-1);
    if (last && isSameLine(last, box) && box.x >= last.x && gapAfter(last, box) * aspect <= box.height * GAP_HEIGHTS) {
      const right = Math.max(last.x + last.width, box.x + box.width);
      const bottom = Math.max(last.y + last.height, box.y + box.height);
      last.y = Math.min(last.y, box.y);
      last.width = right - last.x;
      last.height = bottom - last.y;
    } else joined.push({ ...box });
  }
  return joined;
}

const gapAfter = (left: Box, right: Box) => right.x - (left.x + left.width);

function isSameLine(one: Box, other: Box): boolean {
  const overlap = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return overlap > 0.5 * Math.min(one.height, other.height);
}

/**
 * The strokes over a quote on a page that was recognised from its picture.
 * @param aspect width of the page divided by its height
 */
export function passageOnPicture(words: readonly WordBox[], quote: string, aspect: number): Box[] {
  let text = '';
  const starts = words.map(([word]) => {
    const start = text.length;
    text += `${word} `;
    return start;
  });
  const ranges = findPassage(text, quote);
  const hit = words.filter((_, place) => {
    const start = starts[place]!;
    const end = starts[place + 1] ?? text.length;
    return ranges.some((range) => range.start < end && range.end > start);
  });
  return strokes(
    hit.map(([, x, y, width, height]) => ({ x, y, width, height })),
    aspect,
  );
}
