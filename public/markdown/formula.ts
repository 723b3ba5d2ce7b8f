// A formula as a node, and its way to the screen: typed first, drawn as soon as what draws it has been loaded.
import type { FormulaText } from './formula-text.ts';
import { element, type MarkdownOptions, type MarkElement } from './nodes.ts';
import { wordsFor } from './words.ts';

export interface DrawnFormula extends FormulaText {
  /** Said when it cannot be drawn. */
  failed: string;
}

type Draw = (host: HTMLElement, formula: DrawnFormula) => void;

/** So long drawing may hold one frame up; what is left comes in the next ones. */
const SLICE_MS = 10;
const FRAME_MS = 16;

let draw: Draw | undefined;
let sliceEnd = 0;
let isWaiting = false;
const waiting = new Map<HTMLElement, DrawnFormula>();
const shownIn = new WeakMap<Element, string>();

export function formulaNode(formula: FormulaText, options: MarkdownOptions, tag: 'span' | 'div' = 'span'): MarkElement {
  const node = element(tag, { class: formula.isDisplay ? 'formula display' : 'formula' }, [formula.raw]);
  const drawn = { ...formula, failed: wordsFor(options.lang).formulaFailed };
  node.drawnFrom = formula.raw;
  node.mount = (shown) => mountFormula(shown as HTMLElement, drawn);
  return node;
}

function mountFormula(host: HTMLElement, formula: DrawnFormula): void {
  if (shownIn.get(host) === formula.raw) return;
  shownIn.set(host, formula.raw);
  const nowMs = performance.now();
  if (nowMs > sliceEnd + FRAME_MS) sliceEnd = nowMs + SLICE_MS;
  if (draw && nowMs < sliceEnd) {
    draw(host, formula);
    return;
  }
  host.textContent = formula.tex;
  waiting.set(host, formula);
  void drawWaiting();
}

async function drawWaiting(): Promise<void> {
  if (isWaiting) return;
  isWaiting = true;
  try {
    draw ??= (await import('./draw-formula.ts')).drawFormula;
    while (waiting.size > 0) {
      const until = performance.now() + SLICE_MS;
      for (const [host, formula] of waiting) {
        waiting.delete(host);
        draw(host, formula);
        if (performance.now() > until) break;
      }
      if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, FRAME_MS - SLICE_MS));
    }
  } catch {
    // It could not be loaded: it stays as typed, and the next formula tries again.
    waiting.clear();
  }
  isWaiting = false;
}
