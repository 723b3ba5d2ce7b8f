// Leads to where the reader had stopped, as long as that line is above what is shown and was not seen yet.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatTime, words } from '../lib/i18n.ts';
import { jumpToUnread } from '../state/jump.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { reachesMark } from '../state/unread-mark.ts';
import { Icon } from './icon.tsx';

export function UnreadJump({ room }: { room: OpenRoom }) {
  const mark = room.unread.value;
  const window = room.window.value;
  const seen = useSignal<unknown>(undefined);
  const isAbove = useSignal(false);
  useEffect(() => {
    const timeline = document.getElementById('timeline');
    const line = timeline?.querySelector('.newline');
    if (!mark || !timeline) return;
    if (!line) {
      isAbove.value = !reachesMark(window, mark);
      return;
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (entry.isIntersecting) seen.value = mark;
        isAbove.value = entry.boundingClientRect.bottom < (entry.rootBounds?.top ?? 0);
      },
      { root: timeline },
    );
    observer.observe(line);
    return () => observer.disconnect();
  }, [mark, window]);
  if (!mark || !isAbove.value || seen.value === mark) return null;
  return (
    <div class="over-timeline">
      <button class="btn latest" type="button" onClick={() => jumpToUnread(room)}>
        <Icon name="arrowUp" class="sm" />
        {words.value.timeline.jumpToUnread(
          mark.isLeast ? `${mark.count}+` : String(mark.count),
          mark.since && formatTime(mark.since),
        )}
      </button>
    </div>
  );
}
