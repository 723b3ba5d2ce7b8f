// A page of a PDF as it looks, with its words over it, so that they can be selected and the cited ones marked.
import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Document, DocumentPage } from '../../src/protocol/document-models.ts';
import { type Box, passageOnPicture } from '../lib/boxes.ts';
import { drawPage, type PdfPage as OpenedPdfPage, openPdf, passageInLayer } from '../lib/pdf.ts';
import { downloadPath } from '../state/documents.ts';
import { PageSkeleton, type Passage, Quoted } from './page-parts.tsx';
import { MarkerLayer, OriginalFailed } from './picture-page.tsx';
import type { Zoom } from './viewer-bar.tsx';

interface PdfPageProps {
  document: Document;
  number: number;
  /** What was read on it, for the words of a scan. */
  read: DocumentPage | undefined;
  passage: Passage | undefined;
  desk: { current: HTMLElement | null };
  zoom: Signal<Zoom>;
}

/** A width that changes while the panel moves is drawn once it has come to rest. */
const REST_MS = 120;

export function PdfPage({ document, number, read, passage, desk, zoom }: PdfPageProps) {
  const host = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const isDrawn = useSignal(false);
  /** Counts what was drawn: the marker is measured once that is in sight. */
  const drawings = useSignal(0);
  const strokes = useSignal<{ boxes: readonly Box[]; isSearched: boolean }>({ boxes: [], isSearched: false });
  const layer = useRef<HTMLElement | undefined>(undefined);
  const fitWidth = useFitWidth(desk);
  const width = Math.round(fitWidth * zoom.value);

  useEffect(() => {
    if (width === 0) return;
    const drawing = new AbortController();
    isDrawn.value = isDrawn.peek() && host.current?.dataset.page === `${document.id} ${number}`;
    draw(document.id, number, width, drawing.signal)
      .then((drawn) => {
        if (!host.current || drawing.signal.aborted) return;
        host.current.replaceChildren(drawn.canvas, drawn.textLayer);
        host.current.dataset.page = `${document.id} ${number}`;
        layer.current = drawn.textLayer;
        isDrawn.value = true;
        failed.value = false;
        drawings.value += 1;
      })
      .catch(() => {
        if (!drawing.signal.aborted) failed.value = true;
      });
    return () => drawing.abort();
  }, [document.id, number, width]);

  const mark = () => {
    const shown = layer.current;
    const frame = host.current?.getBoundingClientRect();
    if (!passage || !shown || !frame) {
      strokes.value = { boxes: [], isSearched: false };
      return;
    }
    const inLayer = passageInLayer(shown, passage.quote, passage.leastLetters);
    const boxes =
      inLayer.length === 0 && read?.words
        ? passageOnPicture(read.words, passage.quote, frame.width / Math.max(frame.height, 1))
        : inLayer;
    strokes.value = { boxes, isSearched: true };
  };
  useLayoutEffect(() => {
    if (isDrawn.peek()) mark();
  }, [passage, read, drawings.value]);

  if (failed.value) return <OriginalFailed />;
  const { boxes, isSearched } = strokes.value;
  return (
    <>
      {passage?.isCitedPage && isDrawn.value && isSearched && boxes.length === 0 && <Quoted passage={passage} />}
      {!isDrawn.value && <PageSkeleton />}
      <div class="sheet-of-paper pdf" style={{ width: `${width}px` }} hidden={!isDrawn.value}>
        <div ref={host} />
        <MarkerLayer boxes={boxes} marker={passage?.marker} desk={desk} />
      </div>
    </>
  );
}

async function draw(documentId: string, number: number, width: number, signal: AbortSignal) {
  const pdf = await openPdf(downloadPath(documentId));
  signal.throwIfAborted();
  const page: OpenedPdfPage = await pdf.getPage(number);
  signal.throwIfAborted();
  return drawPage(page, width, signal);
}

/** The width of the desk without its edges, once it has come to rest. */
function useFitWidth(desk: { current: HTMLElement | null }): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = desk.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      // The bar for scrolling takes its place whether or not it is there, so that drawing a page cannot change the width.
      width.value =
        element.offsetWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight) - 8;
    };
    measure();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(measure, REST_MS);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return width.value;
}
