// Blocks → nodes. One reading for finished and for growing text; only the last, open block is built anew, closed ones are kept.
import {
  type Block,
  type Body,
  type Formula,
  type Item,
  isTaskText,
  type List,
  type Row,
  type Table,
} from './blocks.ts';
import { codeNode } from './code.ts';
import { formulaNode } from './formula.ts';
import { inlineNodes, isPlainRun } from './inline.ts';
import { element, type MarkdownOptions, type MarkElement, type MarkNode, textOf } from './nodes.ts';
import { closeUnfinished, isUndecidedLine } from './unfinished.ts';
import { wordsFor } from './words.ts';

/** Rows that decide the widths of a table's columns; later rows never move them. */
const ROWS_FOR_WIDTHS = 3;
const CHARACTER_PX = 7;
const CELL_PADDING_PX = 25;
const MIN_COLUMN_CHARACTERS = 4;
const MAX_COLUMN_CHARACTERS = 34;

export interface TreeBuilder {
  /** All of it, as finished. */
  finished(body: Body): MarkNode[];
  /** `hasTail`: the last line of the body is still being written. */
  growing(body: Body, hasTail: boolean): MarkNode[];
}

/** Keeps what it built for closed blocks, so that the same block gives the same node. */
export function createTreeBuilder(options: MarkdownOptions): TreeBuilder {
  const kept = new WeakMap<object, MarkElement>();
  const keep = <T extends object>(key: T, build: () => MarkElement): MarkElement => {
    let node = kept.get(key);
    if (!node) {
      node = build();
      kept.set(key, node);
    }
    return node;
  };
  const context = { options, keep, words: wordsFor(options.lang), isGrowing: false, hasTail: false };
  return {
    finished: (body) => bodyNodes(body, { ...context, isGrowing: false }, false),
    growing: (body, hasTail) => bodyNodes(body, { ...context, isGrowing: true, hasTail }, true),
  };
}

interface Context {
  options: MarkdownOptions;
  keep: <T extends object>(key: T, build: () => MarkElement) => MarkElement;
  words: ReturnType<typeof wordsFor>;
  isGrowing: boolean;
  hasTail: boolean;
}

function bodyNodes(body: Body, context: Context, isLast: boolean): MarkNode[] {
  const nodes: MarkNode[] = [];
  body.blocks.forEach((block, index) => {
    const isOpen = isLast && index === body.blocks.length - 1;
    const node = isOpen
      ? blockNode(block, context, true)
      : context.keep(block, () => blockNode(block, context, false)!);
    if (node) nodes.push(node);
  });
  return nodes;
}

// Undefined: nothing of the open block may be shown yet.
function blockNode(block: Block, context: Context, isOpen: boolean): MarkElement | undefined {
  switch (block.kind) {
    case 'paragraph': {
      const text = isOpen ? openText(block.text, context) : block.text;
      const children = text === undefined ? [] : run(text, context, isOpen);
      return isOpen && children.length === 0 ? undefined : element('p', {}, children);
    }
    case 'heading':
      if (isOpen && context.hasTail && !block.text) return undefined;
      // The page's own headings come first: h1 and h2 are the app's and the message's.
      return element(`h${Math.min(block.depth + 2, 6)}`, {}, run(block.text, context, isOpen));
    case 'rule':
      return isOpen && context.hasTail ? undefined : element('hr', {}, []);
    case 'code':
      return codeNode(block, context.options, isOpen && context.hasTail);
    case 'formula':
      return formulaBlock(block, context, isOpen);
    case 'quote': {
      const children = bodyNodes(block.body, context, isOpen);
      return isOpen && children.length === 0 ? undefined : element('blockquote', {}, children);
    }
    case 'list':
      return listNode(block, context, isOpen);
    case 'plain':
      return element('p', { class: 'plain' }, [block.text]);
    case 'table':
      return tableNode(block, context, isOpen);
  }
}

// What stands on its first line is not sure before the line ends; further lines are shown as typed until it is complete.
function formulaBlock(formula: Formula, context: Context, isOpen: boolean): MarkElement | undefined {
  const { raw, text, isClosed, done, close } = formula;
  if (isOpen && context.hasTail && !raw.includes('\n')) return undefined;
  if (isClosed && !context.options.isLiteral)
    return formulaNode({ raw, tex: text, isDisplay: true }, context.options, 'div');
  if (done && !isOpen) return element('p', {}, [raw]);
  // A last line that may become the closing marks is not part of it.
  const last = text.slice(text.lastIndexOf('\n') + 1);
  const sure = context.hasTail && isOpen && close.startsWith(last) ? text.slice(0, -last.length).trimEnd() : text;
  return element('div', { class: 'formula display' }, [sure]);
}

function run(text: string, context: Context, isOpen: boolean): MarkNode[] {
  return inlineNodes(isOpen && !isPlainRun(text) ? closeUnfinished(text) : text, context.options);
}

