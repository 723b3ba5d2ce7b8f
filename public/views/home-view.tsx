// /main without a room: on a wide screen the last room opens; without any room, the ways to begin.
import { useEffect } from 'preact/hooks';
import { Start } from '../components/empty-room.tsx';
import { useAction } from '../components/field.tsx';
import { OfflineBanner } from '../components/offline-banner.tsx';
import { words } from '../lib/i18n.ts';
import { go, roomPath } from '../lib/router.ts';
import { preferredRoom } from '../state/app.ts';
import { openNewChat, rooms } from '../state/rooms.ts';
import { showDialog } from '../state/ui.ts';

/** On phones the list itself is the page. */
const isWide = () => matchMedia('(min-width: 761px)').matches;

export function HomeView() {
  const list = rooms.value;
  const newChat = useAction();
  useEffect(() => {
    const first = list && preferredRoom(list.map((room) => room.id));
    if (first && isWide()) go(roomPath(first), true);
  }, [list]);
  const { home, rail } = words.value;
  const startChat = () =>
    newChat.run(async () => {
      go(roomPath(await openNewChat()));
    });
  return (
    <main class={list?.length === 0 ? 'room home' : 'room home with-list'}>
      <OfflineBanner />
      <div class="middle">
        {list?.length === 0 && (
          <div class="empty">
            <h1>{home.emptyTitle}</h1>
            <p>{home.emptyText}</p>
            <div class="starts">
              <Start
                icon="room"
                title={rail.newRoom}
                help={home.newRoomHelp}
                onClick={() => showDialog({ name: 'new-room' })}
              />
              <Start icon="person" title={rail.newChat} help={home.newChatHelp} onClick={startChat} />
            </div>
            {newChat.error && <p role="alert">{newChat.error}</p>}
          </div>
        )}
      </div>
    </main>
  );
}
