// A slip of the finger in every second word of a question, the same ones for the same seed.
import { createRandom } from './random.ts';

const NEIGHBOURS: Record<string, string> = {
  q: 'wa',
  w: 'qe',
  e: 'wr',
  r: 'et',
  t: 'ry',
  y: 'tu',
  u: 'yi',
  i: 'uo',
  o: 'ip',
  p: 'ol',
  a: 'sq',
  s: 'ad',
  d: 'sf',
  f: 'dg',
  g: 'fh',
  h: 'gj',
  j: 'hk',
  k: 'jl',
  l: 'kp',
  z: 'xa',
  x: 'zc',
  c: 'xv',
  v: 'cb',
  b: 'vn',
  n: 'bm',
  m: 'nk',
};

/** Words of four letters or more count; the first is misspelt, the second is not. */
export function misspell(text: string, seed: number): string {
  const random = createRandom(seed);
  let count = 0;
  return text.replace(/\p{L}{4,}/gu, (word) => (count++ % 2 === 0 ? withSlip(word, random) : word));
}

function withSlip(word: string, random: () => number): string {
  const at = Math.floor(random() * (word.length - 1));
  const [before, here, next, after] = [word.slice(0, at), word[at]!, word[at + 1]!, word.slice(at + 2)];
  switch (Math.floor(random() * 4)) {
    case 0:
      return before + next + here + after;
    case 1:
      return before + next + after;
    case 2:
      return before + here + here + next + after;
    default: {
      const near = NEIGHBOURS[here.toLowerCase()] ?? 'a';
      return before + near[Math.floor(random() * near.length)] + next + after;
    }
  }
}
