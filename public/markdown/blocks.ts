// Reads Markdown line by line into blocks. A block is settled by complete lines only, so text that arrives in any pieces ends in
// the same blocks as the finished text read at once, and a closed block never changes again.

import { readFormulaStart } from './formula-text.ts';
import {
  type Align,
  dedent,
  type Fence,
  indentOf,
  isBlank,
  isRule,
  isRunOf,
  type Marker,
  readDelimiterRow,
  readFence,
  readHeading,
  readMarker,
  splitRow,
  stripQuote,
} from './lines.ts';

export interface Paragraph {
  kind: 'paragraph';
  done: boolean;
  text: string;
}
export interface Heading {
  kind: 'heading';
  done: boolean;
  depth: number;
  text: string;
}
export interface Rule {
  kind: 'rule';
  done: boolean;
}
/** Fenced or indented code; `fence` is the opening run of marks, empty for indented code. */
export interface Code {
  kind: 'code';
  done: boolean;
  fence: string;
  indent: number;
  language: string;
  text: string;
  /** Blank lines that belong to the code only when more of it follows (indented code). */
  blankLines: number;
  empty: boolean;
}
export interface Quote {
  kind: 'quote';
  done: boolean;
  body: Body;
}
export interface Item {
  done: boolean;
  /** Columns that a line needs before its text to belong to this item. */
  offset: number;
  body: Body;
}
export interface List {
  kind: 'list';
  done: boolean;
  /** The bullet, or the sign after the number: another one starts another list. */
  mark: string;
  ordered: boolean;
  start: number;
  items: Item[];
  afterBlank: boolean;
}
export interface Row {
  cells: string[];
}
export interface Table {
  kind: 'table';
  done: boolean;
  align: Align[];
  header: Row;
  rows: Row[];
}
/** A formula on lines of its own. A blank line, or the end before its closing marks, makes it the lines it is. */
export interface Formula {
  kind: 'formula';
  done: boolean;
  close: string;
  isClosed: boolean;
  text: string;
  /** As typed, with its marks. */
  raw: string;
}
/** What is left of a text that has more blocks than a page can bear: shown as typed. */
export interface Plain {
  kind: 'plain';
  done: boolean;
  text: string;
}
export type Block = Paragraph | Heading | Rule | Code | Quote | List | Table | Formula | Plain;
export interface Body {
  blocks: Block[];
  depth: number;
}

/** Deeper containers are shown as the text they are. */
const MAX_DEPTH = 8;
/** Blocks, items and cells of one text; a hostile message of the greatest length could otherwise ask for sixteen thousand. */
const MAX_PARTS = 4_000;
const PARTS_OF_FRAME = 8;

/** An incremental reader. `push` takes text in any pieces; `body` holds the blocks of all complete lines, `tail` the line still open. */
export interface BlockReader {
  readonly body: Body;
  readonly tail: string;
  push(chunk: string): void;
  /** Takes the open line as complete and closes every block. */
  end(): Body;
  /** The blocks as they would be if the open line ended here; changes nothing. */
  preview(line: string): Body;
}

export function createBlockReader(mostParts = MAX_PARTS): BlockReader {
  const body: Body = { blocks: [], depth: 0 };
  const tally: Tally = { parts: 0, most: mostParts };
  let tail = '';
  return {
    body,
    get tail() {
      return tail;
    },
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
        readLine(body, cleanLine(tail + chunk.slice(from, at)), tally);
        tail = '';
        from = at + 1;
      }
      tail += chunk.slice(from);
    },
    end() {
      if (tail) readLine(body, cleanLine(tail), tally);
      tail = '';
      closeBody(body);
      return body;
    },
    preview(line) {
      const copy = forkBody(body);
      readLine(copy, cleanLine(line), { ...tally });
      return copy;
    },
  };
}

/** Reads a finished text at once. */
export function readBlocks(text: string, mostParts = MAX_PARTS): Block[] {
  const reader = createBlockReader(mostParts);
  reader.push(text);
  return reader.end().blocks;
}

/** The block that the next line may still continue, innermost container first stripped. */
export function openLeaf(body: Body): Block | undefined {
  const last = body.blocks.at(-1);
  if (!last || last.done) return undefined;
  if (last.kind === 'quote') return openLeaf(last.body) ?? last;
  if (last.kind === 'list') return openLeaf(last.items.at(-1)!.body) ?? last;
  return last;
}

