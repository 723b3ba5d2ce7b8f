// Chooses the part of a long text that says most about what is wanted.
import { stemsOf } from './words.ts';

/** Offsets of the part of at most `units` between `start` and `end` that holds most of what is wanted, at the borders of words. */
export function partWith(
  text: string,
  { start, end }: { start: number; end: number },
  words: ReadonlyMap<string, number>,
  units: number,
): { start: number; end: number } {
  if (end - start <= units) return { start, end };
  const tokens = [...text.slice(start, end).matchAll(/\S+/g)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
    weight: Math.max(0, ...stemsOf(match[0]).map((stem) => words.get(stem) ?? 0)),
  }));
  let best = { start, end: start + units, weight: -1 };
  let first = 0;
  let weight = 0;
  for (const token of tokens) {
    weight += token.weight;
    while (token.end - tokens[first]!.start > units && tokens[first] !== token) weight -= tokens[first++]!.weight;
    const from = tokens[first]!.start;
    if (weight > best.weight + 1e-9) best = { start: from, end: Math.min(token.end, from + units), weight };
  }
  return widen(tokens, best, units);
}

/** A part that begins at what is wanted gets words before and after it, as far as there is room. */
function widen(
  tokens: readonly { start: number; end: number }[],
  part: { start: number; end: number },
  units: number,
): { start: number; end: number } {
  let first = tokens.findIndex((token) => token.start >= part.start);
  let last = tokens.findLastIndex((token) => token.end <= part.end);
  if (first < 0 || last < first) return part;
  const fits = () => tokens[last]!.end - tokens[first]!.start <= units;
  for (let grew = true; grew; ) {
    grew = false;
    if (last + 1 < tokens.length) {
      last += 1;
      if (fits()) grew = true;
      else last -= 1;
    }
    if (first > 0) {
      first -= 1;
      if (fits()) grew = true;
      else first += 1;
    }
  }
  return { start: tokens[first]!.start, end: tokens[last]!.end };
}
