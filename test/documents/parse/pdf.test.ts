// PDFs become pages of blocks in the order in which they are read.
import { describe, expect, test } from 'vitest';
import type { ReadReason } from '../../../src/documents/parse/format.ts';
import { readPdf } from '../../../src/documents/parse/formats/pdf.ts';
import { pageMarkdown } from '../../../src/documents/parse/markdown.ts';
import type { ParsedPage, ReadEvent, ReadRequest, TableBlock } from '../../../src/documents/parse/parsed.ts';
import { grid, line, lines, makePdf, type PdfPage, text } from '../../support/make-pdf.ts';

const BOUNDS = {
  timeoutMs: 60_000,
  silenceMs: 60_000,
  memoryMb: 600,
  pages: 1_000,
  textUnits: 1e7,
  pageUnits: 1e6,
  unpackedBytes: 1e8,
};

async function events(bytes: Uint8Array, request: Partial<ReadRequest> = {}): Promise<ReadEvent[]> {
  const whole = {
    path: '/nowhere.pdf',
    contentType: 'application/pdf',
    name: 'x.pdf',
    fromPage: 1,
    bounds: BOUNDS,
    ...request,
  };
  const seen: ReadEvent[] = [];
  for await (const event of readPdf({ bytes, request: whole })) seen.push(event);
  return seen;
}

const pagesOf = (seen: readonly ReadEvent[]): ParsedPage[] =>
  seen.flatMap((event) => (event.type === 'page' ? event.page : []));
const read = async (...pages: PdfPage[]): Promise<ParsedPage[]> => pagesOf(await events(makePdf(pages)));
const markdown = async (...pages: PdfPage[]): Promise<string[]> =>
  (await read(...pages)).map((page) => pageMarkdown(page.blocks));
const tablesOf = (page: ParsedPage | undefined): TableBlock[] =>
  (page?.blocks ?? []).filter((block) => block.type === 'table');

const SENTENCE = [
  'Penyedia barang dan jasa wajib menyampaikan dokumen penawaran yang',
  'lengkap kepada panitia pengadaan paling lambat tanggal dua puluh satu',
  'bulan Juni, dan panitia membuka semua dokumen pada hari berikutnya.',
];

