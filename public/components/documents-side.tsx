// What stands beside the conversation of documents: their list, an open page, or both. Loaded on first use.
import { openedPage } from '../lib/router.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePage } from '../state/pages.ts';
import { panel } from '../state/ui.ts';
import { lazy } from './lazy.tsx';

const DocumentsPanel = lazy(
  async () => (await import('../views/documents-panel.tsx')).DocumentsPanel,
  () => {
    panel.value = undefined;
    closePage();
  },
);

/** @param room absent beside the library */
export function DocumentsSide({ room }: { room?: OpenRoom }) {
  const isListOpen = room !== undefined && panel.value === 'documents';
  if (!isListOpen && !openedPage.value) return null;
  return <DocumentsPanel room={room} />;
}
