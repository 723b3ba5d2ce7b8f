// Ties session, connection, rooms and the open room together. Started once by main.tsx.
import { computed, effect, signal, untracked } from '@preact/signals';
import type { ServerFacts } from '../../src/protocol/events.ts';
import type { Message } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { go, place } from '../lib/router.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { announce } from './announcer.ts';
import { closeConnection, isConnected, link, openConnection } from './connection.ts';
import { clearShelves, LIBRARY, noteDocument, reloadShelves, shelfOf } from './documents.ts';
import { closeDrafts, openDrafts } from './drafts.ts';
import { eraseKept, keepRoomOf, readKeptStart, startKeeping } from './keeping.ts';
import { clearMemories, dropMemories, noteMemory, reloadMemories } from './memories.ts';
import { OpenRoom } from './open-room.ts';
import { closeOutbox, flushAll, openOutbox, settle } from './outbox.ts';
import { clearReferences } from './references.ts';
import { clearRooms, loadRooms, noteActivity, noteNotify, noteRoomRemoved, showKeptRooms } from './rooms.ts';
import { me, phase, refreshSession, sessionEnded, startSession } from './session.ts';
import { clearToolServers, loadToolServers, noteToolServer } from './tool-servers.ts';
import { closeDialog } from './ui.ts';
import { clearUploads, resumeUploads } from './uploads.ts';

/** Rooms left lately are kept, so that coming back shows them at once and only what changed is fetched. */
const KEPT_ROOMS = 5;
const LOOK_AGAIN_MS = 5_000;
const MOST_RECENT = 12;

export const openRoom = signal<OpenRoom | undefined>(undefined);
const kept = new Map<string, OpenRoom>();

/** The room whose page is shown; undefined at /main. */
export const openRoomId = computed(() => (place.value.name === 'room' ? place.value.roomId : undefined));

/** @param ready before it nothing is shown: the words are still on their way */
export function startApp(ready: Promise<void>): void {
  effect(() => {
    const isIn = phase.value === 'signed-in';
    untracked(isIn ? signedIn : signedOut);
  });
  effect(() => {
    const roomId = openRoomId.value;
    if (phase.value === 'signed-in') untracked(() => show(roomId));
  });
  effect(() => {
    if (link.value.state === 'offline') {
      openRoom.peek()?.disconnected();
      for (const room of kept.values()) room.disconnected();
    }
  });
  void startSession(ready, async () => {
    const kept = await readKeptStart();
    if (kept) {
      showKeptRooms(kept.rooms);
      // Who one is was only remembered: the first connection asks again.
      wasConnected = true;
    }
    return kept;
  });
}

let wasConnected = false;
let lookedAt = 0;

/** A page that is looked at again after a while shows what was set on another one. */
function onVisible(): void {
  if (document.visibilityState !== 'visible' || !isConnected() || Date.now() - lookedAt < LOOK_AGAIN_MS) return;
  lookedAt = Date.now();
  void refreshSession();
}

const isOwnNewName = ({ member }: ServerFacts['member:changed']) =>
  'name' in member && member.userId === me.peek()?.id && member.name !== me.peek()?.fullName;

function signedIn(): void {
  const user = me.peek();
  if (!user) return;
  openOutbox(user.id, noteSent);
  stopKeeping = startKeeping();
  openDrafts(user.id);
  // What tells of news outside of this page is not needed for its first look.
  void import('./attention.ts').then(({ startAttention }) => startAttention()).catch(() => {});
  document.addEventListener('visibilitychange', onVisible);
  openConnection({
    onReady() {
      if (wasConnected) {
        announce(words.peek().announce.back);
        void refreshSession();
      }
      wasConnected = true;
      join();
      flushAll();
      resumeUploads();
      reloadShelves();
      reloadMemories();
      shelfOf(LIBRARY).loadOnce();
      void loadRooms();
      void loadToolServers();
    },
    onSignedOut: sessionEnded,
    onFact(name, payload) {
      if (name === 'room:activity') return noteActivity(payload as never);
      if (name === 'room:notify') return noteNotify(payload as never);
      if (name === 'document:changed') return documentChanged(payload as never);
      if (name === 'memory:changed') return memoryChanged(payload as never);
      if (name === 'mcp:changed') return noteToolServer((payload as ServerFacts['mcp:changed']).server);
      const { roomId } = payload as { roomId: string };
      if (name === 'room:removed') return removed(roomId);
      if (name === 'member:changed' && isOwnNewName(payload as ServerFacts['member:changed'])) void refreshSession();
      const room = openRoom.peek();
      if (room?.id !== roomId) return;
      // Before the fact is applied, so that the message replaces its pending form within one drawing.
      if (name === 'message:created') settleOwn((payload as { message: Message }).message);
      room.fact(name, payload);
    },
  });
}

