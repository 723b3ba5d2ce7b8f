// The rail: rooms with what is unread, personal chats, the archive, and who one is.
import { type ReadonlySignal, type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RoomSummary } from '../../src/protocol/models.ts';
import { formatNumber, words } from '../lib/i18n.ts';
import { DESK_PATH, DOCUMENTS_PATH, go, MEMORY_PATH, MENTIONS_PATH, place, roomPath } from '../lib/router.ts';
import { isDark, setTheme } from '../lib/theme.ts';
import { openRoom, openRoomId } from '../state/app.ts';
import { isOffline, latencyMs, link } from '../state/connection.ts';
import { libraryCount } from '../state/documents.ts';
import { drafts } from '../state/drafts.ts';
import {
  archivedRooms,
  groupRooms,
  holdRooms,
  loadArchivedRooms,
  loadRooms,
  openNewChat,
  personalRooms,
  rooms,
  roomsFailed,
} from '../state/rooms.ts';
import { describeError } from '../state/sentences.ts';
import { me, setup } from '../state/session.ts';
import { isAdministrator, toolServers, troubledServers } from '../state/tool-servers.ts';
import { showDialog } from '../state/ui.ts';
import { Avatar } from './avatar.tsx';
import { Writing } from './composer-area.tsx';
import { useAction } from './field.tsx';
import { Icon, type IconName, Mark } from './icon.tsx';
import { RailSkeleton } from './skeleton.tsx';

/** With more rooms than this, a field to find one by its name appears. */
const FILTER_FROM = 12;
const FEW = 4;

export function Rail() {
  const { rail, app } = words.value;
  const newChat = useAction();
  const list = useRef<HTMLElement>(null);
  const filter = useSignal('');
  const hasFilter = (rooms.value?.length ?? 0) > FILTER_FROM;
  const wanted = hasFilter ? filter.value.trim().toLowerCase() : '';
  useHeldWhileUsed(list);
  useCurrentInView(list);
  const assistant = setup.value?.assistant;
  const startChat = () =>
    newChat.run(async () => {
      go(roomPath(await openNewChat()));
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
      <JumpButton />
      {hasFilter && <RoomFilter value={filter} />}
      <nav ref={list} id="rooms" aria-label={rail.label}>
        <RoomsFailed />
        {rooms.value === undefined && !roomsFailed.value && <RailSkeleton />}
        <RailSection
          title={rail.rooms}
          items={groupRooms}
          wanted={wanted}
          icon="room"
          empty={rail.noRooms}
          newLabel={rail.newRoom}
          onNew={() => showDialog({ name: 'new-room' })}
        />
        <RailSection
          title={rail.personal}
          items={personalRooms}
          wanted={wanted}
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
      <Places />
      <RailFooter />
    </aside>
  );
}

/** Opens the palette: the one field that finds everything. */
function JumpButton() {
  const { rail } = words.value;
  return (
    <button class="field jump" type="button" aria-haspopup="dialog" onClick={() => showDialog({ name: 'palette' })}>
      <Icon name="search" class="sm" />
      <span class="grow cut">{rail.jump}</span>
      <kbd class="wide-only">Ctrl K</kbd>
    </button>
  );
}

/** The order changes only while nobody points at the list or moves in it by keyboard. */
function useHeldWhileUsed(list: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let isOver = false;
    const update = () => holdRooms(isOver || element.matches(':has(:focus-visible)'));
    // A finger points at nothing after it was lifted.
    const onPointer = (event: PointerEvent) => {
      isOver = event.type === 'pointerenter' && event.pointerType === 'mouse';
      update();
    };
    // The focus is in its new place only after `focusout`.
    const onFocus = () => queueMicrotask(update);
    const ends = new AbortController();
    const { signal } = ends;
    for (const name of ['pointerenter', 'pointerleave'] as const) element.addEventListener(name, onPointer, { signal });
    for (const name of ['focusin', 'focusout'] as const) element.addEventListener(name, onFocus, { signal });
    return () => {
      ends.abort();
      holdRooms(false);
    };
  }, []);
}

/** Another room, another place of it, or a list that was loaded again: its link is in view. */
function useCurrentInView(list: { current: HTMLElement | null }): void {
  const where = useComputed(() => {
    const place = rooms.value?.findIndex((room) => room.id === openRoomId.value) ?? -1;
    return place < 0 || link.value.state === 'offline' ? undefined : `${openRoomId.value} ${place}`;
  });
  useSignalEffect(() => {
    if (!where.value) return;
    requestAnimationFrame(() => {
      if (list.current?.matches(':hover')) return;
      list.current?.querySelector('a[aria-current]')?.scrollIntoView({ block: 'nearest' });
    });
  });
}