describe('running text', () => {
  test('lines become paragraphs, and words cut by a hyphen are put together', async () => {
    const content = lines(72, 700, [
      'Panitia membuka dokumen yang diterima lalu menyam-',
      'paikan hasil evaluasi kepada seluruh peserta tender.',
    ]);
    expect(await markdown({ content })).toEqual([
      'Panitia membuka dokumen yang diterima lalu menyampaikan hasil evaluasi kepada seluruh peserta tender.',
    ]);
  });

  test('doubled words and prefixes keep their hyphen at the end of a line', async () => {
    const content = lines(72, 700, [
      'Dokumen memuat seluruh ketentuan umum serta syarat-',
      'syarat khusus yang diunggah melalui situs resmi milik e-',
      'procurement bank.',
    ]);
    expect((await markdown({ content }))[0]).toMatch(/serta syarat-syarat khusus .* milik e-procurement bank\./);
  });

  test('larger and bold lines are headings, numbered ones as deep as their numbers', async () => {
    const content = [
      text(72, 780, 'DOKUMEN PENGADAAN', { size: 20, font: 'bold' }),
      text(72, 740, 'A. RUANG LINGKUP', { font: 'bold' }),
      ...lines(72, 720, SENTENCE),
      text(72, 660, '1. Instalasi', { font: 'bold' }),
      ...lines(72, 640, SENTENCE),
    ];
    const [page] = await read({ content });
    expect(page?.blocks.filter((block) => block.type === 'heading')).toEqual([
      { type: 'heading', level: 1, text: 'DOKUMEN PENGADAAN' },
      { type: 'heading', level: 3, text: 'A. RUANG LINGKUP' },
      { type: 'heading', level: 4, text: '1. Instalasi' },
    ]);
  });

  test('items of lists keep their markers, their depth and the lines that go on', async () => {
    const content = [
      ...lines(72, 700, ['1.']),
      ...lines(90, 700, ['Dokumen teknis yang disampaikan penyedia jasa dan barang kepada', 'panitia.']),
      text(90, 672, 'a.'),
      text(108, 672, 'Surat dukungan dari prinsipal'),
      text(72, 658, '2.'),
      text(90, 658, 'Dokumen harga'),
    ];
    expect((await read({ content }))[0]?.blocks).toEqual([
      {
        type: 'list',
        ordered: true,
        items: [
          { marker: '1.', depth: 0, text: 'Dokumen teknis yang disampaikan penyedia jasa dan barang kepada panitia.' },
          { marker: 'a.', depth: 1, text: 'Surat dukungan dari prinsipal' },
          { marker: '2.', depth: 0, text: 'Dokumen harga' },
        ],
      },
    ]);
  });

  test('columns are read one after the other, and what spans them before', async () => {
    const column = (name: string) =>
      Array.from({ length: 8 }, (_, index) => `${name} ${index} berisi kalimat panjang ini`);
    const content = [
      text(72, 780, 'Judul yang melintang di atas kedua kolom pada halaman ini saja', { size: 18, font: 'bold' }),
      ...lines(72, 740, column('kiri')),
      ...lines(320, 740, column('kanan')),
    ];
    const [words] = await markdown({ content });
    const order = [...words!.matchAll(/(Judul|kiri \d|kanan \d)/g)].map(([found]) => found);
    const all = (name: string) => Array.from({ length: 8 }, (_, index) => `${name} ${index}`);
    expect(order).toEqual(['Judul', ...all('kiri'), ...all('kanan')]);
  });

  test('the two pages of a spread are read one after the other', async () => {
    const questions = (name: string) =>
      Array.from({ length: 7 }, (_, index) => `${name} ${index} ya, di tingkat daerah`);
    const content = [...lines(60, 520, questions('kiri'), 20), ...lines(520, 511, questions('kanan'), 24)];
    const [words] = await markdown({ width: 842, height: 595, content });
    expect(words!.indexOf('kiri 6')).toBeLessThan(words!.indexOf('kanan 0'));
  });

  test('raised and lowered signs stay with their word', async () => {
    const content = [
      text(72, 700, 'Luas ruangan 120 m'),
      text(171, 704, '2', { size: 7 }),
      text(180, 700, 'dan lebih'),
    ];
    expect(await markdown({ content })).toEqual(['Luas ruangan 120 m2 dan lebih']);
  });

  test('labels and what follows their colon stay on one line', async () => {
    const labels = ['Nama proyek', 'Jenis kontrak', 'Lokasi pekerjaan', 'Nilai HPS', 'Tahun anggaran'];
    const content = labels.flatMap((label, index) => [
      text(72, 700 - index * 14, label),
      text(190, 700 - index * 14, `: isi ${index}`),
    ]);
    expect((await markdown({ content }))[0]).toContain('Lokasi pekerjaan : isi 2');
  });

  test('a page that lies on its side is read as it is meant', async () => {
    for (const [rotate, angle, x, y] of [
      [90, 0, 72, 700],
      [0, 90, 300, 100],
      [270, 180, 400, 600],
    ] as const) {
      const content = [text(x, y, 'Halaman ini diputar', { angle }), text(x, y, '')];
      expect(await markdown({ content, rotate }), `${rotate} ${angle}`).toEqual(['Halaman ini diputar']);
    }
  });

  test('headers, footers and numbers of pages are left out, titles are not', async () => {
    const page = (number: number): PdfPage => ({
      content: [
        text(400, 810, 'Rencana Kerja dan Syarat'),
        ...lines(72, 740, [`Bagian ${['satu', 'dua', 'tiga', 'empat'][number - 1]}`, ...SENTENCE]),
        text(260, 30, `Halaman ${number} dari 4`),
      ],
    });
    const pages = await markdown(page(1), page(2), page(3), page(4));
    expect(pages.join('\n')).not.toMatch(/Rencana Kerja|Halaman/);
    expect(pages[2]).toContain('Bagian tiga');
  });
});

