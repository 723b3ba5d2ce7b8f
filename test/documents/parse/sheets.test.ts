// Spreadsheets and CSV: values as people see them, tables where they are, far cells without their emptiness.
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../../src/documents/parse/formats/csv.ts';
import { readOds } from '../../../src/documents/parse/formats/ods.ts';
import { readXlsx } from '../../../src/documents/parse/formats/xlsx.ts';
import { formatValue, kindOfCode } from '../../../src/documents/parse/formats/xlsx-values.ts';
import {
  drawnParagraph,
  element,
  makeOdf,
  makeXlsx,
  relationsPart,
  sheetData,
  type XlsxParts,
} from '../../support/office-files.ts';
import { blocksOf, pagesOf, readWith, textOfPages } from '../../support/reading.ts';

const read = (sheets: Record<string, string>, parts?: XlsxParts) => readWith(readXlsx, makeXlsx(sheets, parts));
const textOf = async (data: string, parts?: XlsxParts): Promise<string> => textOfPages(await read({ S: data }, parts));
const rows = (...list: string[]): string => `<sheetData>${list.join('')}</sheetData>`;

describe('values', () => {
  test('texts, rich ones too, without how they are pronounced', async () => {
    const strings = '<si><t>Harga</t></si><si><r><t>Rp </t></r><r><t>tetap</t></r><rPh><t>x</t></rPh></si>';
    const data = rows(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row><c t="str"><f>A1</f><v>hasil</v></c><c t="e"><v>#N/A</v></c></row>',
    );
    expect(await textOf(data, { strings })).toBe('## S\n\n| Harga | Rp tetap |\n| --- | --- |\n| hasil | #N/A |');
  });

  test('numbers as they were typed, shares as shares, dates as dates', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="170"/></cellXfs>';
    const data = rows(
      '<row r="1"><c><v>0.30000000000000004</v></c><c s="1"><v>0.11</v></c><c s="2"><v>46082</v></c><c t="b"><v>1</v></c></row>',
    );
    expect(await textOf(data, { styles })).toBe('## S\n\n0.3 | 11% | 2026-03-01 | TRUE');
  });

  test('a formula that nobody calculated is shown itself', async () => {
    expect(await textOf(rows('<row><c><f>SUM(A1:A9)</f></c></row>'))).toBe('## S\n\n=SUM(A1:A9)');
  });

  test.each([
    ['dd/mm/yyyy', 'date'],
    ['[$-421]d mmmm yyyy;@', 'date'],
    ['yyyy-mm-dd hh:mm', 'dateTime'],
    ['h:mm AM/PM', 'time'],
    ['[h]:mm', 'duration'],
    ['0.00%', 'percent'],
    ['"Rp"#,##0', 'number'],
    ['General', 'number'],
    ['[Red]#,##0 "hari"', 'number'],
    ['0.00E+00', 'number'],
  ])('the format %s is of a %s', (code, kind) => {
    expect(kindOfCode(code)).toBe(kind);
  });

  test.each([
    ['1', 'date', '1900-01-01'],
    ['59', 'date', '1900-02-28'],
    ['61', 'date', '1900-03-01'],
    ['46082.75', 'dateTime', '2026-03-01 18:00'],
    ['0.5', 'time', '12:00'],
    ['1.5', 'duration', '36:00'],
    ['-5', 'date', '-5'],
    ['3171234567890123', 'number', '3171234567890123'],
    ['abc', 'date', 'abc'],
  ] as const)('%s as %s is %s', (value, kind, text) => {
    expect(formatValue(value, kind, false)).toBe(text);
  });
});

