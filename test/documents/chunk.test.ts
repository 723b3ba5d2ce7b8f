// Cutting pages into passages: along headings, clauses and rows, none across pages, every line findable on its page.
import { describe, expect, test } from 'vitest';
import { Chunker, PASSAGE_SIZES, type Passage } from '../../src/documents/chunk.ts';
import { pageMarkdown } from '../../src/documents/parse/markdown.ts';
import type { Block, ParsedPage } from '../../src/documents/parse/parsed.ts';

const page = (number: number, blocks: Block[], more: Partial<ParsedPage> = {}): ParsedPage => ({
  number,
  blocks,
  source: 'text',
  ...more,
});
const heading = (level: 1 | 2 | 3 | 4 | 5 | 6, text: string): Block => ({ type: 'heading', level, text });
const paragraph = (text: string): Block => ({ type: 'paragraph', text });
const list = (...items: [marker: string, text: string, depth?: number][]): Block => ({
  type: 'list',
  ordered: true,
  items: items.map(([marker, text, depth = 0]) => ({ marker, text, depth })),
});
const sentences = (count: number, what = 'Kalimat'): string =>
  Array.from({ length: count }, (_, at) => `${what} nomor ${at} berbicara tentang hal yang cukup panjang.`).join(' ');

/** All passages; that each stands on its page is looked at on the way. */
function cut(pages: ParsedPage[], sizes = PASSAGE_SIZES): Passage[] {
  const chunker = new Chunker(sizes);
  return pages.flatMap((one) => {
    const markdown = pageMarkdown(one.blocks);
    const passages = [...chunker.add(one)];
    for (const { text, page: number } of passages) {
      expect(number).toBe(one.number);
      for (const line of text.split('\n')) expect(markdown).toContain(line);
      expect(text.length).toBeLessThanOrEqual(sizes.mostUnits * 1.5);
    }
    return passages;
  });
}

describe('headings', () => {
  test('begin a passage, stay with what follows, and go on over pages', () => {
    const passages = cut([
      page(1, [
        heading(1, 'Syarat'),
        heading(2, 'Garansi'),
        paragraph(sentences(4)),
        heading(2, 'Denda'),
        paragraph(sentences(4)),
      ]),
      page(2, [paragraph(sentences(3)), heading(1, 'Lampiran A'), paragraph('Kosong.')]),
    ]);
    expect(passages.map(({ heading: path, page: on }) => `${on} ${path}`)).toEqual([
      '1 Syarat › Garansi',
      '1 Syarat › Denda',
      '2 Syarat › Denda',
      '2 Lampiran A',
    ]);
    expect(passages[0]!.text).toMatch(/^# Syarat\n\n## Garansi\n\nKalimat/);
    expect(passages.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3]);
  });

  test('of sections that are a line each share a passage', () => {
    const blocks = Array.from({ length: 6 }, (_, at) => [heading(2, `Butir ${at}`), paragraph('Ya.')]).flat();
    expect(cut([page(1, blocks)]).length).toBeLessThan(4);
  });

  test('that stand alone are a passage, and the name of a sheet or slide stands above them', () => {
    expect(cut([page(1, [heading(1, 'Penutup')])])).toMatchObject([{ text: '# Penutup', heading: 'Penutup' }]);
    const [rows] = cut([page(1, [paragraph('Harga satuan.')], { label: 'RAB' })]);
    expect(rows!.heading).toBe('RAB');
    const [slide] = cut([page(1, [heading(1, 'Solusi'), paragraph('Kami.')], { label: 'Solusi' })]);
    expect(slide!.heading).toBe('Solusi');
  });
});

describe('clauses', () => {
  test('name what a passage stands under, also where a list goes on over the page', () => {
    const passages = cut([
      page(1, [
        heading(2, 'H. Dokumen'),
        list(['1.', 'Administrasi'], ['a.', sentences(9), 1], ['2.', 'Dokumen teknis'], ['a.', sentences(8), 1]),
      ]),
      page(2, [
        list(['b.', 'Tenaga ahli:'], ['1)', 'Project leader', 1], ['-', sentences(40), 2], ['-', 'Berpengalaman.', 2]),
      ]),
    ]);
    const last = passages.at(-1)!;
    expect(last.text).toContain('Berpengalaman.');
    expect(last.heading).toBe('H. Dokumen › 2. Dokumen teknis › b. Tenaga ahli: › 1) Project leader');
    expect(passages.find(({ page: on }) => on === 2)!.heading).toBe('H. Dokumen › 2. Dokumen teknis');
  });

  test('that papers name are headings: bab, pasal, article', () => {
    const passages = cut([
      page(1, [
        paragraph('BAB II KETENTUAN'),
        paragraph('Pasal 5'),
        paragraph(sentences(6)),
        paragraph('Pasal 6'),
        list(['(1)', sentences(6)]),
      ]),
    ]);
    expect(passages.map((passage) => passage.heading)).toEqual(
      expect.arrayContaining(['BAB II KETENTUAN › Pasal 5', 'BAB II KETENTUAN › Pasal 6']),
    );
    const [sentence] = cut([page(1, [paragraph('Pasal 5 mengatur bahwa peserta wajib hadir.')])]);
    expect(sentence!.heading).toBe('');
  });

  test('of several levels of figures are told apart', () => {
    const passages = cut([
      page(1, [
        paragraph('3. Umum'),
        paragraph('3.2 Jaringan'),
        paragraph(`3.2.1 Switch ${sentences(14)}`),
        paragraph(sentences(14)),
      ]),
    ]);
    expect(passages.at(-1)!.heading).toMatch(/^3\. Umum › 3\.2 Jaringan › 3\.2\.1 Switch/);
  });
});

