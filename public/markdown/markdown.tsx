// <Markdown>: a finished message. Redrawn only when what it shows has changed.
import { useMemo } from 'preact/hooks';
import { copyCode } from './copy-code.ts';
import { enlargeDiagram } from './enlarge.ts';
import type { MarkdownOptions } from './nodes.ts';
import { renderMarkdown } from './render.ts';

export interface MarkdownProps extends MarkdownOptions {
  text: string;
  class?: string;
}

export function Markdown({ text, class: className = 'prose', lang, mentions, sources, onCite }: MarkdownProps) {
  const children = useMemo(
    () => renderMarkdown(text, { lang, mentions, sources, onCite, onCopy: copyCode, onEnlarge: enlargeDiagram }),
    [text, lang, mentions, sources, onCite],
  );
  return <div class={className}>{children}</div>;
}
