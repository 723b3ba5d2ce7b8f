// Draws formulas with KaTeX. Loaded with the first formula; nothing in a formula may link, load or leave its place.
import katex from 'katex';
import 'katex/dist/katex.min.css';
import type { DrawnFormula } from './formula.ts';
import { keepLine } from './keep-line.ts';

/** In em: a formula cannot make room for itself beyond this. */
const MAX_SIZE_EM = 8;
const MAX_EXPANSIONS = 100;

/** Deeper ones bring browsers down; nobody reads them. */
const MAX_DEPTH = 20;
/** Commands that make new commands: what they can grow into cannot be told beforehand. */
const DEFINES = /\\(?:[gex]?def|(?:future)?let|(?:re)?newcommand|providecommand|newenvironment|global|long)(?![a-z])/i;

function isTooDeep(tex: string): boolean {
  let depth = 0;
  for (const [mark] of tex.matchAll(/[{}[\]]|\\(?:left|right|begin|end|over|choose|atop)(?![a-z])/g)) {
    if (/^(?:\}|\]|\\right|\\end)$/.test(mark)) depth -= 1;
    else depth += 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

export function drawFormula(host: HTMLElement, { tex, raw, isDisplay, failed }: DrawnFormula): void {
  keepLine(host, () => {
    try {
      if (DEFINES.test(tex) || isTooDeep(tex)) throw new Error('This formula is refused.');
      katex.render(tex, host, {
        displayMode: isDisplay,
        trust: false,
        throwOnError: true,
        strict: 'ignore',
        maxSize: MAX_SIZE_EM,
        maxExpand: MAX_EXPANSIONS,
      });
      host.dataset.drawn = '';
    } catch {
      const code = document.createElement('code');
      code.textContent = raw;
      code.title = failed;
      host.replaceChildren(code);
      host.dataset.failed = '';
    }
    // Only what scrolls is a stop for the keyboard.
    if (isDisplay && host.scrollWidth > host.clientWidth) host.tabIndex = 0;
  });
}
