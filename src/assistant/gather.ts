// What the assistant is given for one answer, as a list of sections within a token budget. Reads; the words are put together by prompt.ts.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { App } from '../context.ts';
import type { LanguageModel } from '../engines/llm/language-model.ts';
import { clip } from '../lib/clip.ts';
import { AppError } from '../lib/errors.ts';
import { BUILT_IN_MODEL } from '../protocol/names.ts';
import { type ContextItem, type ContextSection, digestOf } from './context-sections.ts';
import { type DocumentsHere, documentSection, findDocumentsHere } from './documents-here.ts';
import { findSaid, listRecentlySaid, type SaidMessage } from './history-store.ts';
import { type GivenMemory, memorySection } from './memories-here.ts';
import { PASSAGES_SHARE, type Passage, passageLine } from './passages.ts';
import { documentRules, MEMORY_RULES, RULES } from './prompt.ts';
import type { AssistantTool } from './tools/tool.ts';

export interface Gathered {
  /** Words of strangers may stand in what was said before, or in its summary. */
  quotesStrangers: boolean;
  sections: ContextSection[];
  /** Seq of the oldest message that fitted; older ones live on in the summary only. */
  oldestSeq: number;
}

/** What an answer is about: known before anything else is gathered. */
export interface Asked {
  question: SaidMessage;
  /** What a person asked before it, if anything. */
  before?: string;
  /** Absent in a room without any, when the library is empty too. */
  documents?: DocumentsHere;
}

/** Tokens that each message costs beside its text: role, name, time. */
const MESSAGE_OVERHEAD_TOKENS = 16;
/** The question may take at most this share of the budget; a longer one is cut in the middle. */
const QUESTION_SHARE = 0.5;
/** What clipping says of itself. */
const CLIP_NOTE_UNITS = 50;
/** How far back the question before this one is looked for. */
const MESSAGES_BEFORE = 12;

/** @throws AppError `not_found` when the question was deleted meanwhile */
export async function findAsked(
  app: Pick<App, 'db'>,
  room: Selectable<RoomsTable>,
  questionId: string,
): Promise<Asked> {
  const question = await findSaid(app.db, room.tenant_id, questionId);
  if (!question || (question.text === '' && question.documents.length === 0)) {
    throw new AppError('not_found', 'The question was deleted.');
  }
  const attached = question.documents.map(({ id }) => id);
  const documents = await findDocumentsHere(app, room, attached);
  if (!documents) return { question };
  const said = await listRecentlySaid(app.db, room.tenant_id, room.id, {
    beforeSeq: question.seq,
    limit: MESSAGES_BEFORE,
  });
  const before = questionBefore(said, question);
  return { question, documents, ...(before === undefined ? {} : { before }) };
}

/** What the same person said last, else what was last said before an answer. @param said newest first */
function questionBefore(said: SaidMessage[], question: SaidMessage): string | undefined {
  const people = said.filter(({ authorKind }) => authorKind === 'person');
  const own = people.find(({ authorName }) => authorName === question.authorName);
  const answer = said.find(({ authorKind }) => authorKind === 'assistant');
  const answered = answer && people.find(({ seq }) => seq < answer.seq);
  return (own ?? answered)?.text;
}

export async function gather(
  app: Pick<App, 'db' | 'limits' | 'model' | 'tokens'>,
  input: {
    room: Selectable<RoomsTable>;
    asked: Asked;
    tools: AssistantTool[];
    /** Best first; may still be on their way while the history is read. */
    passages?: Promise<Passage[]>;
    /** Best first; may still be on their way while the history is read. */
    memories?: Promise<readonly GivenMemory[]>;
    /** Of the prompt; a quarter when left out. */
    passagesShare?: number;
  },
): Promise<Gathered> {
  const { room, asked } = input;
  const recent = await listRecentlySaid(app.db, room.tenant_id, room.id, {
    limit: app.limits.historyMessages,
    exceptModel: modelNotRead(app.model),
  });

  const memories = memorySection(app, (await input.memories) ?? [], room.time_zone);

  const fixed = [
    textSection(app, 'rules', {
      rules: RULES,
      ...(asked.documents ? { 'document-rules': documentRules(asked.documents.total) } : {}),
      ...(memories.items.length > 0 ? { 'memory-rules': MEMORY_RULES } : {}),
    }),
    textSection(app, 'brief', { [room.id]: room.brief }),
    memories,
    textSection(app, 'summary', { [room.id]: room.summary }),
  ].filter((section) => section.items.length > 0);
  const tools = toolSection(app, input.tools);
  const question = questionSection(app, asked.question);
  const documents = asked.documents
    ? [
        documentSection(app, asked.documents),
        passageSection(app, asked.documents, (await input.passages) ?? [], input.passagesShare ?? PASSAGES_SHARE),
      ]
    : [];

  const used = [...fixed, tools, ...documents, question].reduce((sum, section) => sum + section.tokens, 0);
  const messages = messageSection(app, recent, asked.question.id, app.limits.promptTokens - used);
  if (!messages.section.leftOut && recent.length >= app.limits.historyMessages) {
    messages.section.leftOutBecause = 'window';
  }
  return {
    sections: [...fixed, messages.section, tools, ...documents, question].filter(
      (section) => section.items.length > 0 || section.leftOut || section.kind === 'passages',
    ),
    oldestSeq: messages.oldestSeq,
    quotesStrangers: room.summary !== '' || recent.some((message) => message.quotesStrangers),
  };
}

