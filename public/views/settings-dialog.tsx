// Room settings: name, what it is about, when the assistant answers (as sentences to read), language, zone; archive and delete.
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { RoomSummary } from '../../src/protocol/models.ts';
import {
  LANGUAGES,
  type Language,
  MAX_NAME_UNITS,
  MEMORY_MODES,
  type MemoryMode,
  TRIGGERS,
  type Trigger,
} from '../../src/protocol/names.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, Field, fieldText, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { moreWords } from '../lib/more-words.ts';
import { goHome } from '../state/app.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { loadRooms, noteRoomRemoved, rooms } from '../state/rooms.ts';
import { me } from '../state/session.ts';
import { closeDialog } from '../state/ui.ts';
import { MAX_BRIEF_UNITS } from './new-room-dialog.tsx';

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', id: 'Bahasa Indonesia' };

export function SettingsDialog({ room, focus }: { room: OpenRoom; focus?: 'brief' | 'trigger' | undefined }) {
  const isDeleting = useSignal(false);
  if (!room.room.value) return null;
  if (isDeleting.value) {
    return (
      <DeleteRoom
        room={room}
        onCancel={() => {
          isDeleting.value = false;
        }}
      />
    );
  }
  return (
    <Settings
      room={room}
      focus={focus}
      onDelete={() => {
        isDeleting.value = true;
      }}
    />
  );
}

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

interface SettingsProps {
  room: OpenRoom;
  focus: 'brief' | 'trigger' | undefined;
  onDelete: () => void;
}

function Settings({ room, focus, onDelete }: SettingsProps) {
  const { settings } = moreWords.value;
  const { app, newRoom } = words.value;
  // As it was when the dialog opened: changes of others do not move what one is filling in.
  const details = useRef(room.room.peek()).current;
  const formId = useId();
  const briefId = useId();
  const languageId = useId();
  const zonesId = useId();
  const brief = useRef<HTMLTextAreaElement>(null);
  const action = useAction();
  const errors = useSignal<{ name?: string; timeZone?: string }>({});
  const isLead = room.role.value === 'lead';
  const canChange = isLead && !details?.archivedAt;
  useEffect(() => {
    if (focus === 'brief') brief.current?.focus();
    else if (focus === 'trigger') document.querySelector<HTMLElement>('.dialog .options input:checked')?.focus();
  }, [focus]);
  if (!details) return null;

  const change = (
    body: Partial<Pick<RoomSummary, 'name' | 'brief' | 'language' | 'timeZone' | 'assistant' | 'memory'>>,
  ) => call('updateRoom', { params: { roomId: room.id }, body });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = fieldText(form, 'name');
    const timeZone = fieldText(form, 'timeZone');
    errors.value = {
      ...(name ? {} : { name: newRoom.nameEmpty }),
      ...(isTimeZone(timeZone) ? {} : { timeZone: settings.timeZoneInvalid }),
    };
    if (errors.value.name || errors.value.timeZone) return;
    const trigger = fieldText(form, 'trigger') as Trigger;
    const isSaved = await action.run(() =>
      change({
        name,
        timeZone,
        brief: fieldText(form, 'brief'),
        language: fieldText(form, 'language') as Language,
        assistant: { trigger },
        memory: { mode: fieldText(form, 'memory') as MemoryMode },
      }),
    );
    if (isSaved) closeDialog();
  };
  const archive = (archived: boolean) =>
    action.run(async () => {
      await call('updateRoom', { params: { roomId: room.id }, body: { archived } });
      closeDialog();
    });
  const footer = canChange ? (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn primary" type="submit" form={formId} aria-disabled={action.isBusy}>
        {settings.saveForEveryone}
      </button>
    </>
  ) : undefined;
  return (
    <Dialog title={settings.title} onClose={closeDialog} footer={footer} class="wide">
      <form id={formId} class="stacked" noValidate onSubmit={submit}>
        {!isLead && <p class="help">{settings.readOnly}</p>}
        <fieldset class="stacked" disabled={!canChange}>
          <Field
            label={settings.name}
            name="name"
            value={details.name}
            maxLength={MAX_NAME_UNITS}
            error={errors.value.name}
          />
          <div>
            <label class="lbl" for={briefId}>
              {settings.brief}
            </label>
            <textarea
              ref={brief}
              id={briefId}
              name="brief"
              class="area"
              rows={4}
              maxLength={MAX_BRIEF_UNITS}
              defaultValue={details.brief}
            />
            <p class="help">{settings.briefHelp}</p>
          </div>
          <fieldset class="options">
            <legend class="lbl">{settings.triggerTitle}</legend>
            {TRIGGERS.map((trigger) => (
              <label key={trigger} class="opt">
                <input
                  type="radio"
                  name="trigger"
                  value={trigger}
                  defaultChecked={details.assistant.trigger === trigger}
                />
                <b>{settings.trigger[trigger][0]}</b>
                <span>{settings.trigger[trigger][1]}</span>
              </label>
            ))}
          </fieldset>
          <fieldset class="options">
            <legend class="lbl">{memoryWords.value.settings.memoryTitle}</legend>
            {MEMORY_MODES.map((mode) => (
              <label key={mode} class="opt">
                <input type="radio" name="memory" value={mode} defaultChecked={details.memory.mode === mode} />
                <b>{memoryWords.value.settings.memory[mode][0]}</b>
                <span>{memoryWords.value.settings.memory[mode][1]}</span>
              </label>
            ))}
          </fieldset>
          <div class="pair">
            <div>
              <label class="lbl" for={languageId}>
                {settings.language}
              </label>
              <div class="field">
                <select id={languageId} name="language">
                  {LANGUAGES.map((code) => (
                    <option key={code} value={code} selected={details.language === code}>
                      {LANGUAGE_NAMES[code]}
                    </option>
                  ))}
                </select>
              </div>
              <p class="help">{settings.languageHelp}</p>
            </div>
            <Field
              label={settings.timeZone}
              name="timeZone"
              value={details.timeZone}
              list={zonesId}
              help={settings.timeZoneHelp}
              error={errors.value.timeZone}
            />
            <datalist id={zonesId}>
              {Intl.supportedValuesOf('timeZone').map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </div>
        </fieldset>
        {action.error && <Alert>{action.error}</Alert>}
      </form>
      {details.kind === 'group' && <PersonalMemory room={room} />}
      <ul class="acts-list">
        {isLead && (
          <ActionRow
            text={details.archivedAt ? undefined : settings.archiveText}
            label={details.archivedAt ? settings.bringBack : settings.archive}
            icon="archive"
            onClick={() => archive(!details.archivedAt)}
          />
        )}
        {details.kind === 'group' && <LeaveRow room={room} action={action} />}
        {isLead && (
          <ActionRow text={settings.deleteText} label={settings.delete} icon="remove" danger onClick={onDelete} />
        )}
      </ul>
    </Dialog>
  );
}

