// Who comes in, who may do what, who leaves; the list of rooms while things happen elsewhere; one's own account.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, messageRow, openAs, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  PASSWORD,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let browser: Browser;
let product: TestProduct;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open' } });
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

test('a lead changes a role, makes a link and removes a person together with the open links', async () => {
  const ratna = await signUp(product);
  const budi = await signUp(product, 'Budi Santoso');
  const room = await createRoom(ratna, { name: 'Ruang orang' });
  await addMember(ratna, room, budi);
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Reads everything, writes nothing.').waitFor();
  await dialog.getByLabel('Role of Budi Santoso').selectOption('viewer');
  await dialog.getByText('Saved').waitFor();
  await dialog.getByRole('button', { name: 'Create invite link' }).click();
  await dialog.getByText(/Only people on this computer can open this link/).waitFor();

  await dialog.getByRole('button', { name: 'Remove Budi Santoso' }).click();
  expect(await dialog.getByRole('checkbox', { name: /Also withdraw the open invite link/ }).isChecked()).toBe(true);
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByText('No open invite links.').waitFor();
  await eventually(async () => (await dialog.getByText('Budi Santoso').count()) === 0);
  const { items } = await ratna.call<{ items: unknown[] }>('GET', `/api/v1/rooms/${room.id}/invites`);
  expect(items).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test('the list of rooms puts the last active one first, unless the pointer is on it', async () => {
  const ratna = await signUp(product);
  const first = await createRoom(ratna, { name: 'Ruang satu' });
  await createRoom(ratna, { name: 'Ruang dua' });
  const { page, close } = await openRoomAs(browser, product, ratna, first);
  const names = () => page.locator('#rooms li').allTextContents();
  await eventually(async () => (await names()).join() === 'Ruang dua,Ruang satu', 'both rooms');
  await say(page, 'Catatan saya.');
  await eventually(async () => (await names())[0] === 'Ruang satu', 'the room moves up');

  const client = await ratna.connect();
  const dua = (await ratna.call<{ items: { id: string; name: string }[] }>('GET', '/api/v1/rooms')).items.find(
    (room) => room.name === 'Ruang dua',
  );
  await page.locator('#rooms li').first().hover();
  await client.ask('message:send', { roomId: dua?.id ?? '', clientId: newClientId(), text: 'Dari tempat lain.' });
  const told = () => client.facts.some(({ name }) => name === 'room:activity');
  await eventually(told, 'the activity is told');
  expect(await names()).toEqual(['Ruang satu', 'Ruang dua']);
  await page.locator('#composer').hover();
  await eventually(async () => (await names())[0] === 'Ruang dua', 'the list moves afterwards');
  await close();
});

test('a chat gets its title in the list although another room is open', async () => {
  const ratna = await signUp(product);
  const room = await createRoom(ratna, { name: 'Ruang lain' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  const chat = await ratna.call<{ id: string }>('POST', '/api/v1/chat/sessions', {});
  await (await ratna.connect()).ask('message:send', {
    roomId: chat.id,
    clientId: newClientId(),
    text: 'Garansi bank untuk tender pelabuhan',
  });
  await page.locator('#rooms a', { hasText: 'Garansi bank' }).waitFor();
  await close();
});

test('many rooms can be filtered by their name', async () => {
  const ratna = await signUp(product);
  for (let n = 1; n <= 13; n++) await createRoom(ratna, { name: `Tender ${n}` });
  const room = await createRoom(ratna, { name: 'Pelabuhan' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  await page.getByLabel('Filter rooms').fill('pela');
  await eventually(async () => (await page.locator('#rooms li').count()) === 1);
  await page.getByLabel('Filter rooms').press('Escape');
  await eventually(async () => (await page.locator('#rooms li').count()) === 14);
  await close();
});

test('who was chosen to answer stays for the next message, and the focus goes back to the text', async () => {
  const ratna = await signUp(product);
  const budi = await signUp(product);
  const room = await createRoom(ratna, { name: 'Ruang pilihan' });
  await addMember(ratna, room, budi);
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  await page.locator('#composer').fill('Kapan tenggatnya?');
  await page.getByRole('radio', { name: 'Ask ProjectWise' }).click();
  await eventually(() => page.evaluate(`document.activeElement.id === 'composer'`));
  await page.keyboard.press('Enter');
  await page.locator('.answer .foot').first().waitFor();
  await say(page, 'Dan garansinya?');
  await messageRow(page, 'Dan garansinya?').waitFor();
  await page.locator('.answer .foot').nth(1).waitFor();
  await page.getByRole('radio', { name: 'People only' }).click();
  await say(page, 'Budi, lihat ini.');
  await messageRow(page, 'Budi, lihat ini.').waitFor();
  await eventually(() => page.getByRole('radio', { name: 'People only' }).isChecked(), 'the choice that stays');
  // Naming the assistant is stronger than a choice made for an earlier message.
  await say(page, '@ProjectWise tetap dijawab');
  await page.locator('.answer .foot').nth(2).waitFor();
  await close();
});

test('a wrong current password says so at its field; a new one signs the other devices out in the list too', async () => {
  const ratna = await signUp(product);
  const { page, close } = await openAs(browser, product, ratna, '/main');
  await page.getByRole('button', { name: 'Your settings' }).click();
  const rows = page.getByRole('dialog').getByRole('region', { name: 'Where you are signed in' }).locator('li');
  await eventually(async () => (await rows.count()) > 1);
  await rows.first().getByText('This device').waitFor();
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByLabel('Current password').fill('not this one at all');
  await page.getByLabel('New password').fill('another short sentence');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('This is not your current password.').waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Changed. All your other sessions were signed out.').waitFor();
  await eventually(async () => (await rows.count()) === 1);
  await close();
});

test('a new chat that nobody has used yet is opened again instead of making another one', async () => {
  const ratna = await signUp(product);
  const room = await createRoom(ratna, { name: 'Ruang biasa' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  const chats = page.locator('#rooms a', { hasText: 'New chat' });
  await page.getByRole('button', { name: 'New personal chat' }).click();
  await page.getByRole('heading', { name: 'New chat' }).waitFor();
  await page.locator('#rooms a', { hasText: 'Ruang biasa' }).click();
  await page.getByRole('heading', { name: 'Ruang biasa' }).waitFor();
  await page.getByRole('button', { name: 'New personal chat' }).click();
  await page.getByRole('heading', { name: 'New chat' }).waitFor();
  expect(await chats.count()).toBe(1);
  await close();
});

test('a form keeps its place when it says what is missing', async () => {
  const { page, close } = await openPage(browser, { url: `${product.url}/main`, language: 'en' });
  await page.getByRole('button', { name: 'Create an account' }).click();
  const places = () =>
    page.evaluate(
      `[...document.querySelectorAll('input, .btn.primary')].map((one) => one.getBoundingClientRect().top)`,
    );
  const before = await places();
  await page.getByRole('button', { name: 'Create an account' }).first().click();
  await page.getByText('Write your name.').waitFor();
  expect(await places()).toEqual(before);
  await close();
});

test('a dead invite link says what to check, and leads on to signing in or registering', async () => {
  const { page, close } = await openPage(browser, { url: `${product.url}/invite/not-a-code`, language: 'en' });
  await page.getByRole('heading', { name: 'This invite link does not work' }).waitFor();
  await page.getByText(/Check that it is complete/).waitFor();
  await page.getByText('ProjectWise, project rooms for people and one assistant').waitFor();
  await page.getByLabel('Email').waitFor();
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Full name').waitFor();
  await close();
});

test('a person makes an API key, sees it once, and revokes it', async () => {
  const ratna = await signUp(product);
  const room = await createRoom(ratna, { name: 'Ruang kunci' });
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room);
  await page.locator('.rail > footer button').click();
  const keys = page.getByRole('region', { name: 'API keys' });
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await keys.getByText('Say what it is for').waitFor();
  await keys.getByLabel('What is it for?').fill('Skrip laporan');
  await keys.getByLabel('It may').selectOption('write');
  await keys.getByLabel('What is it for?').press('Enter');
  const key = await keys.getByLabel('The key "Skrip laporan"', { exact: true }).inputValue();
  const said = await fetch(`${product.url}/api/v1/rooms/${room.id}/messages`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: 'from-a-script', text: 'Rekap dari skrip' }),
  });
  expect(said.status).toBe(201);
  await messageRow(page, 'Rekap dari skrip').getByText(`Skrip laporan (${ratna.user.fullName})`).waitFor();

  await keys.getByRole('button', { name: 'Revoke the key "Skrip laporan"' }).click();
  await keys.getByRole('button', { name: 'Revoke', exact: true }).click();
  await keys.locator('.people li').waitFor({ state: 'detached' });
  await eventually(async () => (await keys.getByLabel('The key "Skrip laporan"', { exact: true }).count()) === 0);
  const refused = await fetch(`${product.url}/api/v1/rooms`, { headers: { 'x-api-key': key } });
  expect(refused.status).toBe(401);
  expect(problems).toEqual([]);
  await close();
});
