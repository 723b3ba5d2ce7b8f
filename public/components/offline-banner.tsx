// The one line about the connection: since when it is gone, when the next try is, and a way to try now.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatTime, words } from '../lib/i18n.ts';
import { announce } from '../state/announcer.ts';
import { link, tryNow } from '../state/connection.ts';
import { Icon } from './icon.tsx';

/** Shorter interruptions are not worth a line that moves the page. */
const QUIET_MS = 800;

export function OfflineBanner() {
  const now = link.value;
  const clock = useSignal(Date.now());
  const isOffline = now.state === 'offline';
  useEffect(() => {
    if (!isOffline) return;
    clock.value = Date.now();
    const ticking = setInterval(() => {
      clock.value = Date.now();
    }, 250);
    return () => clearInterval(ticking);
  }, [isOffline]);
  const isShown = isOffline && clock.value - now.since >= QUIET_MS;
  useEffect(() => {
    if (isShown) announce(words.peek().announce.offline);
  }, [isShown]);
  if (!isOffline || !isShown) return null;
  const { room, app } = words.value;
  const seconds = Math.max(0, Math.ceil((now.nextTryAt - clock.value) / 1000));
  return (
    <div class="banner">
      <Icon name="offline" />
      <span class="grow">
        <b>{now.restarting ? room.serverRestarting : room.offlineSince(formatTime(now.since))}</b>{' '}
        <span class="num" aria-hidden="true">
          {now.trying || seconds === 0 ? room.tryingNow : room.tryingIn(seconds)}
        </span>{' '}
        <span class="kept">{room.writingKept}</span>
      </span>
      <button class="btn sm" type="button" onClick={tryNow}>
        {app.tryNow}
      </button>
    </div>
  );
}
