// Compares the pictures of this run with those that were last accepted, made small, and says which states look different.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Area } from './take-picture.ts';

/** Accepted pictures are this wide: enough to see what moved, small enough to lie in the repository. */
const WIDTH = 250;
/** How different the colour of a point may be, from 0 to 1. */
const COLOUR_TOLERANCE = 0.15;
/** The share of points that may differ: a few words, not a part of the page. */
const SHARE_TOLERANCE = 0.02;
/** States in which several act at once or one person reads on two devices: their order differs. Told, and no failure. */
const UNSTEADY = /^(?:06-unread|10-failed|13-search|22-documents|33-memory|34-memory|35-memory|52-forward|53-mentions)/;

export interface Folders {
  taken: string;
  accepted: string;
  differences: string;
}

export interface Difference {
  name: string;
  /** For people: what is different. */
  what: string;
  /** Told only: it may differ without anything having changed. */
  isUnsteady?: boolean;
}

const pngsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.png'))
        .sort()
    : [];

/** What differs; a picture of both and of the difference lies in `differences`. */
export function comparePictures({ taken, accepted, differences }: Folders): Difference[] {
  rmSync(differences, { recursive: true, force: true });
  mkdirSync(differences, { recursive: true });
  const now = pngsIn(taken);
  const before = pngsIn(accepted);
  const found: Difference[] = [];
  for (const name of before) if (!now.includes(name)) found.push({ name, what: 'is no longer taken' });
  for (const name of now) {
    if (!before.includes(name)) {
      found.push({ name, what: 'is new' });
      continue;
    }
    const what = compareOne(
      reduced(taken, name),
      PNG.sync.read(readFileSync(join(accepted, name))),
      join(differences, name),
    );
    if (what) found.push(UNSTEADY.test(name) ? { name, what, isUnsteady: true } : { name, what });
  }
  return found;
}

/** Takes the pictures of this run as they are. @returns how many bytes they are together */
export function acceptPictures({ taken, accepted }: Folders): number {
  rmSync(accepted, { recursive: true, force: true });
  mkdirSync(accepted, { recursive: true });
  let bytes = 0;
  for (const name of pngsIn(taken)) {
    const file = PNG.sync.write(reduced(taken, name), { colorType: 2, deflateLevel: 9 });
    writeFileSync(join(accepted, name), file);
    bytes += file.length;
  }
  return bytes;
}

function compareOne(now: PNG, before: PNG, path: string): string | undefined {
  if (now.width !== before.width || now.height !== before.height) return 'has another size';
  const { width, height } = now;
  const difference = new PNG({ width, height });
  const points = pixelmatch(before.data, now.data, difference.data, width, height, { threshold: COLOUR_TOLERANCE });
  const share = points / (width * height);
  if (share <= SHARE_TOLERANCE) return undefined;
  const sheet = new PNG({ width: width * 3, height });
  for (const [place, part] of [before, now, difference].entries()) {
    PNG.bitblt(part, sheet, 0, 0, width, height, place * width, 0);
  }
  writeFileSync(path, PNG.sync.write(sheet));
  return `differs in ${(share * 100).toFixed(1)} % of its points: ${path}`;
}

/** The picture with its varying parts covered, made small by averaging. */
function reduced(folder: string, name: string): PNG {
  const picture = PNG.sync.read(readFileSync(join(folder, name)));
  const areas = JSON.parse(readFileSync(join(folder, name.replace(/\.png$/, '.json')), 'utf8')) as Area[];
  for (const area of areas) cover(picture, area);
  const factor = picture.width / WIDTH;
  const small = new PNG({ width: WIDTH, height: Math.floor(picture.height / factor) });
  for (let y = 0; y < small.height; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) average(picture, small, x, y, factor);
  }
  return small;
}

function cover(picture: PNG, { x, y, width, height }: Area): void {
  const right = Math.min(picture.width, Math.ceil(x + width));
  const bottom = Math.min(picture.height, Math.ceil(y + height));
  for (let row = Math.max(0, Math.floor(y)); row < bottom; row += 1) {
    const start = (row * picture.width + Math.max(0, Math.floor(x))) * 4;
    picture.data.fill(128, start, Math.max(start, (row * picture.width + right) * 4));
  }
}

function average(from: PNG, to: PNG, x: number, y: number, factor: number): void {
  const sums = [0, 0, 0];
  let points = 0;
  for (let row = Math.floor(y * factor); row < (y + 1) * factor; row += 1) {
    for (let column = Math.floor(x * factor); column < (x + 1) * factor; column += 1) {
      const at = (row * from.width + column) * 4;
      for (let part = 0; part < 3; part += 1) sums[part] = (sums[part] ?? 0) + (from.data[at + part] ?? 0);
      points += 1;
    }
  }
  const at = (y * to.width + x) * 4;
  for (let part = 0; part < 3; part += 1) to.data[at + part] = Math.round((sums[part] ?? 0) / points);
  to.data[at + 3] = 255;
}
