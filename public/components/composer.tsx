// Where messages are written: one field, who answers, mentions inside it. Typing waits for nothing: the field is the browser's own.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MAX_MESSAGE_UNITS, type Trigger } from '../../src/protocol/names.ts';
import { pastedFiles } from '../lib/dropped-files.ts';
import { formatNumber, formatTime, words } from '../lib/i18n.ts';
import { requireWire } from '../state/connection.ts';
import { drafts, keepDraft } from '../state/drafts.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { type Draft, send } from '../state/outbox.ts';
import { takeReferences } from '../state/references.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { composerMode } from '../state/ui.ts';
import { MOST_PER_MESSAGE, takeAttached } from '../state/uploads.ts';
import { type Addressee, AddresseeChoice, expectedAddressee, mentionsAssistant } from './addressee.tsx';
import { AttachButton } from './attach.tsx';
import { ComposerStrip } from './composer-strip.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { Icon } from './icon.tsx';
import { MentionList, useMentionCompletion } from './mention-list.tsx';
import { UploadList } from './upload-list.tsx';
import { useAttachments } from './use-attachments.ts';
import { useTyping } from './use-typing.ts';

/** The counter appears when this much room is left. */
const COUNT_FROM = MAX_MESSAGE_UNITS - 2_000;

/**
 * Who was chosen to answer in each room. It stays for the messages after it, so that a follow-up is not left unanswered;
 * naming the assistant is stronger than what was chosen for an earlier message.
 */
const choices = new Map<string, Addressee>();

interface ComposerProps {
  room: OpenRoom;
  /** The reader's own message brings them back to the end. */
  onSent: () => void;
}

