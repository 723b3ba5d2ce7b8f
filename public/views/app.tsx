// The root: which page is shown, the keys that work everywhere, the title of the window.
import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { DocumentsSide } from '../components/documents-side.tsx';
import { lazy } from '../components/lazy.tsx';
import { Rail } from '../components/rail.tsx';
import { words } from '../lib/i18n.ts';
import { go, openedPage, place, roomPath } from '../lib/router.ts';
import { announcement } from '../state/announcer.ts';
import { goHome, openRoom, openRoomId } from '../state/app.ts';
import { stopTurn } from '../state/message-actions.ts';
import { closePage } from '../state/pages.ts';
import { groupRooms, personalRooms, rooms, totalUnread } from '../state/rooms.ts';
import { phase } from '../state/session.ts';
import { dialog, panel, showDialog } from '../state/ui.ts';
import { isPanelWide } from '../state/viewed.ts';
import { Dialogs } from './dialogs.tsx';
import { FirstRun, InviteLanding, SignIn, Unreachable } from './entrance.tsx';
import { HomeView } from './home-view.tsx';
import { RoomView } from './room-view.tsx';

export function App() {
  useTitle();
  useFirstLook();
  const now = place.value;
  if (phase.value === 'starting') return null;
  if (phase.value === 'unreachable') return <Unreachable />;
  if (phase.value === 'first-run') return <FirstRun />;
  if (now.name === 'invite') return <InviteLanding key={now.code} code={now.code} />;
  if (phase.value === 'signed-out') return <SignIn />;
  return <Workspace />;
}

const LibraryView = lazy(async () => (await import('./library-view.tsx')).LibraryView, goHome);
const DeskView = lazy(async () => (await import('./desk-view.tsx')).DeskView, goHome);
const MentionsView = lazy(async () => (await import('./mentions-view.tsx')).MentionsView, goHome);
const MemoryView = lazy(async () => (await import('./memory-view.tsx')).MemoryView, goHome);

function Workspace() {
  useKeys();
  const room = openRoom.value;
  const isLibrary = place.value.name === 'documents';
  const isDesk = place.value.name === 'desk';
  const isMentions = place.value.name === 'mentions';
  const isMemory = place.value.name === 'memory';
  const page = openedPage.value;
  const hasPanel = room ? panel.value !== undefined || page : isLibrary && page;
  const look = [
    'app',
    ...(hasPanel ? ['three'] : []),
    ...(page && isPanelWide.value ? ['wide-panel'] : []),
    ...(openRoomId.value || isLibrary || isMentions || isMemory || isDesk ? ['in-room'] : []),
  ];
  return (
    <>
      <button
        class="skip"
        type="button"
        onClick={() => document.querySelector<HTMLElement>('#composer, #timeline, #desk')?.focus()}
      >
        {words.value.app.skip}
      </button>
      <div class={look.join(' ')}>
        <Rail />
        {room ? (
          <RoomView key={room.id} room={room} />
        ) : isLibrary ? (
          <>
            <LibraryView />
            <DocumentsSide />
          </>
        ) : isDesk ? (
          <DeskView />
        ) : isMentions ? (
          <MentionsView />
        ) : isMemory ? (
          <MemoryView />
        ) : (
          <HomeView />
        )}
      </div>
      <p class="sr" role="status" aria-live="polite">
        {announcement.value}
      </p>
      <Dialogs />
    </>
  );
}

/** The outline that the page began with goes in the frame in which the app has drawn itself. */
function useFirstLook(): void {
  const hasDrawn = phase.value !== 'starting';
  useLayoutEffect(() => {
    const outline = document.getElementById('first-look');
    if (!hasDrawn || !outline) return;
    const parts = [...outline.querySelectorAll('i')].filter((part) => part.checkVisibility());
    // Whoever has seen it sees the app's own outlines at once: they are the same.
    if (parts.some((part) => getComputedStyle(part).visibility === 'visible'))
      document.documentElement.dataset.late = '';
    outline.remove();
  }, [hasDrawn]);
  useSignalEffect(() => {
    if (rooms.value && openRoom.value?.status.value !== 'joining') delete document.documentElement.dataset.late;
  });
}

function useTitle(): void {
  useSignalEffect(() => {
    const here = phase.value === 'signed-in' && placeTitle();
    const unread = totalUnread.value ? `(${totalUnread.value}) ` : '';
    document.title = `${unread}${here ? `${here} · ` : ''}ProjectWise`;
  });
}

function placeTitle(): string | undefined {
  const { name } = place.value;
  if (name === 'documents') return words.value.documents.libraryTitle;
  if (name === 'mentions') return words.value.rail.mentionsOfMe;
  if (name === 'memory') return words.value.rail.memory;
  return name === 'desk' ? words.value.rail.desk : openRoom.value?.room.value?.name;
}

function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || dialog.peek()) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        showDialog({ name: 'palette' });
      } else if (event.key === '?' && !isWritten(event.target)) {
        event.preventDefault();
        showDialog({ name: 'shortcuts' });
      } else if (event.key === 'F6') {
        event.preventDefault();
        moveBetweenRegions(event.shiftKey ? -1 : 1);
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        moveBetweenRooms(event.key === 'ArrowUp' ? -1 : 1);
      } else if (event.key === 'Escape' && (openedPage.peek() || panel.peek())) {
        if (openedPage.peek()) closePage();
        else panel.value = undefined;
      } else if ((event.ctrlKey || event.metaKey) && event.key === '.') {
        const running = openRoom
          .peek()
          ?.turns.peek()
          .find((turn) => turn.state !== 'queued');
        if (!running) return;
        event.preventDefault();
        void stopTurn(running.id, running.messageId);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const isWritten = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

/** Rail, conversation, composer, and the panel when it is open. */
function moveBetweenRegions(step: 1 | -1): void {
  const regions = [
    document.querySelector<HTMLElement>('#rooms a[aria-current]') ??
      document.querySelector<HTMLElement>('#rooms a, #rooms button'),
    document.querySelector<HTMLElement>('#timeline, #desk'),
    document.getElementById('composer'),
    document.querySelector<HTMLElement>(
      '#search input, .panel .desk, .panel [role="tab"][aria-selected="true"], .panel .panel-head h2',
    ),
  ].filter((region) => region?.checkVisibility());
  const holders = ['.rail', '#timeline, .ops', '.composer', '.panel'];
  const inside = holders.find((holder) => document.activeElement?.closest(holder));
  const at = regions.findIndex((region) => inside && region?.closest(inside));
  const next = at < 0 && step < 0 ? regions.length - 1 : (at + step + regions.length) % regions.length;
  regions[next]?.focus();
}

function moveBetweenRooms(step: 1 | -1): void {
  const ids = [...groupRooms.peek(), ...personalRooms.peek()].map((room) => room.id);
  if (ids.length === 0) return;
  const at = ids.indexOf(openRoomId.peek() ?? '');
  const next = ids[(at + step + ids.length) % ids.length];
  if (next) go(roomPath(next));
}
