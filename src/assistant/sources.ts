// The sources of an answer: of all passages it was shown those whose marker it really used, each with the words on the page that it rests on.
import type { App } from '../context.ts';
import { findPage } from '../documents/document-store.ts';
import { partWith } from '../lib/excerpt.ts';
import { createPacer } from '../lib/pace.ts';
import { type TextUnit, unitsOf } from '../lib/text-units.ts';
import { stemsOf } from '../lib/words.ts';
import type { Source } from '../protocol/models.ts';
import { markerOf, type PassageShelf, pageChunkId, type ShownPassage } from './passages.ts';

const QUOTE_UNITS = 400;
/** A passage may go on over this many pages after the one where it begins. */
const PAGES_OF_A_PASSAGE = 3;
/** Longer pages (whole sheets) are looked at around the passage only. */
const PAGE_UNITS = 100_000;
/** Words of the answer before its marker that tell which words of the passage it means. */
const CLAIM_UNITS = 400;
const CLAIMS_PER_MARKER = 4;
/** Markers in one pair of brackets, such as `[1-3]`. */
const LONGEST_RANGE = 20;

const MARKER = /\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\](?!\()/g;

/** Numbers cited in a text with the words they stand behind, by number, in the order in which each is first used. */
export function citedIn(text: string): Map<number, string[]> {
  const cited = new Map<number, string[]>();
  const prose = withoutCode(text);
  for (const match of prose.matchAll(MARKER)) {
    const claim = claimBefore(prose, match.index);
    for (const number of numbersIn(match[1]!)) {
      const claims = cited.get(number) ?? [];
      cited.set(number, claims);
      if (claims.length < CLAIMS_PER_MARKER) claims.push(claim);
    }
  }
  return cited;
}

/**
 * In the order in which the answer uses them. Numbers that name no passage of this turn are not there. Every quote stands on its
 * page word for word, unless the page is gone.
 * @param question helps where the answer says less than the passage
 */
export async function findSources(
  app: Pick<App, 'db'>,
  tenantId: string,
  shelf: PassageShelf,
  answer: { text: string; question: string },
): Promise<Source[]> {
  const sources: Source[] = [];
  const pages = createPageReader(app, tenantId);
  const pause = createPacer();
  for (const [number, claims] of citedIn(answer.text)) {
    const passage = shelf.find(number);
    if (!passage) continue;
    await pause();
    const found = await findQuote(passage, { claims, question: answer.question }, pages);
    sources.push({
      marker: markerOf(passage),
      documentId: passage.documentId,
      documentName: passage.documentName,
      page: found.page,
      ...(passage.heading === '' ? {} : { heading: passage.heading }),
      chunkId: passage.chunkId,
      quote: found.quote,
      score: passage.score,
    });
  }
  return sources;
}

type PageReader = (documentId: string, page: number) => Promise<string | undefined>;

function createPageReader(app: Pick<App, 'db'>, tenantId: string): PageReader {
  const texts = new Map<string, Promise<string | undefined>>();
  return (documentId, page) => {
    const key = `${documentId} ${page}`;
    const text = texts.get(key) ?? findPage(app.db, tenantId, documentId, page).then((row) => row?.text);
    texts.set(key, text);
    return text;
  };
}

async function findQuote(
  passage: ShownPassage,
  wanted: { claims: string[]; question: string },
  readPage: PageReader,
): Promise<{ page: number; quote: string }> {
  const words = wordsWanted(wanted);
  let best: { page: number; quote: string; score: number } | undefined;
  const isWholePage = passage.chunkId === pageChunkId(passage.documentId, passage.page);
  const last = passage.page + (isWholePage ? 1 : PAGES_OF_A_PASSAGE);
  for (let page = passage.page; page < last; page++) {
    const text = await readPage(passage.documentId, page);
    if (text === undefined) break;
    const around = partAround(text, passage.text);
    const units = unitsWithin(around, passage.text);
    // A passage that begins on one page and does not go on on the next ends there.
    if (units.length === 0 && best) break;
    for (const unit of units) {
      const score = weigh(around.slice(unit.start, unit.end), unit, words);
      if (!best || score > best.score) best = { page, quote: excerptOf(around, unit, words), score };
    }
  }
  if (best) return best;
  const [first] = unitsOf(passage.text);
  const quote = first ? excerptOf(passage.text, first, words) : passage.text.slice(0, QUOTE_UNITS);
  return { page: passage.page, quote: quote.toWellFormed() };
}

/** How much each stem is wanted: what the answer says before the marker counts more than what was asked. */
function wordsWanted({ claims, question }: { claims: string[]; question: string }): Map<string, number> {
  const words = new Map<string, number>();
  for (const stem of stemsOf(question)) words.set(stem, 0.3);
  for (const claim of claims) for (const stem of stemsOf(claim)) words.set(stem, /\d/.test(stem) ? 1.5 : 1);
  return words;
}

function weigh(said: string, unit: TextUnit, words: ReadonlyMap<string, number>): number {
  const stems = new Set(stemsOf(said));
  let score = 0;
  for (const stem of stems) score += words.get(stem) ?? 0;
  for (const stem of new Set(stemsOf(unit.under))) if (!stems.has(stem)) score += (words.get(stem) ?? 0) * 0.3;
  const length = unit.kind === 'heading' ? stems.size + 8 : stems.size;
  return score / Math.sqrt(length + 6);
}

/** A sheet of a thousand rows is one page. */
function partAround(page: string, passage: string): string {
  if (page.length <= PAGE_UNITS) return page;
  const line = passage.split('\n').find((one) => one.trim().length > 20) ?? passage;
  const at = page.indexOf(line.trim().slice(0, 200));
  const start = Math.max(0, (at < 0 ? 0 : at) - PAGE_UNITS / 4);
  return page.slice(start, start + PAGE_UNITS);
}

/** Those units of a page that belong to the passage: the whole of them stands in it, or most of their words. */
function unitsWithin(page: string, passage: string): TextUnit[] {
  const inside = plain(passage);
  const words = new Set(inside.split(' '));
  const whole: TextUnit[] = [];
  const partly: TextUnit[] = [];
  for (const unit of unitsOf(page)) {
    const said = plain(page.slice(unit.start, unit.end));
    if (said === '') continue;
    if (inside.includes(said)) whole.push(unit);
    else {
      const own = said.split(' ');
      if (own.length > 3 && own.filter((word) => words.has(word)).length >= own.length * 0.9) partly.push(unit);
    }
  }
  return whole.length > 0 ? whole : partly;
}

/** Letters and digits only: how a passage is marked up may differ from how its page is. */
const plain = (text: string): string => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');

/** The unit itself, or of a long one the part that holds most of what is wanted. */
function excerptOf(text: string, unit: TextUnit, words: ReadonlyMap<string, number>): string {
  const { start, end } = partWith(text, unit, words, QUOTE_UNITS);
  return text.slice(start, end);
}

/** The sentence, item or row before a marker, without other markers. */
function claimBefore(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - CLAIM_UNITS), index).replace(MARKER, ' ');
  const lines = before.trimEnd().split('\n');
  const line = lines.at(-1) ?? '';
  const sentences = line.trimEnd().split(/(?<=[.!?])\s+(?=\p{Lu})/u);
  const last = sentences.at(-1) ?? '';
  // "… 36 bulan. [1]" and "Ya. [1]": too little to go by is taken with what stands before it.
  if (stemsOf(last).length >= 3) return last;
  return stemsOf(line).length >= 3 ? line : lines.slice(-3).join(' ');
}

function numbersIn(list: string): number[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [from, to = from] = part.split(/[–-]/).map((number) => Number(number.trim()));
    if (from === undefined || to === undefined || to < from || to - from > LONGEST_RANGE) return [];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** Code keeps its place and loses its content: `list[1]` cites nothing. */
const withoutCode = (text: string): string =>
  text
    .replace(/^[ \t]*(```|~~~)[\s\S]*?(?:^[ \t]*\1|$(?![\s\S]))/gm, (code) => ' '.repeat(code.length))
    .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
