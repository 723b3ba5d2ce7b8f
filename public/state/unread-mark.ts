// Where the reader had stopped in a room. Pure.
import type { Message } from '../../src/protocol/models.ts';
import type { MessageWindow } from './message-window.ts';

/** Where the reader had stopped: drawn as a line, fixed until the room is opened again. */
export interface UnreadMark {
  afterSeq: number;
  count: number;
  /** There are more than were counted. */
  isLeast: boolean;
  since: string | undefined;
}

/** Whether the window holds the place of the line: with more unread than it holds, the line stands further up. */
export const reachesMark = ({ messages, hasOlder }: MessageWindow, { afterSeq }: UnreadMark): boolean =>
  !hasOlder || (messages[0]?.seq ?? 0) <= afterSeq;

/** @param told how much is unread as the server counted it, which the window may not hold */
export function markUnread(
  window: MessageWindow,
  { readSeq, myId, told }: { readSeq: number; myId: string; told: number },
): UnreadMark | undefined {
  const { messages, hasNewer } = window;
  if (hasNewer) return undefined;
  const isOthers = (message: Message) => message.author.id !== myId && message.author.kind !== 'system';
  const fresh = messages.filter((message) => message.seq > readSeq && isOthers(message));
  if (fresh.length === 0) return undefined;
  const since = messages[messages.indexOf(fresh[0]!) - 1]?.createdAt;
  const mark = { afterSeq: readSeq, count: fresh.length, isLeast: false, since };
  if (reachesMark(window, mark)) return mark;
  return { ...mark, count: Math.max(fresh.length, told), isLeast: told <= fresh.length };
}
