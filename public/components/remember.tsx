// "ProjectWise will remember …", after the message it comes from: quiet, in blue, unused until somebody accepts it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import '../styles/memories.css';
import type { Memory } from '../../src/protocol/memory-models.ts';
import { formatMoment } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { keepProposal, memoriesOf, rejecting, rejectMemory } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { openPanel } from '../state/panels.ts';
import { firstName } from './answer.tsx';
import { Icon } from './icon.tsx';
import { MemoryFailure, MemoryForm, useMemoryAct } from './memory-form.tsx';

export function Remember({ room, memory }: { room: OpenRoom; memory: Memory }) {
  const { memory: text } = memoryWords.value;
  const row = useRef<HTMLLIElement>(null);
  const isEditing = useSignal(false);
  const act = useMemoryAct(memory);
  const isRejected = rejecting.value.has(memory.id);
  const shape = isRejected ? 'rejected' : memory.status === 'accepted' ? 'accepted' : 'proposed';
  const before = useRef(shape);
  const hadFocus = useRef(false);
  // The button that was pressed is gone: the keyboard stays in the row.
  useEffect(() => {
    if (before.current !== shape && hadFocus.current) row.current?.focus({ preventScroll: true });
    before.current = shape;
  }, [shape]);
  const mayWrite = room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;

  return (
    <li
      ref={row}
      class={shape === 'proposed' ? 'remember' : 'remember folded'}
      data-memory={memory.id}
      tabIndex={-1}
      onFocusIn={() => {
        hadFocus.current = true;
      }}
    >
      {shape === 'rejected' && (
        <p class="row wrap">
          <span class="grow">{text.willForget}</span>
          <button class="link" type="button" onClick={() => keepProposal(memory.id)}>
            {text.undo}
          </button>
        </p>
      )}
      {shape === 'accepted' && (
        <p class="row">
          <Icon name="bookmark" class="sm" />
          <span class="grow cut" title={memory.text}>
            {text.remembered(memory.text)}
          </span>
          <button class="link" type="button" onClick={(event) => openPanel('memory', event.currentTarget)}>
            {text.show}
          </button>
        </p>
      )}
      {shape === 'proposed' && (
        <>
          <h2>
            <Icon name="bookmark" class="sm" />
            {memory.scope === 'person' ? text.willRememberYou : text.willRemember}
          </h2>
          {isEditing.value ? (
            <MemoryForm
              text={memory.text}
              label={text.saveAndAccept}
              onSave={(changed) => act.run({ text: changed, status: 'accepted' })}
              onCancel={() => {
                isEditing.value = false;
              }}
            />
          ) : (
            <>
              <p class="words">{memory.text}</p>
              <Replaces memory={memory} />
              <p class="meta">
                {text.saidBy(firstName(memory.source.authorName), formatMoment(memory.source.saidAt))} {text.unused}
              </p>
              {mayWrite && (
                <div class="acts">
                  <button class="btn primary sm" type="button" onClick={() => act.run({ status: 'accepted' })}>
                    {text.accept}
                  </button>
                  <button
                    class="btn sm"
                    type="button"
                    onClick={() => {
                      isEditing.value = true;
                    }}
                  >
                    {text.edit}
                  </button>
                  <button class="btn quiet sm" type="button" onClick={() => rejectMemory(memory)}>
                    {text.reject}
                  </button>
                </div>
              )}
            </>
          )}
          <MemoryFailure id={memory.id} />
        </>
      )}
    </li>
  );
}

/** What it would take the place of, as far as that is known here. */
export function Replaces({ memory }: { memory: Memory }) {
  if (!memory.supersedes) return null;
  const place = memory.roomId ?? memory.scope;
  const old = memoriesOf(place).known.value.get(memory.supersedes);
  if (!old) return null;
  return (
    <p class="meta">
      {memoryWords.value.memory.replaces} <s>{old.text}</s>
    </p>
  );
}
