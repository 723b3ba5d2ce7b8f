// What proves an answer: its numbers, each of which opens the page it stands for, and the same pages as a list below the words.
import { useComputed } from '@preact/signals';
import { useCallback, useMemo } from 'preact/hooks';
import type { Message, Source } from '../../src/protocol/models.ts';
import { language, words } from '../lib/i18n.ts';
import { type OpenedPage, openedPage, pagePath, roomPath } from '../lib/router.ts';
import type { CitedSource } from '../markdown/nodes.ts';
import { isGone } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { markerOf, openPageFromLink } from '../state/pages.ts';

function pageOf(message: Message, source: Source): OpenedPage {
  const cited = { messageId: message.id, marker: markerOf(source) };
  return { documentId: source.documentId, page: source.page ?? 1, source: cited };
}

/** Which of the sources is open, and which are gone. They change seldom: the words of an answer are then drawn again. */
function useSourceStates(roomId: string, message: Message) {
  const current = useComputed(() => {
    const cited = openedPage.value?.source;
    return cited?.messageId === message.id ? cited.marker : undefined;
  });
  const gone = useComputed(() =>
    (message.sources ?? [])
      .filter((source) => isGone(roomId, source.documentId))
      .map(markerOf)
      .join(),
  );
  return { current: current.value, gone: gone.value };
}

export function useCitations(roomId: string, message: Message) {
  const { current, gone } = useSourceStates(roomId, message);
  const sources = useMemo(() => {
    if (!message.sources?.length) return undefined;
    const { source: label, sourceGone } = words.peek().answer;
    const isDeleted = new Set(gone.split(','));
    return new Map(
      message.sources.map((source): [string, CitedSource] => {
        const marker = markerOf(source);
        const name = shortName(source.documentName);
        const cited = {
          label: isDeleted.has(marker) ? sourceGone(marker, name) : label(marker, name, source.page),
          href: pagePath(pageOf(message, source), roomPath(roomId)),
          gone: isDeleted.has(marker),
          current: current === marker,
        };
        return [marker, cited];
      }),
    );
  }, [message, current, gone, language.value]);
  const onCite = useCallback(
    (marker: string, event: Event) => {
      const source = message.sources?.find((one) => markerOf(one) === marker);
      if (source) openPageFromLink(event as MouseEvent, pageOf(message, source));
    },
    [message],
  );
  return { sources, onCite };
}

export function Sources({ room, message }: { room: OpenRoom; message: Message }) {
  const { current, gone } = useSourceStates(room.id, message);
  if (!message.sources?.length) return null;
  const { answer, documents } = words.value;
  const isDeleted = new Set(gone.split(','));
  return (
    <ul class="sources" aria-label={answer.sources}>
      {message.sources.map((source) => {
        const marker = markerOf(source);
        const page = pageOf(message, source);
        return (
          <li key={marker}>
            <a
              class="src"
              href={pagePath(page, roomPath(room.id))}
              title={source.quote}
              aria-current={current === marker ? 'true' : undefined}
              onClick={(event) => openPageFromLink(event, page)}
            >
              <span class="sr">{answer.sourceWord} </span>
              <span class={isDeleted.has(marker) ? 'cite gone' : 'cite'}>{marker}</span>{' '}
              <span class="cut">{shortName(source.documentName)}</span>{' '}
              {source.page !== undefined && <span class="whole">{answer.page(source.page)}</span>}
              {isDeleted.has(marker) && <span class="sr">, {documents.gone}</span>}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** Without the ending of the file: the page after it says that it is a document. */
const shortName = (name: string): string => name.replace(/\.(pdf|docx?|xlsx?|pptx?|txt|md|csv|tsv|html?|od[st])$/i, '');
