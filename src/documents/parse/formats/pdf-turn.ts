// Turns places of a PDF page, which count from its bottom left in whatever way the page lies, into places as they are read.
import type { Box } from './pdf-shapes.ts';

export interface Turn {
  width: number;
  height: number;
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
  const places: Pick<Turn, 'x' | 'y'>[] = [
    { x: (x) => x - crop.x0, y: (_, y) => crop.y1 - y },
    { x: (_, y) => y - crop.y0, y: (x) => x - crop.x0 },
    { x: (x) => crop.x1 - x, y: (_, y) => y - crop.y0 },
    { x: (_, y) => crop.y1 - y, y: (x) => crop.x1 - x },
  ];
  const back: Turn['back'][] = [
    (x, y) => [x + crop.x0, crop.y1 - y],
    (x, y) => [y + crop.x0, x + crop.y0],
    (x, y) => [crop.x1 - x, y + crop.y0],
    (x, y) => [crop.x1 - y, crop.y1 - x],
  ];
  const { x, y } = places[direction]!;
  return {
    width: isUpright ? across : up,
    height: isUpright ? up : across,
    x,
    y,
    back: back[direction]!,
    box(x0, y0, x1, y1) {
      const [ax, ay, bx, by] = [x(x0, y0), y(x0, y0), x(x1, y1), y(x1, y1)];
      return { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) };
    },
  };
}
