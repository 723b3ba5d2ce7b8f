// Pages that are pictures: recognised where something can recognise them, and said to need it where nothing can.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Format, FormatInput } from '../../../src/documents/parse/format.ts';
import { encodeGrayPng } from '../../../src/documents/parse/formats/gray-png.ts';
import { readImage } from '../../../src/documents/parse/formats/image.ts';
import { readPdf } from '../../../src/documents/parse/formats/pdf.ts';
import { type GrayPicture, openPdf } from '../../../src/documents/parse/formats/pdf-engine.ts';
import { type QuarterTurns, turnPicture } from '../../../src/documents/parse/formats/picture-turn.ts';
import { pageMarkdown } from '../../../src/documents/parse/markdown.ts';
import type { ParsedPage, ReadEvent } from '../../../src/documents/parse/parsed.ts';
import { openRecognizer } from '../../../src/engines/ocr/open-recognizer.ts';
import type { TextRecognizer } from '../../../src/engines/ocr/text-recognizer.ts';
import { grid, lines, makePdf, type PdfPage, picture, text } from '../../support/make-pdf.ts';

const BOUNDS = {
  timeoutMs: 60_000,
  silenceMs: 60_000,
  memoryMb: 600,
  pages: 1_000,
  textUnits: 1e7,
  pageUnits: 1e6,
  unpackedBytes: 1e8,
};
const SENTENCE = [
  'Penyedia barang dan jasa wajib menyampaikan dokumen penawaran yang',
  'lengkap kepada panitia pengadaan paling lambat tanggal dua puluh satu.',
];
const PRINTED: PdfPage = {
  content: [
    text(72, 760, 'A. RUANG LINGKUP', { size: 12, font: 'bold' }),
    ...lines(72, 730, SENTENCE, 15, { size: 12 }),
    ...grid([72, 220, 360, 500], [680, 655, 630, 605]),
    ...[
      ['Barang', 'Jumlah', 'Satuan'],
      ['Kabel serat optik', '1685', 'meter'],
      ['Switch distribusi', '48', 'unit'],
    ].flatMap((row, at) =>
      row.map((words, column) => text([78, 226, 366][column]!, 663 - at * 25, words, { size: 11 })),
    ),
  ],
};

let recognizer: TextRecognizer;
let recognize: NonNullable<FormatInput['recognize']>;
let scan: GrayPicture;
beforeAll(async () => {
  recognizer = await openRecognizer({
    engine: 'tesseract-js',
    languages: ['ind', 'eng'],
    environment: {},
    parallel: 1,
    timeoutMs: 120_000,
  });
  recognize = (png) => recognizer.recognize(png);
  scan = await (await openPdf(makePdf([PRINTED]))).draw(0, 200);
});
afterAll(() => recognizer.close());

/** A page with nothing on it but this picture. */
const scanned = (of: GrayPicture, extra: string[] = [], rotate = 0): PdfPage => {
  const [width, height] = [(of.width / 200) * 72, (of.height / 200) * 72];
  return { width, height, rotate, content: [picture(0, 0, 0, width, height), ...extra], pictures: [of] };
};

async function events(format: Format, bytes: Uint8Array, by?: FormatInput['recognize']): Promise<ReadEvent[]> {
  const request = {
    path: '/nowhere',
    contentType: '',
    name: 'x',
    fromPage: 1,
    bounds: BOUNDS,
  };
  const seen: ReadEvent[] = [];
  for await (const event of format({ bytes, request, ...(by ? { recognize: by } : {}) })) seen.push(event);
  return seen;
}
const pagesOf = (seen: readonly ReadEvent[]): ParsedPage[] =>
  seen.flatMap((event) => (event.type === 'page' ? event.page : []));
const warningsOf = (seen: readonly ReadEvent[]): string[] =>
  seen.flatMap((event) => (event.type === 'warning' ? event.warning.code : []));
const readScan = async (page: PdfPage, by = recognize): Promise<ParsedPage> =>
  pagesOf(await events(readPdf, makePdf([page]), by))[0]!;

function expectPrinted(page: ParsedPage): void {
  expect(page.source).toBe('ocr');
  expect(pageMarkdown(page.blocks)).toContain(SENTENCE.join(' '));
  const table = page.blocks.find((block) => block.type === 'table');
  expect(table).toMatchObject({
    type: 'table',
    rows: [expect.anything(), ['Kabel serat optik', '1685', 'meter'], ['Switch distribusi', '48', 'unit']],
  });
}

describe('a scanned page', { timeout: 180_000 }, () => {
  test('becomes a heading, a paragraph and a table, with the place of every word', async () => {
    const page = await readScan(scanned(scan));
    expectPrinted(page);
    expect(page.blocks[0]).toMatchObject({ type: 'heading', text: 'A. RUANG LINGKUP' });
    const [, x, y, width, height] = page.words!.find(([word]) => word === 'LINGKUP')!;
    expect(x).toBeGreaterThan(0.2);
    expect(x + width).toBeLessThan(0.4);
    expect(y).toBeGreaterThan(0.07);
    expect(y + height).toBeLessThan(0.12);
  });

  test.each([1, 2, 3] as QuarterTurns[])(
    'that lies turned by %i quarters is read all the same, and its words are where they are shown',
    async (turns) => {
      const page = await readScan(scanned(turnPicture(scan, turns)));
      expectPrinted(page);
      const [, x, y] = page.words!.find(([word]) => word === 'LINGKUP')!;
      // The heading is at the top left of the sheet, which is now at the top right, bottom right or bottom left.
      expect([x > 0.5, y > 0.5]).toEqual({ 1: [true, false], 2: [true, true], 3: [false, true] }[turns as 1 | 2 | 3]);
    },
  );

  test('whose page says how it is turned is read the way it is shown', async () => {
    const page = await readScan(scanned(turnPicture(scan, 3), [], 90));
    expectPrinted(page);
    expect(page.words!.find(([word]) => word === 'LINGKUP')![2]).toBeLessThan(0.2);
  });

  test('with a stamp on it as text is recognised as a whole', async () => {
    const page = await readScan(scanned(scan, [text(300, 20, 'Dipindai 2024')]));
    expectPrinted(page);
  });
});

