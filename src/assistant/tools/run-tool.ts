// How a call of a tool is run safely.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Part, ToolCall, ToolSpec } from '../../engines/llm/language-model.ts';
import { clip } from '../../lib/clip.ts';
import { AppError } from '../../lib/errors.ts';
import type { StepCoverage } from '../../protocol/models.ts';
import { withoutCites } from '../passages.ts';
import type { AssistantTool, ToolContext } from './tool.ts';

export function toToolSpec(tool: AssistantTool): ToolSpec {
  const { $schema: _, ...inputSchema } = tool.inputSchema ?? z.toJSONSchema(tool.input, { io: 'input' });
  return { name: tool.name, description: tool.description, inputSchema };
}

export interface ToolResult {
  parts: Part[];
  isError: boolean;
  /** It says nothing but fixed words of ours: nothing in it is anybody's. */
  isOurs?: true;
  summary?: string;
  found?: number;
  covered?: StepCoverage;
}

/** Runs one call. Never throws: whatever goes wrong is told to the model in words that are safe to show. */
export async function runTool(context: ToolContext, tools: AssistantTool[], call: ToolCall): Promise<ToolResult> {
  const failed = (text: string): ToolResult => ({ parts: [{ type: 'text', text }], isError: true, isOurs: true });
  const tool = tools.find((candidate) => candidate.name === call.name);
  if (!tool) return failed(`There is no tool named ${call.name}. Available: ${tools.map((t) => t.name).join(', ')}.`);
  if (call.argsError) return failed(`The arguments could not be read: ${call.argsError}`);
  const input = tool.input.safeParse(call.args);
  if (!input.success) return failed(`The arguments do not fit: ${z.prettifyError(input.error)}`);
  const { toolCallTimeoutMs, toolResultUnits } = context.app.limits;
  const deadline = tool.hasOwnDeadline ? [] : [AbortSignal.timeout(toolCallTimeoutMs)];
  const signal = AbortSignal.any([context.signal, ...deadline]);
  try {
    const outcome = await abandonOn(signal, tool.run({ ...context, signal }, input.data));
    const clipped = clip(outcome.text, toolResultUnits);
    const text = quoteUntrusted(tool.name, tool.citesPassages ? clipped : withoutCites(clipped));
    const images = context.app.model.acceptsImages ? (outcome.images ?? []) : [];
    return {
      parts: [{ type: 'text', text }, ...images.map((image): Part => ({ type: 'image', ...image }))],
      isError: outcome.isError ?? false,
      ...(outcome.summary ? { summary: outcome.summary } : {}),
      ...(outcome.found === undefined ? {} : { found: outcome.found }),
      ...(outcome.covered ? { covered: outcome.covered } : {}),
    };
  } catch (error) {
    if (context.signal.aborted) return failed('The turn was stopped.');
    if (signal.aborted) return failed(`The tool did not answer within ${toolCallTimeoutMs / 1000} seconds.`);
    if (error instanceof AppError) return { parts: [{ type: 'text', text: error.message }], isError: true };
    context.app.log.error('A tool failed', { tool: tool.name, error });
    return failed('The tool failed.');
  }
}

function abandonOn<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The random mark keeps quoted text from closing its own quotation. */
function quoteUntrusted(tool: string, text: string): string {
  const mark = randomBytes(6).toString('hex');
  return `<tool_result tool="${tool}" untrusted="true" mark="${mark}">\n${text}\n</tool_result mark="${mark}">`;
}