describe('tables', () => {
  const header = ['No', 'Nama', 'Keterangan'];
  const rows = Array.from({ length: 40 }, (_, at) => [
    `${at}`,
    `Barang ${at}`,
    'Harus mendukung semua fitur yang diminta.',
  ]);

  test('that are long are cut between rows, their header repeated', () => {
    const passages = cut([page(1, [{ type: 'table', rows: [header, ...rows], headerRows: 1 }])]);
    expect(passages.length).toBeGreaterThan(2);
    for (const { text } of passages)
      expect(text).toMatch(/^\| No \| Nama \| Keterangan \|\n\| --- \| --- \| --- \|\n\| \d+ \|/);
    const cells = passages.flatMap(({ text }) => text.match(/Barang \d+/g) ?? []);
    expect(cells).toEqual(rows.map(([, name]) => name));
  });

  test('tell what an empty cell goes on with, over the page too, until something else begins', () => {
    const more = (text: string) => ['', '', text];
    const passages = cut([
      page(1, [{ type: 'table', rows: [header, ['1.', 'Switch Core', 'Daya ganda'], more('SSD')], headerRows: 1 }]),
      page(2, [
        {
          type: 'table',
          rows: [header, more('64 GB'), more('Kipas'), ['2.', 'Lisensi', 'Abadi']],
          headerRows: 1,
          continued: true,
        },
      ]),
      page(3, [{ type: 'table', rows: [header, more('Kabel')], headerRows: 1 }]),
    ]);
    expect(passages.map(({ heading: path }) => path)).toEqual(['', 'Switch Core', '']);
  });

  test('keep their caption with their header, bear ragged rows, and a cell too long for a passage', () => {
    const long = sentences(60);
    const passages = cut([
      page(1, [
        { type: 'table', rows: [['A', 'B'], ['1'], ['2', long, 'x']], headerRows: 1, caption: 'Tabel 1. Jadwal' },
      ]),
    ]);
    expect(passages[0]!.text).toMatch(/^Tabel 1\. Jadwal\n\n\| A \| B/);
    expect(passages.map(({ text }) => text).join(' ')).toContain('Kalimat nomor 59');
  });

  test('without a header or without rows are passages all the same', () => {
    expect(cut([page(1, [{ type: 'table', rows: [['a', 'b']], headerRows: 0 }])])[0]!.text).toContain('| a | b |');
    expect(cut([page(1, [{ type: 'table', rows: [header], headerRows: 1 }])])[0]!.text).toContain('| No | Nama |');
    expect(cut([page(1, [{ type: 'table', rows: [], headerRows: 0 }])])).toEqual([]);
  });
});

describe('text', () => {
  test('that is long is cut between sentences, not after a short form or within a figure', () => {
    const text = `${sentences(20)} Nilai Rp. 8.255.660.520 dibayar PT. Sumber s.d. akhir tahun. ${sentences(20)}`;
    const passages = cut([page(1, [paragraph(text)])]);
    expect(passages.length).toBeGreaterThan(1);
    for (const passage of passages) expect(passage.text).toMatch(/^(Kalimat|Nilai)[\s\S]*\.$/);
    expect(passages.map((passage) => passage.text).join(' ')).toBe(text);
  });

  test('without any place to cut is cut all the same, whole characters kept', () => {
    const passages = cut([page(1, [paragraph('😀'.repeat(4_000))])]);
    expect(passages.map(({ text }) => text).join('')).toBe('😀'.repeat(4_000));
    expect(passages.every(({ text }) => text.isWellFormed())).toBe(true);
  });

  test('that goes on over the page keeps the end of the page before in mind', () => {
    const [, second] = cut([
      page(1, [paragraph('Peserta wajib menyerahkan copy NPWP atau')]),
      page(2, [paragraph('bukti potong pajak terakhir.')]),
    ]);
    expect(second!.context).toBe('wajib menyerahkan copy NPWP atau');
    const [, other] = cut([page(1, [paragraph('Selesai.')]), page(2, [paragraph('baru mulai.')])]);
    expect(other!.context).toBe('');
  });

  test('of an empty page is nothing', () => {
    expect(
      cut([page(1, []), page(2, [paragraph('  ')], { source: 'none' }), page(3, [{ type: 'code', text: '' }])]),
    ).toEqual([]);
  });

  test('passages are of about one size, scraps join their neighbours', () => {
    const blocks = Array.from({ length: 60 }, (_, at) => paragraph(sentences(1 + (at % 4), `Bagian${at}`)));
    const lengths = cut([page(1, blocks)]).map(({ text }) => text.length);
    expect(Math.min(...lengths)).toBeGreaterThan(PASSAGE_SIZES.leastUnits);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(PASSAGE_SIZES.mostUnits);
  });

  test('hostile pages are cut in a moment', () => {
    const blocks: Block[] = [
      paragraph('a'.repeat(200_000)),
      paragraph('. '.repeat(100_000)),
      paragraph('1. '.repeat(50_000)),
      list(...Array.from({ length: 5_000 }, (): [string, string] => ['a.', 'x'])),
      { type: 'table', rows: Array.from({ length: 5_000 }, () => ['', '', 'x']), headerRows: 0 },
    ];
    expect(cut([page(1, blocks)]).length).toBeGreaterThan(100);
  });
});
