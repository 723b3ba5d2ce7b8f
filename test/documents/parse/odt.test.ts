// OpenDocument texts: the same structure as from Word files.
import { describe, expect, test } from 'vitest';
import { readOdt } from '../../../src/documents/parse/formats/odt.ts';
import { makeOdf } from '../../support/office-files.ts';
import { pagesOf, readWith, textOfPages } from '../../support/reading.ts';

const read = (body: string, automatic = '') => readWith(readOdt, makeOdf('text', body, automatic));
const textOf = async (body: string, automatic = ''): Promise<string> => textOfPages(await read(body, automatic));
const p = (text: string, style = ''): string => `<text:p text:style-name="${style}">${text}</text:p>`;

describe('an OpenDocument text', () => {
  test('that is encrypted is refused', async () => {
    const manifest = { name: 'META-INF/manifest.xml', content: '<m><manifest:encryption-data/></m>' };
    await expect(readWith(readOdt, makeOdf('text', p('x'), '', [manifest]))).rejects.toMatchObject({
      reason: 'file_encrypted',
    });
  });

  test('has headings, titles by their style, and text without comments and deleted parts', async () => {
    const body = `${p('Judul', 'Title')}<text:h text:outline-level="2">Lingkup</text:h>${p('a<text:s text:c="2"/>b<office:annotation><text:p>x</text:p></office:annotation><text:tab/>c<text:line-break/>d')}`;
    expect(await textOf(`<text:tracked-changes><text:p>lama</text:p></text:tracked-changes>${body}`)).toBe(
      '# Judul\n\n## Lingkup\n\na  b c\nd',
    );
  });

  test('has lists with the numbers that are printed', async () => {
    const level = (at: number, format: string, shown = 1): string =>
      `<text:list-level-style-number text:level="${at}" style:num-format="${format}" style:num-suffix="." text:display-levels="${shown}"/>`;
    const styles = `<text:list-style style:name="L">${level(1, '1')}${level(2, 'a', 2)}</text:list-style>`;
    const item = (content: string): string => `<text:list-item>${content}</text:list-item>`;
    const list = `<text:list text:style-name="L">${item(`${p('satu')}<text:list>${item(p('dalam'))}</text:list>`)}${item(p('dua'))}</text:list>`;
    const more = `<text:list text:style-name="L" text:continue-numbering="true">${item(p('tiga'))}</text:list>`;
    const bullets = `<text:list text:style-name="B">${item(p('butir'))}</text:list>`;
    expect(await textOf(`${list}${p('teks')}${more}${bullets}`, styles)).toBe(
      '1. satu\n   - 1.a. dalam\n2. dua\n\nteks\n\n3. tiga\n\n- butir',
    );
  });

  test('has tables with merged cells and a header', async () => {
    const cell = (text: string, attributes = ''): string =>
      `<table:table-cell ${attributes}>${p(text)}</table:table-cell>`;
    const row = (...cells: string[]): string => `<table:table-row>${cells.join('')}</table:table-row>`;
    const table = `<table:table><table:table-header-rows>${row(cell('2024'), cell('2025', 'table:number-columns-spanned="2"'), '<table:covered-table-cell/>')}</table:table-header-rows>${row(cell('1', 'table:number-rows-spanned="2"'), cell('a'), cell('b'))}${row('<table:covered-table-cell/>', cell('c'), cell('d'))}</table:table>`;
    expect(await textOf(table)).toBe('| 2024 | 2025 | 2025 |\n| --- | --- | --- |\n| 1 | a | b |\n| 1 | c | d |');
  });

  test('has notes and text boxes', async () => {
    const note = `<text:note><text:note-citation>1</text:note-citation><text:note-body>${p('Catatan')}</text:note-body></text:note>`;
    const box = `<draw:frame><draw:text-box>${p('Kotak')}</draw:text-box></draw:frame>`;
    expect(await textOf(p(`Harga${note}${box}`))).toBe('Harga[^1]\n\nKotak\n\n[^1]: Catatan');
  });

  test('has pages where its program left the places of their ends', async () => {
    const events = await read(`${p('satu')}<text:soft-page-break/>${p('dua')}${p('<text:soft-page-break/>tiga')}`);
    expect(events[0]).toEqual({ type: 'started', total: 3, unit: 'page' });
    expect(pagesOf(events).map(({ number }) => number)).toEqual([1, 2, 3]);
  });
});
