// Which tint stands for whom: as many different ones in a room as there are, the same for everybody who looks at it. Pure.

export const TINTS = 6;

/** The one a person has where nobody else is, 1 to 6. */
export function tintOf(userId: string): number {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash % TINTS) + 1;
}

/** Older accounts choose first, so that whoever comes later seldom changes what is known. */
export function shareTints(userIds: readonly string[]): ReadonlyMap<string, number> {
  const tints = new Map<string, number>();
  const taken = new Set<number>();
  for (const userId of userIds.toSorted()) {
    let tint = tintOf(userId);
    if (taken.size < TINTS) while (taken.has(tint)) tint = (tint % TINTS) + 1;
    taken.add(tint);
    tints.set(userId, tint);
  }
  return tints;
}
