// The document that is open, and what was read on its pages: fetched when needed, kept for turning back.
import { signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Document, DocumentPage } from '../../src/protocol/document-models.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { findDocument } from './documents.ts';

const KEPT_PAGES = 40;

/** By document, state of its reading, and page. */
const kept = new Map<string, DocumentPage>();

/** Text as it was read, or the pages as they look; kept on this device. */
export type ViewMode = 'text' | 'original';
export const viewMode = signal<ViewMode>(readStored<ViewMode>('viewMode', 'text'));

export function setViewMode(mode: ViewMode): void {
  viewMode.value = mode;
  writeStored('viewMode', mode);
}

/** Beside the conversation a page may have half of the window. */
export const isPanelWide = signal(readStored('panelWide', false));

export function setPanelWide(isIt: boolean): void {
  isPanelWide.value = isIt;
  writeStored('panelWide', isIt);
}

export type Viewed =
  | { state: 'loading' }
  | { state: 'open'; document: Document }
  | { state: 'gone' }
  | { state: 'failed'; error: unknown };

/** From the list where it lies, which is always true; fetched when it lies somewhere that was not looked at. */
export function useViewedDocument(documentId: string): Viewed {
  const listed = useComputed(() => findDocument(documentId));
  const fetched = useSignal<Viewed>({ state: 'loading' });
  const wasListed = useSignal(false);
  useEffect(() => {
    fetched.value = { state: 'loading' };
    wasListed.value = listed.peek() !== undefined;
    if (listed.peek()) return;
    const asking = new AbortController();
    call('getDocument', { params: { documentId }, signal: asking.signal })
      .then((document) => {
        fetched.value = { state: 'open', document };
      })
      .catch((error: unknown) => {
        if (!asking.signal.aborted) fetched.value = isMissing(error) ? { state: 'gone' } : { state: 'failed', error };
      });
    return () => asking.abort();
  }, [documentId]);
  // Deleted while it is open.
  useSignalEffect(() => {
    if (listed.value) wasListed.value = true;
    else if (wasListed.peek()) fetched.value = { state: 'gone' };
  });
  return listed.value ? { state: 'open', document: listed.value } : fetched.value;
}

export type ViewedPage =
  | { state: 'loading' }
  | { state: 'open'; page: DocumentPage }
  /** Reading has not come so far. */
  | { state: 'waiting' }
  | { state: 'missing' }
  | { state: 'failed'; error: unknown; retry: () => void };

export function useViewedPage(document: Document, number: number): ViewedPage {
  const tries = useSignal(0);
  const shown = useSignal<ViewedPage>({ state: 'loading' });
  const isThere =
    document.status !== 'uploaded' && (document.status !== 'processing' || document.progress.done >= number);
  const reading = document.status === 'processing' ? 'reading' : document.updatedAt;
  useEffect(() => {
    const key = `${document.id} ${reading} ${number}`;
    const known = kept.get(key);
    if (known) {
      shown.value = { state: 'open', page: known };
      return;
    }
    if (!isThere) {
      shown.value = { state: 'waiting' };
      return;
    }
    shown.value = { state: 'loading' };
    const asking = new AbortController();
    fetchPage(document.id, number, asking.signal)
      .then((page) => {
        keep(key, page);
        shown.value = { state: 'open', page };
        if (number < document.pages) void prefetch(document.id, reading, number + 1, asking.signal);
      })
      .catch((error: unknown) => {
        if (asking.signal.aborted) return;
        const retry = () => {
          tries.value += 1;
        };
        shown.value = isMissing(error) ? { state: 'missing' } : { state: 'failed', error, retry };
      });
    return () => asking.abort();
  }, [document.id, reading, number, isThere, tries.value]);
  return shown.value;
}

const fetchPage = (documentId: string, page: number, signal: AbortSignal): Promise<DocumentPage> =>
  call('getDocumentPage', { params: { documentId, page: String(page) } as never, signal });

/** The next page is there before it is turned to. */
async function prefetch(documentId: string, reading: string, number: number, signal: AbortSignal): Promise<void> {
  const key = `${documentId} ${reading} ${number}`;
  if (kept.has(key)) return;
  const page = await fetchPage(documentId, number, signal).catch(() => undefined);
  if (page) keep(key, page);
}

function keep(key: string, page: DocumentPage): void {
  kept.delete(key);
  kept.set(key, page);
  for (const old of kept.keys()) {
    if (kept.size <= KEPT_PAGES) break;
    kept.delete(old);
  }
}

const isMissing = (error: unknown) =>
  error instanceof ApiError && (error.code === 'not_found' || error.code === 'forbidden');
