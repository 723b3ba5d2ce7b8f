// Word files: what of their structure is kept, and what a reader of the page would not see is left out.
import { describe, expect, test } from 'vitest';
import { readDocx } from '../../../src/documents/parse/formats/docx.ts';
import {
  cell,
  type DocxParts,
  documentPart,
  element,
  makeDocx,
  paragraph,
  RENDERED_BREAK,
  row,
  run,
  table,
} from '../../support/office-files.ts';
import { blocksOf, pagesOf, readWith, textOfPages } from '../../support/reading.ts';
import { makeZip } from '../../support/zip.ts';

const read = (body: string, parts?: DocxParts) => readWith(readDocx, makeDocx(body, parts));
const textOf = async (body: string, parts?: DocxParts): Promise<string> => textOfPages(await read(body, parts));
const style = (id: string, name: string, properties = '', base = ''): string =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${base === '' ? '' : `<w:basedOn w:val="${base}"/>`}<w:pPr>${properties}</w:pPr></w:style>`;
const styled = (id: string): string => `<w:pStyle w:val="${id}"/>`;
const listed = (id: number, depth: number): string =>
  `<w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="${id}"/></w:numPr>`;
const level = (depth: number, format: string, text: string, more = ''): string =>
  `<w:lvl w:ilvl="${depth}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
