// The rail: rooms with what is unread, personal chats, the archive, and who one is.
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { RoomSummary } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { go, roomPath } from '../lib/router.ts';
import { isDark, setTheme } from '../lib/theme.ts';
import { openRoom, openRoomId } from '../state/app.ts';
import { latencyMs, link } from '../state/connection.ts';
import {
  archivedRooms,
  createPersonalRoom,
  groupRooms,
  loadArchivedRooms,
  loadRooms,
  personalRooms,
  rooms,
  roomsFailed,
} from '../state/rooms.ts';
import { describeError } from '../state/sentences.ts';
import { me, setup } from '../state/session.ts';
import { showDialog } from '../state/ui.ts';
import { Avatar } from './avatar.tsx';
import { Writing } from './composer-area.tsx';
import { useAction } from './field.tsx';
import { Icon, type IconName, Mark } from './icon.tsx';
import { RailSkeleton } from './skeleton.tsx';

export function Rail() {
  const { rail, app } = words.value;
  const newChat = useAction();
  const assistant = setup.value?.assistant;
  const startChat = () =>
    newChat.run(async () => {
      go(roomPath(await createPersonalRoom()));
    });
  return (
    <aside class="rail" aria-label={app.workspace}>
      <header>
        <Mark />
        <div class="grow">
          <strong class="cut">ProjectWise</strong>
          {assistant && <small class="cut">{assistant.offline ? rail.builtIn : assistant.model}</small>}
        </div>
        <button
          class="btn quiet icon sm"
          type="button"
          aria-label={app.switchTheme}
          title={app.switchTheme}
          onClick={() => setTheme(isDark() ? 'light' : 'dark')}
        >
          <Icon name="theme" />
        </button>
      </header>
      <nav id="rooms" aria-label={rail.label}>
        <RoomsFailed />
        {rooms.value === undefined && !roomsFailed.value && <RailSkeleton />}
        <RailSection
          title={rail.rooms}
          items={groupRooms}
          icon="room"
          empty={rail.noRooms}
          newLabel={rail.newRoom}
          onNew={() => showDialog({ name: 'new-room' })}
        />
        <RailSection
          title={rail.personal}
          items={personalRooms}
          icon="person"
          empty={rail.noPersonal}
          newLabel={rail.newChat}
          onNew={startChat}
        />
        {newChat.error && (
          <p class="rail-note bad" role="alert">
            {newChat.error}
          </p>
        )}
        <ArchivedSection />
      </nav>
      <RailFooter />
    </aside>
  );
}

function RoomsFailed() {
  if (!roomsFailed.value || rooms.value) return null;
  return (
    <p class="rail-note">
      {words.value.home.loadFailed}{' '}
      <button class="link" type="button" onClick={() => loadRooms()}>
        {words.value.app.tryAgain}
      </button>
    </p>
  );
}

interface RailSectionProps {
  title: string;
  items: ReadonlySignal<readonly RoomSummary[]>;
  icon: IconName;
  empty: string;
  newLabel: string;
  onNew: () => void;
}

function RailSection({ title, items, icon, empty, newLabel, onNew }: RailSectionProps) {
  return (
    <>
      <h2>
        {title}
        <button class="btn quiet icon sm" type="button" aria-label={newLabel} title={newLabel} onClick={onNew}>
          <Icon name="plus" class="sm" />
        </button>
      </h2>
      {rooms.value && items.value.length === 0 && <p class="rail-note">{empty}</p>}
      <ul>
        {items.value.map((room) => (
          <RoomLink key={room.id} room={room} icon={icon} />
        ))}
      </ul>
    </>
  );
}

function RoomLink({ room, icon }: { room: RoomSummary; icon: IconName }) {
  const isCurrent = useComputed(() => openRoomId.value === room.id);
  const { rail } = words.value;
  const isUnread = room.unread > 0 && !isCurrent.value;
  // What is open is known at once; the list hears of it once a second.
  const isRunning = isCurrent.value
    ? (openRoom.value?.turns.value.some((turn) => turn.state === 'running') ?? false)
    : room.running;
  return (
    <li>
      <a
        href={roomPath(room.id)}
        class={isUnread ? 'unread' : undefined}
        aria-current={isCurrent.value ? 'page' : undefined}
      >
        <Icon name={icon} />
        <span class="grow cut">{room.name}</span>
        {room.mentions > 0 && !isCurrent.value ? (
          <span class="count you">
            <span aria-hidden="true">@{room.mentions}</span>
            <span class="sr">{rail.mentions(room.mentions)}</span>
          </span>
        ) : isRunning ? (
          <Writing label={rail.answering} />
        ) : (
          isUnread && (
            <span class="count">
              <span aria-hidden="true">{room.unread > 99 ? '99+' : room.unread}</span>
              <span class="sr">{rail.unread(room.unread)}</span>
            </span>
          )
        )}
      </a>
    </li>
  );
}

function ArchivedSection() {
  const chosen = useSignal<boolean | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const { rail } = words.value;
  // Reading an archived room shows where it stands.
  const isOpen = chosen.value ?? openRoom.value?.room.value?.archivedAt !== undefined;
  const load = async () => {
    try {
      failure.value = undefined;
      await loadArchivedRooms();
    } catch (error) {
      failure.value = error;
    }
  };
  if (isOpen && archivedRooms.value === undefined && failure.value === undefined) void load();
  return (
    <>
      <h2>
        <button
          class="fold"
          type="button"
          aria-expanded={isOpen}
          onClick={() => {
            chosen.value = !isOpen;
            failure.value = undefined;
          }}
        >
          <Icon name={isOpen ? 'down' : 'right'} class="sm" />
          {rail.archived}
        </button>
      </h2>
      {isOpen && failure.value !== undefined && <p class="rail-note bad">{describeError(failure.value)}</p>}
      {isOpen && archivedRooms.value?.length === 0 && <p class="rail-note">{rail.noArchived}</p>}
      {isOpen && (
        <ul>
          {archivedRooms.value?.map((room) => (
            <RoomLink key={room.id} room={room} icon="archive" />
          ))}
        </ul>
      )}
    </>
  );
}

function RailFooter() {
  const user = me.value;
  const { rail } = words.value;
  if (!user) return null;
  return (
    <footer>
      <Avatar
        userId={user.id}
        name={user.fullName}
        small
        presence={link.value.state === 'connected' ? 'online' : undefined}
      />
      <div class="grow">
        <span class="cut">{user.fullName}</span>
        <ConnectionState />
      </div>
      <button
        class="btn quiet icon sm"
        type="button"
        aria-label={rail.settings}
        title={rail.settings}
        onClick={() => showDialog({ name: 'profile' })}
      >
        <Icon name="settings" />
      </button>
    </footer>
  );
}

function ConnectionState() {
  const { rail } = words.value;
  const { state } = link.value;
  if (state === 'connected') return <small class="num">{rail.connected(latencyMs.value)}</small>;
  return <small>{state === 'offline' ? rail.offline : rail.connecting}</small>;
}
