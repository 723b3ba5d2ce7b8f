// Draws the icons of the installed app from public/icon.svg, in the sizes that phones and desks ask for: `node scripts/make-icons.ts`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../test/support/browser.ts';

const here = (path: string) => fileURLToPath(new URL(`../public/${path}`, import.meta.url));
const drawing = readFileSync(here('icon.svg'), 'utf8');

/** `share` of the square that the drawing takes: a system may cut a maskable icon down to a circle. */
const ICONS = [
  { name: 'icon-192.png', size: 192, share: 0.84, ground: 'transparent' },
  { name: 'icon-512.png', size: 512, share: 0.84, ground: 'transparent' },
  { name: 'icon-maskable-512.png', size: 512, share: 0.56, ground: '#e3e9e6' },
  { name: 'icon-apple-180.png', size: 180, share: 0.66, ground: '#e3e9e6' },
];

const browser = await launchBrowser();
const page = await browser.newPage();
for (const { name, size, share, ground } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  const image = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
  const width = Math.round(size * share);
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${ground}"><img src="${image}" width="${width}">`,
  );
  await page.locator('img').evaluate((shown) => (shown as unknown as { decode(): Promise<void> }).decode());
  writeFileSync(here(`icons/${name}`), await page.screenshot({ omitBackground: true }));
}
await browser.close();
