// Beside the conversation: the documents of the room and of the library, and the page that is open.
import { useEffect, useRef } from 'preact/hooks';
import '../styles/documents.css';
import { DocumentSections } from '../components/document-list.tsx';
import { Icon } from '../components/icon.tsx';
import { formatNumber, words } from '../lib/i18n.ts';
import { usePhone, useWide } from '../lib/media.ts';
import { openedPage } from '../lib/router.ts';
import { LIBRARY, shelfOf } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { panel } from '../state/ui.ts';
import { DocumentViewer } from './document-viewer.tsx';
import { ViewerSheet } from './viewer-sheet.tsx';

export function DocumentsPanel({ room }: { room?: OpenRoom | undefined }) {
  const isPhone = usePhone();
  const isWide = useWide();
  const page = openedPage.value;
  const isListOpen = room !== undefined && panel.value === 'documents';
  const isListShown = isListOpen && (isWide || isPhone || !page);
  const isPageInPanel = page !== undefined && !isPhone;
  return (
    <>
      {(isListShown || isPageInPanel) && (
        <aside
          class={isListShown && isPageInPanel ? 'panel documents both' : 'panel documents'}
          id="documents"
          aria-label={words.value.documents.title}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || event.defaultPrevented || page) return;
            event.stopPropagation();
            closeList();
          }}
        >
          {isListShown && room && <ListPart room={room} />}
          {isPageInPanel && <DocumentViewer page={page} room={room} canOpenList={room !== undefined && !isListShown} />}
        </aside>
      )}
      {page && isPhone && <ViewerSheet page={page} room={room} />}
    </>
  );
}

function closeList(): void {
  panel.value = undefined;
  document.getElementById('composer')?.focus({ preventScroll: true });
}

function ListPart({ room }: { room: OpenRoom }) {
  const { documents, app } = words.value;
  const head = useRef<HTMLHeadingElement>(null);
  const count = shelfOf(room.id).items.value?.length;
  useEffect(() => {
    shelfOf(room.id).loadOnce();
    shelfOf(LIBRARY).loadOnce();
  }, [room]);
  // The keyboard goes on where it has opened something.
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  const canWrite = room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;
  return (
    <>
      <header class="panel-head">
        <h2 ref={head} class="grow" tabIndex={-1}>
          {documents.title}
          {count !== undefined && count > 0 && <span class="meta num"> {formatNumber(count)}</span>}
        </h2>
        <button class="btn quiet icon" type="button" aria-label={app.close} onClick={closeList}>
          <Icon name="close" />
        </button>
      </header>
      <DocumentSections room={room} canWrite={canWrite} />
    </>
  );
}
