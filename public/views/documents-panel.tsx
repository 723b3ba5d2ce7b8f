// Beside the conversation: the documents of the room and of the library, and the page that is open.
import { useEffect } from 'preact/hooks';
import '../styles/documents.css';
import { DocumentSections } from '../components/document-list.tsx';
import { PanelTabs } from '../components/panel-frame.tsx';
import { words } from '../lib/i18n.ts';
import { usePhone, useWide } from '../lib/media.ts';
import { openedPage } from '../lib/router.ts';
import { LIBRARY, shelfOf } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePanel } from '../state/panels.ts';
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
            closePanel();
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

function ListPart({ room }: { room: OpenRoom }) {
  useEffect(() => {
    shelfOf(room.id).loadOnce();
    shelfOf(LIBRARY).loadOnce();
  }, [room]);
  const canWrite = room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;
  return (
    <>
      <PanelTabs room={room} tab="documents" />
      <div class="tab-body" role="tabpanel" id="tab-of-documents" aria-labelledby="tab-documents">
        <DocumentSections room={room} canWrite={canWrite} />
      </div>
    </>
  );
}
