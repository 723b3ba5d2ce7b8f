// Passages end where pages do; what they say may not. A row is given what it belongs to, a sentence or cell that breaks off its end.
import type { App } from '../context.ts';
import { findPageTexts } from '../documents/document-store.ts';
import type { Passage } from './passages.ts';

/** Of what goes on over the page: more is a passage of its own. */
const MOST_UNITS = 300;
const LABEL_UNITS = 80;
/** Among these columns stands what a row is about. */
const LABEL_CELLS = 2;

type PageTexts = (documentId: string, page: number) => string | undefined;

/** The same passages, in the same order. @param tenantId of all of them */
export async function joinOverPages(app: Pick<App, 'db'>, tenantId: string, passages: Passage[]): Promise<Passage[]> {
  const texts = new Map<string, string>();
  const load = async (pages: { documentId: string; page: number }[]) => {
    const missing = pages.filter(({ documentId, page }) => !texts.has(`${documentId} ${page}`));
    for (const found of await findPageTexts(app.db, tenantId, missing)) {
      texts.set(`${found.documentId} ${found.page}`, found.text);
    }
  };
  const textOf: PageTexts = (documentId, page) => texts.get(`${documentId} ${page}`);
  await load(passages);
  const neighbours = passages.flatMap((passage) => {
    const own = textOf(passage.documentId, passage.page) ?? '';
    const { documentId, page } = passage;
    return [
      ...(endsPage(passage, own) ? [{ documentId, page: page + 1 }] : []),
      ...(page > 1 && orphan(passage) ? [{ documentId, page: page - 1 }] : []),
    ];
  });
  await load(neighbours);
  return passages.map((passage) => join(passage, textOf));
}

function join(passage: Passage, textOf: PageTexts): Passage {
  const own = textOf(passage.documentId, passage.page);
  if (own === undefined) return passage;
  const label = labelOf(passage, own, textOf(passage.documentId, passage.page - 1) ?? '');
  const next = textOf(passage.documentId, passage.page + 1);
  const end = next !== undefined && endsPage(passage, own) ? endIn(passage, next) : '';
  if (label === '' && end === '') return passage;
  return {
    ...passage,
    ...(label === '' ? {} : { under: label }),
    ...(end === '' ? {} : { text: `${passage.text}${isRow(lastLine(passage.text)) ? '\n' : ' '}${end}` }),
  };
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');
const lastLine = (text: string): string => linesOf(text).at(-1)?.trim() ?? '';
const endsPage = (passage: Passage, page: string): boolean => page.trimEnd().endsWith(lastLine(passage.text));

const isRow = (line: string): boolean => {
  const row = line.trim();
  return row.length > 1 && row.startsWith('|') && row.endsWith('|');
};
const isSeparator = (line: string): boolean => line.includes('-') && /^[\s|:-]+$/.test(line);
const cellsOf = (row: string): string[] =>
  row
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** The rows of a table below its header. @param lines from its first line on */
function bodyRows(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => !isRow(line));
  const rows = lines.slice(0, end < 0 ? lines.length : end);
  const separator = rows.findIndex(isSeparator);
  return separator < 0 ? rows : rows.slice(separator + 1);
}

/** The first row of a passage when it goes on from rows above: its cells on the left are empty. */
function orphan(passage: Passage): string | undefined {
  const lines = linesOf(passage.text);
  if (!lines[0] || !isRow(lines[0])) return undefined;
  const [row] = bodyRows(lines);
  return row !== undefined && labelIn(row) === '' ? row : undefined;
}

/** What such a row is about: the nearest row above that says so, on its page or, when the table goes on from there, the one before. */
function labelOf(passage: Passage, page: string, before: string): string {
  const row = orphan(passage);
  if (row === undefined) return '';
  const lines = linesOf(page);
  const at = lines.findIndex((line) => line.trim() === row.trim());
  for (let index = at - 1; index >= 0; index--) {
    const line = lines[index]!;
    if (!isRow(line)) return '';
    // Above the separator stands the header, and above that another page.
    if (isSeparator(line)) return index <= 1 ? lastLabel(before) : '';
    if (labelIn(line) !== '') return labelIn(line);
  }
  return '';
}

function lastLabel(page: string): string {
  for (const line of linesOf(page).reverse()) {
    if (!isRow(line) || isSeparator(line)) return '';
    if (labelIn(line) !== '') return labelIn(line);
  }
  return '';
}

const labelIn = (row: string): string =>
  cellsOf(row)
    .slice(0, LABEL_CELLS)
    .find((cell) => cell.length <= LABEL_UNITS && /\p{L}{2}/u.test(cell)) ?? '';

/** What the next page begins with, when it belongs to the last line of the passage. */
function endIn(passage: Passage, next: string): string {
  const last = lastLine(passage.text);
  const lines = linesOf(next);
  const [first = ''] = lines;
  if (isRow(last)) {
    const [row] = isRow(first) ? bodyRows(lines) : [];
    if (row === undefined) return '';
    const said = cellsOf(row).filter((cell) => cell !== '');
    const goesOn = said.length === 1 && /^[\p{Ll}\p{N}(]/u.test(said[0]!) && said[0]!.length <= MOST_UNITS;
    return goesOn ? row.trim() : '';
  }
  if (/[.!?:;]["”’)]*$/.test(last) || !/^\p{Ll}/u.test(first)) return '';
  const sentence = /^.*?[.!?;](?=\s|$)/.exec(first)?.[0] ?? first;
  return sentence.length <= MOST_UNITS ? sentence : '';
}
