// Pages of PDF to measure with.
import { grid, lines, type PdfPage, text } from '../../test/support/make-pdf.ts';

/** A page as tenders have them: a heading, clauses, a list and a ruled table, about 2,000 letters. */
export function tenderPage(number: number): PdfPage {
  const clause = 'Penyedia barang dan jasa wajib menyampaikan dokumen penawaran yang lengkap kepada panitia';
  const xs = [72, 110, 260, 430, 520];
  const ys = Array.from({ length: 9 }, (_, at) => 380 - at * 26);
  const cells = ['No', 'Nama Produk', 'Deskripsi', 'Qty'];
  return {
    content: [
      text(380, 810, 'Rencana Kerja dan Syarat-Syarat', { size: 9 }),
      text(72, 780, `${String.fromCharCode(65 + (number % 26))}. KETENTUAN PENGADAAN`, { font: 'bold' }),
      ...lines(
        72,
        756,
        Array.from({ length: 14 }, (_, at) => `${clause} ${number}.${at}`),
        14,
        { size: 11 },
      ),
      ...Array.from({ length: 9 }, (_, at) => [
        text(72, 540 - at * 15, `${at + 1}.`),
        text(92, 540 - at * 15, `Hasil scan surat pernyataan kesanggupan ${at}`),
      ]).flat(),
      ...grid(xs, ys),
      ...ys.slice(0, -1).flatMap((y, row) =>
        cells.map((cell, at) =>
          text(xs[at]! + 3, y - 15, row === 0 ? cell : `${cell} ${row} ${at === 2 ? 'minimal' : ''}`, {
            size: 9,
            font: row === 0 ? 'bold' : 'regular',
          }),
        ),
      ),
      text(260, 30, `Halaman ${number}`, { size: 9 }),
    ],
  };
}
