// The icons in use, as one inline sprite, and the mark of ProjectWise.

import archive from 'lucide-static/icons/archive.svg?raw';
import arrowDown from 'lucide-static/icons/arrow-down.svg?raw';
import arrowUp from 'lucide-static/icons/arrow-up.svg?raw';
import at from 'lucide-static/icons/at-sign.svg?raw';
import bell from 'lucide-static/icons/bell.svg?raw';
import bellOff from 'lucide-static/icons/bell-off.svg?raw';
import bookmark from 'lucide-static/icons/bookmark.svg?raw';
import camera from 'lucide-static/icons/camera.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import down from 'lucide-static/icons/chevron-down.svg?raw';
import left from 'lucide-static/icons/chevron-left.svg?raw';
import right from 'lucide-static/icons/chevron-right.svg?raw';
import question from 'lucide-static/icons/circle-question-mark.svg?raw';
import stopped from 'lucide-static/icons/circle-stop.svg?raw';
import clock from 'lucide-static/icons/clock.svg?raw';
import theme from 'lucide-static/icons/contrast.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import download from 'lucide-static/icons/download.svg?raw';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import eye from 'lucide-static/icons/eye.svg?raw';
import sheet from 'lucide-static/icons/file-spreadsheet.svg?raw';
import file from 'lucide-static/icons/file-text.svg?raw';
import forward from 'lucide-static/icons/forward.svg?raw';
import thanks from 'lucide-static/icons/hand-heart.svg?raw';
import hash from 'lucide-static/icons/hash.svg?raw';
import heart from 'lucide-static/icons/heart.svg?raw';
import image from 'lucide-static/icons/image.svg?raw';
import info from 'lucide-static/icons/info.svg?raw';
import key from 'lucide-static/icons/key-round.svg?raw';
import keyboard from 'lucide-static/icons/keyboard.svg?raw';
import link from 'lucide-static/icons/link.svg?raw';
import ask from 'lucide-static/icons/list-checks.svg?raw';
import signOut from 'lucide-static/icons/log-out.svg?raw';
import room from 'lucide-static/icons/message-square.svg?raw';
import minus from 'lucide-static/icons/minus.svg?raw';
import device from 'lucide-static/icons/monitor.svg?raw';
import fit from 'lucide-static/icons/move-horizontal.svg?raw';
import wider from 'lucide-static/icons/panel-right.svg?raw';
import attach from 'lucide-static/icons/paperclip.svg?raw';
import party from 'lucide-static/icons/party-popper.svg?raw';
import edit from 'lucide-static/icons/pencil.svg?raw';
import pin from 'lucide-static/icons/pin.svg?raw';
import plug from 'lucide-static/icons/plug.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import slides from 'lucide-static/icons/presentation.svg?raw';
import reply from 'lucide-static/icons/reply.svg?raw';
import again from 'lucide-static/icons/rotate-cw.svg?raw';
import scan from 'lucide-static/icons/scan-text.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import servers from 'lucide-static/icons/server.svg?raw';
import settings from 'lucide-static/icons/sliders-horizontal.svg?raw';
import smile from 'lucide-static/icons/smile.svg?raw';
import react from 'lucide-static/icons/smile-plus.svg?raw';
import brief from 'lucide-static/icons/square-pen.svg?raw';
import why from 'lucide-static/icons/text-align-start.svg?raw';
import quote from 'lucide-static/icons/text-quote.svg?raw';
import thumb from 'lucide-static/icons/thumbs-up.svg?raw';
import remove from 'lucide-static/icons/trash-2.svg?raw';
import warn from 'lucide-static/icons/triangle-alert.svg?raw';
import person from 'lucide-static/icons/user.svg?raw';
import ownSettings from 'lucide-static/icons/user-cog.svg?raw';
import invite from 'lucide-static/icons/user-plus.svg?raw';
import people from 'lucide-static/icons/users.svg?raw';
import offline from 'lucide-static/icons/wifi-off.svg?raw';
import wrench from 'lucide-static/icons/wrench.svg?raw';
import close from 'lucide-static/icons/x.svg?raw';

const ICONS = {
  again,
  archive,
  arrowDown,
  arrowUp,
  ask,
  at,
  attach,
  bookmark,
  bell,
  bellOff,
  brief,
  camera,
  check,
  clock,
  close,
  copy,
  device,
  down,
  download,
  edit,
  eye,
  file,
  fit,
  forward,
  hash,
  heart,
  image,
  info,
  invite,
  left,
  key,
  keyboard,
  link,
  minus,
  more,
  offline,
  ownSettings,
  party,
  people,
  person,
  pin,
  plug,
  plus,
  question,
  quote,
  react,
  remove,
  reply,
  right,
  room,
  scan,
  search,
  servers,
  settings,
  sheet,
  signOut,
  slides,
  smile,
  stopped,
  thanks,
  theme,
  thumb,
  warn,
  why,
  wider,
  wrench,
};
export type IconName = keyof typeof ICONS | 'stop';

/** A sheet of paper on the table with one line marked. */
const MARK = `<symbol id="i-mark" viewBox="0 0 28 28"><path class="mark-sheet" d="M6 2h11l7 7v14.5a2.5 2.5 0 0 1-2.5 2.5H6a2.5 2.5 0 0 1-2.5-2.5v-19A2.5 2.5 0 0 1 6 2z"/><path class="mark-fold" d="M17 2l7 7h-5a2 2 0 0 1-2-2z"/><path class="mark-line" d="M8 10h5.5M8 21h8"/><path class="mark-hit" d="M8.5 15.4h10.5"/></symbol>`;
const STOP =
  '<symbol id="i-stop" viewBox="0 0 24 24"><rect x="6" y="6" width="12" height="12" rx="2" fill="currentColor"/></symbol>';

/** Puts the sprite into the document, once. The text comes from the packages at build time, never from people. */
export function mountSprite(): void {
  const symbols = Object.entries(ICONS).map(([name, svg]) => {
    const shapes = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  const sprite = `<svg class="sprite" aria-hidden="true" focusable="false">${symbols.join('')}${STOP}${MARK}</svg>`;
  document.body.insertAdjacentHTML('afterbegin', sprite);
}

export function Icon({ name, class: extra = '' }: { name: IconName; class?: string }) {
  return (
    <svg class={`i ${extra}`} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="pw" aria-hidden="true">
      <use href="#i-mark" />
    </svg>
  );
}