describe('sheets', () => {
  test('are pages with their names; an empty one has nothing on it', async () => {
    const events = await read({
      Harga: sheetData([
        ['a', 'b'],
        [1, 2],
      ]),
      Kosong: rows(),
    });
    expect(events[0]).toEqual({ type: 'started', total: 2, unit: 'sheet' });
    expect(pagesOf(events)).toMatchObject([
      { number: 1, label: 'Harga', source: 'text' },
      { number: 2, label: 'Kosong', source: 'none', blocks: [] },
    ]);
  });

  test('tables end at an empty row; what stands alone above one is its title', async () => {
    const data = sheetData([['Daftar Harga'], ['Nama', 'Harga'], ['Switch', 10], [], ['Nama', 'Stok'], ['Router', 3]]);
    expect(await textOf(data)).toBe(
      '## S\n\nDaftar Harga\n\n| Nama | Harga |\n| --- | --- |\n| Switch | 10 |\n\n| Nama | Stok |\n| --- | --- |\n| Router | 3 |',
    );
  });

  test('tables side by side are two; a form with a gap between its columns is one', async () => {
    const beside = sheetData([
      ['a', 'b', '', 'c', 'd'],
      [1, 2, '', 3, 4],
      [5, 6, '', 7, 8],
      ['', '', '', 9, 10],
    ]);
    expect(blocksOf(await read({ S: beside }))).toMatchObject([
      { type: 'heading' },
      {
        rows: [
          ['a', 'b'],
          ['1', '2'],
          ['5', '6'],
        ],
      },
      {
        rows: [
          ['c', 'd'],
          ['3', '4'],
          ['7', '8'],
          ['9', '10'],
        ],
      },
    ]);
    const form = sheetData([
      ['Tegangan', '', 'kV'],
      ['Frekuensi', '', 'Hz'],
      ['Arus', '', 'kA'],
    ]);
    expect(blocksOf(await read({ S: form }))).toMatchObject([
      {},
      {
        rows: [
          ['Tegangan', 'kV'],
          ['Frekuensi', 'Hz'],
          ['Arus', 'kA'],
        ],
      },
    ]);
  });

  test('a merged label stands in each of its cells', async () => {
    const data = `${sheetData([
      ['Grup', 'Harga', ''],
      ['Switch', 1, 2],
      ['', 3, 4],
    ])}<mergeCells><mergeCell ref="B1:C1"/><mergeCell ref="A2:A3"/></mergeCells>`;
    expect(await textOf(data)).toBe(
      '## S\n\n| Grup | Harga | Harga |\n| --- | --- | --- |\n| Switch | 1 | 2 |\n| Switch | 3 | 4 |',
    );
  });

  test('two cells at the two ends of a sheet are two texts', async () => {
    const data = `${rows('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')}<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>`;
    expect(await textOf(data)).toBe('## S\n\n1\n\n2');
  });

  test('a table with hardly anything in it is a list of its cells', async () => {
    const letters = (at: number): string =>
      String.fromCharCode(65 + Math.floor(at / 26)) + String.fromCharCode(65 + (at % 26));
    const diagonal = Array.from(
      { length: 200 },
      (_, at) => `<row r="${at + 1}"><c r="${letters(at)}${at + 1}"><v>${at}</v></c></row>`,
    );
    const text = await textOf(
      rows('<row r="1"><c r="AA1"><v>0</v></c><c r="AB1"><v>0</v></c></row>', ...diagonal.slice(1)),
    );
    expect(text).toContain('- AB2: 1');
    expect(text.length).toBeLessThan(4_000);
  });

  test('a long one is several pages, each with its name, its part and the header', async () => {
    const data = sheetData([
      ['No', 'Uraian'],
      ...Array.from({ length: 2_000 }, (_, at) => [at, `Perangkat jaringan nomor ${at}`]),
    ]);
    const events = await read({ Harga: data, Lain: sheetData([['x', 'y']]) });
    const pages = pagesOf(events);
    expect(pages.map(({ label }) => label)).toEqual(['Harga (1/3)', 'Harga (2/3)', 'Harga (3/3)', 'Lain']);
    expect(pages[1]!.blocks[1]).toMatchObject({ type: 'table', continued: true, headerRows: 1 });
    expect(events.filter((event) => event.type === 'started').at(-1)).toMatchObject({ total: 4 });
  });

  test('rows beyond the bound are left out with a warning', async () => {
    const data = sheetData(Array.from({ length: 100 }, (_, at) => [at, 'x'.repeat(100)]));
    const events = await readWith(readXlsx, makeXlsx({ S: data }), { bounds: { textUnits: 5_000 } });
    expect(events.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'rows_left_out', page: 1 } });
    expect(textOfPages(events).length).toBeLessThan(6_000);
  });

  test('texts in shapes over the cells are read', async () => {
    const drawing = element(
      'xdr:wsDr',
      `<xdr:twoCellAnchor><xdr:sp><xdr:txBody>${drawnParagraph('Catatan')}</xdr:txBody></xdr:sp></xdr:twoCellAnchor>`,
    );
    const parts = [
      relationsPart('xl/worksheets/sheet1.xml', [{ id: 'd', type: 'drawing', target: '../drawings/drawing1.xml' }]),
      { name: 'xl/drawings/drawing1.xml', content: drawing },
    ];
    expect(await textOf(rows(), { parts })).toBe('## S\n\nCatatan');
  });
});

