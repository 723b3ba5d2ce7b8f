// The questions that a room suggests: written by its leads, used by everybody.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions } from '../support/browser.ts';
import {
  addMember,
  createRoom,
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

async function openTools(
  person: Person,
  room: { id: string },
  [menu, item]: [string, string],
  options: Omit<OpenPageOptions, 'url'> = {},
): Promise<Page> {
  const one = await openRoomAs(browser, product, person, room, options);
  opened.push(one);
  const { page } = one;
  await page.locator('.bar').getByRole('button', { name: menu }).click();
  await page.locator('.popover:popover-open .menu-item', { hasText: item }).click();
  await page.locator('#tools .prompts li').first().waitFor();
  return page;
}

const ENGLISH: [string, string] = ['More', 'What ProjectWise can use'];
const question = (page: Page, text: string) => page.locator('.prompts .ask', { hasText: text });

test('a lead adds, edits and removes them and takes that back; the others see it at once and change nothing', async () => {
  const room = await createRoom(ratna, { name: 'Ruang pertanyaan' });
  await addMember(ratna, room, budi);
  const lead = await openTools(ratna, room, ENGLISH);
  const member = await openTools(budi, room, ENGLISH);
  await lead.getByRole('button', { name: 'Add a question' }).click();
  await lead.getByRole('textbox', { name: 'Question' }).fill('Apa tenggat jaminan penawaran?');
  await lead.keyboard.press('Enter');
  await question(member, 'Apa tenggat jaminan penawaran?').waitFor();
  expect(await member.locator('.prompts .btn').count()).toBe(0);
  expect(await member.getByRole('button', { name: 'Add a question' }).count()).toBe(0);

  await lead.getByRole('button', { name: 'Edit: Apa tenggat jaminan penawaran?' }).click();
  await lead.getByRole('textbox', { name: 'Question' }).fill('Berapa jaminan penawaran?');
  await lead.getByRole('button', { name: 'Save' }).click();
  await question(member, 'Berapa jaminan penawaran?').waitFor();
  await question(member, 'Apa tenggat').waitFor({ state: 'detached' });

  await lead.getByRole('button', { name: 'Remove: Berapa jaminan penawaran?' }).click();
  await question(member, 'Berapa jaminan').waitFor({ state: 'detached' });
  await lead.getByText('Removed for everybody here.').waitFor();
  await lead.keyboard.press('Enter');
  await question(member, 'Berapa jaminan penawaran?').click();
  expect(await member.locator('#composer').inputValue()).toContain('Berapa jaminan penawaran?');
  for (const { problems } of opened) expect(problems).toEqual([]);
});

test.each([
  { theme: 'light', language: 'en', phone: false },
  { theme: 'dark', language: 'id', phone: true },
] as const)('axe finds nothing where they are written: $theme, $language, phone $phone', async (look) => {
  const room = await createRoom(ratna, { name: 'Ruang periksa' });
  await ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { prompts: ['Apa tenggatnya?', 'Berapa pagunya?'] });
  const menu: [string, string] = look.language === 'en' ? ENGLISH : ['Lainnya', 'Yang bisa dipakai ProjectWise'];
  const page = await openTools(ratna, room, menu, look);
  await page.getByRole('button', { name: look.language === 'en' ? /^Edit: Apa/ : /^Ubah: Apa/ }).click();
  await page.getByRole('textbox', { name: look.language === 'en' ? 'Question' : 'Pertanyaan' }).waitFor();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
