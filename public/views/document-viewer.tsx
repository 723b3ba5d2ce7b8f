// One page of a document beside the conversation: what was read there, or how it looks, with the cited words marked.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Source } from '../../src/protocol/models.ts';
import { placeOf } from '../components/document-face.ts';
import { Icon } from '../components/icon.tsx';
import { words } from '../lib/i18n.ts';
import { useWide } from '../lib/media.ts';
import { type OpenedPage, openedPage, turnPage } from '../lib/router.ts';
import { findDocument } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePage, markerOf, openedSource } from '../state/pages.ts';
import { askAbout, mayAsk } from '../state/references.ts';
import { describeError } from '../state/sentences.ts';
import { isWide, panel } from '../state/ui.ts';
import { isPanelWide, setPanelWide, useViewedDocument, viewMode } from '../state/viewed.ts';
import { PageView } from './page-view.tsx';
import { hasOriginal, PageBar, type Zoom } from './viewer-bar.tsx';

export interface ViewerProps {
  page: OpenedPage;
  room: OpenRoom | undefined;
}

interface DocumentViewerProps extends ViewerProps {
  canOpenList: boolean;
}

export function DocumentViewer({ page, room, canOpenList }: DocumentViewerProps) {
  const { viewer, documents } = words.value;
  const hasRoom = useWide();
  return (
    <ViewerBody page={page} room={room}>
      {(title, bar, desk) => (
        <>
          <header class="viewer-head">
            {canOpenList && (
              <button
                class="btn quiet icon sm"
                type="button"
                aria-label={documents.all}
                title={documents.all}
                onClick={() => {
                  if (!hasRoom) closePage();
                  panel.value = 'documents';
                }}
              >
                <Icon name="left" />
              </button>
            )}
            {title}
            <AskButton page={page} room={room} />
            {hasRoom && (
              <button
                class="btn quiet icon sm"
                type="button"
                aria-pressed={isPanelWide.value}
                aria-label={viewer.wider}
                title={isPanelWide.value ? viewer.narrower : viewer.wider}
                onClick={() => setPanelWide(!isPanelWide.value)}
              >
                <Icon name="wider" />
              </button>
            )}
            <button
              class="btn quiet icon sm"
              type="button"
              aria-label={viewer.close}
              title={viewer.close}
              onClick={closePage}
            >
              <Icon name="close" />
            </button>
          </header>
          {bar}
          {desk}
        </>
      )}
    </ViewerBody>
  );
}

/** The document goes along with the question; where the page covers the field it makes way. */
export function AskButton({ page, room }: ViewerProps) {
  const found = useComputed(() => findDocument(page.documentId)).value;
  if (!found || !room || !mayAsk(room)) return null;
  const { ask } = words.value.viewer;
  return (
    <button
      class="btn quiet icon sm"
      type="button"
      aria-label={ask}
      title={ask}
      onClick={() => {
        if (!isWide()) closePage();
        askAbout(room, found, page.page);
      }}
    >
      <Icon name="reply" />
    </button>
  );
}

interface ViewerBodyProps extends ViewerProps {
  /** How title, bar and page are put together. */
  children: (title: ComponentChildren, bar: ComponentChildren, desk: ComponentChildren) => ComponentChildren;
}

