// The first search of a turn: the best passages for the question, before the model is called and within a deadline.
import { setTimeout } from 'node:timers/promises';
import type { App } from '../context.ts';
import { type DocumentRow, listPages } from '../documents/document-store.ts';
import { searchPassages } from '../documents/search.ts';
import { AppError } from '../lib/errors.ts';
import { equivalentsOf } from '../lib/glossary.ts';
import { contentWordsOf, detectLanguage } from '../lib/words.ts';
import { documentsInOtherLanguage } from './document-languages.ts';
import type { DocumentsHere } from './documents-here.ts';
import { joinOverPages } from './page-joins.ts';
import { PASSAGES_SHARE, type Passage, pageChunkId } from './passages.ts';
import type { SearchProblem } from './step-words.ts';

export type SearchApp = Pick<App, 'db' | 'limits' | 'log' | 'tokens'> & Parameters<typeof searchPassages>[0];

export interface FoundPassages {
  passages: Passage[];
  keywordsOnly: boolean;
  /** Nothing was found because nothing could be searched. */
  problem?: SearchProblem;
}

/** How many are asked for; how many fit is decided by the budget. */
const HITS = 14;
/** Of what a word may be called in the other language. */
const WORDS_PER_EQUIVALENT = 2;
/** Besides what was found in the documents that the question brought along. */
const HITS_ELSEWHERE = 4;
/** Words of the question before that help a question which says too little by itself. */
const WORDS_OF_BEFORE = 8;
/** With this many words of its own a question is understood without the one before. */
const WORDS_ENOUGH = 4;
/** An attached document of up to so many pages is given whole when it fits. */
const PAGES_GIVEN_WHOLE = 8;

/** `dan garansinya?`, `what about the warranty?`: begins as if something had been said. */
const GOES_ON =
  /^\s*(?:@\S+[\s,:]*)?(?:dan|lalu|terus|kalau|bagaimana dengan|gimana dengan|untuk yang|yang|itu|tadi|and|then|what about|how about|for the|that|those|it)\b/i;

export interface SearchedQuestion {
  text: string;
  /** What was asked before it, when something was. */
  before?: string;
}

/** Never throws but for `signal`: an answer without passages is better than none. */
export async function findPassages(
  app: SearchApp,
  here: DocumentsHere,
  question: SearchedQuestion,
  signal: AbortSignal,
): Promise<FoundPassages> {
  const whole = await readAttached(app, here);
  const deadline = AbortSignal.timeout(app.limits.firstSearchMs);
  const searching = searchAll(app, here, question, AbortSignal.any([signal, deadline]));
  try {
    // The index may not listen to the signal; the answer does not wait for it.
    const found = await Promise.race([searching, lateAfter(app.limits.firstSearchMs, signal)]);
    searching.catch(() => undefined);
    return { ...found, passages: unique([...whole, ...found.passages]) };
  } catch (error) {
    searching.catch(() => undefined);
    signal.throwIfAborted();
    const isLate = error === LATE || deadline.aborted;
    if (!isLate) app.log.warn('The documents of a room could not be searched', { error });
    return { passages: whole, keywordsOnly: false, problem: isLate ? 'late' : 'unavailable' };
  }
}

const LATE = new AppError('unavailable', 'The search took too long.');

async function lateAfter(ms: number, signal: AbortSignal): Promise<never> {
  await setTimeout(ms, undefined, { signal, ref: false });
  throw LATE;
}

/**
 * What the question brought along first, then the rest of the table. Of a follow-up both readings are searched, and documents in another
 * language with the words that they would use: an index that knows nothing of meaning finds little across languages.
 */
