// What stands in front of the items of a list and of headings: bullets, numbers, letters, "BAB I", "Pasal 4".
import type { Line } from './pdf-lines.ts';

export interface Marker {
  /** As it stands there; `-` for every bullet that says no more than that it is one. */
  text: string;
  ordered: boolean;
  /** Where the text behind it begins. */
  textX0: number;
  /** How many words of the line it takes. */
  words: number;
}

const BULLET = /^(?![©®™°])[\p{So}•●○◦▪▫■□◆◇❖➢►▶‣⁃∙·*−–—‒-]$/u;
/** Boxes that are ticked or not. */
const SPEAKING = /^[✓✔✗✘☐☑☒]$/u;
/** 1. 12) (3) 1.2 1.2.3. a. b) (c) iv. X) */
const NUMBER =
  /^\(?(\d{1,3}([.]\d{1,3}){0,5}|\p{L}|[ivxl]{1,6}|[IVXL]{1,6})[.)]$|^\d{1,2}([.]\d{1,3}){1,5}$|^\((\d{1,3}|\p{L}|[ivxl]{1,6})\)$/u;

/** @returns nothing when the line begins with no marker, or holds nothing else */
export function findMarker(line: Line): Marker | undefined {
  const [first, second, third] = line.words;
  if (!first || !second || line.rtl) return undefined;
  if (first.text.length <= 2 && BULLET.test(first.text)) {
    return { text: SPEAKING.test(first.text) ? first.text : '-', ordered: false, textX0: second.x0, words: 1 };
  }
  // What recognition makes of a bullet.
  if (/^[@©«»¢°e]$/.test(first.text) && second.x0 - first.x1 > 0.4 * line.size && /^\p{Lu}/u.test(second.text)) {
    return { text: '-', ordered: false, textX0: second.x0, words: 1 };
  }
  // A letter o in a font of its own is how word processors write a second bullet.
  if (first.text === 'o' && (first.mono !== second.mono || second.x0 - first.x1 > 0.8 * line.size)) {
    return { text: '-', ordered: false, textX0: second.x0, words: 1 };
  }
  if (NUMBER.test(first.text)) return { text: first.text, ordered: true, textX0: second.x0, words: 1 };
  // "1 ." and "a )": set apart by their font.
  if (
    third &&
    /^[.)]$/.test(second.text) &&
    second.x0 - first.x1 < 0.4 * line.size &&
    NUMBER.test(first.text + second.text)
  ) {
    return { text: first.text + second.text, ordered: true, textX0: third.x0, words: 2 };
  }
  return undefined;
}

/** How deep a heading with this number lies: BAB I is 1, A. is 2, 1.2.3 is 4. Undefined: it has none. */
export function numberedLevel(text: string): 1 | 2 | 3 | 4 | 5 | undefined {
  if (/^(BAB|CHAPTER|BAGIAN|PART|LAMPIRAN|APPENDIX|ANNEX)\s+([IVXLC]+|\d+|[A-Z]|KE\w+)\b/i.test(text)) return 1;
  if (/^(Pasal|Article|Ayat)\s+\d+\b/i.test(text)) return 3;
  if (/^([A-Z]|[IVXL]{1,6})\.\s/.test(text)) return 2;
  const decimals = /^(\d{1,2}(?:\.\d{1,3})*)\.?\s/.exec(text)?.[1];
  if (decimals === undefined) return undefined;
  return Math.min(5, decimals.split('.').length + 1) as 2 | 3 | 4 | 5;
}

/** Headings that show themselves by their words alone. */
export const isNamedHeading = (text: string): boolean =>
  /^(BAB|BAGIAN)\s+([IVXLC]+|\d+|KE\w+)\b.{0,80}$/.test(text) || /^(Pasal|PASAL)\s+\d{1,3}[A-Z]?$/.test(text);
