// Asks before a message disappears for everybody.
import type { Message } from '../../src/protocol/models.ts';
import { Dialog } from '../components/dialog.tsx';
import { words } from '../lib/i18n.ts';
import { deleteMessage } from '../state/message-actions.ts';
import { closeDialog } from '../state/ui.ts';

export function DeleteMessageDialog({ message }: { message: Message }) {
  const { actions, app } = words.value;
  const isAnswer = message.author.kind === 'assistant';
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button
        class="btn danger solid"
        type="button"
        onClick={() => {
          closeDialog();
          void deleteMessage(message);
        }}
      >
        {actions.delete}
      </button>
    </>
  );
  return (
    <Dialog title={isAnswer ? actions.deleteAnswerTitle : actions.deleteTitle} onClose={closeDialog} footer={footer}>
      <p>{actions.deleteText}</p>
    </Dialog>
  );
}
