// Sticks to the end while the reader is there; keeps the line being read in its place while they are not. Nothing moves under them.
import type { Signal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { OpenRoom } from '../state/open-room.ts';
import { heldLineMoved, onLineHeld, releaseLine } from '../state/reading-line.ts';

/** Nearer to the end than this counts as being there. */
const END_PX = 48;
/** A scroll belongs to the last key, finger or wheel for this long; phones go on rolling after the finger is gone. */
const INTENT_MS = 1_000;
const LINE_PX = 20;

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
  /** Where the region stood when it was last looked at. */
  const last = useRef({ top: 0, scrollHeight: 0, clientHeight: 0 });
  const intent = useRef<Intent | undefined>(undefined);
  const anchor = useRef<{ row: Element; top: number } | undefined>(undefined);

  const remember = useCallback(() => {
    const element = scroller.current;
    if (!element || !list.current) return;
    const { scrollTop: top, scrollHeight, clientHeight } = element;
    last.current = { top, scrollHeight, clientHeight };
    anchor.current = isStuck.current ? undefined : firstVisible(element, list.current);
  }, []);
  const stick = useCallback(
    (isAtEnd: boolean) => {
      isStuck.current = isAtEnd;
      isAway.value = !isAtEnd;
      if (isAtEnd && !room.atEnd) room.backAtEnd();
      room.atEnd = isAtEnd;
    },
    [room],
  );
  /** After every change of size, before it is painted. */
  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || document.visibilityState !== 'visible') return;
    // A jump has put another part of the conversation here.
    if (isStuck.current && !room.atEnd) stick(false);
    // Something opened beside or over the conversation: the line that was pointed at stays, even where the end then is not in view.
    const moved = heldLineMoved();
    if (moved !== undefined) {
      element.scrollTop += moved;
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (scrollHeight - scrollTop - clientHeight >= END_PX) stick(false);
      remember();
      return;
    }
    if (isStuck.current) {
      element.scrollTop = element.scrollHeight;
      remember();
      // A short conversation never scrolls: what is drawn at the end is seen.
      room.markRead();
      return;
    }
    const kept = anchor.current;
    // Somebody scrolled since: where they went is the place to keep.
    if (kept?.row.isConnected && Math.abs(element.scrollTop - last.current.top) < 1) {
      element.scrollTop += kept.row.getBoundingClientRect().top - kept.top;
    }
    remember();
  }, [room, stick]);
  const release = useCallback(() => stick(false), [stick]);
  const toEnd = useCallback(() => {
    releaseLine();
    intent.current?.forget();
    isStuck.current = true;
    isAway.value = false;
    room.showNewest();
    settle();
  }, [room]);

  useLayoutEffect(() => {
    if (room.window.peek().hasNewer) {
      stick(false);
      return;
    }
    isStuck.current = true;
    isAway.value = false;
    room.backAtEnd();
    settle();
  }, [room]);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !list.current) return;
    const observer = new ResizeObserver(settle);
    observer.observe(list.current);
    observer.observe(element);
    const hand = watchIntent(element, () => {
      if (isStuck.current) release();
    });
    intent.current = hand;
    const stopHolding = onLineHeld(settle);
    const onMove = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (Math.abs(scrollTop - last.current.top) < 1) {
        // The echo of our own scrolling: what changed its size since is still to be settled.
        onScroll();
        return;
      }
      const isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX && !room.window.peek().hasNewer;
      const isUp = scrollTop < last.current.top - 1;
      // A row that shrinks makes the browser move the region up too: that is not the reader leaving. What no row explains is,
      // also when no hand was seen: a search of the browser or a screen reader moves the region as well.
      const isSameSize = scrollHeight === last.current.scrollHeight && clientHeight === last.current.clientHeight;
      const isFar = last.current.top - scrollTop > clientHeight / 2;
      if (isStuck.current) {
        if (isUp && !isAtEnd && (isSameSize || isFar || hand.isUp())) stick(false);
      } else if (!(isAtEnd && isUp)) stick(isAtEnd);
      if (room.atEnd) room.markRead();
      remember();
      onScroll();
    };
    element.addEventListener('scroll', onMove, { passive: true });
    document.addEventListener('visibilitychange', settle);
    return () => {
      observer.disconnect();
      stopHolding();
      hand.end();
      element.removeEventListener('scroll', onMove);
      document.removeEventListener('visibilitychange', settle);
    };
  }, [room, onScroll]);

  return { toEnd, release };
}

interface Intent {
  isUp(): boolean;
  forget(): void;
  end(): void;
}

/**
 * Whether the reader is moving the region up by their own hand: wheel, finger, keys or the scrollbar. `onLeave` is told at once
 * when the wheel turned further than the end reaches, because an answer that grows would undo each small step of it.
 */
function watchIntent(element: HTMLElement, onLeave: () => void): Intent {
  let until = 0;
  let isHolding = false;
  let finger: number | undefined;
  let wheeled = 0;
  const up = () => {
    if (performance.now() > until) wheeled = 0;
    until = performance.now() + INTENT_MS;
  };
  const stop = new AbortController();
  const options = { passive: true, signal: stop.signal } as const;
  element.addEventListener(
    'wheel',
    ({ deltaY, deltaMode, ctrlKey }) => {
      if (ctrlKey) return;
      if (deltaY >= 0) {
        if (deltaY > 0) until = 0;
        return;
      }
      up();
      wheeled -= deltaMode === WheelEvent.DOM_DELTA_LINE ? deltaY * LINE_PX : deltaY;
      if (wheeled > END_PX && element.scrollTop > 0) onLeave();
    },
    options,
  );
  element.addEventListener(
    'touchstart',
    ({ touches }) => {
      finger = touches[0]?.clientY;
    },
    options,
  );
  element.addEventListener(
    'touchmove',
    ({ touches }) => {
      const now = touches[0]?.clientY;
      if (now !== undefined && finger !== undefined && now > finger) up();
      finger = now;
    },
    options,
  );
  element.addEventListener(
    'keydown',
    ({ key, shiftKey }) => {
      if (key === 'ArrowUp' || key === 'PageUp' || key === 'Home' || (key === ' ' && shiftKey)) up();
    },
    options,
  );
  element.addEventListener(
    'pointerdown',
    ({ target, offsetX }) => {
      isHolding = target === element && offsetX >= element.clientWidth;
    },
    options,
  );
  for (const name of ['pointerup', 'pointercancel'] as const) {
    addEventListener(
      name,
      () => {
        if (isHolding) up();
        isHolding = false;
      },
      options,
    );
  }
  return {
    isUp: () => isHolding || performance.now() < until,
    forget: () => {
      until = 0;
    },
    end: () => stop.abort(),
  };
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
