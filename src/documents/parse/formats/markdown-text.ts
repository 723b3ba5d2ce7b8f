// Markdown: its blocks, with what stands inside a line left as written. Line by line, so that no text can take long.
import { decodeText } from '../decode-text.ts';
import { append } from '../flow.ts';
import type { FormatInput } from '../format.ts';
import { readHtml } from '../html-blocks.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { splitIntoSections } from '../sections.ts';
import { encodingWarning, linesOf } from './plain-text.ts';

export async function* readMarkdownText({ bytes }: FormatInput): AsyncGenerator<ReadEvent> {
  const decoded = decodeText(bytes);
  const sections = splitIntoSections(markdownBlocks(decoded.text));
  yield { type: 'started', total: sections.length, unit: 'section' };
  if (decoded.isGuessed) yield encodingWarning(decoded.encoding);
  for (const page of sections) yield { type: 'page', page };
}

const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*))?$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(?:\s+(\S.*)|\s*)$/;
const RULE_ROW = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$/;
const THEMATIC_BREAK = /^ {0,3}([-*_])(?:\s*\1){2,}$/;
const HTML_BLOCK =
  /^ {0,3}<(table|div|section|article|ul|ol|dl|p|h[1-6]|blockquote|details|pre|center|style|script|!--)(?=[\s>-]|$)/i;
const UNDERLINE = /^ {0,3}(=+|-+)$/;

export function markdownBlocks(text: string): Block[] {
  const lines = linesOf(text);
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', text: paragraph.join('\n') });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const heading = HEADING.exec(line);
    const underline = paragraph.length === 1 ? UNDERLINE.exec(line) : undefined;
    if (underline) {
      blocks.push({ type: 'heading', level: underline[1]!.startsWith('=') ? 1 : 2, text: paragraph[0]!.trim() });
      paragraph = [];
      at += 1;
    } else if (line === '' || (line.length < 200 && THEMATIC_BREAK.test(line))) {
      flush();
      at += 1;
    } else if (heading) {
      flush();
      blocks.push({ type: 'heading', level: heading[1]!.length as 1, text: withoutClosing(heading[2] ?? '') });
      at += 1;
    } else if (FENCE.test(line)) {
      flush();
      at = readFence(lines, at, blocks);
    } else if (paragraph.length === 0 && /^(?: {4}|\t)/.test(line)) {
      at = readIndented(lines, at, blocks);
    } else if (paragraph.length === 0 && HTML_BLOCK.test(line)) {
      at = readHtmlBlock(lines, at, blocks);
    } else if (line.includes('|') && RULE_ROW.test((lines[at + 1] ?? '').trimStart())) {
      flush();
      at = readTable(lines, at, blocks);
    } else if (ITEM.test(line) && (paragraph.length === 0 || !/^\s*\d/.test(line))) {
      flush();
      at = readList(lines, at, blocks);
    } else {
      paragraph.push(line);
      at += 1;
    }
  }
  flush();
  return blocks;
}

/** `## Title ##` */
const withoutClosing = (text: string): string =>
  text
    .trimEnd()
    .replace(/(^|\s)#+$/, '')
    .trim();

function readFence(lines: readonly string[], start: number, blocks: Block[]): number {
  const fence = FENCE.exec(lines[start]!)![1]!;
  let at = start + 1;
  const isEnd = (line: string): boolean => {
    const text = line.trim();
    return text.length >= fence.length && text === fence.charAt(0).repeat(text.length);
  };
  while (at < lines.length && !isEnd(lines[at]!)) at += 1;
  blocks.push({ type: 'code', text: lines.slice(start + 1, at).join('\n') });
  return at + 1;
}

function readIndented(lines: readonly string[], start: number, blocks: Block[]): number {
  let at = start;
  while (at < lines.length && (lines[at] === '' || /^(?: {4}|\t)/.test(lines[at]!))) at += 1;
  const code = lines.slice(start, at).map((line) => line.replace(/^(?: {4}|\t)/, ''));
  blocks.push({ type: 'code', text: code.join('\n').trimEnd() });
  return at;
}

const MOST_HTML_LINES = 2_000;

/** Up to where its element closes, or else to the next empty line, as Markdown has it. */
function readHtmlBlock(lines: readonly string[], start: number, blocks: Block[]): number {
  const name = HTML_BLOCK.exec(lines[start]!)![1]!.toLowerCase();
  const last = Math.min(lines.length, start + MOST_HTML_LINES);
  let end: number | undefined;
  for (let at = start, depth = 0; at < last && end === undefined; at += 1) {
    const line = lines[at]!.toLowerCase();
    depth += name === '!--' ? 0 : line.split(`<${name}`).length - line.split(`</${name}`).length;
    if (name === '!--' ? line.includes('-->') : depth <= 0) end = at + 1;
  }
  if (end === undefined) {
    end = start + 1;
    while (end < lines.length && lines[end] !== '') end += 1;
  }
  append(blocks, readHtml(lines.slice(start, end).join('\n')).blocks);
  return end;
}

function readTable(lines: readonly string[], start: number, blocks: Block[]): number {
  const rows = [cellsOf(lines[start]!)];
  let at = start + 2;
  for (; at < lines.length && lines[at]!.includes('|'); at += 1) rows.push(cellsOf(lines[at]!));
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  for (const row of rows) while (row.length < columns) row.push('');
  // An empty header stands for none: that is how pageMarkdown writes such a table.
  const hasHeader = rows[0]?.some((cell) => cell !== '') ?? false;
  blocks.push({ type: 'table', rows: hasHeader ? rows : rows.slice(1), headerRows: hasHeader ? 1 : 0 });
  return at;
}

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const text = line.trim().replace(/^\|/, '');
  let cell = '';
  for (let at = 0; at < text.length; at += 1) {
    const isEscaped = text[at] === '\\' && text[at + 1] === '|';
    if (isEscaped) at += 1;
    if (text[at] === '|' && !isEscaped) {
      cells.push(cell.trim());
      cell = '';
    } else cell += text[at];
  }
  // The closing bar ends the last cell and begins none.
  if (cell.trim() !== '' || cells.length === 0) cells.push(cell.trim());
  return cells;
}

/** Until a line that neither begins an item nor goes on with one. Items of both kinds in one list keep their markers. */
function readList(lines: readonly string[], start: number, blocks: Block[]): number {
  const items: { text: string; depth: number; marker?: string }[] = [];
  const indents: number[] = [];
  const ordered = /\d/.test(ITEM.exec(lines[start]!)![2]!);
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at]!;
    const item = ITEM.exec(line);
    if (item) {
      const indent = item[1]!.replaceAll('\t', '    ').length;
      while (indents.length > 1 && indent < indents.at(-1)!) indents.pop();
      if (indents.length === 0 || indent > indents.at(-1)! + 1) indents.push(indent);
      const marker = item[2]!;
      items.push({ text: item[3] ?? '', depth: indents.length - 1, ...(/\d/.test(marker) ? { marker } : {}) });
    } else if (line === '') {
      // Items may stand apart; what is indented after an empty line still belongs to its item.
      const next = lines[at + 1] ?? '';
      if (!ITEM.test(next) && !/^\s{2,}\S/.test(next)) break;
    } else if (HEADING.test(line) || FENCE.test(line)) break;
    else items.at(-1)!.text += `\n${line.trim()}`;
  }
  blocks.push({ type: 'list', ordered, items });
  return at;
}
