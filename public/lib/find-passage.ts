// Finds a quote in the words of a page, however each of them was broken into lines, cells, runs or hyphens. Only letters and
// digits are compared; a quote that reaches over the page's end, or that lost a line on its way, is found in parts.

/** From `start` up to, not including, `end`: UTF-16 offsets in the text that was searched. */
export interface TextRange {
  start: number;
  end: number;
}

/** This many letters in a row are the same place, not an accident. */
const SEED = 14;
/** Less than this is not worth marking, unless it is the whole quote. */
const LEAST_LETTERS = 24;
/** Two finds nearer than this are one passage: between them stands a page number, a footnote, a word read otherwise. */
const GAP_LETTERS = 40;
const MOST_QUOTE_LETTERS = 6_000;

interface Folded {
  letters: string;
  /** Where each letter begins in the text. */
  from: number[];
  /** Where it ends. */
  to: number[];
}

/** Ascending and apart from each other; empty when the quote is not there. */
export function findPassage(text: string, quote: string): TextRange[] {
  const page = fold(text);
  const wanted = fold(quote).letters.slice(0, MOST_QUOTE_LETTERS);
  if (wanted === '' || page.letters === '') return [];
  const whole = page.letters.indexOf(wanted);
  const found = whole >= 0 ? [{ start: whole, end: whole + wanted.length }] : findParts(page.letters, wanted);
  return found.map(({ start, end }) => withMarks(text, page.from[start]!, page.to[end - 1]!));
}

/** With the brackets, quotation marks and the full stop that belong to the words. */
function withMarks(text: string, start: number, end: number): TextRange {
  const before = /[(["'“‘]*$/.exec(text.slice(Math.max(0, start - 3), start))?.[0].length ?? 0;
  const after = /^[.,;:!?%)\]"'”’]*/.exec(text.slice(end, end + 3))?.[0].length ?? 0;
  return { start: start - before, end: end + after };
}

/** How many letters and digits these ranges hold. */
export const lettersIn = (text: string, ranges: readonly TextRange[]): number =>
  ranges.reduce((sum, { start, end }) => sum + fold(text.slice(start, end)).letters.length, 0);

function fold(text: string): Folded {
  let letters = '';
  const from: number[] = [];
  const to: number[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    // A ligature is several letters, an accent none.
    const plain = character < '\u0080' ? character : character.normalize('NFKD').replace(/\p{M}/gu, '');
    for (const letter of plain.toLowerCase()) {
      if (!/[\p{L}\p{N}]/u.test(letter)) continue;
      letters += letter;
      for (let unit = 0; unit < letter.length; unit += 1) {
        from.push(at);
        to.push(end);
      }
    }
    at = end;
  }
  return { letters, from, to };
}

/** The longest stretches that both have, joined where little stands between, without what lies scattered. */
function findParts(page: string, wanted: string): TextRange[] {
  const finds: TextRange[] = [];
  // Searching the page for every letter of a quote that is not on it would take too long on a large sheet.
  const seeds = new Set<string>();
  for (let start = 0; start + SEED <= page.length; start += 1) seeds.add(page.slice(start, start + SEED));
  let cursor = 0;
  let at = 0;
  while (at + SEED <= wanted.length) {
    const seed = wanted.slice(at, at + SEED);
    if (!seeds.has(seed)) {
      at += 1;
      continue;
    }
    const ahead = page.indexOf(seed, cursor);
    const start = ahead >= 0 ? ahead : page.indexOf(seed);
    let length = SEED;
    while (at + length < wanted.length && page[start + length] === wanted[at + length]) length += 1;
    finds.push({ start, end: start + length });
    at += length;
    cursor = start + length;
  }
  const joined = join(finds);
  const longest = Math.max(0, ...joined.map(({ start, end }) => end - start));
  const least = Math.max(LEAST_LETTERS, longest * 0.3);
  return joined.filter(({ start, end }) => end - start >= least);
}

function join(finds: TextRange[]): TextRange[] {
  const joined: TextRange[] = [];
  for (const find of finds.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && find.start - last.end <= GAP_LETTERS) last.end = Math.max(last.end, find.end);
    else joined.push({ ...find });
  }
  return joined;
}
