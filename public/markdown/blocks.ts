// Reads Markdown line by line into blocks. A block is settled by complete lines only, so text that arrives in any pieces ends in
// the same blocks as the finished text read at once, and a closed block never changes again.

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
export type Align = 'left' | 'right' | 'center' | undefined;
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
/** What is left of a text that has more blocks than a page can bear: shown as typed. */
export interface Plain {
  kind: 'plain';
  done: boolean;
  text: string;
}
export type Block = Paragraph | Heading | Rule | Code | Quote | List | Table | Plain;
export interface Body {
  blocks: Block[];
  depth: number;
}

/** Deeper containers are shown as the text they are. */
const MAX_DEPTH = 8;
const MAX_COLUMNS = 40;
/** Blocks, items and cells of one text; a hostile message of the greatest length could otherwise ask for sixteen thousand. */
const MAX_PARTS = 4_000;
const PARTS_OF_FRAME = 8;
const LANGUAGE_CHARACTERS = 40;

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

export function createBlockReader(): BlockReader {
  const body: Body = { blocks: [], depth: 0 };
  const tally: Tally = { parts: 0 };
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
export function readBlocks(text: string): Block[] {
  const reader = createBlockReader();
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
}

function readLine(body: Body, line: string, tally: Tally): void {
  const leaf = openLeaf(body);
  if (tally.parts < MAX_PARTS || (leaf?.kind === 'code' && leaf.fence)) {
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
  if (indentOf(line) >= 4)
    return {
      kind: 'code',
      done: false,
      fence: '',
      indent: 4,
      language: '',
      text: dedent(line, 4),
      blankLines: 0,
      empty: false,
    };
  const fence = readFence(line);
  if (fence) return fence;
  const heading = readHeading(line);
  if (heading) return heading;
  if (isRule(line)) return { kind: 'rule', done: true };
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
  if (readFence(line) || readHeading(line) || isRule(line)) return true;
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

// ---- what one line can be; every test is linear in the line's length

interface Marker {
  mark: string;
  number: number | undefined;
  offset: number;
  text: string;
}

function newItem(marker: Marker, depth: number, tally: Tally): Item {
  const body: Body = { blocks: [], depth: depth + 1 };
  tally.parts += 1;
  if (marker.text) feedLine(body, marker.text, tally);
  return { done: false, offset: marker.offset, body };
}

function readMarker(line: string): Marker | undefined {
  const found = /^( {0,3})(?:([*+-])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(line);
  if (!found) return undefined;
  const width = found[0].length;
  const rest = line.slice(width);
  const space = indentOf(rest, width);
  const isCode = space > 4;
  const text = isBlank(rest) ? '' : dedent(rest, isCode ? 1 : space, width);
  return {
    mark: found[2] ?? found[4]!,
    number: found[3] === undefined ? undefined : Number(found[3]),
    offset: width + (text === '' || isCode ? 1 : space),
    text,
  };
}

function readFence(line: string): Code | undefined {
  const found = /^( {0,3})(`{3,}|~{3,})/.exec(line);
  if (!found) return undefined;
  const info = line.slice(found[0].length).trim();
  if (found[2]!.startsWith('`') && info.includes('`')) return undefined;
  const language = info.split(/\s/, 1)[0]!.slice(0, LANGUAGE_CHARACTERS);
  return {
    kind: 'code',
    done: false,
    fence: found[2]!,
    indent: found[1]!.length,
    language,
    text: '',
    blankLines: 0,
    empty: true,
  };
}

function readHeading(line: string): Heading | undefined {
  const found = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line);
  if (!found) return undefined;
  let text = line.slice(found[0].length).trim();
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  if (end < text.length && (end === 0 || text[end - 1] === ' ' || text[end - 1] === '\t'))
    text = text.slice(0, end).trim();
  return { kind: 'heading', done: true, depth: found[1]!.length, text };
}

function isRule(line: string): boolean {
  return /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line);
}

function stripQuote(line: string): string | undefined {
  const found = /^ {0,3}>[ \t]?/.exec(line);
  return found ? line.slice(found[0].length) : undefined;
}

function readDelimiterRow(line: string): Align[] | undefined {
  if (!line.includes('|') || !line.includes('-') || !/^[ \t|:-]+$/.test(line) || indentOf(line) >= 4) return undefined;
  const cells = splitRow(line);
  if (cells.length > MAX_COLUMNS) return undefined;
  const align: Align[] = [];
  for (const cell of cells) {
    if (!/^:?-+:?$/.test(cell)) return undefined;
    const right = cell.endsWith(':');
    align.push(cell.startsWith(':') ? (right ? 'center' : 'left') : right ? 'right' : undefined);
  }
  return align;
}

/** The cells of a table line; `\|` is a pipe inside a cell. */
function splitRow(line: string): string[] {
  const row = line.trim();
  const cells: string[] = [];
  let cell = '';
  for (let at = row.startsWith('|') ? 1 : 0; at < row.length; at += 1) {
    const character = row[at]!;
    if (character === '\\' && row[at + 1] === '|') {
      cell += '|';
      at += 1;
    } else if (character === '|') {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  if (cell.trim() || cells.length === 0) cells.push(cell.trim());
  return cells;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function isRunOf(text: string, mark: string): boolean {
  for (const character of text) if (character !== mark) return false;
  return true;
}

/** Columns of white space at the start; a tab reaches to the next multiple of four. `column` is where the line begins. */
function indentOf(line: string, column = 0): number {
  let at = column;
  for (const character of line) {
    if (character === ' ') at += 1;
    else if (character === '\t') at += 4 - (at % 4);
    else break;
  }
  return at - column;
}

/** The line without its first `columns` columns of white space; what is left of a cut tab becomes spaces. */
function dedent(line: string, columns: number, column = 0): string {
  let at = column;
  let index = 0;
  while (index < line.length && at - column < columns) {
    if (line[index] === ' ') at += 1;
    else if (line[index] === '\t') at += 4 - (at % 4);
    else break;
    index += 1;
  }
  return ' '.repeat(Math.max(0, at - column - columns)) + line.slice(index);
}
