// Opening and closing what stands beside the conversation: the line being read stays, and the focus goes back to where it came from.
import { batch } from '@preact/signals';
import { hidePage } from '../lib/router.ts';
import { holdLine } from './reading-line.ts';
import { explained, type Panel, panel } from './ui.ts';

/** What was pressed to open the panel. */
let opener: HTMLElement | undefined;

export function openPanel(next: Panel, from: EventTarget | null): void {
  opener = from instanceof HTMLElement ? from : undefined;
  if (opener?.closest('#timeline')) holdLine(opener);
  showPanel(next);
}

/** What is asked for comes in the place of the page that lies open, unless both stand there together. */
export function showPanel(next: Panel): void {
  batch(() => {
    if (next === 'why' || next === 'memory') hidePage();
    panel.value = next;
  });
}

/** Shows what an answer was made from. */
export function explainAnswer(messageId: string, from: EventTarget | null): void {
  explained.value = messageId;
  openPanel('why', from);
}

export function closePanel(): void {
  panel.value = undefined;
  const back = opener?.isConnected ? opener : document.getElementById('composer');
  opener = undefined;
  back?.focus({ preventScroll: true });
}
