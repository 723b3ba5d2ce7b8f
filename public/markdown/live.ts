// Draws an answer while it is being written. Text arrives unevenly and is drawn evenly, at most once per frame; closed blocks are
// drawn once and never touched again.
import { type BlockReader, createBlockReader } from './blocks.ts';
import { copyCode } from './copy-code.ts';
import { enlargeDiagram } from './enlarge.ts';
import type { MarkdownOptions, MarkElement, MarkNode } from './nodes.ts';
import { patchChildren } from './patch.ts';
import { createTreeBuilder, type TreeBuilder } from './tree.ts';

/** No character waits longer than this for its frame. */
const MAX_LAG_MS = 100;
const CATCH_UP_SHARE = 4;

export interface LiveMarkdownOptions extends MarkdownOptions {
  /** After each change of the document, in the same frame: the place to keep the reader's scroll position. */
  onDraw?: () => void;
}

export interface LiveMarkdown {
  /** Adds text to the end. The first text is drawn at once. */
  push(text: string): void;
  /** Shows this whole text at once, without replay: joining late, or after a gap. */
  snapshot(text: string): void;
  /** Draws everything as finished and removes the caret. `text` is authoritative when given; options may bring the sources. */
  finish(text?: string, options?: MarkdownOptions): void;
  /** Stops drawing; the host keeps what it shows. */
  dispose(): void;
}

export function createLiveMarkdown(host: HTMLElement, initial: LiveMarkdownOptions = {}): LiveMarkdown {
  let options = { onCopy: copyCode, onEnlarge: enlargeDiagram, ...initial };
  let builder: TreeBuilder = createTreeBuilder(options);
  let reader: BlockReader = createBlockReader();
  let shown: MarkNode[] = [];
  let received = '';
  let drawn = 0;
  let arrivals: { end: number; atMs: number }[] = [];
  let frame = 0;
  let isEnded = false;
  const caret = document.createElement('span');
  caret.className = 'caret';
  caret.setAttribute('aria-hidden', 'true');
  host.replaceChildren(caret);

  const show = (next: MarkNode[]) => {
    patchChildren(host, shown, next);
    shown = next;
    if (!isEnded) placeCaret(host, caret, shown);
    options.onDraw?.();
  };
  const advance = (until: number) => {
    if (until > drawn) reader.push(received.slice(drawn, until));
    drawn = Math.max(drawn, until);
    const hasTail = reader.tail !== '';
    show(builder.growing(hasTail ? reader.preview(reader.tail) : reader.body, hasTail));
  };
  const advanceAll = () => advance(wholeCharacter(received, received.length));
  const draw = (nowMs: number) => {
    frame = 0;
    const backlog = received.length - drawn;
    let until = drawn + Math.ceil(backlog / CATCH_UP_SHARE);
    // The next frame may be late: what would be too old by then is drawn now.
    while (arrivals[0] && nowMs - arrivals[0].atMs >= MAX_LAG_MS - 17) until = Math.max(until, arrivals.shift()!.end);
    while (arrivals[0] && arrivals[0].end <= until) arrivals.shift();
    advance(wholeCharacter(received, until));
    if (drawn < wholeCharacter(received, received.length)) schedule();
  };
  const schedule = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    arrivals = [];
  };
  // A hidden page gets no frames, and one that comes back should find everything there.
  const onVisibility = () => {
    if (document.hidden && !isEnded) {
      cancel();
      advanceAll();
    }
  };
  document.addEventListener('visibilitychange', onVisibility);
  const end = () => {
    isEnded = true;
    cancel();
    document.removeEventListener('visibilitychange', onVisibility);
    caret.remove();
  };
  const restartUnless = (text: string) => {
    if (!text.startsWith(received.slice(0, drawn))) {
      reader = createBlockReader();
      drawn = 0;
    }
    received = text;
  };

  return {
    push(text) {
      if (isEnded || text === '') return;
      const isFirst = received === '';
      received += text;
      if (isFirst || document.hidden) {
        cancel();
        advanceAll();
        return;
      }
      arrivals.push({ end: received.length, atMs: performance.now() });
      schedule();
    },
    snapshot(text) {
      if (isEnded) return;
      restartUnless(text);
      cancel();
      advanceAll();
    },
    finish(text, later) {
      if (isEnded) return;
      restartUnless(text ?? received);
      if (later) {
        options = { ...options, ...later };
        builder = createTreeBuilder(options);
      }
      end();
      reader.push(received.slice(drawn));
      drawn = received.length;
      show(builder.finished(reader.end()));
    },
    dispose() {
      if (!isEnded) end();
    },
  };
}

/** An index that cuts no surrogate pair and no joined emoji. */
function wholeCharacter(text: string, until: number): number {
  let at = Math.min(until, text.length);
  while (at < text.length && at > 0 && isJoined(text, at)) at += 1;
  // The second half has not arrived yet.
  const last = text.charCodeAt(at - 1);
  return at === text.length && last >= 0xd800 && last <= 0xdbff ? at - 1 : at;
}

function isJoined(text: string, at: number): boolean {
  const next = text.charCodeAt(at);
  const previous = text.charCodeAt(at - 1);
  return (next >= 0xdc00 && next <= 0xdfff) || next === 0x200d || next === 0xfe0f || previous === 0x200d;
}

// After the last character: inside the innermost last element that holds running text.
const NOT_FOR_CARET = new Set(['hr', 'code', 'a', 'span', 'strong', 'em', 's', 'header', 'svg', 'colgroup']);

function placeCaret(host: Element, caret: Element, nodes: readonly MarkNode[]): void {
  let parent = host;
  let children = nodes;
  for (;;) {
    const index = parent.localName === 'tr' ? lastFilledCell(children) : children.length - 1;
    const last = children[index];
    if (last === undefined || typeof last === 'string' || NOT_FOR_CARET.has(last.tag)) break;
    if (last.tag === 'table' && isWithoutRows(last)) break;
    parent = parent.childNodes[index] as Element;
    children = last.children;
  }
  if (caret.parentNode !== parent || caret.nextSibling) parent.append(caret);
}

/** A row has all its cells from the beginning; the words grow in the last one that has any. */
function lastFilledCell(cells: readonly MarkNode[]): number {
  const last = cells.findLastIndex((cell) => typeof cell !== 'string' && cell.children.length > 0);
  return Math.max(0, last);
}

function isWithoutRows(table: MarkElement): boolean {
  const rows = table.children.at(-1);
  return typeof rows !== 'object' || rows.children.length === 0;
}
