// Copies something and says so on itself for two seconds.
import { useSignal } from '@preact/signals';
import { words } from '../lib/i18n.ts';
import { Icon } from './icon.tsx';

const SHOWN_MS = 2_000;

interface CopyButtonProps {
  class: string;
  label?: string;
  onCopy: () => Promise<void>;
}

export function CopyButton({ class: look, label, onCopy }: CopyButtonProps) {
  const isCopied = useSignal(false);
  const copy = async () => {
    await onCopy();
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, SHOWN_MS);
  };
  return (
    <button class={look} type="button" onClick={copy}>
      <Icon name={isCopied.value ? 'check' : 'copy'} class="sm" />
      {isCopied.value ? words.value.app.copied : (label ?? words.value.app.copy)}
    </button>
  );
}