describe('OpenDocument sheets', () => {
  const cellOf = (text: string, attributes = ''): string =>
    `<table:table-cell ${attributes}><text:p>${text}</text:p></table:table-cell>`;
  const rowOf = (cells: string, attributes = ''): string => `<table:table-row ${attributes}>${cells}</table:table-row>`;
  const readSheet = (content: string) =>
    readWith(readOds, makeOdf('spreadsheet', `<table:table table:name="S">${content}</table:table>`));

  test('show what cells show, and dates as dates', async () => {
    const date = '<table:table-cell office:date-value="2026-03-01T00:00:00"><text:p>1 Mar</text:p></table:table-cell>';
    const events = await readSheet(rowOf(cellOf('Rp 1.000') + date) + rowOf(cellOf('b') + cellOf('c')));
    expect(textOfPages(events)).toBe('## S\n\n| | |\n| --- | --- |\n| Rp 1.000 | 2026-03-01 |\n| b | c |');
  });

  test('the empty rest of a sheet costs nothing', async () => {
    const rest = rowOf(
      '<table:table-cell table:number-columns-repeated="16384"/>',
      'table:number-rows-repeated="1048570"',
    );
    const events = await readSheet(
      rowOf(`${cellOf('a')}<table:table-cell table:number-columns-repeated="16382"/>${cellOf('z')}`) +
        rest +
        rowOf(cellOf('end')),
    );
    expect(textOfPages(events)).toBe('## S\n\na | z\n\nend');
  });
});

describe('CSV', () => {
  const textOfCsv = async (content: string | Uint8Array, contentType = 'text/csv'): Promise<string> =>
    textOfPages(await readWith(readCsv, content, { contentType }));

  test.each([
    ['commas', 'Nama,Harga\nSwitch,"1,5"\n'],
    ['semicolons', 'Nama;Harga\r\nSwitch;1,5\r\n'],
    ['bars', 'Nama|Harga\nSwitch|1,5'],
    ['a separator that its first line names', 'sep=;\nNama;Harga\nSwitch;1,5\n'],
  ])('with %s', async (_, content) => {
    expect(await textOfCsv(content)).toBe('| Nama | Harga |\n| --- | --- |\n| Switch | 1,5 |');
  });

  test('quotes hold separators, lines and quotes; one that never closes holds nothing', async () => {
    expect(await textOfCsv('a,b\n"x, ""y""\nz",2\n')).toBe('| a | b |\n| --- | --- |\n| x, "y" z | 2 |');
    expect(await textOfCsv('a,b\n"x,2\n3,4\n')).toBe('| a | b |\n| --- | --- |\n| "x | 2 |\n| 3 | 4 |');
  });

  test('rows of different lengths and empty lines', async () => {
    expect(await textOfCsv('a,b,c\n1,2\n\n1,2,3,4\n')).toBe(
      '| a | b | c | |\n| --- | --- | --- | --- |\n| 1 | 2 | | |\n| 1 | 2 | 3 | 4 |',
    );
  });

  test('letters of an old encoding are read, and it is said', async () => {
    const events = await readWith(readCsv, Buffer.from('Nama;Stra\xdfe\nx;y\n', 'latin1'), { contentType: 'text/csv' });
    expect(textOfPages(events)).toContain('Straße');
    expect(events).toContainEqual(
      expect.objectContaining({ warning: expect.objectContaining({ code: 'encoding_guessed' }) }),
    );
  });
});
