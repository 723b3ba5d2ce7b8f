// Files that are small and become large: in archives, in XML, in sheets and in pages.
import { createDeflateRaw } from 'node:zlib';
import { makePdf, text } from './make-pdf.ts';
import { documentPart, makeDocx, makeXlsx } from './office-files.ts';
import type { ZipPart } from './zip.ts';

const MB = 1024 * 1024;
const [DOCUMENT_HEAD = '', DOCUMENT_TAIL = ''] = documentPart('|').content.toString().split('|');

/** Two cells at the two ends of a sheet, merged over everything between. */
export const FAR_CELLS =
  '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>';

/** `piece` over and over between `before` and `after`, deflated as it comes: the whole never exists. */
export async function deflateRepeated(before: string, piece: string, times: number, after: string): Promise<Buffer> {
  const packer = createDeflateRaw();
  const packed: Buffer[] = [];
  packer.on('data', (chunk: Buffer) => packed.push(chunk));
  const perChunk = Math.max(1, Math.floor(MB / piece.length));
  packer.write(before);
  for (let left = times; left > 0; left -= perChunk) packer.write(piece.repeat(Math.min(left, perChunk)));
  await new Promise<void>((resolve) => packer.end(after, () => resolve()));
  await new Promise<void>((resolve) => (packer.readableEnded ? resolve() : packer.once('end', () => resolve())));
  return Buffer.concat(packed);
}

/** A Word file whose text part is given as it lies in the archive; words are put where the text belongs. */
export function docxOf(part: Omit<ZipPart, 'name'>): Buffer {
  const whole =
    typeof part.content === 'string' ? { ...part, content: DOCUMENT_HEAD + part.content + DOCUMENT_TAIL } : part;
  return makeDocx('', { replace: { name: 'word/document.xml', ...whole } });
}

/** Unpacks to a thousand times its size. */
export async function zipBomb(): Promise<Buffer> {
  const before = `${DOCUMENT_HEAD}<w:p><w:r><w:t>`;
  return docxOf({
    content: await deflateRepeated(before, ' ', 100 * MB, `</w:t></w:r></w:p>${DOCUMENT_TAIL}`),
    isDeflated: true,
  });
}

/** Says that it is small. */
export async function lyingZipBomb(): Promise<Buffer> {
  const content = await deflateRepeated(DOCUMENT_HEAD, '<w:p/>', 10 * MB, '');
  return docxOf({ content, isDeflated: true, claims: { unpackedBytes: 1_000 } });
}

/** One element without end. */
export async function xmlBomb(): Promise<Buffer> {
  const content = await deflateRepeated(`${DOCUMENT_HEAD}<w:p>`, '<w:r/>', 2 * MB, '');
  return docxOf({ content, isDeflated: true });
}

/** Elements in elements. */
export const nestedXmlBomb = (): Buffer => docxOf({ content: '<w:sdt><w:sdtContent>'.repeat(100_000) });

export const farCellsSheet = (): Buffer => makeXlsx({ S: FAR_CELLS });

export const pdfOf = (pages: number): Buffer =>
  Buffer.from(
    makePdf(Array.from({ length: pages }, (_, index) => ({ content: [text(72, 720, `Halaman ${index + 1}`)] }))),
  );

/** All of them as files. */
export async function allBombs(): Promise<{ name: string; content: Uint8Array<ArrayBuffer> }[]> {
  const files: [string, Buffer][] = [
    ['arsip.docx', await zipBomb()],
    ['arsip yang mengaku kecil.docx', await lyingZipBomb()],
    ['satu elemen.docx', await xmlBomb()],
    ['elemen bersarang.docx', nestedXmlBomb()],
    ['dua sel berjauhan.xlsx', farCellsSheet()],
    ['sepuluh ribu halaman.pdf', pdfOf(10_000)],
    ['tanpa penutup.html', Buffer.from('<div>'.repeat(300_000))],
  ];
  return files.map(([name, content]) => ({ name, content: Uint8Array.from(content) }));
}
