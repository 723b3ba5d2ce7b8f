// Reads a loaded page of a PDF: its letters gathered into words, its lines, its pictures.
import type { Pdfium } from './pdf-engine.ts';
import { readGraphics } from './pdf-graphics.ts';
import { readLetters } from './pdf-letters.ts';
import type { Box, PageContent } from './pdf-shapes.ts';
import { createTurn } from './pdf-turn.ts';
import { gatherTurned, gatherWords } from './pdf-words.ts';

/** For what the library gives back by address: numbers, and names of fonts. */
const SCRATCH_BYTES = 256;

/** Everything that is on the page, turned so that most of its text runs to the right. */
export function readContent(pdfium: Pdfium, page: number): PageContent {
  const scratch = pdfium.call.malloc(SCRATCH_BYTES);
  const text = pdfium.call.FPDFText_LoadPage(page);
  try {
    const crop = cropOf(pdfium, page, scratch);
    const letters = text === 0 ? undefined : readLetters(pdfium, text, scratch);
    const rotation = pdfium.call.FPDFPage_GetRotation(page);
    // Without text there is nothing to be read but the page as it is shown.
    const direction = letters && letters.count > 0 ? letters.direction : rotation;
    const turn = createTurn(direction, crop);
    return {
      width: turn.width,
      height: turn.height,
      words: letters ? gatherWords(letters, turn, direction) : [],
      turned: letters ? gatherTurned(letters, turn, crop, direction) : [],
      ...readGraphics(pdfium, page, turn, scratch),
      isAsShown: direction === rotation,
      letters: letters?.count ?? 0,
      unknownLetters: letters?.unknown ?? 0,
      hiddenLetters: letters?.hidden ?? 0,
    };
  } finally {
    if (text !== 0) pdfium.call.FPDFText_ClosePage(text);
    pdfium.call.free(scratch);
  }
}

/** What of the page is shown, in its own coordinates. */
function cropOf(pdfium: Pdfium, page: number, scratch: number): Box {
  const { call } = pdfium;
  const read = (): Box => {
    const [left, bottom, right, top] = pdfium.HEAPF32.subarray(scratch >> 2, (scratch >> 2) + 4);
    return {
      x0: Math.min(left!, right!),
      y0: Math.min(bottom!, top!),
      x1: Math.max(left!, right!),
      y1: Math.max(bottom!, top!),
    };
  };
  const media = call.FPDFPage_GetMediaBox(page, scratch, scratch + 4, scratch + 8, scratch + 12) ? read() : undefined;
  const crop = call.FPDFPage_GetCropBox(page, scratch, scratch + 4, scratch + 8, scratch + 12) ? read() : undefined;
  const box = crop ?? media;
  if (box && box.x1 - box.x0 > 1 && box.y1 - box.y0 > 1) return box;
  return { x0: 0, y0: 0, x1: call.FPDF_GetPageWidthF(page), y1: call.FPDF_GetPageHeightF(page) };
}
