// Messages that are kept in sight, passed on, linked to, copied and quoted.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message, Room } from '../../src/protocol/models.ts';
import { composerHolds, ensureAppBuilt, messageRow, openAs, openRoomAs } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import { putCitedAnswer } from '../support/cited-answer.ts';
import {
  addMember,
  createRoom,
  eventually,
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
let eve: Person;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open' } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
  eve = await signUp(product, 'Eve Luar');
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const violations = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
const write = async (person: Person, room: Room, text: string) => {
  const body = { clientId: newClientId(), text, assistant: 'skip' };
  return (await person.call<{ message: Message }>('POST', `/api/v1/rooms/${room.id}/messages`, body)).message;
};
const clipboard = { context: { permissions: ['clipboard-read', 'clipboard-write'] } };
const copied = (page: Page) => page.evaluate('navigator.clipboard.readText()') as Promise<string>;

async function choose(page: Page, text: string, action: string): Promise<void> {
  await page.locator('.msg', { hasText: text }).last().hover();
  await page.locator('.tools').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

test('a pin is seen by everybody at once, found again in its list, and taken off there', async () => {
  const room = await createRoom(ratna, { name: 'Ruang sematan' });
  await addMember(ratna, room, budi, 'viewer');
  await write(ratna, room, 'Penawaran ditutup 7 Desember pukul 14.00.');
  for (let count = 0; count < 30; count += 1) await write(ratna, room, `Lain-lain ${count}`);
  const lead = await openRoomAs(browser, product, ratna, room);
  const viewer = await openRoomAs(browser, product, budi, room);
  await choose(lead.page, 'Penawaran ditutup', 'Pin');
  for (const { page } of [lead, viewer]) await page.getByText('Pinned by Ratna Wulandari').waitFor();

  await viewer.page.getByRole('button', { name: 'More about this room' }).click();
  await viewer.page.getByRole('menuitem', { name: 'Pinned messages' }).click();
  const pins = viewer.page.locator('#pins');
  await pins.getByText('Penawaran ditutup 7 Desember').waitFor();
  expect(await violations(viewer.page)).toEqual([]);
  expect(await pins.getByRole('button', { name: /Take off/ }).count()).toBe(0);
  await pins.getByText('Penawaran ditutup 7 Desember').click();
  await viewer.page.locator('.msg.found', { hasText: 'Penawaran ditutup' }).waitFor();

  await lead.page.getByRole('button', { name: 'Pinned by Ratna Wulandari' }).click();
  await lead.page.getByRole('button', { name: 'Take off the message of Ratna Wulandari' }).click();
  for (const { page } of [lead, viewer]) await page.locator('#pins').getByText('Nothing is pinned here yet.').waitFor();
  await lead.page.keyboard.press('Escape');
  await lead.page.locator('#pins').waitFor({ state: 'detached' });
  expect([...lead.problems, ...viewer.problems]).toEqual([]);
  await lead.close();
  await viewer.close();
});

test('a message is forwarded by keyboard; who is not in its room does not learn the name of that room', async () => {
  const from = await createRoom(ratna, { name: 'Ruang rahasia harga' });
  const to = await createRoom(ratna, { name: 'Ruang tujuan' });
  await addMember(ratna, to, budi);
  await write(ratna, from, 'Diskon pabrikan 12 persen.');
  const { page, problems, close } = await openRoomAs(browser, product, ratna, from);
  await messageRow(page, 'Diskon pabrikan').focus();
  await page.keyboard.press('f');
  const dialog = page.getByRole('dialog', { name: 'Forward a message' });
  await dialog.getByText('Ruang tujuan').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Forward', exact: true }).click();
  await dialog.getByRole('alert').getByText('Choose a room.').waitFor();
  await dialog.getByRole('radio').first().focus();
  await page.keyboard.press('Space');
  await dialog.getByLabel('Add something (optional)').fill('Untuk Budi');
  await page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Forward', exact: true }).press('Enter');
  await page.getByText('Forwarded to Ruang tujuan.').waitFor();
  await page.getByRole('button', { name: 'Open the room' }).click();
  const row = messageRow(page, 'Untuk Budi');
  await row.getByRole('link', { name: 'Forwarded from Ruang rahasia harga' }).waitFor();
  expect(await row.locator('blockquote').textContent()).toContain('Diskon pabrikan 12 persen.');

  const other = await openRoomAs(browser, product, budi, to);
  const seen = messageRow(other.page, 'Untuk Budi');
  await seen.getByText('Forwarded', { exact: true }).waitFor();
  expect(await other.page.content()).not.toContain('rahasia harga');
  await row.getByRole('link', { name: 'Forwarded from Ruang rahasia harga' }).click();
  await page.locator('.msg.found', { hasText: 'Diskon pabrikan' }).waitFor();
  expect([...problems, ...other.problems]).toEqual([]);
  await close();
  await other.close();
});

test('a link opens the room at its message; for a stranger nothing is there, and a dead one says so', async () => {
  const room = await createRoom(ratna, { name: 'Ruang tautan' });
  await write(ratna, room, 'Alamat tujuan tautan');
  for (let count = 0; count < 80; count += 1) await write(ratna, room, `Setelahnya ${count}`);
  const { page, close } = await openRoomAs(browser, product, ratna, room, clipboard);
  await page.locator('#timeline').press('End');
  await choose(page, 'Setelahnya 79', 'Copy link');
  expect(await copied(page)).toMatch(new RegExp(`/main/rooms/${room.id}\\?message=`));
  const { items } = await ratna.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages?afterSeq=0`);
  const path = `/main/rooms/${room.id}?message=${items.find(({ text }) => text === 'Alamat tujuan tautan')?.id}`;
  await page.goto(product.url + path);
  await page.locator('.msg.found', { hasText: 'Alamat tujuan tautan' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.goto(`${product.url}/main/rooms/${room.id}?message=unknown`);
  await page.getByRole('alert').getByText('The message this link leads to is not here any more.').waitFor();
  await close();

  const stranger = await openAs(browser, product, eve, path);
  await stranger.page.getByRole('heading', { name: 'This room is not here' }).waitFor();
  expect(await stranger.page.content()).not.toContain('Ruang tautan');
  await stranger.close();
});

test('an answer is copied as Markdown with its sources, and as plain words', async () => {
  const room = await createRoom(ratna, { name: 'Ruang salin' });
  await putCitedAnswer(product, ratna, room, '**Garansi** 36 bulan[1].', [
    { documentId: 'd', documentName: 'KAK.pdf', page: 12, quote: 'garansi 36 bulan' },
  ]);
  const { page, close } = await openRoomAs(browser, product, ratna, room, clipboard);
  await choose(page, 'Garansi 36 bulan', 'Copy as Markdown');
  await eventually(async () => (await copied(page)) === '**Garansi** 36 bulan[1].\n\n- [1] KAK.pdf, p. 12', 'Markdown');
  await choose(page, 'Garansi 36 bulan', 'Copy text');
  await eventually(async () => /^Garansi 36 bulan/.test(await copied(page)), 'plain words');
  await close();
});

test('selected words of a message are quoted in a reply', async () => {
  const room = await createRoom(ratna, { name: 'Ruang kutip' });
  await write(ratna, room, 'Harga naik, tetapi jadwal tetap.');
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room);
  const prose = messageRow(page, 'Harga naik').locator('.prose p');
  await prose.dblclick({ position: { x: 12, y: 10 } });
  await page.getByRole('button', { name: 'Quote' }).click();
  await page.getByText('Replying to Ratna Wulandari').waitFor();
  await composerHolds(page, '> Harga\n\n');
  await page.keyboard.type('Setuju.');
  await page.keyboard.press('Enter');
  const reply = messageRow(page, 'Setuju.');
  await reply.locator('blockquote').getByText('Harga', { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await close();
});