const NUMBERING = [
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'decimal', '%1.%2')}${level(2, 'lowerLetter', '%3)')}</w:abstractNum>`,
  `<w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '\uf0b7')}</w:abstractNum>`,
  `<w:abstractNum w:abstractNumId="2">${level(0, 'upperRoman', 'BAB %1', styled('Judul1'))}</w:abstractNum>`,
  '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>',
  '<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>',
  '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>',
].join('');

describe('headings', () => {
  test('by their style, by the style it is based on, and by their outline level', async () => {
    const styles = style('a', 'heading 2') + style('b', 'Mine', '', 'a') + style('c', 'Title');
    const body = [
      paragraph('Judul', styled('c')),
      paragraph('Ruang lingkup', styled('a')),
      paragraph('Spesifikasi', styled('b')),
      paragraph('Garansi', '<w:outlineLvl w:val="2"/>'),
      paragraph('Isi'),
    ].join('');
    expect(await textOf(body, { styles })).toBe('# Judul\n\n## Ruang lingkup\n\n## Spesifikasi\n\n### Garansi\n\nIsi');
  });

  test('with the number that the list of their style gives them', async () => {
    const numbered = '<w:numPr><w:numId w:val="3"/></w:numPr>';
    const parts = { styles: style('Judul1', 'heading 1', numbered), numbering: NUMBERING };
    const body = paragraph('PENDAHULUAN', styled('Judul1')) + paragraph('PENUTUP', styled('Judul1'));
    expect(await textOf(body, parts)).toBe('# BAB I PENDAHULUAN\n\n# BAB II PENUTUP');
  });

  test('where nobody used styles: bold lines', async () => {
    const bold = (text: string): string => paragraph(run(text, '<w:b/>'));
    const body = bold('BAB I PENDAHULUAN') + paragraph('Isi bab.') + bold('Latar Belakang') + bold('Catatan:');
    expect(await textOf(body)).toBe('# BAB I PENDAHULUAN\n\nIsi bab.\n\n### Latar Belakang\n\nCatatan:');
    const styles = style('a', 'heading 1');
    const withHeading = paragraph('Judul', styled('a')) + bold('Tebal saja');
    expect(await textOf(withHeading, { styles })).toBe('# Judul\n\nTebal saja');
  });
});

describe('lists', () => {
  test('numbers are those that are printed, over several depths and an empty line', async () => {
    const body = [
      paragraph('Switch', listed(1, 0)),
      paragraph('Layer 3', listed(1, 1)),
      paragraph('Port', listed(1, 2)),
      paragraph(''),
      paragraph('Layer 2', listed(1, 1)),
      paragraph('Router', listed(1, 0)),
      paragraph('Baru', listed(1, 1)),
    ].join('');
    expect(await textOf(body, { numbering: NUMBERING })).toBe(
      '1. Switch\n   - 1.1 Layer 3\n      - a) Port\n   - 1.2 Layer 2\n2. Router\n   - 2.1 Baru',
    );
  });

  test('count on after a paragraph, and begin anew where it is said', async () => {
    const body = [
      paragraph('a', listed(1, 0)),
      paragraph('teks'),
      paragraph('b', listed(1, 0)),
      paragraph('c', listed(4, 0)),
    ];
    expect(await textOf(body.join(''), { numbering: NUMBERING })).toBe('1. a\n\nteks\n\n2. b\n1. c');
  });

  test('bullets are bullets, and list 0 is none', async () => {
    const body = paragraph('satu', listed(2, 0)) + paragraph('dua', listed(2, 0)) + paragraph('bukan', listed(0, 0));
    expect(await textOf(body, { numbering: NUMBERING })).toBe('- satu\n- dua\n\nbukan');
  });
});

describe('tables', () => {
  test('a label that spans columns or rows stands in each of its places', async () => {
    const body = table(
      row('No', cell('Switch', '<w:gridSpan w:val="2"/>')),
      row(cell('1', '<w:vMerge w:val="restart"/>'), 'Core', '48 port'),
      row(cell(paragraph(''), '<w:vMerge/>'), 'Akses', '24 port'),
    );
    expect(await textOf(body)).toBe(
      '| No | Switch | Switch |\n| --- | --- | --- |\n| 1 | Core | 48 port |\n| 1 | Akses | 24 port |',
    );
  });

  test('a long text that spans, and a title over everything, are said once', async () => {
    const long = 'Penyedia wajib '.repeat(10).trim();
    const body = table(
      row(cell('Daftar Harga', '<w:gridSpan w:val="3"/>')),
      row('a', 'b', 'c'),
      row('x', cell(long, '<w:gridSpan w:val="2"/>')),
    );
    const [block] = blocksOf(await read(body));
    expect(block).toMatchObject({
      rows: [
        ['Daftar Harga', '', ''],
        ['a', 'b', 'c'],
        ['x', long, ''],
      ],
    });
  });

  test('lists and tables in a cell are kept in it', async () => {
    const inner = table(row('A', 'B'), row('1', '2'));
    const items = paragraph('satu', listed(2, 0)) + paragraph('dua', listed(2, 0));
    const body = table(row('Isi', 'Rinci'), row(cell(items), cell(paragraph('Lihat:') + inner + paragraph(''))));
    expect(await textOf(body, { numbering: NUMBERING })).toBe(
      '| Isi | Rinci |\n| --- | --- |\n| - satu - dua | Lihat: A, B; 1, 2 |',
    );
  });

  test('a frame of one cell is no table, and rows marked as header are one', async () => {
    const box = table(row(cell(paragraph('Kotak') + paragraph('Isi kotak'))));
    expect(await textOf(box)).toBe('Kotak\n\nIsi kotak');
    const header = `<w:tr><w:trPr><w:tblHeader/></w:trPr>${cell('2024')}${cell('2025')}</w:tr>`;
    expect(blocksOf(await read(table(header, row('1', '2'))))).toMatchObject([{ type: 'table', headerRows: 1 }]);
  });
});

describe('what is in a paragraph', () => {
  test('what was deleted, moved away or hidden is not read; what was inserted is', async () => {
    const body = paragraph(
      [
        run('Harga '),
        `<w:del><w:r><w:delText>lama</w:delText></w:r></w:del><w:moveFrom>${run('pindah')}</w:moveFrom>`,
        `<w:ins>${run('baru')}</w:ins>`,
        run(' rahasia', '<w:vanish/>'),
        run(' batal', '<w:strike/>'),
      ].join(''),
    );
    expect(await textOf(body)).toBe('Harga baru~~batal~~');
  });

  test('a text box is read once, after the paragraph it hangs on', async () => {
    const box = (text: string): string => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`;
    const body = paragraph(
      `${run('Teks')}<w:r><mc:AlternateContent><mc:Choice><w:drawing>${box('Dalam kotak')}</w:drawing></mc:Choice><mc:Fallback><w:pict>${box('Dalam kotak')}</w:pict></mc:Fallback></mc:AlternateContent></w:r>`,
    );
    expect(await textOf(body)).toBe('Teks\n\nDalam kotak');
  });

  test('footnotes stand at the end of their page', async () => {
    const reference = '<w:r><w:footnoteReference w:id="7"/></w:r>';
    const footnotes = `<w:footnote w:id="7">${paragraph('Sudah termasuk PPN.')}</w:footnote>`;
    const body = paragraph(`${run('Harga')}${reference}`) + paragraph('Lain');
    expect(await textOf(body, { footnotes })).toBe('Harga[^1]\n\nLain\n\n[^1]: Sudah termasuk PPN.');
  });

  test('equations are text', async () => {
    const letter = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;
    const power = `<m:sSup><m:e>${letter('r')}</m:e><m:sup>${letter('2')}</m:sup></m:sSup>`;
    const root = `<m:rad><m:degHide m:val="1"/><m:e>${letter('b')}</m:e></m:rad>`;
    const fraction = `<m:f><m:num>${root}</m:num><m:den>${letter('2a')}</m:den></m:f>`;
    const body =
      paragraph(`${run('Luas ')}<m:oMath>${letter('A=π')}${power}</m:oMath>`) +
      paragraph(`<m:oMathPara><m:oMath>${fraction}</m:oMath></m:oMathPara>`);
    expect(await textOf(body)).toBe('Luas $A=\\pi r^{2}$\n\n$\\frac{\\sqrt{b}}{2a}$');
  });

  test('numbers of a chart are a table', async () => {
    const point = (at: number, text: string): string => `<c:pt idx="${at}"><c:v>${text}</c:v></c:pt>`;
    const series = `<c:ser><c:tx><c:strRef><c:strCache>${point(0, 'Biaya')}</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>${point(0, '2025')}${point(1, '2026')}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>${point(0, '10')}${point(1, '12')}</c:numCache></c:numRef></c:val></c:ser>`;
    const chart = element(
      'c:chartSpace',
      `<c:chart><c:plotArea><c:barChart>${series}</c:barChart></c:plotArea></c:chart>`,
    );
    const body = paragraph(
      '<w:r><w:drawing><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></w:drawing></w:r>',
    );
    const parts = {
      parts: [{ name: 'word/charts/chart1.xml', content: chart }],
      relations: [{ id: 'c1', type: 'chart', target: 'charts/chart1.xml' }],
    };
    expect(await textOf(body, parts)).toBe('| | Biaya |\n| --- | --- |\n| 2025 | 10 |\n| 2026 | 12 |');
  });
});

