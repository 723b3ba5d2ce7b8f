// PDF: pages of blocks in the order they are read, page by page, never more than a few in memory.
import type { FormatInput } from '../format.ts';
import type { ParsedPage, ReadEvent } from '../parsed.ts';
import { makeBlocks, type PlacedBlock } from './pdf-blocks.ts';
import { readingOrder } from './pdf-columns.ts';
import { readContent } from './pdf-content.ts';
import { openPdf, PageProblem, type PdfFile } from './pdf-engine.ts';
import { EDGE, type EdgeLine, edgeLines, findFurniture } from './pdf-furniture.ts';
import { continueTable } from './pdf-over-pages.ts';
import type { PageContent, Word } from './pdf-shapes.ts';
import { findGrids, type Grid } from './pdf-tables.ts';
import { createTypesetting } from './pdf-typography.ts';

/** Pages that are looked at before and after a page to see what is printed on all of them. */
const NEIGHBOURS = 2;

interface Seen {
  number: number;
  content?: PageContent;
  grids: Grid[];
  /** Words that stand in no grid. */
  words: Word[];
  edges: EdgeLine[];
  problem?: string;
}

export async function* readPdf({ bytes, request }: FormatInput): AsyncGenerator<ReadEvent> {
  const file = await openPdf(bytes);
  try {
    yield { type: 'started', total: file.pages, unit: 'page' };
    const last = Math.min(file.pages, request.bounds.pages);
    const typesetting = createTypesetting();
    const window: Seen[] = [];
    let before: PlacedBlock[] = [];
    const first = Math.max(1, request.fromPage - NEIGHBOURS);
    let read = first - 1;
    for (let number = first; number <= last; number += 1) {
      while (read < Math.min(last, number + NEIGHBOURS)) {
        read += 1;
        const seen = await look(file, read);
        if (seen.content) typesetting.learn(seen.content);
        window.push(seen);
      }
      while (window[0] && window[0].number < number - NEIGHBOURS) window.shift();
      const seen = window.find((one) => one.number === number)!;
      const page = toPage(seen, window, typesetting.describe(number === 1), before);
      before = page.placed;
      if (number < request.fromPage) continue;
      if (seen.problem) {
        yield {
          type: 'warning',
          warning: {
            page: number,
            code: 'page_unreadable',
            message: `Page ${number} is damaged and could not be read.`,
          },
        };
      }
      yield { type: 'page', page: page.page };
    }
    if (last < file.pages) {
      yield {
        type: 'warning',
        warning: { code: 'pages_left_out', message: `Only the first ${last} of ${file.pages} pages were read.` },
      };
    }
  } finally {
    file.close();
  }
}

async function look(file: PdfFile, number: number): Promise<Seen> {
  try {
    const content = await file.withPage(number - 1, readContent);
    const { height } = content;
    const { grids, rest } = findGrids(content.rules, content.words);
    // A ruled letterhead is looked at like any other header.
    const isAtEdge = (grid: Grid): boolean => grid.y1 < height * EDGE || grid.y0 > height * (1 - EDGE);
    const words = grids.filter(isAtEdge).flatMap((grid) => grid.cells.flatMap((cell) => cell.words));
    return { number, content, grids, words: rest, edges: edgeLines(height, [...rest, ...words]) };
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    return { number, grids: [], words: [], edges: [], problem: error.message };
  }
}

function toPage(
  { number, content, grids, words, edges }: Seen,
  window: readonly Seen[],
  typography: Parameters<typeof makeBlocks>[1],
  before: readonly PlacedBlock[],
): { page: ParsedPage; placed: PlacedBlock[] } {
  if (!content) return { page: { number, blocks: [], source: 'none' }, placed: [] };
  const neighbours = window.filter((one) => one.number !== number).map((one) => one.edges);
  const furniture = findFurniture(content.height, edges, neighbours);
  const isLeft = (word: Word): boolean => !furniture.has(word);
  const tables = grids.filter((grid) => grid.cells.some((cell) => cell.words.some(isLeft)));
  const placed = continueTable(makeBlocks(readingOrder(words.filter(isLeft), tables), typography), before);
  const turned = content.turned.map((word) => word.text).filter((text) => text.trim() !== '');
  const blocks = placed.map(({ block }) => block);
  if (turned.length > 0) blocks.push({ type: 'paragraph', text: turned.join('\n') });
  return { page: { number, blocks, source: blocks.length > 0 ? 'text' : 'none' }, placed };
}
