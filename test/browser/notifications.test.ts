// Who is called back and how: mentions in one list, muted rooms, the mark on the page's icon, notifications on this device.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { ensureAppBuilt, messageRow, openRoomAs } from '../support/app-page.ts';
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
let people = 0;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({
    env: { LLM_URL: 'offline:?delayMs=0&tokens=20', REGISTRATION: 'open' },
    limits: { activityEveryMs: 30 },
  });
  ratna = await signUp(product, 'Ratna Wulandari');
});
beforeEach(async () => {
  // Somebody whom nothing of another test waits for.
  budi = await signUp(product, `Budi ${++people}`);
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const violations = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
const write = (person: Person, room: Room, text: string) =>
  person.call('POST', `/api/v1/rooms/${room.id}/messages`, { clientId: newClientId(), text, assistant: 'skip' });
const iconOf = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');

async function twoRooms(name: string): Promise<[here: Room, there: Room]> {
  const here = await createRoom(ratna, { name: `${name} sini` });
  const there = await createRoom(ratna, { name: `${name} sana` });
  for (const room of [here, there]) await addMember(ratna, room, budi);
  return [here, there];
}

test('mentions of all rooms are in one list, newest first, and lead to their messages', async () => {
  const [here, there] = await twoRooms('Sebutan');
  await write(ratna, there, `@${budi.user.handle} jadwal demo Rabu?`);
  const { page, problems, close } = await openRoomAs(browser, product, budi, here);
  await page.getByRole('link', { name: /^Mentions/ }).click();
  await page.getByRole('heading', { name: 'Mentions' }).waitFor();
  await page.getByText('jadwal demo Rabu?').waitFor();
  await write(ratna, there, `@${budi.user.handle} surat sudah datang`);
  await page.locator('.hits li').nth(1).waitFor();
  expect(await page.locator('.hits li').first().textContent()).toContain('surat sudah datang');
  await eventually(async () => (await page.locator('.hits .unread').count()) === 2, 'both unread');
  expect(await violations(page)).toEqual([]);
  await page.getByText('jadwal demo Rabu?').click();
  await page.getByRole('heading', { name: 'Sebutan sana' }).waitFor();
  await page.locator('.msg.found', { hasText: 'jadwal demo Rabu?' }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test('a muted room is quiet in the list, in the title and on the icon; mentions still count when wanted', async () => {
  const [here, there] = await twoRooms('Bisu');
  const opened = await openRoomAs(browser, product, budi, there);
  const { page } = opened;
  await page.getByRole('button', { name: 'More about this room' }).click();
  await page.getByRole('menuitem', { name: 'Notifications' }).click();
  const dialog = page.getByRole('dialog', { name: 'Notifications' });
  await dialog.getByRole('radio', { name: /Only what mentions me/ }).check();
  const link = page.locator('#rooms a', { hasText: 'Bisu sana' });
  await link.getByText('Muted').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.goto(`${product.url}/main/rooms/${here.id}`);
  await link.getByText('Muted').waitFor();
  const before = await page.title();

  await write(ratna, there, 'Tidak penting');
  await write(ratna, there, `@${budi.user.handle} ini penting`);
  await link.getByText('@1').waitFor();
  await eventually(async () => (await page.title()) !== before, 'the title');
  await eventually(async () => (await iconOf(page))?.startsWith('data:'), 'the mark on the icon');
  await eventually(async () => (await link.getAttribute('class')) === 'muted', 'the muted room');
  await link.click();
  await messageRow(page, 'ini penting').waitFor();
  await page.locator('#timeline').press('End');
  await eventually(async () => !(await page.title()).startsWith('('), 'the title again');
  expect(opened.problems).toEqual([]);
  await opened.close();
});

/** Notifications as they would have been shown. */
interface Shown {
  title: string;
  body: string;
}
const shownOn = (page: Page) => page.evaluate('globalThis.shownNotifications ?? []') as Promise<Shown[]>;

test('the browser is asked only by a press, and then tells of mentions, and of nothing that is being read', async () => {
  const [here, there] = await twoRooms('Kabar');
  const { page, problems, close } = await openRoomAs(browser, product, budi, here);
  await page.context().addInitScript(() => {
    const page = globalThis as unknown as Record<string, unknown>;
    page.shownNotifications = [];
    page.askedForNotifications = 0;
    class Recorded {
      static permission = 'default';
      static async requestPermission() {
        page.askedForNotifications = Number(page.askedForNotifications) + 1;
        Recorded.permission = 'granted';
        return 'granted';
      }
      constructor(title: string, { body }: { body: string }) {
        (page.shownNotifications as unknown[]).push({ title, body });
      }
    }
    page.Notification = Recorded;
  });
  await page.reload();
  await page.locator('#composer').waitFor();
  await write(ratna, there, `@${budi.user.handle} sebelum diizinkan`);
  await page.locator('#rooms a', { hasText: 'Kabar sana' }).getByText('@1').waitFor();
  expect(await page.evaluate('globalThis.askedForNotifications')).toBe(0);

  await page.getByRole('button', { name: 'More about this room' }).click();
  await page.getByRole('menuitem', { name: 'Notifications' }).click();
  await page.getByRole('button', { name: 'Turn on notifications' }).click();
  await page.getByText('This device tells you what is new').waitFor();
  expect(await page.getByRole('checkbox', { name: 'With a short sound' }).isChecked()).toBe(false);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  await write(ratna, there, 'Bukan untuk siapa-siapa');
  await write(ratna, there, `@${budi.user.handle} mohon dicek`);
  await eventually(async () => (await shownOn(page)).length > 0, 'a notification');
  const [first] = await shownOn(page);
  expect(first).toEqual({ title: 'Ratna Wulandari in Kabar sana', body: `@${budi.user.handle} mohon dicek` });

  await write(ratna, here, `@${budi.user.handle} yang sedang dibaca`);
  await messageRow(page, 'yang sedang dibaca').waitFor();
  await write(ratna, there, `@${budi.user.handle} yang terakhir`);
  await eventually(
    async () => (await shownOn(page)).some(({ body }) => body.endsWith('yang terakhir')),
    'the last one',
  );
  expect((await shownOn(page)).some(({ body }) => body.endsWith('yang sedang dibaca'))).toBe(false);
  expect(problems).toEqual([]);
  await close();
});
