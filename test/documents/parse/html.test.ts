// HTML and Markdown: what a reader sees of them, and nothing that only a browser would run or hide.
import { describe, expect, test } from 'vitest';
import { readHtmlPage } from '../../../src/documents/parse/formats/html.ts';
import { readMarkdownText } from '../../../src/documents/parse/formats/markdown-text.ts';
import { blocksOf, pagesOf, readWith, textOfPages } from '../../support/reading.ts';

const textOf = async (html: string | Uint8Array): Promise<string> => textOfPages(await readWith(readHtmlPage, html));

describe('HTML', () => {
  test('scripts, styles, hidden elements and pictures of data are not read', async () => {
    const html = `<html><head><title>Judul</title><style>p{}</style><script>let a = "<p>x</p>"</script></head><body>
      <noscript>y</noscript><p>Isi<span style="display: none">z</span></p><p hidden>h</p><svg><text>s</text></svg>
      <img src="data:image/png;base64,AAAA" alt="Denah"><!-- komentar --><iframe src="http://127.0.0.1">i</iframe></body>`;
    expect(await textOf(html)).toBe('# Judul\n\nIsi\n\nDenah');
  });

  test('headings, lines and lists', async () => {
    const html =
      '<h1>A</h1>teks<br>baris<h2>B <em>tebal</em></h2><ol start="3"><li>satu<ul><li>dalam</li></ul></li><li>dua<p>lanjut</p></li></ol><pre>\n  kode\n</pre>';
    expect(await textOf(html)).toBe(
      '# A\n\nteks\nbaris\n\n## B tebal\n\n3. satu\n   - dalam\n4. dua\n   lanjut\n\n```\n  kode\n```',
    );
  });

  test('tables with merged, rich and nested cells', async () => {
    const html = `<table><caption>Harga</caption><thead><tr><th>No</th><th colspan=2>Isi</th></tr></thead>
      <tr><td rowspan=2>1</td><td><ul><li>a</li><li>b</li></ul></td><td>x | y</td></tr>
      <tr><td>c</td><td><table><tr><td>d</td><td>e</td></tr><tr><td>f</td><td>g</td></tr></table></td></tr></table>`;
    expect(await textOf(html)).toBe(
      'Harga\n\n| No | Isi | Isi |\n| --- | --- | --- |\n| 1 | - a - b | x \\| y |\n| 1 | c | d, e; f, g |',
    );
  });

  test('a table that only lays out the page is none', async () => {
    expect(await textOf('<table><tr><td><h1>Judul</h1><p>Isi</p></td></tr></table>')).toBe('# Judul\n\nIsi');
  });

  test('what is never closed is read all the same', async () => {
    expect(await textOf('<div><p>satu<p>dua<table><tr><td>a<td>b<tr><td>c<td>d')).toBe(
      'satu\n\ndua\n\n| a | b |\n| --- | --- |\n| c | d |',
    );
  });

  test('letters are read as the page declares them', async () => {
    const html = Buffer.from('<meta charset="iso-8859-2"><p>\xb1</p>', 'latin1');
    expect(await textOf(html)).toBe('ą');
  });

  test('a page that nests without end is refused', async () => {
    await expect(textOf('<div>'.repeat(50_000))).rejects.toMatchObject({ reason: 'file_too_complex' });
  });

  test('a long page is cut at headings', async () => {
    const section = (name: string): string => `<h2>${name}</h2><p>${'Kalimat panjang. '.repeat(300)}</p>`;
    const pages = pagesOf(await readWith(readHtmlPage, section('A') + section('B')));
    expect(pages.map(({ blocks }) => blocks[0])).toMatchObject([{ text: 'A' }, { text: 'B' }]);
  });
});

describe('Markdown', () => {
  const read = async (text: string) => blocksOf(await readWith(readMarkdownText, text));

  test('headings of both kinds, code, and text as it stands', async () => {
    expect(await read('# A #\n\nB\n---\n\nteks **tebal**\nbaris [x](y)\n\n```js\n# bukan\n```\n\n    kode')).toEqual([
      { type: 'heading', level: 1, text: 'A' },
      { type: 'heading', level: 2, text: 'B' },
      { type: 'paragraph', text: 'teks **tebal**\nbaris [x](y)' },
      { type: 'code', text: '# bukan' },
      { type: 'code', text: 'kode' },
    ]);
  });

  test('lists with their depth and numbers', async () => {
    expect(await read('- a\n  - b\n    lanjut\n\n3. c\n4. d')).toEqual([
      {
        type: 'list',
        ordered: false,
        items: [
          { text: 'a', depth: 0 },
          { text: 'b\nlanjut', depth: 1 },
          { text: 'c', depth: 0, marker: '3.' },
          { text: 'd', depth: 0, marker: '4.' },
        ],
      },
    ]);
  });

  test('tables, also those written as HTML', async () => {
    const rows = [
      ['a', 'b|c'],
      ['1', ''],
    ];
    expect(await read('| a | b\\|c |\n|---|:-:|\n| 1 |')).toEqual([{ type: 'table', headerRows: 1, rows }]);
    expect(await read('<table>\n<tr><th>a</th><th>b|c</th></tr>\n\n<tr><td>1</td></tr>\n</table>\nteks')).toEqual([
      { type: 'table', headerRows: 1, rows },
      { type: 'paragraph', text: 'teks' },
    ]);
  });

  test('hostile lines take no time', async () => {
    for (const text of [
      '|'.repeat(500_000),
      ' '.repeat(500_000),
      '#'.repeat(500_000),
      '`'.repeat(500_000),
      '-'.repeat(500_000),
      '- '.repeat(200_000),
      '<div>'.repeat(2_000),
    ]) {
      await read(`${text}x\n|-|\n${text}`);
    }
  });
});
