// Markdown as one line of plain words, for quotes and search results. Only a hint of the text, so marks are dropped, not parsed.

/** At most `longest` UTF-16 units, cut between characters. */
export function plainLine(text: string, longest: number): string {
  const plain = plainWords(text.slice(0, longest * 4));
  return plain.length > longest ? `${[...plain.slice(0, longest)].slice(0, -1).join('')}…` : plain;
}

export function plainWords(text: string): string {
  return text
    .replace(/^\s*(?:```.*|[|:\s-]*-{3}[|:\s-]*)$/gm, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}|>|[-*+]|\|)\s+/gm, '')
    .replace(/\*\*|__|~~|`+/g, '')
    .replace(/(^|\s)[*_](\S[^*_]*\S|\S)[*_](?=\s|[.,;:!?]|$)/g, '$1$2')
    .replace(/\s*\|\s*/g, ' · ')
    .replace(/\s+/g, ' ')
    .trim();
}
