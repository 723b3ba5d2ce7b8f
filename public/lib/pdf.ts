// pdf.js, loaded when the first original is looked at: its worker, fonts and decoders all come from our own origin, and nothing in
// it evaluates text as code or needs WebAssembly, so that it runs under our content security policy.
import { getDocument, PDFWorker, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs';
import PdfWorkerScript from 'pdfjs-dist/legacy/build/pdf.worker.mjs?worker';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/types/src/display/api.d.ts';
import type { Box } from './boxes.ts';
import { strokes } from './boxes.ts';
import { findPassage, lettersIn } from './find-passage.ts';

export type PdfDocument = PDFDocumentProxy;
export type PdfPage = PDFPageProxy;

/** Where the build has put the files that pdf.js asks for by name: vite.config.ts. */
const FILES = `/pdfjs/${__PDFJS_VERSION__}`;
/** More pixels than a phone may have in one picture. */
const MOST_PIXELS = 12_000_000;
/** One of the reader's, one that they turned back to. */
const KEPT_DOCUMENTS = 2;

let worker: PDFWorker | undefined;
const open = new Map<string, Promise<PdfDocument>>();

/** Opens a file; what was opened lately is still there. Only the parts that are shown are fetched, where the server allows it. */
export function openPdf(url: string): Promise<PdfDocument> {
  const known = open.get(url);
  if (known) return known;
  worker ??= PDFWorker.create({ port: new PdfWorkerScript() });
  const task = getDocument({
    url,
    worker,
    cMapUrl: `${FILES}/cmaps/`,
    standardFontDataUrl: `${FILES}/standard_fonts/`,
    wasmUrl: `${FILES}/wasm/`,
    useWasm: false,
    useWorkerFetch: true,
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
    disableWorkerRendering: true,
    verbosity: 0,
  });
  const opening = task.promise;
  open.set(url, opening);
  opening.catch(() => open.delete(url));
  for (const old of open.keys()) {
    if (open.size <= KEPT_DOCUMENTS) break;
    void open.get(old)?.then((document) => document.loadingTask.destroy());
    open.delete(old);
  }
  return opening;
}

export interface DrawnPage {
  canvas: HTMLCanvasElement;
  /** Its words, invisible over the picture: they can be selected, and read aloud. */
  textLayer: HTMLElement;
  /** Where its words are. */
  words: string;
}

/** Draws a page `width` CSS pixels wide. @throws when it was cancelled or cannot be drawn */
export async function drawPage(page: PdfPage, width: number, signal: AbortSignal): Promise<DrawnPage> {
  const scale = width / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  const most = Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height));
  const density = Math.min(devicePixelRatio || 1, most);
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  canvas.setAttribute('aria-hidden', 'true');
  const drawing = page.render({
    canvas,
    viewport,
    ...(density === 1 ? {} : { transform: [density, 0, 0, density, 0, 0] }),
  });
  const cancel = () => drawing.cancel();
  signal.addEventListener('abort', cancel);
  const textLayer = document.createElement('div');
  textLayer.className = 'text-layer';
  textLayer.style.setProperty('--total-scale-factor', String(scale));
  const [, content] = await Promise.all([drawing.promise, page.getTextContent()]).finally(() =>
    signal.removeEventListener('abort', cancel),
  );
  await new TextLayer({ textContentSource: content, container: textLayer, viewport }).render();
  signal.throwIfAborted();
  return { canvas, textLayer, words: textLayer.textContent ?? '' };
}

/** The strokes over a quote, measured in a text layer that is in the document. */
export function passageInLayer(layer: HTMLElement, quote: string, leastLetters: number): Box[] {
  const pieces: { node: Text; start: number }[] = [];
  let text = '';
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    pieces.push({ node, start: text.length });
    text += `${node.data} `;
  }
  const ranges = findPassage(text, quote);
  if (lettersIn(text, ranges) < leastLetters) return [];
  const frame = layer.getBoundingClientRect();
  if (frame.width === 0) return [];
  const boxes: Box[] = [];
  for (const { node, start } of pieces) {
    for (const range of ranges) {
      const from = Math.max(range.start - start, 0);
      const until = Math.min(range.end - start, node.length);
      if (from >= until || node.data.slice(from, until).trim() === '') continue;
      const part = document.createRange();
      part.setStart(node, from);
      part.setEnd(node, until);
      for (const { left, top, width, height } of part.getClientRects()) {
        boxes.push({
          x: (left - frame.left) / frame.width,
          y: (top - frame.top) / frame.height,
          width: width / frame.width,
          height: height / frame.height,
        });
      }
    }
  }
  return strokes(boxes, frame.width / frame.height);
}
