// The conversation: rows, sticking to the end unless the reader scrolled up, paging, and moving through it with the keyboard.
import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatDay, formatTime, words } from '../lib/i18n.ts';
import { isOffline } from '../state/connection.ts';
import { jumpTarget } from '../state/jump.ts';
import { MINE, memoriesOf, rememberedIn } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { outbox } from '../state/outbox.ts';
import { buildRows, type Row } from '../state/rows.ts';
import { me } from '../state/session.ts';
import { activeMessage } from '../state/ui.ts';
import { reachesMark } from '../state/unread-mark.ts';
import { Answer } from './answer.tsx';
import { EmptyRoom } from './empty-room.tsx';
import { lazy } from './lazy.tsx';
import { MessageRow, PendingRow } from './message.tsx';
import { actionOfKey } from './message-tools.tsx';
import { QueueLine } from './queue-line.tsx';
import { TimelineSkeleton } from './skeleton.tsx';
import { SystemLine } from './system-line.tsx';
import { messageRowOf, useMessageTouch } from './use-message-touch.ts';
import { useStickyScroll } from './use-sticky-scroll.ts';

const Remember = lazy(
  async () => (await import('./remember.tsx')).Remember,
  () => undefined,
);

/** The newest rows are always drawn; older ones only when they come into view. */
const ALWAYS_DRAWN = 40;
const PAGE_AT_PX = 800;
/** A conversation waits no longer than this for what is proposed in it. */
const PATIENCE_MS = 3_000;
/** A message that was looked for stays marked for this long. */
const FOUND_MS = 2_400;

interface TimelineProps {
  room: OpenRoom;
  /** Told whether the reader has left the end; the way back floats over the composer. */
  isAway: Signal<boolean>;
  /** Filled with the function that goes back to the end. */
  toEnd: { current: () => void };
}

export function Timeline(props: TimelineProps) {
  return useProposals(props.room) ? <Conversation {...props} /> : <TimelineSkeleton />;
}

