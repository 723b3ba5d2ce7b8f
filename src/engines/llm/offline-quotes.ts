// Chooses what of the passages is quoted for a question, and how it is written down.
import { partWith } from '../../lib/excerpt.ts';
import { detectLanguage } from '../../lib/words.ts';
import { type Candidate, candidatesIn, cellsInWords } from './offline-candidates.ts';
import { questionParts } from './offline-question.ts';
import type { GivenPassage } from './offline-table.ts';
import { poolOf, type Scored, scoreAll, type Wanted, wantedFor } from './offline-weigh.ts';

export interface Quote {
  text: string;
  passage: GivenPassage;
  /** How much of the question it covers, 0 to 1. */
  share: number;
}

export interface FoundQuotes {
  /** At most four, those for the first part of the question first; empty when nothing fits. */
  quotes: Quote[];
  /** They hold too little of the question to be its answer for sure. */
  isUnsure?: true;
  /** Without quotes: what comes closest, if anything does. */
  closest?: Quote;
}

const MAX_QUOTES = 4;
const MAX_QUOTES_PER_PART = 3;
const MAX_QUOTE_UNITS = 420;
/** From here on a quote answers the question; questions about what is in no document stay below. */
const SURE_SCORE = 0.48;
/** Below this nothing answers it. */
const MIN_SCORE = 0.36;
/** Below this it is not even close. */
const MIN_CLOSE_SCORE = 0.16;
const MIN_SHARE_OF_BEST = 0.6;
/** What another quote must add to what the first ones cover. */
const MIN_GAIN = 0.14;
/** Neighbours that fit the same say it together. */
const AS_GOOD = 0.97;

export async function quotesFor(question: string, passages: readonly GivenPassage[]): Promise<FoundQuotes> {
  const candidates = await candidatesIn(passages);
  if (candidates.length === 0) return { quotes: [] };
  const language = detectLanguage(question, undefined);
  const pool = poolOf(candidates, language);
  const asked: { wanted: Wanted[]; scored: Scored[] }[] = [];
  for (const part of questionParts(question)) {
    const wanted = wantedFor(part, language, pool);
    asked.push({ wanted, scored: await scoreAll(pool, wanted, part) });
  }
  const chosen = chooseForAll(asked);
  const toQuote = ({ candidate, share }: Scored, wanted: Wanted[]): Quote => ({
    text: quoteOf(candidate, wanted, candidates),
    passage: candidate.passage,
    share,
  });
  const quotes = chosen.flatMap((some, index) => some.map((one) => toQuote(one, asked[index]!.wanted)));
  const best = Math.max(0, ...chosen.flat().map(({ score }) => score));
  if (quotes.length > 0) return { quotes, ...(best < SURE_SCORE ? { isUnsure: true } : {}) };
  const [nearest] = asked
    .flatMap(({ wanted, scored }) => scored.slice(0, 1).map((one) => ({ one, wanted })))
    .sort((a, b) => b.one.score - a.one.score);
  const isClose = nearest !== undefined && nearest.one.score >= MIN_CLOSE_SCORE;
  return { quotes, ...(isClose ? { closest: toQuote(nearest.one, nearest.wanted) } : {}) };
}

/** Whoever fits a part best is not taken away from it by another part. */
function chooseForAll(asked: readonly { wanted: Wanted[]; scored: Scored[] }[]): Scored[][] {
  const taken = new Set<Candidate>();
  const chosen = asked.map((): Scored[] => []);
  const order = asked
    .map((_, index) => index)
    .sort((a, b) => (asked[b]!.scored[0]?.score ?? 0) - (asked[a]!.scored[0]?.score ?? 0));
  const most = Math.min(MAX_QUOTES_PER_PART, Math.floor(MAX_QUOTES / Math.max(1, asked.length)));
  for (const index of order) {
    const { wanted, scored } = asked[index]!;
    const free = scored.filter(({ candidate }) => !taken.has(candidate));
    chosen[index] = cover(free, wanted, most);
    for (const { candidate } of chosen[index]!) taken.add(candidate);
  }
  return chosen;
}

/** The best one, a neighbour that is as good, then those that cover what is still missing. */
function cover(scored: readonly Scored[], wanted: readonly Wanted[], most: number): Scored[] {
  const [best] = scored;
  if (!best || best.score < MIN_SCORE) return [];
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const covered = [...best.covers];
  const chosen = [best];
  const beside = scored.find(
    ({ candidate, score }) =>
      score >= best.score * AS_GOOD &&
      Math.abs(candidate.order - best.candidate.order) === 1 &&
      candidate.kind === 'item',
  );
  if (beside && chosen.length < most) chosen.push(beside);
  while (chosen.length < most) {
    let next: { one: Scored; gain: number } | undefined;
    for (const one of scored) {
      if (one.score < best.score * MIN_SHARE_OF_BEST) break;
      if (chosen.includes(one)) continue;
      const gain = wanted.reduce(
        (sum, { weight }, index) => sum + (Math.max(0, one.covers[index]! - covered[index]!) * weight) / total,
        0,
      );
      if (!next || gain * one.score > next.gain * next.one.score) next = { one, gain };
    }
    if (!next || next.gain < MIN_GAIN) break;
    chosen.push(next.one);
    for (const [index, value] of next.one.covers.entries()) covered[index] = Math.max(covered[index]!, value);
  }
  return chosen;
}

/** As it stands, white space aside; a long one cut to what was asked, a line that leads to others with those. */
function quoteOf(candidate: Candidate, wanted: readonly Wanted[], all: readonly Candidate[]): string {
  const weights = new Map<string, number>();
  for (const { alternatives, weight } of wanted) {
    for (const stem of alternatives.flat()) weights.set(stem, Math.max(weight, weights.get(stem) ?? 0));
  }
  const { text, head, kind } = candidate;
  const part = partWith(text, { start: 0, end: text.length }, weights, MAX_QUOTE_UNITS);
  const cut = text.slice(part.start, part.end);
  const said = `${part.start > 0 ? '… ' : ''}${cut}${part.end < text.length ? ' …' : ''}`;
  const line = kind === 'row' ? cellsInWords(said) : said;
  const whole = `${head === '' || line.startsWith(head) ? '' : `${head}: `}${line}`.replace(/\s+/g, ' ').trim();
  return kind === 'heading' || text.endsWith(':') ? [whole, ...followersOf(candidate, all)].join(' ') : whole;
}

/** What stands below a heading or a line that ends with a colon, as far as it fits. */
function followersOf(candidate: Candidate, all: readonly Candidate[]): string[] {
  const followers: string[] = [];
  let left = MAX_QUOTE_UNITS - candidate.text.length;
  for (const next of all.slice(candidate.order + 1)) {
    const line = (next.kind === 'row' ? cellsInWords(next.text) : next.text).replace(/\s+/g, ' ').trim();
    left -= line.length;
    if (next.passage !== candidate.passage || next.kind === 'heading' || left < 0) break;
    followers.push(line);
  }
  return followers;
}
