// Lines of a flow become blocks: headings, paragraphs, lists, code, and tables where they stand.
import type { Block } from '../parsed.ts';
import type { Flow } from './pdf-columns.ts';
import { type Edges, headingLevel, type Typography } from './pdf-headings.ts';
import { isForcedBreak, joinText, type Line, textOf } from './pdf-lines.ts';
import { findLooseTables } from './pdf-loose-tables.ts';
import { findMarker, type Marker } from './pdf-markers.ts';
import { median } from './pdf-shapes.ts';
import { type PlacedTable, toPlacedTables } from './pdf-table-block.ts';

/** A block and, for tables, where it stands: whether the next page goes on with it is seen by that. */
export interface PlacedBlock {
  block: Block;
  table?: PlacedTable;
}

type Item = { y0: number; line?: Line; table?: PlacedTable };
type List = Extract<Block, { type: 'list' }>;

/** What is being written: the lines that follow may belong to it. */
type Open =
  | { kind: 'paragraph'; text: string; x0: number; lines: number }
  | { kind: 'heading'; text: string; level: number; last: Line }
  | { kind: 'list'; block: List; levels: number[]; textX0: number }
  | { kind: 'code'; lines: Line[] };

/** In parts of the usual distance of lines: farther apart they are not one paragraph. */
const PARAGRAPH_GAP = 1.35;
const LONGEST_HEADING = 240;

export function makeBlocks(flows: readonly Flow[], typography: Typography): PlacedBlock[] {
  const blocks: PlacedBlock[] = [];
  for (const flow of flows) writeFlow(itemsOf(flow), typography, blocks);
  return blocks;
}

function itemsOf(flow: Flow): Item[] {
  const loose = findLooseTables(flow.lines);
  const items: Item[] = [
    ...loose.lines.map((line) => ({ y0: line.y0, line })),
    ...loose.tables.map((table) => ({ y0: table.y0, table })),
    ...flow.grids.flatMap(toPlacedTables).map((table) => ({ y0: table.y0, table })),
  ];
  return items.sort((a, b) => a.y0 - b.y0);
}

function writeFlow(items: readonly Item[], typography: Typography, blocks: PlacedBlock[]): void {
  const lines = items.flatMap(({ line }) => line ?? []);
  const edges: Edges = {
    x0: Math.min(...lines.map((line) => line.x0)),
    x1: Math.max(...lines.map((line) => line.x1)),
  };
  const leading = usualLeading(lines);
  let open: Open | undefined;
  let last: Line | undefined;
  const end = (): void => {
    const block = open ? close(open) : undefined;
    if (block) blocks.push({ block });
    open = undefined;
  };
  items.forEach(({ line, table }, index) => {
    if (!line) {
      end();
      if (table) blocks.push({ block: table.block, table });
      last = undefined;
      return;
    }
    const distance = last ? line.baseline - last.baseline : Number.POSITIVE_INFINITY;
    const isFar = distance > PARAGRAPH_GAP * Math.max(leading, line.size) || distance <= 0;
    const isOtherWeight = last?.bold === true && !line.bold && open?.kind === 'paragraph' && open.lines === 1;
    const isForced = last === undefined || isOtherWeight || isForcedBreak(last, line, edges);
    const next = addLine(open, line, { isFar, isForced, last, following: items[index + 1]?.line, edges, typography });
    if (next !== open) {
      end();
      open = next;
    }
    last = line;
  });
  end();
}

interface Surroundings {
  isFar: boolean;
  isForced: boolean;
  last: Line | undefined;
  following: Line | undefined;
  edges: Edges;
  typography: Typography;
}

/** @returns what is open afterwards: the same when the line belongs to it */
function addLine(open: Open | undefined, line: Line, around: Surroundings): Open {
  const { isFar, isForced, edges, typography } = around;
  if (line.mono && !typography.isTyped) {
    if (open?.kind !== 'code') return { kind: 'code', lines: [line] };
    open.lines.push(line);
    return open;
  }
  const level = headingLevel(line, around);
  if (level !== undefined) return addHeading(open, line, level, around);
  const marker = findMarker(line);
  const goesOn = !isFar && !isForced && open?.kind !== 'heading' && open?.kind !== 'code';
  if (marker && !(goesOn && open && isInText(open, line, marker))) return addItem(open, line, marker, isFar);
  if (open?.kind === 'list') {
    const item = open.block.items.at(-1)!;
    if (goesOn) item.text = joinText(item.text, line.text);
    else if (!isFar && line.x0 >= open.textX0 - line.size) item.text += `\n${line.text}`;
    else return beginParagraph(line);
    return open;
  }
  if (open?.kind !== 'paragraph' || isFar) return beginParagraph(line);
  const isIndented = line.x0 - open.x0 > 0.8 * line.size && line.x0 - edges.x0 < 6 * line.size && !line.rtl;
  if (goesOn && !(isIndented && open.lines > 1)) open.text = joinText(open.text, line.text);
  else if (goesOn || (isIndented && open.lines > 1)) return beginParagraph(line);
  else open.text += `\n${line.text}`;
  // The first line may be indented, or hang out; from the second on they stand under each other.
  if (open.lines === 1) open.x0 = line.x0;
  open.lines += 1;
  return open;
}