function RoomFilter({ value }: { value: Signal<string> }) {
  const { rail } = words.value;
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    value.value = '';
    field.current?.focus();
  };
  return (
    <div class="rail-filter">
      <div class="field">
        <Icon name="search" class="sm" />
        <input
          ref={field}
          type="text"
          autocomplete="off"
          aria-label={rail.filter}
          placeholder={rail.filter}
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || !value.peek()) return;
            event.preventDefault();
            clear();
          }}
        />
        {value.value && (
          <button
            class="btn quiet icon sm"
            type="button"
            aria-label={rail.clearFilter}
            title={rail.clearFilter}
            onClick={clear}
          >
            <Icon name="close" class="sm" />
          </button>
        )}
      </div>
    </div>
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
  /** Only rooms with this in their name are shown; lower case, '' for all. */
  wanted: string;
  icon: IconName;
  empty: string;
  newLabel: string;
  onNew: () => void;
}

function RailSection({ title, items, wanted, icon, empty, newLabel, onNew }: RailSectionProps) {
  // Whoever has few of them may not know the sign yet; later it is enough.
  const isFew = items.value.length < FEW;
  const shown = wanted ? items.value.filter((room) => room.name.toLowerCase().includes(wanted)) : items.value;
  return (
    <>
      <h2>
        {title}
        {!isFew && (
          <button class="btn quiet icon sm" type="button" aria-label={newLabel} title={newLabel} onClick={onNew}>
            <Icon name="plus" class="sm" />
          </button>
        )}
      </h2>
      {rooms.value && shown.length === 0 && (
        <p class="rail-note">{items.value.length > 0 ? words.value.rail.noMatch : empty}</p>
      )}
      <ul>
        {shown.map((room) => (
          <RoomLink key={room.id} room={room} icon={icon} />
        ))}
      </ul>
      {isFew && (
        <button class="new" type="button" onClick={onNew}>
          <Icon name="plus" />
          {newLabel}
        </button>
      )}
    </>
  );
}

function RoomLink({ room, icon }: { room: RoomSummary; icon: IconName }) {
  const isCurrent = useComputed(() => openRoomId.value === room.id);
  const { rail } = words.value;
  const hasDraft = useComputed(() => drafts.value.has(room.id) && openRoomId.value !== room.id);
  const isMuted = room.notify !== 'all';
  const isUnread = room.unread > 0 && !isCurrent.value && !isMuted;
  const mentions = room.notify === 'nothing' || isCurrent.value ? 0 : room.mentions;
  // What is open is known at once; the list hears of it once a second.
  const isRunning = isCurrent.value
    ? (openRoom.value?.turns.value.some((turn) => turn.state === 'running') ?? false)
    : room.running;
  return (
    <li>
      <a
        href={roomPath(room.id)}
        class={isUnread ? 'unread' : isMuted ? 'muted' : undefined}
        aria-current={isCurrent.value ? 'page' : undefined}
      >
        <Icon name={hasDraft.value ? 'edit' : icon} />
        <span class="grow cut">{room.name}</span>
        {hasDraft.value && <span class="sr">{rail.draft}</span>}
        {mentions > 0 ? (
          <span class="count you">
            <span aria-hidden="true">@{mentions}</span>
            <span class="sr">{rail.mentions(mentions)}</span>
          </span>
        ) : isRunning && !isOffline() ? (
          <Writing label={rail.answering} />
        ) : isMuted ? (
          <>
            <Icon name="bellOff" class="sm" />
            <span class="sr">{rail.muted}</span>
          </>
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

/** What belongs to no room; always in sight below the list. */
function Places() {
  const { rail } = words.value;
  const { name } = place.value;
  const troubled = troubledServers.value.length;
  const count = libraryCount.value;
  const mentions = rooms.value?.reduce((sum, room) => sum + room.mentions, 0) ?? 0;
  return (
    <nav class="places" aria-label={rail.places}>
      <ul>
        <li>
          <a href={MENTIONS_PATH} aria-current={name === 'mentions' ? 'page' : undefined}>
            <Icon name="at" />
            <span class="grow cut">{rail.mentionsOfMe}</span>
            {mentions > 0 && (
              <span class="count you">
                <span aria-hidden="true">{mentions}</span>
                <span class="sr">{rail.unread(mentions)}</span>
              </span>
            )}
          </a>
        </li>
        <li>
          <a href={DOCUMENTS_PATH} aria-current={name === 'documents' ? 'page' : undefined}>
            <Icon name="file" />
            <span class="grow cut">{rail.documents}</span>
            {count !== undefined && count > 0 && <span class="meta num">{formatNumber(count)}</span>}
          </a>
        </li>
        <li>
          <a href={MEMORY_PATH} aria-current={name === 'memory' ? 'page' : undefined}>
            <Icon name="bookmark" />
            <span class="grow cut">{rail.memory}</span>
          </a>
        </li>
        {isAdministrator.value && (
          <li>
            <a href={DESK_PATH} aria-current={name === 'desk' ? 'page' : undefined}>
              <Icon name="servers" />
              <span class="grow cut">{rail.desk}</span>
              {troubled > 0 ? (
                <span class="count">
                  <span aria-hidden="true">{troubled}</span>
                  <span class="sr">{rail.troubled(troubled)}</span>
                </span>
              ) : (
                (toolServers.value?.length ?? 0) > 0 && (
                  <span class="meta num">{formatNumber(toolServers.value?.length ?? 0)}</span>
                )
              )}
            </a>
          </li>
        )}
      </ul>
    </nav>
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
        <Icon name="ownSettings" />
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