/** What the panel and the sheet of phones share. */
export function ViewerBody({ page, room, children }: ViewerBodyProps) {
  const viewed = useViewedDocument(page.documentId);
  const source = useSource(page, room);
  const desk = useRef<HTMLDivElement>(null);
  const zoom = useSignal<Zoom>(1);
  const document = viewed.state === 'open' ? viewed.document : undefined;
  const total = document ? Math.max(document.pages, document.status === 'processing' ? document.progress.total : 0) : 0;
  const place = placeOf(document?.progress.unit ?? 'page', page.page, total);
  const name = document?.name ?? source?.documentName ?? '';

  // The keyboard is in the page at once: arrows turn it, Esc closes it.
  useEffect(() => desk.current?.focus({ preventScroll: true }), [page.documentId, page.source?.marker]);
  useEffect(() => {
    zoom.value = 1;
  }, [page.documentId]);

  const turn = (step: number) => {
    // A key held down is faster than the page is drawn.
    const next = (openedPage.peek()?.page ?? page.page) + step;
    if (next >= 1 && (total === 0 || next <= total)) turnPage(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      closePage();
      return;
    }
    if ((event.target as Element).closest('input, select, .tablewrap')) return;
    const step = keyStep(event, desk.current);
    if (step === 0) return;
    event.preventDefault();
    turn(step);
  };
  const title = <Title name={name} place={place} page={page} source={source} isGone={viewed.state === 'gone'} />;
  const bar = document && <PageBar document={document} page={page.page} total={total} zoom={zoom} onTurn={turnPage} />;
  const body = (
    // biome-ignore lint/a11y/useSemanticElements: a scrolled region in a panel that has its own name
    <div
      ref={desk}
      class="desk"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label={words.value.viewer.label(name, place)}
    >
      {viewed.state === 'gone' && <DeletedDocument source={source} />}
      {viewed.state === 'failed' && (
        <p class="note" role="alert">
          <Icon name="warn" />
          <span>{describeError(viewed.error)}</span>
        </p>
      )}
      {document && <PageView document={document} page={page} source={source} desk={desk} zoom={zoom} />}
    </div>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of everything inside
    <div
      class={`viewer${document && hasOriginal(document) && viewMode.value === 'original' ? ' is-original' : ''}`}
      onKeyDown={onKeyDown}
    >
      {children(title, bar, body)}
    </div>
  );
}

/** Turning by keys: left and right always, page keys where the page ends. */
function keyStep({ key, shiftKey }: KeyboardEvent, desk: HTMLElement | null): number {
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    // A page wider than the panel is moved first.
    if (desk && desk.scrollWidth > desk.clientWidth + 1) return 0;
    return key === 'ArrowRight' ? 1 : -1;
  }
  if (!desk) return 0;
  const isAtStart = desk.scrollTop < 2;
  const isAtEnd = desk.scrollHeight - desk.scrollTop - desk.clientHeight < 2;
  if ((key === 'PageDown' || (key === ' ' && !shiftKey)) && isAtEnd) return 1;
  if ((key === 'PageUp' || (key === ' ' && shiftKey)) && isAtStart) return -1;
  return 0;
}

interface TitleProps {
  name: string;
  place: string;
  page: OpenedPage;
  source: Source | undefined;
  isGone: boolean;
}

function Title({ name, place, page, source, isGone }: TitleProps) {
  const { viewer } = words.value;
  const isCitedPage = source?.page === undefined || source.page === page.page;
  const back = viewer.backToCited(placeOf('page', source?.page ?? 1, 0));
  return (
    <h2 class="grow viewer-title">
      <span class="cut" title={name}>
        {name}
      </span>
      <span class="cited">
        {!isGone && (
          <span class="place">
            {place}
            {source && ', '}
          </span>
        )}
        {source && <span class="muted">{viewer.citedAs}</span>}{' '}
        {source &&
          (isCitedPage || isGone ? (
            <span class={isGone ? 'cite gone' : 'cite'}>{markerOf(source)}</span>
          ) : (
            <button
              class="cite"
              type="button"
              title={back}
              aria-label={back}
              onClick={() => turnPage(source.page ?? 1)}
            >
              {markerOf(source)}
            </button>
          ))}
      </span>
    </h2>
  );
}

/** The number stays in the answer, hollow; here is what is left of it. */
function DeletedDocument({ source }: { source: Source | undefined }) {
  const { viewer } = words.value;
  return (
    <div class="docs-empty" role="status">
      <p>
        <b>{viewer.deleted}</b>
      </p>
      <p>{source?.quote ? viewer.deletedText : viewer.deletedNoQuote}</p>
      {source?.quote && <blockquote class="quoted">{source.quote}</blockquote>}
    </div>
  );
}

/** The source that was opened; its answer may be further up than what is loaded. */
function useSource(page: OpenedPage, room: OpenRoom | undefined): Source | undefined {
  const known = useComputed(() => openedSource.value).value;
  const older = useSignal<Source | undefined>(undefined);
  const wanted = page.source;
  useSignalEffect(() => {
    older.value = undefined;
    if (!wanted || !room || room.status.value !== 'open' || openedSource.value) return;
    void room
      .findOlder(wanted.messageId)
      .then((message) => {
        older.value = message?.sources?.find((one) => markerOf(one) === wanted.marker);
      })
      .catch(() => {
        // The page is shown all the same, only without the marker.
      });
  });
  return known ?? older.value;
}
