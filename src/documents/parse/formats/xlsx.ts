// Excel (XLSX): every sheet with its tables, then the text and charts that lie on it.
import { drawingText, graphicBlocks } from '../drawing.ts';
import { type FormatInput, ReadProblem } from '../format.ts';
import { type OfficePackage, openOfficePackage } from '../office-package.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { createSheet, type Sheet, sheetPages } from '../sheet.ts';
import { childOf, childrenOf, descendantsOf, type XmlNode } from '../xml.ts';
import { type CellValues, createCellValues, readNumberKinds, richText } from './xlsx-values.ts';

const SHEET = new Set(['x:worksheet', 'x:sheetData', 'x:mergeCells']);
const STRINGS = new Set(['x:sst']);
const LAST_ROW = 1_048_576;
const LAST_COLUMN = 16_384;

export async function* readXlsx(input: FormatInput): AsyncGenerator<ReadEvent> {
  const office = await openOfficePackage(input);
  const workbook = await office.tree(office.mainPart);
  const relations = await office.relationsOf(office.mainPart);
  const sheets = childrenOf(childOf(workbook, 'x:sheets'), 'x:sheet').map(({ attributes }) => ({
    name: (attributes.name ?? '').trim(),
    part: relations.get(attributes['r:id'] ?? '')?.part,
  }));
  if (sheets.length === 0) throw new ReadProblem('file_corrupt', 'The workbook has no sheets.');
  const values = await readValues(office, workbook);
  const budget = { units: input.request.bounds.textUnits };
  let total = sheets.length;
  let number = 0;
  yield { type: 'started', total, unit: 'sheet' };
  for (const [index, { name, part }] of sheets.entries()) {
    const sheet = createSheet(budget);
    const problem = await readSheet(office, part, values, sheet).catch((error) => {
      // One broken sheet does not take the others with it.
      if (!(error instanceof ReadProblem) || error.reason !== 'file_corrupt' || sheets.length === 1) throw error;
      return error;
    });
    const blocks = [...sheet.blocks(), ...(problem ? [] : await drawnBlocks(office, part))];
    const pages = sheetPages(blocks, { firstNumber: number + 1, name });
    const rest = sheets.length - index - 1;
    if (number + pages.length + rest !== total) {
      total = number + pages.length + rest;
      yield { type: 'started', total, unit: 'sheet' };
    }
    for (const page of pages) yield { type: 'page', page };
    number += pages.length;
    if (problem) {
      const message = `The sheet ${name} could not be read to its end: ${problem.message}`;
      yield { type: 'warning', warning: { page: number, code: 'page_unreadable', message } };
    }
    if (sheet.lastRow !== undefined) {
      const message = `The sheet ${name} was read up to row ${sheet.lastRow + 1}; the rest was left out.`;
      yield { type: 'warning', warning: { page: number, code: 'rows_left_out', message } };
    }
  }
}

async function readValues(office: OfficePackage, workbook: XmlNode): Promise<CellValues> {
  const shared: string[] = [];
  const stringsPart = await office.findRelated(office.mainPart, 'sharedStrings');
  if (stringsPart !== undefined && office.has(stringsPart)) {
    for await (const event of office.stream(stringsPart, STRINGS)) {
      if (event.type === 'node' && event.node.name === 'x:si') shared.push(richText(event.node));
    }
  }
  const styles = await office.findTree(await office.findRelated(office.mainPart, 'styles'));
  const isFrom1904 = /^(1|true)$/.test(childOf(workbook, 'x:workbookPr')?.attributes.date1904 ?? '');
  return createCellValues(shared, readNumberKinds(styles), isFrom1904);
}

async function readSheet(
  office: OfficePackage,
  part: string | undefined,
  values: CellValues,
  sheet: Sheet,
): Promise<undefined> {
  if (part === undefined || !office.has(part))
    throw new ReadProblem('file_corrupt', 'A sheet of the workbook is not there.');
  let row = -1;
  for await (const event of office.stream(part, SHEET)) {
    if (event.type !== 'node') continue;
    if (event.node.name === 'x:row') {
      const said = Number(event.node.attributes.r);
      row = said >= 1 && said <= LAST_ROW ? said - 1 : row + 1;
      // Once a bound is reached the rest need not be unpacked; merged areas of what was read are then unknown.
      if (!putRow(event.node, row, values, sheet)) return;
    } else if (event.node.name === 'x:mergeCell') {
      const [from, to] = (event.node.attributes.ref ?? '').split(':').map(placeOf);
      if (from && to) sheet.merge(from, to);
    }
  }
}

function putRow(node: XmlNode, row: number, values: CellValues, sheet: Sheet): boolean {
  let column = -1;
  for (const cell of childrenOf(node, 'x:c')) {
    column = placeOf(cell.attributes.r ?? '')?.column ?? column + 1;
    if (!sheet.put(row, column, values.textOf(cell))) return false;
  }
  return true;
}

/** `B17`, from 0 */
function placeOf(reference: string): { row: number; column: number } | undefined {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference) ?? [];
  if (letters === undefined) return undefined;
  const column = [...letters.toUpperCase()].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0);
  return column > LAST_COLUMN ? undefined : { row: Number(digits) - 1, column: column - 1 };
}

/** Shapes with text, charts and diagrams that lie over the cells. */
async function drawnBlocks(office: OfficePackage, part: string | undefined): Promise<Block[]> {
  const drawing = part === undefined ? undefined : await office.findRelated(part, 'drawing');
  const tree = await office.findTree(drawing);
  if (!tree || drawing === undefined) return [];
  const texts = descendantsOf(tree, 'xdr:txBody').map((body) =>
    childrenOf(body, 'a:p').map(drawingText).join('\n').trim(),
  );
  const paragraphs = texts.filter((text) => text !== '').map((text): Block => ({ type: 'paragraph', text }));
  return [...paragraphs, ...(await graphicBlocks(office, drawing, tree))];
}
