// Code is coloured without touching the document: while it grows, under a selection, and away from the page's own thread.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MarkdownPage, type MarkdownPages, startMarkdownPages } from '../support/markdown-kit.ts';
import { eventually } from '../support/product.ts';

let pages: MarkdownPages;
let opened: MarkdownPage;

beforeAll(async () => {
  pages = await startMarkdownPages();
  opened = await pages.open();
});
afterAll(() => pages.stop());

const colouredAs = async (name: string): Promise<string[]> =>
  (await opened.kit<[string, string][]>('coloured')).filter(([one]) => one === name).map(([, text]) => text);

const PYTHON = '```python\n# plafon\nnilai = 18_600_000_000\ndef hitung(n):\n    return "Rp " + str(n)\n```';

test('keywords, numbers, strings and comments have their colours, and the document is plain text', async () => {
  await opened.kit('drawStatic', PYTHON);
  await eventually(async () => (await colouredAs('code-keyword')).join() === 'def,return', 'coloured code');
  expect(await colouredAs('code-number')).toEqual(['18_600_000_000']);
  expect(await colouredAs('code-string')).toEqual(['"Rp "']);
  expect(await colouredAs('code-comment')).toEqual(['# plafon']);
  expect(await opened.page.locator('pre code').evaluate((code) => code.childNodes.length)).toBe(1);
  const pixels = await opened.page.locator('pre').screenshot();
  await opened.page.evaluate('CSS.highlights.clear()');
  expect((await opened.page.locator('pre').screenshot()).equals(pixels)).toBe(false);
  expect(opened.problems).toEqual([]);
  await opened.close();
  opened = await pages.open();
});

test('growing code is coloured as it grows, under a selection that stays', async () => {
  await opened.kit('start');
  await opened.kit('push', '```js\nconst satu = 1;\n');
  await eventually(async () => (await colouredAs('code-keyword')).length === 1, 'the first line coloured');
  await opened.page.evaluate(`{
    const text = document.querySelector('pre code').firstChild;
    getSelection().setBaseAndExtent(text, 6, text, 10);
  }`);
  const top = await opened.page.locator('pre').evaluate((pre) => pre.getBoundingClientRect().top);
  await opened.kit('push', 'const dua = 2;\nlet tiga = "tiga";\n```\n');
  await eventually(async () => (await colouredAs('code-keyword')).join() === 'const,const,let', 'all lines coloured');
  expect(await opened.kit('selected')).toBe('satu');
  expect(await opened.page.locator('pre').evaluate((pre) => pre.getBoundingClientRect().top)).toBe(top);
  await opened.kit('finish');
});

test('finished code has the colours of code that was streamed', async () => {
  await opened.kit('streamsLikeStatic', PYTHON, [12, 30, 44, 70], 1);
  await eventually(async () => (await colouredAs('code-keyword')).length === 4, 'both coloured');
  const all = await opened.kit<[string, string][]>('coloured');
  expect(all.slice(0, all.length / 2)).toEqual(all.slice(all.length / 2));
});

test('what leaves the page leaves no colours behind', async () => {
  await opened.kit('drawStatic', PYTHON);
  await eventually(async () => (await colouredAs('code-keyword')).length > 0, 'coloured code');
  await opened.page.evaluate('document.body.replaceChildren()');
  await eventually(
    async () => (await opened.page.evaluate('[...CSS.highlights.values()].every(({ size }) => size === 0)')) === true,
    'no colours',
  );
});

test('code in an unknown language, or too long, stays in one colour', async () => {
  await opened.kit(
    'drawStatic',
    `\`\`\`klingon\nconst a = 1;\n\`\`\`\n\n\`\`\`js\n${'const a = 1;\n'.repeat(2_000)}\`\`\`\n\n${PYTHON}`,
  );
  await opened.page.locator('pre').last().scrollIntoViewIfNeeded();
  await eventually(async () => (await colouredAs('code-keyword')).length === 2, 'only the last one coloured');
});

test('what reads the code is waited for while it loads, however long that takes', async () => {
  const slow = await pages.open();
  await slow.page.clock.install();
  let isAsked = false;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await slow.page.route(/code-tokens/, async (route) => {
    isAsked = true;
    await held;
    await route.continue();
  });
  await slow.kit('drawStatic', PYTHON);
  await eventually(() => isAsked, 'the reader on its way');
  await slow.page.clock.fastForward(60_000);
  release();
  await eventually(
    async () => (await slow.kit<[string, string][]>('coloured')).some(([name]) => name === 'code-keyword'),
    'coloured code',
  );
  await slow.close();
});
