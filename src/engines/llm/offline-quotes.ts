// Which sentences, items and rows of the passages answer a question: weighed by words, by what kind of thing is asked, and by what stands around them.
import { partWith } from '../../lib/excerpt.ts';
import { equivalentsOf } from '../../lib/glossary.ts';
import { createPacer } from '../../lib/pace.ts';
import { type TextUnit, unitsOf } from '../../lib/text-units.ts';
import { contentWordsOf, detectLanguage, type Language, stem, stemsOf } from '../../lib/words.ts';
import type { GivenPassage } from './offline-table.ts';

export interface Quote {
  text: string;
  passage: GivenPassage;
  /** How much of the question it covers, 0 to 1. */
  share: number;
}

const MAX_QUOTES = 4;
const MAX_QUOTES_PER_PART = 3;
const MAX_QUOTE_UNITS = 420;
const MAX_PARTS = 3;
/** Of one part of a question. */
const MAX_WORDS = 24;
/** Longer rows are weighed piece by piece. */
const PIECE_UNITS = 260;
const PIECE_MIN_UNITS = 24;
const LABEL_CELLS = 2;
const LABEL_UNITS = 60;
/** What stands above a unit counts, but less than its own words. */
const CONTEXT_WEIGHT = 0.5;
/** Words of the other parts of a question say what it is about. */
const OTHER_PART_WEIGHT = 0.35;
/** Of two things that the same is asked of, what stands before the `and` is about both. */
const FIRST_SIDE_WEIGHT = 0.8;
const WRONG_KIND = 0.55;
/** A sum of money says `nilai` without the word. */
const KIND_WEIGHT = 0.7;
const OTHER_FORM = 0.8;
const PHRASE_WEIGHT = 1.5;
const CANDIDATES_LOOKED_AT = 40;
/** What only leads to something is not it. */
const LEAD_WEIGHT = 0.6;
const USUAL_STEMS = 12;
const RANK_WEIGHT = 0.03;
/** Below this nothing answers the question. */
export const MIN_SHARE = 0.36;
const MIN_SHARE_OF_BEST = 0.6;
/** What another quote must add to what the first ones cover. */
const MIN_GAIN = 0.14;

/** A word of the question with what it may be called instead. */
interface Wanted {
  /** The word as written counts more than another form of it. */
  exact?: string;
  alternatives: readonly (readonly string[])[];
  weight: number;
}

interface Candidate {
  passage: GivenPassage;
  rank: number;
  text: string;
  /** The beginning of its row, when it is a piece of one. */
  head: string;
  kind: TextUnit['kind'];
  own: ReadonlySet<string>;
  context: ReadonlySet<string>;
  order: number;
}

/** Part of a question, with other words of it that count, though less. */
interface QuestionPart {
  text: string;
  others: string;
  otherWeight: number;
  /** What the kind of answer is read from. */
  asks: string;
}

/** The parts of a question that ask for different things: `berapa bobotnya dan berapa passing grade?` has two. */
export const partsOf = (question: string): string[] =>
  question
    .split(
      /[?;]+|(?:,?\s+(?:dan|serta|lalu|and)\s+)(?=(?:berapa|kapan|siapa|apa|di ?mana|bagaimana|sampai|sejak|how|what|when|who|where|which|until|since)\b)/i,
    )
    .map((part) => part.trim())
    .filter((part) => stemsOf(part).length > 0)
    .slice(0, MAX_PARTS);

/** What is asked of two things at once (`kapasitas switch core dan switch distribusi`) is asked of each. */
function questionParts(question: string): QuestionPart[] {
  const parts = partsOf(question);
  const others = (index: number) => parts.filter((_, other) => other !== index).join(' ');
  const different = parts.map((text, index) => ({
    text,
    others: others(index),
    otherWeight: OTHER_PART_WEIGHT,
    asks: text,
  }));
  const sides =
    parts.length === 1 ? parts[0]!.split(/\s+(?:dan|and)\s+/i).filter((side) => stemsOf(side).length > 0) : [];
  if (sides.length !== 2) return different;
  return sides.map((text, index) => ({
    text,
    others: index === 0 ? '' : sides[0]!,
    otherWeight: FIRST_SIDE_WEIGHT,
    asks: question,
  }));
}