/**
 * The answers of the built-in responder are quotes of the room and a sentence about itself: for itself, not for a model, which would
 * take them for its own words.
 */
export const modelNotRead = (model: Pick<LanguageModel, 'model'>): string | undefined =>
  model.model === BUILT_IN_MODEL ? undefined : BUILT_IN_MODEL;

/** @param texts by their reference; empty ones say nothing */
function textSection(
  app: Pick<App, 'tokens'>,
  kind: ContextSection['kind'],
  texts: Record<string, string>,
): ContextSection {
  const items = Object.entries(texts)
    .filter(([, text]) => text !== '')
    .map(([ref, text]) => ({ ref, tokens: app.tokens.estimate(text), text, digest: digestOf(text) }));
  return { kind, tokens: sumTokens(items), items };
}

function toolSection(app: Pick<App, 'tokens'>, tools: AssistantTool[]): ContextSection {
  const items = tools.map((tool) => {
    const schema = tool.inputSchema ? JSON.stringify(tool.inputSchema) : '';
    const text = `${tool.name}: ${tool.description} ${schema}`;
    return { ref: tool.name, tokens: app.tokens.estimate(text) + MESSAGE_OVERHEAD_TOKENS, text };
  });
  return { kind: 'tools', tokens: sumTokens(items), items };
}

function questionSection(app: Pick<App, 'tokens' | 'limits'>, question: SaidMessage): ContextSection {
  const mostTokens = Math.floor(app.limits.promptTokens * QUESTION_SHARE);
  const item = messageItem(app, question);
  if (item.tokens > mostTokens) {
    item.text = clip(question.text, Math.floor((question.text.length * mostTokens) / item.tokens));
    item.cutTokens = item.tokens - mostTokens;
    item.tokens = mostTokens;
    item.trimmed = true;
  }
  return { kind: 'question', tokens: item.tokens, items: [item] };
}

/** Newest first until the budget is used; `recent` is newest first, the section is in the order it was said. */
function messageSection(app: Pick<App, 'tokens'>, recent: SaidMessage[], questionId: string, budget: number) {
  const items: ContextItem[] = [];
  let tokens = 0;
  let leftOut = 0;
  let oldestSeq = Number.MAX_SAFE_INTEGER;
  for (const message of recent) {
    if (message.id === questionId) continue;
    const item = messageItem(app, message);
    if (leftOut > 0 || tokens + item.tokens > budget) {
      leftOut += 1;
      continue;
    }
    tokens += item.tokens;
    oldestSeq = message.seq;
    items.unshift(item);
  }
  const section: ContextSection = {
    kind: 'messages',
    tokens,
    items,
    ...(leftOut > 0 ? { leftOut, leftOutBecause: 'budget' } : {}),
  };
  return { section, oldestSeq };
}

/** The best first, as many as fit; a long one that does not fit leaves room for a shorter one after it. */
function passageSection(
  app: Pick<App, 'tokens' | 'limits'>,
  documents: DocumentsHere,
  passages: Passage[],
  share: number,
): ContextSection {
  const budget = Math.floor(app.limits.promptTokens * share);
  const section: ContextSection = { kind: 'passages', tokens: 0, items: [] };
  let leftOut = 0;
  for (const passage of passages) {
    const number = documents.shelf.size + 1;
    const isFirst = section.items.length === 0;
    const text = passageLine({ ...passage, number });
    const tokens = app.tokens.estimate(text);
    const fits = section.tokens + tokens <= budget;
    // Of the best one a part is better than nothing.
    if (!fits && !isFirst) {
      leftOut += 1;
      continue;
    }
    documents.shelf.put([passage]);
    const { chunkId, documentId, page } = passage;
    const item: ContextItem = { ref: chunkId, tokens, text, passage: { number, documentId, page } };
    if (!fits) {
      const units = Math.floor((passage.text.length * budget) / tokens) - CLIP_NOTE_UNITS;
      item.text = passageLine({ ...passage, number, text: clip(passage.text, Math.max(0, units)) });
      item.tokens = Math.min(budget, app.tokens.estimate(item.text));
      item.cutTokens = tokens - item.tokens;
      item.trimmed = true;
    }
    section.items.push(item);
    section.tokens += item.tokens;
  }
  return leftOut > 0 ? { ...section, leftOut, leftOutBecause: 'share' } : section;
}

function messageItem(app: Pick<App, 'tokens'>, message: SaidMessage): ContextItem {
  return {
    ref: message.id,
    tokens: (message.tokens ?? app.tokens.estimate(message.text)) + MESSAGE_OVERHEAD_TOKENS,
    text: message.text,
    ...(message.documents.length > 0 ? { attached: message.documents.map(({ name }) => name) } : {}),
    said: {
      by: message.authorName,
      at: message.createdAt,
      role: message.authorKind === 'assistant' ? 'assistant' : 'user',
      ...(message.isIncomplete ? { isIncomplete: true } : {}),
    },
  };
}

const sumTokens = (items: { tokens: number }[]): number => items.reduce((sum, item) => sum + item.tokens, 0);
