// Writing or correcting what is remembered, doing something with it, and what went wrong with that.
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Memory } from '../../src/protocol/memory-models.ts';
import { MAX_MEMORY_UNITS } from '../../src/protocol/names.ts';
import { words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { memoryFailures, noteFailure, updateMemory } from '../state/memories.ts';
import { describeError } from '../state/sentences.ts';

interface MemoryFormProps {
  text: string;
  label: string;
  onSave: (text: string) => Promise<unknown>;
  onCancel: () => void;
}

export function MemoryForm({ text, label, onSave, onCancel }: MemoryFormProps) {
  const { memory } = memoryWords.value;
  const { app } = words.value;
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  const save = () => {
    const changed = field.current?.value.trim() ?? '';
    if (changed === '') field.current?.focus();
    else void onSave(changed);
  };
  return (
    <form
      class="memory-form"
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
        maxLength={MAX_MEMORY_UNITS}
        defaultValue={text}
        aria-label={memory.text}
      />
      <div class="acts">
        <button class="btn primary sm" type="submit">
          {label}
        </button>
        <button class="btn quiet sm" type="button" onClick={onCancel}>
          {app.cancel}
        </button>
      </div>
    </form>
  );
}

/** Changes one, and keeps what went wrong where it was asked for. */
export function useMemoryAct(memory: Memory) {
  return {
    async run(change: Parameters<typeof updateMemory>[1]): Promise<boolean> {
      noteFailure(memory.id, undefined);
      try {
        await updateMemory(memory, change);
        return true;
      } catch (error) {
        noteFailure(memory.id, error);
        return false;
      }
    },
  };
}

export function MemoryFailure({ id }: { id: string }) {
  const failure = memoryFailures.value.get(id);
  if (failure === undefined) return null;
  return (
    <p class="meta bad" role="alert">
      {describeError(failure)}
    </p>
  );
}
