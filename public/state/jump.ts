// Going to one message wherever it is: the window is loaded around it, then the timeline brings it into view.
import { signal } from '@preact/signals';
import type { OpenRoom } from './open-room.ts';

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
