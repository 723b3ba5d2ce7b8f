// Keeps what is read on this device up to date, and brings it back when the server cannot be reached or has not answered yet.
import { batch, effect } from '@preact/signals';
import type { KeptRoom } from './kept.ts';
import type { OpenRoom } from './open-room.ts';
import { rooms } from './rooms.ts';
import { me, phase, setup } from './session.ts';

const PAUSE_MS = 600;
/** The room does not wait longer for a device that is slow to read. */
const PATIENCE_MS = 1_000;
/** As many as one looks back at without a network. */
const MOST_MESSAGES = 80;

const load = () => import('./kept.ts');

let timer: ReturnType<typeof setTimeout> | undefined;
let shown: OpenRoom | undefined;
let hasStart = false;

/** Begins to keep for whoever is signed in. @returns a function that ends it */
export function startKeeping(): () => void {
  const stopStart = effect(() => {
    // Only what the server said is worth keeping.
    if (me.value && setup.value && rooms.value) {
      hasStart = true;
      later();
    }
  });
  const onHide = () => void keepNow();
  addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onHide);
  return () => {
    stopStart();
    clearTimeout(timer);
    timer = undefined;
    shown = undefined;
    hasStart = false;
    removeEventListener('pagehide', onHide);
    document.removeEventListener('visibilitychange', onHide);
  };
}

/**
 * Keeps this room from now on, and shows what was kept of it until the server is heard.
 * @returns a function that ends it, and when what was kept is shown if that is not known yet: a join before would not go on from there
 */
export function keepRoomOf(room: OpenRoom, userId: string): { stop: () => void; shown: Promise<void> | undefined } {
  shown = room;
  const reading = room.room.peek()
    ? undefined
    : load().then(async ({ readRoom }) => {
        const kept = await readRoom(room.id, userId);
        if (kept && shown === room && !room.room.peek()) showKept(room, kept);
      }, nothing);
  const stop = effect(() => {
    const { messages, hasNewer } = room.window.value;
    if (room.status.value === 'missing') void load().then(({ forgetRoom }) => forgetRoom(room.id), nothing);
    if (room.room.value && room.members.value && messages && !hasNewer) later();
  });
  return {
    shown: reading && Promise.race([reading, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))]),
    stop: () => {
      void keepNow();
      stop();
      if (shown === room) shown = undefined;
    },
  };
}

/** The next join goes on from there. */
function showKept(open: OpenRoom, { room, role, members, messages, lastSeq }: KeptRoom): void {
  batch(() => {
    open.room.value = room;
    open.role.value = role;
    open.members.value = members;
    open.window.value = { messages, hasOlder: true, hasNewer: false };
    open.lastSeq = lastSeq;
    open.status.value = 'open';
  });
}

export const eraseKept = (): Promise<void> => load().then(({ forgetAll }) => forgetAll(), nothing);

export const readKeptStart = () => load().then(({ readStart }) => readStart(), nothing);

const nothing = () => undefined;

function later(): void {
  timer ??= setTimeout(() => void keepNow(), PAUSE_MS);
}

async function keepNow(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const user = me.peek();
  const room = shown;
  const now = setup.peek();
  if (!user || phase.peek() !== 'signed-in') return;
  const start = hasStart && now ? { user, setup: now, rooms: rooms.peek() ?? [] } : undefined;
  const window = room?.window.peek();
  const known = room?.room.peek();
  const keptRoom =
    room && known && window && !window.hasNewer && room.status.peek() === 'open'
      ? {
          ...{ userId: user.id, at: Date.now(), room: known, role: room.role.peek(), lastSeq: room.lastSeq },
          members: room.members.peek().map(({ presence: _, ...member }) => member),
          messages: window.messages.slice(-MOST_MESSAGES),
        }
      : undefined;
  await load().then(async ({ keepStart, keepRoom }) => {
    // Signed out while this was loaded: nothing may be kept any more.
    if (me.peek()?.id !== user.id) return;
    if (start) await keepStart(start);
    if (keptRoom) await keepRoom(keptRoom);
  }, nothing);
}
