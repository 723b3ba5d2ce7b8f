// Asks before something is forgotten for good, and says what that means.
import type { Memory } from '../../src/protocol/memory-models.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, useAction } from '../components/field.tsx';
import { words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { forgetMemory } from '../state/memories.ts';
import { closeDialog } from '../state/ui.ts';

export function ForgetMemoryDialog({ memory }: { memory: Memory }) {
  const { memory: text } = memoryWords.value;
  const { app } = words.value;
  const action = useAction();
  const forget = () =>
    action.run(async () => {
      await forgetMemory(memory);
      closeDialog();
    });
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn danger solid" type="button" aria-disabled={action.isBusy} onClick={forget}>
        {text.forget}
      </button>
    </>
  );
  return (
    <Dialog title={text.forgetTitle} onClose={closeDialog} footer={footer}>
      <p class="quoted-fact">{memory.text}</p>
      <p>{text.forgetText}</p>
      {action.error && <Alert>{action.error}</Alert>}
    </Dialog>
  );
}
