// What the reader wants to hear of a room, on the server; and what this device tells, on the device.
import { useSignal } from '@preact/signals';
import { NOTIFY_LEVELS } from '../../src/protocol/names.ts';
import { DeviceNotifications } from '../components/device-notifications.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Alert } from '../components/field.tsx';
import { call } from '../lib/api.ts';
import { moreWords } from '../lib/more-words.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { noteNotify, rooms } from '../state/rooms.ts';
import { describeError } from '../state/sentences.ts';
import { closeDialog } from '../state/ui.ts';

export function NotifyDialog({ room }: { room: OpenRoom }) {
  const { notify: text } = moreWords.value;
  const failure = useSignal<unknown>(undefined);
  const now = rooms.value?.find((one) => one.id === room.id)?.notify;
  const choose = async (notify: (typeof NOTIFY_LEVELS)[number]) => {
    try {
      await call('setNotify', { params: { roomId: room.id }, body: { notify } });
      noteNotify({ roomId: room.id, notify });
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  return (
    <Dialog title={text.title} onClose={closeDialog} class="sheet">
      <div class="stacked">
        {now !== undefined && (
          <fieldset class="options">
            <legend class="lbl">{text.roomTitle(room.room.value?.name ?? '')}</legend>
            {NOTIFY_LEVELS.map((level) => {
              const [name, help] = text.levels[level];
              return (
                <label key={level} class="opt">
                  <input type="radio" name="notify" checked={now === level} onChange={() => choose(level)} />
                  <b>{name}</b>
                  <span>{help}</span>
                </label>
              );
            })}
          </fieldset>
        )}
        {failure.value !== undefined && <Alert>{describeError(failure.value)}</Alert>}
        <DeviceNotifications />
      </div>
    </Dialog>
  );
}
