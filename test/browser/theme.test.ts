// The two themes: chosen by the system, overridden by the person, readable in both.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { buildFixture } from '../support/browser-fixture.ts';
import { type StaticServer, startStaticServer } from '../support/static-server.ts';

let browser: Browser;
let server: StaticServer;

beforeAll(async () => {
  server = await startStaticServer(await buildFixture('markdown.tsx'));
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What each token's colour is on the page, as [red, green, blue, alpha]. */
const READ_COLOURS = `(names, theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  const probe = document.body.appendChild(document.createElement('i'));
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  return names.map((name) => {
    probe.style.color = 'var(--' + name + ')';
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
}`;

async function colours(names: string[], theme: 'light' | 'dark', override?: 'light' | 'dark'): Promise<number[][]> {
  const opened = await openPage(browser, { url: `${server.origin}/fixture.html`, theme });
  try {
    return (await opened.page.evaluate(
      `(${READ_COLOURS})(${JSON.stringify(names)}, ${JSON.stringify(override ?? '')})`,
    )) as number[][];
  } finally {
    await opened.close();
  }
}

function luminance([red = 0, green = 0, blue = 0]: number[]): number {
  const [r, g, b] = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: number[], other: number[]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((left, right) => left - right) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test('the theme follows the system, and the choice of the person overrides it', async () => {
  const names = ['table', 'paper', 'ink', 'accent', 'cite'];
  const light = await colours(names, 'light');
  const dark = await colours(names, 'dark');
  expect(dark).not.toEqual(light);
  expect(await colours(names, 'light', 'dark')).toEqual(dark);
  expect(await colours(names, 'dark', 'light')).toEqual(light);
});

const TEXT_PAIRS = [
  ...['rail', 'table', 'paper', 'paper-2', 'raised'].flatMap((ground) =>
    ['ink', 'ink-2', 'ink-3', 'accent', 'bad'].map((ink) => [ink, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['accent', 'accent-soft'],
  ['mark-ink', 'mark'],
  ['mark-ink', 'mark-soft'],
  ['cite-ink', 'cite'],
  ['memory', 'memory-soft'],
  ['memory', 'paper'],
  ['ok', 'ok-soft'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
  ...['keyword', 'string', 'number', 'comment', 'title', 'name', 'meta', 'removed'].map(
    (name) => [`code-${name}`, 'paper-2'] as const,
  ),
  ...[1, 2, 3, 4, 5, 6].map((person) => [`p${person}-ink`, `p${person}`] as const),
] as const;
const EDGE_PAIRS = [
  ['line-control', 'paper'],
  ['line-control', 'table'],
  ['mark-line', 'paper'],
  ['focus-ring', 'paper'],
  ['focus-ring', 'rail'],
] as const;

test.each(['light', 'dark'] as const)('in the %s theme text has a contrast of 4.5 and edges of 3', async (theme) => {
  const names = [...new Set([...TEXT_PAIRS, ...EDGE_PAIRS].flat())];
  const values = new Map((await colours(names, theme)).map((value, index) => [names[index], value] as const));
  const weak = [
    ...TEXT_PAIRS.map((pair) => [...pair, 4.5] as const),
    ...EDGE_PAIRS.map((pair) => [...pair, 3] as const),
  ]
    .map(([ink, ground, least]) => ({ ink, ground, least, ratio: contrast(values.get(ink)!, values.get(ground)!) }))
    .filter(({ ratio, least }) => ratio < least);
  expect(weak).toEqual([]);
});
