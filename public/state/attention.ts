// What calls somebody back who looks elsewhere: the mark on the page's icon and the app's, and where this device may, a notification.
import { effect } from '@preact/signals';
import icon from '../icon.svg?raw';
import { call } from '../lib/api.ts';
import { moreWords } from '../lib/more-words.ts';
import { plainLine } from '../lib/plain-text.ts';
import { go, messagePath, place, roomPath } from '../lib/router.ts';
import { deviceNotify } from './device-notify.ts';
import { lastNews, totalUnread } from './rooms.ts';
import { me, phase } from './session.ts';

const LONGEST = 140;
const NEWEST = 8;
const BEEP = { hz: 880, volume: 0.06, seconds: 0.18 };

let isStarted = false;

/** Once for the life of the page. */
export function startAttention(): void {
  if (isStarted) return;
  isStarted = true;
  effect(() => markIcons(phase.value === 'signed-in' ? totalUnread.value : 0));
  effect(() => {
    const news = lastNews.value;
    if (news) void consider(news);
  });
}

function markIcons(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const dot = '<circle cx="23.5" cy="4.5" r="4.5" fill="#c43d1f"/></svg>';
  const marked = `data:image/svg+xml,${encodeURIComponent(icon.replace('</svg>', dot))}`;
  if (link) {
    link.dataset.plain ??= link.href;
    link.href = unread > 0 ? marked : link.dataset.plain;
  }
  const app = navigator as Navigator & { setAppBadge?: (count: number) => Promise<void> };
  void app.setAppBadge?.(unread).catch(() => {});
}

function isLookedAt(roomId: string): boolean {
  const here = place.peek();
  const isHere = here.name === 'room' && here.roomId === roomId;
  return isHere && document.visibilityState === 'visible' && document.hasFocus();
}

type News = NonNullable<typeof lastNews.value>;

async function consider({ room, isMention }: News): Promise<void> {
  const { what, sound } = deviceNotify.peek();
  if (what === 'off' || room.notify === 'nothing' || isLookedAt(room.id)) return;
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const user = me.peek();
  const page = await call('listMessages', { params: { roomId: room.id }, query: { limit: NEWEST } }).catch(() => null);
  const isForMe = (message: { mentions: { id: string }[]; askedBy?: { id: string } | undefined }) =>
    message.askedBy?.id === user?.id || message.mentions.some(({ id }) => id === user?.id);
  const said = page?.items.filter(({ author, status }) => author.id !== user?.id && isSaid(author.kind, status)) ?? [];
  const message = isMention ? said.findLast(isForMe) : said.at(-1);
  const isWanted = isMention || (message && isForMe(message) && room.notify === 'all');
  if (!isWanted && (what === 'mentions' || room.notify === 'mentions')) return;
  // Read on another device, or looked at here, while it was asked for.
  if (isLookedAt(room.id) || me.peek()?.id !== user?.id) return;
  const { notify } = moreWords.peek();
  const isAnswer = message?.askedBy?.id === user?.id;
  const title = message
    ? (isAnswer ? notify.answered : notify.said)(message.author.name, room.name)
    : notify.newIn(room.name);
  await show(title, message ? plainLine(message.text, LONGEST) : '', room.id, message?.id);
  if (sound) beep();
}

const isSaid = (kind: string, status: string): boolean =>
  kind !== 'system' && status !== 'deleted' && status !== 'streaming';

/** One at a time for each room: the newest takes the place of the one before. */
async function show(title: string, body: string, roomId: string, messageId: string | undefined): Promise<void> {
  const path = messageId ? messagePath(roomId, messageId) : roomPath(roomId);
  const options = { body, tag: roomId, icon: '/icon.svg', silent: true, data: { path } };
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      notification.close();
      window.focus();
      go(path);
    };
  } catch {
    // Where pages may not show one themselves, such as Android, an installed app may.
    const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
    await registration?.showNotification(title, options).catch(() => {});
  }
}

function beep(): void {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = BEEP.hz;
  volume.gain.setValueAtTime(BEEP.volume, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + BEEP.seconds);
  tone.connect(volume).connect(audio.destination);
  tone.onended = () => void audio.close();
  tone.start();
  tone.stop(audio.currentTime + BEEP.seconds);
}
