// Markdown in real Chromium under the product's content security policy: what is drawn, what moves, and what can do no harm.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, type OpenedPage, openPage } from '../support/browser.ts';
import { buildFixture } from '../support/browser-fixture.ts';
import { HEAVY_MARKDOWN, HOSTILE_MARKDOWN } from '../support/hostile-markdown.ts';
import { MARKDOWN_CORPUS, randomCuts, seededRandom } from '../support/markdown-corpus.ts';
import { eventually } from '../support/product.ts';
import { type StaticServer, startStaticServer } from '../support/static-server.ts';

let browser: Browser;
let server: StaticServer;
let opened: OpenedPage;

beforeAll(async () => {
  server = await startStaticServer(await buildFixture('markdown.tsx'));
  browser = await launchBrowser();
  opened = await openPage(browser, { url: `${server.origin}/fixture.html` });
  await kit('warmUp');
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(() => {
  opened.problems.length = 0;
  opened.foreign.length = 0;
});

/** Calls a function of the fixture page. */
async function kit<Result>(name: string, ...input: unknown[]): Promise<Result> {
  return (await opened.page.evaluate(`kit[${JSON.stringify(name)}](...${JSON.stringify(input)})`)) as Result;
}

test('streamed in random pieces, a text ends in the document of the finished text', async () => {
  const random = seededRandom(11);
  for (const { name, text } of MARKDOWN_CORPUS) {
    for (const everyFrames of [0, 3]) {
      const cuts = randomCuts(text.length, 24, random);
      const result = await kit('streamsLikeStatic', text, cuts, everyFrames);
      expect(result, `${name}, cut at ${cuts}`).toEqual({ same: true });
    }
  }
});

test('a piece changes nothing outside the last block', async () => {
  const random = seededRandom(5);
  for (const { name, text } of MARKDOWN_CORPUS) {
    const cuts = randomCuts(text.length, 12, random);
    expect(await kit('changesOutsideLastBlock', text, cuts), `${name}, cut at ${cuts}`).toEqual([]);
  }
});

test('half-written marks, citations and links never show', async () => {
  const text =
    'Plafonnya **Rp 930 juta**[1], lihat [Addendum 02](https://example.org/a) dan `pasal 5.3`.\n\n- satu\n- *dua*[2]\n\n| A | B |\n|--|--|\n| 1 | **2** |\n';
  const steps = await kit<string[]>('visibleSteps', text);
  const flashes = steps.filter((step) => /[*`|[\]]|https|--/.test(step));
  expect(flashes).toEqual([]);
});

test('the first text is drawn at once, the rest within six frames, and everything at once when the page is hidden', async () => {
  await kit('start');
  expect(await opened.page.evaluate("(kit.push('Halo'), kit.shownText())")).toBe('Halo');
  // Where a frame comes late, everything is drawn in it.
  await eventually(async () => {
    const frames = await kit<number>('framesUntilDrawn', ` dan ${'selamat datang '.repeat(30)}selesai`);
    expect(frames).toBeLessThanOrEqual(7);
    return frames > 1;
  }, 'a text that is drawn over several frames');
  await kit('pretendHidden', true);
  expect(await opened.page.evaluate("(kit.push(' tersembunyi'), kit.shownText().endsWith('tersembunyi'))")).toBe(true);
  await kit('pretendHidden', false);
});

test('a selection in text that is still growing survives', async () => {
  await kit('start');
  await kit('push', 'Denda paling banyak lima persen');
  await kit('select', 6, 19);
  await kit('framesUntilDrawn', ' dari nilai kontrak');
  expect(await kit('selected')).toBe('paling banyak');
  await kit('push', ', **tebal**.\n\nParagraf kedua');
  await kit('finish');
  expect(await kit('selected')).toBe('paling banyak');
});

test('the caret stands after the last word and goes when the answer ends', async () => {
  await kit('start');
  await kit('push', '- satu\n- dua');
  expect(await kit('shownHtml')).toBe(
    '<ul><li>satu</li><li>dua<span class="caret" aria-hidden="true"></span></li></ul>',
  );
  await kit('finish', '- satu\n- dua\n- tiga');
  expect(await kit('shownHtml')).toBe('<ul><li>satu</li><li>dua</li><li>tiga</li></ul>');
  // A row has all its cells from the beginning.
  await kit('start');
  await kit('push', '| A | B | C |\n|--|--|--|\n| satu | dua');
  expect(await kit('shownHtml')).toContain('<td>dua<span class="caret" aria-hidden="true"></span></td><td></td>');
  await kit('finish');
});

test('a citation can be opened, a code block copied', async () => {
  await opened.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await kit('drawStatic', 'Nilai[1]\n\n```py\nx = 1\n```');
  await opened.page.click('.cite');
  expect(await kit('citedMarkers')).toEqual(['1']);
  const copy = opened.page.getByRole('button', { name: 'Copy code' });
  await copy.click();
  await opened.page.getByRole('button', { name: 'Copied' }).waitFor();
  // In words, not by a colour alone.
  expect(await opened.page.evaluate(`getComputedStyle(document.querySelector('.copied'), '::after').content`)).toBe(
    '"Copied"',
  );
  expect(await opened.page.evaluate('navigator.clipboard.readText()')).toBe('x = 1');
});

test('hostile Markdown runs nothing, asks nobody and leaves nothing active', async () => {
  for (const { name, text } of HOSTILE_MARKDOWN) expect(await kit('drawHostile', text), name).toEqual([]);
  expect(await opened.page.evaluate('window.__pwned')).toBeUndefined();
  expect(opened.problems).toEqual([]);
  expect(opened.foreign).toEqual([]);
});

test('no draw of a hostile text of full length holds the page up', async () => {
  const slow: string[] = [];
  for (const { name, text } of HEAVY_MARKDOWN) {
    // Ten times what the slowest takes on a quiet machine: drawing over and over again is what must not slip in. A busy machine
    // may hold it up, and not each time.
    let ms = Number.POSITIVE_INFINITY;
    for (let times = 0; times < 8 && ms > 500; times++)
      ms = Math.min(ms, await kit<number>('slowestDraw', text, 4_000));
    if (ms > 500) slow.push(`${name}: ${Math.round(ms)} ms`);
  }
  expect(slow).toEqual([]);
});
