// From what stands on pages to blocks: shared by everything that has pages with places on them.
import { makeBlocks, type PlacedBlock } from './pdf-blocks.ts';
import { readingOrder } from './pdf-columns.ts';
import { EDGE, type EdgeLine, edgeLines, findFurniture } from './pdf-furniture.ts';
import type { Typography } from './pdf-headings.ts';
import { continueTable } from './pdf-over-pages.ts';
import type { PageContent, Word } from './pdf-shapes.ts';
import { findGrids, type Grid } from './pdf-tables.ts';

/** A page whose tables are found, ready to be compared with its neighbours. */
export interface Sheet {
  content: PageContent;
  grids: Grid[];
  /** Words that stand in no grid. */
  words: Word[];
  edges: EdgeLine[];
}

export function toSheet(content: PageContent): Sheet {
  return orPlain(
    () => findParts(content),
    () => ({ content, grids: [], words: content.words, edges: [] }),
  );
}

/** A page that our layout stumbles over is not lost, and the file even less: it keeps its words in the order of the file. */
function orPlain<T>(wanted: () => T, plain: () => T): T {
  try {
    return wanted();
  } catch {
    return plain();
  }
}

function findParts(content: PageContent): Sheet {
  const { height } = content;
  const { grids, rest } = findGrids(content.rules, content.words);
  // A ruled letterhead is looked at like any other header.
  const isAtEdge = (grid: Grid): boolean => grid.y1 < height * EDGE || grid.y0 > height * (1 - EDGE);
  const words = grids.filter(isAtEdge).flatMap((grid) => grid.cells.flatMap((cell) => cell.words));
  return { content, grids, words: rest, edges: edgeLines(height, [...rest, ...words]) };
}

/** @param neighbours pages before and after, for what is printed on all of them @param before blocks of the page before */
export function layOut(
  sheet: Sheet,
  neighbours: readonly Sheet[],
  typography: Typography,
  before: readonly PlacedBlock[],
): PlacedBlock[] {
  return orPlain(
    () => place(sheet, neighbours, typography, before),
    () => {
      const text = sheet.content.words.map((word) => word.text).join(' ');
      return text === '' ? [] : [{ block: { type: 'paragraph', text } }];
    },
  );
}

function place(
  { content, grids, words, edges }: Sheet,
  neighbours: readonly Sheet[],
  typography: Typography,
  before: readonly PlacedBlock[],
): PlacedBlock[] {
  const furniture = findFurniture(
    content.height,
    edges,
    neighbours.map((sheet) => sheet.edges),
  );
  // A page that holds nothing else is that text.
  const isAll = grids.length === 0 && words.length > 0 && words.every((word) => furniture.has(word));
  const isLeft = (word: Word): boolean => isAll || !furniture.has(word);
  const tables = grids.filter((grid) => grid.cells.some((cell) => cell.words.some(isLeft)));
  const blocks = continueTable(makeBlocks(readingOrder(words.filter(isLeft), tables), typography), before);
  const turned = content.turned.map((word) => word.text).filter((text) => text.trim() !== '');
  if (turned.length > 0) blocks.push({ block: { type: 'paragraph', text: turned.join('\n') } });
  return blocks;
}