let stopKeeping: (() => void) | undefined;
let stopKeepingRoom: (() => void) | undefined;
/** What the device kept of the open room is on its way. */
let reading: Promise<void> | undefined;

/** Joins the open room, from what the device kept of it. */
function join(): void {
  const room = openRoom.peek();
  if (!reading) room?.join();
  else
    void reading.then(() => {
      if (room === openRoom.peek()) room?.join();
    });
}

function signedOut(): void {
  // Before anybody has signed in there is nothing to erase.
  if (stopKeeping) {
    stopKeepingRoom?.();
    stopKeeping();
    stopKeeping = undefined;
    stopKeepingRoom = undefined;
    void eraseKept();
  }
  document.removeEventListener('visibilitychange', onVisible);
  closeConnection();
  closeOutbox();
  closeDrafts();
  clearUploads();
  clearReferences();
  clearShelves();
  clearMemories();
  clearRooms();
  clearToolServers();
  closeDialog();
  kept.clear();
  openRoom.value = undefined;
  wasConnected = false;
}

function documentChanged({ roomId, document }: ServerFacts['document:changed']): void {
  const place = roomId ?? LIBRARY;
  if ('removed' in document) noteDocument(place, document.id, undefined);
  else noteDocument(place, document.id, document);
}

const memoryChanged = ({ roomId, memory }: ServerFacts['memory:changed']) => noteMemory(memory, roomId);

function settleOwn(message: Message): void {
  if (message.author.id === me.peek()?.id) settle(message.clientId);
}

function noteSent(message: Message): void {
  const room = openRoom.peek();
  if (room?.id === message.roomId) room.takeSent(message);
}

function show(roomId: string | undefined): void {
  const before = openRoom.peek();
  const userId = me.peek()?.id;
  if (!userId || before?.id === roomId) return;
  stopKeepingRoom?.();
  stopKeepingRoom = undefined;
  if (before) {
    before.leave();
    // A room left far up is opened at its end again.
    if (!before.window.peek().hasNewer) kept.set(before.id, before);
    if (kept.size > KEPT_ROOMS) kept.delete(kept.keys().next().value ?? '');
  }
  if (!roomId) {
    openRoom.value = undefined;
    return;
  }
  const room = kept.get(roomId) ?? new OpenRoom(roomId, userId);
  kept.delete(roomId);
  room.atEnd = true;
  openRoom.value = room;
  room.opened();
  const { stop, shown } = keepRoomOf(room, userId);
  stopKeepingRoom = stop;
  reading = shown?.then(() => {
    if (room === openRoom.peek()) reading = undefined;
  });
  writeStored('lastRoom', roomId);
  writeStored('recentRooms', [roomId, ...recentRooms().filter((id) => id !== roomId)].slice(0, MOST_RECENT));
  join();
}

function removed(roomId: string): void {
  noteRoomRemoved(roomId);
  kept.delete(roomId);
  dropMemories(roomId);
  const room = openRoom.peek();
  if (room?.id === roomId) room.removed();
}

/** The room to show first on a wide screen: the last one, or the most recent. */
export function preferredRoom(ids: readonly string[]): string | undefined {
  const last = readStored<string | undefined>('lastRoom', undefined);
  return last && ids.includes(last) ? last : ids[0];
}

/** Rooms that were opened on this device, the last one first. */
export const recentRooms = (): string[] => readStored<string[]>('recentRooms', []);

export const goHome = () => go('/main');
