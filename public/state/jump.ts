// Going to one message wherever it is: the window is loaded around it, then the timeline brings it into view.
import { signal } from '@preact/signals';
import type { Message } from '../../src/protocol/models.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { leaveLinkedMessage } from '../lib/router.ts';
import type { OpenRoom } from './open-room.ts';
import { me } from './session.ts';
import { reachesMark, type UnreadMark } from './unread-mark.ts';

/** The timeline scrolls to this message as soon as it is drawn, then clears it. */
export const jumpTarget = signal<string | undefined>(undefined);

/** @param seq where it stands, when that is known; otherwise older messages are searched for it */
export async function jumpToMessage(room: OpenRoom, messageId: string, seq?: number): Promise<void> {
  const place = seq ?? room.find(messageId)?.seq ?? (await room.findOlder(messageId).catch(() => undefined))?.seq;
  if (place === undefined) return;
  try {
    await room.loadAround(place);
    jumpTarget.value = messageId;
  } catch {
    // Nothing moved; the reader is still where they were, and the reconnecting line says why.
  }
}

/** To the first message that was unread when the room was opened. */
export async function jumpToUnread(room: OpenRoom): Promise<void> {
  const mark = room.unread.peek();
  if (!mark) return;
  try {
    if (!reachesMark(room.window.peek(), mark)) await room.loadAround(mark.afterSeq + 1);
  } catch {
    return;
  }
  jumpTarget.value = room.window.peek().messages.find((message) => isUnread(message, mark))?.id;
}

const isUnread = ({ seq, author }: Message, mark: UnreadMark): boolean =>
  seq > mark.afterSeq && author.kind !== 'system' && author.id !== me.peek()?.id;

/** The room whose address led to a message that is not there. */
export const deadLink = signal<string | undefined>(undefined);

/** Shows the message that the address leads to. */
export async function followLink(room: OpenRoom, messageId: string): Promise<void> {
  leaveLinkedMessage();
  deadLink.value = undefined;
  try {
    const known = room.find(messageId);
    const { seq } = known ?? (await call('getMessage', { params: { roomId: room.id, messageId } }));
    await jumpToMessage(room, messageId, seq);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') deadLink.value = room.id;
  }
}
