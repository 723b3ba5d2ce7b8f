// A person as two letters on a tint that stays the same everywhere.
import type { PresenceState } from '../../src/protocol/names.ts';

const TINTS = 6;

function tintOf(userId: string): number {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash % TINTS) + 1;
}

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
  return (
    <span class={`av p${tintOf(userId)}${small ? ' sm' : ''}`} data-on={shown} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
