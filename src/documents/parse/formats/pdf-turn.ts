// Turns places of a PDF page, which count from its bottom left in whatever way the page lies, into places as they are read.
import type { Box } from './pdf-shapes.ts';

export interface Turn {
  width: number;
  height: number;
  /** x becomes m[0] x + m[1] y + m[2], y becomes m[3] x + m[4] y + m[5]. */
  matrix: readonly [number, number, number, number, number, number];
  x(x: number, y: number): number;
  y(x: number, y: number): number;
  /** The way back: where a place as it is read lies in the file. */
  back(x: number, y: number): [number, number];
  box(x0: number, y0: number, x1: number, y1: number): Box;
}

/** @param direction of the text that is to run to the right afterwards, in quarter turns against the clock */
export function createTurn(direction: number, crop: Box): Turn {
  const isUpright = direction % 2 === 0;
  const across = crop.x1 - crop.x0;
  const up = crop.y1 - crop.y0;
  const matrices: Turn['matrix'][] = [
    [1, 0, -crop.x0, 0, -1, crop.y1],
    [0, 1, -crop.y0, 1, 0, -crop.x0],
    [-1, 0, crop.x1, 0, 1, -crop.y0],
    [0, -1, crop.y1, -1, 0, crop.x1],
  ];
  const back: Turn['back'][] = [
    (x, y) => [x + crop.x0, crop.y1 - y],
    (x, y) => [y + crop.x0, x + crop.y0],
    (x, y) => [crop.x1 - x, y + crop.y0],
    (x, y) => [crop.x1 - y, crop.y1 - x],
  ];
  const matrix = matrices[direction]!;
  const x: Turn['x'] = (px, py) => matrix[0] * px + matrix[1] * py + matrix[2];
  const y: Turn['y'] = (px, py) => matrix[3] * px + matrix[4] * py + matrix[5];
  return {
    width: isUpright ? across : up,
    height: isUpright ? up : across,
    matrix,
    x,
    y,
    back: back[direction]!,
    box(x0, y0, x1, y1) {
      const [ax, ay, bx, by] = [x(x0, y0), y(x0, y0), x(x1, y1), y(x1, y1)];
      return { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) };
    },
  };
}
