// Somebody who has never seen it, with nothing but what is on the screen: makes a room, invites, asks, stops, finds, changes when it answers.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, lastAnswer, messageRow } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, openPage } from '../support/browser.ts';
import { eventually, startProduct, stopProducts, type TestProduct } from '../support/product.ts';

let browser: Browser;
let product: TestProduct;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=30&tokens=400' } });
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

async function createAccount(page: Page, name: string, email: string, button: string): Promise<void> {
  await page.getByLabel('Full name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('kopi pagi di kantor');
  await page.getByRole('button', { name: button }).click();
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message to/ }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

const close = async (...opened: OpenedPage[]) => {
  for (const one of opened) {
    expect(one.problems).toEqual([]);
    expect(one.foreign).toEqual([]);
    await one.close();
  }
};

test('from the first page to a team that works, with nothing but what is on the screen', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const host = await openPage(browser, { url: product.url, context: { permissions } });
  const { page } = host;
  await createAccount(page, 'Ratna Wulandari', 'ratna@example.test', 'Create account and open the first room');
  await page.getByText('This room is still empty').waitFor();

  // Creates a room.
  await page.getByRole('button', { name: 'New room' }).click();
  const newRoom = page.getByRole('dialog', { name: 'New room' });
  await newRoom.getByLabel('Name').fill('Tender Pelabuhan Rinai');
  await newRoom.getByLabel('What is it about?').fill('Penawaran ditutup 7 Desember.');
  await newRoom.getByRole('button', { name: 'Create room' }).click();
  await page.getByRole('heading', { name: 'Tender Pelabuhan Rinai' }).waitFor();

  // Invites: the way is offered where the room is empty.
  await page.getByRole('button', { name: /Invite the team/ }).click();
  await page.getByRole('button', { name: 'Create invite link' }).click();
  const address = await page.getByLabel('Invite link', { exact: true }).inputValue();
  await page.keyboard.press('Escape');
  const guest = await openPage(browser, { url: address });
  await guest.page.getByText('Tender Pelabuhan Rinai').first().waitFor();
  await createAccount(guest.page, 'Budi Santoso', 'budi@example.test', 'Create account and join');
  await guest.page.getByRole('heading', { name: 'Tender Pelabuhan Rinai' }).waitFor();

  await write(page, 'Surat dukungan pabrikan harus asli, bukan salinan.');
  await messageRow(guest.page, 'Surat dukungan pabrikan').waitFor();
  for (let count = 1; count <= 20; count += 1) await write(guest.page, `Catatan rapat ${count}`);
  await messageRow(page, 'Catatan rapat 20').waitFor();

  // Asks, everybody sees it written, and stops it.
  await page.getByRole('radio', { name: 'Ask ProjectWise' }).check();
  await write(page, 'Apa syarat surat dukungan?');
  const stop = page.getByRole('button', { name: /^Stop/ });
  await stop.waitFor();
  await guest.page.getByRole('button', { name: /^Stop/ }).waitFor();
  await stop.click();
  await lastAnswer(guest.page)
    .getByText(/Stopped by Ratna/)
    .waitFor();

  // Finds the old message from the field that says so.
  await page.getByRole('button', { name: 'Search or jump to' }).click();
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('pabrikan');
  await page.getByRole('option', { name: /Surat dukungan pabrikan harus asli/ }).click();
  await page.locator('.msg.found', { hasText: 'Surat dukungan pabrikan' }).waitFor();

  // Changes when it answers, from where it is said; the others are told.
  await page.getByRole('button', { name: 'ProjectWise answers when mentioned.' }).click();
  const settings = page.getByRole('dialog', { name: 'Room settings' });
  await settings.getByText('When does ProjectWise answer?').waitFor();
  await settings.getByRole('radio', { name: /^Always/ }).check();
  await settings.getByRole('button', { name: 'Save' }).click();
  await guest.page.getByText('Ratna Wulandari changed when ProjectWise answers: always.').waitFor();
  await eventually(
    async () => (await guest.page.locator('.policy').textContent())?.includes('every message'),
    'the policy',
  );
  await close(host, guest);
});