async function searchAll(
  app: SearchApp,
  here: DocumentsHere,
  question: SearchedQuestion,
  signal: AbortSignal,
): Promise<FoundPassages> {
  const texts = searchTexts(question);
  if (texts.length === 0) return { passages: [], keywordsOnly: false };
  const outcomes: Awaited<ReturnType<typeof searchPassages>>[] = [];
  const search = async (text: string, limit: number, documentIds?: string[]): Promise<Passage[]> => {
    const place = documentIds ? { ...here.place, documentIds } : here.place;
    const outcome = await searchPassages(app, place, { text, limit }, signal);
    outcomes.push(outcome);
    return outcome.hits;
  };
  const searchEach = async (limit: number, documentIds?: string[]) =>
    interleave(await Promise.all(texts.map((text) => search(text, limit, documentIds))));

  const language = detectLanguage(question.text, undefined);
  const words = equivalentsOf(texts.at(-1)!, language).flatMap((one) => one.words.slice(0, WORDS_PER_EQUIVALENT));
  const foreign = words.length > 0 ? await documentsInOtherLanguage(app, here.listed, language) : [];
  const attached = here.attached.map(({ id }) => id);
  const [brought, found, translated] = await Promise.all([
    attached.length > 0 ? searchEach(HITS, attached) : [],
    searchEach(attached.length > 0 ? HITS_ELSEWHERE : HITS),
    foreign.length > 0
      ? search(
          [question.text, ...words].join(' '),
          attached.length > 0 ? HITS_ELSEWHERE : HITS,
          foreign.map(({ id }) => id),
        )
      : [],
  ]);
  const isAllForeign = foreign.length >= here.listed.filter(({ status }) => status === 'processed').length;
  const rest = interleave(isAllForeign ? [translated, found] : [found, translated]);
  const passages = await joinOverPages(app, here.place.tenantId, unique([...brought, ...rest]));
  return { passages, keywordsOnly: outcomes.some(({ keywordsOnly }) => keywordsOnly) };
}

/** The question, and when it says little or begins as if something had been said, the same with words of the one before. */
export function searchTexts({ text, before }: SearchedQuestion): string[] {
  const words = contentWordsOf(text);
  const earlier = before === undefined ? [] : contentWordsOf(before).filter((word) => !words.includes(word));
  if (words.length === 0 && earlier.length === 0) return [];
  const alone = words.length > 0 ? [text] : [];
  const needsMore = words.length < WORDS_ENOUGH || GOES_ON.test(text);
  if (!needsMore || earlier.length === 0) return alone;
  return [...alone, [text, ...earlier.slice(0, WORDS_OF_BEFORE)].join(' ')];
}

function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}

const unique = (passages: Passage[]): Passage[] => [
  ...new Map(passages.map((passage) => [passage.chunkId, passage])).values(),
];

/** Short documents that the question brought along are given whole: nobody has to guess which part was meant. */
async function readAttached(app: SearchApp, here: DocumentsHere): Promise<Passage[]> {
  let budget = Math.floor(app.limits.promptTokens * PASSAGES_SHARE);
  const whole: Passage[] = [];
  for (const document of here.attached) {
    const passages = await readShort(app, document);
    const tokens = passages.reduce((sum, passage) => sum + app.tokens.estimate(passage.text), 0);
    if (tokens > budget) continue;
    budget -= tokens;
    whole.push(...passages);
  }
  return whole;
}

async function readShort(app: Pick<App, 'db'>, document: DocumentRow): Promise<Passage[]> {
  if (document.pages > PAGES_GIVEN_WHOLE) return [];
  const pages = await listPages(app.db, document.tenant_id, document.id, { limit: PAGES_GIVEN_WHOLE });
  return pages.filter(({ text }) => text.trim() !== '').map((page) => pagePassage(document, page));
}

export const pagePassage = (
  document: Pick<DocumentRow, 'id' | 'name'>,
  page: { number: number; label?: string; text: string },
): Passage => ({
  chunkId: pageChunkId(document.id, page.number),
  documentId: document.id,
  documentName: document.name,
  page: page.number,
  heading: page.label ?? '',
  text: page.text,
  score: 1,
});
