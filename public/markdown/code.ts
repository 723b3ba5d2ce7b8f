// A code block as a node; a complete one in Mermaid becomes a diagram with its source behind it.
import type { Code } from './blocks.ts';
import { colourCode } from './colour-code.ts';
import { mountDiagram, toggleSource } from './diagram.ts';
import { element, type MarkdownOptions, type MarkElement, type MarkNode } from './nodes.ts';
import { wordsFor } from './words.ts';

/** `hasTail`: its last line is still being written. Undefined: nothing of it may be shown yet. */
export function codeNode(code: Code, options: MarkdownOptions, hasTail: boolean): MarkElement | undefined {
  if (hasTail && code.empty && !code.done) return undefined;
  const text = hasTail ? sureText(code) : code.text;
  const language = code.language.toLowerCase();
  if (language === 'mermaid' && code.done && !hasTail && !options.isLiteral) return diagramNode(text, options);
  const shown = element('code', {}, [text]);
  if (language && language !== 'mermaid' && !options.isLiteral) shown.mount = (host) => colourCode(host, language);
  const words = wordsFor(options.lang);
  return element('figure', { class: 'code' }, [
    element('header', {}, [element('span', {}, [code.language || words.code]), copyButton(options)]),
    element('pre', { tabindex: '0' }, [shown]),
  ]);
}

/** Without a last line that may become the closing fence. */
function sureText({ text, fence, done }: Code): string {
  if (!fence || done) return text;
  const cut = text.lastIndexOf('\n') + 1;
  const last = text.slice(cut).trim();
  return last && last === fence[0]!.repeat(last.length) ? text.slice(0, Math.max(0, cut - 1)) : text;
}

function diagramNode(source: string, options: MarkdownOptions): MarkElement {
  const words = wordsFor(options.lang);
  const toggle = iconButton(words.showSource, 'source', ['m16 18 6-6-6-6', 'm8 6-6 6 6 6']);
  toggle.attributes['aria-pressed'] = 'false';
  toggle.click = toggleSource;
  const enlarge = iconButton(words.enlarge, 'enlarge', ['M15 3h6v6', 'm21 3-7 7', 'm3 21 7-7', 'M9 21H3v-6']);
  enlarge.click = (event) => options.onEnlarge?.(event);
  const drawing = element('div', { class: 'drawing' }, []);
  drawing.drawnFrom = source;
  drawing.mount = (host) => mountDiagram(host as HTMLElement, source, words);
  const buttons = options.onEnlarge ? [toggle, enlarge] : [toggle];
  return element('figure', { class: 'code diagram' }, [
    element('header', {}, [element('span', {}, [words.diagram]), ...buttons, copyButton(options)]),
    element('pre', { tabindex: '0' }, [element('code', {}, [source])]),
    drawing,
  ]);
}

function copyButton(options: MarkdownOptions): MarkElement {
  const words = wordsFor(options.lang);
  const box = element('rect', { width: '14', height: '14', x: '8', y: '8', rx: '2' }, []);
  const copy = iconButton(words.copy, 'copy', ['M4 16a2 2 0 0 1-2-2V4c0-1.1.9-2 2-2h10a2 2 0 0 1 2 2'], [box]);
  copy.attributes['data-copied'] = words.copied;
  copy.click = options.onCopy;
  return copy;
}

function iconButton(label: string, name: string, paths: string[], shapes: MarkNode[] = []): MarkElement {
  const lines = paths.map((d) => element('path', { d }, []));
  const icon = element('svg', { class: 'i sm', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [...shapes, ...lines]);
  return element('button', { type: 'button', class: `btn quiet icon sm ${name}`, 'aria-label': label }, [icon]);
}
