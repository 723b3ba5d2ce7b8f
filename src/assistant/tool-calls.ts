// The calls that a model makes in one hop: side by side, within the bounds of the turn, those that somebody has to allow after the others.
import type { ModelMessage, Part, ToolCall } from '../engines/llm/language-model.ts';
import { newId } from '../lib/ids.ts';
import type { Step } from '../protocol/models.ts';
import type { Decided } from './approvals.ts';
import { decisionWords } from './step-words.ts';
import { runTool, type ToolResult } from './tools/run-tool.ts';
import type { AssistantTool, ToolContext } from './tools/tool.ts';
import type { AnswerApp, AnswerEvent, AnswerInput, Conversation } from './turn.ts';

export interface CallRunner {
  /** Calls made so far in this turn. */
  readonly used: number;
  /** Every call gets exactly one result, in call order. */
  run(calls: ToolCall[]): AsyncGenerator<AnswerEvent, ModelMessage[]>;
}

/** One call on its way to its result. */
interface Pending {
  index: number;
  call: ToolCall;
  tool: AssistantTool | undefined;
}

const SHOWN_RESULT_UNITS = 4_000;
const KEPT_PRIVATE =
  'The tool answered, and the person who asked has read it and keeps it private. Say that it was found and that only they have seen it; do not guess what it says.';

