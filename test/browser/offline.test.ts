// Without a network: the app opens, shows what was read, keeps what is written and sends it in order; nothing of it stays when the
// person leaves.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, messageRow, openAs, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage } from '../support/browser.ts';
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
const opened: OpenedPage[] = [];
const installed = { context: { serviceWorkers: 'allow' } } as const;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct();
  [ratna, budi] = await Promise.all([signUp(product), signUp(product)]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

async function roomWith(...texts: string[]) {
  const room = await createRoom(ratna, { name: 'Ruang luring' });
  await addMember(ratna, room, budi);
  const client = await budi.connect();
  for (const text of texts) {
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text, assistant: 'skip' });
  }
  client.close();
  return room;
}

/** Waits until the app and what is read in this room lie on the device. */
async function kept(page: Page, roomId: string): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => 0)');
  await eventually(
    async () => (await keptOnDevice(page)).includes(`room:${roomId}`) && (await keptOnDevice(page)).includes('start'),
    'what was read on the device',
  );
}

const keptOnDevice = (page: Page): Promise<string[]> =>
  page.evaluate(`new Promise((resolve) => {
    const asked = indexedDB.open('projectwise');
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => resolve([]);
    asked.onsuccess = () => {
      const keys = asked.result.transaction('kept').objectStore('kept').getAllKeys();
      keys.onsuccess = () => { asked.result.close(); resolve(keys.result); };
    };
  })`) as Promise<string[]>;

const cachedPaths = (page: Page): Promise<string[]> =>
  page.evaluate(`(async () => {
    const found = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
    return found;
  })()`) as Promise<string[]>;

async function open(person: Person, room: { id: string }): Promise<Page> {
  const one = await openRoomAs(browser, product, person, room, installed);
  opened.push(one);
  return one.page;
}

test('the app can be installed: a manifest, icons of every kind, a page that starts', async () => {
  const one = await openAs(browser, product, ratna, '/main', installed);
  opened.push(one);
  const href = await one.page.locator('link[rel="manifest"]').getAttribute('href');
  const manifest = await (await one.page.request.get(product.url + href)).json();
  expect(manifest).toMatchObject({ start_url: '/main', display: 'standalone', scope: '/' });
  for (const icon of manifest.icons) {
    const answer = await one.page.request.get(product.url + icon.src);
    expect(answer.headers()['content-type']).toBe('image/png');
    const bytes = await answer.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(icon.sizes);
  }
  expect(manifest.icons.map((icon: { purpose: string }) => icon.purpose)).toContain('maskable');
  expect(await one.page.evaluate('navigator.serviceWorker.ready.then(({ scope }) => scope)')).toBe(`${product.url}/`);
  expect(one.problems).toEqual([]);
});

test('a room can be read and written in without a network, over new loads, and everything arrives once and in order', async () => {
  const room = await roomWith('Jadwal aanwijzing sudah keluar.', 'Kamis pukul 10.00.');
  const page = await open(ratna, room);
  await messageRow(page, 'Kamis pukul 10.00.').waitFor();
  await kept(page, room.id);
  await page.context().setOffline(true);
  await page.reload();
  await messageRow(page, 'Kamis pukul 10.00.').waitFor();
  await page.locator('#rooms a', { hasText: 'Ruang luring' }).first().waitFor();
  await say(page, 'Satu, dari bandara.');
  await say(page, 'Dua, dari bandara.');
  await page.locator('.pending').nth(1).waitFor();
  await page.reload();
  await page.getByText('Dua, dari bandara.').waitFor();
  await say(page, 'Tiga, dari bandara.');
  await eventually(async () => (await page.locator('.pending').count()) === 3, 'all three waiting');
  await page.context().setOffline(false);
  await page.waitForSelector('.pending', { state: 'detached' });
  const { items } = await ratna.call<{ items: { text: string; author: { kind: string } }[] }>(
    'GET',
    `/api/v1/rooms/${room.id}/messages`,
  );
  expect(items.filter(({ author }) => author.kind !== 'system').map(({ text }) => text)).toEqual([
    'Jadwal aanwijzing sudah keluar.',
    'Kamis pukul 10.00.',
    'Satu, dari bandara.',
    'Dua, dari bandara.',
    'Tiga, dari bandara.',
  ]);
  expect(await page.locator('.msg .prose').allTextContents()).toEqual(
    items.filter(({ author }) => author.kind !== 'system').map(({ text }) => text),
  );
});

