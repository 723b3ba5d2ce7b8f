// The page of one room: header, connection line, conversation, composer, and the search beside it.
import { useSignal } from '@preact/signals';
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
import { openedPage } from '../lib/router.ts';
import { goHome } from '../state/app.ts';
import { shelfOf } from '../state/documents.ts';
import { MINE, memoriesOf } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { panel, resetRoomUi } from '../state/ui.ts';

const SearchPanel = lazy(
  async () => (await import('./search-panel.tsx')).SearchPanel,
  () => {
    panel.value = undefined;
  },
);

const WhyPanel = lazy(
  async () => (await import('./why-panel.tsx')).WhyPanel,
  () => {
    panel.value = undefined;
  },
);

const MemoryPanel = lazy(
  async () => (await import('./memory-panel.tsx')).MemoryPanel,
  () => {
    panel.value = undefined;
  },
);

export function RoomView({ room }: { room: OpenRoom }) {
  const isAway = useSignal(false);
  const toEnd = useRef(() => {});
  useEffect(() => resetRoomUi, [room]);
  useEffect(() => {
    shelfOf(room.id).loadOnce();
    memoriesOf(room.id).loadProposals();
    memoriesOf(MINE).loadProposals();
  }, [room]);
  const status = room.status.value;
  if (status === 'missing' || status === 'failed') return <RoomProblem room={room} />;
  return (
    <>
      <main class="room">
        <RoomHeader room={room} />
        <OfflineBanner />
        {status === 'open' ? (
          <Timeline key={room.id} room={room} isAway={isAway} toEnd={toEnd} />
        ) : (
          <TimelineSkeleton />
        )}
        <ComposerArea room={room} isAway={isAway} toEnd={() => toEnd.current()} />
        <RoomDropTarget room={room} />
      </main>
      <Beside room={room} />
    </>
  );
}

/** A page that was opened from a panel covers it until it is closed. */
function Beside({ room }: { room: OpenRoom }) {
  if (panel.value === 'search') return <SearchPanel room={room} />;
  if (panel.value === 'why' && !openedPage.value) return <WhyPanel room={room} />;
  if (panel.value === 'memory' && !openedPage.value) return <MemoryPanel room={room} />;
  return <DocumentsSide room={room} />;
}

/** Files may be let go anywhere over the room, by those who may write in it. */
function RoomDropTarget({ room }: { room: OpenRoom }) {
  const { upload } = words.value;
  const mayWrite =
    room.status.value === 'open' && room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;
  return (
    <DropTarget
      title={upload.dropHere}
      text={upload.dropHereText(room.room.value?.name ?? '')}
      onFiles={mayWrite ? (files) => void attachFiles(room, files) : undefined}
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
