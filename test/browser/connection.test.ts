// Bad connections: nothing is lost, nothing is doubled, and the page says in one line what is going on.
import type { Browser, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, liveText, messageRow, openAs, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage } from '../support/browser.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  PASSWORD,
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
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=12&tokens=300' }, limits: { sendsBurst: 1_000 } });
  [ratna, budi] = await Promise.all([signUp(product), signUp(product)]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

async function roomFor(...people: Person[]) {
  const room = await createRoom(ratna, { name: 'Ruang sambungan' });
  for (const person of people) await addMember(ratna, room, person);
  return room;
}

async function open(person: Person, room: { id: string }): Promise<OpenedPage> {
  const one = await openRoomAs(browser, product, person, room);
  opened.push(one);
  return one;
}

test('who loses the connection in the middle of an answer ends with the same text as everybody', async () => {
  // It goes on until everybody has seen it, and somebody stops it.
  const endless = await startProduct({ env: { LLM_URL: 'offline:?delayMs=12&tokens=20000' } });
  const [host, guest] = await Promise.all([signUp(endless), signUp(endless)]);
  const room = await createRoom(host, { name: 'Ruang sambungan' });
  await addMember(host, room, guest);
  const [steady, shaky] = [
    await openRoomAs(browser, endless, host, room),
    await openRoomAs(browser, endless, guest, room),
  ];
  opened.push(steady, shaky);
  await say(steady.page, '@ProjectWise jelaskan');
  await liveText(shaky.page, 60);
  await shaky.page.context().setOffline(true);
  await shaky.page.getByText('The rest arrives when you are back').waitFor();
  await shaky.page.getByText(/^Offline since/).waitFor();
  // Nobody knows who is here and how the answer goes on.
  expect(await shaky.page.locator('.writing, .av[data-on]').count()).toBe(0);
  expect(await shaky.page.getByText('You would be next.').count()).toBe(0);
  const before = Number(await steady.page.evaluate(`document.querySelector('.answer .prose').textContent.length`));
  await liveText(steady.page, before + 60);
  await shaky.page.context().setOffline(false);
  await shaky.page.waitForSelector('.banner', { state: 'detached' });
  await liveText(shaky.page, before);

  await steady.page.getByRole('button', { name: 'Stop this answer' }).click();
  const text = await finishedAnswer(steady.page);
  expect(text.length).toBeGreaterThan(before + 60);
  expect(await finishedAnswer(shaky.page)).toBe(text);
  expect(await shaky.page.locator('.answer').count()).toBe(1);
});

test('what is written without a connection is kept, also over a new load, and sent once in order', async () => {
  const room = await roomFor(budi);
  const writer = await open(ratna, room);
  const reader = await open(budi, room);
  await writer.page.context().setOffline(true);
  await writer.page.getByText(/^Offline since/).waitFor();
  await say(writer.page, 'Pertama, selagi luring.');
  await say(writer.page, 'Kedua, selagi luring.');
  await eventually(async () => (await writer.page.getByText('Will be sent').count()) === 2, 'both waiting');
  await writer.page.context().setOffline(false);
  await writer.page.reload();
  for (const { page } of [reader, writer]) await messageRow(page, 'Kedua, selagi luring.').waitFor();
  await writer.page.waitForSelector('.pending', { state: 'detached' });
  for (const { page } of [writer, reader]) {
    const texts = await page.locator('.msg .prose').allTextContents();
    expect(texts).toEqual(['Pertama, selagi luring.', 'Kedua, selagi luring.']);
  }
});

test('a message whose acknowledgement was lost can be tried again and is one message', async () => {
  const room = await roomFor(budi);
  const reader = await open(budi, room);
  let isDeaf = false;
  const one = await openAs(browser, product, ratna, '/main');
  opened.push(one);
  const { page } = one;
  await page.clock.install();
  await page.routeWebSocket(/socket\.io/, (route: WebSocketRoute) => {
    const server = route.connectToServer();
    route.onMessage((frame) => server.send(frame));
    server.onMessage((frame) => {
      // Engine pings are a bare "2": only what the room says is lost.
      if (!isDeaf || frame === '2') route.send(frame);
    });
  });
  await page.goto(`${product.url}/main/rooms/${room.id}`);
  await page.waitForSelector('.composer form');
  await page.getByRole('heading', { name: 'This room is still empty' }).waitFor();
  isDeaf = true;
  await say(page, 'Sekali saja.');
  await messageRow(reader.page, 'Sekali saja.').waitFor();
  await page.clock.fastForward(10_100);
  await page.getByText('Not sent: no reply from the server in 10 seconds.').waitFor();
  isDeaf = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForSelector('.pending', { state: 'detached' });
  // The next fact shows the gap, the page joins again and has everything once.
  await (await budi.connect()).ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Sudah sampai.' });
  await messageRow(page, 'Sudah sampai.').waitFor();
  expect(await messageRow(page, 'Sekali saja.').count()).toBe(1);
  expect(await messageRow(reader.page, 'Sekali saja.').count()).toBe(1);
});

test('a session that ends elsewhere leads to the sign-in page with a sentence, and back to the room', async () => {
  const guest = await signUp(product);
  const room = await roomFor(guest);
  const { page } = await open(guest, room);
  const { items } = await guest.call<{ items: { id: string; userAgent: string }[] }>('GET', '/api/v1/auth/sessions');
  const session = items.find((one) => one.userAgent.includes('Chrome'));
  await guest.call('DELETE', `/api/v1/auth/sessions/${session?.id}`);
  await page.getByText('You were signed out.').waitFor();
  await page.getByLabel('Email').fill(guest.user.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Ruang sambungan' }).waitFor();
});

test('who is removed from a room sees a sentence instead of it, at once', async () => {
  const guest = await signUp(product);
  const room = await roomFor(guest);
  const { page } = await open(guest, room);
  await ratna.call('DELETE', `/api/v1/rooms/${room.id}/members/${guest.user.id}`);
  await page.getByText('You are no longer a member of this room, or it was deleted.').waitFor();
  await eventually(async () => (await page.locator('#rooms li').count()) === 0);
});

test('a server that stops says so, and the page waits for it', async () => {
  const short = await startProduct();
  const person = await signUp(short);
  const room = await createRoom(person, { name: 'Ruang sebentar' });
  const one = await openRoomAs(browser, short, person, room);
  opened.push(one);
  await one.page.getByRole('heading', { name: 'This room is still empty' }).waitFor();
  await short.stop();
  await one.page.getByText('The server is restarting.').waitFor();
  await one.page.getByRole('button', { name: 'Try now' }).click();
  await one.page.getByText('What you write is kept and sent when you are back.').waitFor();
});

test('a long history is paged in blocks, keeps the place of the reader, and is dropped again at the end', async () => {
  const room = await roomFor(budi);
  const client = await budi.connect();
  for (let n = 1; n <= 260; n++) {
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: `Catatan nomor ${n}.` });
  }
  const { page } = await open(ratna, room);
  await messageRow(page, 'Catatan nomor 260.').waitFor();
  const rows = () => page.locator('[data-message]').count();
  expect(await rows()).toBeLessThanOrEqual(200);
  const timeline = page.locator('#timeline');
  await timeline.focus();
  // The row at the top stays on its line while a block is put above it.
  const before = await page.evaluate(`(() => {
    const timeline = document.getElementById('timeline');
    timeline.scrollTop = 700;
    const top = timeline.getBoundingClientRect().top;
    window.read = [...document.querySelectorAll('[data-message]')].find((row) => row.getBoundingClientRect().bottom > top + 14);
    window.first = document.querySelector('[data-message]').textContent;
    return window.read.getBoundingClientRect().top;
  })()`);
  await eventually(() => page.evaluate(`document.querySelector('[data-message]').textContent !== window.first`));
  const moved = async () =>
    Math.abs(Number(await page.evaluate('window.read.getBoundingClientRect().top')) - Number(before));
  await eventually(async () => (await moved()) < 2, 'the row on its line');
  for (let pages = 0; pages < 8 && (await messageRow(page, 'Catatan nomor 1.').count()) === 0; pages++) {
    const first = await page.locator('[data-message]').first().textContent();
    await timeline.press('Home');
    await page.evaluate(`document.getElementById('timeline').scrollTop = 0`);
    // The last block may have come just before its first row was looked at.
    await eventually(
      async () =>
        (await page.locator('[data-message]').first().textContent()) !== first ||
        (await messageRow(page, 'Catatan nomor 1.').count()) > 0,
    );
  }
  await messageRow(page, 'Catatan nomor 1.').waitFor();
  // And the line that says who was added.
  await eventually(async () => (await rows()) === 261, 'all of them');
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await eventually(async () => (await rows()) === 200, 'the older rows are dropped');
  await page.getByRole('button', { name: 'Search in this room' }).click();
  await page.locator('#search input').fill('nomor 3');
  await page.locator('.hits button', { hasText: 'Catatan nomor 3.' }).click();
  await eventually(() =>
    page.evaluate(
      `document.activeElement.matches('.msg') && document.activeElement.textContent.includes('Catatan nomor 3.')`,
    ),
  );
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Yang terbaru.' });
  expect(await messageRow(page, 'Yang terbaru.').count()).toBe(0);
  await page.getByRole('button', { name: /jump to latest/i }).click();
  await messageRow(page, 'Yang terbaru.').waitFor();
});
