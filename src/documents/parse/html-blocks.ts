// HTML as blocks: what a reader of the page sees. Nothing is run and nothing is loaded.
import { Parser } from 'htmlparser2';
import { cellText, createFlow, type Flow } from './flow.ts';
import { ReadProblem } from './format.ts';
import { createGrid, type GridCell } from './grid.ts';
import type { Block } from './parsed.ts';

/** Browsers stop at some hundreds; each level costs the parser more than the one before. */
const MOST_DEPTH = 20_000;

/** With everything in them. */
const UNSEEN = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'canvas',
  'audio',
  'video',
  'datalist',
  'frameset',
  'annotation',
]);
const BLOCKS = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'body',
  'center',
  'dd',
  'details',
  'dialog',
  'div',
  'dl',
  'dt',
  'fieldset',
  'figcaption',
  'figure',
  'footer',
  'form',
  'header',
  'hr',
  'html',
  'legend',
  'main',
  'nav',
  'option',
  'p',
  'section',
  'select',
  'summary',
  'textarea',
]);
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);
const STRUCK = new Set(['s', 'del', 'strike']);

interface List {
  isOrdered: boolean;
  next: number;
  type: string;
}

interface TableFrame {
  rows: { cells: (GridCell & { blocks: Block[] })[]; isHeader: boolean }[];
  caption: string;
  isInHead: boolean;
}

/** A place in which text gathers: the page, or a cell of a table, which has its own lists and tables. */
interface Frame {
  flow: Flow;
  text: string;
  lists: List[];
  /** The item whose text is being gathered. */
  item: { depth: number; marker?: string; hasText: boolean } | undefined;
  heading: number | undefined;
  preDepth: number;
  tables: TableFrame[];
  cell: GridCell | undefined;
}

export interface HtmlPage {
  title: string;
  blocks: Block[];
}

export function readHtml(html: string): HtmlPage {
  const reader = createReader();
  const parser = new Parser(reader, { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: false });
  // In pieces: the parser keeps what it was given until it has read it.
  for (let at = 0; at < html.length; at += 65_536) parser.write(html.slice(at, at + 65_536));
  parser.end();
  return reader.end();
}

function createReader() {
  const frames: Frame[] = [newFrame()];
  /** Elements that hide everything in them; void ones are not counted. */
  const hidden: string[] = [];
  let title: string | undefined;
  let depth = 0;
  let isInTitle = false;
  const frame = (): Frame => frames.at(-1)!;

  return {
    onopentag(name: string, attributes: Record<string, string>) {
      depth += 1;
      if (depth > MOST_DEPTH) throw new ReadProblem('file_too_complex', 'The page nests too deep.');
      if (hidden.length > 0 || (!VOID.has(name) && isHidden(name, attributes))) {
        if (!VOID.has(name)) hidden.push(name);
        return;
      }
      if (name === 'title' && title === undefined) isInTitle = true;
      else open(frames, name, attributes);
    },
    ontext(text: string) {
      if (hidden.length > 0) return;
      if (isInTitle) title = `${title ?? ''}${text}`;
      else addText(frame(), text);
    },
    onclosetag(name: string) {
      depth -= 1;
      if (hidden.length > 0) {
        if (hidden.at(-1) === name) hidden.pop();
        return;
      }
      if (name === 'title') isInTitle = false;
      else close(frames, name);
    },
    end(): HtmlPage {
      while (frames.length > 1) endCell(frames);
      flush(frame());
      while (frame().tables.length > 0) endTable(frame());
      return { title: (title ?? '').replace(/\s+/g, ' ').trim(), blocks: frame().flow.take() };
    },
  };
}

const newFrame = (cell?: GridCell): Frame => ({
  flow: createFlow(),
  text: '',
  lists: [],
  item: undefined,
  heading: undefined,
  preDepth: 0,
  tables: [],
  cell,
});

const isHidden = (name: string, attributes: Record<string, string>): boolean =>
  UNSEEN.has(name) ||
  attributes.hidden !== undefined ||
  /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attributes.style ?? '');

function addText(frame: Frame, text: string): void {
  if (frame.preDepth > 0) frame.text += text;
  else {
    const folded = text.replace(/\s+/g, ' ');
    frame.text += /(^|\s)$/.test(frame.text.slice(-1)) ? folded.trimStart() : folded;
  }
}

function open(frames: Frame[], name: string, attributes: Record<string, string>): void {
  const frame = frames.at(-1)!;
  const level = /^h([1-6])$/.exec(name)?.[1];
  if (level) {
    flush(frame);
    frame.heading = Number(level);
  } else if (name === 'br') frame.text = `${frame.text.trimEnd()}\n`;
  else if (name === 'img') addText(frame, attributes.alt ? ` ${attributes.alt} ` : '');
  else if (name === 'pre') {
    flush(frame);
    frame.preDepth += 1;
  } else if (name === 'ul' || name === 'ol' || name === 'menu') {
    flush(frame);
    frame.lists.push({
      isOrdered: name === 'ol',
      next: wholeNumber(attributes.start, 1),
      type: attributes.type ?? '1',
    });
  } else if (name === 'li') openItem(frame, attributes);
  else if (name === 'table') {
    flush(frame);
    frame.tables.push({ rows: [], caption: '', isInHead: false });
  } else if (STRUCK.has(name)) frame.text += '~~';
  else if (!openInTable(frames, name, attributes) && BLOCKS.has(name)) flush(frame);
}

