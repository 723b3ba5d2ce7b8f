// Which questions are about a whole, and which documents and pages they mean.
import { describe, expect, it } from 'vitest';
import { documentsMeant, isWholeQuestion, pagesAsked } from '../../src/assistant/whole-question.ts';
import type { DocumentRow } from '../../src/documents/document-store.ts';

describe('a question about the whole', () => {
  it.each([
    'Daftar semua persyaratan administrasi',
    '@ProjectWise sebutkan seluruh tanggal penting di RKS',
    'Tolong buatkan daftar lengkap dokumen yang harus dilampirkan',
    'List all requirements of the tender',
    'Extract every deadline from the RFP',
    'apa saja semua sertifikat yang diminta?',
    'Ringkas dokumen ini',
    'Summarise the whole RFP',
  ])('is %s', (text) => {
    expect(isWholeQuestion(text)).toBe(true);
  });

  it.each([
    'Berapa lama masa garansi?',
    'Apakah semua perangkat harus baru?',
    'Sebutkan masa garansi switch core',
    'List all members of this room',
    'Sebutkan semua keputusan kita minggu ini',
    'Ringkas percakapan kemarin',
    'What did we say about all the prices?',
    `semua ${'kata '.repeat(200)} daftar`,
  ])('is not %s', (text) => {
    expect(isWholeQuestion(text)).toBe(false);
  });
});

describe('the pages asked for', () => {
  it.each([
    ['daftar semua syarat', 1, Number.POSITIVE_INFINITY],
    ['lanjutkan daftar semua syarat dari halaman 191', 191, Number.POSITIVE_INFINITY],
    ['semua syarat di hlm. 12–40', 12, 40],
    ['list all dates on pages 3 to 9', 3, 9],
    ['daftar semua syarat halaman 5 sampai dengan halaman 7', 5, 7],
    ['all of page 9-2', 1, Number.POSITIVE_INFINITY],
  ])('%s', (text, from, to) => {
    expect(pagesAsked(text)).toEqual({ from, to });
  });
});

describe('the documents meant', () => {
  const row = (id: string, name: string, kind: DocumentRow['kind'] = 'general') => ({ id, name, kind }) as DocumentRow;
  const rks = row('1', 'RKS_switch_2024.pdf', 'tor');
  const kak = row('2', 'KAK air bersih.pdf', 'tor');
  const notes = row('3', 'Notulen rapat.docx');
  const catalogue = row('4', 'Katalog switch.xlsx', 'product');
  const meant = (text: string, found: string[] = [], attached: DocumentRow[] = []) =>
    documentsMeant(text, { attached, inRoom: [rks, kak, notes], inLibrary: [catalogue] }, found).map(({ id }) => id);

  it('are those it brought along, else those it names, else the tender papers, else all, the likeliest first', () => {
    expect(meant('daftar semua syarat di KAK', [], [notes])).toEqual(['3']);
    expect(meant('daftar semua syarat di RKS switch 2024')).toEqual(['1']);
    expect(meant('daftar semua isi katalog')).toEqual(['4']);
    expect(meant('daftar semua syarat dokumen pengadaan')).toEqual(['1', '2']);
    expect(meant('daftar semua syarat garansi', ['3', '2'])).toEqual(['3', '2', '1']);
  });

  it('of a room without any are those of the library that a search points at, never the whole library', () => {
    const inLibrary = [catalogue, notes];
    expect(documentsMeant('daftar semua syarat', { attached: [], inRoom: [], inLibrary }, [])).toEqual([]);
    expect(documentsMeant('daftar semua syarat', { attached: [], inRoom: [], inLibrary }, ['3'])).toEqual([notes]);
  });
});
