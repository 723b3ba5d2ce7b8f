// A picture as a page, with a marker over the cited words where they were recognised.
import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Document, DocumentPage } from '../../src/protocol/document-models.ts';
import { Icon } from '../components/icon.tsx';
import { type Box, passageOnPicture } from '../lib/boxes.ts';
import { words } from '../lib/i18n.ts';
import { downloadPath } from '../state/documents.ts';
import type { Passage } from './page-parts.tsx';
import type { Zoom } from './viewer-bar.tsx';

interface PicturePageProps {
  document: Document;
  read: DocumentPage | undefined;
  passage: Passage | undefined;
  desk: { current: HTMLElement | null };
  zoom: Signal<Zoom>;
}

export function PicturePage({ document, read, passage, desk, zoom }: PicturePageProps) {
  const size = useSignal<{ width: number; height: number } | undefined>(undefined);
  const failed = useSignal(false);
  const boxes = useMemo(() => {
    const { width, height } = size.value ?? {};
    return passage && read?.words && width && height ? passageOnPicture(read.words, passage.quote, width / height) : [];
  }, [passage, read, size.value]);
  if (failed.value) return <OriginalFailed />;
  return (
    <div class="sheet-of-paper" style={{ width: `${zoom.value * 100}%` }}>
      <img
        src={downloadPath(document.id, true)}
        alt={document.name}
        draggable={false}
        onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
          size.value = { width, height };
        }}
        onError={() => {
          failed.value = true;
        }}
      />
      <MarkerLayer boxes={boxes} marker={passage?.marker} desk={desk} />
    </div>
  );
}

interface MarkerLayerProps {
  boxes: readonly Box[];
  marker: string | undefined;
  desk: { current: HTMLElement | null };
}

/** The strokes of the marker over a page, its number in the margin; the first stroke comes into view. */
export function MarkerLayer({ boxes, marker, desk }: MarkerLayerProps) {
  const first = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (boxes.length > 0 && desk.current) first.current?.scrollIntoView({ block: 'center' });
  }, [boxes]);
  const percent = (part: number) => `${part * 100}%`;
  return (
    <>
      <div class="strokes" aria-hidden="true">
        {boxes.map((box, place) => (
          <i
            key={`${box.x}-${box.y}`}
            ref={place === 0 ? first : undefined}
            style={{
              left: percent(box.x),
              top: percent(box.y),
              width: percent(box.width),
              height: percent(box.height),
            }}
          />
        ))}
      </div>
      {boxes[0] && marker && (
        <span class="cite margin" aria-hidden="true" style={{ top: percent(boxes[0].y) }}>
          {marker}
        </span>
      )}
    </>
  );
}

export function OriginalFailed() {
  return (
    <p class="note" role="alert">
      <Icon name="warn" />
      <span>{words.value.viewer.originalFailed}</span>
    </p>
  );
}