/** "[ ] text" or "[x] text" at the start of a list item. */
export function isTaskText(text: string): boolean {
  return /^\[[ xX]\][ \t]/.test(text);
}

function cleanLine(line: string): string {
  const ended = line.endsWith('\r') ? line.slice(0, -1) : line;
  return ended.includes('\r') || ended.includes('\0') ? ended.replace(/\r/g, ' ').replace(/\0/g, '\uFFFD') : ended;
}

// ---- the line machine

interface Tally {
  parts: number;
  most: number;
}

function readLine(body: Body, line: string, tally: Tally): void {
  const leaf = openLeaf(body);
  if (tally.parts < tally.most || (leaf?.kind === 'code' && leaf.fence)) {
    feedLine(body, line, tally);
  } else if (leaf?.kind === 'plain') {
    leaf.text += `\n${line}`;
  } else {
    closeBody(body);
    body.blocks.push({ kind: 'plain', done: false, text: line });
  }
}

function feedLine(body: Body, line: string, tally: Tally): void {
  const last = body.blocks.at(-1);
  if (last && !last.done) {
    if (continueBlock(body, last, line, tally)) return;
    closeBlock(last);
  }
  const started = startBlock(line, body.depth, tally);
  if (!started) return;
  tally.parts += started.kind === 'code' ? PARTS_OF_FRAME : 1;
  body.blocks.push(started);
}

function continueBlock(body: Body, block: Block, line: string, tally: Tally): boolean {
  switch (block.kind) {
    case 'paragraph':
      return continueParagraph(body, block, line, tally);
    case 'code':
      return block.fence ? continueFence(block, line) : continueIndented(block, line);
    case 'quote':
      return continueQuote(block, line, tally);
    case 'list':
      return continueList(block, line, body.depth, tally);
    case 'table':
      return continueTable(block, line, body.depth, tally);
    case 'formula':
      return continueFormula(block, line);
    default:
      return false;
  }
}

function continueParagraph(body: Body, block: Paragraph, line: string, tally: Tally): boolean {
  if (isBlank(line)) return false;
  const align = readDelimiterRow(line);
  if (align) {
    const cut = block.text.lastIndexOf('\n');
    const header = splitRow(block.text.slice(cut + 1));
    if (header.length === align.length) {
      tally.parts += PARTS_OF_FRAME;
      body.blocks.pop();
      if (cut > 0) body.blocks.push({ kind: 'paragraph', done: true, text: block.text.slice(0, cut) });
      body.blocks.push({ kind: 'table', done: false, align, header: { cells: header }, rows: [] });
      return true;
    }
  }
  if (interruptsParagraph(line, body.depth)) return false;
  block.text += `\n${line.trim()}`;
  return true;
}

function continueFence(block: Code, line: string): boolean {
  const trimmed = line.trim();
  const mark = block.fence[0]!;
  if (trimmed.length >= block.fence.length && indentOf(line) < 4 && isRunOf(trimmed, mark)) {
    block.done = true;
    return true;
  }
  const text = dedent(line, Math.min(block.indent, indentOf(line)));
  block.text = block.empty ? text : `${block.text}\n${text}`;
  block.empty = false;
  return true;
}

function continueIndented(block: Code, line: string): boolean {
  if (isBlank(line)) {
    block.blankLines += 1;
    return true;
  }
  if (indentOf(line) < 4) return false;
  block.text += `${'\n'.repeat(block.blankLines + 1)}${dedent(line, 4)}`;
  block.blankLines = 0;
  return true;
}

function continueFormula(block: Formula, line: string): boolean {
  if (isBlank(line)) return false;
  block.raw += `\n${line}`;
  const end = line.indexOf(block.close);
  const text = end < 0 ? line.trim() : line.slice(0, end).trim();
  block.text = block.text && text ? `${block.text}\n${text}` : block.text || text;
  block.isClosed = end >= 0 && block.text !== '' && isBlank(line.slice(end + block.close.length));
  block.done = end >= 0;
  return true;
}

// A line without ">" ends the quote: in a conversation that line is the reply, not a lazy continuation.
function continueQuote(block: Quote, line: string, tally: Tally): boolean {
  const text = stripQuote(line);
  if (text === undefined) return false;
  feedLine(block.body, text, tally);
  return true;
}

