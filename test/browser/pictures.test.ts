// A photo taken on a phone goes along with a question, to a model that takes pictures.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, lastAnswer, openRoomAs } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import { createRoom, signUp, startProduct, stopProducts } from '../support/product.ts';
import { says, scriptedModel } from '../support/scripted-model.ts';

let browser: Browser;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a photo from the camera of a phone is shown to the model with the question', async () => {
  const model = scriptedModel([says('Itu satu titik.')], { acceptsImages: true });
  const product = await startProduct({ model });
  const ratna = await signUp(product, 'Ratna Wulandari');
  const room = await createRoom(ratna, { name: 'Ruang foto' });
  const { page, problems, close } = await openRoomAs(browser, product, ratna, room, { phone: true });
  const camera = page.locator('input[type=file][capture="environment"]');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await page.getByRole('menuitem', { name: 'Take a photo' }).waitFor();
  await camera.setInputFiles({ name: 'foto.png', mimeType: 'image/png', buffer: PIXEL });
  await page.locator('.composer .file', { hasText: 'foto.png' }).waitFor();
  await page.getByRole('radio', { name: 'Ask ProjectWise' }).check();
  await page.locator('#composer').fill('Apa yang terlihat di foto ini?');
  await page.locator('.send[aria-disabled="false"]').click();
  await lastAnswer(page).getByText('Itu satu titik.').waitFor();
  const parts = model.requests.at(-1)?.messages.flatMap((message) => ('parts' in message ? message.parts : []));
  expect(parts).toContainEqual({ type: 'image', mimeType: 'image/png', data: PIXEL.toString('base64') });
  expect(problems).toEqual([]);
  await close();
});
