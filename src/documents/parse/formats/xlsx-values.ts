// Values of cells of an Excel file as text: numbers as they are, dates and shares as they are shown.
import { childOf, childrenOf, textOf, type XmlNode } from '../xml.ts';

export type NumberKind = 'number' | 'percent' | 'date' | 'time' | 'dateTime' | 'duration';

export interface CellValues {
  textOf(cell: XmlNode): string;
}

export function createCellValues(
  shared: readonly string[],
  kinds: readonly NumberKind[],
  isFrom1904: boolean,
): CellValues {
  return {
    textOf(cell) {
      const value = textOf(childOf(cell, 'x:v'));
      switch (cell.attributes.t) {
        case 's':
          return shared[Number(value)] ?? '';
        case 'inlineStr':
          return richText(childOf(cell, 'x:is'));
        case 'b':
          return value === '1' ? 'TRUE' : value === '0' ? 'FALSE' : value;
        case 'str':
        case 'e':
          return value;
        case 'd':
          return value.replace(/T00:00(:00(\.0+)?)?Z?$/, '').replace('T', ' ');
      }
      // A program that cannot calculate writes formulas without results.
      if (value === '') return childOf(cell, 'x:f') ? formulaText(childOf(cell, 'x:f')!) : '';
      return formatValue(value, kinds[Number(cell.attributes.s ?? 0)] ?? 'number', isFrom1904);
    },
  };
}

function formulaText(formula: XmlNode): string {
  const text = textOf(formula).trim();
  return text === '' ? '' : `=${text}`;
}

/** Text in several runs; how it is to be pronounced stands beside it and is left out. */
export const richText = (node: XmlNode | undefined): string =>
  childrenOf(node)
    .map((child) => (child.name === 'x:t' ? textOf(child) : child.name === 'x:r' ? textOf(childOf(child, 'x:t')) : ''))
    .join('');

/** Binary fractions are stored with all their digits: 0.1 + 0.2 is shown as 0.3. */
const plain = (value: number): string => String(Number(value.toPrecision(15)));

export function formatValue(text: string, kind: NumberKind, isFrom1904: boolean): string {
  const value = Number(text);
  if (!Number.isFinite(value) || text.trim() === '') return text;
  switch (kind) {
    case 'number':
      // Long numbers are names rather than amounts: not as 1e21.
      return Math.abs(value) >= 1e15 || (text.length <= 15 && String(value) === text) ? text.trim() : plain(value);
    case 'percent':
      return `${plain(value * 100)}%`;
    case 'duration':
      return clock(value * 86_400);
    case 'time':
      return clock((value % 1) * 86_400);
    default:
      return dateText(value, kind === 'dateTime', isFrom1904) ?? plain(value);
  }
}

function clock(seconds: number): string {
  const rounded = Math.round(Math.abs(seconds));
  const [hours, minutes, rest] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60), rounded % 60];
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${seconds < 0 ? '-' : ''}${two(hours)}:${two(minutes)}${rest === 0 ? '' : `:${two(rest)}`}`;
}

const DAY_MS = 86_400_000;

/** Days since the end of 1899, of which one never was: Excel counts a 29 February 1900. */
function dateText(value: number, hasTime: boolean, isFrom1904: boolean): string | undefined {
  if (value < 0 || value > 2_958_466) return undefined;
  const days = isFrom1904 ? value + 1462 : value < 60 ? value + 1 : value;
  const time = new Date(Date.UTC(1899, 11, 30) + Math.round((days * DAY_MS) / 1000) * 1000);
  const iso = time.toISOString();
  return hasTime && value % 1 !== 0 ? `${iso.slice(0, 10)} ${iso.slice(11, 16)}` : iso.slice(0, 10);
}

/** By the place of a cell's format in the list of formats. */
export function readNumberKinds(styles: XmlNode | undefined): NumberKind[] {
  const codes = new Map(
    childrenOf(childOf(styles, 'x:numFmts'), 'x:numFmt').map(({ attributes }) => [
      attributes.numFmtId ?? '',
      attributes.formatCode ?? '',
    ]),
  );
  return childrenOf(childOf(styles, 'x:cellXfs'), 'x:xf').map(({ attributes }) => {
    const id = attributes.numFmtId ?? '0';
    return kindOfCode(codes.get(id) ?? BUILT_IN[id] ?? '');
  });
}

/** Those that need no declaration and are not plain numbers. */
const BUILT_IN: Readonly<Record<string, string>> = {
  '9': '0%',
  '10': '0.00%',
  ...Object.fromEntries(
    [14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'yyyy-mm-dd']),
  ),
  ...Object.fromEntries([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, 'hh:mm'])),
  '22': 'yyyy-mm-dd hh:mm',
  '46': '[h]:mm:ss',
};

export function kindOfCode(code: string): NumberKind {
  // Only the format of positive numbers counts, without literal text, colours and conditions.
  const bare = (code.split(';')[0] ?? '').replace(/"[^"]*"|\\.|_.|\*./g, '').toLowerCase();
  if (/\[(h+|m+|s+)\]/.test(bare)) return 'duration';
  const signs = bare.replace(/\[[^\]]*\]/g, '').replace(/general|am\/pm|a\/p/g, '');
  const hasDay = /[yd]/.test(signs);
  const hasClock = /[hs]/.test(signs);
  if (hasDay) return hasClock ? 'dateTime' : 'date';
  if (hasClock) return 'time';
  if (/^m+$/.test(signs)) return 'date';
  return signs.includes('%') ? 'percent' : 'number';
}
