// Which pages have their words in a picture, and what is done about it.
import type { DocumentWarning, WordBox } from '../../../protocol/document-models.ts';
import type { PageSource } from '../../../protocol/names.ts';
import type { FormatInput } from '../format.ts';
import type { GrayPicture, PdfFile } from './pdf-engine.ts';
import { areaOf, type Box, heightOf, type PageContent, widthOf } from './pdf-shapes.ts';
import { POOR, type Recognised, recognisePicture } from './recognised.ts';

const PIXELS_PER_INCH = 300;
/** Fewer letters than this are a stamp or the number of the page. */
const FEW_LETTERS = 25;
const SOME_LETTERS = 250;
/** In parts of the page. */
const MUCH_PICTURE = 0.6;
const SOME_PICTURE = 0.2;
const LEAST_PICTURE = 0.05;
const EDGE = 0.17;
/** Strokes of letters that were drawn instead of written. */
const MANY_SHAPES = 30;

export interface ReadContent {
  content: PageContent;
  source: PageSource;
  boxes?: WordBox[];
  warning?: DocumentWarning;
}

/** Reads what the page holds as pictures, where that is more than decoration. */
export async function readScan(
  file: Pick<PdfFile, 'draw'>,
  number: number,
  content: PageContent,
  recognize: FormatInput['recognize'],
): Promise<ReadContent> {
  const isText = content.letters - content.unknownLetters > 0;
  const kind = kindOf(content);
  if (kind === 'text') {
    if (!recognize || !content.isAsShown) return { content, source: isText ? 'text' : 'none' };
    return readPicturesIn(file, number, content, recognize);
  }
  const kept: ReadContent = { content, source: 'text' };
  if (!recognize) {
    if (kind === 'poor layer') return { ...kept, warning: poor(number) };
    return { content: emptied(content), source: 'none', warning: needsOcr(number) };
  }
  let recognised: Recognised;
  try {
    recognised = await recognisePicture(await file.draw(number - 1, PIXELS_PER_INCH), PIXELS_PER_INCH, recognize);
  } catch {
    if (kind === 'poor layer') return { ...kept, warning: poor(number) };
    const message = `Page ${number} is a picture, and recognising its text failed.`;
    return { content: emptied(content), source: 'none', warning: { page: number, code: 'needs_ocr', message } };
  }
  const { boxes, confidence } = recognised;
  // A page of drawings without a word in them has nothing to warn of.
  if (boxes.length === 0)
    return { content: kind === 'poor layer' ? content : recognised.content, source: isText ? 'text' : 'none' };
  return { content: recognised.content, source: 'ocr', boxes, ...(confidence < POOR ? { warning: poor(number) } : {}) };
}

const needsOcr = (page: number): DocumentWarning => ({
  page,
  code: 'needs_ocr',
  message: `Page ${page} is a picture; its text needs recognition (OCR), which is not available here.`,
});
const poor = (page: number): DocumentWarning => ({
  page,
  code: 'recognised_poorly',
  message: `The text of page ${page} could only be recognised poorly; words may be wrong.`,
});

const emptied = (content: PageContent): PageContent => ({ ...content, words: [], turned: [] });

/** `text`: its words can be taken as they are · `picture`: they have to be recognised · `poor layer`: a scanner recognised them, badly. */
function kindOf(content: PageContent): 'text' | 'picture' | 'poor layer' {
  const { letters, unknownLetters, hiddenLetters, shapes } = content;
  const picture = pictureShare(content);
  if (letters < FEW_LETTERS) return picture > LEAST_PICTURE || shapes >= MANY_SHAPES ? 'picture' : 'text';
  if (unknownLetters > 0.3 * letters) return 'picture';
  if (hiddenLetters > 0.8 * letters && picture > MUCH_PICTURE) return isPlausible(content) ? 'text' : 'poor layer';
  return letters < SOME_LETTERS && picture > MUCH_PICTURE ? 'picture' : 'text';
}

/** How much of the page is pictures; those that lie over each other count twice, strips of one scan do not. */
function pictureShare({ pictures, width, height }: PageContent): number {
  const page: Box = { x0: 0, y0: 0, x1: width, y1: height };
  return pictures.reduce((sum, picture) => sum + areaOf(within(picture, page)), 0) / Math.max(1, areaOf(page));
}

const within = (box: Box, page: Box): Box => ({
  x0: Math.max(box.x0, page.x0),
  y0: Math.max(box.y0, page.y0),
  x1: Math.min(box.x1, page.x1),
  y1: Math.min(box.y1, page.y1),
});

