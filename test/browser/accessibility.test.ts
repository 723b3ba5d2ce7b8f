// The whole way by roles and names alone, as a screen reader has it; words of every kind under axe; 200 % zoom and forced colours.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions, openPage } from '../support/browser.ts';
import {
  addMember,
  createRoom,
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
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=20&tokens=20000' } });
  [ratna, budi] = await Promise.all([signUp(product, 'Ratna Wulandari'), signUp(product, 'Budi Santoso')]);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const RICH = [
  'Plafon $D = 0{,}05 \\cdot N$:',
  '',
  '$$h = \\frac{0{,}05 \\cdot N}{0{,}005 \\cdot N / 36} = 360$$',
  '',
  '```python\nnilai = 18_600_000_000  # rev 3\ndef denda(jam): return jam * 0.005\n```',
  '',
  '```mermaid\nflowchart LR\n  A[Gangguan] --> B{Lewat?}\n  B -->|ya| C[Denda]\n```',
  '',
  '```mermaid\nbukan diagram\n```',
  '',
  `| ${Array.from({ length: 9 }, (_, place) => `Kolom yang panjang ${place}`).join(' | ')} |\n|${'--|'.repeat(9)}\n|${' isi |'.repeat(9)}`,
].join('\n');

async function openRich(options: Omit<OpenPageOptions, 'url'> = {}): Promise<Page> {
  const room = await createRoom(ratna, { name: 'Ruang hitung' });
  await addMember(ratna, room, budi);
  const client = await budi.connect();
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: RICH, assistant: 'skip' });
  client.close();
  const one = await openRoomAs(browser, product, ratna, room, options);
  opened.push(one);
  await one.page.locator('.drawing img').waitFor();
  await one.page.locator('.diagram').last().scrollIntoViewIfNeeded();
  await one.page.locator('.drawing p').waitFor();
  await one.page.locator('.formula.display[data-drawn]').waitFor();
  return one.page;
}

async function violations(page: Page): Promise<string[]> {
  const result = await new AxeBuilder({ page }).analyze();
  return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

test('by roles and names alone: sign in, make a room, open the invitations, ask, stop, open the settings', async () => {
  await ratna.call('PATCH', '/api/v1/auth/me', { language: 'en' });
  const one = await openPage(browser, { url: `${product.url}/main`, language: 'en' });
  opened.push(one);
  const { page } = one;
  await page.getByRole('textbox', { name: 'Email' }).fill(ratna.user.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'New room' }).first().click();
  await page.getByRole('dialog').getByRole('textbox').first().fill('Ruang pembaca layar');
  await page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ruang pembaca layar' }).waitFor();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('dialog').getByRole('heading').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  const field = page.getByRole('main').getByRole('textbox');
  await field.fill('@ProjectWise jelaskan garansinya');
  await page.getByRole('main').getByRole('button', { name: 'Send' }).click();
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Conversation' }).getByText('jelaskan garansinya').first().waitFor();
  await page.getByRole('button', { name: 'Room settings' }).click();
  await page.getByRole('dialog').getByRole('radio').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  expect(one.problems).toEqual([]);
});

test.each([
  { theme: 'light', language: 'en', phone: false },
  { theme: 'dark', language: 'id', phone: false },
  { theme: 'light', language: 'id', phone: true },
  { theme: 'dark', language: 'en', phone: true },
] as const)(
  'axe finds nothing in code, formulas, diagrams, and away: $theme, $language, phone $phone',
  async (look) => {
    const page = await openRich(look);
    expect(await violations(page)).toEqual([]);
    await page.locator('.enlarge').first().click();
    await page.locator('.canvas img').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('.canvas').waitFor({ state: 'detached' });
    await page.context().setOffline(true);
    await page.locator('.banner').waitFor();
    await page.locator('#composer').fill('Selagi luring.');
    // On a phone Enter begins a new line.
    await page.locator('.send').click();
    await page.locator('.pending').waitFor();
    expect(await violations(page)).toEqual([]);
  },
);

test('at 200 % nothing is cut off and nothing scrolls sideways but what may', async () => {
  // A window of 1280 pixels at 200 %.
  const page = await openRich({ width: 640, height: 512, context: { deviceScaleFactor: 2 } });
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  const outside =
    await page.evaluate(`[...document.querySelectorAll('button, textarea, h1, .prose > *')].flatMap((one) => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility() && box.width > 1 && (box.left < -1 || box.right > innerWidth + 1) ? [one.className || one.tagName] : [];
  })`);
  expect(outside).toEqual([]);
  expect(await page.locator('#composer').isVisible()).toBe(true);
});

test('under forced colours what is on, chosen or drawn can still be told apart', async () => {
  const page = await openRich();
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await page.evaluate(`matchMedia('(forced-colors: active)').matches`)).toBe(true);
  const edges =
    await page.evaluate(`['.composer > form', '.code', '.tablewrap', '.rail a[aria-current="page"]'].map((name) => {
    const style = getComputedStyle(document.querySelector(name));
    return parseFloat(style.borderTopWidth) > 0 || style.outlineStyle !== 'none';
  })`);
  expect(edges).toEqual([true, true, true, true]);
  await page.locator('#composer').focus();
  const focus = await page.evaluate(`(() => {
    for (let one = document.activeElement; one; one = one.parentElement) {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return true;
    }
    return false;
  })()`);
  expect(focus).toBe(true);
  expect(await violations(page)).toEqual([]);
});
