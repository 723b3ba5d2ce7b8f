// Who waits for the assistant, in order, with a way to take back one's own question.
import { useRef } from 'preact/hooks';
import type { Turn } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { plainLine } from '../lib/plain-text.ts';
import { isOffline } from '../state/connection.ts';
import { stopTurn } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { me } from '../state/session.ts';
import { firstName } from './answer.tsx';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { ActionError } from './message.tsx';
import { useFocusHandover } from './use-focus-handover.ts';

const MOST_NAMES = 3;
const LONGEST = 80;

/** The question in one line, without the call of the assistant that every question begins with. */
function questionOf(room: OpenRoom, turn: Turn): string | undefined {
  const text = room.find(turn.questionId)?.text;
  return text && plainLine(text.replace(/^@projectwise[\s,:]+/i, ''), LONGEST);
}

export function QueueLine({ room, turns }: { room: OpenRoom; turns: readonly Turn[] }) {
  const { queue } = words.value;
  const myId = me.value?.id;
  // One's own question is always named, because only there it can be taken back.
  const named = turns.filter((turn, place) => place < MOST_NAMES || turn.askedBy.id === myId);
  const rest = turns.length - named.length;
  return (
    <li class="queue" aria-label={queue.label}>
      <Icon name="clock" />
      <span>{queue.waiting(turns.length)}</span>
      <ol>
        {named.map((turn) => (
          <li key={turn.id} title={questionOf(room, turn)}>
            <Avatar userId={turn.askedBy.id} name={turn.askedBy.name} small />
            <span class="cut">
              {(turn.askedBy.id === myId && questionOf(room, turn)) || firstName(turn.askedBy.name)}
            </span>
            {turn.askedBy.id === myId && <CancelButton turnId={turn.id} />}
            <ActionError messageId={turn.id} />
          </li>
        ))}
      </ol>
      {rest > 0 && <span class="meta">{queue.more(rest)}</span>}
    </li>
  );
}

function CancelButton({ turnId }: { turnId: string }) {
  const { cancel } = words.value.queue;
  const button = useRef<HTMLButtonElement>(null);
  useFocusHandover(button);
  return (
    <button
      ref={button}
      class="btn quiet icon sm"
      type="button"
      aria-label={cancel}
      title={cancel}
      disabled={isOffline()}
      onClick={() => stopTurn(turnId, turnId)}
    >
      <Icon name="close" class="sm" />
    </button>
  );
}