/** @returns the best ones, at most four, those for the first part of the question first; empty when nothing fits */
export async function quotesFor(question: string, passages: readonly GivenPassage[]): Promise<Quote[]> {
  const candidates = await candidatesIn(passages);
  if (candidates.length === 0) return [];
  const parts = questionParts(question);
  const language = detectLanguage(question, undefined);
  const pool = poolOf(candidates, language);
  const asked = parts.map(({ text, others, otherWeight, asks }) => ({
    wanted: [...wantedIn(text, language, pool, 1), ...wantedIn(others, language, pool, otherWeight)],
    expected: expectedBy(asks, question),
  }));
  const scored: Scored[][] = [];
  for (const { wanted, expected } of asked) scored.push(await scoreAll(candidates, wanted, expected));
  const taken = new Set<Candidate>();
  const chosen = asked.map((): Scored[] => []);
  // Whoever fits a part best is not taken away from it by another part.
  const order = asked
    .map((_, index) => index)
    .sort((a, b) => (scored[b]![0]?.score ?? 0) - (scored[a]![0]?.score ?? 0));
  for (const index of order) {
    const free = scored[index]!.filter(({ candidate }) => !taken.has(candidate));
    const most = Math.min(MAX_QUOTES_PER_PART, Math.floor(MAX_QUOTES / parts.length));
    chosen[index] = cover(free, asked[index]!.wanted, most);
    for (const { candidate } of chosen[index]!) taken.add(candidate);
  }
  return chosen.flatMap((some, index) =>
    some.map(({ candidate, share }) => ({
      text: quoteOf(candidate, asked[index]!.wanted, candidates),
      passage: candidate.passage,
      share,
    })),
  );
}

async function candidatesIn(passages: readonly GivenPassage[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const seen = new Set<string>();
  const pause = createPacer();
  for (const [rank, passage] of passages.entries()) {
    const title = stemsOf(`${passage.document.replace(/\.\w{2,5}$/, '')} ${passage.heading}`);
    let before = '';
    let heading = '';
    let label = '';
    for (const unit of unitsOf(passage.text)) {
      await pause();
      const text = passage.text.slice(unit.start, unit.end);
      const key = `${passage.document} ${passage.page} ${text}`;
      if (unit.kind === 'heading') heading = text;
      label = unit.cells ? labelOf(unit.cells) || label : '';
      if (!seen.has(key)) {
        seen.add(key);
        for (const { piece, head } of piecesOf(text, unit, label)) {
          candidates.push({
            passage,
            rank,
            text: piece,
            head,
            kind: unit.kind,
            own: new Set([...stemsOf(`${head} ${piece}`), ...contentWordsOf(`${head} ${piece}`).map(exactly)]),
            context: new Set([...title, ...stemsOf(`${heading} ${unit.under} ${before}`)]),
            order: candidates.length,
          });
        }
      }
      before = unit.kind === 'row' ? '' : text;
    }
  }
  return candidates;
}

/** A long row in pieces, each with what the row is about. @param label of the rows above, for rows that go on with them */
function piecesOf(text: string, unit: TextUnit, label: string): { piece: string; head: string }[] {
  if (!unit.cells) return [{ piece: text, head: '' }];
  const goesOn = labelOf(unit.cells) === '';
  if (text.length <= PIECE_UNITS) return [{ piece: text, head: goesOn ? label : '' }];
  const said = unit.cells.filter((cell) => cell !== '' && cell !== label);
  return said.flatMap((cell) =>
    (cell.length > PIECE_UNITS / 2 ? splitLong(cell) : [cell]).map((piece) => ({ piece, head: label })),
  );
}

/** What a row is about: its first cell with words, when it stands among the first. */
const labelOf = (cells: readonly string[]): string =>
  cells.slice(0, LABEL_CELLS).find((cell) => cell.length <= LABEL_UNITS && /\p{L}{2}/u.test(cell)) ?? '';

/** At line breaks and semicolons; what is still long where a word with a capital begins what may be another item. */
function splitLong(text: string): string[] {
  const lines = text.split(/<br\s*\/?>|;\s|\n|\s[•▪●⚫]\s/i);
  return lines
    .flatMap((line) => (line.length > PIECE_UNITS ? atCapitals(line) : [line]))
    .filter((p) => p.trim() !== '');
}

function atCapitals(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(/(?<=[\p{Ll}\p{N})+.,])\s+(?=\p{Lu}\p{Ll}{3,})/gu)) {
    if (match.index - from < PIECE_MIN_UNITS) continue;
    pieces.push(text.slice(from, match.index));
    from = match.index + match[0].length;
  }
  return [...pieces, text.slice(from)];
}