/** One's own choice, saved at once; whoever reads the room sees what comes of it. */
function PersonalMemory({ room }: { room: OpenRoom }) {
  const { settings } = memoryWords.value;
  const action = useAction();
  const helpId = useId();
  const summary = rooms.value?.find(({ id }) => id === room.id);
  const chosen = useSignal<boolean | undefined>(undefined);
  if (!summary) return null;
  const set = async (allowed: boolean) => {
    chosen.value = allowed;
    const isSaved = await action.run(async () => {
      await call('setPersonalMemory', { params: { roomId: room.id }, body: { allowed } });
      await loadRooms();
    });
    if (!isSaved) chosen.value = !allowed;
  };
  return (
    <div class="check-row">
      <label class="check">
        <input
          type="checkbox"
          checked={chosen.value ?? summary.personalMemory}
          aria-describedby={helpId}
          onChange={(event) => void set(event.currentTarget.checked)}
        />
        {settings.personalMemory}
      </label>
      <p class="help" id={helpId}>
        {settings.personalMemoryHelp}
      </p>
      {action.error && <Alert>{action.error}</Alert>}
    </div>
  );
}

interface ActionRowProps {
  text: string | undefined;
  label: string;
  icon: 'archive' | 'remove' | 'signOut';
  danger?: boolean;
  onClick: () => void;
}

function ActionRow({ text, label, icon, danger, onClick }: ActionRowProps) {
  return (
    <li>
      <span class="grow help">{text}</span>
      <button class={danger ? 'btn danger' : 'btn'} type="button" onClick={onClick}>
        <Icon name={icon} />
        {label}
      </button>
    </li>
  );
}

function LeaveRow({ room, action }: { room: OpenRoom; action: ReturnType<typeof useAction> }) {
  const { settings } = moreWords.value;
  const isSure = useSignal(false);
  const leave = () => {
    if (!isSure.value) {
      isSure.value = true;
      return;
    }
    void action.run(async () => {
      await call('removeMember', { params: { roomId: room.id, userId: me.peek()?.id ?? '' } });
      noteRoomRemoved(room.id);
      closeDialog();
      goHome();
    });
  };
  return (
    <ActionRow
      text={settings.leaveText}
      label={isSure.value ? moreWords.value.members.leaveTitle : settings.leave}
      icon="signOut"
      danger={isSure.value}
      onClick={leave}
    />
  );
}

function DeleteRoom({ room, onCancel }: { room: OpenRoom; onCancel: () => void }) {
  const { settings } = moreWords.value;
  const { app } = words.value;
  const formId = useId();
  const action = useAction();
  const mismatch = useSignal<string | undefined>(undefined);
  const name = room.room.value?.name ?? '';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const isSame = fieldText(event.currentTarget as HTMLFormElement, 'confirmation') === name;
    mismatch.value = isSame ? undefined : settings.deleteMismatch;
    if (!isSame) return;
    await action.run(async () => {
      await call('deleteRoom', { params: { roomId: room.id } });
      noteRoomRemoved(room.id);
      closeDialog();
      goHome();
    });
  };
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={onCancel}>
        {app.cancel}
      </button>
      <button class="btn danger solid" type="submit" form={formId} aria-disabled={action.isBusy}>
        {settings.deleteConfirm}
      </button>
    </>
  );
  return (
    <Dialog title={settings.deleteTitle(name)} onClose={onCancel} footer={footer}>
      <form id={formId} class="stacked" noValidate onSubmit={submit}>
        <p>{settings.deleteText}</p>
        <Field label={settings.deleteType(name)} name="confirmation" error={mismatch.value} autoFocus />
        {action.error && <Alert>{action.error}</Alert>}
      </form>
    </Dialog>
  );
}
