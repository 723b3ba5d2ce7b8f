// Ways to bring files: the chooser, on phones also the camera, and dropping them anywhere.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { carriesFiles, droppedFiles } from '../lib/dropped-files.ts';
import { words } from '../lib/i18n.ts';
import { loadUploadRules, uploadRules } from '../state/uploads.ts';
import { Icon } from './icon.tsx';
import { MenuItem, Popover } from './popover.tsx';

interface ChooserProps {
  onFiles: (files: File[]) => void;
  /** The button that opens it. */
  children: (open: () => void) => ComponentChildren;
  fromCamera?: boolean;
}

/** The browser's own chooser, opened by a button of ours. */
export function FileChooser({ onFiles, children, fromCamera = false }: ChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      {children(() => input.current?.click())}
      <input
        ref={input}
        class="sr"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        multiple={!fromCamera}
        accept={fromCamera ? 'image/*' : uploadRules.value?.accept}
        capture={fromCamera ? 'environment' : undefined}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file may be chosen again after it was removed.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}

/** In the composer. Phones ask first whether it is a file or a photo. */
export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { upload } = words.value;
  useEffect(() => void loadUploadRules(), []);
  if (!matchMedia('(hover: none) and (pointer: coarse)').matches) {
    return (
      <FileChooser onFiles={onFiles}>
        {(open) => (
          <button
            class="btn quiet icon attach"
            type="button"
            aria-label={upload.attach}
            title={upload.attach}
            onClick={open}
          >
            <Icon name="attach" />
          </button>
        )}
      </FileChooser>
    );
  }
  return (
    <FileChooser onFiles={onFiles}>
      {(chooseFiles) => (
        <FileChooser onFiles={onFiles} fromCamera>
          {(takePhoto) => (
            <Popover icon="plus" label={upload.attach} class="btn quiet icon attach">
              {(close) => (
                <>
                  <MenuItem
                    icon="file"
                    onClick={() => {
                      close();
                      chooseFiles();
                    }}
                  >
                    {upload.chooseFiles}
                  </MenuItem>
                  <MenuItem
                    icon="camera"
                    onClick={() => {
                      close();
                      takePhoto();
                    }}
                  >
                    {upload.takePhoto}
                  </MenuItem>
                </>
              )}
            </Popover>
          )}
        </FileChooser>
      )}
    </FileChooser>
  );
}

interface DropTargetProps {
  title: string;
  text: string;
  /** Absent: files may not be dropped here; the page then only keeps the browser from opening them. */
  onFiles: ((files: File[]) => void) | undefined;
}

/** How long after the last sign of a drag it counts as gone: some browsers tell only every 350 ms. */
const DRAG_GONE_MS = 500;

/** Lies over the place while files are dragged over the window; they may be let go anywhere. */
export function DropTarget({ title, text, onFiles }: DropTargetProps) {
  const isOver = useSignal(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = new AbortController();
    const hide = () => {
      clearTimeout(timer);
      isOver.value = false;
    };
    const onDrag = (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return;
      // Otherwise the browser would leave the app and show the file.
      event.preventDefault();
      const mayDrop = take.current !== undefined && !document.querySelector('dialog[open]');
      if (event.dataTransfer) event.dataTransfer.dropEffect = mayDrop ? 'copy' : 'none';
      isOver.value = mayDrop;
      clearTimeout(timer);
      timer = setTimeout(hide, DRAG_GONE_MS);
    };
    const onDrop = async (event: DragEvent) => {
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      const mayDrop = isOver.peek();
      hide();
      const files = mayDrop ? await droppedFiles(event.dataTransfer) : [];
      if (files.length > 0) take.current?.(files);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) hide();
    };
    const options = { signal: end.signal };
    for (const name of ['dragenter', 'dragover'] as const) addEventListener(name, onDrag, options);
    addEventListener('dragleave', onLeave, options);
    addEventListener('drop', onDrop, options);
    return () => {
      end.abort();
      hide();
    };
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-over" aria-hidden="true">
      <div>
        <Icon name="file" class="lg" />
        <b>{title}</b>
        <span>{text}</span>
      </div>
    </div>
  );
}
