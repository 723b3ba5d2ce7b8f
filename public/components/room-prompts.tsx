// Questions that fit the room: those its leads wrote, which they change here, and those that follow what lies and was said there.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MAX_PROMPT_UNITS, MAX_ROOM_PROMPTS } from '../../src/protocol/names.ts';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { type Prompt, suggestPrompts } from '../state/prompts.ts';
import { refer, writeInto } from '../state/references.ts';
import { isWide, panel } from '../state/ui.ts';
import { Alert, useAction } from './field.tsx';
import { Icon } from './icon.tsx';

const ADDING = Symbol('adding');

export function RoomPrompts({ room }: { room: OpenRoom }) {
  const { tools: text } = moreWords.value;
  const action = useAction();
  const writing = useSignal<string | typeof ADDING | undefined>(undefined);
  const removed = useSignal<{ text: string; place: number } | undefined>(undefined);
  const section = useRef<HTMLElement>(null);
  const own = room.room.value?.prompts ?? [];
  const mayWrite = room.role.value === 'lead';
  const back = () => section.current?.querySelector<HTMLElement>('h3')?.focus({ preventScroll: true });

  /** From the list as it is at this moment: another lead may have changed it. */
  const change = async (make: (list: readonly string[]) => readonly string[]): Promise<boolean> => {
    const prompts = [...make(room.room.peek()?.prompts ?? [])];
    const isDone = await action.run(async () => {
      const after = await call('updateRoom', { params: { roomId: room.id }, body: { prompts } });
      // The next change goes on from here, also when it is quicker than the fact.
      if ((room.room.peek()?.lastSeq ?? 0) < after.lastSeq) room.room.value = after;
    });
    if (isDone) removed.value = undefined;
    return isDone;
  };
  const save = async (before: string | undefined, after: string) => {
    const isDone = await change((list) =>
      before !== undefined && list.includes(before)
        ? list.map((one) => (one === before ? after : one))
        : [...list, after],
    );
    if (!isDone) return;
    writing.value = undefined;
    back();
  };
  const remove = async (prompt: string) => {
    const place = own.indexOf(prompt);
    if (await change((list) => list.filter((one) => one !== prompt))) removed.value = { text: prompt, place };
  };
  const undo = async ({ text: prompt, place }: { text: string; place: number }) => {
    if (await change((list) => list.toSpliced(place, 0, prompt))) back();
  };

  return (
    <section ref={section}>
      <h3 tabIndex={-1}>
        <Icon name="ask" class="sm" />
        {text.prompts}
      </h3>
      <ul class="prompts">
        {own.map((prompt) =>
          writing.value === prompt ? (
            <li key={prompt}>
              <PromptForm
                text={prompt}
                onSave={(after) => save(prompt, after)}
                onCancel={() => {
                  writing.value = undefined;
                  back();
                }}
              />
            </li>
          ) : (
            <li key={prompt}>
              <button class="ask" type="button" onClick={() => take(room, { text: prompt, documents: [] })}>
                {prompt}
              </button>
              {mayWrite && (
                <>
                  <button
                    class="btn quiet icon sm"
                    type="button"
                    aria-label={text.promptEdit(prompt)}
                    title={text.promptEdit(prompt)}
                    onClick={() => {
                      writing.value = prompt;
                    }}
                  >
                    <Icon name="edit" class="sm" />
                  </button>
                  <button
                    class="btn quiet icon sm"
                    type="button"
                    aria-label={text.promptRemove(prompt)}
                    title={text.promptRemove(prompt)}
                    onClick={() => remove(prompt)}
                  >
                    <Icon name="remove" class="sm" />
                  </button>
                </>
              )}
            </li>
          ),
        )}
        {removed.value && <Removed onUndo={() => removed.value && undo(removed.value)} />}
        {suggestPrompts(room)
          .filter((prompt) => !own.includes(prompt.text))
          .map((prompt) => (
            <li key={prompt.text}>
              <button class="ask" type="button" onClick={() => take(room, prompt)}>
                {prompt.text}
              </button>
            </li>
          ))}
      </ul>
      {action.error && <Alert>{action.error}</Alert>}
      {writing.value === ADDING && (
        <PromptForm
          text=""
          onSave={(after) => save(undefined, after)}
          onCancel={() => {
            writing.value = undefined;
            back();
          }}
        />
      )}
      {mayWrite && writing.value !== ADDING && own.length < MAX_ROOM_PROMPTS && (
        <button
          class="btn sm"
          type="button"
          onClick={() => {
            writing.value = ADDING;
          }}
        >
          <Icon name="plus" class="sm" />
          {text.promptAdd}
        </button>
      )}
      <p class="help">
        {text.promptsHelp} {mayWrite && text.promptsLead}
      </p>
    </section>
  );
}

/** Into the field, not sent: it can be changed before. */
function take(room: OpenRoom, prompt: Prompt): void {
  for (const document of prompt.documents) refer(room.id, document);
  if (!isWide()) panel.value = undefined;
  writeInto(room, prompt.text, { isQuestion: true });
}

function Removed({ onUndo }: { onUndo: () => void }) {
  const { tools: text } = moreWords.value;
  const button = useRef<HTMLButtonElement>(null);
  // The button that was pressed is gone: the keyboard goes on here.
  useLayoutEffect(() => button.current?.focus({ preventScroll: true }), []);
  return (
    <li class="row meta">
      <span class="grow">{text.promptRemoved}</span>
      <button ref={button} class="link" type="button" onClick={onUndo}>
        {text.promptUndo}
      </button>
    </li>
  );
}

interface PromptFormProps {
  text: string;
  onSave: (text: string) => unknown;
  onCancel: () => void;
}

function PromptForm({ text, onSave, onCancel }: PromptFormProps) {
  const { tools } = moreWords.value;
  const { app } = words.value;
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  const save = () => {
    // One line, wherever it was copied from.
    const written = (field.current?.value ?? '').replace(/\s+/g, ' ').trim();
    if (written === '') field.current?.focus();
    else if (written === text) onCancel();
    else onSave(written);
  };
  return (
    <form
      class="prompt-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onCancel();
        } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          save();
        }
      }}
    >
      <textarea
        ref={field}
        class="area"
        rows={2}
        maxLength={MAX_PROMPT_UNITS}
        defaultValue={text}
        aria-label={tools.promptText}
      />
      <div class="row">
        <button class="btn primary sm" type="submit">
          {app.save}
        </button>
        <button class="btn quiet sm" type="button" onClick={onCancel}>
          {app.cancel}
        </button>
      </div>
    </form>
  );
}
