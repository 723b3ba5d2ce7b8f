// Shortens text for machines: its beginning and its end, and a note of what is missing between.

/** Head (70 %) and tail (30 %) of a text longer than `units` UTF-16 units; the note comes on top of them. */
export function clip(text: string, units: number): string {
  if (text.length <= units) return text;
  const head = text.slice(0, Math.floor(units * 0.7)).toWellFormed();
  const tail = text.slice(text.length - Math.floor(units * 0.3)).toWellFormed();
  return `${head}\n[… ${text.length - units} characters left out …]\n${tail}`;
}