function openItem(frame: Frame, attributes: Record<string, string>): void {
  flush(frame);
  const list = frame.lists.at(-1) ?? { isOrdered: false, next: 1, type: '1' };
  const depth = Math.max(0, frame.lists.length - 1);
  if (attributes.value !== undefined) list.next = wholeNumber(attributes.value, list.next);
  frame.item = { depth, hasText: false, ...(list.isOrdered ? { marker: `${numberOf(list)}.` } : {}) };
  list.next += 1;
}

/** @returns whether it is a part of a table */
function openInTable(frames: Frame[], name: string, attributes: Record<string, string>): boolean {
  const frame = frames.at(-1)!;
  const table = frame.tables.at(-1);
  if (!table) return false;
  if (name === 'thead') table.isInHead = true;
  else if (name === 'tr') table.rows.push({ cells: [], isHeader: table.isInHead });
  else if (name === 'td' || name === 'th') {
    if (table.rows.length === 0) table.rows.push({ cells: [], isHeader: table.isInHead });
    const columns = Math.min(wholeNumber(attributes.colspan, 1), 1_000);
    const rows = Math.min(wholeNumber(attributes.rowspan, 1), 65_534);
    frames.push(newFrame({ text: '', columns, rows, isHeader: name === 'th' }));
  } else if (name === 'caption') flush(frame);
  else return ['tbody', 'tfoot', 'colgroup', 'col'].includes(name);
  return true;
}

const wholeNumber = (text: string | undefined, otherwise: number): number => {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
};

const numberOf = ({ next, type }: List): string =>
  /^a$/i.test(type) && next <= 26 ? String.fromCharCode((type === 'a' ? 96 : 64) + next) : String(next);

function close(frames: Frame[], name: string): void {
  const frame = frames.at(-1)!;
  if (name === 'td' || name === 'th') {
    if (frame.cell) endCell(frames);
  } else if (/^h[1-6]$/.test(name)) flush(frame);
  else if (name === 'pre') {
    flush(frame);
    frame.preDepth = Math.max(0, frame.preDepth - 1);
  } else if (name === 'ul' || name === 'ol' || name === 'menu') {
    flush(frame);
    frame.item = undefined;
    frame.lists.pop();
  } else if (name === 'li') {
    flush(frame);
    frame.item = undefined;
  } else if (name === 'table') {
    flush(frame);
    endTable(frame);
  } else if (name === 'thead') {
    const table = frame.tables.at(-1);
    if (table) table.isInHead = false;
  } else if (name === 'caption') {
    const table = frame.tables.at(-1);
    if (table) table.caption = tidy(frame.text);
    frame.text = '';
  } else if (STRUCK.has(name)) frame.text += '~~';
  else if (BLOCKS.has(name)) flush(frame);
}

const tidy = (text: string): string =>
  text
    .replaceAll('~~~~', '')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();

/** The text gathered so far becomes a block of the kind that its place asks for. */
function flush(frame: Frame): void {
  const text = frame.preDepth > 0 ? frame.text : tidy(frame.text);
  const { heading, item } = frame;
  frame.text = '';
  frame.heading = undefined;
  if (text.trim() === '') return;
  if (frame.preDepth > 0) frame.flow.add({ type: 'code', text: text.replace(/^\n/, '') });
  else if (heading) frame.flow.add({ type: 'heading', level: heading as 1, text });
  else if (item && !item.hasText) {
    item.hasText = true;
    frame.flow.add({ type: 'item', text, depth: item.depth, ...(item.marker ? { marker: item.marker } : {}) });
  } else if (!item || !frame.flow.extendItem(text)) frame.flow.add({ type: 'paragraph', text });
}

function endCell(frames: Frame[]): void {
  const cell = frames.pop()!;
  flush(cell);
  while (cell.tables.length > 0) endTable(cell);
  const blocks = cell.flow.take();
  frames
    .at(-1)
    ?.tables.at(-1)
    ?.rows.at(-1)
    ?.cells.push({ ...cell.cell!, text: cellText(blocks), blocks });
}

function endTable(frame: Frame): void {
  const table = frame.tables.pop();
  if (!table) return;
  const rows = table.rows.filter(({ cells }) => cells.length > 0);
  // One column of whole passages lays out a page and is no table.
  if (
    rows.every(({ cells }) => cells.length === 1) &&
    (rows.length === 1 || rows.some(({ cells }) => cells[0]!.blocks.length > 1))
  ) {
    for (const { cells } of rows) frame.flow.addAll(cells[0]!.blocks);
    return;
  }
  const grid = createGrid();
  for (const { cells, isHeader } of rows) grid.addRow(cells, { isHeader });
  const block = grid.take();
  if (block) frame.flow.add(table.caption === '' ? block : { ...block, caption: table.caption });
}
