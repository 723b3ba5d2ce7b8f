// One answer being made: the model and its tools in turns, as a stream of events. Knows nothing of sockets or storage.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import {
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ToolCall,
  type ToolSpec,
} from '../engines/llm/language-model.ts';
import { newId } from '../lib/ids.ts';
import type { AnswerUsage, Step } from '../protocol/models.ts';
import type { ContextSection } from './context-sections.ts';
import type { DocumentsHere } from './documents-here.ts';
import type { SearchApp } from './find-passages.ts';
import type { PassageShelf } from './passages.ts';
import type { Prompt } from './prompt.ts';
import { runTool, type ToolResult } from './tools/run-tool.ts';
import type { AssistantTool, ToolContext } from './tools/tool.ts';

export interface AnswerInput {
  room: Selectable<RoomsTable>;
  questionId: string;
  actor: Actor;
}

export interface AnswerContext {
  sections: ContextSection[];
  promptHash: string;
  /** Milliseconds of each stage before the model was called. */
  timings: { gatherMs: number; promptMs: number };
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

export type AnswerApp = Pick<App, 'db' | 'limits' | 'log' | 'model' | 'tokens' | 'files'> & SearchApp;

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

/** Runs the calls of a hop side by side, within the bounds of the turn; every call gets exactly one result, in call order. */
function createCallRunner(
  app: AnswerApp,
  input: AnswerInput,
  { tools, documents }: Pick<Conversation, 'tools' | 'documents'>,
  signal: AbortSignal,
) {
  const timesCalled = new Map<string, number>();
  const context: ToolContext = {
    app,
    actor: input.actor,
    room: { id: input.room.id, timeZone: input.room.time_zone },
    language: input.room.language,
    ...(documents ? { documents } : {}),
    questionId: input.questionId,
    signal,
  };
  let used = 0;

  const refusal = (call: ToolCall): string | undefined => {
    const key = `${call.name} ${JSON.stringify(call.args)}`;
    const times = (timesCalled.get(key) ?? 0) + 1;
    timesCalled.set(key, times);
    if (used > app.limits.toolCallsPerTurn) return 'No more tool calls in this turn; answer with what you have.';
    if (times > app.limits.sameToolCall) return 'This very call was made before; use its earlier result.';
    return undefined;
  };

  return {
    get used() {
      return used;
    },
    async *run(calls: ToolCall[]): AsyncGenerator<AnswerEvent, ModelMessage[]> {
      const events = createEventQueue<AnswerEvent>();
      const results: ModelMessage[] = [];
      let next = 0;
      const runOne = async (index: number, call: ToolCall) => {
        used += 1;
        const kind = tools.find((tool) => tool.name === call.name)?.kind ?? 'tool';
        const step: Step = { id: newId(), kind, name: call.name, status: 'running', args: call.args };
        events.push({ type: 'step', step });
        const refused = refusal(call);
        const result: ToolResult = refused
          ? { parts: [{ type: 'text', text: refused }], isError: true }
          : await runTool(context, tools, call);
        results[index] = {
          role: 'tool',
          callId: call.id,
          name: call.name,
          parts: result.parts,
          isError: result.isError,
        };
        const status = result.isError ? 'failed' : 'done';
        events.push({
          type: 'step',
          step: {
            ...step,
            status,
            ...(result.summary ? { summary: result.summary } : {}),
            ...(result.found === undefined ? {} : { found: result.found }),
          },
        });
      };
      const worker = async () => {
        while (next < calls.length) {
          const index = next++;
          await runOne(index, calls[index]!);
        }
      };
      const workers = Array.from({ length: Math.min(app.limits.toolCallsParallel, calls.length) }, worker);
      void Promise.all(workers).then(() => events.end(), events.fail);
      yield* events.drain();
      signal.throwIfAborted();
      return results;
    },
  };
}

/** Lets several workers feed one generator. */
function createEventQueue<T>() {
  const waiting: T[] = [];
  let wake = () => {};
  let state: { kind: 'open' } | { kind: 'ended' } | { kind: 'failed'; error: unknown } = { kind: 'open' };
  return {
    push(event: T) {
      waiting.push(event);
      wake();
    },
    end() {
      state = { kind: 'ended' };
      wake();
    },
    fail(error: unknown) {
      state = { kind: 'failed', error };
      wake();
    },
    async *drain(): AsyncGenerator<T> {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift()!;
        if (state.kind === 'failed') throw state.error;
        if (state.kind === 'ended') return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
