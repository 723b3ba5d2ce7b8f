// A person as two letters on a tint: in a room nobody shares theirs as long as there are enough.
import { computed } from '@preact/signals';
import type { PresenceState } from '../../src/protocol/names.ts';
import { openRoom } from '../state/app.ts';
import { shareTints, tintOf } from '../state/tints.ts';

/** As text, so that presence, which changes the members often, changes nothing here. */
const membersHere = computed(() => (openRoom.value?.members.value ?? []).map(({ userId }) => userId).join(' '));
const tints = computed(() => shareTints(membersHere.value.split(' ').filter(Boolean)));

export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase();
}

interface AvatarProps {
  userId: string;
  name: string;
  small?: boolean;
  presence?: PresenceState | undefined;
}

/** Decoration: the name always stands beside it or in the label of what holds it. */
export function Avatar({ userId, name, small, presence }: AvatarProps) {
  const shown = presence === 'online' ? 'here' : presence === 'away' ? 'away' : undefined;
  const tint = tints.value.get(userId) ?? tintOf(userId);
  return (
    <span class={`av p${tint}${small ? ' sm' : ''}`} data-on={shown} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
