// Answers questions about whole documents: page after page in parts that fit the prompt, and in the end says what was read and what was not.
import type { App } from '../context.ts';
import { type DocumentRow, listPages } from '../documents/document-store.ts';
import { newId } from '../lib/ids.ts';
import { detectLanguage, type Language } from '../lib/words.ts';
import type { Step } from '../protocol/models.ts';
import { type Coverage, coverageLine, createCoverage, pagesInWords } from './coverage.ts';
import type { DocumentsHere } from './documents-here.ts';
import { pagePassage } from './find-passages.ts';
import { type Asked, gather } from './gather.ts';
import type { FoundMemories } from './memories-here.ts';
import { type Passage, passageLine } from './passages.ts';
import { buildPrompt, hashPrompt } from './prompt.ts';
import { stepWords } from './step-words.ts';
import { type AnswerApp, type AnswerEvent, type AnswerInput, converse, separator, type Tally } from './turn.ts';
import { documentsMeant, isWholeQuestion, pagesAsked } from './whole-question.ts';

/** Pages may take this share of the prompt when the question is about all of them. */
const PAGES_SHARE = 0.6;
/** A new part is not begun after this share of the time that a turn has. */
const TIME_SHARE = 0.75;
const PAGES_PER_QUERY = 20;
/** A page with more than its share of a part is read in pieces. */
const NUMBER_FOR_ESTIMATE = 9_999;

export interface WholeReading {
  documents: DocumentRow[];
  pages: { from: number; to: number };
}

/** @returns absent for other questions, and when no document is meant */
export function planWholeReading(asked: Asked, found: readonly Passage[]): WholeReading | undefined {
  const { question, documents } = asked;
  if (!documents || !isWholeQuestion(question.text)) return undefined;
  const listed = documents.listed.filter(hasPages);
  const candidates = {
    attached: documents.attached.filter(hasPages),
    inRoom: listed.filter(({ room_id }) => room_id !== null),
    inLibrary: listed.filter(({ room_id }) => room_id === null),
  };
  const ids = [...new Set(found.map(({ documentId }) => documentId))];
  const meant = documentsMeant(question.text, candidates, ids);
  return meant.length === 0 ? undefined : { documents: meant, pages: pagesAsked(question.text) };
}

/** What is still being read can be answered from as far as it has come. */
const hasPages = ({ pages, progress_done: done }: DocumentRow): boolean => pages > 0 || done > 0;

interface Part {
  passages: Passage[];
  /** Nothing is left after it. */
  isLast: boolean;
}

/** @throws ModelError or AppError; nothing is yielded after that */
export async function* answerFromWhole(
  app: AnswerApp,
  input: AnswerInput,
  asked: Asked & { documents: DocumentsHere },
  reading: WholeReading,
  options: { startedAt: number; remembered: FoundMemories; signal: AbortSignal },
): AsyncGenerator<AnswerEvent> {
  const language = detectLanguage(asked.question.text, input.room.language);
  const words = stepWords(input.room.language);
  const coverage = createCoverage(reading);
  const [first, ...others] = reading.documents;
  const what = others.length === 0 ? first!.name : reading.documents.length;
  const step: Step = { id: newId(), kind: 'search', name: 'read_document', status: 'running' };
  const progress = (status: Step['status']): AnswerEvent => {
    const [pages, ofPages] = [coverage.done(), coverage.total()];
    const covered = { documents: reading.documents.length, pages, ofPages };
    return { type: 'step', step: { ...step, status, summary: words.read(pages, ofPages, what), covered } };
  };
  const tally: Tally = { said: '' };
  yield progress('running');
  let parts = 0;
  for await (const part of partsOf(app, reading, coverage)) {
    parts += 1;
    const isOnly = parts === 1 && part.isLast;
    if (part.passages.length > 0) {
      yield* answerPart(app, input, asked, { part, parts, isOnly, language, tally }, options);
    }
    yield progress(part.isLast ? 'done' : 'running');
    const isLate = performance.now() - options.startedAt > app.limits.turnTimeoutMs * TIME_SHARE;
    if (!part.isLast && (parts >= app.limits.wholeReadingParts || isLate)) {
      yield progress('done');
      break;
    }
  }
  const unlisted = asked.documents.attached.length > 0 ? 0 : asked.documents.total - asked.documents.listed.length;
  yield { type: 'text', delta: separator(tally.said) + coverageLine(coverage, unlisted, language) };
}

