// Which lines are headings, and how deep: by their size, their weight, their numbers and their words.
import { isForcedBreak, type Line } from './pdf-lines.ts';
import { findMarker, isNamedHeading, numberedLevel } from './pdf-markers.ts';

export interface Edges {
  x0: number;
  x1: number;
}

/** What is known of the document so far; headings that were found add to it. */
export interface Typography {
  /** Size of most of its letters. */
  bodySize: number;
  /** All of it is in letters of equal width: then these mean nothing. */
  isTyped: boolean;
  /** Most of its letters are bold. */
  isBold: boolean;
  isFirstPage: boolean;
  /** Its words were recognised: sizes are measured roughly, and weights not at all. */
  isRecognised: boolean;
  /** Sizes of larger letters, the largest first. */
  largerSizes: readonly number[];
  /** Main headings are numbered with letters, so that numbers lie below them. */
  isLettered: boolean;
}

const MOST_UNITS = 180;
export const LARGER = 1.12;
const LARGER_IN_PICTURES = 1.35;

export function headingLevel(
  line: Line,
  around: {
    isFar: boolean;
    isForced: boolean;
    last: Line | undefined;
    following: Line | undefined;
    edges: Edges;
    typography: Typography;
  },
): number | undefined {
  const { typography, edges } = around;
  const { text } = line;
  const isLarge = line.size >= (typography.isRecognised ? LARGER_IN_PICTURES : LARGER) * typography.bodySize;
  // Most lines are none, and are not looked at any closer.
  if (!isLarge && !line.bold && !typography.isRecognised && !/^(BAB|BAGIAN|P(asal|ASAL))\s/.test(text))
    return undefined;
  const letters = text.replace(/[^\p{L}]/gu, '').length;
  if (text.length > MOST_UNITS || letters < 2 || /[.…]{5,}/.test(text) || /[,;]$/.test(text)) return undefined;
  if (isNamedHeading(text) && (around.isForced || around.isFar)) return numberedLevel(text);
  if (isLarge) {
    // A large sentence is an opening, not a heading.
    if (/[.]$/.test(text) && text.length > 90) return undefined;
    return Math.min(6, 1 + largerThan(line.size, typography));
  }
  const isLoud = letters >= 6 && text === text.toUpperCase();
  const stands = typography.isRecognised ? isLoud && text.length <= 90 && (around.isForced || around.isFar) : line.bold;
  if (!stands || typography.isBold || letters < 4 || line.size < 0.85 * typography.bodySize) return undefined;
  if (/[.]$/.test(text) && !/^\S{1,5}$/.test(text)) return undefined;
  if (!standsAlone(line, around)) return undefined;
  const marker = findMarker(line);
  if (marker && !marker.ordered) return undefined;
  // Headings in the size of the text lie below those that are larger.
  const above = Math.min(2, typography.largerSizes.length);
  const numbered = numberedLevel(text);
  if (numbered !== undefined) return Math.min(6, above + levelByNumber(text, numbered, typography));
  if (isLoud && isCentred(line, edges)) return Math.min(6, above + (typography.isFirstPage ? 1 : 2));
  return Math.min(6, above + (isLoud ? 3 : 4));
}

const largerThan = (size: number, { largerSizes }: Typography): number =>
  largerSizes.filter((other) => other > size * 1.04).length;

/** Not a bold line within running text, nor the beginning of a sentence that goes on in other letters. */
function standsAlone(
  line: Line,
  {
    isFar,
    isForced,
    last,
    following,
    edges,
  }: { isFar: boolean; isForced: boolean; last: Line | undefined; following: Line | undefined; edges: Edges },
): boolean {
  if (last && !isFar && !isForced && !last.bold) return false;
  if (
    following &&
    !following.bold &&
    following.baseline - line.baseline < 1.6 * line.size &&
    !isForcedBreak(line, following, edges)
  ) {
    return findMarker(following) !== undefined;
  }
  return true;
}

function levelByNumber(text: string, numbered: number, typography: Typography): number {
  if (/^[A-Z]\.\s/.test(text)) {
    typography.isLettered = true;
    return numbered;
  }
  return /^\d/.test(text) && typography.isLettered ? Math.min(6, numbered + 1) : numbered;
}

export function isCentred(line: Line, edges: Edges): boolean {
  const [left, right] = [line.x0 - edges.x0, edges.x1 - line.x1];
  return left > 1.5 * line.size && Math.abs(left - right) < Math.max(0.12 * (edges.x1 - edges.x0), line.size * 2);
}
