// A note of the room itself: one sentence in the reader's language, never unread.
import type { Message } from '../../src/protocol/models.ts';
import { formatExactly, formatTime, words } from '../lib/i18n.ts';
import { describeNote } from '../state/sentences.ts';
import { Icon, type IconName } from './icon.tsx';

/** Of people to whom the same came. */
const MOST_NAMES = 6;

function iconOf(key: string | undefined): IconName {
  if (key === 'room.archived' || key === 'room.brought_back') return 'archive';
  if (key === 'room.trigger_changed' || key === 'room.memory_changed') return 'settings';
  if (key?.startsWith('member.')) return 'people';
  if (key?.startsWith('turn.')) return 'warn';
  if (key?.startsWith('room.')) return 'edit';
  if (key?.startsWith('mcp.')) return 'plug';
  return 'info';
}

/** @param messages of one kind, at least one */
export function SystemLine({ messages }: { messages: readonly Message[] }) {
  const first = messages[0];
  const last = messages.at(-1);
  if (!first || !last) return null;
  return (
    <li class="sys" data-message={first.id} tabIndex={-1}>
      <Icon name={iconOf(first.system?.key)} />
      <span>{messages.length > 1 ? describeSeveral(messages, first) : describeNote(first.system, first.text)}</span>
      <time class="meta" datetime={last.createdAt} title={formatExactly(last.createdAt)}>
        {formatTime(last.createdAt)}
      </time>
    </li>
  );
}

function describeSeveral(messages: readonly Message[], { system }: Message): string {
  const { app, timeline } = words.value;
  const names = [...new Set(messages.map((message) => String(message.system?.params.name ?? '')))];
  const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 1) : names;
  const rest = names.length - shown.length;
  const name = app.joined(rest > 0 ? [...shown, timeline.others(rest)] : shown);
  return describeNote(
    system && { ...system, params: { ...system.params, name } },
    messages.map(({ text }) => text).join(' '),
  );
}
