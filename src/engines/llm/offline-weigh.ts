// How well something that could be quoted fits a question: by its words (rare ones more), what it stands under, and the kind of thing asked for.
import { equivalentsOf } from '../../lib/glossary.ts';
import { createPacer } from '../../lib/pace.ts';
import { contentWordsOf, detectLanguage, type Language, stem, wordsOf } from '../../lib/words.ts';
import { type Candidate, exactly } from './offline-candidates.ts';
import type { QuestionPart } from './offline-question.ts';

/** A word of the question with what it may be called instead. */
export interface Wanted {
  /** The word as written counts more than another form of it. */
  exact?: string;
  alternatives: readonly (readonly string[])[];
  weight: number;
}

export interface Scored {
  candidate: Candidate;
  /** How much of the question it covers, 0 to 1. */
  share: number;
  score: number;
  /** How far each wanted word is covered, 0 to 1. */
  covers: number[];
}

/** Of one part of a question. */
const MAX_WORDS = 24;
/** What stands above a unit counts, but less than its own words. */
const CONTEXT_WEIGHT = 0.5;
const OTHER_FORM = 0.8;
/** `valid` and `validity`: a beginning in common. */
const RELATED = 0.7;
const RELATED_SHARE = 0.6;
const RELATED_UNITS = 4;
/** Half of a phrase says little; another word for it says a little less than the word itself. */
const PART_OF_PHRASE = 0.4;
const OTHER_WORD = 0.9;
const PHRASE_WEIGHT = 1.5;
const FOREIGN_WEIGHT = 0.6;
/** How something is asked says less than what is asked about. */
const ASKING_WEIGHT = 0.35;
const ASKING: ReadonlySet<string> = new Set(
  `dipakai digunakan memakai menggunakan dibutuhkan diperlukan butuh perlu diadakan diberikan memberikan dimiliki memiliki kepada wajib harus
  dilakukan disediakan menyediakan diminta ditetapkan ditentukan dimaksud sampai sejak jumlah banyak banyaknya nama jenis macam saja dapat
  required require requires used use uses need needed needs made make makes take takes taken remain remains written given give gives many much
  after before above below have get name names kind kinds type types number provided provide allowed`.split(/\s+/),
);
const WRONG_KIND = 0.55;
/** A sum of money says `nilai` without the word. */
const KIND_WEIGHT = 0.7;
/** What only leads to something is not it. */
const LEAD_WEIGHT = 0.6;
/** Words that stand together in the question and here. */
const TOGETHER_WEIGHT = 0.2;
const RANK_WEIGHT = 0.03;
const USUAL_STEMS = 12;
const LENGTH_WEIGHT = 0.15;
const CANDIDATES_LOOKED_AT = 40;

/** All that may be quoted, as a place where words are rare or common. */
export interface Pool {
  candidates: readonly Candidate[];
  rarity(stems: readonly string[]): number;
  has(stems: readonly string[]): boolean;
  /** Stems that begin like this one. */
  related(one: string): readonly string[];
  language: Language;
}

export function poolOf(candidates: readonly Candidate[], asked: Language): Pool {
  const holders = new Map<string, number>();
  for (const { own } of candidates) for (const one of own) holders.set(one, (holders.get(one) ?? 0) + 1);
  const count = candidates.length + 1;
  const of = (one: string) => Math.log(1 + count / ((holders.get(one) ?? 0) + 0.5));
  // A word that stands nowhere says nothing about which unit is best, but that it is not found.
  const most = Math.log(1 + count / 1.5);
  const relatives = new Map<string, string[]>();
  const text = candidates.slice(0, CANDIDATES_LOOKED_AT).map((candidate) => candidate.text);
  return {
    candidates,
    rarity: (stems) => Math.min(most, Math.max(...stems.map(of))),
    has: (stems) => stems.every((one) => holders.has(one)),
    related(one) {
      const known = relatives.get(one);
      if (known) return known;
      const found = [...holders.keys()].filter((other) => beginsAlike(one, other));
      relatives.set(one, found);
      return found;
    },
    language: detectLanguage(text.join(' '), asked),
  };
}

function beginsAlike(one: string, other: string): boolean {
  if (one === other || other.startsWith('=') || /\d/.test(one)) return false;
  const longest = Math.max(one.length, other.length);
  const needed = Math.max(RELATED_UNITS, Math.ceil(longest * RELATED_SHARE));
  return one.length >= needed && other.startsWith(one.slice(0, needed));
}

export function wantedFor(part: QuestionPart, language: Language, pool: Pool): Wanted[] {
  return [...wantedIn(part.text, language, pool, 1), ...wantedIn(part.others, language, pool, part.otherWeight)];
}

