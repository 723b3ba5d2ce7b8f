// Sticks to the end while the reader is there; keeps the line being read in its place while they are not. Nothing moves under them.
import type { Signal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { OpenRoom } from '../state/open-room.ts';

/** Nearer to the end than this counts as being there. */
const END_PX = 48;

interface StickyScroll {
  scroller: { current: HTMLElement | null };
  list: { current: HTMLElement | null };
  room: OpenRoom;
  isAway: Signal<boolean>;
  onScroll: () => void;
}

/**
 * The browser's own scroll anchoring is off (overflow-anchor: none): not every browser has it, and none keeps the place of a
 * region that stands at its very top while older messages are put above it.
 */
export function useStickyScroll({ scroller, list, room, isAway, onScroll }: StickyScroll) {
  const isStuck = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<{ row: Element; top: number } | undefined>(undefined);

  const remember = useCallback(() => {
    const element = scroller.current;
    if (!element || !list.current) return;
    lastTop.current = element.scrollTop;
    anchor.current = isStuck.current ? undefined : firstVisible(element, list.current);
  }, []);
  /** After every change of size, before it is painted. */
  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || document.visibilityState !== 'visible') return;
    if (isStuck.current) {
      element.scrollTop = element.scrollHeight;
      lastTop.current = element.scrollTop;
      // A short conversation never scrolls: what is drawn at the end is seen.
      room.markRead();
      return;
    }
    const kept = anchor.current;
    // Somebody scrolled since: where they went is the place to keep.
    if (kept?.row.isConnected && Math.abs(element.scrollTop - lastTop.current) < 1) {
      element.scrollTop += kept.row.getBoundingClientRect().top - kept.top;
    }
    remember();
  }, [room]);
  const release = useCallback(() => {
    isStuck.current = false;
    room.atEnd = false;
    isAway.value = true;
  }, [room]);
  const toEnd = useCallback(() => {
    isStuck.current = true;
    isAway.value = false;
    room.showNewest();
    settle();
  }, [room]);

  useLayoutEffect(() => {
    isStuck.current = true;
    isAway.value = false;
    lastTop.current = 0;
    settle();
  }, [room]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !list.current) return;
    const observer = new ResizeObserver(settle);
    observer.observe(list.current);
    observer.observe(element);
    const onMove = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      const movedUp = element.scrollTop < lastTop.current - 1;
      const isAtEnd = distance < END_PX && !room.window.peek().hasNewer;
      // Content that grew between two frames is not the reader leaving the end; only moving up is.
      if (isStuck.current ? movedUp && !isAtEnd : true) {
        isStuck.current = isAtEnd;
        isAway.value = !isAtEnd;
        if (isAtEnd && !room.atEnd) room.backAtEnd();
        room.atEnd = isAtEnd;
      }
      if (room.atEnd) room.markRead();
      remember();
      onScroll();
    };
    element.addEventListener('scroll', onMove, { passive: true });
    document.addEventListener('visibilitychange', settle);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onMove);
      document.removeEventListener('visibilitychange', settle);
    };
  }, [room, onScroll]);

  return { toEnd, release };
}

function firstVisible(scroller: HTMLElement, list: HTMLElement): { row: Element; top: number } | undefined {
  const box = scroller.getBoundingClientRect();
  const middle = box.left + scroller.clientWidth / 2;
  // Between two rows there is nothing: look a little further down.
  for (let y = box.top + 1; y < box.bottom; y += 12) {
    const row = document.elementFromPoint(middle, y)?.closest('[data-message]');
    if (row && list.contains(row)) return { row, top: row.getBoundingClientRect().top };
  }
  return undefined;
}