test('what was said meanwhile, changed or deleted, is there after coming back', async () => {
  const room = await roomWith('Akan diubah.', 'Akan dihapus.');
  const page = await open(ratna, room);
  await messageRow(page, 'Akan dihapus.').waitFor();
  await kept(page, room.id);
  await page.goto('about:blank');
  const client = await budi.connect();
  const { messages } = await client.ask('room:join', { roomId: room.id });
  const idOf = (text: string) => messages.find((message) => message.text === text)?.id ?? '';
  await client.ask('message:edit', { messageId: idOf('Akan diubah.'), text: 'Sudah diubah.' });
  await client.ask('message:delete', { messageId: idOf('Akan dihapus.') });
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Baru.', assistant: 'skip' });
  await page.goto(`${product.url}/main/rooms/${room.id}`);
  await messageRow(page, 'Baru.').waitFor();
  await messageRow(page, 'Sudah diubah.').waitFor();
  expect(await page.getByText('Akan dihapus.').count()).toBe(0);
});

test('signing out leaves nothing of the person on the device, and the app keeps no answer of the server', async () => {
  const room = await roomWith('Rahasia dagang.');
  const page = await open(ratna, room);
  await messageRow(page, 'Rahasia dagang.').waitFor();
  await kept(page, room.id);
  const paths = await cachedPaths(page);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !/^\/(main$|assets\/|icon-)/.test(path))).toEqual([]);
  expect(paths.filter((path) => /mermaid|draw-|KaTeX|pdf/.test(path))).toEqual([]);
  await page.locator('.rail > footer button').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByLabel('Email').waitFor();
  await eventually(async () => (await keptOnDevice(page)).length === 0, 'an empty device');
  await page.context().setOffline(true);
  await page.goto(`${product.url}/main/rooms/${room.id}`);
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  expect(await page.getByText('Rahasia dagang.').count()).toBe(0);
});

test('a session that was ended elsewhere is not opened from what the device keeps once the server is heard', async () => {
  const guest = await signUp(product);
  const room = await roomWith('Hanya untuk anggota.');
  await addMember(ratna, room, guest);
  const page = await open(guest, room);
  await messageRow(page, 'Hanya untuk anggota.').waitFor();
  await kept(page, room.id);
  await page.context().setOffline(true);
  await page.reload();
  await messageRow(page, 'Hanya untuk anggota.').waitFor();
  const { items } = await guest.call<{ items: { id: string; userAgent: string }[] }>('GET', '/api/v1/auth/sessions');
  const session = items.find((one) => one.userAgent.includes('Chrome'));
  await guest.call('DELETE', `/api/v1/auth/sessions/${session?.id}`);
  await page.context().setOffline(false);
  await page.getByLabel('Email').waitFor();
  await eventually(async () => (await keptOnDevice(page)).length === 0, 'an empty device');
});

test('a room that was kept opens at the first unread message all the same', async () => {
  const room = await roomWith(...Array.from({ length: 12 }, (_, place) => `Lama ${place}.`));
  const page = await open(ratna, room);
  await messageRow(page, 'Lama 11.').waitFor();
  await kept(page, room.id);
  await eventually(async () => {
    const { unread } = await ratna.call<{ unread: number }>('GET', `/api/v1/rooms/${room.id}`);
    return unread === 0;
  }, 'all read');
  await page.goto('about:blank');
  const client = await budi.connect();
  for (let place = 0; place < 60; place += 1) {
    const text = `Baru ${place}, dengan beberapa kata lagi.`;
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text, assistant: 'skip' });
  }
  await page.goto(`${product.url}/main/rooms/${room.id}`);
  await messageRow(page, 'Baru 59').waitFor();
  await page.locator('.newline').waitFor();
  await eventually(async () => {
    const top = await page.locator('.newline').evaluate((line) => line.getBoundingClientRect().top);
    return top > 0 && top < 300;
  }, 'the first unread message near the top');
});
