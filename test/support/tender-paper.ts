// A small tender paper as people upload it: a PDF of four pages, with a clause and a table on the third.
import { grid, lines, makePdf, text } from './make-pdf.ts';

export const CLAUSE =
  'Rangkap jabatan diperkenankan khusus untuk tenaga ahli Pusat Pemulihan Bencana (DRC), sepanjang total penugasan tidak melebihi 100% waktu kerja per bulan.';

const CLAUSE_LINES = [
  'Rangkap jabatan diperkenankan khusus untuk tenaga ahli Pusat Pemulihan',
  'Bencana (DRC), sepanjang total penugasan tidak melebihi 100% waktu kerja',
  'per bulan.',
];

const POSITIONS = [
  ...grid([72, 260, 340], [660, 636, 612, 588]),
  ...[
    ['Posisi', 'Jumlah'],
    ['Ahli jaringan', '2'],
    ['Ahli DRC', '1'],
  ].flatMap(([position = '', number = ''], row) => [
    text(80, 644 - row * 24, position),
    text(268, 644 - row * 24, number),
  ]),
];

export function tenderPaper(): Uint8Array<ArrayBuffer> {
  const page = (title: string, body: readonly string[]) => ({
    content: [text(72, 770, title, { size: 16, font: 'bold' }), ...lines(72, 740, body, 16)],
  });
  const bytes = makePdf([
    page('Addendum 02', ['Perubahan dokumen pemilihan.']),
    page('5.2 Jadwal', ['Ketentuan jadwal tetap berlaku tanpa perubahan.']),
    { content: [...page('5.3 Tenaga ahli', CLAUSE_LINES).content, ...POSITIONS] },
    page('5.4 Bukti kompetensi', ['Sertifikat sebelum tahun 2023 tidak berlaku.']),
  ]);
  return new Uint8Array(bytes);
}
