// What stands on the page before the app has arrived: on a slow line for seconds, so it is there early, in the right theme, and where
// the real thing will be.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, openAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, openPage } from '../support/browser.ts';
import { createRoom, type Person, signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;
const opened: OpenedPage[] = [];

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct();
  ratna = await signUp(product);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

type Look = { phone?: boolean; theme?: 'light' | 'dark' };

/** Signed in, before the app is loaded again. */
async function signedIn(path: string, options: Look = {}): Promise<Page> {
  const one = await openAs(browser, product, ratna, path, options);
  opened.push(one);
  return one.page;
}

/** Loads `path` while the app itself stays on its way. @returns lets it arrive */
async function withoutApp(page: Page, path: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(/\/assets\/index-[\w-]+\.js$/, async (route) => {
    await promise;
    await route.continue();
  });
  await page.goto(product.url + path, { waitUntil: 'commit' });
  return resolve;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

async function boxesOf(page: Page, selectors: readonly string[]): Promise<Box[]> {
  const boxes: Box[] = [];
  for (const selector of selectors) {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not to be seen.`);
    boxes.push(box);
  }
  return boxes;
}

const isDark = (page: Page) =>
  page.evaluate<boolean>(
    `getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).every((part) => Number(part) < 60)`,
  );

const IN_PLACE = {
  desk: [
    ['.fl-rail', '.rail'],
    ['.fl-jump', '.jump'],
    ['.fl-foot', '.rail > footer'],
    ['.fl-room', '.room'],
    ['.fl-bar', '.bar'],
    ['.fl-composer > div', '#composer >> xpath=ancestor::form'],
  ],
  phone: [
    ['.fl-bar', '.bar'],
    ['.fl-composer > div', '#composer >> xpath=ancestor::form'],
  ],
} as const;

for (const width of ['desk', 'phone'] as const) {
  test(`the app takes the place of its outline without moving anything (${width})`, async () => {
    const room = await createRoom(ratna, { name: 'Ruang pelan' });
    const page = await signedIn('/main/documents', { phone: width === 'phone' });
    const arrive = await withoutApp(page, `/main/rooms/${room.id}`);
    await page.locator('.fl-message i').first().waitFor();
    const outline = await boxesOf(
      page,
      IN_PLACE[width].map(([first]) => first),
    );
    expect(await page.locator('.fl-entrance').isVisible()).toBe(false);
    arrive();
    await page.waitForSelector('#timeline');
    expect(await page.locator('#first-look').count()).toBe(0);
    expect(
      await boxesOf(
        page,
        IN_PLACE[width].map(([, real]) => real),
      ),
    ).toEqual(outline);
    expect(opened[0]?.problems).toEqual([]);
  });
}

test('the outline has the theme that was chosen on this device, whatever the system says', async () => {
  const page = await signedIn('/main', { theme: 'light' });
  await page.evaluate(`localStorage.setItem('projectwise.theme', '"dark"')`);
  const arrive = await withoutApp(page, '/main');
  await page.locator('.fl-rail').waitFor();
  expect(await isDark(page)).toBe(true);
  arrive();
  await page.waitForSelector('.rail');
  expect(await isDark(page)).toBe(true);
});

test('who is signed out sees the outline of the entrance, and nothing of a room', async () => {
  const one = await openPage(browser, { url: `${product.url}/health/live` });
  opened.push(one);
  const arrive = await withoutApp(one.page, '/main');
  await one.page.locator('.fl-do i').first().waitFor();
  expect(await one.page.locator('.fl-rail, .fl-room').filter({ visible: true }).count()).toBe(0);
  const [outline] = await boxesOf(one.page, ['.fl-entrance']);
  arrive();
  await one.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  expect(await boxesOf(one.page, ['.first'])).toEqual([outline]);
  expect(one.problems).toEqual([]);
});

test('what the app asks first is on its way before it has arrived, and asked once', async () => {
  const page = await signedIn('/main/documents');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const first = ['/api/v1/auth/setup', '/api/v1/auth/me'];
  const arrive = await withoutApp(page, '/main/documents');
  await expect.poll(() => first.filter((path) => asked.includes(path))).toEqual(first);
  await expect.poll(() => asked.some((path) => /\/assets\/en-/.test(path))).toBe(true);
  arrive();
  await page.getByRole('heading', { level: 1 }).waitFor();
  for (const path of first) expect(asked.filter((one) => one === path)).toHaveLength(1);
});
