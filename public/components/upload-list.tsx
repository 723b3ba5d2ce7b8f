// The files of the message being written, each with its way to the server: how far, what went wrong, what it is.
import { useComputed, useSignalEffect } from '@preact/signals';
import { formatBytes, formatPercent, words } from '../lib/i18n.ts';
import { announce } from '../state/announcer.ts';
import { link } from '../state/connection.ts';
import { findDocument } from '../state/documents.ts';
import { forgetReference, type Reference } from '../state/references.ts';
import { describeError } from '../state/sentences.ts';
import { showDialog } from '../state/ui.ts';
import { removeUpload, retryUpload, type Upload } from '../state/uploads.ts';
import { documentIcon, extentOf, fileIcon } from './document-face.ts';
import { Icon } from './icon.tsx';

interface UploadListProps {
  uploads: readonly Upload[];
  references: readonly Reference[];
}

export function UploadList({ uploads, references }: UploadListProps) {
  if (uploads.length + references.length === 0) return null;
  return (
    <ul class="files" aria-label={words.value.upload.list}>
      {references.map((reference) => (
        <ReferenceRow key={reference.id} reference={reference} />
      ))}
      {failedFirst(uploads).map((upload) => (
        <UploadRow key={upload.id} upload={upload} />
      ))}
    </ul>
  );
}

/** What needs a decision is never below the edge of a long list. */
const failedFirst = (uploads: readonly Upload[]): Upload[] =>
  uploads.toSorted((a, b) => Number(b.state.value === 'failed') - Number(a.state.value === 'failed'));

/** A document that was lying there and goes along. */
function ReferenceRow({ reference }: { reference: Reference }) {
  const document = useComputed(() => findDocument(reference.id)).value;
  const name = document?.name ?? reference.name;
  const label = words.value.upload.detach(name);
  return (
    <li class="file">
      <Icon name={document ? documentIcon(document) : 'file'} />
      <span class="cut grow" title={name}>
        {name}
      </span>
      <span class="meta num state">{document && extentOf(document)}</span>
      <button
        class="btn quiet icon sm"
        type="button"
        aria-label={label}
        title={label}
        onClick={() => forgetReference(reference)}
      >
        <Icon name="close" class="sm" />
      </button>
    </li>
  );
}

export function UploadRow({ upload }: { upload: Upload }) {
  const { upload: text, documents } = words.value;
  const { name, size } = upload.file;
  const state = upload.state.value;
  const share = size > 0 ? upload.sentBytes.value / size : 0;
  const isOffline = link.value.state === 'offline';
  useAnnounced(upload);
  return (
    <li class={`file ${state}`}>
      <Icon name={state === 'failed' ? 'warn' : fileIcon(upload.file.type, name)} />
      <span class="cut grow" title={name}>
        {name}
      </span>
      {state !== 'failed' && (
        <button
          class="kind"
          type="button"
          aria-label={`${documents.kinds[upload.details.value.kind]}: ${text.details(name)}`}
          onClick={() => showDialog({ name: 'upload-details', upload })}
        >
          {documents.kinds[upload.details.value.kind]}
          <Icon name="down" class="sm" />
        </button>
      )}
      {upload.error.value && (
        <span class="why bad" role="alert">
          {state === 'done' && `${text.detailsNotSaved} `}
          {describeUploadError(upload)}
        </span>
      )}
      <span class="meta num state" hidden={state === 'failed'}>
        {state === 'sending'
          ? share < 1
            ? formatPercent(share)
            : text.storing
          : state === 'waiting'
            ? isOffline
              ? text.offline
              : text.waiting
            : formatBytes(size)}
      </span>
      {state === 'failed' && mayHelp(upload) && (
        <button
          class="btn quiet icon sm"
          type="button"
          aria-label={text.retry(name)}
          title={documents.retry}
          onClick={() => retryUpload(upload)}
        >
          <Icon name="again" class="sm" />
        </button>
      )}
      <button
        class="btn quiet icon sm"
        type="button"
        aria-label={
          state === 'sending' || state === 'waiting'
            ? text.cancel(name)
            : state === 'done'
              ? text.detach(name)
              : text.remove(name)
        }
        title={state === 'done' ? text.detach(name) : undefined}
        onClick={() => removeUpload(upload)}
      >
        <Icon name="close" class="sm" />
      </button>
      {state === 'sending' && (
        <span
          class="fill"
          role="progressbar"
          aria-label={text.row(name, text.sendingLong(''))}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(share * 100)}
          style={{ width: `${share * 100}%` }}
        />
      )}
    </li>
  );
}

/** What went wrong, with its cure. */
function describeUploadError(upload: Upload): string {
  const error = upload.error.value;
  const most = error?.details.most ?? error?.details.limitBytes;
  if (error?.reason === 'file_too_large' && typeof most === 'number') {
    return words.value.upload.tooLarge(formatBytes(upload.file.size), formatBytes(most));
  }
  return describeError(error);
}

/** What is wrong with the file itself stays wrong. */
const mayHelp = ({ error }: Upload): boolean => !error.value?.reason?.startsWith('file_');

/** The end of an upload is told to who does not see it. */
function useAnnounced(upload: Upload): void {
  useSignalEffect(() => {
    if (upload.state.value === 'done') announce(words.peek().upload.announceDone(upload.file.name));
  });
}
