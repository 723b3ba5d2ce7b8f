// Who is meant by @handle in a message. Pure.
import type { Mention } from '../protocol/models.ts';
import { ASSISTANT_ID, ASSISTANT_NAME, MENTION_PATTERN, QUOTED_LINE_PATTERN } from '../protocol/names.ts';

/** A message may hold thousands of @; what nobody reads need not be stored with it and sent to everybody. */
const MAX_MENTIONS = 100;

/**
 * Finds handles of `members` and the assistant's name after an @ at a word boundary, whatever their case, in order.
 * What is quoted mentions nobody anew. Of `@ratna.setuju` the longest beginning that is a handle counts, cut at `.`, `-` or `_`. Offsets are UTF-16. Linear in the text.
 */
export function resolveMentions(text: string, members: readonly { userId: string; handle: string }[]): Mention[] {
  const known = new Map<string, Pick<Mention, 'kind' | 'id'>>();
  for (const member of members) known.set(member.handle.toLowerCase(), { kind: 'person', id: member.userId });
  known.set(ASSISTANT_NAME.toLowerCase(), { kind: 'assistant', id: ASSISTANT_ID });
  const longest = Math.max(...[...known.keys()].map((handle) => handle.length));

  const mentions: Mention[] = [];
  const own = text.replace(new RegExp(QUOTED_LINE_PATTERN, 'gm'), (line) => ' '.repeat(line.length));
  for (const match of own.matchAll(new RegExp(MENTION_PATTERN, 'giu'))) {
    const [whole, , word] = match;
    const handle = longestHandle(word!, known, longest);
    if (handle === undefined) continue;
    const start = match.index + whole.length - word!.length - 1;
    mentions.push({ ...known.get(handle)!, start, length: handle.length + 1 });
    if (mentions.length === MAX_MENTIONS) break;
  }
  return mentions;
}

function longestHandle(word: string, known: ReadonlyMap<string, unknown>, longest: number): string | undefined {
  if (known.has(word.toLowerCase())) return word.toLowerCase();
  for (let end = Math.min(word.length - 1, longest); end > 0; end--) {
    if (!/[._-]/.test(word[end]!)) continue;
    const beginning = word.slice(0, end).toLowerCase();
    if (known.has(beginning)) return beginning;
  }
  return undefined;
}
