// Everybody can use it: by keyboard alone, on a phone, with a screen reader, in both themes and languages.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, liveText, messageRow, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions, openPage } from '../support/browser.ts';
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
/** Where an answer goes on until somebody stops it. */
let endless: TestProduct;
let ratna: Person;
let budi: Person;
const opened: OpenedPage[] = [];

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=10&tokens=120' } });
  endless = await startProduct({ env: { LLM_URL: 'offline:?delayMs=10&tokens=20000' } });
  [ratna, budi] = await Promise.all([signUp(product, 'Ratna Wulandari'), signUp(product, 'Budi Santoso')]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

async function open(person: Person, room: { id: string }, options: Omit<OpenPageOptions, 'url'> = {}): Promise<Page> {
  const one = await openRoomAs(browser, product, person, room, options);
  opened.push(one);
  return one.page;
}

/** What is wrong, as short lines. */
async function violations(page: Page): Promise<string[]> {
  const result = await new AxeBuilder({ page }).analyze();
  return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

const focused = (page: Page) =>
  page.evaluate<string>(`document.activeElement.id || document.activeElement.textContent`);
const focusIsOn = (page: Page, words: string) =>
  eventually(async () => (await focused(page)).includes(words), `the focus on ${words}`);

test('signing in, asking, mentioning, stopping and moving about need no mouse', async () => {
  const [me, colleague] = [await signUp(endless, 'Ratna Wulandari'), await signUp(endless, 'Budi Santoso')];
  const room = await createRoom(me, { name: 'Ruang papan ketik' });
  const other = await createRoom(me, { name: 'Ruang lain' });
  await addMember(me, room, colleague);
  await me.call('PATCH', '/api/v1/auth/me', { language: 'en' });
  const one = await openPage(browser, { url: `${endless.url}/main/rooms/${room.id}`, language: 'en' });
  opened.push(one);
  const { page } = one;
  await page.getByLabel('Email').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type(me.user.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#timeline');
  await focusIsOn(page, 'composer');

  await page.keyboard.type('Halo @bud');
  await page.waitForSelector('[role="option"][aria-selected="true"]');
  await page.keyboard.press('Tab');
  await page.keyboard.type('dan semua');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('baris kedua');
  await page.keyboard.press('Enter');
  await messageRow(page, `@${colleague.user.handle} dan semua`).locator('.at').waitFor();

  await page.keyboard.type('@ProjectWise ceritakan');
  await eventually(() => page.getByRole('radio', { name: 'Ask ProjectWise' }).isChecked(), 'who is asked');
  await page.keyboard.press('Enter');
  await liveText(page, 30);
  await page.keyboard.press('Escape');
  expect(await page.locator('.answer.live').count()).toBe(1);
  await page.keyboard.press('Control+.');
  await page.waitForSelector('.answer.live', { state: 'detached' });

  await page.locator('.answer .foot').waitFor();
  await page.keyboard.press('F6');
  await focusIsOn(page, 'Ruang papan ketik');
  await page.keyboard.press('F6');
  await focusIsOn(page, 'timeline');
  await page.keyboard.press('ArrowUp');
  await focusIsOn(page, 'This answer is not complete');
  await page.keyboard.press('ArrowUp');
  await focusIsOn(page, '@ProjectWise ceritakan');
  await page.keyboard.press('ArrowUp');
  await focusIsOn(page, 'baris kedua');
  await page.locator('.tools').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Replying to Ratna Wulandari').waitFor();
  await focusIsOn(page, 'composer');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.strip', { state: 'detached' });

  await page.getByRole('button', { name: 'Room settings' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Room settings' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.locator('[aria-label="Room settings"]:focus').waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await page.getByRole('heading', { name: other.name }).waitFor();
  expect(one.problems).toEqual([]);
});

test('on a phone: list, room, question, actions by long press, settings, and back', async () => {
  const room = await createRoom(ratna, { name: 'Ruang ponsel', language: 'id' });
  await addMember(ratna, room, budi);
  const page = await open(ratna, room, { phone: true, language: 'id' });
  await page.getByRole('button', { name: /Kembali ke daftar ruang/ }).tap();
  await page.locator('.rail a', { hasText: 'Ruang ponsel' }).tap();
  await page.waitForSelector('#timeline');
  await page.locator('#composer').fill('Baris satu');
  await page.locator('#composer').press('Enter');
  await page.locator('#composer').pressSequentially('baris dua');
  expect(await page.locator('#composer').inputValue()).toBe('Baris satu\nbaris dua');
  await page.getByRole('radio', { name: 'Tanya ProjectWise' }).tap();
  await page.getByRole('button', { name: 'Kirim' }).tap();
  await finishedAnswer(page);
  await messageRow(page, 'baris dua').locator('.prose').dispatchEvent('pointerdown', { pointerType: 'touch' });
  await page.getByRole('dialog').getByRole('button', { name: 'Sunting' }).tap();
  await page.getByText('Menyunting pesan Anda').waitFor();
  await page.getByRole('button', { name: 'Batal menyunting' }).tap();
  await page.getByRole('button', { name: 'Lainnya' }).tap();
  await page.getByRole('menuitem', { name: 'Pengaturan ruang' }).tap();
  await page.getByRole('dialog').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.getByRole('dialog').getByRole('button', { name: 'Tutup' }).tap();
  // Everything pressed with a thumb is at least 36 high in the flow of text and 44 in bars.
  const bars = await page.locator('.bar button:visible').all();
  for (const button of bars) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  expect(opened.flatMap((one) => one.problems)).toEqual([]);
});

test('who scrolled up stays where they are while an answer grows, and one button leads back', async () => {
  const me = await signUp(endless, 'Ratna Wulandari');
  const room = await createRoom(me, { name: 'Ruang gulir' });
  const client = await me.connect();
  for (let n = 1; n <= 40; n++) {
    await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: `Baris ${n}.\n\nIsi.` });
  }
  const one = await openRoomAs(browser, endless, me, room);
  opened.push(one);
  const { page } = one;
  await messageRow(page, 'Baris 40.').waitFor();
  // Where the line being read stands on the screen; rows far above it may be measured anew.
  const top = `(() => {
    const { left, top, width, height } = document.getElementById('timeline').getBoundingClientRect();
    window.read ??= document.elementFromPoint(left + width / 2, top + height / 2 + 4).closest('[data-message]') ?? document.querySelectorAll('[data-message]')[24];
    return Math.round(window.read.getBoundingClientRect().top);
  })()`;
  await page.evaluate(`document.getElementById('timeline').scrollTop -= 600`);
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  const before = await page.evaluate(top);
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise ceritakan' });
  await page.getByRole('button', { name: 'ProjectWise is answering, jump to latest' }).waitFor();
  await liveText(page, 400);
  await eventually(async () => (await page.evaluate(top)) === before, 'the line that was being read stays');
  await page.getByRole('button', { name: 'ProjectWise is answering, jump to latest' }).click();
  await page.getByRole('button', { name: 'Stop this answer' }).click();
  await finishedAnswer(page);
  const left = `(() => { const e = document.getElementById('timeline'); return e.scrollHeight - e.scrollTop - e.clientHeight; })()`;
  await eventually(async () => Number(await page.evaluate(left)) < 2, 'the end of the conversation');
});

test('the screen reader hears who is being answered and when it is complete, not every word', async () => {
  const room = await createRoom(ratna, { name: 'Ruang dengar' });
  await addMember(ratna, room, budi);
  const page = await open(ratna, room);
  await page.evaluate(`(() => {
    window.heard = [];
    const status = document.querySelector('#app > p[role="status"]');
    new MutationObserver(() => window.heard.push(status.textContent)).observe(status, { subtree: true, characterData: true, childList: true });
  })()`);
  const client = await budi.connect();
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise halo' });
  await finishedAnswer(page);
  await eventually(async () => ((await page.evaluate('window.heard')) as string[]).includes('Answer complete.'));
  const heard = (await page.evaluate('window.heard')) as string[];
  expect(heard).toEqual([
    'Budi Santoso: @ProjectWise halo',
    'ProjectWise is answering Budi Santoso.',
    'Answer complete.',
  ]);
  expect(await page.locator('#timeline').getAttribute('aria-live')).toBeNull();
});

test.each([
  ['light', 'en', false],
  ['dark', 'id', false],
  ['light', 'id', true],
] as const)('axe finds nothing in the main states: %s, %s, phone %s', async (theme, language, phone) => {
  const found: Record<string, string[]> = {};
  const signedOut = await openPage(browser, {
    url: `${product.url}/main`,
    theme,
    language,
    phone,
    reducedMotion: true,
  });
  opened.push(signedOut);
  await signedOut.page.waitForSelector('input[name="email"]');
  found.signIn = await violations(signedOut.page);

  const room = await createRoom(ratna, { name: 'Ruang periksa' });
  await addMember(ratna, room, budi);
  const page = await open(ratna, room, { theme, language, phone, reducedMotion: true });
  await page.waitForSelector('.empty');
  found.empty = await violations(page);
  const text = '@ProjectWise buat tabel\n\n```js\nlet a = 1\n```';
  await page.locator('#composer').fill(text);
  await page.locator('.send').click();
  await liveText(page, 20);
  found.live = await violations(page);
  await finishedAnswer(page);
  await page.locator('#composer').fill('@');
  await page.waitForSelector('.hint');
  found.complete = await violations(page);
  await page.locator('#composer').fill('');
  await page.locator('.bar [data-panel="search"]').click();
  await page.locator('#search input').fill('tabel');
  await page.waitForSelector('.hits li');
  found.search = await violations(page);
  await page.keyboard.press('Escape');
  for (const place of ['members', 'settings'] as const) {
    if (phone) {
      await page.locator('.bar button[aria-haspopup="menu"]').click();
      const items = page.locator('.popover .menu-item');
      await (place === 'members' ? items.nth(1) : items.last()).click();
    } else await page.locator(place === 'members' ? '.people-here' : '.bar .wide-only.icon:not([data-panel])').click();
    await page.waitForSelector('dialog .people li, dialog .opt');
    found[place] = await violations(page);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
  }
  await page.context().setOffline(true);
  await page.waitForSelector('.banner');
  found.offline = await violations(page);
  const wrong = Object.entries(found).flatMap(([state, lines]) => lines.map((line) => `${state}: ${line}`));
  expect(wrong).toEqual([]);
});
