// What the assistant is given for one answer, as a list of sections within a token budget. Reads; the words are put together by prompt.ts.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { App } from '../context.ts';
import type { LanguageModel } from '../engines/llm/language-model.ts';
import { clip } from '../lib/clip.ts';
import { AppError } from '../lib/errors.ts';
import { BUILT_IN_MODEL } from '../protocol/names.ts';
import type { ContextItem, ContextSection, SectionKind } from './context-sections.ts';
import { findSaid, listRecentlySaid, type SaidMessage } from './history-store.ts';
import { RULES } from './prompt.ts';
import type { AssistantTool } from './tools/tool.ts';

export interface Gathered {
  sections: ContextSection[];
  /** Seq of the oldest message that fitted; older ones live on in the summary only. */
  oldestSeq: number;
}

/** Tokens that each message costs beside its text: role, name, time. */
const MESSAGE_OVERHEAD_TOKENS = 16;
/** The question may take at most this share of the budget; a longer one is cut in the middle. */
const QUESTION_SHARE = 0.5;

/** @throws AppError `not_found` when the question was deleted meanwhile */
export async function gather(
  app: Pick<App, 'db' | 'limits' | 'model' | 'tokens'>,
  input: { room: Selectable<RoomsTable>; questionId: string; tools: AssistantTool[] },
): Promise<Gathered> {
  const { room } = input;
  const [question, recent] = await Promise.all([
    findSaid(app.db, room.tenant_id, input.questionId),
    listRecentlySaid(app.db, room.tenant_id, room.id, {
      limit: app.limits.historyMessages,
      exceptModel: modelNotRead(app.model),
    }),
  ]);
  if (!question || question.text === '') throw new AppError('not_found', 'The question was deleted.');

  const fixed = [
    textSection(app, 'rules', 'rules', RULES),
    textSection(app, 'brief', room.id, room.brief),
    textSection(app, 'summary', room.id, room.summary),
  ].filter((section) => section.items.length > 0);
  const tools = toolSection(app, input.tools);
  const asked = questionSection(app, question);

  const used = [...fixed, tools, asked].reduce((sum, section) => sum + section.tokens, 0);
  const messages = messageSection(app, recent, question.id, app.limits.promptTokens - used);
  return {
    sections: [...fixed, messages.section, tools, asked].filter((section) => section.items.length > 0),
    oldestSeq: messages.oldestSeq,
  };
}

/**
 * The answers of the built-in responder are quotes of the room and a sentence about itself: for itself, not for a model, which would
 * take them for its own words.
 */
export const modelNotRead = (model: Pick<LanguageModel, 'model'>): string | undefined =>
  model.model === BUILT_IN_MODEL ? undefined : BUILT_IN_MODEL;

function textSection(app: Pick<App, 'tokens'>, kind: SectionKind, ref: string, text: string): ContextSection {
  if (text === '') return { kind, tokens: 0, items: [] };
  const tokens = app.tokens.estimate(text);
  return { kind, tokens, items: [{ ref, tokens, text }] };
}

function toolSection(app: Pick<App, 'tokens'>, tools: AssistantTool[]): ContextSection {
  const items = tools.map((tool) => {
    const text = `${tool.name}: ${tool.description}`;
    return { ref: tool.name, tokens: app.tokens.estimate(text) + MESSAGE_OVERHEAD_TOKENS, text };
  });
  return { kind: 'tools', tokens: sumTokens(items), items };
}

function questionSection(app: Pick<App, 'tokens' | 'limits'>, question: SaidMessage): ContextSection {
  const mostTokens = Math.floor(app.limits.promptTokens * QUESTION_SHARE);
  const item = messageItem(app, question);
  if (item.tokens > mostTokens) {
    item.text = clip(question.text, Math.floor((question.text.length * mostTokens) / item.tokens));
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
  const section: ContextSection = { kind: 'messages', tokens, items, ...(leftOut > 0 ? { leftOut } : {}) };
  return { section, oldestSeq };
}

function messageItem(app: Pick<App, 'tokens'>, message: SaidMessage): ContextItem {
  return {
    ref: message.id,
    tokens: (message.tokens ?? app.tokens.estimate(message.text)) + MESSAGE_OVERHEAD_TOKENS,
    text: message.text,
    said: {
      by: message.authorName,
      at: message.createdAt,
      role: message.authorKind === 'assistant' ? 'assistant' : 'user',
      ...(message.isIncomplete ? { isIncomplete: true } : {}),
    },
  };
}

const sumTokens = (items: { tokens: number }[]): number => items.reduce((sum, item) => sum + item.tokens, 0);
