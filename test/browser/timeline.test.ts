// What the reader sees of a conversation while it grows: the end stays in view, and nothing moves that should not.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, liveText, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import {
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
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=2&tokens=220' }, limits: { sendsBurst: 1_000 } });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
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

/** Pixels between what is seen and the end of the conversation. */
const fromEnd = async (page: Page): Promise<number> =>
  Number(
    await page.evaluate(
      `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.getElementById('timeline'))`,
    ),
  );

test('after every question of one’s own the end of the answer is in view, while it is written and afterwards', async () => {
  const { page, close } = await openRoomAs(browser, product, ratna, await longRoom());
  for (let n = 1; n <= 5; n++) {
    await say(page, `@ProjectWise what is the performance guarantee, and until when is it valid? (${n})`);
    await page
      .locator('.answer')
      .nth(n - 1)
      .waitFor();
    await liveText(page, 100);
    expect(await fromEnd(page), `while answer ${n} is written`).toBeLessThan(2);
    await finishedAnswer(page);
    expect(await fromEnd(page), `after answer ${n}`).toBeLessThan(2);
    expect(await page.locator('.latest').count()).toBe(0);
  }
  await close();
});

test('who turns the wheel up while an answer grows stays there, and comes back with a message of their own', async () => {
  const { page, close } = await openRoomAs(browser, product, ratna, await longRoom());
  await say(page, '@ProjectWise what is the performance guarantee?');
  await liveText(page, 50);
  await page.locator('#timeline').hover();
  await page.mouse.wheel(0, -700);
  await page.getByRole('button', { name: /jump to latest/i }).waitFor();
  await eventually(async () => (await fromEnd(page)) > 400, 'the region moved up');
  const read = () =>
    page.evaluate(`(() => {
      window.read ??= document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('[data-message]');
      return Math.round(window.read.getBoundingClientRect().top);
    })()`);
  const before = await read();
  await page.waitForSelector('.answer.live', { state: 'detached' });
  expect(await read()).toBe(before);
  await say(page, 'Saya kembali.');
  await eventually(async () => (await fromEnd(page)) < 2, 'back at the end');
  await close();
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
