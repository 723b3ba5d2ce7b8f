// Lines that were drawn in a picture of a page: what its tables are ruled with.
import type { GrayPicture } from './pdf-engine.ts';
import type { Box, Rule, Rules } from './pdf-shapes.ts';

/** In inches: shorter ones are strokes of letters. */
const LEAST_ACROSS = 0.5;
const LEAST_DOWN = 0.2;
/** Shorter upright ones have to meet a level one: the letter l is one, too. */
const LONG_DOWN = 0.8;
/** Thicker ones are areas; their edges are lines. */
const MOST_THICKNESS = 0.05;
/** Pixels that may be missing within a line. */
const HOLE = 3;
const DARK = 140;
const MOST_RUNS = 20_000;

interface Run {
  at: number;
  from: number;
  to: number;
}

export interface DrawnLines {
  /** In points. */
  rules: Rules;
  /** In pixels: the thin lines, and the dark areas that light words may stand on. */
  thin: Box[];
  dark: Box[];
}

export function findLines(picture: GrayPicture, pixelsPerInch: number): DrawnLines {
  const toPoints = 72 / pixelsPerInch;
  const across = mergeRuns(runsAcross(picture, LEAST_ACROSS * pixelsPerInch));
  const isThin = ({ first, last }: Band): boolean => last - first <= MOST_THICKNESS * pixelsPerInch;
  const toRule = (at: number, { from, to }: Band): Rule => ({
    at: at * toPoints,
    from: from * toPoints,
    to: to * toPoints,
  });
  const middle = (band: Band): Rule => toRule((band.first + band.last) / 2, band);
  const areas = across.filter((band) => !isThin(band));
  const dark = areas.map(({ first, last, from, to }) => ({ x0: from, y0: first, x1: to, y1: last }));
  // Between the letters of a dark heading there are many upright edges, none of them a line.
  const light = dark.length === 0 ? picture : withoutLines(picture, { thin: dark, dark: [] });
  const down = mergeRuns(runsDown(light, LEAST_DOWN * pixelsPerInch)).filter(
    (band) =>
      isThin(band) && (band.to - band.from >= LONG_DOWN * pixelsPerInch || across.some((other) => meets(band, other))),
  );
  goThrough(down, dark);
  return {
    rules: {
      horizontal: [
        ...across.filter(isThin).map(middle),
        ...areas.flatMap((band) => [toRule(band.first, band), toRule(band.last, band)]),
      ],
      upright: down.map(middle),
    },
    thin: [
      ...across.filter(isThin).map(({ first, last, from, to }) => ({ x0: from, y0: first, x1: to, y1: last })),
      ...down.map(({ first, last, from, to }) => ({ x0: first, y0: from, x1: last, y1: to })),
    ],
    dark,
  };
}

const meets = (upright: Band, level: Band): boolean =>
  upright.first >= level.from - HOLE &&
  upright.last <= level.to + HOLE &&
  upright.from <= level.last + HOLE &&
  upright.to >= level.first - HOLE;

/** The lines below a dark area, or else those above it, go on through it: the heading of a table has its columns. */
function goThrough(upright: readonly Band[], dark: readonly Box[]): void {
  for (const { x0, y0, x1, y1 } of dark) {
    const crossing = upright.filter(({ first, last }) => first >= x0 - HOLE && last <= x1 + HOLE);
    const below = crossing.filter(({ from }) => Math.abs(from - y1) <= 2 * HOLE);
    if (below.length > 0) for (const band of below) band.from = y0;
    else for (const band of crossing) if (Math.abs(band.to - y0) <= 2 * HOLE) band.to = y1;
  }
}

/** The picture as recognition likes it: without lines, and with light words on dark turned into dark ones on light. */
export function withoutLines(
  { width, height, pixels }: GrayPicture,
  { thin, dark }: Pick<DrawnLines, 'thin' | 'dark'>,
): GrayPicture {
  const out = pixels.slice();
  const change = ({ x0, y0, x1, y1 }: Box, by: number, how: (pixel: number) => number): void => {
    for (let y = Math.max(0, y0 - by); y <= Math.min(height - 1, y1 + by); y += 1) {
      const row = y * width;
      for (let x = Math.max(0, x0 - by); x <= Math.min(width - 1, x1 + by); x += 1) out[row + x] = how(out[row + x]!);
    }
  };
  for (const box of dark) change(box, 0, (pixel) => 255 - pixel);
  for (const box of thin) change(box, 1, () => 255);
  return { width, height, pixels: out };
}

function runsAcross({ width, height, pixels }: GrayPicture, least: number): Run[] {
  const runs: Run[] = [];
  for (let y = 0; y < height && runs.length < MOST_RUNS; y += 1) {
    const row = y * width;
    let [from, last] = [-1, -1];
    for (let x = 0; x < width; x += 1) {
      if (pixels[row + x]! >= DARK) {
        if (from >= 0 && x - last > HOLE) {
          if (last - from >= least) runs.push({ at: y, from, to: last });
          from = -1;
        }
        continue;
      }
      if (from < 0) from = x;
      last = x;
    }
    if (from >= 0 && last - from >= least) runs.push({ at: y, from, to: last });
  }
  return runs;
}

/** Row by row, all columns at once: memory is read in the order in which it lies. */
function runsDown({ width, height, pixels }: GrayPicture, least: number): Run[] {
  const runs: Run[] = [];
  const from = new Int32Array(width).fill(-1);
  const last = new Int32Array(width);
  for (let y = 0; y <= height && runs.length < MOST_RUNS; y += 1) {
    const row = y * width;
    for (let x = 0; x < width; x += 1) {
      if (y < height && pixels[row + x]! < DARK) {
        if (from[x]! < 0) from[x] = y;
        last[x] = y;
      } else if (from[x]! >= 0 && (y - last[x]! > HOLE || y === height)) {
        if (last[x]! - from[x]! >= least) runs.push({ at: x, from: from[x]!, to: last[x]! });
        from[x] = -1;
      }
    }
  }
  return runs.sort((a, b) => a.at - b.at || a.from - b.from);
}

interface Band {
  first: number;
  last: number;
  from: number;
  to: number;
}

/** Runs that lie against each other belong together. */
function mergeRuns(runs: readonly Run[]): Band[] {
  const open: Band[] = [];
  const done: Band[] = [];
  for (const run of runs) {
    for (let index = open.length - 1; index >= 0; index -= 1) {
      if (run.at - open[index]!.last > HOLE) done.push(...open.splice(index, 1));
    }
    const band = open.find((one) => Math.min(one.to, run.to) - Math.max(one.from, run.from) > 0);
    if (!band) {
      open.push({ first: run.at, last: run.at, from: run.from, to: run.to });
      continue;
    }
    band.last = run.at;
    band.from = Math.min(band.from, run.from);
    band.to = Math.max(band.to, run.to);
  }
  return [...done, ...open];
}
