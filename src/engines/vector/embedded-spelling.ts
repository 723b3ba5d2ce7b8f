// Words that differ by one slip of the finger: a letter too many, too few, another one, or two in the wrong order.

const SHORTEST_UNITS = 4;
const LONGEST_UNITS = 24;
/** Only words are misspelt: figures, codes and stems are meant as they stand. */
const SPELT = /^\p{L}+$/u;

export const canBeMisspelt = (term: string): boolean =>
  term.length >= SHORTEST_UNITS && term.length <= LONGEST_UNITS && SPELT.test(term);

/**
 * The word and the word without each of its letters. Two words that are one slip apart have one of these in common, so that a misspelt
 * word is looked up instead of compared with every word there is.
 */
export function spellingsOf(term: string): string[] {
  if (!canBeMisspelt(term)) return [];
  const spellings = new Set([term]);
  for (let at = 0; at < term.length; at++) spellings.add(term.slice(0, at) + term.slice(at + 1));
  return [...spellings];
}

/** Whether one slip makes one of the other. */
export function isOneSlipApart(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  let same = 0;
  const most = Math.min(a.length, b.length) - from;
  while (same < most && a[a.length - 1 - same] === b[b.length - 1 - same]) same += 1;
  const left = a.slice(from, a.length - same);
  const right = b.slice(from, b.length - same);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
