// OpenDocument spreadsheets (ODS): every sheet with its tables.
import type { FormatInput } from '../format.ts';
import type { ReadEvent } from '../parsed.ts';
import { createSheet, type Sheet, sheetPages } from '../sheet.ts';
import { childrenOf, type XmlNode } from '../xml.ts';
import { openOdfPackage, readOdfText } from './odf.ts';

const CONTAINERS = new Set([
  'office:document-content',
  'office:body',
  'office:spreadsheet',
  'table:table',
  'table:table-header-rows',
  'table:table-rows',
  'table:table-row-group',
  'table:table-header-columns',
]);
/** The empty end of a sheet is one row, repeated a million times; a filled one is not repeated for long. */
const MOST_REPEATED = 1_000;

export async function* readOds(input: FormatInput): AsyncGenerator<ReadEvent> {
  const odf = await openOdfPackage(input);
  const budget = { units: input.request.bounds.textUnits };
  let sheets = 0;
  for await (const event of odf.stream(
    new Set(['office:document-content', 'office:body', 'office:spreadsheet', 'table:table']),
  )) {
    if (event.type === 'open' && event.node.name === 'table:table') sheets += 1;
  }
  yield { type: 'started', total: Math.max(sheets, 1), unit: 'sheet' };
  let total = Math.max(sheets, 1);
  let number = 0;
  let done = 0;
  let open: { name: string; sheet: Sheet; row: number } | undefined;
  for await (const event of odf.stream(CONTAINERS)) {
    if (event.type === 'open' && event.node.name === 'table:table') {
      open = { name: (event.node.attributes['table:name'] ?? '').trim(), sheet: createSheet(budget), row: 0 };
    } else if (event.type === 'node' && event.node.name === 'table:table-row' && open) {
      open.row = putRow(event.node, open.row, open.sheet);
    } else if (event.type === 'close' && event.name === 'table:table' && open) {
      const { name, sheet } = open;
      open = undefined;
      done += 1;
      const pages = sheetPages(sheet.blocks(), { firstNumber: number + 1, name });
      if (number + pages.length + sheets - done !== total) {
        total = number + pages.length + sheets - done;
        yield { type: 'started', total, unit: 'sheet' };
      }
      for (const page of pages) yield { type: 'page', page };
      number += pages.length;
      if (sheet.lastRow !== undefined) {
        const message = `The sheet ${name} was read up to row ${sheet.lastRow + 1}; the rest was left out.`;
        yield { type: 'warning', warning: { page: number, code: 'rows_left_out', message } };
      }
    }
  }
}

/** @returns the place of the next row */
function putRow(node: XmlNode, row: number, sheet: Sheet): number {
  const repeated = Number(node.attributes['table:number-rows-repeated'] ?? 1) || 1;
  const cells: { column: number; text: string; columns: number; rows: number }[] = [];
  let column = 0;
  for (const cell of childrenOf(node)) {
    if (cell.name !== 'table:table-cell' && cell.name !== 'table:covered-table-cell') continue;
    const times = Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1;
    const text = cell.name === 'table:table-cell' ? textOfCell(cell) : '';
    const columns = Number(cell.attributes['table:number-columns-spanned'] ?? 1) || 1;
    const rows = Number(cell.attributes['table:number-rows-spanned'] ?? 1) || 1;
    if (text !== '') {
      for (let time = 0; time < Math.min(times, MOST_REPEATED); time += 1) {
        cells.push({ column: column + time, text, columns, rows });
      }
    }
    column += times;
  }
  for (let time = 0; cells.length > 0 && time < Math.min(repeated, MOST_REPEATED); time += 1) {
    for (const cell of cells) {
      sheet.put(row + time, cell.column, cell.text);
      if (cell.columns * cell.rows > 1) {
        const from = { row: row + time, column: cell.column };
        sheet.merge(from, { row: from.row + cell.rows - 1, column: from.column + cell.columns - 1 });
      }
    }
  }
  return row + repeated;
}

/** As it is shown, but dates as dates are written everywhere. */
function textOfCell(cell: XmlNode): string {
  const date = cell.attributes['office:date-value'];
  if (date !== undefined) return date.replace(/T00:00:00(\.0+)?$/, '').replace('T', ' ');
  return childrenOf(cell, 'text:p')
    .map((paragraph) => readOdfText(paragraph).text)
    .join('\n')
    .trim();
}
