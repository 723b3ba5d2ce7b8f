// Passing a message on to another room one may write in: what goes along is said before it goes.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import '../styles/lists.css';
import type { Message, RoomSummary } from '../../src/protocol/models.ts';
import { Dialog } from '../components/dialog.tsx';
import { Alert, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { findByName } from '../lib/fuzzy.ts';
import { words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { plainLine } from '../lib/plain-text.ts';
import { go, roomPath } from '../lib/router.ts';
import { requireWire } from '../state/connection.ts';
import { rooms } from '../state/rooms.ts';
import { closeDialog } from '../state/ui.ts';

const FILTER_FROM = 6;
const LONGEST = 240;
const MOST_COMMENT_UNITS = 2_000;

export function ForwardDialog({ message }: { message: Message }) {
  const { forward: text } = moreWords.value;
  const { app } = words.value;
  const formId = useId();
  const chosen = useSignal<RoomSummary | undefined>(undefined);
  const comment = useSignal('');
  const isMissing = useSignal(false);
  const isDone = useSignal(false);
  const action = useAction();
  const all = (rooms.value ?? []).filter((room) => room.id !== message.roomId && room.role !== 'viewer');
  /** Made once, so that a second try never posts it twice. */
  const clientId = useSignal(`forward-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`).value;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const room = chosen.peek();
    isMissing.value = room === undefined;
    if (!room) return;
    const input = { roomId: room.id, clientId, text: comment.peek(), forwardOf: message.id };
    isDone.value = await action.run(() => requireWire().request('message:send', { ...input, assistant: 'skip' }));
  };
  if (isDone.value && chosen.value) return <Done room={chosen.value} />;
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {app.cancel}
      </button>
      <button class="btn primary" type="submit" form={formId} aria-disabled={action.isBusy || all.length === 0}>
        {text.send}
      </button>
    </>
  );
  return (
    <Dialog title={text.title} onClose={closeDialog} footer={footer} class="sheet">
      <form id={formId} class="stacked" noValidate onSubmit={submit}>
        <blockquote class="forwarded">
          <b>{message.author.name}</b>
          <p>{plainLine(message.text, LONGEST)}</p>
        </blockquote>
        <RoomChoice all={all} chosen={chosen.value} onChoose={(room) => (chosen.value = room)} />
        {isMissing.value && !chosen.value && <Alert>{text.choose}</Alert>}
        <div>
          <label class="lbl" for={`${formId}-comment`}>
            {text.comment}
          </label>
          <textarea
            id={`${formId}-comment`}
            class="area"
            rows={2}
            maxLength={MOST_COMMENT_UNITS}
            onInput={(event) => (comment.value = event.currentTarget.value)}
          />
        </div>
        <p class="help">{text.rights}</p>
        {action.error && <Alert>{action.error}</Alert>}
      </form>
    </Dialog>
  );
}

interface RoomChoiceProps {
  all: readonly RoomSummary[];
  chosen: RoomSummary | undefined;
  onChoose: (room: RoomSummary) => void;
}

function RoomChoice({ all, chosen, onChoose }: RoomChoiceProps) {
  const { forward: text } = moreWords.value;
  const wanted = useSignal('');
  if (all.length === 0) return <p>{text.noRoom}</p>;
  const shown = findByName(all, (room) => room.name, wanted.value);
  return (
    <fieldset>
      <legend class="lbl">{text.to}</legend>
      {all.length > FILTER_FROM && (
        <label class="field">
          <Icon name="search" class="sm" />
          <span class="sr">{text.filter}</span>
          <input
            type="text"
            autocomplete="off"
            placeholder={text.filter}
            onInput={(event) => (wanted.value = event.currentTarget.value)}
          />
        </label>
      )}
      <div class="room-choice">
        {shown.length === 0 && <p class="help">{text.noMatch}</p>}
        {shown.map((room) => (
          <label key={room.id}>
            <input type="radio" name="room" checked={chosen?.id === room.id} onChange={() => onChoose(room)} />
            <Icon name={room.kind === 'personal' ? 'person' : 'room'} />
            <span class="grow cut">{room.name}</span>
            <span class="meta">{room.kind === 'personal' ? text.only : text.people(room.memberCount)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Said where it was done; nobody is taken anywhere. */
function Done({ room }: { room: RoomSummary }) {
  const { forward: text } = moreWords.value;
  const footer = (
    <>
      <button class="btn quiet" type="button" onClick={closeDialog}>
        {words.value.app.close}
      </button>
      <button
        class="btn primary"
        type="button"
        onClick={() => {
          closeDialog();
          go(roomPath(room.id));
        }}
      >
        {text.open}
      </button>
    </>
  );
  return (
    <Dialog title={text.title} onClose={closeDialog} footer={footer}>
      <p role="status" class="done">
        <Icon name="check" />
        {text.done(room.name)}
      </p>
    </Dialog>
  );
}