/** All that may be quoted, as a place where words are rare or common. */
interface Pool {
  rarity(stems: readonly string[]): number;
  has(stems: readonly string[]): boolean;
  language: Language;
}

function poolOf(candidates: readonly Candidate[], asked: Language): Pool {
  const holders = new Map<string, number>();
  for (const { own } of candidates) for (const one of own) holders.set(one, (holders.get(one) ?? 0) + 1);
  const of = (one: string) => Math.log(1 + (candidates.length + 1) / ((holders.get(one) ?? 0) + 0.5));
  // A word that stands nowhere says nothing about which unit is best, but that it is not found.
  const most = Math.log(1 + (candidates.length + 1) / 1.5);
  const text = candidates.slice(0, CANDIDATES_LOOKED_AT).map((candidate) => candidate.text);
  return {
    rarity: (stems) => Math.min(most, Math.max(...stems.map(of))),
    has: (stems) => stems.every((one) => holders.has(one)),
    language: detectLanguage(text.join(' '), asked),
  };
}

function wantedIn(text: string, language: Language, pool: Pool, weight: number): Wanted[] {
  const equivalents = equivalentsOf(text, language);
  const inPhrases = new Set(equivalents.flatMap(({ said }) => (said.length > 1 ? said : [])));
  const single = new Map(equivalents.filter(({ said }) => said.length === 1).map((one) => [one.said[0]!, one.means]));
  const words = contentWordsOf(text)
    .filter((word) => !inPhrases.has(stem(word)))
    .slice(0, MAX_WORDS);
  const alone = words.map((word): Wanted => {
    const alternatives = [[stem(word)], ...(single.get(stem(word)) ?? [])].filter((stems) => stems.length > 0);
    const isThere = pool.has([exactly(word)]);
    const rarest = Math.min(...[...alternatives, ...(isThere ? [[exactly(word)]] : [])].map(pool.rarity));
    // A word of another language that nobody translated says little when it is missing.
    const isForeign = language !== pool.language && !alternatives.some(pool.has) && !/\d/.test(word);
    return {
      exact: exactly(word),
      alternatives,
      weight: weight * (isThere ? pool.rarity([exactly(word)]) : rarest) * (isForeign ? 0.3 : 1),
    };
  });
  const phrases = equivalents
    .filter(({ said }) => said.length > 1)
    .map(({ said, means }): Wanted => {
      const alternatives = [said, ...means.filter((stems) => stems.length > 0)];
      return { alternatives, weight: weight * PHRASE_WEIGHT * Math.min(...alternatives.map(pool.rarity)) };
    });
  return [...alone, ...phrases];
}

/** As written, beside its stem: `switching` is not `switch`. */
const exactly = (word: string): string => `=${word}`;

interface Scored {
  candidate: Candidate;
  share: number;
  score: number;
  /** How far each wanted word is covered, 0 to 1. */
  covers: number[];
}

/** Best first; those that hold no word of the question are left out. */
async function scoreAll(
  candidates: readonly Candidate[],
  wanted: readonly Wanted[],
  expected: Kind | undefined,
): Promise<Scored[]> {
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const pause = createPacer();
  const scored: Scored[] = [];
  for (const candidate of candidates) {
    await pause();
    let share = 0;
    let isTouched = false;
    const isOfKind = expected?.pattern.test(candidate.text) ?? true;
    const covers = wanted.map(({ exact, alternatives, weight }) => {
      const isSame = exact === undefined || candidate.own.has(exact);
      const own = matched(alternatives, candidate.own) * (isSame ? 1 : OTHER_FORM);
      if (own > 0) isTouched = true;
      const isSaidByKind = isOfKind && expected?.words.has(alternatives[0]![0]!);
      const value = Math.max(
        own,
        matched(alternatives, candidate.context) * CONTEXT_WEIGHT,
        isSaidByKind ? KIND_WEIGHT : 0,
      );
      share += (value * weight) / total;
      return value;
    });
    if (!isTouched) continue;
    const leads = candidate.kind === 'heading' || candidate.text.endsWith(':');
    const length = 0.85 + 0.15 * Math.sqrt(candidate.own.size / USUAL_STEMS);
    const score =
      (share * (isOfKind ? 1 : WRONG_KIND) * (leads ? LEAD_WEIGHT : 1)) / length / (1 + RANK_WEIGHT * candidate.rank);
    scored.push({ candidate, share, score, covers });
  }
  return scored.sort((a, b) => b.score - a.score || a.candidate.order - b.candidate.order);
}

