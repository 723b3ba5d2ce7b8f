// Which way a picture of text lies, and the picture turned.
import type { GrayPicture } from './pdf-engine.ts';

/** Quarter turns clockwise. */
export type QuarterTurns = 0 | 1 | 2 | 3;

const EDGE = 90;
/** Every second row and column is enough. */
const STEP = 2;

/**
 * Whether its lines run up or down rather than across. Letters have more upright strokes than level ones: going along a line one meets more
 * edges than going across lines, whatever the layout of the page.
 */
export function liesOnItsSide({ width, height, pixels }: GrayPicture): boolean {
  let [across, down] = [0, 0];
  for (let y = 0; y + STEP < height; y += STEP) {
    const row = y * width;
    const next = row + STEP * width;
    for (let x = 0; x + STEP < width; x += STEP) {
      const pixel = pixels[row + x]!;
      if (Math.abs(pixel - pixels[row + x + STEP]!) > EDGE) across += 1;
      if (Math.abs(pixel - pixels[next + x]!) > EDGE) down += 1;
    }
  }
  return down > 1.08 * across;
}

export function turnPicture(picture: GrayPicture, turns: QuarterTurns): GrayPicture {
  if (turns === 0) return picture;
  const { width, height, pixels } = picture;
  const out = new Uint8Array(pixels.length);
  if (turns === 2) {
    for (let at = 0, to = pixels.length - 1; at < pixels.length; at += 1, to -= 1) out[to] = pixels[at]!;
    return { width, height, pixels: out };
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const to = turns === 1 ? x * height + (height - 1 - y) : (width - 1 - x) * height + y;
      out[to] = pixels[y * width + x]!;
    }
  }
  return { width: height, height: width, pixels: out };
}

/** Where a box of the turned picture lies in the picture as it was; both in parts of width and height. */
export function turnBack(
  turns: QuarterTurns,
  x: number,
  y: number,
  width: number,
  height: number,
): [number, number, number, number] {
  switch (turns) {
    case 0:
      return [x, y, width, height];
    case 1:
      return [y, 1 - x - width, height, width];
    case 2:
      return [1 - x - width, 1 - y - height, width, height];
    case 3:
      return [1 - y - height, x, height, width];
  }
}
