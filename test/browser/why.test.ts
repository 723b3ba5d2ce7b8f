// "Why this answer", as people open it: from the answer, by keyboard and on a phone, and what it says of what is no longer there.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, openRoomAs } from '../support/app-page.ts';
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
import { putReadPaper } from '../support/read-paper.ts';

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

async function open(
  person: Person,
  room: { id: string },
  options: Omit<OpenPageOptions, 'url'> = {},
): Promise<OpenedPage> {
  const one = await openRoomAs(browser, product, person, room, options);
  opened.push(one);
  return one;
}

const QUESTION = '@ProjectWise apakah tenaga ahli DRC boleh rangkap jabatan?';
const whyButton = (page: Page) => page.locator('.answer').last().getByRole('button', { name: 'Why this answer' });
const part = (page: Page, name: string) =>
  page.locator('.parts > li').filter({ has: page.locator('b', { hasText: new RegExp(`^${name}`) }) });

async function roomWithAnswer(name: string, options: Omit<OpenPageOptions, 'url'> = {}, mode = 'ask') {
  const room = await createRoom(ratna, { name, brief: 'Tender Dinkes 2027' });
  await ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { memory: { mode } });
  await addMember(ratna, room, budi);
  await putReadPaper(product, ratna, room);
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  for (const text of ['Garansi perangkat 36 bulan.', QUESTION]) {
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
  }
  await client.until('turn:ended', () => true);
  client.close();
  const one = await open(ratna, room, options);
  await finishedAnswer(one.page);
  return { room, ...one };
}

describe('why an answer is as it is', () => {
  test('opens from the answer: every part in order, with its tokens, its words and the page of its passage', async () => {
    const { page, problems } = await roomWithAnswer('Ruang sebab');
    await whyButton(page).click();
    await part(page, 'Passages').waitFor();
    const names = await page.locator('.parts > li > b').allTextContents();
    expect(names.map((name) => name.split(',')[0])).toEqual([
      'Rules',
      'Room brief',
      'Messages',
      'Tools',
      'List of documents',
      'Passages',
      'Question of Ratna',
    ]);
    await part(page, 'Room brief').getByText('Tender Dinkes 2027').waitFor();
    expect(await page.getByRole('img', { name: /of 16,000 tokens/ }).count()).toBe(1);
    await part(page, 'Messages').locator('summary').click();
    await part(page, 'Messages').getByText('Garansi perangkat 36 bulan.').waitFor();
    await page.getByText('Whole answer').waitFor();

    await part(page, 'Passages').getByRole('link', { name: 'Addendum 02.pdf p. 3' }).first().click();
    await page.locator('.viewer').getByText('Rangkap jabatan').first().waitFor();
    await page.keyboard.press('Escape');
    await part(page, 'Passages').waitFor();
    expect(problems).toEqual([]);
  });

  test('comes in the place of a page that lies open, from the answer and from its tab', async () => {
    const { page, problems } = await roomWithAnswer('Ruang halaman terbuka');
    await page.locator('.answer').last().locator('.src').first().click();
    await page.locator('.viewer').getByText('Rangkap jabatan').first().waitFor();
    await whyButton(page).click();
    await part(page, 'Passages').waitFor();
    expect(await page.locator('.viewer').count()).toBe(0);
    expect(new URL(page.url()).search).toBe('');

    await page.getByRole('tab', { name: /^Documents/ }).click();
    await page.locator('#documents').getByRole('link', { name: 'Addendum 02.pdf', exact: true }).click();
    await page.locator('.viewer').waitFor();
    await page.getByRole('tab', { name: 'Memory' }).click();
    await page.locator('#memory').waitFor();
    expect(await page.locator('.viewer').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('needs no mouse, and gives the focus back to where it came from', async () => {
    const { page } = await roomWithAnswer('Ruang papan ketik');
    await whyButton(page).focus();
    await page.keyboard.press('Enter');
    await page.locator('#why #tab-why:focus').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator('#documents #tab-documents:focus').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('#why #tab-why:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#why').waitFor({ state: 'detached' });
    await page.locator('.foot button:focus', { hasText: 'Why this answer' }).waitFor();
  });

  test('says what was deleted since, and no longer what it said', async () => {
    const { room, page } = await roomWithAnswer('Ruang hapus');
    const { items } = await ratna.call<{ items: { id: string; text: string }[] }>(
      'GET',
      `/api/v1/rooms/${room.id}/messages`,
    );
    const said = items.find(({ text }) => text.startsWith('Garansi'))!;
    const client = await ratna.connect();
    await client.ask('message:delete', { messageId: said.id });
    client.close();
    await page.locator('.msg .gone').waitFor();
    await whyButton(page).click();
    await part(page, 'Messages').locator('summary').click();
    await part(page, 'Messages').getByText('Deleted since.').waitFor();
    expect(await page.locator('#why').textContent()).not.toContain('36 bulan');
  });

  test('leads to the message that was given', async () => {
    const { page } = await roomWithAnswer('Ruang lompat');
    await whyButton(page).click();
    await part(page, 'Messages').locator('summary').click();
    await part(page, 'Messages')
      .getByRole('button', { name: /^Ratna/ })
      .click();
    await page.locator('.msg.target, .msg:focus', { hasText: 'Garansi perangkat' }).waitFor();
  });

  test('tells what went wrong, and tries again', async () => {
    // A proposal that comes after the answer would look again by itself.
    const { page } = await roomWithAnswer('Ruang gagal', {}, 'never');
    await page.route('**/context', (route) => route.abort());
    await whyButton(page).click();
    await page.getByRole('alert').getByText('This could not be loaded.').waitFor();
    await page.unroute('**/context');
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await part(page, 'Rules').waitFor();
  });

  test('is a sheet on a phone, whose buttons are large enough for a finger', async () => {
    const { page } = await roomWithAnswer('Ruang saku', { phone: true });
    await whyButton(page).tap();
    const sheet = page.getByRole('dialog', { name: 'Why this answer' });
    await sheet.locator('.parts > li').first().waitFor();
    for (const button of await sheet.locator('header button').all()) {
      const box = await button.boundingBox();
      expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);
    }
    await sheet.getByRole('button', { name: 'Close' }).tap();
    await sheet.waitFor({ state: 'detached' });
  });

  test.each([
    { theme: 'light', language: 'en', phone: false },
    { theme: 'dark', language: 'id', phone: false },
    { theme: 'dark', language: 'en', phone: true },
  ] as const)('axe finds nothing in it: $theme, $language, phone $phone', async (look) => {
    const { page } = await roomWithAnswer('Ruang periksa', { ...look, reducedMotion: true });
    await page.locator('.answer .foot button[aria-expanded]').last().click();
    await page.locator('.parts > li').first().waitFor();
    for (const fold of await page.locator('.parts summary').all()) await fold.click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))).toEqual([]);
  });
});
