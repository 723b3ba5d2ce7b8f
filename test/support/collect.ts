// Reads a model's stream to its end and keeps what came.
import type { LanguageModel, ModelError, ModelEvent, ModelRequest } from '../../src/engines/llm/language-model.ts';

export type Done = Extract<ModelEvent, { type: 'done' }>;

export interface Collected {
  events: ModelEvent[];
  /** All text deltas joined. */
  text: string;
  done: Done | undefined;
  error: ModelError | undefined;
}

export const ask = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  ...more,
});

export async function collect(
  model: LanguageModel,
  request: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
  onEvent: (event: ModelEvent) => void = () => undefined,
): Promise<Collected> {
  const collected: Collected = { events: [], text: '', done: undefined, error: undefined };
  try {
    for await (const event of model.stream(request, signal)) {
      collected.events.push(event);
      if (event.type === 'text') collected.text += event.delta;
      if (event.type === 'done') collected.done = event;
      onEvent(event);
    }
  } catch (error) {
    collected.error = error as ModelError;
  }
  return collected;
}