/** What is proposed stands between the messages: it is drawn with them, or it would move them when it comes. */
function useProposals({ id }: OpenRoom): boolean {
  const isPatient = useSignal(true);
  useEffect(() => {
    const timer = setTimeout(() => {
      isPatient.value = false;
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const isKnown =
    [id, MINE].every((place) => memoriesOf(place).isSettled.value) &&
    (rememberedIn(id).size === 0 || Remember.isSettled());
  // What is drawn stays.
  const isDrawn = useRef(false);
  isDrawn.current ||= isKnown || !isPatient.value || isOffline();
  return isDrawn.current;
}

function Conversation({ room, isAway, toEnd }: TimelineProps) {
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const { messages, hasOlder } = room.window.value;
  const rows = useComputed(() =>
    buildRows({
      messages: room.window.value.messages,
      turns: room.turns.value,
      pending: room.window.value.hasNewer ? [] : outbox.value.filter((one) => one.roomId === room.id),
      unread: room.unread.value && reachesMark(room.window.value, room.unread.value) ? room.unread.value : undefined,
      myId: me.value?.id ?? '',
      remembered: rememberedIn(room.id),
    }),
  ).value;

  const page = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    if (element.scrollTop < PAGE_AT_PX) void room.loadOlder();
    if (element.scrollHeight - element.scrollTop - element.clientHeight < PAGE_AT_PX) void room.loadNewer();
  }, [room]);
  const scroll = useStickyScroll({ scroller, list, room, isAway, onScroll: page });
  toEnd.current = scroll.toEnd;

  useEffect(page, [messages, page]);
  useJump(room, scroller, scroll.release);
  useOpening(room, scroller, scroll.release);
  const touch = useMessageTouch(room);
  const isEmpty =
    room.status.value === 'open' && !hasOlder && rows.every((row) => row.kind === 'system' || row.kind === 'day');

  return (
    <section
      ref={scroller}
      class="timeline"
      id="timeline"
      aria-label={words.value.timeline.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
      tabIndex={0}
      onKeyDown={(event) => {
        actByKey(event, room);
        moveByKey(event, scroll.toEnd);
      }}
      onPointerOver={(event) => {
        if (event.pointerType === 'mouse') activate(event.target);
      }}
      onPointerLeave={() => {
        if (!scroller.current?.contains(document.activeElement) && !hasOpenLayer()) activeMessage.value = undefined;
      }}
      onFocusIn={(event) => activate(event.target)}
      {...touch}
    >
      <ol ref={list}>
        {hasOlder && <OlderNote room={room} />}
        {rows.map((row, place) => (
          <TimelineRow key={row.key} room={room} row={row} isOld={place < rows.length - ALWAYS_DRAWN} />
        ))}
        {isEmpty && <EmptyRoom room={room} />}
      </ol>
    </section>
  );
}

function OlderNote({ room }: { room: OpenRoom }) {
  const { timeline, app } = words.value;
  if (room.loadingOlder.value !== 'failed') return <li class="page-note">{timeline.loadingOlder}</li>;
  return (
    <li class="page-note">
      {timeline.olderFailed}
      <button class="link" type="button" onClick={() => room.loadOlder()}>
        {app.tryAgain}
      </button>
    </li>
  );
}

interface TimelineRowProps {
  room: OpenRoom;
  row: Row;
  isOld: boolean;
}

function TimelineRow({ room, row, isOld }: TimelineRowProps) {
  switch (row.kind) {
    case 'day':
      return <li class="day">{formatDay(row.at)}</li>;
    case 'unread': {
      const { count, isLeast, since } = row.mark;
      const counted = isLeast ? `${count}+` : String(count);
      return <li class="newline">{words.value.timeline.unread(counted, since && formatTime(since))}</li>;
    }
    case 'system':
      return <SystemLine messages={row.messages} />;
    case 'remember':
      return <Remember room={room} memory={row.memory} />;
    case 'queue':
      return <QueueLine room={room} turns={row.turns} />;
    case 'pending':
      return <PendingRow room={room} pending={row.pending} isFollowUp={row.isFollowUp} />;
    case 'answer':
      return <Answer room={room} message={row.message} turn={row.turn} isOld={isOld} isApart={row.isApart} />;
    case 'message':
      return <MessageRow room={room} message={row.message} isFollowUp={row.isFollowUp} isOld={isOld} />;
  }
}

const hasOpenLayer = () => document.querySelector('.timeline :popover-open') !== null;

function activate(target: EventTarget | null): void {
  const row = messageRowOf(target);
  if (row && !hasOpenLayer()) activeMessage.value = row.dataset.message;
}

/** The timeline is one stop; arrows walk through its messages, End goes to the newest. */
function moveByKey(event: KeyboardEvent, toEnd: () => void): void {
  const target = event.target as HTMLElement;
  const section = event.currentTarget as HTMLElement;
  if (target !== section && !target.matches('[data-message]')) return;
  if (event.key === 'End') {
    event.preventDefault();
    toEnd();
    return;
  }
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...section.querySelectorAll<HTMLElement>('[data-message]')];
  const at = all.indexOf(target);
  const next = at < 0 ? all.at(-1) : all[at + (event.key === 'ArrowUp' ? -1 : 1)];
  event.preventDefault();
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}

/** A letter on the message that has the focus does what its menu does. */
function actByKey(event: KeyboardEvent, room: OpenRoom): void {
  const row = event.target as HTMLElement;
  if (!row.matches('[data-message]') || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const message = room.find(row.dataset.message ?? '');
  const run = message && actionOfKey(room, message, event.key.toLowerCase(), row);
  if (!run) return;
  event.preventDefault();
  run();
}

/** Brings the message of `jumpTarget` into view once it is drawn, and marks it for a moment. */
function useJump(room: OpenRoom, scroller: { current: HTMLElement | null }, release: () => void): void {
  const target = jumpTarget.value;
  const { messages } = room.window.value;
  useLayoutEffect(() => {
    if (!target) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(target)}"]`);
    if (!row) return;
    jumpTarget.value = undefined;
    release();
    row.scrollIntoView({ block: 'center' });
    row.focus({ preventScroll: true });
    row.classList.add('found');
    // Not at the end of its animation: there is none under reduced motion.
    setTimeout(() => row.classList.remove('found'), FOUND_MS);
  }, [target, messages]);
}

/** Opening a room with much unread: the line where the reader stopped comes to the top instead of the end. */
function useOpening(room: OpenRoom, scroller: { current: HTMLElement | null }, release: () => void): void {
  const mark = room.unread.value;
  const done = useSignal<unknown>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!mark || !element || done.peek() === mark) return;
    done.value = mark;
    const line = element.querySelector<HTMLElement>('.newline');
    if (!line) return;
    // What the device kept may be shown already: the end has moved since.
    if (room.atEnd) element.scrollTop = element.scrollHeight;
    const above = element.getBoundingClientRect().top - line.getBoundingClientRect().top;
    if (above <= 0) return;
    release();
    element.scrollTop -= above + 48;
  }, [mark]);
}
