// The frame of a diagram: has it drawn when it comes near the view, and turns between drawing and source.
import type { MarkdownWords } from './words.ts';

export interface Drawing {
  source: string;
  words: MarkdownWords;
}

const mounted = new WeakMap<Element, string>();

/** May be called again at any time; a diagram that is known is drawn at once. */
export function mountDiagram(host: HTMLElement, source: string, words: MarkdownWords): void {
  if (mounted.get(host) === source) return;
  mounted.set(host, source);
  // Not loaded: the source stays.
  import('./draw-diagram.ts').then(
    ({ watchDiagram }) => watchDiagram(host, { source, words }),
    () => mounted.delete(host),
  );
}

export function toggleSource(event: Event): void {
  const button = event.currentTarget as HTMLElement;
  const isSource = button.closest('figure')?.toggleAttribute('data-source') ?? false;
  button.setAttribute('aria-pressed', String(isSource));
}
