// A picture of a page becomes its content: words that were recognised, lines that were drawn, whichever way it lies.
import type { RecognizedWord } from '../../../engines/ocr/text-recognizer.ts';
import type { WordBox } from '../../../protocol/document-models.ts';
import type { FormatInput } from '../format.ts';
import { encodeGrayPng } from './gray-png.ts';
import type { GrayPicture } from './pdf-engine.ts';
import type { PageContent, Word } from './pdf-shapes.ts';
import { median } from './pdf-shapes.ts';
import { type DrawnLines, findLines, withoutLines } from './picture-lines.ts';
import { liesOnItsSide, type QuarterTurns, turnBack, turnPicture } from './picture-turn.ts';

export interface Recognised {
  content: PageContent;
  /** For highlighting, on the page as it is shown. */
  boxes: WordBox[];
  /** 0 to 100, the mean over all letters. */
  confidence: number;
  /** The picture did not lie as it is read. */
  isTurned: boolean;
}

/** Below, another way up is tried. */
const SURE = 65;
/** Below, it is said that words may be wrong. */
export const POOR = 60;
/** Specks and edges are recognised as odd signs, and never surely. */
const LEAST_CONFIDENCE = 15;
const FEW_WORDS = 3;

export async function recognisePicture(
  picture: GrayPicture,
  pixelsPerInch: number,
  recognize: NonNullable<FormatInput['recognize']>,
): Promise<Recognised> {
  const { turns, words, score, lines } = await findWayUp(picture, pixelsPerInch, recognize);
  const turned = turns % 2 === 0 ? { ...picture } : { width: picture.height, height: picture.width };
  const boxes = words.map(({ text, x, y, width, height }): WordBox => {
    const box = turnBack(turns, x / turned.width, y / turned.height, width / turned.width, height / turned.height);
    return [text, ...(box.map((part) => Math.round(part * 10_000) / 10_000) as [number, number, number, number])];
  });
  return {
    content: toContent(turned, pixelsPerInch, words, lines),
    boxes,
    confidence: score,
    isTurned: turns !== 0,
  };
}

interface Attempt {
  turns: QuarterTurns;
  words: RecognizedWord[];
  score: number;
  lines: DrawnLines;
}

/** Recognises the picture the way it probably lies, and other ways while the words that come out are not sure. */
async function findWayUp(
  picture: GrayPicture,
  pixelsPerInch: number,
  recognize: NonNullable<FormatInput['recognize']>,
): Promise<Attempt> {
  const first: QuarterTurns = liesOnItsSide(picture) ? 1 : 0;
  const toTry: QuarterTurns[] = [first, turnedBy(first, 2)];
  const tried: Attempt[] = [];
  for (let turns = toTry.shift(); turns !== undefined; turns = toTry.shift()) {
    if (tried.some((attempt) => attempt.turns === turns)) continue;
    const turned = turnPicture(picture, turns);
    const lines = findLines(turned, pixelsPerInch);
    const found = await recognize(encodeGrayPng(withoutLines(turned, lines), pixelsPerInch));
    const words = found
      .map((word) => ({ ...word, text: word.text.replace(/^[|¦]+|[|¦]+$/g, '') }))
      .filter((word) => word.text !== '' && word.confidence >= LEAST_CONFIDENCE && !isSpeck(word, pixelsPerInch));
    const lying = lyingWords(words);
    const attempt = { turns, words, score: confidenceOf(words), lines };
    if (lying === undefined && attempt.score >= SURE && words.length >= FEW_WORDS) return attempt;
    tried.push(lying === undefined ? attempt : { ...attempt, score: 0 });
    // Recognised all the same, but as they lie: once more the right way up, for the sake of their places and their order.
    if (lying !== undefined) toTry.unshift(turnedBy(turns, lying === 'down' ? 3 : 1));
    else if (tried.length === 1 && words.length > 2 * FEW_WORDS) toTry.push(turnedBy(first, 1), turnedBy(first, 3));
  }
  // Letters that are read the wrong way up are never many words that are sure.
  return tried.reduce((best, one) => (worthOf(one) > worthOf(best) ? one : best));
}

