// What the reader sees of a conversation while it grows: the end stays in view, and nothing moves that should not.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, liveText, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import { freePort, newDataDir, startProcess, stopProcesses } from '../support/process.ts';
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

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  // Where an answer goes on until somebody stops it.
  product = await startProduct({
    env: { LLM_URL: 'offline:?delayMs=4&tokens=20000' },
    limits: { sendsBurst: 1_000 },
  });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
  stopProcesses();
});

const PARAGRAPH = 'The performance guarantee is five percent of the contract value, valid until the warranty ends. ';

async function longRoom() {
  const room = await createRoom(ratna, { name: 'Ruang panjang' });
  const client = await ratna.connect();
  for (let n = 1; n <= 30; n++) {
    const text = `Catatan ${n}.\n\n${PARAGRAPH.repeat(n % 5 === 0 ? 6 : 1)}`;
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
  }
  client.close();
  return room;
}

/** Stops it elsewhere: where it is stopped the focus moves to it. */
async function stopAnswer(page: Page, room: { id: string }): Promise<void> {
  const other = await ratna.connect();
  const { turns } = await other.ask('room:join', { roomId: room.id });
  for (const { id } of turns) await other.ask('turn:stop', { turnId: id });
  other.close();
  await finishedAnswer(page);
}

/** Pixels between what is seen and the end of the conversation. */
const fromEnd = async (page: Page): Promise<number> =>
  Number(
    await page.evaluate(
      `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.getElementById('timeline'))`,
    ),
  );

test('after every question of one’s own the end of the answer is in view, while it is written and afterwards', async () => {
  const room = await longRoom();
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  for (let n = 1; n <= 5; n++) {
    await say(page, `@ProjectWise what is the performance guarantee, and until when is it valid? (${n})`);
    await page
      .locator('.answer')
      .nth(n - 1)
      .waitFor();
    await liveText(page, 600);
    await eventually(async () => (await fromEnd(page)) < 2, `the end while answer ${n} is written`);
    await stopAnswer(page, room);
    await eventually(async () => (await fromEnd(page)) < 2, `the end after answer ${n}`);
    expect(await page.locator('.latest').count()).toBe(0);
  }
  await close();
});

test('who turns the wheel up while an answer grows stays there, and comes back with a message of their own', async () => {
  const room = await longRoom();
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  await say(page, '@ProjectWise what is the performance guarantee?');
  await liveText(page, 50);
  await page.locator('#timeline').hover();
  await page.mouse.wheel(0, -700);
  await page.getByRole('button', { name: /jump to latest/i }).waitFor();
  await eventually(async () => (await fromEnd(page)) > 400, 'the region moved up');
  const read = () =>
    page.evaluate(`(() => {
      window.read ??= [...document.querySelectorAll('[data-message]')].find((row) => row.getBoundingClientRect().bottom > innerHeight / 2);
      return Math.round(window.read.getBoundingClientRect().top);
    })()`);
  const before = await read();
  await liveText(page, 1_500);
  await stopAnswer(page, room);
  await eventually(async () => (await read()) === before, 'the line that was being read');
  await say(page, 'Saya kembali.');
  await eventually(async () => (await fromEnd(page)) < 2, 'back at the end');
  await close();
});

test('Stop and the step line stay in sight while a long answer grows, on a phone too, and nothing moves when it ends', async () => {
  const steady = await startProduct({ env: { LLM_URL: 'offline:?delayMs=4&tokens=20000' } });
  const person = await signUp(steady);
  const room = await createRoom(person, { name: 'Ruang gulung' });
  const desk = await openRoomAs(browser, steady, person, room, { height: 600 });
  const phone = await openRoomAs(browser, steady, person, room, { phone: true });
  await say(desk.page, '@ProjectWise jelaskan');
  for (const { page } of [desk, phone]) {
    await liveText(page, 2_500);
    const seen = (await page.evaluate(`['.by .btn.danger', '.steps .now'].map((wanted) => {
      const { left, top, width, height } = document.querySelector('.answer.live ' + wanted).getBoundingClientRect();
      return Boolean(document.elementFromPoint(left + width / 2, top + height / 2)?.closest(wanted));
    })`)) as boolean[];
    expect(seen).toEqual([true, true]);
  }
  const wordsFromTop = `(({ top }) => document.querySelector('.answer .prose').getBoundingClientRect().top - top)(document.querySelector('.answer').getBoundingClientRect())`;
  const before = await desk.page.evaluate(wordsFromTop);
  await desk.page.getByRole('button', { name: 'Stop this answer' }).click();
  await desk.page.waitForSelector('.answer .foot');
  expect(await desk.page.evaluate(wordsFromTop)).toBe(before);
  await desk.close();
  await phone.close();
});

test('a message on its way is as high as the same message once it has arrived', async () => {
  const room = await longRoom();
  const { page, close } = await openRoomAs(browser, product, ratna, room);
  for (const text of ['Pertama.', 'Kedua, menyusul.']) {
    await page.context().setOffline(true);
    await page.getByText(/^Offline since/).waitFor();
    await say(page, text);
    const height = `[...document.querySelectorAll('.msg')].at(-1).getBoundingClientRect().height`;
    await page.waitForSelector('.pending');
    const pending = await page.evaluate(height);
    await page.context().setOffline(false);
    await page.waitForSelector('.pending', { state: 'detached' });
    expect(await page.evaluate(height)).toBe(pending);
  }
  await close();
});

