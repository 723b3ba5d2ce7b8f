// The palette and the list of keys, by keyboard alone; and on a phone.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { ensureAppBuilt, openRoomAs } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { uploadFile } from '../support/uploads.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;
let first: Room;
let second: Room;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open' } });
  ratna = await signUp(product, 'Ratna Wulandari');
  first = await createRoom(ratna, { name: 'Marabintan Layanan Terpadu' });
  second = await createRoom(ratna, { name: 'Bank Selaras relokasi DC' });
  const body = { clientId: newClientId(), text: 'Garansi perangkat 36 bulan sejak serah terima.', assistant: 'skip' };
  await ratna.call('POST', `/api/v1/rooms/${second.id}/messages`, body);
  await uploadFile(ratna, { name: 'Katalog switch inti.txt', fields: { kind: 'product' } });
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const violations = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
const selected = (page: Page) => page.locator('.palette-hit[aria-selected="true"]');
const active = (page: Page) => page.locator(':focus');

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.palette-hit').first().waitFor();
}

test.each(['light', 'dark'] as const)('finds rooms, messages and actions by keyboard alone, %s', async (theme) => {
  const { page, problems, close } = await openRoomAs(browser, product, ratna, first, { theme });
  await page.locator('#composer').focus();
  await openPalette(page);
  expect(await page.locator('.palette [role="group"]').first().getAttribute('aria-label')).toBe('Recent');
  expect(await violations(page)).toEqual([]);

  // Initials are enough for a room, and a slip is forgiven.
  await page.keyboard.type('selras');
  await eventually(async () => (await selected(page).textContent())?.includes('Bank Selaras'), 'the room');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Bank Selaras relokasi DC' }).waitFor();

  await openPalette(page);
  await page.keyboard.type('garansi per');
  await page.locator('[id^="palette-message-"]').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.locator('.msg.found', { hasText: 'Garansi perangkat' }).waitFor();

  await openPalette(page);
  await page.keyboard.type('katalog');
  await selected(page).getByText('Katalog switch inti').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.palette').waitFor({ state: 'detached' });

  await openPalette(page);
  await page.keyboard.type('pinned');
  await selected(page).getByText('Pinned messages').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Pinned messages' }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('says when nothing is found, and puts a question into the field without sending it', async () => {
  const { page, close } = await openRoomAs(browser, product, ratna, first);
  await openPalette(page);
  await page.keyboard.type('zzqx');
  await page.getByText('Nothing about “zzqx”.').waitFor();
  await selected(page).getByText('Ask ProjectWise: “zzqx”').waitFor();
  await page.keyboard.press('Enter');
  await eventually(async () => (await page.locator('#composer').inputValue()) === '@ProjectWise zzqx', 'the question');
  await page.locator('#composer:focus').waitFor();
  expect(await page.locator('.msg').count()).toBe(0);
  await page.locator('#composer').fill('');
  await close();
});

test('gives the focus back where it came from, and lists all keys', async () => {
  const { page, close } = await openRoomAs(browser, product, ratna, first);
  await page.locator('#timeline').focus();
  await openPalette(page);
  await page.keyboard.press('ArrowUp');
  await selected(page).getByText('Keyboard shortcuts').waitFor();
  await page.keyboard.press('Escape');
  await eventually(async () => (await active(page).getAttribute('id')) === 'timeline', 'the focus');

  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.getByText('Search or jump to anything').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  // In a field it is a letter like any other.
  await page.locator('#composer').focus();
  await page.keyboard.type('Kapan?');
  expect(await page.locator('#composer').inputValue()).toBe('Kapan?');
  await page.locator('#composer').fill('');
  await close();
});

test('opens on a phone from the list of rooms and from a room, as a page of its own', async () => {
  const { page, problems, close } = await openRoomAs(browser, product, ratna, first, { phone: true, language: 'id' });
  await page.getByRole('button', { name: 'Lainnya tentang ruang ini' }).click();
  await page.getByRole('menuitem', { name: 'Cari atau lompat ke' }).click();
  await page.locator('.palette-hit').first().waitFor();
  expect(await violations(page)).toEqual([]);
  const box = await page.locator('.palette-hit').first().boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
  await page.locator('.palette').getByRole('button', { name: 'Tutup' }).click();
  await page.locator('.back').click();
  await page.getByRole('button', { name: 'Cari atau lompat ke' }).click();
  await page.locator('.palette input').fill('bank');
  await page.locator('.palette-hit', { hasText: 'Bank Selaras' }).click();
  await page.getByRole('heading', { name: 'Bank Selaras relokasi DC' }).waitFor();
  expect(problems).toEqual([]);
  await close();
});
