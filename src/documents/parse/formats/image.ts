// A picture (PNG, JPEG) is one page; its words are recognised.
import type { FormatInput } from '../format.ts';
import type { ReadEvent } from '../parsed.ts';
import { layOut, toSheet } from './pdf-layout.ts';
import { createTypesetting } from './pdf-typography.ts';
import { openPicture } from './picture-engine.ts';
import { POOR, recognisePicture } from './recognised.ts';

/** As many as a sheet of paper has at 300 per inch; smaller pictures are enlarged to it, but not more than twice. */
const WANTED_PIXELS = 3_500;
const SHEET_INCHES = 842 / 72;
const MOST_ENLARGED = 2;

export async function* readImage({ bytes, recognize }: FormatInput): AsyncGenerator<ReadEvent> {
  const picture = await openPicture(bytes);
  yield { type: 'started', total: 1, unit: 'page' };
  if (!recognize) {
    const message = 'The picture needs recognition of text (OCR), which is not available here.';
    yield { type: 'warning', warning: { page: 1, code: 'needs_ocr', message } };
    yield { type: 'page', page: { number: 1, blocks: [], source: 'none' } };
    return;
  }
  const longerSide = Math.min(Math.max(picture.longerSide, WANTED_PIXELS), picture.longerSide * MOST_ENLARGED);
  const pixelsPerInch = longerSide / SHEET_INCHES;
  const { content, boxes, confidence } = await recognisePicture(picture.draw(pixelsPerInch), pixelsPerInch, recognize);
  const typesetting = createTypesetting();
  typesetting.learn(content);
  const blocks = layOut(toSheet(content), [], typesetting.describe({ isFirstPage: true, isRecognised: true }), []).map(
    ({ block }) => block,
  );
  if (blocks.length > 0 && confidence < POOR) {
    const message = 'The text of the picture could only be recognised poorly; words may be wrong.';
    yield { type: 'warning', warning: { page: 1, code: 'recognised_poorly', message } };
  }
  const isRead = blocks.length > 0;
  yield {
    type: 'page',
    page: { number: 1, blocks, source: isRead ? 'ocr' : 'none', ...(isRead ? { words: boxes } : {}) },
  };
}
