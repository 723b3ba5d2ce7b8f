// What was not sent is kept: over rooms, over loading the page again, beside an edit; and the line where the reader had stopped.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { ensureAppBuilt, messageRow, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
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

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open' } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const write = (person: Person, room: Room, text: string) =>
  person.call('POST', `/api/v1/rooms/${room.id}/messages`, { clientId: newClientId(), text, assistant: 'skip' });

test('a draft waits in its room, is marked in the list, and survives loading the page again', async () => {
  const first = await createRoom(ratna, { name: 'Ruang draf' });
  const second = await createRoom(ratna, { name: 'Ruang lain' });
  const { page, close } = await openRoomAs(browser, product, ratna, first);
  await page.locator('#composer').fill('Belum selesai');
  await page.locator('#rooms').getByText('Ruang lain').click();
  await page.getByRole('heading', { name: 'Ruang lain' }).waitFor();
  await eventually(async () => (await page.locator('#composer').inputValue()) === '', 'an empty field');
  const link = page.locator('#rooms a', { hasText: 'Ruang draf' });
  await link.getByText('Draft').waitFor();
  await page.reload();
  await page.locator('#rooms a', { hasText: 'Ruang draf' }).getByText('Draft').waitFor();
  await link.click();
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Belum selesai', 'the draft');

  // Sent, it is no draft any more.
  await page.locator('#composer').press('Enter');
  await messageRow(page, 'Belum selesai').waitFor();
  await page.goto(`${product.url}/main/rooms/${second.id}`);
  await link.waitFor();
  expect(await link.getByText('Draft').count()).toBe(0);
  await close();
});

test('what is written in one page of the app stands in another one, and is gone from both once it is sent', async () => {
  const room = await createRoom(ratna, { name: 'Ruang dua halaman' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  const other = await page.context().newPage();
  await other.goto(`${product.url}/main/rooms/${room.id}`);
  const [here, there] = [page.locator('#composer'), other.locator('#composer')];
  await there.waitFor();
  await here.fill('Harga naik');
  await expect.poll(() => there.inputValue()).toBe('Harga naik');
  await there.press('End');
  await there.pressSequentially(' lima persen');
  await expect.poll(() => here.inputValue()).toBe('Harga naik lima persen');
  await here.press('Enter');
  await messageRow(other, 'Harga naik lima persen').waitFor();
  await expect.poll(() => there.inputValue()).toBe('');
  await close();
});

test('what is being written this moment is not replaced by what comes from another page', async () => {
  const room = await createRoom(ratna, { name: 'Ruang bersamaan' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  await page.locator('#composer').waitFor();
  const key = `projectwise.drafts.${ratna.user.id}`;
  const elsewhere = JSON.stringify([[room.id, 'dari halaman lain']]);
  // In one go: the letters that were typed are not stored yet.
  const left = await page.locator('#composer').evaluate(
    (element, [name, stored]) => {
      const field = element as unknown as { value: string; dispatchEvent(event: Event): boolean };
      field.value = 'sedang ditulis';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      const { localStorage, StorageEvent, dispatchEvent } = globalThis as never as {
        localStorage: { setItem(key: string, value: string): void };
        StorageEvent: new (type: string, init: { key: string }) => Event;
        dispatchEvent(event: Event): void;
      };
      localStorage.setItem(name!, stored!);
      dispatchEvent(new StorageEvent('storage', { key: name! }));
      return field.value;
    },
    [key, elsewhere],
  );
  expect(left).toBe('sedang ditulis');
  await page.reload();
  await expect.poll(() => page.locator('#composer').inputValue()).toBe('sedang ditulis');
  await close();
});

test('up in an empty field edits the last message; what was being written before comes back after the edit', async () => {
  const room = await createRoom(ratna, { name: 'Ruang ubah' });
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  await say(page, 'Harga 4,2 miliar');
  await messageRow(page, 'Harga 4,2 miliar').waitFor();
  await page.locator('#composer').press('ArrowUp');
  await page.getByText('Editing your message').waitFor();
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Harga 4,2 miliar', 'the message');
  await page.locator('#composer').press('Escape');

  await page.locator('#composer').fill('Sedang menulis');
  await messageRow(page, 'Harga 4,2 miliar').focus();
  await page.keyboard.press('e');
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Harga 4,2 miliar', 'the edit');
  await page.locator('#composer').fill('Harga 4,3 miliar');
  await page.locator('#composer').press('Enter');
  await messageRow(page, 'Harga 4,3 miliar').waitFor();
  await eventually(async () => (await page.locator('#composer').inputValue()) === 'Sedang menulis', 'the draft');
  await close();
});

test('with more unread than is shown a button leads to the first of it', async () => {
  const room = await createRoom(ratna, { name: 'Ruang ramai' });
  await addMember(ratna, room, budi);
  await write(ratna, room, 'Sudah dibaca semua orang');
  const joined = await budi.connect();
  await joined.ask('room:read', { roomId: room.id, seq: 100 });
  for (let count = 1; count <= 70; count += 1) await write(ratna, room, `Kabar nomor ${count}.`);
  const { page, problems, close } = await openRoomAs(browser, product, budi, room);
  await messageRow(page, 'Kabar nomor 70.').waitFor();
  expect(await page.locator('.newline').count()).toBe(0);
  await page.getByRole('button', { name: /new.*jump to the first/ }).click();
  await page.locator('.msg.found', { hasText: 'Kabar nomor 1.' }).waitFor();
  const line = page.locator('.newline');
  await line.waitFor();
  expect(await line.textContent()).toMatch(/new/);
  await page.getByRole('button', { name: /jump to the first/ }).waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
  joined.close();
  await close();
});
