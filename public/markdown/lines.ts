// What one line of Markdown can be. Every test is linear in the length of the line.

export type Align = 'left' | 'right' | 'center' | undefined;

const MAX_COLUMNS = 40;
const LANGUAGE_CHARACTERS = 40;

export interface Fence {
  /** The opening run of marks. */
  fence: string;
  indent: number;
  language: string;
}

export interface Marker {
  mark: string;
  number: number | undefined;
  offset: number;
  text: string;
}

export function readMarker(line: string): Marker | undefined {
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

export function readFence(line: string): Fence | undefined {
  const found = /^( {0,3})(`{3,}|~{3,})/.exec(line);
  if (!found) return undefined;
  const info = line.slice(found[0].length).trim();
  if (found[2]!.startsWith('`') && info.includes('`')) return undefined;
  const language = info.split(/\s/, 1)[0]!.slice(0, LANGUAGE_CHARACTERS);
  return { fence: found[2]!, indent: found[1]!.length, language };
}

export function readHeading(line: string): { depth: number; text: string } | undefined {
  const found = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line);
  if (!found) return undefined;
  let text = line.slice(found[0].length).trim();
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  if (end < text.length && (end === 0 || text[end - 1] === ' ' || text[end - 1] === '\t'))
    text = text.slice(0, end).trim();
  return { depth: found[1]!.length, text };
}

export function isRule(line: string): boolean {
  return /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line);
}

export function stripQuote(line: string): string | undefined {
  const found = /^ {0,3}>[ \t]?/.exec(line);
  return found ? line.slice(found[0].length) : undefined;
}

export function readDelimiterRow(line: string): Align[] | undefined {
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
export function splitRow(line: string): string[] {
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

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

export function isRunOf(text: string, mark: string): boolean {
  for (const character of text) if (character !== mark) return false;
  return true;
}

/** Columns of white space at the start; a tab reaches to the next multiple of four. `column` is where the line begins. */
export function indentOf(line: string, column = 0): number {
  let at = column;
  for (const character of line) {
    if (character === ' ') at += 1;
    else if (character === '\t') at += 4 - (at % 4);
    else break;
  }
  return at - column;
}

/** The line without its first `columns` columns of white space; what is left of a cut tab becomes spaces. */
export function dedent(line: string, columns: number, column = 0): string {
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
