// Finished Markdown → Preact vnodes. Only text nodes and the attributes of nodes.ts: nothing is ever parsed as HTML.
import { type ComponentChild, h } from 'preact';
import { readBlocks } from './blocks.ts';
import type { MarkdownOptions, MarkNode } from './nodes.ts';
import { createTreeBuilder } from './tree.ts';

export function renderMarkdown(text: string, options: MarkdownOptions): ComponentChild[] {
  const tree = createTreeBuilder(options).finished({ blocks: readBlocks(text), depth: 0 });
  return tree.map(toVnode);
}

export function toVnode(node: MarkNode): ComponentChild {
  if (typeof node === 'string') return node;
  const { tag, attributes, click, mount, drawnFrom } = node;
  const props = {
    ...attributes,
    ...(click ? { onClick: click } : {}),
    ...(mount ? { ref: (shown: Element | null) => shown && mount(shown) } : {}),
    ...(drawnFrom === undefined ? {} : { key: drawnFrom }),
  };
  return h(tag, props, ...(drawnFrom === undefined ? node.children.map(toVnode) : []));
}