export function Composer({ room, onSent }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useRef<HTMLFormElement>(null);
  /** 0 while there is plenty of room, so that typing draws nothing again. */
  const length = useSignal(0);
  const isEmpty = useSignal(true);
  const namesAssistant = useSignal(false);
  const chosen = useSignal<Addressee | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const mode = composerMode.value;
  const { composer } = words.value;
  const trigger = room.room.value?.assistant.trigger ?? 'mention';
  const isPersonal = room.room.value?.kind === 'personal';
  const typing = useTyping(room);
  const completion = useMentionCompletion(room, field);
  const offersChoice = trigger !== 'off' && !(isPersonal && trigger === 'always');
  const kept = namesAssistant.value ? undefined : keptChoice(room.id, trigger);
  const wish = offersChoice ? (chosen.value ?? kept) : undefined;
  const isTooLong = length.value > MAX_MESSAGE_UNITS;
  const files = useAttachments(room);
  const hasFiles = mode.kind !== 'edit' && files.arrived > 0;
  const waitsForFiles = mode.kind !== 'edit' && files.onTheirWay > 0;
  const cannotSend = isTooLong || waitsForFiles || (isEmpty.value && !hasFiles);

  const noticeText = () => {
    const text = field.current?.value ?? '';
    if (field.current) fitHeight(field.current);
    length.value = text.length > COUNT_FROM ? text.length : 0;
    isEmpty.value = text.trim() === '';
    namesAssistant.value = text.includes('@') && mentionsAssistant(text);
    if (composerMode.peek().kind !== 'edit') keepDraft(room.id, text);
    completion.update();
  };
  const setText = (text: string) => {
    if (!field.current) return;
    field.current.value = text;
    field.current.setSelectionRange(text.length, text.length);
    noticeText();
  };

  // Another room: its own draft comes back, and nothing of the old one stays.
  useLayoutEffect(() => {
    setText(drafts.peek().get(room.id) ?? '');
    chosen.value = undefined;
    if (matchMedia('(hover: hover) and (min-width: 761px)').matches) field.current?.focus({ preventScroll: true });
    return () => {
      composerMode.value = { kind: 'write' };
    };
  }, [room]);
  // Written in another page of the app: here the field still holds what was known before, or nothing.
  useSignalEffect(() => {
    const text = drafts.value.get(room.id) ?? '';
    const now = field.current?.value ?? '';
    if (now === text || (text === '' && now.trim() === '') || composerMode.peek().kind === 'edit') return;
    setText(text);
  });
  // Before the next key, which belongs to it.
  useLayoutEffect(() => {
    failure.value = undefined;
    if (mode.kind === 'edit') setText(mode.message.text);
  }, [mode]);

  const insert = (text: string) => {
    const element = field.current;
    if (!element) return;
    element.focus();
    element.setRangeText(text, element.selectionStart, element.selectionEnd, 'end');
    noticeText();
  };
  const finish = (keepText = false) => {
    // What was being written before an edit comes back after it.
    if (mode.kind === 'edit') setText(drafts.peek().get(room.id) ?? '');
    else if (!keepText) setText('');
    composerMode.value = { kind: 'write' };
    chosen.value = undefined;
    typing.stop();
  };
  const cancel = () => {
    finish(mode.kind === 'reply');
    field.current?.focus();
  };
  const saveEdit = async (messageId: string, text: string) => {
    try {
      await requireWire().request('message:edit', { messageId, text });
      finish();
    } catch (error) {
      failure.value = error;
    }
  };
  const submit = () => {
    const text = field.current?.value ?? '';
    const isEmptyNow = text.trim() === '' && !(mode.kind !== 'edit' && files.arrived > 0);
    if (isEmptyNow || waitsForFiles || text.length > MAX_MESSAGE_UNITS) return;
    if (mode.kind === 'edit') {
      if (text === mode.message.text) cancel();
      else void saveEdit(mode.message.id, text);
      return;
    }
    const draft: Draft = { text, assistant: wish ? WISHES[wish] : 'room' };
    if (mode.kind === 'reply') draft.replyToId = mode.message.id;
    if (hasFiles) draft.documents = takeDocuments(room.id);
    send(room.id, draft);
    finish();
    onSent();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || completion.handleKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !isTouch()) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && mode.kind !== 'write') {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    } else if (event.key === 'ArrowUp' && !event.altKey && field.current?.value === '' && mode.kind === 'write') {
      const own = room.window.peek().messages.findLast((message) => isOwnText(message));
      if (!own) return;
      event.preventDefault();
      composerMode.value = { kind: 'edit', message: own };
    }
  };

  return (
    <form
      ref={form}
      aria-label={composer.label}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field.current?.focus();
      }}
    >
      <ComposerStrip mode={mode} onCancel={cancel} />
      <MentionList completion={completion} />
      {failure.value !== undefined && (
        <p class="undelivered" role="alert">
          <Icon name="warn" class="sm" />
          <span>
            {composer.editFailed} {describeError(failure.value)}
          </span>
        </p>
      )}
      {mode.kind !== 'edit' && <UploadList uploads={files.uploads} references={files.references} />}
      {waitsForFiles && (
        <p id="composer-files" class="files-note">
          {words.value.upload.wait(files.onTheirWay)}
        </p>
      )}
      <label class="sr" for="composer">
        {composer.field(room.room.value?.name ?? '')}
      </label>
      <textarea
        id="composer"
        ref={field}
        rows={1}
        enterkeyhint={isTouch() ? 'enter' : 'send'}
        placeholder={isPersonal ? composer.placeholderPersonal : composer.placeholder}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={completion.isOpen ? 'mentions' : undefined}
        aria-activedescendant={completion.isOpen ? completion.activeId : undefined}
        aria-describedby={length.value > 0 ? 'composer-length' : undefined}
        aria-invalid={isTooLong ? 'true' : undefined}
        onInput={() => {
          noticeText();
          typing.notice(field.current?.value !== '');
        }}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const pasted = pastedFiles(event.clipboardData, () => words.peek().upload.pasted(formatTime(Date.now())));
          if (pasted.length === 0 || mode.kind === 'edit') return;
          event.preventDefault();
          files.add(pasted);
        }}
        onClick={completion.update}
        onBlur={typing.stop}
      />
      <div class="ctl">
        {mode.kind !== 'edit' && <AttachButton onFiles={files.add} />}
        <button
          class="btn quiet icon"
          type="button"
          aria-label={composer.mention}
          title={composer.mention}
          onClick={completion.begin}
        >
          <Icon name="at" />
        </button>
        <EmojiButton onChoose={insert} />
        <span class="grow" />
        {length.value > 0 && (
          <span id="composer-length" class={isTooLong ? 'length bad' : 'length'} role={isTooLong ? 'alert' : undefined}>
            {isTooLong
              ? composer.tooLong(formatNumber(length.value - MAX_MESSAGE_UNITS))
              : composer.length(formatNumber(length.value), formatNumber(MAX_MESSAGE_UNITS))}
          </span>
        )}
        {mode.kind !== 'edit' && offersChoice && (
          <AddresseeChoice
            trigger={trigger}
            value={wish ?? expectedAddressee(trigger, namesAssistant.value)}
            onChoose={(next) => {
              chosen.value = next;
              choices.set(room.id, next);
            }}
            onDone={() => field.current?.focus()}
          />
        )}
        <button
          class="btn primary send"
          type="submit"
          aria-label={mode.kind === 'edit' ? composer.saveEdit : composer.send}
          aria-disabled={cannotSend}
          aria-describedby={waitsForFiles ? 'composer-files' : undefined}
        >
          <Icon name={mode.kind === 'edit' ? 'check' : 'arrowUp'} class="sm" />
          <span>{mode.kind === 'edit' ? composer.saveEdit : composer.send}</span>
        </button>
      </div>
    </form>
  );
}

/** The choice for the message before, where the room still offers it. */
function keptChoice(roomId: string, trigger: Trigger): Addressee | undefined {
  const choice = choices.get(roomId);
  return choice === 'decides' && trigger !== 'auto' ? undefined : choice;
}

/** What was uploaded for this message and what was lying there, each once. */
function takeDocuments(roomId: string): { id: string; name: string }[] {
  const arrived = takeAttached(roomId);
  const referred = takeReferences(roomId, MOST_PER_MESSAGE - arrived.length).map(({ id, name }) => ({ id, name }));
  return [...new Map([...arrived, ...referred].map((one) => [one.id, one])).values()];
}

const WISHES = { people: 'skip', ask: 'ask', decides: 'room' } as const;

/** Keys of a screen: Enter makes a new line there, because Shift is far away. */
const isTouch = () => matchMedia('(hover: none) and (pointer: coarse)').matches;

function isOwnText(message: { author: { kind: string; id: string }; status: string }): boolean {
  return message.author.kind === 'person' && message.author.id === me.peek()?.id && message.status === 'sent';
}

function fitHeight(field: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
