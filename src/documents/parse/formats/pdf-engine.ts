// The PDF library (PDFium in WebAssembly): opens a file, gives pages to look at, draws them. Everything that knows its functions by name is here and in pdf-content.ts.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ReadProblem } from '../format.ts';

/** The functions of PDFium that are used, called without wrapping: a page takes thousands of calls. All addresses are places in its memory. */
export interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPF32: Float32Array;
  readonly HEAPF64: Float64Array;
  /** What was found out about fonts of this file whose names say nothing. */
  readonly boldByName: Map<string, boolean>;
  /** Memory that is used again for every page. */
  readonly rooms: { letters?: unknown };
  readonly call: Record<PdfiumFunction, (...args: number[]) => number>;
}

type PdfiumFunction =
  | 'malloc'
  | 'free'
  | 'PDFiumExt_Init'
  | `FPDF_${'LoadMemDocument' | 'CloseDocument' | 'GetLastError' | 'GetPageCount' | 'LoadPage' | 'ClosePage' | 'GetSecurityHandlerRevision'}`
  | `FPDF_${'RenderPageBitmap' | 'GetPageWidthF' | 'GetPageHeightF'}`
  | `FPDFBitmap_${'CreateEx' | 'FillRect' | 'GetBuffer' | 'GetStride' | 'Destroy'}`
  | `FPDFText_${'LoadPage' | 'ClosePage' | 'CountChars' | 'GetUnicode' | 'GetLooseCharBox' | 'GetCharOrigin' | 'GetTextObject'}`
  | `FPDFText_${'GetFontSize' | 'GetMatrix' | 'HasUnicodeMapError'}`
  | `FPDFTextObj_${'GetFont' | 'GetTextRenderMode'}`
  | `FPDFFont_${'GetBaseFontName' | 'GetFlags' | 'GetFontData'}`
  | `FPDFPage_${'CountObjects' | 'GetObject' | 'GetCropBox' | 'GetMediaBox' | 'GetRotation'}`
  | `FPDFPageObj_${'GetType' | 'GetBounds' | 'GetMatrix'}`
  | `FPDFPath_${'CountSegments' | 'GetPathSegment' | 'GetDrawMode'}`
  | `FPDFPathSegment_${'GetPoint' | 'GetType' | 'GetClose'}`
  | `FPDFFormObj_${'CountObjects' | 'GetObject'}`
  | 'EPDF_IsEncrypted'
  | 'FPDF_CreateNewDocument'
  | 'FPDFPage_New'
  | 'FPDFPage_InsertObject'
  | 'FPDFPageObj_NewImageObj'
  | 'FPDFImageObj_SetMatrix'
  | 'EPDFImageObj_SetPng'
  | 'EPDFImageObj_SetJpeg';

/** After this many pages the file is opened afresh: what the library keeps of every page it has seen would grow without end. */
const PAGES_PER_OPENING = 400;
const ERROR_PASSWORD = 4;
const ERROR_SECURITY = 5;
const BITMAP_GRAY = 1;
/** Drawn for reading: annotations too, text without colour fringes. */
const RENDER_FLAGS = 0x01 | 0x08;
/** One byte a pixel; an A4 page at 300 pixels per inch has 8.7 million. */
const MOST_PIXELS = 24_000_000;

export interface GrayPicture {
  width: number;
  height: number;
  /** One byte a pixel, without padding. */
  pixels: Uint8Array;
}

export interface PdfFile {
  readonly pages: number;
  readonly isEncrypted: boolean;
  /** Hands a loaded page to `look`. @param index from 0 @throws PageProblem when this page cannot be loaded; others may all the same */
  withPage<T>(index: number, look: (pdfium: Pdfium, page: number) => T): Promise<T>;
  /** The page as it is shown (its own rotation applied). */
  draw(index: number, pixelsPerInch: number): Promise<GrayPicture>;
  close(): void;
}

/** One page is broken. */
export class PageProblem extends Error {}

/** @throws ReadProblem `file_encrypted` or `file_corrupt` */
export async function openPdf(bytes: Uint8Array): Promise<PdfFile> {
  let opened = await open(bytes);
  const pages = opened.pages;
  if (pages === 0) throw new ReadProblem('file_corrupt', 'The PDF is damaged: it has no pages.');
  let seen = 0;
  let isBroken = false;

  async function fresh(): Promise<Opened> {
    if (isBroken) {
      // After a trap nothing in its memory can be trusted: another instance takes over.
      opened = await open(bytes);
      isBroken = false;
      seen = 0;
    } else if (seen >= PAGES_PER_OPENING) {
      opened.reopen();
      seen = 0;
    }
    seen += 1;
    return opened;
  }

  async function withPage<T>(index: number, look: (pdfium: Pdfium, page: number) => T): Promise<T> {
    const { pdfium, document } = await fresh();
    let page = 0;
    try {
      page = pdfium.call.FPDF_LoadPage(document(), index);
      if (page === 0) throw new PageProblem('The page cannot be loaded.');
      const result = look(pdfium, page);
      pdfium.call.FPDF_ClosePage(page);
      return result;
    } catch (error) {
      if (error instanceof PageProblem) throw error;
      isBroken = true;
      throw new PageProblem('The page is damaged.', { cause: error });
    }
  }

  return {
    pages,
    isEncrypted: opened.isEncrypted,
    withPage,
    draw: (index, pixelsPerInch) => withPage(index, (pdfium, page) => drawPage(pdfium, page, pixelsPerInch)),
    close: () => opened.close(),
  };
}