describe('tables', () => {
  const xs = [72, 110, 260, 420, 520];

  test('ruled ones keep their cells, wrapped lines and header', async () => {
    const ys = [700, 680, 640, 620];
    const content = [
      ...grid(xs, ys),
      ...['No', 'Nama', 'Deskripsi', 'Qty'].map((words, at) =>
        text(xs[at]! + 3, 686, words, { size: 9, font: 'bold' }),
      ),
      text(75, 665, '1.', { size: 9 }),
      text(113, 665, 'Switch Core', { size: 9 }),
      ...lines(263, 665, ['Mendukung fitur segmentasi EVPN-', 'VXLAN multivendor'], 11, { size: 9 }),
      text(423, 665, '2 unit', { size: 9 }),
      text(75, 627, '2.', { size: 9 }),
      text(423, 627, '4 unit', { size: 9 }),
    ];
    const [page] = await read({ content });
    expect(tablesOf(page)).toEqual([
      {
        type: 'table',
        headerRows: 1,
        rows: [
          ['No', 'Nama', 'Deskripsi', 'Qty'],
          ['1.', 'Switch Core', 'Mendukung fitur segmentasi EVPN-VXLAN multivendor', '2 unit'],
          ['2.', '', '', '4 unit'],
        ],
      },
    ]);
  });

  test('the text of a merged cell stands in its first place', async () => {
    const content = [
      ...[72, 200, 400].map((x) => `0.7 w ${x} 700 m ${x} 640 l S`),
      '0.7 w 72 700 m 400 700 l S',
      '0.7 w 200 680 m 400 680 l S',
      '0.7 w 200 660 m 400 660 l S',
      '0.7 w 72 640 m 400 640 l S',
      text(75, 668, 'Lisensi', { size: 9 }),
      ...['Routing', 'Segmentasi', 'API'].map((words, at) => text(203, 686 - at * 20, words, { size: 9 })),
    ];
    expect(tablesOf((await read({ content }))[0])[0]?.rows).toEqual([
      ['Lisensi', 'Routing'],
      ['', 'Segmentasi'],
      ['', 'API'],
    ]);
  });

  test('one that runs over pages stays one and carries its header', async () => {
    const cells = (y: number, words: string[], font: 'regular' | 'bold' = 'regular') =>
      words.map((word, at) => text(xs[at]! + 3, y + 6, word, { size: 9, font }));
    const [top, middle] = [
      [120, 100, 80],
      [780, 760, 740],
    ];
    const first: PdfPage = {
      content: [
        ...lines(72, 700, SENTENCE),
        ...grid(xs, top),
        ...cells(100, ['No', 'Nama', 'Deskripsi', 'Qty'], 'bold'),
        ...cells(80, ['1', 'Kabel', 'Serat optik', '14']),
      ],
    };
    const repeated: PdfPage = {
      content: [
        ...grid(xs, middle),
        ...cells(760, ['No', 'Nama', 'Deskripsi', 'Qty'], 'bold'),
        ...cells(740, ['2', 'OTB', 'Dua belas inti', '1']),
      ],
    };
    const plain: PdfPage = {
      content: [...grid(xs, [780, 760]), ...cells(760, ['3', 'Rak', 'Dinding', '2']), ...lines(72, 700, SENTENCE)],
    };
    const pages = await read(first, repeated, plain);
    const header = ['No', 'Nama', 'Deskripsi', 'Qty'];
    expect(pages.map((page) => tablesOf(page)[0])).toEqual([
      { type: 'table', headerRows: 1, rows: [header, ['1', 'Kabel', 'Serat optik', '14']] },
      { type: 'table', headerRows: 1, rows: [header, ['2', 'OTB', 'Dua belas inti', '1']], continued: true },
      { type: 'table', headerRows: 1, rows: [header, ['3', 'Rak', 'Dinding', '2']], continued: true },
    ]);
  });

  test('columns without lines are a table when their cells stand under each other', async () => {
    const rows = [
      ['Uraian', 'Volume', 'Harga'],
      ['Kabel serat optik', '1685', '12.000'],
      ['Rak dinding', '14', '350.000'],
      ['Jasa instalasi', '1', '9.500.000'],
    ];
    const content = rows.flatMap((row, at) =>
      row.map((words, column) => text([72, 260, 400][column]!, 700 - at * 16, words)),
    );
    expect(tablesOf((await read({ content }))[0])).toEqual([{ type: 'table', headerRows: 1, rows }]);
  });

  test('rows that are not ruled are found where every column has a line of its own', async () => {
    const names = ['Palembang', 'Bandung', 'Surabaya', 'Medan'];
    const content = [
      ...grid([72, 200, 300, 400], [700, 680, 610]),
      ...['Kota', 'Unit', 'Harga'].map((words, at) => text([75, 203, 303][at]!, 686, words, { size: 9, font: 'bold' })),
      ...names.flatMap((name, row) =>
        [name, `${row + 3}`, `${row + 1}.500.000`].map((words, at) =>
          text([75, 203, 303][at]!, 668 - row * 16, words, { size: 9 }),
        ),
      ),
    ];
    expect(tablesOf((await read({ content }))[0])[0]).toMatchObject({
      headerRows: 1,
      rows: [['Kota', 'Unit', 'Harga'], ...names.map((name, row) => [name, `${row + 3}`, `${row + 1}.500.000`])],
    });
  });

  test('columns that are ruled in the header only go on below it', async () => {
    const content = [
      ...grid([72, 200, 300, 400], [700, 680]),
      ...[72, 400].map((x) => line(x, 680, x, 600)),
      line(72, 600, 400, 600),
      ...['Nomor', 'Tanggal', 'Jumlah'].map((words, at) =>
        text([75, 203, 303][at]!, 686, words, { size: 9, font: 'bold' }),
      ),
      ...['A-01', 'A-02', 'A-03', 'A-04'].flatMap((name, row) =>
        [name, `0${row + 1} Juni 2024`, `${row + 7}.000`].map((words, at) =>
          text([75, 203, 303][at]!, 664 - row * 16, words, { size: 9 }),
        ),
      ),
    ];
    const [table] = tablesOf((await read({ content }))[0]);
    expect(table?.rows).toHaveLength(5);
    expect(table?.rows[3]).toEqual(['A-03', '03 Juni 2024', '9.000']);
  });

  test('two tables that touch are two', async () => {
    const row = (xs: number[], y: number, words: string[], font: 'regular' | 'bold' = 'regular') =>
      words.map((word, at) => text(xs[at]! + 3, y + 6, word, { size: 9, font }));
    const [upper, lower] = [
      [72, 200, 330, 400],
      [72, 206, 322, 400],
    ];
    const content = [
      ...grid(upper, [700, 680, 660]),
      ...grid(lower, [660, 640, 620]),
      ...row(upper, 680, ['No', 'Nama', 'Qty'], 'bold'),
      ...row(upper, 660, ['1', 'Kabel', '14']),
      ...row(lower, 640, ['No', 'Nama', 'Qty'], 'bold'),
      ...row(lower, 620, ['1', 'Rak', '2']),
    ];
    expect(tablesOf((await read({ content }))[0]).map((table) => table.rows[1])).toEqual([
      ['1', 'Kabel', '14'],
      ['1', 'Rak', '2'],
    ]);
  });

  test('a frame around text is no table', async () => {
    const content = [...grid([60, 535], [730, 640]), ...lines(72, 700, SENTENCE)];
    const [page] = await read({ content });
    expect(page?.blocks).toEqual([{ type: 'paragraph', text: SENTENCE.join(' ') }]);
  });
});

