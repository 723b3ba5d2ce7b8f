// The main job in a real browser: the first account, a room, two people, one answer that both see being written.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ensureAppBuilt,
  finishedAnswer,
  lastAnswer,
  liveText,
  messageRow,
  openRoomAs,
  say,
} from '../support/app-page.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
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
  // Long enough for both to see it while it is written.
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=20&tokens=250', REGISTRATION: 'invite' } });
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

test('a newcomer makes the first account, asks in the first room, and a second person joins by link and sees the same', async () => {
  const first = await openPage(browser, { url: `${product.url}/main`, language: 'en' });
  const { page } = first;
  await page.getByLabel('Full name').fill('Ratna Wulandari');
  await page.getByLabel('Email').fill('ratna@nusakarya.example');
  await page.getByLabel('Password', { exact: true }).fill('a short sentence works');
  await page.getByRole('button', { name: 'Create account and open the first room' }).click();
  await page.getByRole('heading', { name: 'First room' }).waitFor();
  await page.getByRole('heading', { name: 'This room is still empty' }).waitFor();

  await page.getByRole('button', { name: 'Invite the team' }).click();
  await page.getByRole('button', { name: 'Create invite link' }).click();
  const link = await page.getByLabel('Invite link', { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^${product.url}/invite/`));
  await page.keyboard.press('Escape');

  const second = await openPage(browser, { url: link, language: 'id' });
  await second.page.getByRole('heading', { name: 'First room' }).waitFor();
  await second.page.getByLabel('Nama lengkap').fill('Budi Santoso');
  await second.page.getByLabel('Email').fill('budi@nusakarya.example');
  await second.page.getByLabel('Kata sandi', { exact: true }).fill('kalimat pendek saja');
  await second.page.getByRole('button', { name: 'Buat akun dan masuk ke ruang' }).click();
  await second.page.waitForSelector('#timeline');

  // The room says so to both, in the language of each.
  await page.locator('.sys', { hasText: 'Budi Santoso joined.' }).waitFor();
  await second.page.locator('.sys', { hasText: 'Budi Santoso bergabung.' }).waitFor();

  await say(page, '@ProjectWise apa yang sudah kita putuskan?');
  // Both see it while it is being written, with the means to stop it.
  await page.getByRole('button', { name: 'Stop this answer' }).waitFor();
  await second.page.getByRole('button', { name: 'Hentikan jawaban ini' }).waitFor();
  await liveText(second.page, 20);
  const text = await finishedAnswer(page);
  expect(text.length).toBeGreaterThan(200);
  expect(await finishedAnswer(second.page)).toBe(text);
  await lastAnswer(page).getByText('Built-in responder', { exact: true }).waitFor();
  await lastAnswer(second.page).getByText('untuk Ratna').waitFor();

  expect([...first.problems, ...second.problems]).toEqual([]);
  expect([...first.foreign, ...second.foreign]).toEqual([]);
  await first.close();
  await second.close();
});

test('people talk, reply, react, edit, delete and find, and everybody sees it', async () => {
  const open = await startProduct();
  const ratna = await signUp(open);
  const budi = await signUp(open);
  const room = await createRoom(ratna, { name: 'Ruang bicara' });
  await addMember(ratna, room, budi);
  const a = await openRoomAs(browser, open, ratna, room);
  const b = await openRoomAs(browser, open, budi, room);

  await say(a.page, 'Jadwal rev 2 sudah di meja.');
  await messageRow(b.page, 'Jadwal rev 2').waitFor();
  await messageRow(b.page, 'Jadwal rev 2').hover();
  await b.page.getByRole('button', { name: 'Reply' }).click();
  await say(b.page, 'Saya cek siang ini.');
  await messageRow(a.page, 'Saya cek siang ini').locator('.quote', { hasText: 'Jadwal rev 2' }).waitFor();

  await messageRow(a.page, 'Saya cek siang ini').hover();
  await a.page.locator('.tools button[popovertarget]').first().click();
  await a.page.getByRole('button', { name: '👍' }).click();
  await messageRow(b.page, 'Saya cek siang ini').getByRole('button', { name: '👍 1' }).waitFor();

  await b.page.locator('#composer').press('ArrowUp');
  await eventually(async () => (await b.page.locator('#composer').inputValue()) === 'Saya cek siang ini.');
  await b.page.locator('#composer').fill('Saya cek sore ini.');
  await b.page.locator('#composer').press('Enter');
  await messageRow(a.page, 'Saya cek sore ini').getByText('edited').waitFor();

  await a.page.getByRole('button', { name: 'Search in this room' }).click();
  await a.page.locator('#search input').fill('jadwal');
  await a.page.locator('.hits mark', { hasText: 'Jadwal' }).waitFor();
  await a.page.locator('.hits button').first().click();
  await eventually(() => a.page.evaluate(`document.activeElement.textContent.includes('Jadwal rev 2')`));
  await a.page.locator('#search').getByRole('button', { name: 'Close' }).click();

  await say(b.page, '@ProjectWise di mana jadwal rev 2?');
  const steps = lastAnswer(b.page).locator('.steps button');
  await steps.waitFor();
  await finishedAnswer(b.page);
  const words = `document.querySelector('.answer .prose').getBoundingClientRect().top`;
  const before = await b.page.evaluate(words);
  await steps.click();
  await b.page.getByText(/^\d found for “/).waitFor();
  expect(await b.page.evaluate(words)).toBe(before);

  await messageRow(a.page, 'Jadwal rev 2 sudah').first().hover();
  await a.page.locator('.tools').getByRole('button', { name: 'More' }).click();
  await a.page.getByRole('menuitem', { name: 'Delete' }).click();
  await a.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await b.page.getByText('Message deleted').waitFor();

  expect([...a.problems, ...b.problems]).toEqual([]);
  await a.close();
  await b.close();
});

test('the list of rooms tells what is unread, who was mentioned and where an answer is being written', async () => {
  const busy = await startProduct({ env: { LLM_URL: 'offline:?delayMs=15&tokens=20000' } });
  const ratna = await signUp(busy, 'Ratna Wulandari');
  const budi = await signUp(busy);
  const here = await createRoom(ratna, { name: 'Ruang sini' });
  const there = await createRoom(ratna, { name: 'Ruang sana' });
  await addMember(ratna, there, budi);
  const { page, close } = await openRoomAs(browser, busy, ratna, here);
  const client = await budi.connect();
  const tell = (text: string) => client.ask('message:send', { roomId: there.id, clientId: newClientId(), text });
  await tell('Satu kabar.');
  const link = page.locator('.rail a', { hasText: 'Ruang sana' });
  await link.getByText('1 unread').waitFor();
  await tell(`@${ratna.user.handle} tolong lihat.`);
  await link.getByText('1 mention of you').waitFor();
  await link.click();
  await page.locator('.newline', { hasText: '2 new' }).waitFor();
  await page.locator('.at.me').waitFor();
  await page.locator('.rail a', { hasText: 'Ruang sini' }).click();
  await page.getByRole('heading', { name: 'Ruang sini' }).waitFor();
  await tell('@ProjectWise ceritakan');
  await link.getByRole('img', { name: 'ProjectWise is answering' }).waitFor();
  const { turns } = await client.ask('room:join', { roomId: there.id });
  await client.ask('turn:stop', { turnId: turns[0]!.id });
  await createRoom(budi, { name: 'Ruang baru' }).then((room) => addMember(budi, room, ratna));
  await page.locator('.rail a', { hasText: 'Ruang baru' }).waitFor();
  await close();
});

test('anyone may stop an answer; what was said stays, and it can be asked again', async () => {
  const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=20&tokens=20000' } });
  const ratna = await signUp(slow);
  const budi = await signUp(slow);
  const room = await createRoom(ratna, { name: 'Ruang henti' });
  await addMember(ratna, room, budi);
  const a = await openRoomAs(browser, slow, ratna, room);
  const b = await openRoomAs(browser, slow, budi, room);
  await say(a.page, '@ProjectWise jelaskan semuanya');
  await liveText(b.page, 40);
  await say(b.page, '@ProjectWise dan ini?');
  await b.page.locator('.queue').getByRole('button', { name: 'Cancel my question' }).waitFor();
  await b.page.getByText('Your question is next.').waitFor();
  await b.page.getByRole('button', { name: 'Cancel my question' }).click();
  await b.page.waitForSelector('.queue', { state: 'detached' });
  // What goes away with the focus on it leaves it where the keyboard goes on.
  await b.page.locator('#timeline:focus').waitFor();

  await b.page.getByRole('button', { name: 'Stop this answer' }).click();
  await a.page.getByText('This answer is not complete.').waitFor();
  await b.page.waitForSelector('.answer .foot');
  await b.page.locator('.answer:focus').waitFor();
  const text = await finishedAnswer(a.page);
  expect(text.length).toBeGreaterThan(40);
  expect(await finishedAnswer(b.page)).toBe(text);

  await lastAnswer(a.page).getByRole('button', { name: 'Try again' }).click();
  await a.page.getByText('asked again').waitFor();
  await a.page.locator('#composer').press('Control+.');
  await a.page.waitForSelector('.answer.live', { state: 'detached' });
  expect(await a.page.locator('.answer').count()).toBe(2);
  expect([...a.problems, ...b.problems]).toEqual([]);
  await a.close();
  await b.close();
});

test('a failed answer keeps its words and says in each reader’s language what happened', async () => {
  const failing = await startProduct({
    env: { LLM_URL: 'offline:?delayMs=0&failAfter=12&failKind=cut_off', REGISTRATION: 'open' },
  });
  const ratna = await signUp(failing);
  const budi = await signUp(failing);
  const room = await createRoom(ratna, { name: 'Ruang gagal' });
  await addMember(ratna, room, budi);
  const a = await openRoomAs(browser, failing, ratna, room);
  const b = await openRoomAs(browser, failing, budi, room, { language: 'id' });
  await say(a.page, '@ProjectWise jelaskan');
  await lastAnswer(a.page).getByText('The connection to the model broke off.').waitFor();
  await lastAnswer(b.page).getByText('Sambungan ke model terputus.').waitFor();
  expect((await lastAnswer(a.page).locator('.prose').textContent())?.length).toBeGreaterThan(10);
  await a.close();
  await b.close();
});

test('an answer that failed before its first word ends with what happened, and nothing empty below it', async () => {
  const failing = await startProduct({ env: { LLM_URL: 'offline:?failAfter=0&failKind=auth' } });
  const ratna = await signUp(failing);
  const room = await createRoom(ratna, { name: 'Ruang kunci' });
  const { page, close } = await openRoomAs(browser, failing, ratna, room);
  await say(page, '@ProjectWise jelaskan');
  await lastAnswer(page).getByText('The model refused our key.').waitFor();
  // Nothing but what it was made from.
  expect(await page.locator('.answer .foot').textContent()).toBe('Why this answer');
  await close();
});

/** What changes outside the words of the live answer while it grows by so many characters. */
const CHANGES_OUTSIDE = `async (characters) => {
  const prose = document.querySelector('.answer.live .prose');
  const changed = [];
  const observer = new MutationObserver((records) => {
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      // The rail may say once that an answer runs, and how long the connection takes.
      if (element && !prose.contains(element) && !element.closest('.rail')) changed.push(element.outerHTML.slice(0, 80));
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  const start = prose.textContent.length;
  await new Promise((resolve) => {
    const look = () => (prose.textContent.length > start + characters ? resolve() : requestAnimationFrame(look));
    look();
  });
  observer.disconnect();
  return changed;
}`;

test('a delta changes the last block of the live answer and nothing else in the document', async () => {
  const steady = await startProduct({ env: { LLM_URL: 'offline:?delayMs=6&tokens=20000' } });
  const ratna = await signUp(steady);
  const room = await createRoom(ratna, { name: 'Ruang tenang' });
  const { page, close } = await openRoomAs(browser, steady, ratna, room);
  await say(page, '@ProjectWise ceritakan');
  await liveText(page, 10);
  const outside = await page.evaluate(`(${CHANGES_OUTSIDE})(200)`);
  expect(outside).toEqual([]);
  await page.getByRole('button', { name: 'Stop this answer' }).click();
  await finishedAnswer(page);
  await close();
});
