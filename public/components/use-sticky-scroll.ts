// Sticks to the end while the reader is there; leaves everything where it is while they are not. Nothing moves under the reader.
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
  /** Changes when older messages were put on top or taken away. */
  firstKey: string | undefined;
  onScroll: () => void;
}

export function useStickyScroll({ scroller, list, room, isAway, firstKey, onScroll }: StickyScroll) {
  const isStuck = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<{ row: Element; top: number } | undefined>(undefined);
  const shownFirst = useRef(firstKey);

  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || !isStuck.current) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, []);
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
    room.markRead();
  }, [room]);

  // The old document is still there while rendering: remember where the first visible row stands before rows are put above it.
  if (shownFirst.current !== firstKey && !isStuck.current && scroller.current && list.current) {
    const top = scroller.current.getBoundingClientRect().top;
    const row = [...list.current.querySelectorAll('[data-message]')].find(
      (one) => one.getBoundingClientRect().bottom > top,
    );
    if (row) anchor.current = { row, top: row.getBoundingClientRect().top };
  }
  useLayoutEffect(() => {
    shownFirst.current = firstKey;
    const element = scroller.current;
    const kept = anchor.current;
    anchor.current = undefined;
    if (!element || !kept?.row.isConnected) return;
    // The browser's own anchoring would correct a second time.
    element.style.overflowAnchor = 'none';
    element.scrollTop += kept.row.getBoundingClientRect().top - kept.top;
    lastTop.current = element.scrollTop;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        element.style.overflowAnchor = '';
      }),
    );
  }, [firstKey]);

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
      lastTop.current = element.scrollTop;
      const isAtEnd = distance < END_PX && !room.window.peek().hasNewer;
      // Content that grew between two frames is not the reader leaving the end; only moving up is.
      if (isStuck.current ? movedUp && !isAtEnd : true) {
        isStuck.current = isAtEnd;
        isAway.value = !isAtEnd;
        if (isAtEnd && !room.atEnd) room.backAtEnd();
        room.atEnd = isAtEnd;
      }
      if (room.atEnd) room.markRead();
      onScroll();
    };
    element.addEventListener('scroll', onMove, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onMove);
    };
  }, [room, onScroll]);

  return { toEnd, release };
}
