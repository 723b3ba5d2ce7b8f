// The message that another one replies to, in one line; pressing it goes there.

import { words } from '../lib/i18n.ts';
import { plainLine } from '../lib/plain-text.ts';
import { jumpToMessage } from '../state/jump.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { Icon } from './icon.tsx';

const LONGEST = 140;

export function Quote({ room, messageId }: { room: OpenRoom; messageId: string }) {
  // Follows changes of the quoted message while it is in the window.
  room.window.value;
  const quoted = room.find(messageId);
  const { timeline } = words.value;
  const text =
    quoted === undefined
      ? timeline.replyUnknown
      : quoted.status === 'deleted'
        ? timeline.replyDeleted
        : plainLine(quoted.text, LONGEST);
  return (
    <button class="quote" type="button" onClick={() => jumpToMessage(room, messageId)}>
      <Icon name="reply" class="sm" />
      <span class="sr">{quoted ? timeline.replyTo(quoted.author.name) : ''}</span>
      {quoted && <b aria-hidden="true">{quoted.author.name}</b>}
      <span class="cut">{text}</span>
    </button>
  );
}
