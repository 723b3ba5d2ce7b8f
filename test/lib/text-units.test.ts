// Cutting Markdown into what can be quoted.
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../src/lib/text-units.ts';

const cut = (text: string) => unitsOf(text).map(({ start, end }) => text.slice(start, end));

describe('units of a text', () => {
  it('are its sentences, and stand in the text word for word', () => {
    const text = 'Masa garansi 36 bulan sejak\nBAST. Biaya ditanggung penyedia! Apakah cukup? Ya';
    expect(cut(text)).toEqual([
      'Masa garansi 36 bulan sejak\nBAST.',
      'Biaya ditanggung penyedia!',
      'Apakah cukup?',
      'Ya',
    ]);
  });

  it('do not end at abbreviations, initials, numbers and dots within words', () => {
    const one =
      'PT. Bank Sumsel di Jl. Gubernur H. Ahmad Bastari No. 07, nilai Rp240.000.000,00 s.d. 19 September 2024.';
    expect(cut(one)).toEqual([one]);
  });

  it('are list items with their marker and the line that leads to them', () => {
    const text = 'Dokumen administrasi:\n\na. Hasil scan NPWP;\nb. Hasil scan NIB\n   berbasis risiko.\n\nLain-lain.';
    const units = unitsOf(text);
    expect(units.map(({ kind, marker, under }) => ({ kind, marker, under }))).toEqual([
      { kind: 'sentence', marker: undefined, under: '' },
      { kind: 'item', marker: 'a.', under: 'Dokumen administrasi:' },
      { kind: 'item', marker: 'b.', under: 'Dokumen administrasi:' },
      { kind: 'sentence', marker: undefined, under: 'Dokumen administrasi:' },
    ]);
    expect(cut(text)).toContain('Hasil scan NIB\n   berbasis risiko.');
  });

  it('are table rows without outer pipes, under the header of their table', () => {
    const text =
      '| No | Nama | Qty |\n| --- | --- | --- |\n| 1 | OTB 12 Core | 14 unit |\n| 2 | OTB 144 Core | 1 unit |\n';
    const units = unitsOf(text);
    expect(units.map(({ kind }) => kind)).toEqual(['heading', 'row', 'row']);
    expect(cut(text)[1]).toBe('1 | OTB 12 Core | 14 unit');
    expect(units[2]!.under).toBe('No | Nama | Qty');
  });

  it('are headings, and nothing of an empty text', () => {
    expect(cut('## 4. Brand/Merek\nYang lulus POC.')).toEqual(['4. Brand/Merek', 'Yang lulus POC.']);
    expect(cut('')).toEqual([]);
    expect(cut('\n \n')).toEqual([]);
  });

  // Anything worse than linear would run into the time that a test has.
  it('of a long hostile text are cut in time that grows with its length', () => {
    for (const piece of ['a. ', '|', '|-', '- ', '. A', '.', '# ', '"', '![', '(1) ']) {
      expect(unitsOf(piece.repeat(50_000)).length, piece).toBeGreaterThanOrEqual(0);
      expect(unitsOf(`|${piece.repeat(50_000)}x`).length, piece).toBeGreaterThan(0);
    }
  });
});
