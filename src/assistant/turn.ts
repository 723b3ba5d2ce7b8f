// One answer being made: the model and its tools in turns, as a stream of events. Knows nothing of sockets or storage.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import { ModelError, type ModelEvent, type ModelMessage, type ToolSpec } from '../engines/llm/language-model.ts';
import type { AnswerUsage, Step } from '../protocol/models.ts';
import type { Approvals } from './approvals.ts';
import type { ContextSection } from './context-sections.ts';
import type { DocumentsHere } from './documents-here.ts';
import type { SearchApp } from './find-passages.ts';
import type { PassageShelf } from './passages.ts';
import type { Prompt } from './prompt.ts';
import { createCallRunner } from './tool-calls.ts';
import type { AssistantTool, Strangers } from './tools/tool.ts';

export interface AnswerInput {
  room: Selectable<RoomsTable>;
  questionId: string;
  turnId: string;
  actor: Actor;
  approvals: Approvals;
}

export interface AnswerContext {
  sections: ContextSection[];
  promptHash: string;
  /** Milliseconds of each stage before the model was called. */
  timings: { searchMs?: number; recallMs?: number; gatherMs: number; promptMs: number };
  /** Seq of the oldest message that fitted the budget. */
  oldestSeq: number;
  /** The passages that the answer may cite, also those that tools find later. */
  shelf?: PassageShelf;
  question: string;
  /** Of an answer in several parts, one that is not the first: what it was given comes on top of what the others were. */
  isMore?: boolean;
}

export type AnswerEvent =
  | { type: 'context'; context: AnswerContext }
  | { type: 'text'; delta: string }
  | { type: 'step'; step: Step }
  /** After each reply of the model: what was used so far, over all of them; absent when the model does not say. */
  | { type: 'usage'; usage?: AnswerUsage; cutAtLength: boolean };

export type AnswerApp = Pick<
  App,
  'db' | 'limits' | 'log' | 'metrics' | 'model' | 'tokens' | 'toolServers' | 'files' | 'memoryEngine'
> &
  SearchApp;

/** What was said and used so far in one answer, over all of its hops and parts. */
export interface Tally {
  said: string;
  /** Absent as long as the model does not say. */
  usage?: AnswerUsage | undefined;
}

export interface Conversation {
  prompt: Prompt;
  tools: AssistantTool[];
  specs: ToolSpec[];
  documents?: DocumentsHere;
  /** How near what strangers wrote is to the model before it calls anything. */
  strangers: Strangers;
}

/**
 * Model and tools in turns, until the model answers in words. Text deltas, over all hops, concatenate to the answer.
 * @throws ModelError or AppError; nothing is yielded after that
 */
export async function* converse(
  app: AnswerApp,
  input: AnswerInput,
  conversation: Conversation,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const { prompt, specs } = conversation;
  const calls = createCallRunner(app, input, conversation, signal);
  const messages: ModelMessage[] = [...prompt.messages];
  for (let hop = 1; ; hop++) {
    const isLast = hop > app.limits.toolHops || calls.used >= app.limits.toolCallsPerTurn;
    const request = {
      system: prompt.system,
      messages,
      tools: specs,
      toolChoice: isLast ? ('none' as const) : ('auto' as const),
      purpose: 'answer' as const,
      language: input.room.language,
    };
    let done: Extract<ModelEvent, { type: 'done' }> | undefined;
    let isFirstOfHop = true;
    for await (const event of app.model.stream(request, signal)) {
      if (event.type === 'done') done = event;
      if (event.type !== 'text' || event.delta === '') continue;
      const delta = (isFirstOfHop ? separator(tally.said) : '') + event.delta;
      isFirstOfHop = false;
      tally.said += delta;
      yield { type: 'text', delta };
    }
    if (!done) throw new ModelError('cut_off', 'The stream ended without its end mark.');
    tally.usage = addUsage(tally.usage, done.usage);
    yield { type: 'usage', ...(tally.usage ? { usage: tally.usage } : {}), cutAtLength: done.stop === 'length' };
    if (done.calls.length === 0 || isLast) {
      if (tally.said.trim() === '') throw new ModelError('bad_request', 'The model gave an empty answer.');
      return;
    }
    messages.push({
      role: 'assistant',
      text: done.text,
      calls: done.calls,
      ...(done.replay === undefined
        ? {}
        : { replay: { engine: app.model.id, model: app.model.model, data: done.replay } }),
    });
    messages.push(...(yield* calls.run(done.calls)));
  }
}

function addUsage(before: AnswerUsage | undefined, more: AnswerUsage | undefined): AnswerUsage | undefined {
  if (!before || !more) return before ?? more;
  const cachedTokens = (before.cachedTokens ?? 0) + (more.cachedTokens ?? 0);
  return {
    inputTokens: before.inputTokens + more.inputTokens,
    outputTokens: before.outputTokens + more.outputTokens,
    ...(cachedTokens > 0 ? { cachedTokens } : {}),
  };
}

/** Text of an earlier hop and of this one are separate paragraphs; the separator is part of the answer. */
export const separator = (said: string) =>
  said === '' || said.endsWith('\n\n') ? '' : said.endsWith('\n') ? '\n' : '\n\n';
