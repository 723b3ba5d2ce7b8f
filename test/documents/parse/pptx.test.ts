// Presentations: slides with their titles, lists, tables, diagrams and notes.
import { describe, expect, test } from 'vitest';
import { readPptx } from '../../../src/documents/parse/formats/pptx.ts';
import { drawnParagraph, element, makePptx, type Slide, shape } from '../../support/office-files.ts';
import { pagesOf, readWith, textOfPages } from '../../support/reading.ts';

const read = (...slides: Slide[]) => readWith(readPptx, makePptx(slides));
const textOf = async (shapes: string, more: Partial<Slide> = {}): Promise<string> =>
  textOfPages(await read({ shapes, ...more }));
const graphic = (content: string): string =>
  `<p:graphicFrame><a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`;

test('each slide is a page with its title as its name, in the order of the presentation', async () => {
  const events = await read({ shapes: shape('Satu', 'title') }, { shapes: shape('Isi') + shape('Dua', 'ctrTitle') });
  expect(events[0]).toEqual({ type: 'started', total: 2, unit: 'slide' });
  expect(pagesOf(events).map(({ number, label }) => [number, label])).toEqual([
    [1, 'Satu'],
    [2, 'Dua'],
  ]);
  expect(textOfPages(events)).toBe('# Satu\n\n# Dua\n\nIsi');
});

test('a slide that is broken or gone does not take the others with it', async () => {
  const [first, ...rest] = [{ shapes: '<p:sp>' }, { shapes: shape('Dua', 'title') }];
  const events = await read(first!, ...rest);
  expect(pagesOf(events)).toMatchObject([
    { number: 1, source: 'none' },
    { number: 2, label: 'Dua' },
  ]);
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'warning',
      warning: expect.objectContaining({ page: 1, code: 'page_unreadable' }),
    }),
  );
});

describe('on a slide', () => {
  test('lines of the main text are a list; those of a text field are when they have a sign', async () => {
    const bullet = '<a:pPr><a:buChar char="•"/></a:pPr>';
    const number = (start = ''): string => `<a:pPr><a:buAutoNum type="alphaLcParenR"${start}/></a:pPr>`;
    const body = shape(drawnParagraph('satu') + drawnParagraph('dua', '<a:pPr lvl="1"/>'), 'body');
    const field = shape(
      drawnParagraph('teks') +
        drawnParagraph('butir', bullet) +
        drawnParagraph('x', number()) +
        drawnParagraph('y', number()),
    );
    expect(await textOf(body + field)).toBe('- satu\n   - dua\n\nteks\n\n- butir\n\n- a) x\n- b) y');
  });

  test('groups are opened, of alternatives one is taken, and what is on every slide is left out', async () => {
    const group = `<p:grpSp><p:grpSpPr/>${shape('Dalam grup')}</p:grpSp>`;
    const choice = `<mc:AlternateContent><mc:Choice>${shape('Baru')}</mc:Choice><mc:Fallback>${shape('Lama')}</mc:Fallback></mc:AlternateContent>`;
    expect(await textOf(group + choice + shape('7', 'sldNum') + shape('Rahasia', 'ftr'))).toBe('Dalam grup\n\nBaru');
  });

  test('tables keep their merged cells', async () => {
    const cells = (...list: string[]): string => `<a:tr>${list.join('')}</a:tr>`;
    const cell = (text: string, attributes = ''): string =>
      `<a:tc ${attributes}><a:txBody>${drawnParagraph(text)}</a:txBody></a:tc>`;
    const table = `<a:tbl><a:tblPr firstRow="1"/>${cells(cell('No'), cell('Harga', 'gridSpan="2"'), cell('', 'hMerge="1"'))}${cells(cell('1', 'rowSpan="2"'), cell('a'), cell('b'))}${cells(cell('', 'vMerge="1"'), cell('c'), cell('d'))}</a:tbl>`;
    expect(await textOf(graphic(table))).toBe(
      '| No | Harga | Harga |\n| --- | --- | --- |\n| 1 | a | b |\n| 1 | c | d |',
    );
  });

  test('words of a diagram are a list', async () => {
    const data = element(
      'dgm:dataModel',
      `<dgm:ptLst><dgm:pt><dgm:t>${drawnParagraph('Rencana')}</dgm:t></dgm:pt><dgm:pt><dgm:t>${drawnParagraph('Bangun')}</dgm:t></dgm:pt></dgm:ptLst>`,
    );
    const text = await textOf(graphic('<dgm:relIds r:dm="d1"/>'), {
      parts: [{ name: 'ppt/diagrams/data1.xml', content: data }],
      relations: [{ id: 'd1', type: 'diagramData', target: '../diagrams/data1.xml' }],
    });
    expect(text).toBe('- Rencana\n- Bangun');
  });

  test('notes of the speaker come last, and say that they are notes', async () => {
    expect(await textOf(shape('Judul', 'title'), { notes: 'Jangan lupa harga' })).toBe(
      '# Judul\n\nNotes: Jangan lupa harga',
    );
  });
});
