// Learns from the pages seen so far what the letters of a document usually look like.
import { LARGER, type Typography } from './pdf-headings.ts';
import type { PageContent } from './pdf-shapes.ts';

export interface Typesetting {
  learn(page: PageContent): void;
  describe(page: { isFirstPage: boolean; isRecognised: boolean }): Typography;
}

export function createTypesetting(): Typesetting {
  const bySize = new Map<number, number>();
  let [letters, mono, bold, isLettered] = [0, 0, 0, false];
  return {
    learn({ words }) {
      let size = 0;
      // Letters of this size that are not counted yet: neighbours mostly have the same.
      let ofSize = 0;
      const countSize = (): void => {
        if (ofSize > 0) bySize.set(size, (bySize.get(size) ?? 0) + ofSize);
        ofSize = 0;
      };
      for (const word of words) {
        const count = word.text.length;
        const own = Math.round(word.size * 2) / 2;
        if (own !== size) {
          countSize();
          size = own;
        }
        ofSize += count;
        letters += count;
        if (word.mono) mono += count;
        if (word.bold) bold += count;
      }
      countSize();
    },
    describe({ isFirstPage, isRecognised }) {
      let [bodySize, most] = [10, 0];
      for (const [size, count] of bySize) if (count > most) [bodySize, most] = [size, count];
      const larger = [...bySize.keys()].filter((size) => size >= LARGER * bodySize).sort((a, b) => b - a);
      return {
        bodySize,
        // Sizes that hardly differ are one.
        largerSizes: larger.filter((size, index) => index === 0 || size < 0.96 * larger[index - 1]!),
        isTyped: mono * 2 > letters,
        isBold: bold * 2 > letters,
        isFirstPage,
        isRecognised,
        get isLettered() {
          return isLettered;
        },
        set isLettered(value) {
          isLettered = value;
        },
      };
    },
  };
}
