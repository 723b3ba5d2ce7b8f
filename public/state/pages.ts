// Opening a page of a document beside the conversation: where the focus goes back to, and which line stays where it is.
import { computed } from '@preact/signals';
import type { Source } from '../../src/protocol/models.ts';
import { hidePage, isPlainClick, type OpenedPage, openedPage, showPage } from '../lib/router.ts';
import { openRoom } from './app.ts';
import { holdLine } from './reading-line.ts';
import { isPhone, panel } from './ui.ts';

/** What was pressed to open the page. */
let opener: HTMLElement | undefined;

/** On phones the sheet leaves this much of the conversation in sight; the cited line comes to its middle. */
const SHEET_SHARE = 0.68;

/** @param from what was pressed; the focus returns there, and it stays in its place while the room gets narrower */
export function openPage(page: OpenedPage, from: EventTarget | null): void {
  opener = from instanceof HTMLElement ? from : undefined;
  if (opener?.closest('#timeline')) holdLine(opener, isPhone() ? placeAboveSheet() : undefined);
  if (panel.peek() === 'search') panel.value = undefined;
  showPage(page);
}

/** For links, so that a new tab, a copied address and a plain press all do what people expect. */
export function openPageFromLink(event: MouseEvent, page: OpenedPage): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  openPage(page, event.currentTarget);
}

export function closePage(): void {
  hidePage();
  const back = opener?.isConnected ? opener : document.getElementById('composer');
  opener = undefined;
  back?.focus({ preventScroll: true });
}

function placeAboveSheet(): number {
  const head = document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
  return (head + innerHeight * (1 - SHEET_SHARE)) / 2;
}

export const markerOf = ({ marker }: Source): string => marker.replace(/[[\]]/g, '');

/** The source behind the open page, as far as its answer is known here. */
export const openedSource = computed<Source | undefined>(() => {
  const source = openedPage.value?.source;
  const room = openRoom.value;
  if (!source || !room) return undefined;
  // Read so that an answer that arrives later is found too.
  void room.window.value;
  return room.find(source.messageId)?.sources?.find((one) => markerOf(one) === source.marker);
});