const beginParagraph = (line: Line): Open => ({ kind: 'paragraph', text: line.text, x0: line.x0, lines: 1 });

/** A line of running text may happen to begin with a number: it stands where the text does, not where markers do. */
function isInText(open: Open, line: Line, marker: Marker): boolean {
  if (!marker.ordered) return false;
  if (open.kind === 'list')
    return Math.abs(line.x0 - open.textX0) < 3 && !open.levels.some((x0) => Math.abs(x0 - line.x0) < 3);
  return open.kind === 'paragraph' && open.lines > 1 && Math.abs(line.x0 - open.x0) < 3;
}

function addHeading(open: Open | undefined, line: Line, level: number, { isFar, last }: Surroundings): Open {
  const text = line.text;
  const isSame =
    open?.kind === 'heading' &&
    last !== undefined &&
    Math.abs(open.last.size - line.size) < 0.6 &&
    open.last.bold === line.bold &&
    (!isFar || line.baseline - last.baseline < 1.5 * line.size) &&
    !findMarker(line);
  if (!isSame) return { kind: 'heading', text, level, last: line };
  open.text = joinText(open.text, text);
  open.last = line;
  return open;
}

function addItem(open: Open | undefined, line: Line, marker: Marker, isFar: boolean): Open {
  const text = textOf(line.words.slice(marker.words));
  const { textX0 } = marker;
  const isNewList =
    open?.kind !== 'list' || (isFar && open.levels.length === 1 && Math.abs(open.levels[0]! - line.x0) > 40);
  const list = isNewList
    ? {
        kind: 'list' as const,
        block: { type: 'list' as const, ordered: marker.ordered, items: [] as List['items'] },
        levels: [],
        textX0,
      }
    : open;
  const levels: number[] = list.levels;
  while (levels.length > 1 && levels.at(-1)! > line.x0 + 4) levels.pop();
  if (levels.length === 0) levels.push(line.x0);
  else if (line.x0 > levels.at(-1)! + 5) levels.push(line.x0);
  else if (levels.length === 1 && line.x0 < levels[0]! - 4) levels[0] = line.x0;
  list.block.items.push({ text, depth: levels.length - 1, marker: marker.text });
  list.textX0 = textX0;
  return list;
}

function close(open: Open): Block | undefined {
  switch (open.kind) {
    case 'list':
      return open.block;
    case 'heading':
      // Bold all the way, but text.
      if (open.text.length > LONGEST_HEADING) return { type: 'paragraph', text: open.text };
      return { type: 'heading', level: open.level as 1, text: open.text };
    case 'paragraph':
      return open.text === '' ? undefined : { type: 'paragraph', text: open.text.replace(/\s*[.…]{5,}\s*/g, ' … ') };
    case 'code':
      return { type: 'code', text: codeText(open.lines) };
  }
}

/** Keeps the indentation: letters of such a font are all as wide. */
function codeText(lines: readonly Line[]): string {
  const left = Math.min(...lines.map((line) => line.x0));
  const letters = lines.flatMap((line) =>
    line.words.map((word) => (word.x1 - word.x0) / Math.max(1, word.text.length)),
  );
  const width = Math.max(1, median(letters));
  return lines
    .map((line) => {
      let text = '';
      let right = left;
      for (const word of line.words) {
        text += ' '.repeat(Math.max(0, Math.round((word.x0 - right) / width))) + word.text;
        right = word.x1;
      }
      return text;
    })
    .join('\n');
}

function usualLeading(lines: readonly Line[]): number {
  const distances: number[] = [];
  for (let index = 1; index < lines.length; index += 1) {
    const distance = lines[index]!.baseline - lines[index - 1]!.baseline;
    if (distance > 0.5 * lines[index]!.size && distance < 2.4 * lines[index]!.size) distances.push(distance);
  }
  return median(distances);
}
