// Blocks of a page as the Markdown that is stored, searched and shown.
import type { Block, TableBlock } from './parsed.ts';

/** Blocks in order, an empty line between them. Text that is no Markdown stays as it was written: it is read by people and models. */
export function pageMarkdown(blocks: readonly Block[]): string {
  return blocks
    .map(blockMarkdown)
    .filter((text) => text !== '')
    .join('\n\n');
}

export function blockMarkdown(block: Block): string {
  switch (block.type) {
    case 'heading': {
      const text = oneLine(block.text);
      return text === '' ? '' : `${'#'.repeat(block.level)} ${text}`;
    }
    case 'paragraph':
      return block.text.trim();
    case 'list':
      return listMarkdown(block.items, block.ordered);
    case 'table':
      return tableMarkdown(block);
    case 'code': {
      const fence = '`'.repeat(Math.max(3, longestRunOfTicks(block.text) + 1));
      return block.text.trim() === '' ? '' : `${fence}\n${block.text.replace(/\n+$/, '')}\n${fence}`;
    }
  }
}

/** A marker of the document's own (`a.`, `3.2`, `IV.`) is kept, because clauses are cited by it. */
function listMarkdown(items: readonly { text: string; depth: number; marker?: string }[], ordered: boolean): string {
  const counters: number[] = [];
  return items
    .flatMap(({ text, depth, marker }) => {
      counters.length = depth + 1;
      counters[depth] = (counters[depth] ?? 0) + 1;
      if (text.trim() === '') return [];
      const sign = marker ?? (ordered ? `${counters[depth]}.` : '-');
      // A marker that Markdown does not know as one still needs a bullet, or the items would run together.
      const bullet = /^([-*+]|\d{1,9}[.)])$/.test(sign) ? sign : `- ${sign}`;
      const indent = '   '.repeat(depth);
      return `${indent}${bullet} ${text.trim().replace(/\s*\n\s*/g, `\n${indent}   `)}`;
    })
    .join('\n');
}

function tableMarkdown({ rows, headerRows, caption }: TableBlock): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (columns === 0) return caption?.trim() ?? '';
  const lines = rows.map((row) => rowMarkdown(row, columns));
  const rule = `|${' --- |'.repeat(columns)}`;
  // Markdown has exactly one header row; a table without one gets an empty one.
  if (headerRows === 0) lines.unshift(rowMarkdown([], columns), rule);
  else lines.splice(1, 0, rule);
  return [...(caption?.trim() ? [caption.trim(), ''] : []), ...lines].join('\n');
}

function rowMarkdown(row: readonly string[], columns: number): string {
  const cells = Array.from({ length: columns }, (_, column) => {
    const text = oneLine(row[column] ?? '').replaceAll('|', '\\|');
    return text === '' ? ' ' : ` ${text} `;
  });
  return `|${cells.join('|')}|`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function longestRunOfTicks(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
