// The page of documents: the library that every room of the organisation may use.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../styles/documents.css';
import { DOCUMENT_KINDS, type DocumentKind } from '../../src/protocol/names.ts';
import { DropTarget } from '../components/attach.tsx';
import { DocumentFilter, DocumentRows, DropZone } from '../components/document-list.tsx';
import { OfflineBanner } from '../components/offline-banner.tsx';
import { PageHead } from '../components/page-head.tsx';
import { words } from '../lib/i18n.ts';
import { LIBRARY, shelfOf } from '../state/documents.ts';
import { addFiles, likelyDetails, loadUploadRules } from '../state/uploads.ts';

export function LibraryView() {
  const { documents, upload } = words.value;
  const shelf = shelfOf(LIBRARY);
  const wanted = useSignal('');
  const kind = useSignal<DocumentKind | undefined>(undefined);
  const items = shelf.items.value;
  useEffect(() => {
    shelf.loadOnce();
    void loadUploadRules();
  }, [shelf]);
  const add = (files: File[]) => {
    const details = likelyDetails(LIBRARY, true);
    addFiles(LIBRARY, files, kind.peek() ? { ...details, kind: kind.peek() ?? details.kind } : details, false);
  };
  return (
    <main class="room library">
      <PageHead title={documents.libraryTitle} sub={documents.librarySub} />
      <OfflineBanner />
      <div class="scroll library-list">
        <div class="library-inner">
          <DropZone onFiles={add} />
          {(items?.length ?? 0) > 0 && (
            <div class="library-tools">
              <DocumentFilter value={wanted} />
              <KindChoice value={kind.value} onChoose={(next) => (kind.value = next)} />
            </div>
          )}
          <DocumentRows shelf={shelf} wanted={wanted.value} kind={kind.value} canWrite />
        </div>
      </div>
      <DropTarget title={upload.dropLibrary} text={upload.dropLibraryText} onFiles={add} />
    </main>
  );
}

interface KindChoiceProps {
  value: DocumentKind | undefined;
  onChoose: (kind: DocumentKind | undefined) => void;
}

function KindChoice({ value, onChoose }: KindChoiceProps) {
  const { documents } = words.value;
  return (
    <fieldset class="seg">
      <legend class="sr">{documents.kind}</legend>
      {[undefined, ...DOCUMENT_KINDS].map((kind) => (
        <label key={kind ?? 'all'}>
          <input type="radio" name="kind" checked={value === kind} onChange={() => onChoose(kind)} />
          <span>{kind ? documents.kinds[kind] : documents.allKinds}</span>
        </label>
      ))}
    </fieldset>
  );
}
