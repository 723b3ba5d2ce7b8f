// What Markdown becomes: the tree of elements, for finished text and for text that is still growing.
/// <reference types="node" />
import { expect, test } from 'vitest';
import { createBlockReader, readBlocks } from '../../public/markdown/blocks.ts';
import { type MarkdownOptions, type MarkNode, textOf } from '../../public/markdown/nodes.ts';
import { createTreeBuilder } from '../../public/markdown/tree.ts';
import { HEAVY_MARKDOWN } from '../support/hostile-markdown.ts';
import { MARKDOWN_CORPUS } from '../support/markdown-corpus.ts';

const options: MarkdownOptions = {
  mentions: new Map([
    ['ratna', { me: true }],
    ['budi.s', { me: false }],
  ]),
  sources: new Map([['1', { label: 'Source 1', href: '#' }]]),
};

function outline(node: MarkNode): string {
  if (typeof node === 'string') return node;
  const kept = Object.entries(node.attributes).filter(([name]) => ['class', 'href', 'start', 'width'].includes(name));
  const attributes = kept.map(([name, value]) => ` ${name}="${value}"`).join('');
  if (node.tag === 'figure') return `<code>${textOf(node.children.slice(1))}</code>`;
  return `<${node.tag}${attributes}>${node.children.map(outline).join('')}</${node.tag}>`;
}

const finished = (text: string, given = options): string =>
  createTreeBuilder(given)
    .finished({ blocks: readBlocks(text), depth: 0 })
    .map(outline)
    .join('');

function growing(text: string): string {
  const reader = createBlockReader();
  reader.push(text);
  const hasTail = reader.tail !== '';
  const body = hasTail ? reader.preview(reader.tail) : reader.body;
  return createTreeBuilder(options).growing(body, hasTail).map(outline).join('');
}

test('a citation is one only when the answer has that source, and sticks to the word before it', () => {
  expect(finished('nilai [1].')).toBe('<p>nilai\u2060<a class="cite" href="#">1</a>.</p>');
  expect(finished('nilai[1] dan [2]')).toBe('<p>nilai\u2060<a class="cite" href="#">1</a> dan [2]</p>');
  expect(finished('nilai [1, 2]')).toBe('<p>nilai\u2060<a class="cite" href="#">1</a>\u2060[2]</p>');
  expect(finished('nilai [2, 3] dan [2–4]')).toBe('<p>nilai [2, 3] dan [2–4]</p>');
  expect(finished('`[1]` \\[1\\] [1](https://a.example/)')).not.toContain('cite');
});