export function createCallRunner(
  app: AnswerApp,
  input: AnswerInput,
  { tools, documents, strangers: before }: Pick<Conversation, 'tools' | 'documents' | 'strangers'>,
  signal: AbortSignal,
): CallRunner {
  const timesCalled = new Map<string, number>();
  const context: ToolContext = {
    app,
    actor: input.actor,
    room: { id: input.room.id, timeZone: input.room.time_zone },
    language: input.room.language,
    ...(documents ? { documents } : {}),
    questionId: input.questionId,
    turnId: input.turnId,
    signal,
  };
  const words = decisionWords(input.room.language);
  let used = 0;
  let strangers = before;

  const refusal = (call: ToolCall): string | undefined => {
    const key = `${call.name} ${JSON.stringify(call.args)}`;
    const times = (timesCalled.get(key) ?? 0) + 1;
    timesCalled.set(key, times);
    if (used > app.limits.toolCallsPerTurn) return 'No more tool calls in this turn; answer with what you have.';
    if (times > app.limits.sameToolCall) return 'This very call was made before; use its earlier result.';
    return undefined;
  };

  async function* run(calls: ToolCall[]): AsyncGenerator<AnswerEvent, ModelMessage[]> {
    const results: ToolResult[] = [];
    const free: Pending[] = [];
    const asking: (Pending & { tool: AssistantTool })[] = [];
    const refused: string[] = [];
    for (const [index, call] of calls.entries()) {
      used += 1;
      const tool = tools.find((candidate) => candidate.name === call.name);
      const why = refusal(call);
      if (why) refused[index] = why;
      const mayAsk = !why && !call.argsError && tool?.needsApproval?.(strangers);
      if (tool && mayAsk) asking.push({ index, call, tool });
      else free.push({ index, call, tool });
    }
    yield* runAll(free, async (pending, show) => {
      const why = refused[pending.index];
      results[pending.index] = why ? errorResult(why) : await runOne(pending, show);
      return results[pending.index]!;
    });
    if (asking.length > 0) yield* runAsking(asking, results);
    yield* share(calls, results);
    strangers = 'here';
    return calls.map((call, index) => {
      const { parts, isError } = results[index]!;
      return { role: 'tool', callId: call.id, name: call.name, parts, isError };
    });
  }

  const runOne = ({ call }: Pending, show: (text: string) => void, allowed?: 'once' | 'room') =>
    runTool({ ...context, progress: show, ...(allowed ? { allowed } : {}) }, tools, call);

  /** Runs them side by side, showing each as a step. */
  async function* runAll<P extends Pending>(
    all: P[],
    work: (pending: P, show: (text: string) => void) => Promise<ToolResult>,
  ): AsyncGenerator<AnswerEvent> {
    const events = createEventQueue<AnswerEvent>();
    let next = 0;
    const worker = async () => {
      while (next < all.length) {
        const pending = all[next++]!;
        const step = stepOf(pending, pending.tool?.kind ?? 'tool', 'running');
        const show = (more: Partial<Step>) => events.push({ type: 'step', step: { ...step, ...more } });
        show({});
        const { isError, summary, found, covered } = await work(pending, (text) => show({ summary: text }));
        const shown = {
          ...(summary ? { summary } : {}),
          ...(found === undefined ? {} : { found }),
          ...(covered ? { covered } : {}),
        };
        show({ status: isError ? 'failed' : 'done', ...shown });
      }
    };
    const workers = Array.from({ length: Math.min(app.limits.toolCallsParallel, all.length) }, worker);
    void Promise.all(workers).then(() => events.end(), events.fail);
    yield* events.drain();
    signal.throwIfAborted();
  }

  async function* runAsking(
    asking: (Pending & { tool: AssistantTool })[],
    results: ToolResult[],
  ): AsyncGenerator<AnswerEvent> {
    const steps = asking.map((pending) => stepOf(pending, 'approval', 'waiting', { asks: 'run' }));
    const decided = yield* decide(steps);
    for (const [at, { index, call, tool }] of asking.entries()) {
      const { decision, why } = decided[at]!;
      if (decision === 'room') await tool.onAllowedHere?.(context);
      if (decision !== 'no') continue;
      results[index] = errorResult(`${DECLINED[why]} Do not try it again; say what you wanted to do.`);
      tool.onDeclined?.(context, call.args, DECLINED[why]);
    }
    const allowed = asking.filter((_, at) => decided[at]!.decision !== 'no');
    yield* runAll(allowed, async (pending, show) => {
      const { decision } = decided[asking.indexOf(pending)]!;
      const result = await runOne(pending, show, decision === 'room' ? 'room' : 'once');
      results[pending.index] = result;
      return result;
    });
  }

  /** What a tool with private results found is first shown to whoever asked, who decides whether the room hears of it. */
  async function* share(calls: ToolCall[], results: ToolResult[]): AsyncGenerator<AnswerEvent> {
    const found = calls.flatMap((call, index) => {
      const tool = tools.find((candidate) => candidate.name === call.name);
      return tool?.isPrivate && !results[index]!.isOurs ? [{ index, call, tool }] : [];
    });
    if (found.length === 0) return;
    const steps = found.map((pending) => {
      const args = { result: textOf(results[pending.index]!.parts).slice(0, SHOWN_RESULT_UNITS) };
      return { ...stepOf(pending, 'approval', 'waiting', { asks: 'share' }), args };
    });
    const decided = yield* decide(steps);
    for (const [at, { index }] of found.entries()) {
      if (decided[at]!.decision === 'no')
        results[index] = { parts: [{ type: 'text', text: KEPT_PRIVATE }], isError: false };
    }
  }

  /** Shows the steps as waiting until the person who asked has decided about each; meanwhile the room is free for others. */
  async function* decide(steps: Step[]): AsyncGenerator<AnswerEvent, Decided[]> {
    const asked = input.approvals.ask(steps.map(({ id }) => id));
    for (const step of steps) yield { type: 'step', step };
    const decided = await asked;
    signal.throwIfAborted();
    for (const [index, step] of steps.entries()) {
      const { decision, why } = decided[index]!;
      const { args: _, ...shown } = step;
      const summary = words(step.asks ?? 'run', decision, why, input.actor.name);
      yield { type: 'step', step: { ...shown, status: decision === 'no' ? 'failed' : 'done', summary } };
    }
    return decided;
  }

  return {
    get used() {
      return used;
    },
    run,
  };
}

const DECLINED: Record<Decided['why'], string> = {
  person: 'The person who asked did not allow this call.',
  timeout: 'Nobody allowed this call in time.',
  left: 'The person who asked went away before allowing this call.',
  stopped: 'The turn was stopped.',
};

const stepOf = (
  { call, tool }: Pending,
  kind: Step['kind'],
  status: Step['status'],
  more: Pick<Step, 'asks'> = {},
): Step => ({ id: newId(), kind, name: tool?.label ?? call.name, status, args: call.args, ...more });

const errorResult = (text: string): ToolResult => ({ parts: [{ type: 'text', text }], isError: true, isOurs: true });

const textOf = (parts: Part[]): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

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
