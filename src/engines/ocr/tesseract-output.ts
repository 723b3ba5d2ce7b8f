// What Tesseract prints as tab-separated values, as words. Both of its engines speak it.
import type { RecognizedWord } from './text-recognizer.ts';

const LEVEL_WORD = '5';
/** level, page, block, paragraph, line, word, left, top, width, height, confidence, text */
const COLUMNS = 12;

export function parseTsv(tsv: string): RecognizedWord[] {
  const words: RecognizedWord[] = [];
  const lines = new Map<string, number>();
  const paragraphs = new Map<string, number>();
  const numberOf = (numbers: Map<string, number>, key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  for (const row of tsv.split('\n')) {
    const cells = row.split('\t');
    const text = cells[COLUMNS - 1]?.trim();
    if (cells[0] !== LEVEL_WORD || !text) continue;
    const paragraph = `${cells[2]} ${cells[3]}`;
    const [x, y, width, height, confidence] = cells.slice(6, 11).map(Number);
    words.push({
      text,
      x: x!,
      y: y!,
      width: width!,
      height: height!,
      confidence: Math.min(100, Math.max(0, confidence!)),
      line: numberOf(lines, `${paragraph} ${cells[4]}`),
      paragraph: numberOf(paragraphs, paragraph),
    });
  }
  return words;
}
