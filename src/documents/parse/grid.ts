// Tables with merged cells as plain rows and columns.
import { ReadProblem } from './format.ts';
import type { TableBlock } from './parsed.ts';

export interface GridCell {
  text: string;
  /** How many columns and rows it takes; 1 when absent. */
  columns?: number;
  rows?: number;
  /** It is part of the cell above it. */
  continues?: boolean;
  isHeader?: boolean;
}

export interface Grid {
  addRow(cells: readonly GridCell[], options?: { isHeader?: boolean; skip?: number }): void;
  /** Rows since the last `take`. */
  readonly waiting: number;
  /** The rows since the last call, as a table; undefined when there is nothing in them. A later part gets the header rows of the first. */
  take(): TableBlock | undefined;
}

/** A longer text is no label: it is not repeated over the cells it spans. */
const LABEL_UNITS = 80;
const MOST_COLUMNS = 2_000;
const MOST_CELLS = 4_000_000;

interface Row {
  texts: string[];
  isHeader: boolean;
  /** One cell over all columns. */
  isTitle: boolean;
  /** Nothing but labels of the rows below it, which repeat them. */
  isLabelOfNext: boolean;
}

export function createGrid(): Grid {
  let rows: Row[] = [];
  let header: string[][] | undefined;
  let cellCount = 0;
  /** By column: the cell that reaches down from above. */
  const reaching = new Map<number, { text: string; rowsLeft: number }>();
  let above: string[] = [];

  return {
    get waiting() {
      return rows.length;
    },
    addRow(cells, { isHeader = false, skip = 0 } = {}) {
      const texts: string[] = [];
      const owners: string[] = [];
      const put = (text: string, owner: string): void => {
        texts.push(text);
        owners.push(owner);
      };
      const fillReaching = (): void => {
        for (let cell = reaching.get(texts.length); cell; cell = reaching.get(texts.length)) {
          cell.rowsLeft -= 1;
          if (cell.rowsLeft === 0) reaching.delete(texts.length);
          put(labelOf(cell.text), cell.text);
        }
      };
      for (let at = 0; at < skip; at += 1) put('', '');
      for (const { text, columns = 1, rows: height = 1, continues } of cells) {
        fillReaching();
        const owner = continues ? (above[texts.length] ?? '') : text;
        const width = Math.max(1, Math.min(columns, MOST_COLUMNS - texts.length));
        for (let at = 0; at < width; at += 1) {
          if (height > 1) reaching.set(texts.length, { text: owner, rowsLeft: height - 1 });
          put(at === 0 && !continues ? owner : labelOf(owner), owner);
        }
        if (texts.length >= MOST_COLUMNS) break;
      }
      fillReaching();
      above = owners;
      cellCount += texts.length;
      if (cellCount > MOST_CELLS)
        throw new ReadProblem('file_too_complex', 'A table of the file is too big to be read.');
      const isLabelOfNext =
        cells.length > 0 && cells.every(({ rows: height = 1, text }) => height > 1 && labelOf(text) !== '');
      const isTitle = cells.length === 1 && (cells[0]!.columns ?? 1) > 2;
      rows.push({
        texts,
        isHeader: isHeader || (cells.length > 0 && cells.every((cell) => cell.isHeader)),
        isTitle,
        isLabelOfNext,
      });
    },
    take() {
      const table = toTable(rows, header);
      rows = [];
      cellCount = 0;
      if (table && header === undefined) header = table.rows.slice(0, table.headerRows);
      return table;
    },
  };
}

const labelOf = (text: string): string => (text.length <= LABEL_UNITS ? text : '');

function toTable(rows: readonly Row[], header: string[][] | undefined): TableBlock | undefined {
  const width = rows.reduce((most, { texts }) => Math.max(most, texts.length), 0);
  const filled = rows.filter(
    ({ texts, isLabelOfNext }, at) =>
      texts.some((text) => text.trim() !== '') && !(isLabelOfNext && texts.length < width && at < rows.length - 1),
  );
  if (filled.length === 0) return undefined;
  const marked = filled.findIndex(({ isHeader }) => !isHeader);
  const square = filled.map(({ texts, isTitle }) =>
    Array.from({ length: width }, (_, column) =>
      isTitle && texts.length === width && column > 0 ? '' : (texts[column] ?? ''),
    ),
  );
  const all = header ? [...header.map((row) => row.slice(0, width)), ...square] : square;
  const table = withoutEmptyColumns(all, header === undefined);
  if (header) return { type: 'table', rows: table, headerRows: header.length, continued: true };
  const headerRows = marked > 0 ? marked : marked < 0 && filled.length === 1 ? 0 : guessHeaderRows(table);
  return { type: 'table', rows: table, headerRows };
}

/** Later parts of a table keep the columns of the first. */
function withoutEmptyColumns(rows: string[][], mayDrop: boolean): string[][] {
  if (!mayDrop) return rows;
  const kept = (rows[0] ?? []).map((_, column) => rows.some((row) => row[column]!.trim() !== ''));
  return kept.every(Boolean) ? rows : rows.map((row) => row.filter((_, column) => kept[column]));
}

/** A first row of short words above others names the columns. A form ("Nama | : | Budi") has no such row. */
export function guessHeaderRows(rows: readonly string[][]): number {
  const [first, ...others] = rows;
  if (!first || others.length === 0 || first.length < 2) return 0;
  const filled = first.filter((text) => text.trim() !== '');
  const isName = (text: string): boolean => text.length <= LABEL_UNITS && !/^[:\d.,%()\s-]+$|:\s*$/.test(text);
  return filled.length >= Math.max(2, 0.6 * first.length) && filled.every(isName) ? 1 : 0;
}
