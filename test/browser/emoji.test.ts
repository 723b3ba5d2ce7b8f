// Emoji in what is written and as reactions; and what the assistant can use in a room, with questions that fit.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, messageRow, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import { readingTool, serversFile, startFakeToolServer, stopFakeToolServers } from '../support/fake-tool-server.ts';
import {
  createRoom,
  eventually,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { writingTool } from '../support/tool-room.ts';
import { uploadFile } from '../support/uploads.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  const fake = await startFakeToolServer({ tools: [readingTool('get_sheet'), writingTool('send_offer')] });
  const file = serversFile({ pricing: { url: fake.url, trust: true, writingTools: 'ask' } });
  const env = { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open', MCP_SERVERS_FILE: file };
  product = await startProduct({ env });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
  await stopFakeToolServers();
});

const violations = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);

test('emoji are found by their names in both languages and put where the caret is, without any foreign request', async () => {
  const room = await createRoom(ratna, { name: 'Ruang emoji' });
  const { page, problems, foreign, close } = await openRoomAs(browser, product, ratna, room);
  await page.locator('#composer').fill('Bagus ');
  await page.getByRole('button', { name: 'Emoji' }).click();
  const search = page.getByRole('textbox', { name: 'Search emoji' });
  await page.locator('.emoji-row button').nth(40).waitFor();
  expect(await violations(page)).toEqual([]);
  for (const name of ['rocket', 'roket']) {
    await search.fill(name);
    await page.getByRole('button', { name: 'rocket', exact: true }).waitFor();
  }
  await search.press('Enter');
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Bagus 🚀', 'the emoji');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.getByText('Used lately').waitFor();
  await page.locator('input:focus').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Bagus 🚀🚀', 'the emoji again');
  expect([...problems, ...foreign]).toEqual([]);
  await page.locator('#composer').fill('');
  await close();
});

test('any emoji can be a reaction', async () => {
  const room = await createRoom(ratna, { name: 'Ruang reaksi' });
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room);
  await say(page, 'Kita menang');
  await messageRow(page, 'Kita menang').focus();
  await page.locator('.tools').waitFor();
  await page.keyboard.press('+');
  await page.getByRole('button', { name: 'All emoji' }).click();
  await page.getByRole('textbox', { name: 'Search emoji' }).fill('trophy');
  await page.getByRole('button', { name: 'trophy', exact: true }).click();
  await messageRow(page, 'Kita menang').getByRole('button', { name: /🏆 1/ }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('the tools of a room are told with what they may do, and a question that fits goes into the field', async () => {
  const room = await createRoom(ratna, { name: 'Ruang alat' });
  await uploadFile(ratna, { name: 'KAK Rinai.txt', fields: { kind: 'tor', roomId: room.id } });
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room);
  await page.getByRole('button', { name: 'More about this room' }).click();
  await page.getByRole('menuitem', { name: 'What ProjectWise can use' }).click();
  const panel = page.locator('#tools');
  const sheet = panel.locator('.tool', { hasText: 'get_sheet' });
  await sheet.getByText('reads', { exact: true }).waitFor();
  const offer = panel.locator('.tool', { hasText: 'send_offer' });
  await offer.getByText('changes things').waitFor();
  await offer.getByText('asks you first').waitFor();
  await panel.getByText(/List every requirement in KAK Rinai.txt/).waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByText(/List every requirement in KAK Rinai.txt/).click();
  const text = '@ProjectWise List every requirement in KAK Rinai.txt with clause and page, as a table.';
  await eventually(async () => (await page.locator('#composer').inputValue()) === text, 'the question');
  await page.locator('.composer .file', { hasText: 'KAK Rinai.txt' }).waitFor();
  expect(await page.locator('.msg').count()).toBe(0);
  await page.keyboard.press('F6');
  await page.keyboard.press('F6');
  expect(problems).toEqual([]);
  await close();
});
