// Finding a quote in the words of a page, and marking it there.
import { expect, test } from 'vitest';
import { findPassage } from '../../public/lib/find-passage.ts';
import { readBlocks } from '../../public/markdown/blocks.ts';
import { markPassage } from '../../public/markdown/mark-passage.ts';
import { element, type MarkNode, textOf } from '../../public/markdown/nodes.ts';
import { createTreeBuilder } from '../../public/markdown/tree.ts';

const found = (text: string, quote: string): string[] =>
  findPassage(text, quote).map(({ start, end }) => text.slice(start, end));

const CLAUSE =
  'Rangkap jabatan diperkenankan khusus untuk tenaga ahli DRC, sepanjang total penugasan tidak melebihi 100% waktu kerja per bulan.';

test('a quote is found however lines, cells, hyphens and cases break it', () => {
  const broken = `Pasal 5.3\n\nRangkap ja-\nbatan diperkenankan khusus\nuntuk tenaga ahli DRC , sepanjang total penugasan\ntidak melebihi 100 % waktu kerja per bulan. Lainnya.`;
  expect(found(broken, CLAUSE)).toEqual([broken.slice(11, -9)]);
  expect(found('A\tSwitch inti\t2 unit\nB', '| A | Switch inti | 2 unit |')).toEqual(['A\tSwitch inti\t2 unit']);
  expect(found('Sertiﬁkat  kompetensi', 'SERTIFIKAT KOMPETENSI')).toEqual(['Sertiﬁkat  kompetensi']);
  expect(found('harga café résumé', 'cafe resume')).toEqual(['café résumé']);
});

test('a quote that reaches over the end of a page is marked as far as it goes', () => {
  const first = `Ketentuan umum tetap berlaku. ${CLAUSE.slice(0, 80)}`;
  expect(found(first, CLAUSE)).toEqual([CLAUSE.slice(0, 80).trimEnd()]);
  expect(found(`${CLAUSE.slice(60)} Pasal 5.4`, CLAUSE)[0]).toContain('total penugasan');
});

test('a line that stands between two parts of a quote does not break the mark, and scattered words are not marked', () => {
  const page = `${CLAUSE.slice(0, 64)}\n12 | Halaman\n${CLAUSE.slice(64)}`;
  expect(found(page, CLAUSE)).toEqual([page]);
  expect(found('Tenaga ahli wajib hadir setiap bulan di kantor pusat.', CLAUSE)).toEqual([]);
  expect(found('', CLAUSE)).toEqual([]);
  expect(found(CLAUSE, '—')).toEqual([]);
});

test('a large sheet is searched at once', () => {
  const sheet = Array.from({ length: 9_000 }, (_, row) => `| ${row} | Switch akses lantai ${row % 7} | unit |`).join(
    '\n',
  );
  expect(found(sheet, `${CLAUSE.repeat(30)} tidak ada di sini`)).toEqual([]);
  expect(found(sheet, '4203 Switch akses lantai 3 unit')).toHaveLength(1);
});

const flat = (nodes: MarkNode[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : `<${node.tag}>${flat(node.children)}</${node.tag}>`)).join('');

test('the marker lies over words only, in every element that holds some of them, and its number stands before the first', () => {
  const text =
    '### 5.3 Tenaga ahli\n\nRangkap **jabatan** diperkenankan.\n\n| Posisi | Jumlah |\n|--|--|\n| Ahli DRC | 2 |';
  const nodes = createTreeBuilder({}).finished({ blocks: readBlocks(text), depth: 0 });
  const words = textOf(nodes);
  const ranges = findPassage(words, 'jabatan diperkenankan. Posisi Jumlah Ahli DRC');
  const marked = markPassage(nodes, ranges, element('i', {}, ['2']));
  expect(flat(marked).replace(/<colgroup>.*?<\/colgroup>/, '')).toBe(
    '<h5>5.3 Tenaga ahli</h5><p>Rangkap <strong><i>2</i><mark>jabatan</mark></strong><mark> diperkenankan.</mark></p>' +
      '<div><table><thead><tr><th><mark>Posisi</mark></th><th><mark>Jumlah</mark></th></tr></thead>' +
      '<tbody><tr><td><mark>Ahli DRC</mark></td><td>2</td></tr></tbody></table></div>',
  );
  expect(textOf(marked.filter((node) => typeof node !== 'string')).replace('2', '')).toContain('Rangkap jabatan');
});

test('an item that brings its own letter has no bullet before it; messages keep theirs', () => {
  const page = '5. Layanan purna jual\n   - a. Masa garansi 3 tahun\n   - (2) Laporan\n   - Kabel serat optik';
  const itemsOf = (isLiteral: boolean): string[] => {
    const items: string[] = [];
    const walk = (node: MarkNode): void => {
      if (typeof node === 'string') return;
      if (node.tag === 'li') items.push(node.attributes.class ?? '');
      node.children.forEach(walk);
    };
    createTreeBuilder({ lang: 'id', isLiteral })
      .finished({ blocks: readBlocks(page, 1_000), depth: 0 })
      .forEach(walk);
    return items;
  };
  expect(itemsOf(true)).toEqual(['', 'labelled', 'labelled', '']);
  expect(itemsOf(false)).toEqual(['', '', '', '']);
});
