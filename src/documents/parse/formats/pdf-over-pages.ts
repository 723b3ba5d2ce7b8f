// A table that runs over pages stays one: the part on the next page says that it goes on, and carries the header.
import type { TableBlock } from '../parsed.ts';
import type { PlacedBlock } from './pdf-blocks.ts';
import type { PlacedTable } from './pdf-table-block.ts';

const SAME_EDGE = 4;

/** Marks a table at the beginning of a page that goes on with the one at the end of the page before. */
export function continueTable(blocks: PlacedBlock[], before: readonly PlacedBlock[]): PlacedBlock[] {
  const [first, last] = [blocks[0], before.at(-1)];
  if (!first?.table || !last?.table || !isSameTable(first.table, last.table)) return blocks;
  const block = goOn(first.table.block, last.table.block);
  const table = { ...first.table, block };
  return [{ block, table }, ...blocks.slice(1)];
}

function isSameTable(table: PlacedTable, before: PlacedTable): boolean {
  if (widthInColumns(table.block) !== widthInColumns(before.block)) return false;
  const [left, right] = [Math.abs(table.x0 - before.x0), Math.abs(table.x1 - before.x1)];
  return (
    left < 4 * SAME_EDGE &&
    right < 4 * SAME_EDGE &&
    table.xs.every((x, index) => Math.abs(x - (before.xs[index] ?? -99)) < 3 * SAME_EDGE)
  );
}

const widthInColumns = (block: TableBlock): number => block.rows[0]?.length ?? 0;
const keyOf = (row: readonly string[]): string =>
  row.map((text) => text.replace(/\s+/g, ' ').trim().toLowerCase()).join('|');

function goOn(block: TableBlock, before: TableBlock): TableBlock {
  const header = before.rows.slice(0, before.headerRows);
  const isRepeated =
    header.length > 0 && header.every((row, index) => isAlike(keyOf(row), keyOf(block.rows[index] ?? [])));
  const rows = isRepeated || header.length === 0 ? block.rows : [...header, ...block.rows];
  return { ...block, rows, headerRows: header.length, continued: true };
}

/** The same but for a few letters: where they were recognised, Qty may have become Oty. */
function isAlike(a: string, b: string): boolean {
  if (a === b) return true;
  const pairs = pairsOf(a);
  const others = pairsOf(b);
  const shared = pairs.filter((pair) => others.includes(pair)).length;
  return pairs.length > 8 && 2 * shared > 0.75 * (pairs.length + others.length);
}

const pairsOf = (text: string): string[] =>
  Array.from({ length: Math.max(0, Math.min(text.length, 200) - 1) }, (_, index) => text.slice(index, index + 2));