describe('without anything that recognises', () => {
  test('a scan says that it needs it, and is not silently empty', async () => {
    const seen = await events(readPdf, makePdf([scanned(scan), PRINTED]));
    expect(pagesOf(seen).map(({ source, blocks }) => [source, blocks.length > 0])).toEqual([
      ['none', false],
      ['text', true],
    ]);
    expect(warningsOf(seen)).toEqual(['needs_ocr']);
  });

  test('an empty page among others needs nothing', async () => {
    const seen = await events(readPdf, makePdf([{ content: [] }, PRINTED]));
    expect(pagesOf(seen)[0]).toMatchObject({ source: 'none', blocks: [] });
    expect(warningsOf(seen)).toEqual([]);
  });

  test('a picture file says that it needs it', async () => {
    const seen = await events(readImage, encodeGrayPng(scan));
    expect(pagesOf(seen)[0]).toMatchObject({ number: 1, source: 'none', blocks: [] });
    expect(warningsOf(seen)).toEqual(['needs_ocr']);
  });
});

describe('what recognition does not have to do', () => {
  const never: FormatInput['recognize'] = () => Promise.reject(new Error('was asked'));

  test('text that a scanner put behind its picture is used when it is good', async () => {
    const hidden = lines(72, 730, [...SENTENCE, ...SENTENCE], 15, { size: 12, hidden: true });
    const page = pagesOf(await events(readPdf, makePdf([scanned(scan, hidden)]), never))[0]!;
    expect(page.source).toBe('text');
    expect(pageMarkdown(page.blocks)).toContain('Penyedia barang dan jasa wajib');
  });

  test('one that fails leaves a warning and the other pages', async () => {
    const seen = await events(readPdf, makePdf([scanned(scan), PRINTED]), never);
    expect(warningsOf(seen)).toEqual(['needs_ocr']);
    expect(pagesOf(seen).map((page) => page.source)).toEqual(['none', 'text']);
  });

  test('words that are hardly sure come with a warning', async () => {
    const unsure: FormatInput['recognize'] = async () =>
      ['surat', 'penawaran', 'harga', 'dokumen'].map((word, at) => ({
        text: word,
        x: 200 + at * 300,
        y: 400,
        width: 200,
        height: 40,
        confidence: 41,
        line: 0,
        paragraph: 0,
      }));
    const seen = await events(readPdf, makePdf([scanned(scan)]), unsure);
    expect(warningsOf(seen)).toEqual(['recognised_poorly']);
    expect(pagesOf(seen)[0]).toMatchObject({ source: 'ocr' });
  });
});

describe('words in a picture within text', { timeout: 180_000 }, () => {
  test('are put where the picture stands', async () => {
    const label = await (
      await openPdf(
        makePdf([
          {
            width: 300,
            height: 90,
            content: lines(20, 60, ['Kapasitas switching minimal', 'sebesar 6,4 Tbps per unit'], 22, { size: 16 }),
          },
        ]),
      )
    ).draw(0, 200);
    const above = Array.from(
      { length: 6 },
      (_, at) => `Baris ${at} di atas gambar memuat ketentuan umum pengadaan barang`,
    );
    const page: PdfPage = {
      content: [...lines(72, 780, above), picture(0, 72, 480, 300, 90), ...lines(72, 400, SENTENCE)],
      pictures: [label],
    };
    const read = await readScan(page);
    expect(read.source).toBe('text');
    const words = pageMarkdown(read.blocks).replace(/\s+/g, ' ');
    expect(words).toMatch(/Baris 5 .*Kapasitas switching minimal sebesar 6,4 Tbps per unit.*Penyedia barang/);
    expect(read.words!.map(([word]) => word)).toContain('switching');
  });
});

describe('a picture file', { timeout: 180_000 }, () => {
  test('is one page of recognised words', async () => {
    const seen = await events(readImage, encodeGrayPng(scan), recognize);
    expect(seen[0]).toEqual({ type: 'started', total: 1, unit: 'page' });
    expectPrinted(pagesOf(seen)[0]!);
  });

  test('with more pixels than can be held is refused before it is unpacked', async () => {
    const bomb = Buffer.from(encodeGrayPng({ width: 2, height: 2, pixels: new Uint8Array(4) }));
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    await expect(events(readImage, new Uint8Array(bomb), recognize)).rejects.toMatchObject({
      reason: 'file_too_complex',
    });
  });

  test('that is broken is damaged', async () => {
    const whole = encodeGrayPng(scan);
    await expect(events(readImage, whole.slice(0, 30), recognize)).rejects.toMatchObject({ reason: 'file_corrupt' });
    await expect(events(readImage, new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), recognize)).rejects.toMatchObject({
      reason: 'file_corrupt',
    });
  });
});
