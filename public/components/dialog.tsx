// A dialog with a title, its content and one primary action at the right. Esc closes, focus returns to where it came from.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../lib/i18n.ts';
import { Icon } from './icon.tsx';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  /** `sheet` rises from the lower edge on phones. */
  class?: 'narrow' | 'wide' | 'sheet';
}

export function Dialog({ title, onClose, children, footer, class: size = 'narrow' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      // What had the focus may be gone: a menu item, or a message that was just deleted.
      if (!(before instanceof HTMLElement) || !before.isConnected) document.getElementById('composer')?.focus();
      else if (document.activeElement !== before) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-sheet">
        <header>
          <h2 id={titleId} class="grow">
            {title}
          </h2>
          <button class="btn quiet icon sm" type="button" aria-label={words.value.app.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="in">{children}</div>
        {footer && <footer>{footer}</footer>}
      </div>
    </dialog>
  );
}
