// Formulas: drawn from our own origin on first use, never half, and unable to link, load or leave their place.
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

test('formulas are loaded on first use and drawn with fonts of our own; money stays money', async () => {
  const asked: string[] = [];
  opened.page.on('request', (request) => asked.push(request.url()));
  await opened.kit('drawStatic', 'Harga $5 dan $10.');
  expect(asked.filter((url) => /formula|katex/i.test(url))).toEqual([]);
  await opened.kit('drawStatic', 'Nilai $x^2$ dan\n\n$$\\sum_{i=1}^{n} d_i$$');
  await opened.kit('settled');
  expect(await opened.page.locator('.formula .katex').count()).toBe(2);
  expect(await opened.page.locator('.formula math').count()).toBe(2);
  await opened.page.evaluate('document.fonts.ready.then(() => 0)');
  expect(asked.some((url) => /KaTeX_Math.*\.woff2/.test(url))).toBe(true);
  expect(opened.foreign).toEqual([]);
  expect(opened.problems).toEqual([]);
});

test('a half-written formula never shows', async () => {
  await opened.kit('warmUp');
  const text =
    'Denda $d = \\frac{n}{36}$ dan \\(x_1\\), lalu **$a_b$** selesai.\n\n$$\ny = x^2\n$$\n\n| $a$ | b |\n|--|--|\n| $x_1$ | 2 |\n';
  const steps = await opened.kit<string[]>('visibleSteps', text);
  // What stands on lines of its own is shown as typed until it is complete.
  expect(steps.filter((step) => /\$|\\|\*|_/.test(step.replace(/y = x\^2/, '')))).toEqual([]);
});

test('a formula that cannot be drawn stays as typed and says so', async () => {
  await opened.kit('drawStatic', 'Rumus $\\frac{1}$ ini.');
  await opened.kit('settled');
  const failed = opened.page.locator('.formula[data-failed] code');
  expect(await failed.textContent()).toBe('$\\frac{1}$');
  expect(await failed.getAttribute('title')).toContain('cannot be drawn');
});

const HOSTILE = [
  '\\href{javascript:window.__pwned=1}{x}',
  '\\url{javascript:window.__pwned=1}',
  '\\includegraphics{http://198.51.100.7/p.png}',
  '\\htmlClass{app}{x}',
  '\\htmlId{app}{x}',
  '\\htmlStyle{position:fixed;inset:0}{x}',
  '\\htmlData{x=y}{x}',
  '\\text{<img src=x onerror=window.__pwned=1>}',
  '\\text{</span><script>window.__pwned=1</script>}',
  '\\color{red;position:fixed}{x}',
  '\\unicode{x3c}script>',
  '\\def\\x{\\x\\x}\\x',
  '\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\def\\c{\\a}\\a',
  '\\rule{1000em}{1000em}',
  '\\kern-1000em x',
  '\\raisebox{-500em}{x}',
  `${'{'.repeat(300)}x${'}'.repeat(300)}`,
  `\\begin{matrix}${'a & '.repeat(200)}\\end{matrix}`,
  `${'\\frac{1}{'.repeat(80)}x${'}'.repeat(80)}`,
  `${'x^{'.repeat(200)}y${'}'.repeat(200)}`,
  `${'\\sqrt{'.repeat(120)}y${'}'.repeat(120)}`,
  `${'\\left('.repeat(100)}y${'\\right)'.repeat(100)}`,
  `\\def\\a#1{{{{{{#1}}}}}}${'\\a{'.repeat(100)}y${'}'.repeat(100)}`,
  `${'\\sqrt'.repeat(150)} y`,
  `${'\\frac12'.repeat(140)}`,
  `x${"'".repeat(900)}`,
  `${'\\begin{matrix}'.repeat(18)}x${'\\end{matrix}'.repeat(18)}`,
];

test('hostile formulas run nothing, ask nobody and hold nothing up', async () => {
  for (const tex of HOSTILE) {
    for (const text of [`$${tex}$`, `$$${tex}$$`]) expect(await opened.kit('drawHostile', text), text).toEqual([]);
  }
  expect(await opened.page.evaluate('window.__pwned')).toBeUndefined();
  expect(opened.foreign).toEqual([]);
  // Hundreds of them come in slices that leave the page free; a busy machine may hold it up once, and not each time.
  const longest = () =>
    opened.page.evaluate<number>(`(async () => {
    kit.drawStatic('$x^2$ '.repeat(290));
    let longest = 0;
    for (let frames = 0, last = performance.now(); frames < 60; frames += 1) {
      await kit.nextFrame();
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    return longest;
  })()`);
  await eventually(async () => (await longest()) < 1_000, 'a page that is free');
});

test('what a formula draws keeps to its place', async () => {
  await opened.kit('drawStatic', 'atas\n\n$$\\raisebox{400em}{\\rule{900em}{900em}}$$\n\nbawah $\\kern-900em x$');
  await opened.kit('settled');
  const height = await opened.page.evaluate('document.documentElement.scrollHeight');
  expect(height).toBeLessThanOrEqual(900);
  const wide = await opened.page.evaluate('document.documentElement.scrollWidth > innerWidth');
  expect(wide).toBe(false);
});