/** Whether most of its words look like words or numbers: a bad recognition leaves pieces and odd signs. */
function isPlausible({ words }: PageContent): boolean {
  const plausible = words.filter(({ text }) =>
    /^[("“]?(\p{L}{2,24}|[\d.,/%-]{1,20}|\p{L}+-\p{L}+|\p{L}[.)])[.,;:)"”!?]*$/u.test(text),
  );
  return plausible.length >= 0.7 * words.length;
}

// --- Pictures within text --------------------------------------------------------------------------------------------

const LEAST_WORDS = 4;
const LEAST_CONFIDENCE = 70;

/** A table that was pasted as a picture, a diagram with labels: their words are put where the picture stands. */
async function readPicturesIn(
  file: Pick<PdfFile, 'draw'>,
  number: number,
  content: PageContent,
  recognize: NonNullable<FormatInput['recognize']>,
): Promise<ReadContent> {
  const source = content.words.length + content.turned.length > 0 ? 'text' : 'none';
  const boxes = content.pictures.filter((box) => isOfInterest(box, content));
  if (boxes.length === 0) return { content, source };
  const words = [...content.words];
  const rules = { horizontal: [...content.rules.horizontal], upright: [...content.rules.upright] };
  const found: WordBox[] = [];
  try {
    const whole = await file.draw(number - 1, PIXELS_PER_INCH);
    const scale = whole.width / content.width;
    for (const box of boxes) {
      const part = cut(whole, box, scale);
      if (!looksLikeText(part)) continue;
      const read = await recognisePicture(part, scale * 72, recognize);
      if (read.boxes.length < LEAST_WORDS || read.confidence < LEAST_CONFIDENCE || read.isTurned) continue;
      const [dx, dy] = [Math.max(0, box.x0), Math.max(0, box.y0)];
      words.push(
        ...read.content.words.map((word) => ({
          ...word,
          x0: word.x0 + dx,
          x1: word.x1 + dx,
          y0: word.y0 + dy,
          y1: word.y1 + dy,
          baseline: word.baseline + dy,
          order: word.order + 1_000_000,
        })),
      );
      rules.horizontal.push(
        ...read.content.rules.horizontal.map((rule) => ({ at: rule.at + dy, from: rule.from + dx, to: rule.to + dx })),
      );
      rules.upright.push(
        ...read.content.rules.upright.map((rule) => ({ at: rule.at + dx, from: rule.from + dy, to: rule.to + dy })),
      );
      const [wide, high] = [part.width / whole.width, part.height / whole.height];
      found.push(
        ...read.boxes.map(
          ([text, x, y, w, h]): WordBox => [
            text,
            dx / content.width + x * wide,
            dy / content.height + y * high,
            w * wide,
            h * high,
          ],
        ),
      );
    }
  } catch {
    // The text is there; the picture stays a picture.
    return { content, source };
  }
  if (found.length === 0) return { content, source };
  return { content: { ...content, words, rules }, source: 'text', boxes: found };
}

/** Large enough for words, not a banner at the edge, not a background that text stands on. */
function isOfInterest(box: Box, { width, height, words }: PageContent): boolean {
  const clipped = within(box, { x0: 0, y0: 0, x1: width, y1: height });
  if (widthOf(clipped) < 120 || heightOf(clipped) < 60 || areaOf(clipped) < LEAST_PICTURE * width * height)
    return false;
  if (clipped.y1 < EDGE * height || clipped.y0 > (1 - EDGE) * height) return false;
  const covered = words.reduce((sum, word) => {
    const [x, y] = [(word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2];
    return x > clipped.x0 && x < clipped.x1 && y > clipped.y0 && y < clipped.y1 ? sum + areaOf(word) : sum;
  }, 0);
  return covered < SOME_PICTURE * 0.1 * areaOf(clipped);
}

function cut(whole: GrayPicture, box: Box, scale: number): GrayPicture {
  const x0 = Math.max(0, Math.round(box.x0 * scale));
  const y0 = Math.max(0, Math.round(box.y0 * scale));
  const width = Math.max(1, Math.min(whole.width, Math.round(box.x1 * scale)) - x0);
  const height = Math.max(1, Math.min(whole.height, Math.round(box.y1 * scale)) - y0);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const from = (y0 + y) * whole.width + x0;
    pixels.set(whole.pixels.subarray(from, from + width), y * width);
  }
  return { width, height, pixels };
}

/** Text is dark on light, or light on dark, with little between; photographs are all shades. */
function looksLikeText({ pixels }: GrayPicture): boolean {
  let [between, looked] = [0, 0];
  for (let at = 0; at < pixels.length; at += 7) {
    looked += 1;
    if (pixels[at]! > 70 && pixels[at]! < 190) between += 1;
  }
  return between < 0.35 * looked;
}
