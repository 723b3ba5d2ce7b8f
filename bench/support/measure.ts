// What a measure is, and the one table in which all of them are printed.

export interface Row {
  measure: string;
  ours: string;
  reference: string;
  /** Ours by the reference; absent where a ratio says nothing. */
  ratio?: number | undefined;
  target: string;
  /** Absent for rows that only inform. */
  isMet?: boolean | undefined;
}

export interface MeasureOptions {
  /** Fewer runs and shorter ones: for a first look and for CI. */
  isQuick: boolean;
}

export interface Measure {
  name: string;
  run(options: MeasureOptions): Promise<Row[]>;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param share 0.95 for the 95th percentile; nearest rank */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

const HEADERS = ['measure', 'ours', 'reference', 'ratio', 'target', 'met?'];

/** As a Markdown table whose columns line up. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.measure,
    row.ours,
    row.reference,
    row.ratio === undefined ? '–' : row.ratio.toFixed(2),
    row.target,
    row.isMet === undefined ? '–' : row.isMet ? 'yes' : 'NO',
  ]);
  const widths = HEADERS.map((header, column) => Math.max(header.length, ...cells.map((line) => line[column]!.length)));
  const format = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [format(HEADERS), format(widths.map((width) => '-'.repeat(width))), ...cells.map(format)].join('\n');
}
