// What the built-in responder is given of what people had remembered.
import type { ModelMessage } from './language-model.ts';
import type { Passage } from './offline-answer.ts';
import { textOf } from './offline-table.ts';

const MEMORIES = /^<memories untrusted="true" mark="[0-9a-f]+">\n/;

export const isMemories = (text: string): boolean => MEMORIES.test(text);

/** In the order they were given: those that fit best first. */
export function memoriesIn(messages: readonly ModelMessage[]): Passage[] {
  const texts = messages.flatMap((message) => (message.role === 'user' ? [textOf(message.parts)] : []));
  const block = texts.findLast(isMemories) ?? '';
  return block.split('\n').flatMap((line): Passage[] => {
    if (!line.startsWith('{')) return [];
    const { remembered, by, at } = JSON.parse(line) as Record<string, unknown>;
    if (typeof remembered !== 'string') return [];
    return [{ author: String(by ?? ''), at: String(at ?? ''), text: remembered, isRemembered: true }];
  });
}
