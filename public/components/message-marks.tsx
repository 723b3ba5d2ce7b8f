// What became of a message: it is pinned, or it was passed on from another room.
import type { Message } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { messagePath } from '../lib/router.ts';
import { openPanel } from '../state/panels.ts';
import { rooms } from '../state/rooms.ts';
import { Icon } from './icon.tsx';

export function PinMark({ message }: { message: Message }) {
  if (!message.pinned) return null;
  return (
    <button
      class="about-line"
      type="button"
      title={words.value.room.pins}
      onClick={(event) => openPanel('pins', event.currentTarget)}
    >
      <Icon name="pin" class="sm" />
      {words.value.timeline.pinnedBy(message.pinned.by.name)}
    </button>
  );
}

/** The room is named only to those who are in it; for everybody else it is just another one. */
export function ForwardMark({ message }: { message: Message }) {
  if (!message.forwarded) return null;
  const { roomId, messageId } = message.forwarded;
  const room = rooms.value?.find((one) => one.id === roomId);
  const { timeline } = words.value;
  if (!room) {
    return (
      <p class="about-line">
        <Icon name="forward" class="sm" />
        {timeline.forwarded}
      </p>
    );
  }
  return (
    <a class="about-line" href={messagePath(roomId, messageId)}>
      <Icon name="forward" class="sm" />
      {timeline.forwardedFrom(room.name)}
    </a>
  );
}
