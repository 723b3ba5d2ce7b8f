// The files of the message being written, each with its way to the server: how far, what went wrong, what it is.
import { useSignalEffect } from '@preact/signals';
import { formatBytes, formatPercent, words } from '../lib/i18n.ts';
import { announce } from '../state/announcer.ts';
import { link } from '../state/connection.ts';
import { describeError } from '../state/sentences.ts';
import { showDialog } from '../state/ui.ts';
import { removeUpload, retryUpload, type Upload } from '../state/uploads.ts';
import { fileIcon } from './document-face.ts';
import { Icon } from './icon.tsx';

export function UploadList({ uploads }: { uploads: readonly Upload[] }) {
  if (uploads.length === 0) return null;
  return (
    <ul class="files" aria-label={words.value.upload.list}>
      {uploads.map((upload) => (
        <UploadRow key={upload.id} upload={upload} />
      ))}
    </ul>
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
          aria-label={text.details(name)}
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
