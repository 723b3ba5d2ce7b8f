// Who waits for the assistant, in order, with a way to take back one's own question.
import type { Turn } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { stopTurn } from '../state/message-actions.ts';
import { me } from '../state/session.ts';
import { firstName } from './answer.tsx';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { ActionError } from './message.tsx';

const MOST_NAMES = 3;

export function QueueLine({ turns }: { turns: readonly Turn[] }) {
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
          <li key={turn.id}>
            <Avatar userId={turn.askedBy.id} name={turn.askedBy.name} small />
            {firstName(turn.askedBy.name)}
            {turn.askedBy.id === myId && (
              <button
                class="btn quiet icon sm"
                type="button"
                aria-label={queue.cancel}
                title={queue.cancel}
                onClick={() => stopTurn(turn.id, turn.id)}
              >
                <Icon name="close" class="sm" />
              </button>
            )}
            <ActionError messageId={turn.id} />
          </li>
        ))}
      </ol>
      {rest > 0 && <span class="meta">{queue.more(rest)}</span>}
    </li>
  );
}