describe('pages', () => {
  test('are those that Word laid out; a break that somebody set and the one laid out there are the same', async () => {
    const body = [
      paragraph('satu'),
      paragraph('<w:r><w:br w:type="page"/></w:r>'),
      paragraph(`${RENDERED_BREAK}${run('dua')}`),
      paragraph(`${RENDERED_BREAK}${run('tiga')}`),
    ].join('');
    const events = await read(body);
    expect(events[0]).toEqual({ type: 'started', total: 3, unit: 'page' });
    expect(pagesOf(events).map(({ number, blocks }) => [number, blocks.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  test('a table that runs over them stays one, with its header again', async () => {
    const broken = `<w:tr>${cell(paragraph(`${RENDERED_BREAK}${run('3')}`))}${cell('c')}</w:tr>`;
    const body = table(row('No', 'Uraian'), row('1', 'a'), broken);
    expect(pagesOf(await read(body)).map(({ blocks }) => blocks)).toEqual([
      [
        {
          type: 'table',
          headerRows: 1,
          rows: [
            ['No', 'Uraian'],
            ['1', 'a'],
          ],
        },
      ],
      [
        {
          type: 'table',
          headerRows: 1,
          rows: [
            ['No', 'Uraian'],
            ['3', 'c'],
          ],
          continued: true,
        },
      ],
    ]);
  });

  test('where Word left no trace of them there are sections, cut at headings', async () => {
    const styles = style('a', 'heading 1');
    const body = [1, 2, 3]
      .map((number) => paragraph(`Bab ${number}`, styled('a')) + paragraph('Kalimat panjang. '.repeat(300)))
      .join('');
    const events = await read(body, { styles });
    expect(events[0]).toEqual({ type: 'started', total: 3, unit: 'section' });
    expect(pagesOf(events).map(({ blocks }) => blocks[0])).toMatchObject([
      { text: 'Bab 1' },
      { text: 'Bab 2' },
      { text: 'Bab 3' },
    ]);
  });
});

describe('what is not a Word file', () => {
  test('a package without content, and one that is cut off', async () => {
    await expect(readWith(readDocx, makeZip([documentPart('')]))).rejects.toMatchObject({ reason: 'file_corrupt' });
    await expect(readWith(readDocx, makeDocx(paragraph('x')).subarray(0, 400))).rejects.toMatchObject({
      reason: 'file_corrupt',
    });
  });
});