interface Opened {
  pdfium: Pdfium;
  pages: number;
  isEncrypted: boolean;
  document(): number;
  reopen(): void;
  close(): void;
}

async function open(bytes: Uint8Array): Promise<Opened> {
  const pdfium = await loadPdfium();
  const { call } = pdfium;
  const at = call.malloc(bytes.length);
  if (at === 0) throw new ReadProblem('file_too_complex', 'The PDF is too large to be read within bounds.');
  pdfium.HEAPU8.set(bytes, at);
  let document = call.FPDF_LoadMemDocument(at, bytes.length, 0);
  if (document === 0) throw openProblem(call.FPDF_GetLastError());
  const isEncrypted = call.EPDF_IsEncrypted(document) === 1;
  // Encrypted in a way the library does not know: it opens the file, and every page is empty.
  if (isEncrypted && call.FPDF_GetSecurityHandlerRevision(document) <= 0) throw openProblem(ERROR_SECURITY);
  return {
    pdfium,
    pages: call.FPDF_GetPageCount(document),
    isEncrypted,
    document: () => document,
    reopen() {
      call.FPDF_CloseDocument(document);
      document = call.FPDF_LoadMemDocument(at, bytes.length, 0);
      if (document === 0) throw openProblem(call.FPDF_GetLastError());
    },
    close() {
      call.FPDF_CloseDocument(document);
      call.free(at);
    },
  };
}

function openProblem(code: number): ReadProblem {
  if (code === ERROR_PASSWORD) {
    return new ReadProblem('file_encrypted', 'The PDF is protected with a password; bring it without one.');
  }
  if (code === ERROR_SECURITY) {
    return new ReadProblem(
      'file_encrypted',
      'The PDF is encrypted in a way that cannot be opened; bring it without encryption.',
    );
  }
  return new ReadProblem('file_corrupt', 'The PDF is damaged and cannot be opened.');
}

/** A fresh instance; its memory is its own. */
export async function loadPdfium(): Promise<Pdfium> {
  const [{ init }, wasmBinary] = await Promise.all([
    import('@embedpdf/pdfium'),
    readFile(fileURLToPath(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm'))),
  ]);
  const { pdfium } = await init({ wasmBinary: wasmBinary as unknown as ArrayBuffer });
  const call = pdfium.wasmExports as unknown as Pdfium['call'];
  // Its memory moves when it grows: a view is asked for anew every time. Its types leave the views out.
  const views = pdfium as unknown as Omit<Pdfium, 'call'>;
  call.PDFiumExt_Init();
  return {
    call,
    boldByName: new Map(),
    rooms: {},
    get HEAPU8() {
      return views.HEAPU8;
    },
    get HEAP32() {
      return views.HEAP32;
    },
    get HEAPF32() {
      return views.HEAPF32;
    },
    get HEAPF64() {
      return views.HEAPF64;
    },
  };
}

export function drawPage(pdfium: Pdfium, page: number, pixelsPerInch: number): GrayPicture {
  const { call } = pdfium;
  const [pointsWide, pointsHigh] = [call.FPDF_GetPageWidthF(page), call.FPDF_GetPageHeightF(page)];
  const wanted = pixelsPerInch / 72;
  // A page may say that it is a kilometre wide.
  const scale = Math.min(wanted, Math.sqrt(MOST_PIXELS / Math.max(1, pointsWide * pointsHigh)));
  const width = Math.max(1, Math.round(pointsWide * scale));
  const height = Math.max(1, Math.round(pointsHigh * scale));
  if (width * height > 2 * MOST_PIXELS) throw new PageProblem('The page is too large to be drawn.');
  const bitmap = call.FPDFBitmap_CreateEx(width, height, BITMAP_GRAY, 0, 0);
  if (bitmap === 0) throw new PageProblem('The page is too large to be drawn.');
  call.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
  call.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, RENDER_FLAGS);
  const stride = call.FPDFBitmap_GetStride(bitmap);
  const buffer = call.FPDFBitmap_GetBuffer(bitmap);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    pixels.set(pdfium.HEAPU8.subarray(buffer + y * stride, buffer + y * stride + width), y * width);
  }
  call.FPDFBitmap_Destroy(bitmap);
  return { width, height, pixels };
}