describe('what cannot be read', () => {
  const page: PdfPage = { content: lines(72, 700, SENTENCE) };
  const refusal = async (bytes: Uint8Array): Promise<ReadReason | undefined> =>
    events(bytes).then(
      () => undefined,
      (error) => error.reason,
    );

  test('a password that is needed is said, one that only protects is not in the way', async () => {
    expect(await refusal(makePdf([page], { password: { user: 'rahasia', owner: 'pemilik' } }))).toBe('file_encrypted');
    const open = pagesOf(await events(makePdf([page], { password: { user: '', owner: 'pemilik' } })));
    expect(pageMarkdown(open[0]!.blocks)).toContain('Penyedia barang dan jasa');
  });

  test('a file that is no PDF inside is damaged', async () => {
    expect(await refusal(new TextEncoder().encode('%PDF-1.4\nthis is not one'))).toBe('file_corrupt');
    expect(await refusal(makePdf([page]).slice(0, 60))).toBe('file_corrupt');
  });

  test('a file that lost its end is read as far as it goes', async () => {
    const bytes = makePdf([page]);
    const [first] = pagesOf(await events(bytes.slice(0, bytes.length - 20)));
    expect(pageMarkdown(first!.blocks)).toContain('Penyedia barang dan jasa');
  });

  test('pages beyond the bound are left out with a warning', async () => {
    const seen = await events(makePdf([page, page, page]), { bounds: { ...BOUNDS, pages: 2 } });
    expect(pagesOf(seen)).toHaveLength(2);
    expect(seen.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'pages_left_out' } });
  });

  test('reading goes on where it stopped', async () => {
    const pages = [1, 2, 3, 4, 5].map(
      (number): PdfPage => ({ content: [text(72, 500, `Isi halaman ke ${number} saja`)] }),
    );
    const seen = pagesOf(await events(makePdf(pages), { fromPage: 4 }));
    expect(seen.map(({ number, blocks }) => [number, pageMarkdown(blocks)])).toEqual([
      [4, 'Isi halaman ke 4 saja'],
      [5, 'Isi halaman ke 5 saja'],
    ]);
  });
});
