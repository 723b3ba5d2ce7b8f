// A page as it was read, or as it looks; when there is nothing to read on it, why.
import type { Signal } from '@preact/signals';
import { useLayoutEffect, useMemo } from 'preact/hooks';
import type { Document, DocumentPage } from '../../src/protocol/document-models.ts';
import type { Source } from '../../src/protocol/models.ts';
import { describeFailure, extentOf, placeOf } from '../components/document-face.ts';
import { Icon } from '../components/icon.tsx';
import { lazy } from '../components/lazy.tsx';
import { guessLanguage } from '../lib/guess-language.ts';
import { language, words } from '../lib/i18n.ts';
import type { OpenedPage } from '../lib/router.ts';
import { renderPageText } from '../markdown/page-text.ts';
import { markerOf } from '../state/pages.ts';
import { describeError } from '../state/sentences.ts';
import { setViewMode, useViewedPage, viewMode } from '../state/viewed.ts';
import { PageSkeleton, type Passage, Quoted } from './page-parts.tsx';
import { PicturePage } from './picture-page.tsx';
import { hasOriginal, isPdf, type Zoom } from './viewer-bar.tsx';

const PdfPage = lazy(
  async () => (await import('./pdf-page.tsx')).PdfPage,
  () => setViewMode('text'),
);

/** On a neighbour of the cited page the passage goes on, or it is an accident. */
const LEAST_LETTERS_BESIDE = 60;

export interface PageViewProps {
  document: Document;
  page: OpenedPage;
  source: Source | undefined;
  desk: { current: HTMLElement | null };
  zoom: Signal<Zoom>;
}

function passageFor(source: Source | undefined, page: number): Passage | undefined {
  if (!source?.quote) return undefined;
  const distance = Math.abs((source.page ?? page) - page);
  if (distance > 1) return undefined;
  const isCitedPage = distance === 0;
  return {
    quote: source.quote,
    marker: markerOf(source),
    leastLetters: isCitedPage ? 1 : LEAST_LETTERS_BESIDE,
    isCitedPage,
  };
}

export function PageView({ document, page, source, desk, zoom }: PageViewProps) {
  const viewed = useViewedPage(document, page.page);
  const { viewer, app } = words.value;
  const passage = useMemo(() => passageFor(source, page.page), [source, page.page]);
  const found = viewed.state === 'open' ? viewed.page : undefined;
  const isOriginalShown = hasOriginal(document) && (viewMode.value === 'original' || found?.source === 'none');

  // A new page begins at its top, or at the cited words: those scroll themselves into view once they are drawn.
  useLayoutEffect(() => desk.current?.scrollTo({ top: 0, left: 0 }), [document.id, page.page]);

  return (
    <>
      {found?.source === 'none' && <WithoutText document={document} page={page.page} />}
      {isOriginalShown ? (
        isPdf(document) ? (
          <PdfPage document={document} number={page.page} read={found} passage={passage} desk={desk} zoom={zoom} />
        ) : (
          <PicturePage document={document} read={found} passage={passage} desk={desk} zoom={zoom} />
        )
      ) : (
        <>
          {viewed.state === 'loading' && <PageSkeleton />}
          {viewed.state === 'open' && found?.source !== 'none' && (
            <TextPage document={document} page={viewed.page} passage={passage} desk={desk} />
          )}
          {viewed.state === 'waiting' && <NotYet document={document} />}
          {viewed.state === 'missing' && <Missing document={document} page={page.page} />}
          {viewed.state === 'failed' && (
            <div class="docs-empty" role="alert">
              <p>
                {viewer.failed} {describeError(viewed.error)}
              </p>
              <button class="btn sm" type="button" onClick={viewed.retry}>
                <Icon name="again" class="sm" />
                {app.tryAgain}
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

interface TextPageProps {
  document: Document;
  page: DocumentPage;
  passage: Passage | undefined;
  desk: { current: HTMLElement | null };
}

function TextPage({ document, page, passage, desk }: TextPageProps) {
  const { viewer } = words.value;
  const lang = language.value;
  const { children, isMarked } = useMemo(() => renderPageText(page.text, { lang, ...passage }), [page, passage, lang]);
  useLayoutEffect(() => {
    if (isMarked) desk.current?.querySelector('mark')?.scrollIntoView({ block: 'center' });
  }, [page, passage, isMarked]);
  const isPoor = document.warnings.some((one) => one.code === 'recognised_poorly' && one.page === page.number);
  return (
    <>
      {passage?.isCitedPage && !isMarked && <Quoted passage={passage} />}
      <article class="page prose" lang={guessLanguage(page.text)}>
        <p class="run">
          <span class="cut">{page.label ?? document.name.replace(/\.\w{1,5}$/, '')}</span>
          <span>{placeOf(page.unit, page.number, 0)}</span>
        </p>
        {page.source === 'ocr' && (
          <p class="run warn">
            <span>
              <Icon name={isPoor ? 'warn' : 'scan'} class="sm" /> {isPoor ? viewer.poorly : viewer.recognised}
            </span>
          </p>
        )}
        {children}
      </article>
    </>
  );
}

/** A page without words says why, and offers to look at it. */
function WithoutText({ document, page }: { document: Document; page: number }) {
  const { none } = words.value.viewer;
  const codes = document.warnings.filter((one) => one.page === page).map((one) => one.code);
  const code = (['needs_ocr', 'page_unreadable', 'pages_left_out'] as const).find((one) => codes.includes(one));
  return (
    <p class={code ? 'note warn' : 'note quiet'}>
      <Icon name={code ? 'warn' : 'info'} />
      <span>{none[code ?? 'empty']}</span>
    </p>
  );
}

function NotYet({ document }: { document: Document }) {
  const { viewer, documents } = words.value;
  return (
    <div class="docs-empty" role="status">
      <p>
        <b>{viewer.notYet}</b>
      </p>
      <p>{document.status === 'processing' ? viewer.notYetHelp(extentOf(document)) : documents.waiting}</p>
      <SeeOriginal document={document} />
    </div>
  );
}

function Missing({ document, page }: { document: Document; page: number }) {
  const { viewer, documents } = words.value;
  const { none } = viewer;
  const isLeftOut = document.warnings.some(({ code }) => code === 'pages_left_out') && page > document.pages;
  const why =
    document.status === 'failed'
      ? `${viewer.unreadText} ${describeFailure(document)}`
      : document.status === 'cancelled'
        ? `${documents.cancelled}.`
        : isLeftOut
          ? none.pages_left_out
          : none.empty;
  return (
    <div class="docs-empty" role="status">
      <p>{why}</p>
      <SeeOriginal document={document} />
    </div>
  );
}

function SeeOriginal({ document }: { document: Document }) {
  if (!hasOriginal(document)) return null;
  return (
    <button class="btn sm" type="button" onClick={() => setViewMode('original')}>
      <Icon name="eye" class="sm" />
      {words.value.viewer.none.seeOriginal}
    </button>
  );
}