/** The lines of an open paragraph that are sure: a line that begins with "|" may be the head of a table. */
function openText(text: string, context: Context): string | undefined {
  const lines = text.split('\n');
  const last = lines.at(-1)!;
  if (context.hasTail && isUndecidedLine(last)) {
    lines.pop();
    if (/^[|:\s-]+$/.test(last) && lines.at(-1)?.startsWith('|')) lines.pop();
  } else if (last.startsWith('|')) lines.pop();
  return lines.length > 0 ? lines.join('\n') : undefined;
}

// ---- lists

function listNode(list: List, context: Context, isOpen: boolean): MarkElement | undefined {
  const children: MarkNode[] = [];
  list.items.forEach((item, index) => {
    const isLast = isOpen && index === list.items.length - 1;
    const node = isLast ? itemNode(item, context, true) : context.keep(item, () => itemNode(item, context, false)!);
    if (node) children.push(node);
  });
  if (children.length === 0) return undefined;
  const isNumbered = list.ordered && list.start !== 1;
  return element(list.ordered ? 'ol' : 'ul', isNumbered ? { start: String(list.start) } : {}, children);
}

// The first paragraph stands in the item itself, whether or not blank lines follow: a list never changes its shape afterwards.
function itemNode(item: Item, context: Context, isOpen: boolean): MarkElement | undefined {
  const [first, ...rest] = item.body.blocks;
  if (first?.kind !== 'paragraph') {
    const children = bodyNodes(item.body, context, isOpen);
    return isOpen && context.hasTail && children.length === 0 ? undefined : element('li', {}, children);
  }
  const isFirstOpen = isOpen && rest.length === 0;
  const text = isFirstOpen ? openText(first.text, context) : first.text;
  if (text === undefined) return undefined;
  const others = bodyNodes({ blocks: rest, depth: item.body.depth }, context, isOpen);
  if (!isTaskText(text)) {
    const words = run(text, context, isFirstOpen);
    if (isFirstOpen && words.length === 0) return undefined;
    return element('li', isLabelled(text, context) ? { class: 'labelled' } : {}, [...words, ...others]);
  }
  const isDone = text[1] !== ' ';
  const box = element(
    'span',
    {
      class: isDone ? 'box done' : 'box',
      role: 'img',
      'aria-label': isDone ? context.words.done : context.words.open,
    },
    [],
  );
  return element('li', { class: 'task' }, [box, ...run(text.slice(3).trimStart(), context, isFirstOpen), ...others]);
}

/** An item of a document page that brings its own letter or number, such as `a.` or `(3)`: a bullet before it would be one too many. */
const isLabelled = (text: string, context: Context): boolean =>
  context.options.isLiteral === true && /^\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,3})[.)]\s/i.test(text);

// ---- tables

function tableNode(table: Table, context: Context, isOpen: boolean): MarkElement | undefined {
  // The row of dashes is not sure before its line ends.
  if (isOpen && context.hasTail && table.rows.length === 0) return undefined;
  const header = rowNode(table, table.header, 'th', context, false);
  const rows: MarkNode[] = [];
  table.rows.forEach((row, index) => {
    const isTail = isOpen && context.hasTail && index === table.rows.length - 1;
    if (isTail && row.cells.every((cell) => cell === '')) return;
    rows.push(
      isTail
        ? rowNode(table, row, 'td', context, true)
        : context.keep(row, () => rowNode(table, row, 'td', context, false)),
    );
  });
  const settledRows = table.rows.length - (isOpen && context.hasTail ? 1 : 0);
  const widths = settledRows >= ROWS_FOR_WIDTHS ? columnWidths(table) : undefined;
  const columns = table.align.map((_, index) => element('col', widths ? { width: String(widths[index]) } : {}, []));
  const label = textOf(header.children.flatMap((cell) => [cell, ', '])).slice(0, 80);
  return element(
    'div',
    {
      class: 'tablewrap',
      tabindex: '0',
      role: 'region',
      'aria-label': `${context.words.table}: ${label.replace(/, $/, '')}`,
    },
    [
      element('table', widths ? { class: 'even' } : {}, [
        element('colgroup', {}, columns),
        element('thead', {}, [header]),
        element('tbody', {}, rows),
      ]),
    ],
  );
}

function rowNode(table: Table, row: Row, tag: 'th' | 'td', context: Context, isOpen: boolean): MarkElement {
  const lastFilled = isOpen ? row.cells.findLastIndex((cell) => cell !== '') : -1;
  const cells = row.cells.map((cell, index) => {
    const align = table.align[index];
    const attributes: Record<string, string> = tag === 'th' ? { scope: 'col' } : {};
    if (align === 'right') attributes.class = 'n';
    if (align === 'center') attributes.class = 'm';
    return element(tag, attributes, run(cell, context, index === lastFilled));
  });
  return element('tr', {}, cells);
}

function columnWidths(table: Table): number[] {
  const rows = [table.header, ...table.rows.slice(0, ROWS_FOR_WIDTHS)];
  return table.align.map((_, index) => {
    const longest = Math.max(...rows.map((row) => row.cells[index]!.length));
    const characters = Math.min(MAX_COLUMN_CHARACTERS, Math.max(MIN_COLUMN_CHARACTERS, longest));
    return Math.round(characters * CHARACTER_PX) + CELL_PADDING_PX;
  });
}
