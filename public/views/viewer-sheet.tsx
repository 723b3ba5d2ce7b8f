// On phones a page rises from the lower edge and leaves the cited line in sight above it.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { words } from '../lib/i18n.ts';
import { closePage } from '../state/pages.ts';
import { panel } from '../state/ui.ts';
import { AskButton, ViewerBody, type ViewerProps } from './document-viewer.tsx';

export function ViewerSheet({ page, room }: ViewerProps) {
  const { viewer } = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  // Over a list there is no line to keep in sight.
  const isTall = useSignal(panel.peek() === 'documents' || page.source === undefined);
  useLayoutEffect(() => {
    const app = document.querySelector('.app');
    dialog.current?.showModal();
    app?.classList.add('under-sheet');
    return () => {
      app?.classList.remove('under-sheet');
      dialog.current?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={isTall.value ? 'viewer-sheet tall' : 'viewer-sheet'}
      aria-label={viewer.close}
      onCancel={(event) => {
        event.preventDefault();
        closePage();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) closePage();
      }}
    >
      <ViewerBody page={page} room={room}>
        {(title, bar, desk) => (
          <>
            <button
              class="grab"
              type="button"
              aria-label={viewer.sheetHeight}
              aria-pressed={isTall.value}
              onClick={() => {
                isTall.value = !isTall.value;
              }}
            />
            <header class="viewer-head">
              {title}
              <AskButton page={page} room={room} />
              <button class="btn quiet icon" type="button" aria-label={viewer.close} onClick={closePage}>
                <Icon name="close" class="lg" />
              </button>
            </header>
            {desk}
            {bar}
          </>
        )}
      </ViewerBody>
    </dialog>
  );
}
