// What the next message belongs to: the message replied to, or the one being edited.
import { words } from '../lib/i18n.ts';
import { plainLine } from '../lib/plain-text.ts';
import type { ComposerMode } from '../state/ui.ts';
import { Icon } from './icon.tsx';

const LONGEST = 140;

export function ComposerStrip({ mode, onCancel }: { mode: ComposerMode; onCancel: () => void }) {
  if (mode.kind === 'write') return null;
  const { composer } = words.value;
  const isEdit = mode.kind === 'edit';
  const text = isEdit ? composer.editAssistantNote : plainLine(mode.message.text, LONGEST);
  return (
    <div class="strip">
      <Icon name={isEdit ? 'edit' : 'reply'} class="sm" />
      <b>{isEdit ? composer.editing : composer.replying(mode.message.author.name)}</b>
      <span class="cut grow">{text}</span>
      <button
        class="btn quiet icon sm"
        type="button"
        aria-label={isEdit ? composer.cancelEdit : composer.cancelReply}
        onClick={onCancel}
      >
        <Icon name="close" class="sm" />
      </button>
    </div>
  );
}
