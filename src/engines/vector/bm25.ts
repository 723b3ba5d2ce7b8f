// How well a term that stands so often in a passage of that length speaks for it. BM25, with what is around a passage counting less.

/** How soon further occurrences stop counting. */
const SATURATION = 0.6;
/** How much long passages are held back. */
const LENGTH_SHARE = 0.75;
/** What stands in headings and context counts this much of what stands in the text. */
export const ABOUT_SHARE = 0.5;

/** Without the rareness of the term. @param averageLength of the passages that are compared */
export const termScore = (text: number, about: number, length: number, averageLength: number): number =>
  scoreOfOften(text + ABOUT_SHARE * about, lengthFactor(length, averageLength));

/** The same in parts, for many at once. @param often what stands in the text and, by half, what stands around it */
export const scoreOfOften = (often: number, factor: number): number => (often * (SATURATION + 1)) / (often + factor);

/** How much a passage of this length holds its terms back. */
export const lengthFactor = (length: number, averageLength: number): number =>
  SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * (averageLength > 0 ? length / averageLength : 1));

/** How telling a term is that stands in `found` of `all` passages. */
export const rareness = (all: number, found: number): number => Math.log(1 + (all - found + 0.5) / (found + 0.5));