function wantedIn(text: string, language: Language, pool: Pool, weight: number): Wanted[] {
  const equivalents = equivalentsOf(text, language);
  const inPhrases = new Set(equivalents.flatMap(({ said }) => (said.length > 1 ? said : [])));
  const single = new Map(equivalents.filter(({ said }) => said.length === 1).map((one) => [one.said[0]!, one.means]));
  const words = contentWordsOf(text)
    .filter((word) => !inPhrases.has(stem(word)))
    .slice(0, MAX_WORDS);
  const alone = words.map((word): Wanted => {
    const exact = exactly(word);
    const alternatives = [[stem(word)], ...(single.get(stem(word)) ?? [])].filter((stems) => stems.length > 0);
    const rarity = pool.has([exact]) ? pool.rarity([exact]) : Math.min(...alternatives.map(pool.rarity));
    // A word of another language that nobody translated says little when it is missing.
    const isForeign = language !== pool.language && !alternatives.some(pool.has) && !/\d/.test(word);
    const worth = ASKING.has(word) ? ASKING_WEIGHT : isForeign ? FOREIGN_WEIGHT : 1;
    return { exact, alternatives, weight: weight * rarity * worth };
  });
  const phrases = equivalents
    .filter(({ said }) => said.length > 1)
    .map(({ said, means }): Wanted => {
      const alternatives = [said, ...means.filter((stems) => stems.length > 0)];
      return { alternatives, weight: weight * PHRASE_WEIGHT * Math.min(...alternatives.map(pool.rarity)) };
    });
  return [...alone, ...phrases];
}

/** Best first; those that hold no word of the question are left out. */
export async function scoreAll(pool: Pool, wanted: readonly Wanted[], part: QuestionPart): Promise<Scored[]> {
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const pause = createPacer();
  const together = pairsIn(part.text);
  const scored: Scored[] = [];
  for (const candidate of pool.candidates) {
    await pause();
    const one = score(candidate, wanted, total, part, pool);
    if (!one) continue;
    const said = together.length > 0 ? ` ${wordsOf(`${candidate.head} ${candidate.text}`).join(' ')} ` : '';
    const shared = together.filter((pair) => said.includes(pair)).length / Math.max(1, together.length);
    scored.push({ ...one, score: one.score + shared * TOGETHER_WEIGHT * one.share });
  }
  return scored.sort((a, b) => b.score - a.score || a.candidate.order - b.candidate.order);
}

/** @returns absent when it holds no word of the question itself */
function score(
  candidate: Candidate,
  wanted: readonly Wanted[],
  total: number,
  { expected }: QuestionPart,
  pool: Pool,
): Scored | undefined {
  let share = 0;
  let isTouched = false;
  const isOfKind = expected?.pattern.test(candidate.text) ?? true;
  const covers = wanted.map(({ exact, alternatives, weight }) => {
    const isSame = exact === undefined || candidate.own.has(exact);
    const own = matched(alternatives, candidate.own, pool) * (isSame ? 1 : OTHER_FORM);
    if (own > 0) isTouched = true;
    const isSaidByKind = isOfKind && expected?.words.has(alternatives[0]![0]!);
    const context = matched(alternatives, candidate.context, pool) * CONTEXT_WEIGHT;
    const value = Math.max(own, context, isSaidByKind ? KIND_WEIGHT : 0);
    share += (value * weight) / total;
    return value;
  });
  if (!isTouched) return undefined;
  const leads = candidate.kind === 'heading' || candidate.text.endsWith(':');
  const length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * Math.sqrt(candidate.own.size / 2 / USUAL_STEMS);
  const fit = share * (isOfKind ? 1 : WRONG_KIND) * (leads ? LEAD_WEIGHT : 1);
  return { candidate, share, score: fit / length / (1 + RANK_WEIGHT * candidate.rank), covers };
}

/** How much of the best alternative is there, 0 to 1. */
function matched(alternatives: Wanted['alternatives'], stems: ReadonlySet<string>, pool: Pool): number {
  let best = 0;
  for (const [index, alternative] of alternatives.entries()) {
    let there = 0;
    for (const one of alternative) {
      if (stems.has(one)) there += 1;
      else if (pool.related(one).some((other) => stems.has(other))) there += RELATED;
    }
    const share = there / alternative.length;
    const isWhole = alternative.length === 1 || share >= RELATED;
    best = Math.max(best, share * (isWhole ? 1 : PART_OF_PHRASE) * (index === 0 ? 1 : OTHER_WORD));
  }
  return best;
}

/** Neighbours in the question of which at least one carries meaning: ` out of `, ` of scope `. */
function pairsIn(question: string): string[] {
  const words = wordsOf(question).slice(0, MAX_WORDS * 2);
  const content = new Set(contentWordsOf(question));
  const pairs: string[] = [];
  for (let index = 0; index + 1 < words.length; index++) {
    const [first, second] = [words[index]!, words[index + 1]!];
    if (content.has(first) || content.has(second)) pairs.push(` ${first} ${second} `);
  }
  return pairs;
}
