// A page as pieces that are never cut: a heading, an item, a row, as much of a paragraph as one passage may hold.
import { findClauseStart, headingLevelOf } from './clauses.ts';
import { type Outline, shorten } from './outline.ts';
import { blockMarkdown } from './parse/markdown.ts';
import type { Block, TableBlock } from './parse/parsed.ts';
import { splitText } from './split-text.ts';

export interface Piece {
  /** As it stands in the Markdown of the page. */
  text: string;
  isHeading: boolean;
  /** A new clause begins: a good place to cut. */
  isClause: boolean;
  /** Pieces of one block stand on lines below each other, those of different ones apart. */
  block: Block;
  /** The first lines of a table, to be repeated where a passage begins in the middle of it. */
  head: string;
  /** What it stands under, each outermost first: headings, clauses, cells that go on from rows above. */
  headings: string[];
  clauses: string[];
  cells: string[];
}

/** What the rows of a table take from those above them; goes on where the table does. */
export interface TableMemory {
  cells: string[];
}

const CARRIED_COLUMNS = 3;

export function* piecesOf(block: Block, outline: Outline, tables: TableMemory, mostUnits: number): Generator<Piece> {
  switch (block.type) {
    case 'heading':
      outline.enterHeading(block.level, block.text);
      yield* textPieces(block, outline, blockMarkdown(block), mostUnits, { isHeading: true });
      break;
    case 'list':
      yield* listPieces(block, outline, mostUnits);
      break;
    case 'table':
      yield* tablePieces(block, outline, tables, mostUnits);
      break;
    case 'paragraph': {
      const text = blockMarkdown(block);
      const start = findClauseStart(text);
      if (start) outline.enterClause(start);
      const isHeading = start !== undefined && headingLevelOf(start) !== undefined;
      yield* textPieces(block, outline, text, mostUnits, { isClause: start !== undefined, isHeading });
      break;
    }
    default:
      yield* textPieces(block, outline, blockMarkdown(block), mostUnits);
  }
}

function* textPieces(
  block: Block,
  outline: Outline,
  text: string,
  mostUnits: number,
  more: Partial<Piece> = {},
): Generator<Piece> {
  const place = { headings: outline.headings(), clauses: outline.clauses(), cells: more.cells ?? [] };
  let isFirst = true;
  for (const part of splitText(text, mostUnits)) {
    if (part === '') continue;
    yield {
      text: part,
      block,
      head: '',
      isHeading: isFirst && (more.isHeading ?? false),
      isClause: isFirst && (more.isClause ?? false),
      ...place,
    };
    isFirst = false;
  }
}

function* listPieces(block: Extract<Block, { type: 'list' }>, outline: Outline, mostUnits: number): Generator<Piece> {
  // The whole list at once: only there the numbers of items without a marker are known.
  const lines = blockMarkdown(block).split('\n');
  let line = 0;
  for (const item of block.items) {
    const next = line + item.text.trim().split(/\s*\n\s*/).length;
    const text = lines.slice(line, next).join('\n');
    line = next;
    const start = findClauseStart(`${item.marker ?? ''} ${item.text}`.trim()) ?? findClauseStart(text.trim());
    if (start) outline.enterClause(start);
    yield* textPieces(block, outline, text, mostUnits, { isClause: start !== undefined && item.depth === 0 });
  }
}

function* tablePieces(block: TableBlock, outline: Outline, memory: TableMemory, mostUnits: number): Generator<Piece> {
  if (!block.continued) memory.cells = [];
  const columns = block.rows.reduce((most, row) => Math.max(most, row.length), 0);
  const headers = block.rows.slice(0, block.headerRows);
  const head = blockMarkdown({ ...block, rows: headers.length > 0 ? headers : [new Array(columns).fill('')] });
  const rows = block.rows.slice(block.headerRows);
  if (rows.length === 0) {
    yield* textPieces(block, outline, blockMarkdown(block), mostUnits);
    return;
  }
  for (const row of rows) {
    const text = blockMarkdown({ type: 'table', rows: [row], headerRows: 1 }).split('\n')[0]!;
    const cells = carry(memory, row);
    // A head that leaves no room for its rows is not repeated.
    const repeated = head.length < mostUnits / 2 ? head : '';
    for (const piece of textPieces(block, outline, text, mostUnits, { cells })) yield { ...piece, head: repeated };
  }
}

/** Where a cell is empty because it is merged with the one above, the row is still about what stands there. */
function carry(memory: TableMemory, row: readonly string[]): string[] {
  const carried: string[] = [];
  for (let column = 0; column < Math.min(CARRIED_COLUMNS, row.length - 1); column++) {
    const cell = row[column]!.trim();
    if (cell !== '') {
      memory.cells[column] = cell;
      // A new entry further left begins a new group.
      memory.cells.length = column + 1;
    } else if (/\p{L}/u.test(memory.cells[column] ?? '')) {
      carried.push(shorten(memory.cells[column]!));
    }
  }
  return carried;
}
