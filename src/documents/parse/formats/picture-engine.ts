// Opens PNG and JPEG files with the same library that draws PDFs: a picture is a page with nothing else on it.
import { ReadProblem } from '../format.ts';
import { drawPage, type GrayPicture, loadPdfium } from './pdf-engine.ts';

/** Unpacked, a pixel takes up to four bytes. */
const MOST_PIXELS = 60_000_000;
/** The longer side of a sheet of paper, in points: pictures of text are taken to show about one. */
const SHEET = 842;

export interface PictureFile {
  /** In points, as if it were a sheet of paper. */
  width: number;
  height: number;
  draw(pixelsPerInch: number): GrayPicture;
}

/** @throws ReadProblem `file_too_complex` for more pixels than can be held, `file_corrupt` for what is no picture */
export async function openPicture(bytes: Uint8Array): Promise<PictureFile & { longerSide: number }> {
  const size = pngSize(bytes) ?? jpegSize(bytes);
  if (!size || size.width === 0 || size.height === 0) throw new ReadProblem('file_corrupt', 'The picture is damaged.');
  if (size.width * size.height > MOST_PIXELS) {
    const millions = Math.round((size.width * size.height) / 1e6);
    throw new ReadProblem(
      'file_too_complex',
      `The picture has ${millions} million pixels; ${MOST_PIXELS / 1e6} million can be read.`,
    );
  }
  const pdfium = await loadPdfium();
  const { call } = pdfium;
  const longerSide = Math.max(size.width, size.height);
  const [width, height] = [(size.width / longerSide) * SHEET, (size.height / longerSide) * SHEET];
  const at = call.malloc(bytes.length);
  pdfium.HEAPU8.set(bytes, at);
  const document = call.FPDF_CreateNewDocument();
  const page = call.FPDFPage_New(document, 0, width, height);
  const object = call.FPDFPageObj_NewImageObj(document);
  const set = pngSize(bytes) ? call.EPDFImageObj_SetPng : call.EPDFImageObj_SetJpeg;
  if (set(0, 0, object, at, bytes.length) === 0) throw new ReadProblem('file_corrupt', 'The picture is damaged.');
  call.free(at);
  call.FPDFImageObj_SetMatrix(object, width, 0, 0, height, 0, 0);
  call.FPDFPage_InsertObject(page, object);
  return { width, height, longerSide, draw: (pixelsPerInch) => drawPage(pdfium, page, pixelsPerInch) };
}

function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return undefined;
  // One that lost its end shows as much as it has; one without any content shows nothing.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('IDAT')) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Walks over the segments to the one that says how large the frame is. */
function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const kind = bytes[at + 1]!;
    const isFrame = kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const isAlone = kind === 0xff || kind === 0x01 || (kind >= 0xd0 && kind <= 0xd8);
    at += isAlone ? 1 + (kind === 0xff ? 0 : 1) : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
