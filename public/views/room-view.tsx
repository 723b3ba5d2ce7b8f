// The page of one room: header, connection line, conversation, composer, and the search beside it.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { DropTarget } from '../components/attach.tsx';
import { ComposerArea } from '../components/composer-area.tsx';
import { DocumentsSide } from '../components/documents-side.tsx';
import { Icon } from '../components/icon.tsx';
import { lazy } from '../components/lazy.tsx';
import { OfflineBanner } from '../components/offline-banner.tsx';
import { RoomHeader } from '../components/room-header.tsx';
import { TimelineSkeleton } from '../components/skeleton.tsx';
import { Timeline } from '../components/timeline.tsx';
import { attachFiles } from '../components/use-attachments.ts';
import { words } from '../lib/i18n.ts';
import { linkedMessage, openedPage } from '../lib/router.ts';
import { goHome } from '../state/app.ts';
import { shelfOf } from '../state/documents.ts';
import { deadLink, followLink } from '../state/jump.ts';
import { MINE, memoriesOf } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { panel, resetRoomUi } from '../state/ui.ts';

const closePanel = () => {
  panel.value = undefined;
};
const SearchPanel = lazy(async () => (await import('./search-panel.tsx')).SearchPanel, closePanel);
const PinsPanel = lazy(async () => (await import('./pins-panel.tsx')).PinsPanel, closePanel);
const ToolsPanel = lazy(async () => (await import('./tools-panel.tsx')).ToolsPanel, closePanel);
const UnreadJump = lazy(
  async () => (await import('../components/unread-jump.tsx')).UnreadJump,
  () => {},
);
const SelectionQuote = lazy(
  async () => (await import('../components/selection-quote.tsx')).SelectionQuote,
  () => {},
);

const WhyPanel = lazy(async () => (await import('./why-panel.tsx')).WhyPanel, closePanel);

const MemoryPanel = lazy(async () => (await import('./memory-panel.tsx')).MemoryPanel, closePanel);

export function RoomView({ room }: { room: OpenRoom }) {
  const isAway = useSignal(false);
  const toEnd = useRef(() => {});
  useEffect(() => resetRoomUi, [room]);
  useEffect(() => {
    shelfOf(room.id).loadOnce();
    memoriesOf(room.id).loadProposals();
    memoriesOf(MINE).loadProposals();
  }, [room]);
  useLinkedMessage(room);
  useSelection();
  const status = room.status.value;
  if (status === 'missing' || status === 'failed') return <RoomProblem room={room} />;
  return (
    <>
      <main class="room">
        <RoomHeader room={room} />
        <OfflineBanner />
        <DeadLinkNote room={room} />
        {room.unread.value && status === 'open' && <UnreadJump room={room} />}
        {status === 'open' ? (
          <Timeline key={room.id} room={room} isAway={isAway} toEnd={toEnd} />
        ) : (
          <TimelineSkeleton />
        )}
        <ComposerArea room={room} isAway={isAway} toEnd={() => toEnd.current()} />
        <RoomDropTarget room={room} />
        {hasSelection.value && mayWriteIn(room) && <SelectionQuote room={room} />}
      </main>
      <Beside room={room} />
    </>
  );
}

/** A page that was opened from a panel covers it until it is closed. */
function Beside({ room }: { room: OpenRoom }) {
  if (panel.value === 'search') return <SearchPanel room={room} />;
  if (panel.value === 'pins') return <PinsPanel room={room} />;
  if (panel.value === 'tools') return <ToolsPanel room={room} />;
  if (panel.value === 'why' && !openedPage.value) return <WhyPanel room={room} />;
  if (panel.value === 'memory' && !openedPage.value) return <MemoryPanel room={room} />;
  return <DocumentsSide room={room} />;
}

const mayWriteIn = (room: OpenRoom): boolean =>
  room.status.value === 'open' && room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;

/** Words of a message are selected: only then what is done with them is loaded. */
function useSelection(): void {
  useEffect(() => {
    const look = () => {
      const selection = getSelection();
      hasSelection.value =
        selection?.isCollapsed === false && selection.anchorNode?.parentElement?.closest('.msg .prose') !== null;
    };
    document.addEventListener('selectionchange', look);
    return () => document.removeEventListener('selectionchange', look);
  }, []);
}
const hasSelection = signal(false);

/** The address may lead to one message of the room. */
function useLinkedMessage(room: OpenRoom): void {
  const wanted = linkedMessage.value;
  const isOpen = room.status.value === 'open';
  useEffect(() => {
    if (wanted && isOpen) void followLink(room, wanted);
  }, [wanted, isOpen, room]);
  useEffect(
    () => () => {
      deadLink.value = undefined;
    },
    [room],
  );
}

function DeadLinkNote({ room }: { room: OpenRoom }) {
  if (deadLink.value !== room.id) return null;
  return (
    <div class="banner info" role="alert">
      <Icon name="link" />
      <span class="grow">{words.value.room.linkGone}</span>
      <button
        class="btn quiet icon sm"
        type="button"
        aria-label={words.value.app.close}
        onClick={() => {
          deadLink.value = undefined;
        }}
      >
        <Icon name="close" class="sm" />
      </button>
    </div>
  );
}

/** Files may be let go anywhere over the room, by those who may write in it. */
function RoomDropTarget({ room }: { room: OpenRoom }) {
  const { upload } = words.value;
  return (
    <DropTarget
      title={upload.dropHere}
      text={upload.dropHereText(room.room.value?.name ?? '')}
      onFiles={mayWriteIn(room) ? (files) => void attachFiles(room, files) : undefined}
    />
  );
}

function RoomProblem({ room }: { room: OpenRoom }) {
  const { room: text, app, start } = words.value;
  const isMissing = room.status.value === 'missing';
  const wasOpen = room.room.value !== undefined;
  return (
    <main class="room">
      <OfflineBanner />
      <div class="middle">
        <div class="empty" role="alert">
          <h1>{isMissing ? text.missingTitle : text.failedTitle}</h1>
          <p>{isMissing ? (wasOpen ? text.removed : text.missingText) : describeError(room.error.value)}</p>
          <div class="acts">
            {!isMissing && (
              <button class="btn" type="button" onClick={() => room.join()}>
                <Icon name="again" />
                {app.tryAgain}
              </button>
            )}
            <button class="btn" type="button" onClick={goHome}>
              {start.toRooms}
            </button>
          </div>
        </div>
      </div>
    </main>
  );
}