async function* answerPart(
  app: AnswerApp,
  input: AnswerInput,
  asked: Asked & { documents: DocumentsHere },
  made: { part: Part; parts: number; isOnly: boolean; language: Language; tally: Tally },
  { startedAt, remembered, signal }: { startedAt: number; remembered: FoundMemories; signal: AbortSignal },
): AsyncGenerator<AnswerEvent> {
  const { part, parts, isOnly, language, tally } = made;
  const gatherStartedAt = parts === 1 ? startedAt : performance.now();
  const passages = Promise.resolve(part.passages);
  // What the room knows holds for every part.
  const memories = Promise.resolve(remembered.memories);
  const given = { room: input.room, asked, tools: [], passages, memories, passagesShare: PAGES_SHARE };
  const gathered = await gather(app, given);
  const gatheredAt = performance.now();
  const where = pagesInWords(part.passages, language);
  const prompt = buildPrompt({
    room: { name: input.room.name, timeZone: input.room.time_zone, language: input.room.language },
    sections: gathered.sections,
    now: Date.now(),
    documents: {
      total: asked.documents.total,
      readWhole: parts === 1 ? 'first' : 'next',
      notes: [isOnly ? NOTE_FOR_ALL : noteForPart(where)],
    },
  });
  const timings = {
    ...(parts === 1 ? { recallMs: remembered.endedAt - startedAt } : {}),
    gatherMs: gatheredAt - gatherStartedAt,
    promptMs: performance.now() - gatheredAt,
  };
  const context = { ...gathered, promptHash: hashPrompt(prompt, []), timings };
  yield {
    type: 'context',
    context: { ...context, shelf: asked.documents.shelf, question: asked.question.text, isMore: parts > 1 },
  };
  if (!isOnly) {
    const heading = `${separator(tally.said)}### ${where}`;
    tally.said += heading;
    yield { type: 'text', delta: heading };
  }
  yield* converse(app, input, { prompt, tools: [], specs: [], strangers: 'here' }, tally, signal);
}

const NOTE_FOR_ALL = `The passages above are all pages, in order. The question is about the whole: go through every page and leave out nothing that fits it. \
Give each item its marker. Do not shorten with "among others" or "etc.". Which pages were read is said below your answer; do not say it yourself.`;

const noteForPart = (
  where: string,
): string => `The passages above are one part of what the question is about: ${where}. The other parts are asked about separately, and your answers are put one below the other. \
Answer from these pages only: everything on them that fits the question, each item with its marker, in the same form as for every part. No introduction and no conclusion. When nothing there fits, answer only: –`;

/** Pages in order, as many together as fit; ends after what was asked for. Notes in `coverage` what it hands out. */
async function* partsOf(
  app: Pick<App, 'db' | 'limits' | 'tokens'>,
  reading: WholeReading,
  coverage: Coverage,
): AsyncGenerator<Part> {
  const budget = Math.floor(app.limits.promptTokens * PAGES_SHARE);
  let part: Passage[] = [];
  let tokens = 0;
  let read: { document: DocumentRow; page: number; isEmpty: boolean }[] = [];
  const handOut = (isLast: boolean): Part => {
    for (const { document, page, isEmpty } of read) coverage.read(document, page, isEmpty);
    const passages = part;
    part = [];
    tokens = 0;
    read = [];
    return { passages, isLast };
  };
  for await (const { document, passage, isEndOfPage } of piecesOf(app, reading, budget)) {
    const page = passage.page;
    if (passage.text.trim() === '') {
      read.push({ document, page, isEmpty: true });
      continue;
    }
    const cost = app.tokens.estimate(passageLine({ ...passage, number: NUMBER_FOR_ESTIMATE }));
    if (part.length > 0 && tokens + cost > budget) yield handOut(false);
    part.push(passage);
    tokens += cost;
    // A page counts as read when all of it was.
    if (isEndOfPage) read.push({ document, page, isEmpty: false });
  }
  yield handOut(true);
}

/** Every page that is meant, long ones in pieces under one number. */
async function* piecesOf(
  app: Pick<App, 'db'>,
  { documents, pages }: WholeReading,
  budget: number,
): AsyncGenerator<{ document: DocumentRow; passage: Passage; isEndOfPage: boolean }> {
  // Three units to a token, and as much again for what JSON escapes.
  const most = Math.max(1_000, Math.floor(budget * 1.5));
  for (const document of documents) {
    for (let from = pages.from; from <= pages.to; ) {
      const some = await listPages(app.db, document.tenant_id, document.id, { from, limit: PAGES_PER_QUERY });
      for (const page of some) {
        if (page.number > pages.to) break;
        const pieces = [...inPieces(page.text, most)];
        for (const [index, text] of pieces.entries()) {
          const passage = pagePassage(document, { ...page, text });
          yield { document, passage, isEndOfPage: index === pieces.length - 1 };
        }
      }
      if (some.length < PAGES_PER_QUERY) break;
      from = some.at(-1)!.number + 1;
    }
  }
}

/** At line ends where there are any. */
function* inPieces(text: string, units: number): Iterable<string> {
  let from = 0;
  do {
    const end = from + units;
    const newline = end < text.length ? text.lastIndexOf('\n', end) : -1;
    const to = newline > from ? newline + 1 : end;
    yield text.slice(from, to);
    from = to;
  } while (from < text.length);
}