test('questions that wait are told apart, their answers say what they answer, and the step line keeps one line', async () => {
  const slow = await startProduct({ env: { LLM_URL: 'offline:?delayMs=10&tokens=20000' } });
  const person = await signUp(slow, 'Ratna Wulandari');
  const room = await createRoom(person, { name: 'Ruang antre' });
  const { page, close } = await openRoomAs(browser, slow, person, room);
  await say(page, '@ProjectWise how long is the warranty?');
  await liveText(page, 10);
  const stepHeight = () => page.evaluate(`document.querySelector('.answer .steps').getBoundingClientRect().height`);
  expect(await stepHeight()).toBe(24);
  await say(page, '@ProjectWise who signs the protocol?');
  await say(page, '@ProjectWise what does the licence cost?');
  const chips = page.locator('.queue ol > li');
  await chips.nth(1).waitFor();
  expect(await chips.nth(0).textContent()).toContain('who signs the protocol?');
  expect(await chips.nth(1).getAttribute('title')).toBe('what does the licence cost?');
  await page.getByText('The first of your 2 questions is next.').waitFor();

  const third = page.locator('.answer').nth(2);
  for (const index of [0, 1, 2]) {
    const running = page.locator('.answer').nth(index);
    await running.getByRole('button', { name: 'Stop' }).click();
    await running.locator('.foot').waitFor();
  }
  expect(await page.locator('.answer').nth(0).locator('.quote').count()).toBe(0);
  expect(await stepHeight()).toBe(24);
  await third.locator('.quote', { hasText: 'what does the licence cost?' }).click();
  await eventually(() => page.evaluate(`document.activeElement.textContent.includes('what does the licence cost?')`));
  // The page itself never scrolls.
  expect(await page.evaluate(`document.documentElement.scrollHeight - innerHeight`)).toBe(0);
  await close();
});

test('the search is moved through by keys, and what was deleted is no longer in the status line', async () => {
  const open = await startProduct();
  const [me, other] = [await signUp(open), await signUp(open, 'Budi Santoso')];
  const room = await createRoom(me, { name: 'Ruang cari' });
  await addMember(me, room, other);
  const client = await other.connect();
  const { page, close } = await openRoomAs(browser, open, me, room);
  await page.getByRole('heading', { name: 'This room is still empty' }).waitFor();
  const tell = (text: string) => client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
  await tell('Jadwal satu.');
  const { message } = await tell('Jadwal dua, rahasia.');
  const status = page.locator('[role="status"]', { hasText: 'rahasia' });
  await status.waitFor({ state: 'attached' });
  await client.ask('message:delete', { messageId: message.id });
  await status.waitFor({ state: 'detached' });

  await tell('Jadwal tiga.');
  await page.getByRole('button', { name: 'Search in this room' }).click();
  await page.locator('#search input').fill('jadwal');
  await page.locator('#search input').press('Enter');
  const focused = (words: string) =>
    eventually(() =>
      page.evaluate(
        `document.activeElement.matches('.msg') && document.activeElement.textContent.includes('${words}')`,
      ),
    );
  await focused('Jadwal tiga');
  await page.locator('#search input').press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await focused('Jadwal satu');
  await close();
});

test('words that were read stay when the server is killed and comes back', async () => {
  const env = {
    PORT: String(await freePort()),
    DATA_DIR: newDataDir(),
    LLM_URL: 'offline:?delayMs=25&tokens=2000&callTool=search_messages&toolArgs={"query":"jelaskan"}',
    REGISTRATION: 'open',
    APP_ENV: 'test',
  };
  const before = await startProcess(env);
  const person = await signUp(before);
  const room = await createRoom(person, { name: 'Ruang padam' });
  const { page, close } = await openRoomAs(browser, before, person, room);
  await say(page, '@ProjectWise jelaskan');
  await liveText(page, 120);
  await person.call('PATCH', '/api/v1/auth/me', { language: 'id' });
  await before.end('SIGKILL');
  await page.getByText(/^Offline since/).waitFor();
  await eventually(() => page.getByRole('button', { name: 'Stop this answer' }).isDisabled(), 'nothing to stop');
  const words = () => page.locator('.answer .prose').textContent();
  const read = await words();
  await startProcess({ ...env, LLM_URL: 'http://127.0.0.1:9/v1', LLM_MODEL: 'llama-3.3-70b' });
  await page.getByText('Server dimulai ulang saat jawaban ini ditulis.').waitFor();
  // What else another page and a new server may have changed is known too: the language, and which model answers.
  await page.locator('.rail > header', { hasText: 'llama-3.3-70b' }).waitFor();
  expect(await words()).toBe(read);
  await page.reload();
  await page.waitForSelector('.answer .note');
  // What was done for it is kept too.
  await page.locator('.answer .steps', { hasText: 'Sudah mencari di pesan ruang ini' }).waitFor();
  expect(read?.startsWith((await page.locator('.answer .prose').textContent()) ?? '')).toBe(true);
  await close();
});
