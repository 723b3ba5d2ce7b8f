// Words selected in a message: a button beside them quotes just those in a reply.
import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { words } from '../lib/i18n.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { writeInto } from '../state/references.ts';
import { composerMode } from '../state/ui.ts';
import { Icon } from './icon.tsx';

interface Selected {
  messageId: string;
  text: string;
  left: number;
  top: number;
}

const ABOVE_PX = 38;
const LEAST_TOP_PX = 8;

export function SelectionQuote({ room }: { room: OpenRoom }) {
  const selected = useSignal<Selected | undefined>(undefined);
  useLayoutEffect(() => {
    // Only once it is made: a button that follows the pointer is in its way.
    const look = () => {
      selected.value = readSelection();
    };
    const hide = () => {
      if (getSelection()?.isCollapsed) selected.value = undefined;
    };
    look();
    const timeline = document.getElementById('timeline');
    const forget = () => {
      selected.value = undefined;
    };
    document.addEventListener('pointerup', look);
    document.addEventListener('keyup', look);
    document.addEventListener('selectionchange', hide);
    timeline?.addEventListener('scroll', forget, { passive: true });
    return () => {
      document.removeEventListener('pointerup', look);
      document.removeEventListener('keyup', look);
      document.removeEventListener('selectionchange', hide);
      timeline?.removeEventListener('scroll', forget);
    };
  }, []);
  const now = selected.value;
  const message = now && room.find(now.messageId);
  if (!now || !message || message.status === 'deleted') return null;
  const quote = () => {
    composerMode.value = { kind: 'reply', message };
    const lines = now.text.split('\n').map((line) => (line.trim() === '' ? '>' : `> ${line.trim()}`));
    writeInto(room, `${lines.join('\n')}\n\n`, { atStart: true });
    const field = document.getElementById('composer');
    if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
    getSelection()?.removeAllRanges();
    selected.value = undefined;
  };
  return (
    <button
      class="btn sm selection-quote"
      type="button"
      style={{ left: `${now.left}px`, top: `${now.top}px` }}
      // The selection stays while the button is pressed.
      onPointerDown={(event) => event.preventDefault()}
      onClick={quote}
    >
      <Icon name="quote" class="sm" />
      {words.value.actions.quote}
    </button>
  );
}

/** Of one message only: what reaches into another one is nobody's words. */
function readSelection(): Selected | undefined {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  const proseOf = (node: Node) =>
    (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>('.msg .prose');
  const prose = proseOf(range.startContainer);
  const messageId = prose?.closest<HTMLElement>('[data-message]')?.dataset.message;
  const text = selection.toString().trim();
  if (!prose || !messageId || text === '') return undefined;
  // Three clicks select a paragraph, and the place before whatever follows it.
  if (proseOf(range.endContainer) !== prose && !prose.innerText.includes(text)) return undefined;
  const box = range.getBoundingClientRect();
  return { messageId, text, left: box.left, top: Math.max(LEAST_TOP_PX, box.top - ABOVE_PX) };
}
