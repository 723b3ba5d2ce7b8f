// One document: what it is, its one state, what went wrong with its cure, and what can be done with it.
import { useComputed } from '@preact/signals';
import type { Document, DocumentWarning } from '../../src/protocol/document-models.ts';
import { formatMoment, formatNumber, words } from '../lib/i18n.ts';
import { openedPage, pagePath } from '../lib/router.ts';
import { openRoom } from '../state/app.ts';
import { cancelReading, downloadPath, mayChange, readAgain } from '../state/documents.ts';
import { openPageFromLink } from '../state/pages.ts';
import { askAbout, mayAsk } from '../state/references.ts';
import { showDialog } from '../state/ui.ts';
import { describeDocument, documentIcon, extentOf, isReading } from './document-face.ts';
import { useAction } from './field.tsx';
import { Icon } from './icon.tsx';
import { MenuItem, Popover } from './popover.tsx';

/** So many of the pages a warning is about have a link of their own. */
const MOST_PAGE_LINKS = 4;

export function DocumentRow({ document }: { document: Document }) {
  const isCurrent = useComputed(() => openedPage.value?.documentId === document.id);
  const action = useAction();
  const canWrite = mayChange(document, openRoom.value);
  const { documents } = words.value;
  const { name, status, progress } = document;
  const page = { documentId: document.id, page: 1 };
  const isBroken = status === 'failed';
  const mayRetry = canWrite && (isBroken || status === 'cancelled');
  const uploaded = documents.uploadedBy(document.uploadedBy.name, formatMoment(document.createdAt));
  return (
    <li class="doc" aria-current={isCurrent.value ? 'true' : undefined}>
      <Icon name={documentIcon(document)} />
      <a
        class="cut"
        href={pagePath(page)}
        title={`${name}\n${uploaded}`}
        onClick={(event) => openPageFromLink(event, page)}
      >
        {name}
      </a>
      {mayRetry ? (
        <button
          class="btn sm"
          type="button"
          aria-disabled={action.isBusy}
          onClick={() => action.run(() => readAgain(document))}
        >
          <Icon name="again" class="sm" />
          {isBroken ? documents.retry : documents.readAgain}
        </button>
      ) : (
        <span class="meta num">{extentOf(document)}</span>
      )}
      <DocumentMenu document={document} canWrite={canWrite} run={(work) => void action.run(work)} />
      {!(status === 'processing' && progress.total > 0) && (
        <p class={isBroken ? 'meta bad' : 'meta'}>{describeDocument(document)}</p>
      )}
      {status === 'processing' && (
        <div
          class={progress.total > 0 ? 'bar-p' : 'bar-p unknown'}
          role="progressbar"
          aria-label={documents.progressLabel(name)}
          aria-valuemin={0}
          aria-valuemax={progress.total || 1}
          aria-valuenow={progress.total > 0 ? progress.done : undefined}
        >
          <i style={{ width: progress.total > 0 ? `${(progress.done / progress.total) * 100}%` : undefined }} />
        </div>
      )}
      {document.duplicateOf && <DuplicateNote duplicate={document.duplicateOf} />}
      <Warnings document={document} />
      {action.error && (
        <p class="meta bad" role="alert">
          {action.error}
        </p>
      )}
    </li>
  );
}

function DuplicateNote({ duplicate }: { duplicate: { id: string; name: string } }) {
  const page = { documentId: duplicate.id, page: 1 };
  return (
    <p class="meta">
      <a class="link" href={pagePath(page)} onClick={(event) => openPageFromLink(event, page)}>
        {words.value.documents.sameAs(duplicate.name)}
      </a>
    </p>
  );
}

/** Each kind of warning in one sentence, with the pages it is about. */
function Warnings({ document }: { document: Document }) {
  const { documents, answer } = words.value;
  if (document.status === 'failed' || document.warnings.length === 0) return null;
  const byCode = Map.groupBy(document.warnings, (warning) => warning.code);
  return (
    <ul class="doc-warnings">
      {[...byCode].map(([code, warnings]) => {
        const pages = pagesOf(warnings);
        const sentence = documents.warnings[code](Math.max(pages.length, 1));
        return (
          <li key={code} class="meta">
            <Icon name="warn" class="sm" />
            <span>
              {sentence}
              {pages.slice(0, MOST_PAGE_LINKS).map((number) => {
                const page = { documentId: document.id, page: number };
                return (
                  <a
                    key={number}
                    class="link num"
                    href={pagePath(page)}
                    aria-label={documents.warningPage(answer.page(number), sentence)}
                    onClick={(event) => openPageFromLink(event, page)}
                  >
                    {answer.page(number)}
                  </a>
                );
              })}
              {pages.length > MOST_PAGE_LINKS && (
                <span> {documents.more(Number(formatNumber(pages.length - MOST_PAGE_LINKS)))}</span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const pagesOf = (warnings: readonly DocumentWarning[]): number[] =>
  [...new Set(warnings.flatMap(({ page }) => page ?? []))].sort((a, b) => a - b);

interface DocumentMenuProps {
  document: Document;
  canWrite: boolean;
  run: (work: () => Promise<void>) => void;
}

function DocumentMenu({ document, canWrite, run }: DocumentMenuProps) {
  const { documents } = words.value;
  const hasFile = document.externalKey === undefined;
  const room = openRoom.value;
  const askable = room && mayAsk(room) && (document.roomId === undefined || document.roomId === room.id) && room;
  if (!canWrite && !hasFile && !askable) return <span />;
  return (
    <Popover icon="more" label={documents.actions(document.name)} class="btn quiet icon sm">
      {(close) => {
        const item = (act: () => void) => () => {
          close();
          act();
        };
        return (
          <>
            {askable && (
              <MenuItem icon="reply" onClick={item(() => askAbout(askable, document))}>
                {documents.ask}
              </MenuItem>
            )}
            {canWrite && (
              <MenuItem icon="edit" onClick={item(() => showDialog({ name: 'document-details', document }))}>
                {documents.edit}
              </MenuItem>
            )}
            {hasFile && (
              <MenuItem icon="download" onClick={item(() => download(document))}>
                {documents.download}
              </MenuItem>
            )}
            {canWrite && isReading(document) && (
              <MenuItem icon="stopped" onClick={item(() => run(() => cancelReading(document)))}>
                {documents.cancelReading}
              </MenuItem>
            )}
            {canWrite && !isReading(document) && hasFile && (
              <MenuItem icon="again" onClick={item(() => run(() => readAgain(document)))}>
                {documents.readAgain}
              </MenuItem>
            )}
            {canWrite && (
              <MenuItem icon="remove" danger onClick={item(() => showDialog({ name: 'delete-document', document }))}>
                {documents.delete}
              </MenuItem>
            )}
          </>
        );
      }}
    </Popover>
  );
}

/** The answer is an attachment: the page stays. */
export function download({ id, name }: Document): void {
  const link = window.document.createElement('a');
  link.href = downloadPath(id);
  link.download = name;
  link.click();
}