const turnedBy = (turns: QuarterTurns, by: number): QuarterTurns => ((turns + by) % 4) as QuarterTurns;
const worthOf = ({ score, words }: Attempt): number => score * lettersOf(words);

/** Long words that are higher than wide run down or up the picture. */
function lyingWords(words: readonly RecognizedWord[]): 'down' | 'up' | undefined {
  const long = words.filter((word) => word.text.length >= 4);
  const lying = long.filter((word) => word.height > 1.5 * word.width);
  if (long.length === 0 || lying.length * 2 < long.length) return undefined;
  let forward = 0;
  for (let index = 1; index < lying.length; index += 1) {
    const [last, word] = [lying[index - 1]!, lying[index]!];
    if (last.line === word.line) forward += Math.sign(word.y - last.y);
  }
  return forward >= 0 ? 'down' : 'up';
}

const isSpeck = ({ text, width, height }: RecognizedWord, pixelsPerInch: number): boolean =>
  !/[\p{L}\p{N}]/u.test(text) &&
  (text.length > 2 || width * height < (pixelsPerInch / 40) ** 2 || height > pixelsPerInch / 2);

const lettersOf = (words: readonly RecognizedWord[]): number => words.reduce((sum, word) => sum + word.text.length, 0);

function confidenceOf(words: readonly RecognizedWord[]): number {
  const letters = lettersOf(words);
  return letters === 0 ? 0 : words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / letters;
}

function toContent(
  picture: { width: number; height: number },
  pixelsPerInch: number,
  recognised: readonly RecognizedWord[],
  lines: DrawnLines,
): PageContent {
  const toPoints = 72 / pixelsPerInch;
  const byLine = new Map<number, RecognizedWord[]>();
  for (const word of recognised) byLine.set(word.line, [...(byLine.get(word.line) ?? []), word]);
  const sizes = new Map([...byLine].map(([line, words]) => [line, sizeOf(words)]));
  const usual = median([...sizes.values()]);
  const words: Word[] = [];
  for (const [line, ofLine] of byLine) {
    // What was measured differs a little from line to line where the print does not.
    const measured = sizes.get(line)!;
    const size = Math.round((Math.abs(measured - usual) < 0.2 * usual ? usual : measured) * toPoints);
    const baseline = median(ofLine.map(({ y, height, text }) => y + height - (goesBelow(text) ? 0.21 * measured : 0)));
    for (const { text, x, y, width, height } of ofLine) {
      words.push({
        text,
        x0: x * toPoints,
        y0: y * toPoints,
        x1: (x + width) * toPoints,
        y1: (y + height) * toPoints,
        baseline: baseline * toPoints,
        size,
        // Light words on dark are the heading of a table.
        bold: lines.dark.some((box) => x >= box.x0 && x + width <= box.x1 && y >= box.y0 && y + height <= box.y1),
        mono: false,
        rtl: false,
        order: words.length * 100,
      });
    }
  }
  return {
    width: picture.width * toPoints,
    height: picture.height * toPoints,
    words,
    turned: [],
    rules: lines.rules,
    pictures: [],
    shapes: 0,
    isAsShown: true,
    letters: lettersOf(recognised),
    unknownLetters: 0,
    hiddenLetters: 0,
  };
}

const goesBelow = (text: string): boolean => /[gjpqy,;()[\]{}|/_]/.test(text);
const goesAbove = (text: string): boolean => /[\p{Lu}\d bdfhklti()[\]{}|/]/u.test(text);

/** Of the letters of a line, in pixels, from the height of its words and from which parts their letters have. */
function sizeOf(words: readonly RecognizedWord[]): number {
  const sizes = words.map(
    ({ text, height }) => height / ((goesAbove(text) ? 0.72 : 0.52) + (goesBelow(text) ? 0.21 : 0)),
  );
  return median(sizes);
}
