// What a finger can do with a message: a long press opens its actions, a swipe to the right replies. Both are also buttons.
import { useEffect, useRef } from 'preact/hooks';
import { rightsOver } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { me } from '../state/session.ts';
import { showDialog } from '../state/ui.ts';
import { startReply } from './message-tools.tsx';

const LONG_PRESS_MS = 450;
const PRESS_SLACK_PX = 10;
/** So far a finger moves before it is a swipe, and so far before letting go replies. */
const SWIPE_BEGINS_PX = 14;
const SWIPE_REPLIES_PX = 56;
const SWIPE_MOST_PX = 76;
/** The edge belongs to the system's own way back. */
const EDGE_PX = 24;

interface Touch {
  row: HTMLElement;
  x: number;
  y: number;
  timer: ReturnType<typeof setTimeout>;
  isSwipe: boolean;
}

export const messageRowOf = (target: EventTarget | null) =>
  target instanceof Element ? target.closest<HTMLElement>('[data-message]') : null;

export function useMessageTouch(room: OpenRoom) {
  const touch = useRef<Touch | undefined>(undefined);
  const messageAt = (row: HTMLElement) => {
    const message = room.find(row.dataset.message ?? '');
    return message && message.status !== 'streaming' && message.status !== 'deleted' ? message : undefined;
  };
  const end = () => {
    const { current } = touch;
    if (!current) return;
    clearTimeout(current.timer);
    current.row.style.removeProperty('--swiped');
    delete current.row.dataset.swipe;
    touch.current = undefined;
  };
  useEffect(() => end, []);
  return {
    onPointerDown(event: PointerEvent) {
      end();
      const row = messageRowOf(event.target);
      if (event.pointerType !== 'touch' || !row || (event.target as Element).closest('button, a, input, pre')) return;
      const timer = setTimeout(() => {
        const message = messageAt(row);
        if (!message || touch.current?.isSwipe) return;
        navigator.vibrate?.(10);
        showDialog({ name: 'message-actions', message });
      }, LONG_PRESS_MS);
      touch.current = { row, x: event.clientX, y: event.clientY, timer, isSwipe: false };
    },
    onPointerMove(event: PointerEvent) {
      const { current } = touch;
      if (!current) return;
      const right = event.clientX - current.x;
      const down = Math.abs(event.clientY - current.y);
      if (current.isSwipe) {
        current.row.style.setProperty('--swiped', `${Math.min(SWIPE_MOST_PX, Math.max(0, right))}px`);
        current.row.dataset.swipe = right >= SWIPE_REPLIES_PX ? 'far' : 'begun';
      } else if (right > SWIPE_BEGINS_PX && right > 2 * down && current.x > EDGE_PX && canReply(event.target)) {
        clearTimeout(current.timer);
        current.isSwipe = true;
        current.row.dataset.swipe = 'begun';
      } else if (Math.hypot(right, down) > PRESS_SLACK_PX && (down > right || right < 0)) end();
      else if (Math.hypot(right, down) > PRESS_SLACK_PX) clearTimeout(current.timer);
    },
    onPointerUp() {
      const { current } = touch;
      const message = current?.row.dataset.swipe === 'far' ? messageAt(current.row) : undefined;
      end();
      if (!message) return;
      navigator.vibrate?.(10);
      startReply(message);
    },
    onPointerCancel: end,
  };

  /** By those who may write here, and not where a swipe scrolls what is wider than the page. */
  function canReply(target: EventTarget | null): boolean {
    const row = messageRowOf(target);
    const message = row && messageAt(row);
    if (!message || !rightsOver(room, message, me.peek()?.id ?? '').canWrite) return false;
    const wide = (target as Element).closest<HTMLElement>('.tablewrap, .formula.display, .canvas');
    return !wide || wide.scrollLeft <= 0;
  }
}
