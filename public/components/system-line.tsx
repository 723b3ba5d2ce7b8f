// A note of the room itself: one sentence in the reader's language, never unread.
import type { Message } from '../../src/protocol/models.ts';
import { formatExactly, formatTime } from '../lib/i18n.ts';
import { describeNote } from '../state/sentences.ts';
import { Icon, type IconName } from './icon.tsx';

function iconOf(key: string | undefined): IconName {
  if (key?.startsWith('member.')) return 'people';
  if (key?.startsWith('turn.')) return 'warn';
  if (key?.startsWith('room.')) return 'room';
  if (key?.startsWith('mcp.')) return 'plug';
  return 'info';
}

export function SystemLine({ message }: { message: Message }) {
  return (
    <li class="sys" data-message={message.id} tabIndex={-1}>
      <Icon name={iconOf(message.system?.key)} />
      <span>{describeNote(message.system, message.text)}</span>
      <time class="meta" datetime={message.createdAt} title={formatExactly(message.createdAt)}>
        {formatTime(message.createdAt)}
      </time>
    </li>
  );
}
