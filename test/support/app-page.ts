// The browser app as people have it: built from its sources, signed in, with a room open.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { type OpenedPage, type OpenPageOptions, openPage } from './browser.ts';
import { isNewerThan } from './newest.ts';
import { eventually, PASSWORD, type Person } from './product.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the app when the built one is missing or older than its sources. */
export function ensureAppBuilt(): void {
  if (isNewerThan(join(ROOT, 'dist/public/index.html'), ['public', 'src/protocol', 'vite.config.ts'])) return;
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build'], {
    cwd: ROOT,
    stdio: 'pipe',
    // As it is built for people: under the tests' own NODE_ENV it would be a sixth larger.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** A page in a context of its own where `person` is signed in. `path` begins with /. */
export async function openAs(
  browser: Browser,
  product: { url: string },
  person: Person,
  path: string,
  options: Omit<OpenPageOptions, 'url'> = {},
): Promise<OpenedPage> {
  const language = options.language ?? 'en';
  const opened = await openPage(browser, { ...options, language, url: `${product.url}/health/live` });
  await person.call('PATCH', '/api/v1/auth/me', { language });
  const body = { email: person.user.email, password: PASSWORD };
  await opened.page.request.post(`${product.url}/api/v1/auth/login`, { data: body });
  await opened.page.evaluate(`localStorage.setItem('projectwise.signedIn', 'true')`);
  await opened.page.goto(product.url + path);
  return opened;
}

/** Opens a room and waits until it can be used. */
export async function openRoomAs(
  browser: Browser,
  product: { url: string },
  person: Person,
  room: { id: string },
  options: Omit<OpenPageOptions, 'url'> = {},
): Promise<OpenedPage> {
  const opened = await openAs(browser, product, person, `/main/rooms/${room.id}`, options);
  await opened.page.waitForSelector('#timeline');
  return opened;
}

export async function say(page: Page, text: string): Promise<void> {
  await page.locator('#composer').fill(text);
  await page.locator('#composer').press('Enter');
}

/** Waits until the field to write in holds this, and has the focus: what is typed then goes on from there. */
export async function composerHolds(page: Page, text: string): Promise<void> {
  await eventually(async () => (await page.locator('#composer').inputValue()) === text, `“${text}” in the field`);
  await page.locator('#composer:focus').waitFor();
}

/** The row of the message with these words. */
export const messageRow = (page: Page, text: string): Locator => page.locator('.msg:not(.answer)', { hasText: text });

/** The sheet of the newest answer. */
export const lastAnswer = (page: Page): Locator => page.locator('.answer').last();

/** Waits until the answer being written has so many characters. */
export async function liveText(page: Page, characters: number): Promise<void> {
  const length = `document.querySelector('.answer.live .prose')?.textContent.length ?? 0`;
  await eventually(async () => Number(await page.evaluate(length)) > characters, 'a growing answer');
}

/** The words of the newest answer once it is complete. */
export async function finishedAnswer(page: Page): Promise<string> {
  await page.waitForSelector('.answer.live', { state: 'detached' });
  await lastAnswer(page).locator('.foot').waitFor();
  return (await lastAnswer(page).locator('.prose').textContent()) ?? '';
}