test('several sources in one pair of brackets are a citation each', () => {
  const sources = { get: (marker: string) => ({ label: marker, href: `#${marker}` }) };
  const cited = (text: string) => finished(text, { sources }).match(/#\d+/g) ?? [];
  expect(cited('a [1, 3]')).toEqual(['#1', '#3']);
  expect(cited('a [2-4] b [7; 9–10]')).toEqual(['#2', '#3', '#4', '#7', '#9', '#10']);
  expect(cited('a [4-2] b [1-999] c [2024-2026]')).toEqual([]);
});

test('a mention is one only for a handle of the room, at the beginning of a word', () => {
  expect(finished('@Ratna. @budi.s! @Budi')).toBe(
    '<p><span class="at me">@Ratna</span>. <span class="at">@budi.s</span>! @Budi</p>',
  );
  expect(finished('x@ratna @@ratna @ratnasari')).not.toContain('class="at');
});

test('only web and mail addresses become links; all others stay as they were typed', () => {
  expect(finished('[a](https://x.example/)')).toContain('<a href="https://x.example/">a</a>');
  for (const text of [
    '[a](javascript:b)',
    '[a](data:text/html,x)',
    '[a](//x.example)',
    '[a](/b)',
    '[a](https://u:p@x.example)',
  ])
    expect(finished(text)).toBe(`<p>${text}</p>`);
});

test('a picture is a link that names its host', () => {
  expect(finished('![Denah](https://x.example/d.png)')).toBe(
    '<p><a href="https://x.example/d.png">Denah (image at x.example)</a></p>',
  );
  expect(finished('![](https://x.example/d.png)', { lang: 'id' })).toContain('Gambar (gambar di x.example)');
});

test('a bare address ends before the punctuation of its sentence', () => {
  expect(finished('(https://x.example/a_b_c).')).toBe(
    '<p>(<a href="https://x.example/a_b_c">https://x.example/a_b_c</a>).</p>',
  );
});

test('tags are words, a line break excepted', () => {
  expect(finished('<b>a</b><br>b')).toBe('<p><b>a</b>\nb</p>');
  const [paragraph] = createTreeBuilder({}).finished({ blocks: readBlocks('<b>a</b>'), depth: 0 });
  expect(paragraph).toMatchObject({ tag: 'p', children: ['<b>a</b>'] });
});

test('a list has one shape, with or without blank lines between its items', () => {
  expect(finished('- a\n\n- b')).toBe(finished('- a\n- b'));
});

test('the widths of a table are settled by its head and first three rows', () => {
  const head = '| no | requirement |\n|--|--|\n';
  const rows = ['| 1 | short |\n', '| 2 | short |\n', '| 3 | short |\n'];
  expect(finished(head + rows.slice(0, 2).join(''))).not.toContain('width');
  const three = finished(head + rows.join('')).match(/width="\d+"/g);
  expect(finished(`${head}${rows.join('')}| 4 | ${'much longer '.repeat(9)}|\n`).match(/width="\d+"/g)).toEqual(three);
});

test.each([
  ['**Boleh, deng', '<p><strong>Boleh, deng</strong></p>'],
  ['a **', '<p>a </p>'],
  ['a **b*', '<p>a <strong>b</strong></p>'],
  ['a *b **c', '<p>a <em>b <strong>c</strong></em></p>'],
  ['a `b', '<p>a <code>b</code></p>'],
  ['a ~~b~', '<p>a <s>b</s></p>'],
  ['nilai[', '<p>nilai</p>'],
  ['nilai[1', '<p>nilai</p>'],
  ['nilai[1, ', '<p>nilai</p>'],
  ['nilai[1, 2', '<p>nilai</p>'],
  ['nilai[1-', '<p>nilai</p>'],
  ['nilai[1]', '<p>nilai\u2060<a class="cite" href="#">1</a></p>'],
  ['lihat [Add', '<p>lihat Add</p>'],
  ['lihat [Add](https://x.exa', '<p>lihat Add</p>'],
  ['lihat [Add](https://x.example/)', '<p>lihat <a href="https://x.example/">Add</a></p>'],
  ['lihat ![Den', '<p>lihat </p>'],
  ['a \\', '<p>a </p>'],
  ['a <b', '<p>a </p>'],
  ['R&am', '<p>R</p>'],
  ['-', ''],
  ['- ', ''],
  ['- a', '<ul><li>a</li></ul>'],
  ['a\n-', '<p>a</p>'],
  ['- a\n- ', '<ul><li>a</li></ul>'],
  ['- a\n  - ', '<ul><li>a</li></ul>'],
  ['1', ''],
  ['1.', ''],
  ['1. x', '<ol><li>x</li></ol>'],
  ['#', ''],
  ['## J', '<h4>J</h4>'],
  ['--', ''],
  ['---', ''],
  ['---\n', '<hr></hr>'],
  ['``', ''],
  ['```py', ''],
  ['```py\n', '<code></code>'],
  ['```py\nx\n``', '<code>x</code>'],
  ['```py\nx\n```', '<code>x</code>'],
  ['> ', ''],
  ['> a', '<blockquote><p>a</p></blockquote>'],
  ['lihat:\n| a', '<p>lihat:</p>'],
  ['lihat:\n| a | b |\n', '<p>lihat:</p>'],
  ['lihat:\n| a | b |\n|--', '<p>lihat:</p>'],
  ['| a | b |\nbukan', '<p>| a | b |\nbukan</p>'],
  ['- [', ''],
  ['- [x', ''],
  ['- [x]', ''],
  ['- [x] a', '<ul><li class="task"><span class="box done"></span>a</li></ul>'],
  ['2 * 3 *) x', '<p>2 * 3 *) x</p>'],
])('the growing text %j shows no loose mark', (text, wanted) => {
  expect(growing(text)).toBe(wanted);
});

test('a table is drawn when its second line is complete, and grows cell by cell', () => {
  expect(growing('| a | b |\n|--|--|\n')).toContain('<th>a</th><th>b</th>');
  expect(growing('| a | b |\n|--|--|\n| **x')).toContain('<td><strong>x</strong></td><td></td>');
});

test('no text disappears: each word of the corpus is on the screen', () => {
  for (const { name, text } of MARKDOWN_CORPUS) {
    const shown = textOf(createTreeBuilder({}).finished({ blocks: readBlocks(text), depth: 0 }));
    for (const word of text.replace(/\([^)\s]*(?:\([^)]*\))?[^)]*\)|```\S*|&\S+;/g, ' ').match(/[\p{L}]{4,}/gu) ?? [])
      expect(shown, `${word} in ${name}`).toContain(word);
  }
});

/** Of Node; everything else here is read as the browser has it. */
declare const process: {
  threadCpuUsage(before?: { user: number; system: number }): { user: number; system: number };
};

test('no input of 32,000 characters takes long to read', () => {
  const read = (text: string) => createTreeBuilder(options).finished({ blocks: readBlocks(text), depth: 0 });
  for (const { text } of HEAVY_MARKDOWN) read(text.slice(0, 2_000));
  const slow = HEAVY_MARKDOWN.flatMap(({ name, text }) => {
    // Time of this thread alone, and ten times what it takes: it is reading over and over again that must not slip in. Speed is in bench/.
    const before = process.threadCpuUsage();
    read(text);
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1_000;
    return ms > 600 ? [`${name}: ${ms.toFixed(0)} ms`] : [];
  });
  expect(slow).toEqual([]);
});
