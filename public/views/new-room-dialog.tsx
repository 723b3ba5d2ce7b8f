// A new room: its name, and what it is about.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { MAX_NAME_UNITS } from '../../src/protocol/names.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, Field, fieldText, useAction } from '../components/field.tsx';
import { words } from '../lib/i18n.ts';
import { go, roomPath } from '../lib/router.ts';
import { createGroupRoom } from '../state/rooms.ts';
import { closeDialog } from '../state/ui.ts';

export const MAX_BRIEF_UNITS = 4_000;

export function NewRoomDialog() {
  const { newRoom, app } = words.value;
  const formId = useId();
  const briefId = useId();
  const action = useAction();
  const nameError = useSignal<string | undefined>(undefined);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = fieldText(form, 'name');
    nameError.value = name ? undefined : newRoom.nameEmpty;
    if (!name) return;
    await action.run(async () => {
      const roomId = await createGroupRoom(name, fieldText(form, 'brief') || undefined);
      closeDialog();
      go(roomPath(roomId));
    });
  };
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn primary" type="submit" form={formId} aria-disabled={action.isBusy}>
        {newRoom.create}
      </button>
    </>
  );
  return (
    <Dialog title={newRoom.title} onClose={closeDialog} footer={footer}>
      <form id={formId} class="stacked" noValidate onSubmit={submit}>
        <Field
          label={newRoom.name}
          name="name"
          placeholder={newRoom.namePlaceholder}
          maxLength={MAX_NAME_UNITS}
          error={nameError.value}
          autoFocus
        />
        <div>
          <label class="lbl" for={briefId}>
            {newRoom.brief}
          </label>
          <textarea id={briefId} name="brief" class="area" rows={3} maxLength={MAX_BRIEF_UNITS} />
          <p class="help">{newRoom.briefHelp}</p>
        </div>
        {action.error && <Alert>{action.error}</Alert>}
      </form>
    </Dialog>
  );
}
