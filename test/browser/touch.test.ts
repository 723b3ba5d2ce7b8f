// On a phone: a swipe replies, everything that is pressed has room for a finger, and nothing lies under the edges of the screen.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, messageRow, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions } from '../support/browser.ts';
import {
  addMember,
  createRoom,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;
let budi: Person;
const opened: OpenedPage[] = [];

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct();
  [ratna, budi] = await Promise.all([signUp(product, 'Ratna Wulandari'), signUp(product, 'Budi Santoso')]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const TEXT = 'Jadwal rev 2 sudah di meja.';

async function openPhone(options: Omit<OpenPageOptions, 'url'> = {}): Promise<Page> {
  const room = await createRoom(ratna, { name: 'Ruang jari' });
  await addMember(ratna, room, budi);
  const client = await budi.connect();
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: TEXT, assistant: 'skip' });
  client.close();
  const one = await openRoomAs(browser, product, ratna, room, { ...options, phone: true });
  opened.push(one);
  await messageRow(one.page, TEXT).waitFor();
  return one.page;
}

/** Moves a finger over the message, in steps. */
async function swipe(page: Page, right: number, down = 0): Promise<void> {
  const box = await messageRow(page, TEXT).locator('.prose').boundingBox();
  const finger = await page.context().newCDPSession(page);
  const at = (share: number) => [{ x: (box?.x ?? 0) + 40 + right * share, y: (box?.y ?? 0) + 8 + down * share }];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let step = 1; step <= 6; step += 1) {
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / 6) });
  }
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

test('a swipe to the right replies; a short one, one to the left and one down do not', async () => {
  const page = await openPhone();
  const strip = page.locator('.composer .strip');
  for (const [right, down] of [
    [30, 0],
    [-90, 0],
    [10, 90],
  ] as const) {
    await swipe(page, right, down);
    expect(await strip.count()).toBe(0);
    expect(await page.locator('[data-swipe]').count()).toBe(0);
  }
  await swipe(page, 90);
  await strip.waitFor();
  await strip.getByText('Budi').waitFor();
  await page.locator('#composer:focus').waitFor();
});

test('under reduced motion the message stays where it is and the swipe still replies', async () => {
  const page = await openPhone({ reducedMotion: true });
  await swipe(page, 90);
  await page.locator('.composer .strip').waitFor();
});

/** Buttons, links and fields whose room for a finger is less than 44 pixels in either direction, by their label. */
const SMALL = `[...document.querySelectorAll('button, a[href], input, select, textarea, [role="menuitem"]')].flatMap((element) => {
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return [];
  const box = (element.closest('.field') ?? element).getBoundingClientRect();
  if (box.width < 2 || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return [];
  // A link inside of words has the height of its line; a field may be pressed on its label.
  if (element.closest('.prose, p, dd') || element.matches('.skip, .sr, .link') || element.closest('label')) return [];
  const grown = getComputedStyle(element, '::after');
  const more = grown.content === 'none' ? 0 : Math.max(0, -parseFloat(grown.top) || 0);
  const aside = grown.content === 'none' ? 0 : Math.max(0, -parseFloat(grown.left) || 0);
  const height = box.height + 2 * more;
  const width = box.width + 2 * aside;
  return height < 43.5 || width < 43.5 ? [(element.getAttribute('aria-label') || element.textContent.trim() || element.className) + ': ' + Math.round(width) + ' × ' + Math.round(height)] : [];
})`;

test('whatever can be pressed in a room has 44 pixels for a finger', async () => {
  const page = await openPhone();
  expect(await page.evaluate(SMALL)).toEqual([]);
  await page.locator('.bar button[aria-haspopup="menu"]').click();
  await page.locator('.popover .menu-item').first().waitFor();
  expect(await page.evaluate(SMALL)).toEqual([]);
  await page.locator('.popover .menu-item').last().click();
  await page.waitForSelector('.dialog[open]');
  expect(await page.evaluate(SMALL)).toEqual([]);
});
