// A language model engine that does what the test says, reply by reply, and keeps what it was asked.
import type { LanguageModel, ModelEvent, ModelRequest, ToolCall } from '../../src/engines/llm/language-model.ts';

/** One reply: yields its events, or throws. */
export type Reply = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

export interface ScriptedModel extends LanguageModel {
  requests: ModelRequest[];
  replies: Reply[];
}

/** Replies are used up in order; the last one goes on being used. */
export function scriptedModel(replies: Reply[], options: { acceptsImages?: boolean } = {}): ScriptedModel {
  const requests: ModelRequest[] = [];
  const model: ScriptedModel = {
    id: 'scripted',
    model: 'scripted-1',
    canJudge: false,
    acceptsImages: options.acceptsImages ?? false,
    requests,
    replies,
    stream(request, signal) {
      if (request.purpose !== undefined && request.purpose !== 'answer') return says('Judul')(request, signal);
      requests.push(structuredClone(request));
      const reply = model.replies.length > 1 ? model.replies.shift()! : model.replies[0]!;
      return reply(request, signal);
    },
  };
  return model;
}

const USAGE = { inputTokens: 10, outputTokens: 5 };

/** Words, one delta each. */
export const says = (text: string): Reply =>
  async function* () {
    for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'text', delta };
    yield { type: 'done', stop: 'end', text, calls: [], usage: USAGE };
  };

/** Tool calls, after some words if there are any. */
export const calls = (made: ToolCall[], text = ''): Reply =>
  async function* () {
    if (text) yield { type: 'text', delta: text };
    yield { type: 'done', stop: 'tools', text, calls: made, usage: USAGE };
  };

/** Some words, then the error. */
export const fails = (error: Error, text = ''): Reply =>
  async function* () {
    if (text) yield { type: 'text', delta: text };
    throw error;
  };
