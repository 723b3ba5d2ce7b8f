// The documents that came with a message: each opens beside the conversation and shows how far it has been read.
import { useComputed } from '@preact/signals';
import { words } from '../lib/i18n.ts';
import { pagePath } from '../lib/router.ts';
import { findDocument, isGone } from '../state/documents.ts';
import { openPageFromLink } from '../state/pages.ts';
import { describeFailure, documentIcon, extentOf, isReading } from './document-face.ts';
import { Icon } from './icon.tsx';

interface MessageDocumentsProps {
  roomId: string;
  documents: readonly { id: string; name: string }[] | undefined;
}

export function MessageDocuments({ roomId, documents }: MessageDocumentsProps) {
  if (!documents?.length) return null;
  return (
    <ul class="files on-message" aria-label={words.value.documents.onMessage}>
      {documents.map((one) => (
        <MessageDocument key={one.id} roomId={roomId} {...one} />
      ))}
    </ul>
  );
}

function MessageDocument({ roomId, id, name }: { roomId: string; id: string; name: string }) {
  const found = useComputed(() => findDocument(id)).value;
  const isDeleted = useComputed(() => isGone(roomId, id)).value;
  const { documents } = words.value;
  const page = { documentId: id, page: 1 };
  const { done, total } = found?.progress ?? { done: 0, total: 0 };
  const state = found
    ? found.status === 'failed'
      ? describeFailure(found)
      : found.status === 'uploaded'
        ? documents.waiting
        : found.status === 'cancelled'
          ? documents.cancelled
          : extentOf(found)
    : isDeleted
      ? documents.gone
      : '';
  return (
    <li class={`file${found?.status === 'failed' ? ' failed' : ''}${isDeleted ? ' gone' : ''}`}>
      <Icon name={found ? documentIcon(found) : 'file'} />
      <a class="cut" href={pagePath(page)} title={name} onClick={(event) => openPageFromLink(event, page)}>
        {found?.name ?? name}
      </a>
      {state && <span class={found?.status === 'failed' ? 'meta bad cut' : 'meta num'}>{state}</span>}
      {found && isReading(found) && total > 0 && (
        <span class="fill" aria-hidden="true" style={{ width: `${(done / total) * 100}%` }} />
      )}
    </li>
  );
}
