// Scans that were put into office files as pictures.
import { beforeAll, describe, expect, test } from 'vitest';
import type { FormatInput } from '../../../src/documents/parse/format.ts';
import { readDocx } from '../../../src/documents/parse/formats/docx.ts';
import { encodeGrayPng } from '../../../src/documents/parse/formats/gray-png.ts';
import { readOdt } from '../../../src/documents/parse/formats/odt.ts';
import { readPptx } from '../../../src/documents/parse/formats/pptx.ts';
import { makeDocx, makeOdf, makePptx, paragraph, RENDERED_BREAK, run, shape } from '../../support/office-files.ts';
import { pagesOf, readWith, textOfPages } from '../../support/reading.ts';

let png: Uint8Array;
beforeAll(() => {
  // Of a size that a scan has; what stands on it is for the recogniser to say.
  const [width, height] = [900, 1_200];
  const pixels = new Uint8Array(width * height).map((_, at) => 200 + ((Math.imul(at, 2654435761) >>> 13) % 50));
  png = encodeGrayPng({ width, height, pixels }, 100);
});

const recognize: NonNullable<FormatInput['recognize']> = async () =>
  ['Garansi', 'perangkat', 'minimal', '36', 'bulan'].map((text, at) => ({
    text,
    x: 200 + at * 300,
    y: 400,
    width: 250,
    height: 50,
    confidence: 95,
    line: 1,
    paragraph: 1,
  }));
const WORDS = 'Garansi perangkat minimal 36 bulan';

const drawn = (id: string): string =>
  `<w:r><w:drawing><a:graphic><a:blip r:embed="${id}"/></a:graphic></w:drawing></w:r>`;
const withPicture = (body: string) =>
  makeDocx(body, {
    parts: [{ name: 'word/media/image1.png', content: png }],
    relations: [{ id: 'p1', type: 'image', target: 'media/image1.png' }],
  });

describe('a scan in an office file', () => {
  test('is recognised where hardly anything stands beside it', async () => {
    const events = await readWith(readDocx, withPicture(paragraph('Lampiran 1') + paragraph(drawn('p1'))), {
      recognize,
    });
    expect(textOfPages(events)).toBe(`Lampiran 1\n\n${WORDS}`);
    expect(pagesOf(events)).toMatchObject([{ source: 'ocr' }]);
  });

  test('is recognised on its own page only', async () => {
    const body = [
      paragraph('Ketentuan umum. '.repeat(30)),
      paragraph(`${RENDERED_BREAK}${drawn('p1')}`),
      paragraph(`${RENDERED_BREAK}${run('Penutup')}`),
    ].join('');
    const events = await readWith(readDocx, withPicture(body), { recognize });
    expect(pagesOf(events).map(({ source }) => source)).toEqual(['text', 'ocr', 'text']);
  });

  test('is an illustration beside text, and not looked at', async () => {
    const body = paragraph('Ketentuan umum. '.repeat(30)) + paragraph(drawn('p1'));
    const events = await readWith(readDocx, withPicture(body), { recognize: () => Promise.reject(new Error('asked')) });
    expect(textOfPages(events)).not.toContain('Garansi');
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  test('is never silently empty: without recognition, or where it fails, that is said', async () => {
    const warned = expect.objectContaining({ warning: expect.objectContaining({ code: 'needs_ocr', page: 1 }) });
    const file = withPicture(paragraph(drawn('p1')));
    expect(await readWith(readDocx, file)).toContainEqual(warned);
    const failing = await readWith(readDocx, file, { recognize: () => Promise.reject(new Error('gone')) });
    expect(failing).toContainEqual(warned);
    expect(pagesOf(failing)).toMatchObject([{ source: 'none' }]);
  });

  test('is recognised on a slide and in an OpenDocument text', async () => {
    const slides = makePptx([
      {
        shapes: `${shape('Sertifikat', 'title')}<p:pic><p:blipFill><a:blip r:embed="p1"/></p:blipFill></p:pic>`,
        parts: [{ name: 'ppt/media/image1.png', content: png }],
        relations: [{ id: 'p1', type: 'image', target: '../media/image1.png' }],
      },
    ]);
    expect(textOfPages(await readWith(readPptx, slides, { recognize }))).toBe(`# Sertifikat\n\n${WORDS}`);
    const frame = '<text:p><draw:frame><draw:image xlink:href="Pictures/1.png"/></draw:frame></text:p>';
    const text = makeOdf('text', frame, '', [{ name: 'Pictures/1.png', content: png }]);
    expect(textOfPages(await readWith(readOdt, text, { recognize }))).toBe(WORDS);
  });

  test('that lies elsewhere, or is broken, is left alone', async () => {
    const body = paragraph(`${run('Isi')}${drawn('p1')}`);
    const outside = makeDocx(body, {
      relations: [{ id: 'p1', type: 'image', target: 'http://127.0.0.1/a.png" TargetMode="External' }],
    });
    expect(textOfPages(await readWith(readDocx, outside, { recognize }))).toBe('Isi');
    const broken = makeDocx(body, {
      parts: [{ name: 'word/media/image1.png', content: Buffer.alloc(20_000, 1) }],
      relations: [{ id: 'p1', type: 'image', target: 'media/image1.png' }],
    });
    expect(textOfPages(await readWith(readDocx, broken, { recognize }))).toBe('Isi');
  });
});