/** The best one, then those that cover what is still missing. */
function cover(scored: readonly Scored[], wanted: readonly Wanted[], most: number): Scored[] {
  const [best] = scored;
  if (!best || best.score < MIN_SHARE) return [];
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const covered = [...best.covers];
  const chosen = [best];
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

/** How much of the best alternative is there, 0 to 1. */
function matched(alternatives: Wanted['alternatives'], stems: ReadonlySet<string>): number {
  let best = 0;
  for (const [index, alternative] of alternatives.entries()) {
    let there = 0;
    for (const stem of alternative) if (stems.has(stem)) there += 1;
    const share = there / alternative.length;
    // Half of a phrase says little; another word for it says a little less than the word itself.
    const value = (share === 1 ? 1 : share * 0.4) * (index === 0 ? 1 : 0.9);
    best = Math.max(best, value);
  }
  return best;
}

const MONTHS =
  'jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|agu?s?(?:tus)?|aug(?:ust)?|sep(?:t(?:ember)?)?|o[kc]t(?:ober)?|nov(?:ember)?|de[sc](?:ember)?';
export const DATE = new RegExp(
  `\\d{1,2}\\s*(?:${MONTHS})\\b|\\b(?:${MONTHS})\\s+\\d{1,2}|\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}`,
  'i',
);
export const MONEY = /(?:rp\.?|idr|usd|us\$|\$|€)\s*\d|\d{1,3}(?:[.,]\d{3})+/i;
const COUNTED = 'hari|minggu|bulan|tahun|jam|menit|detik|kali|days?|weeks?|months?|years?|hours?|minutes?|times?';

/** What kind of thing answers a question, and the words of a question that it answers by being of this kind. */
interface Kind {
  pattern: RegExp;
  words: ReadonlySet<string>;
}

const kind = (pattern: RegExp, words: string): Kind => ({ pattern, words: new Set(stemsOf(words)) });

/** Made when first asked for. */
let kinds: Record<'date' | 'duration' | 'money' | 'number', Kind> | undefined;
const kindsOfAnswers = () => {
  kinds ??= {
    date: kind(DATE, 'tanggal batas jadwal tenggat dijadwalkan date deadline schedule scheduled due'),
    duration: kind(
      new RegExp(`\\d+\\s*(?:\\([^)]{0,40}\\)\\s*)?x?\\s*(?:${COUNTED})\\b`, 'i'),
      'lama masa jangka waktu durasi hari minggu bulan tahun jam menit long period duration take takes days weeks months years hours',
    ),
    money: kind(MONEY, 'nilai harga biaya jumlah besar besaran amount price cost value worth'),
    number: kind(/\d/, 'jumlah banyak nilai amount number quantity many'),
  };
  return kinds;
};

/** @param part what is asked; `question` tells points from money */
function expectedBy(part: string, question: string): Kind | undefined {
  const asks = part.toLowerCase();
  const { date, duration, money, number } = kindsOfAnswers();
  const isCount = /\b(?:berapa|how (?:many|much|long|often)|nilai|jumlah|amount)\b/.test(asks);
  if (/\b(?:kapan|tanggal|when|date|deadline)\b/.test(asks)) return date;
  if (new RegExp(`\\b(?:berapa (?:lama|${COUNTED})|how (?:long|often|many (?:${COUNTED})))\\b`).test(asks))
    return duration;
  if (!isCount) return undefined;
  const isMoney = /\b(?:harga|nilai|biaya|hps|pagu|anggaran|rupiah|rp|amount|price|budget|cost|value)\b/.test(asks);
  const isPoints = /\b(?:bobot|passing|skor|evaluasi|score|weight)\b/i.test(question);
  return isMoney && !isPoints ? money : number;
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

/** Cells apart by a dot, a number and its unit together; the number of the row says nothing. */
export const cellsInWords = (row: string): string =>
  row
    .replace(/<br\s*\/?>/gi, ' ')
    .split(/\s*\|\s*/)
    .filter((cell, index) => cell !== '' && !(index === 0 && /^\d{1,3}[.)]?$/.test(cell)))
    .reduce((line, cell) => {
      if (line === '') return cell;
      const isUnit = /\d$/.test(line) && /^\p{L}{1,12}\.?$/u.test(cell);
      return `${line}${isUnit ? ' ' : ' · '}${cell}`;
    }, '');