function continueList(block: List, line: string, depth: number, tally: Tally): boolean {
  const item = block.items.at(-1)!;
  if (isBlank(line)) {
    block.afterBlank = true;
    feedLine(item.body, '', tally);
    return true;
  }
  if (indentOf(line) >= item.offset) {
    block.afterBlank = false;
    feedLine(item.body, dedent(line, item.offset), tally);
    return true;
  }
  const marker = isRule(line) ? undefined : readMarker(line);
  if (marker) {
    if (marker.mark !== block.mark) return false;
    closeItem(item);
    block.afterBlank = false;
    block.items.push(newItem(marker, depth, tally));
    return true;
  }
  if (block.afterBlank || interruptsParagraph(line, depth)) return false;
  const leaf = openLeaf(item.body);
  if (leaf?.kind !== 'paragraph') return false;
  leaf.text += `\n${line.trim()}`;
  return true;
}

// A line without "|" ends the table: words after a table are words, not a row.
function continueTable(block: Table, line: string, depth: number, tally: Tally): boolean {
  if (!line.includes('|') || interruptsParagraph(line, depth)) return false;
  const cells = splitRow(line);
  const columns = block.align.length;
  tally.parts += columns;
  if (cells.length > columns) cells.splice(columns - 1, cells.length, cells.slice(columns - 1).join(' | '));
  while (cells.length < columns) cells.push('');
  block.rows.push({ cells });
  return true;
}

function startBlock(line: string, depth: number, tally: Tally): Block | undefined {
  if (isBlank(line)) return undefined;
  if (indentOf(line) >= 4) return newCode({ fence: '', indent: 4, language: '' }, dedent(line, 4));
  const fence = readFence(line);
  if (fence) return newCode(fence, '');
  const heading = readHeading(line);
  if (heading) return { kind: 'heading', done: true, ...heading };
  if (isRule(line)) return { kind: 'rule', done: true };
  const formula = readFormulaStart(line);
  if (formula) return { kind: 'formula', done: formula.isClosed, ...formula, raw: line };
  if (depth < MAX_DEPTH) {
    const quoted = stripQuote(line);
    if (quoted !== undefined) {
      const body: Body = { blocks: [], depth: depth + 1 };
      feedLine(body, quoted, tally);
      return { kind: 'quote', done: false, body };
    }
    const marker = readMarker(line);
    if (marker)
      return {
        kind: 'list',
        done: false,
        mark: marker.mark,
        ordered: marker.number !== undefined,
        start: marker.number ?? 1,
        items: [newItem(marker, depth, tally)],
        afterBlank: false,
      };
  }
  return { kind: 'paragraph', done: false, text: line.trim() };
}

// A number other than 1 is usually a number in a sentence that happens to begin a line.
function interruptsParagraph(line: string, depth: number): boolean {
  if (indentOf(line) >= 4) return false;
  if (readFence(line) || readHeading(line) || isRule(line) || readFormulaStart(line)) return true;
  if (depth >= MAX_DEPTH) return false;
  if (stripQuote(line) !== undefined) return true;
  const marker = readMarker(line);
  return marker !== undefined && marker.text !== '' && (marker.number === undefined || marker.number === 1);
}

// ---- closing and copying the open spine

function closeBody(body: Body): void {
  const last = body.blocks.at(-1);
  if (last && !last.done) closeBlock(last);
}

function closeBlock(block: Block): void {
  block.done = true;
  if (block.kind === 'quote') closeBody(block.body);
  if (block.kind === 'list') closeItem(block.items.at(-1)!);
}

function closeItem(item: Item): void {
  item.done = true;
  closeBody(item.body);
}

function forkBody(body: Body): Body {
  const last = body.blocks.at(-1);
  const blocks = body.blocks.slice();
  if (last && !last.done) blocks[blocks.length - 1] = forkBlock(last);
  return { blocks, depth: body.depth };
}

function forkBlock(block: Block): Block {
  if (block.kind === 'quote') return { ...block, body: forkBody(block.body) };
  if (block.kind === 'table') return { ...block, rows: block.rows.slice() };
  if (block.kind !== 'list') return { ...block };
  const items = block.items.slice();
  const last = items.at(-1)!;
  items[items.length - 1] = { ...last, body: forkBody(last.body) };
  return { ...block, items };
}

function newCode(frame: Fence, text: string): Code {
  return { kind: 'code', done: false, ...frame, text, blankLines: 0, empty: text === '' };
}

function newItem(marker: Marker, depth: number, tally: Tally): Item {
  const body: Body = { blocks: [], depth: depth + 1 };
  tally.parts += 1;
  if (marker.text) feedLine(body, marker.text, tally);
  return { done: false, offset: marker.offset, body };
}
