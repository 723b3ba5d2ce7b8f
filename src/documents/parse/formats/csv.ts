// CSV and TSV: one table, whatever separates its cells.
import { decodeText } from '../decode-text.ts';
import type { FormatInput } from '../format.ts';
import type { ReadEvent } from '../parsed.ts';
import { createSheet, sheetPages } from '../sheet.ts';
import { encodingWarning } from './plain-text.ts';

const SEPARATORS = [',', ';', '\t', '|'];
const SAMPLE_UNITS = 20_000;

export async function* readCsv({ bytes, request }: FormatInput): AsyncGenerator<ReadEvent> {
  const decoded = decodeText(bytes);
  // Excel tells itself the separator in a first line.
  const said = /^\ufeff?sep=(.)\r?\n/i.exec(decoded.text.slice(0, 20));
  const text = decoded.text.slice(said?.[0].length ?? 0).replace(/^\ufeff/, '');
  const separator = request.contentType === 'text/tab-separated-values' ? '\t' : (said?.[1] ?? findSeparator(text));
  const sheet = createSheet({ units: request.bounds.textUnits });
  let row = 0;
  for (const cells of rowsOf(text, separator)) {
    // Lines without anything would end the table.
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (!cells.every((cell, column) => sheet.put(row, column, cell))) break;
    row += 1;
  }
  const pages = sheetPages(sheet.blocks(), { firstNumber: 1 });
  yield { type: 'started', total: pages.length, unit: 'section' };
  if (decoded.isGuessed) yield encodingWarning(decoded.encoding);
  for (const page of pages) yield { type: 'page', page };
  if (sheet.lastRow !== undefined) {
    const message = `The first ${sheet.lastRow} rows were read; the rest was left out.`;
    yield { type: 'warning', warning: { page: pages.length, code: 'rows_left_out', message } };
  }
}

/** The one that makes the same number of cells, more than one, in most of the first lines. */
function findSeparator(text: string): string {
  const scored = SEPARATORS.map((separator) => {
    const counts: number[] = [];
    for (const cells of rowsOf(text.slice(0, SAMPLE_UNITS), separator)) {
      if (cells.length > 1 || cells[0] !== '') counts.push(cells.length);
      if (counts.length === 30) break;
    }
    const usual = [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 1;
    const share = counts.filter((count) => count === usual).length / Math.max(1, counts.length);
    return { separator, score: usual > 1 ? share + usual / 1_000 : 0 };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).separator;
}

/** A quote that is never closed ends with its line, so that it does not swallow the file. */
export function* rowsOf(text: string, separator: string): Generator<string[]> {
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      const quoted = readQuoted(text, at);
      // After the closing quote only a separator is expected; whatever stands there belongs to the cell.
      const end = endOfCell(text, quoted.end, separator);
      cell = quoted.text + text.slice(quoted.end, end);
      at = end;
    } else {
      const end = endOfCell(text, at, separator);
      cell = text.slice(at, end);
      at = end;
    }
    cells.push(cell);
    if (text[at] === separator) {
      at += 1;
      if (at === text.length) cells.push('');
      continue;
    }
    yield cells;
    cells = [];
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  if (cells.length > 0) yield cells;
}

const LONGEST_QUOTE = 100_000;

function readQuoted(text: string, start: number): { text: string; end: number } {
  let found = '';
  for (let at = start + 1; at < text.length && at - start < LONGEST_QUOTE; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) break;
    found += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { text: found, end: quote + 1 };
    found += '"';
    at = quote + 2;
  }
  return { text: '', end: start };
}

function endOfCell(text: string, from: number, separator: string): number {
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === separator || sign === '\n' || sign === '\r') return at;
  }
  return text.length;
}
