// Documents as rows: of one place, found by a word, with the ways in when one may bring more.
import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Document } from '../../src/protocol/document-models.ts';
import type { DocumentKind } from '../../src/protocol/names.ts';
import { formatBytes, words } from '../lib/i18n.ts';
import { usePhone } from '../lib/media.ts';
import { LIBRARY, type Shelf, shelfOf } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { uploadRules, uploads } from '../state/uploads.ts';
import { FileChooser } from './attach.tsx';
import { DocumentRow } from './document-row.tsx';
import { Icon } from './icon.tsx';
import { UploadRow } from './upload-list.tsx';
import { attachFiles } from './use-attachments.ts';

/** With more documents than this, a field to find one appears. */
const FILTER_FROM = 6;

/** In the panel: those of the room, and apart from them those of the library. */
export function DocumentSections({ room, canWrite }: { room: OpenRoom; canWrite: boolean }) {
  const own = shelfOf(room.id);
  const library = shelfOf(LIBRARY);
  const wanted = useSignal('');
  const { documents } = words.value;
  const hasLibrary = (library.items.value?.length ?? 0) > 0;
  const total = (own.items.value?.length ?? 0) + (library.items.value?.length ?? 0);
  const shown = total > FILTER_FROM ? wanted.value : '';
  return (
    <div class="scroll docs-part">
      {total > FILTER_FROM && <DocumentFilter value={wanted} />}
      {hasLibrary && <h3>{documents.ofRoom}</h3>}
      <DocumentRows shelf={own} wanted={shown} canWrite={canWrite} />
      {canWrite && <DropZone onFiles={(files) => void attachFiles(room, files, false)} />}
      {hasLibrary && (
        <>
          <h3>
            {documents.ofLibrary} <span class="meta">{documents.ofLibraryHelp}</span>
          </h3>
          <DocumentRows shelf={library} wanted={shown} canWrite={false} />
        </>
      )}
    </div>
  );
}

export function DropZone({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { documents, upload } = words.value;
  const isPhone = usePhone();
  const most = uploadRules.value?.bytes;
  return (
    <FileChooser onFiles={onFiles}>
      {(open) => (
        <button class="drop" type="button" onClick={open}>
          <Icon name="plus" />
          <span class="grow cut">{isPhone ? upload.chooseFiles : documents.drop}</span>
          {most !== undefined && <span class="meta">{documents.upTo(formatBytes(most))}</span>}
        </button>
      )}
    </FileChooser>
  );
}

export function DocumentFilter({ value }: { value: Signal<string> }) {
  const { documents } = words.value;
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    value.value = '';
    field.current?.focus();
  };
  return (
    <div class="field filter">
      <Icon name="search" class="sm" />
      <input
        ref={field}
        type="text"
        autocomplete="off"
        aria-label={documents.filter}
        placeholder={documents.filter}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !value.peek()) return;
          event.preventDefault();
          event.stopPropagation();
          clear();
        }}
      />
      {value.value && (
        <button
          class="btn quiet icon sm"
          type="button"
          aria-label={documents.clearFilter}
          title={documents.clearFilter}
          onClick={clear}
        >
          <Icon name="close" class="sm" />
        </button>
      )}
    </div>
  );
}

interface DocumentRowsProps {
  shelf: Shelf;
  wanted: string;
  kind?: DocumentKind | undefined;
  canWrite: boolean;
}

export function DocumentRows({ shelf, wanted, kind, canWrite }: DocumentRowsProps) {
  const { documents, app } = words.value;
  const items = shelf.items.value;
  const arriving = useComputed(() =>
    uploads.value.filter((one) => one.place === shelf.place && !one.isForMessage),
  ).value;
  if (!items) {
    if (shelf.failure.value === undefined) return <DocumentsSkeleton />;
    return (
      <p class="panel-note" role="alert">
        {documents.loadFailed} {describeError(shelf.failure.value)}{' '}
        <button class="link" type="button" onClick={() => void shelf.load()}>
          {app.tryAgain}
        </button>
      </p>
    );
  }
  const shown = items.filter((one) => fits(one, wanted) && (kind === undefined || one.kind === kind));
  return (
    <>
      {arriving.length > 0 && (
        <ul class="files arriving">
          {arriving.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
      {items.length === 0 && arriving.length === 0 && (
        <EmptyShelf isLibrary={shelf.place === LIBRARY} canWrite={canWrite} />
      )}
      {items.length > 0 && shown.length === 0 && (wanted !== '' || kind) && (
        <p class="panel-note" role="status">
          {documents.noMatch(wanted.trim() || documents.kinds[kind ?? 'general'])}
        </p>
      )}
      {shown.length > 0 && (
        <ul class="docs">
          {shown.map((one) => (
            <DocumentRow key={one.id} document={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function EmptyShelf({ isLibrary, canWrite }: { isLibrary: boolean; canWrite: boolean }) {
  const { documents } = words.value;
  return (
    <div class="docs-empty">
      <p>
        <b>{isLibrary ? documents.emptyLibrary : canWrite ? documents.empty : documents.emptyViewer}</b>
      </p>
      {canWrite && <p>{isLibrary ? documents.emptyLibraryHelp : documents.emptyHelp}</p>}
    </div>
  );
}

function DocumentsSkeleton() {
  return (
    <div class="docs skeleton" aria-hidden="true">
      {[64, 48, 56].map((width) => (
        <div key={width} class="doc">
          <div class="sk" />
          <div>
            <div class="sk" style={{ width: `${width}%` }} />
            <div class="sk thin" style={{ width: `${width / 2}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** Every word stands somewhere in its name or in what is said about it. */
export function fits(document: Document, wanted: string): boolean {
  const { name, kind, customer, project, year, category, product } = document;
  const kindName = words.value.documents.kinds[kind];
  const text = [name, kindName, customer, project, year, category, product].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
