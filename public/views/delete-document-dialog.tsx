// Asks before a document disappears for everybody.
import type { Document } from '../../src/protocol/document-models.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, useAction } from '../components/field.tsx';
import { words } from '../lib/i18n.ts';
import { deleteDocument } from '../state/documents.ts';
import { closeDialog } from '../state/ui.ts';

export function DeleteDocumentDialog({ document }: { document: Document }) {
  const { documents, app } = words.value;
  const action = useAction();
  const remove = () =>
    action.run(async () => {
      await deleteDocument(document);
      closeDialog();
    });
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn danger solid" type="button" aria-disabled={action.isBusy} onClick={remove}>
        {documents.delete}
      </button>
    </>
  );
  return (
    <Dialog title={documents.deleteTitle(document.name)} onClose={closeDialog} footer={footer}>
      <p>{document.roomId ? documents.deleteText : documents.deleteLibraryText}</p>
      {action.error && <Alert>{action.error}</Alert>}
    </Dialog>
  );
}
