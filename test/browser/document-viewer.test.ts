// A page beside the conversation in a real browser: opened from a citation, with the cited words marked, by mouse, keys and finger.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Document } from '../../src/protocol/document-models.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { ensureAppBuilt, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions } from '../support/browser.ts';
import { putCitedAnswer } from '../support/cited-answer.ts';
import { putDocument } from '../support/documents.ts';
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
import { putReadPaper } from '../support/read-paper.ts';
import { CLAUSE } from '../support/tender-paper.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;
let room: Room;
let paper: Document;
let answer: Message;

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct();
  ratna = await signUp(product, 'Ratna Wulandari');
  room = await createRoom(ratna, { name: 'Ruang kutipan' });
  paper = await putReadPaper(product, ratna, room);
  const text = 'Boleh, khusus untuk tenaga ahli DRC[1]. Jadwal tetap[2]. Syarat lama sudah tidak berlaku[3].';
  const cite = { documentId: paper.id, documentName: paper.name };
  answer = await putCitedAnswer(product, ratna, room, text, [
    { ...cite, page: 3, quote: CLAUSE },
    { ...cite, page: 2, quote: 'jadwal tetap berlaku tanpa perubahan' },
    { documentId: 'no-longer-here', documentName: 'Addendum 01.pdf', page: 5, quote: 'Kata-kata dari dokumen lama.' },
  ]);
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

const openIt = (options: Omit<OpenPageOptions, 'url'> = {}): Promise<OpenedPage> =>
  openRoomAs(browser, product, ratna, room, { reducedMotion: true, ...options });

const cite = (page: Page, number: number) => page.locator('.answer a.cite', { hasText: String(number) });
const marked = (page: Page) => page.locator('.page mark').allTextContents();

test('a number in an answer opens its page with the cited words marked, and its number stands in the margin', async () => {
  const { page, problems, foreign, close } = await openIt();
  await cite(page, 1).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 3 of 4' }).waitFor();
  await page.locator('.page mark').first().waitFor();
  await eventually(async () => (await marked(page)).join('') === CLAUSE);
  await page.locator('.page .cite.margin').getByText('1', { exact: true }).waitFor();
  await page.locator('.answer a.cite[aria-current="true"]', { hasText: '1' }).waitFor();
  expect(await cite(page, 1).getAttribute('aria-label')).toBe('Source 1, Addendum 02 page 3');
  expect(await page.locator('.src[aria-current]').count()).toBe(1);

  // The tables of a page are tables.
  expect(await page.locator('.page td', { hasText: 'Ahli DRC' }).count()).toBe(1);
  // Another page of it keeps the number, which leads back.
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 4 of 4' }).waitFor();
  await eventually(async () => (await page.locator('.page mark').count()) === 0);
  await page.getByRole('button', { name: 'Back to page 3' }).click();
  await page.locator('.page mark').first().waitFor();

  await page.getByRole('link', { name: 'Source 2 Addendum 02 p. 2' }).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 2 of 4' }).waitFor();
  await page.locator('.page mark', { hasText: 'jadwal' }).waitFor();
  await eventually(async () => (await marked(page)).join('|') === 'jadwal tetap berlaku tanpa perubahan.');
  expect(problems).toEqual([]);
  expect(foreign).toEqual([]);
  await close();
});

test('the original is drawn under our security policy, and the same words are marked in it', async () => {
  const { page, problems, foreign, close } = await openIt();
  await cite(page, 1).click();
  await page.getByLabel('Original').check();
  await page.locator('.sheet-of-paper canvas').waitFor();
  // Three lines of print, three strokes, over words that can be selected.
  await eventually(async () => (await page.locator('.strokes i').count()) === 3, 'strokes of the marker');
  expect(await page.locator('.text-layer').textContent()).toContain('Rangkap jabatan');
  const [stroke, word] = await page.evaluate<{ top: number; width: number }[]>(`(() => {
    const span = [...document.querySelectorAll('.text-layer span')].find((one) => one.textContent.includes('Rangkap'));
    return [document.querySelector('.strokes i'), span].map((one) => one.getBoundingClientRect().toJSON());
  })()`);
  expect(Math.abs(stroke!.top - word!.top)).toBeLessThan(6);
  expect(Math.abs(stroke!.width - word!.width)).toBeLessThan(16);

  const width = () => page.evaluate<number>(`document.querySelector('.sheet-of-paper').offsetWidth`);
  const fit = await width();
  await page.getByRole('button', { name: 'Larger' }).click();
  await eventually(async () => (await width()) > fit * 1.2, 'a larger page');
  await page.getByRole('button', { name: 'Fit the width' }).click();
  await eventually(async () => (await width()) === fit, 'the page at the width of the panel');
  expect(problems).toEqual([]);
  expect(foreign).toEqual([]);
  await close();
});

test('keys turn the page and close it, and the focus returns to what opened it', async () => {
  const { page, close } = await openIt();
  await cite(page, 1).focus();
  await page.keyboard.press('Enter');
  const at = (number: number) => page.getByRole('region', { name: `Addendum 02.pdf, Page ${number} of 4` }).waitFor();
  await at(3);
  await eventually(() => page.evaluate(`document.activeElement.classList.contains('desk')`), 'the focus in the page');
  await page.keyboard.press('ArrowRight');
  await at(4);
  await page.keyboard.press('ArrowRight');
  await at(4);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await at(2);
  await page.keyboard.press('PageDown');
  await at(3);
  await page.keyboard.press('PageUp');
  await at(2);
  const field = page.getByLabel('Page', { exact: true });
  await field.fill('4');
  await field.press('Enter');
  await at(4);
  await field.fill('99');
  await field.press('Enter');
  await eventually(async () => (await field.inputValue()) === '4', 'the last page');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'detached' });
  await eventually(() => page.evaluate(`document.activeElement.dataset.cite === '1'`), 'the focus on the number');
  await close();
});

test('the open page is part of the address: a link and Back know it', async () => {
  const { page, close } = await openIt();
  await cite(page, 1).click();
  await page.locator('.page mark').first().waitFor();
  const { searchParams } = new URL(page.url());
  expect(Object.fromEntries(searchParams)).toEqual({ document: paper.id, page: '3', source: `${answer.id}.1` });
  await page.reload();
  await page.locator('.page mark').first().waitFor();
  await cite(page, 2).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 2 of 4' }).waitFor();
  await page.goBack();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 3 of 4' }).waitFor();
  await page.goto(`${product.url}/main/rooms/${room.id}`);
  await cite(page, 2).click();
  await page.waitForSelector('.viewer');
  await page.goBack();
  await page.waitForSelector('.viewer', { state: 'detached' });
  expect(page.url()).toBe(`${product.url}/main/rooms/${room.id}`);
  await close();
});

test('the line that was pointed at stays where it is while the panel opens', async () => {
  const long = await createRoom(ratna, { name: 'Ruang panjang' });
  const own = await putReadPaper(product, ratna, long);
  const words = 'Penjelasan yang panjang tentang syarat tenaga ahli dan jadwalnya. '.repeat(16);
  const text = `${words}\n\nBoleh[1].\n\n${words}\n\n${words}`;
  const source = { documentId: own.id, documentName: own.name, page: 3, quote: CLAUSE };
  await putCitedAnswer(product, ratna, long, text, [source]);
  const { page, close } = await openRoomAs(browser, product, ratna, long, { width: 1240, reducedMotion: true });
  await cite(page, 1).scrollIntoViewIfNeeded();
  const top = () => page.evaluate<number>(`Math.round(document.querySelector('a.cite').getBoundingClientRect().top)`);
  const before = await top();
  await cite(page, 1).click();
  await page.locator('.page mark').first().waitFor();
  await eventually(async () => Math.abs((await top()) - before) <= 1, 'the line where it was');
  await close();
});

test('a source that was deleted is a hollow number that still says what it quoted', async () => {
  const { page, close } = await openIt();
  await page.locator('.answer a.cite.gone').waitFor();
  expect(await cite(page, 3).getAttribute('aria-label')).toBe('Source 3, Addendum 01, deleted');
  await cite(page, 3).click();
  await page.getByText('This document was deleted').waitFor();
  await page.getByText('Kata-kata dari dokumen lama.').waitFor();
  await close();
});

test('a page without words says why, and shows how it looks', async () => {
  const lead = await signUp(product);
  const other = await createRoom(lead, { name: 'Ruang pindaian' });
  const scan = await putReadPaper(product, lead, other, { name: 'Pindaian.pdf', hasPicture: true });
  const { page, close } = await openRoomAs(browser, product, lead, other, { reducedMotion: true });
  await page.getByRole('button', { name: /Documents of this room/ }).click();
  const row = page.locator('.doc', { hasText: scan.name });
  await row.getByText('1 page is a picture and was not read.').waitFor();
  await row.getByRole('link', { name: /^p\. 2: / }).click();
  await page.getByText(/Recognising text is not available on this server/).waitFor();
  await page.locator('.sheet-of-paper canvas').waitFor();
  await close();
});

test('a quote that stands differently on its page is shown above it', async () => {
  const lead = await signUp(product);
  const other = await createRoom(lead, { name: 'Ruang beda' });
  const row = await putDocument(product.app, lead, {
    room_id: other.id,
    name: 'Rapat.docx',
    content_type: 'application/msword',
    texts: ['Isi rapat.'],
  });
  const source = {
    documentId: row.id,
    documentName: row.name,
    page: 1,
    quote: 'Kalimat yang tidak ada di halaman itu.',
  };
  await putCitedAnswer(product, lead, other, 'Begitu katanya[1].', [source]);
  const { page, close } = await openRoomAs(browser, product, lead, other);
  await cite(page, 1).click();
  await page.locator('.quoted-box', { hasText: 'Kalimat yang tidak ada di halaman itu.' }).waitFor();
  expect(await page.getByLabel('Original').count()).toBe(0);
  await close();
});

test('on a phone the page rises from below and leaves the cited line in sight', async () => {
  const { page, problems, close } = await openIt({ phone: true });
  await cite(page, 1).tap();
  const sheet = page.getByRole('dialog');
  await sheet.locator('.page mark').first().waitFor();
  await sheet.getByText('Page 3 of 4').waitFor();
  const place = () =>
    page.evaluate<{ cite: number; sheet: number }>(`({
      cite: document.querySelector('.answer a.cite').getBoundingClientRect().bottom,
      sheet: document.querySelector('.viewer-sheet').getBoundingClientRect().top,
    })`);
  await eventually(async () => {
    const { cite: line, sheet: edge } = await place();
    return line > 50 && line < edge;
  }, 'the cited line above the sheet');
  const small = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('.viewer-sheet :is(button, input:not([type=radio]), .seg label)')]
    .filter((one) => one.checkVisibility() && !one.closest('.page'))
    .map((one) => [one.getAttribute('aria-label') ?? one.textContent, one.getBoundingClientRect()])
    .filter(([name, box]) => (box.height < 44 || box.width < 40) && !/Change the height/.test(name))
    .map(([name, box]) => name + ' ' + box.width + ' x ' + box.height)`);
  expect(small).toEqual([]);
  await sheet.getByRole('button', { name: 'Next page' }).tap();
  await sheet.getByText('Page 4 of 4').waitFor();
  await page.goBack();
  await page.waitForSelector('.viewer-sheet', { state: 'detached' });
  expect(problems).toEqual([]);
  await close();
});

test('a deleted document closes the page of whoever reads it, with a sentence', async () => {
  const [lead, reader] = [await signUp(product), await signUp(product)];
  const other = await createRoom(lead, { name: 'Ruang hapus' });
  await addMember(lead, other, reader);
  const own = await putReadPaper(product, lead, other);
  const client = await lead.connect();
  const sent = { roomId: other.id, clientId: newClientId(), text: 'Ini dokumennya.', documentIds: [own.id] };
  await client.ask('message:send', sent);
  const { page, close } = await openRoomAs(browser, product, reader, other);
  await page.locator('.on-message a', { hasText: own.name }).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 1 of 4' }).waitFor();
  await lead.call('DELETE', `/api/v1/files/${own.id}`);
  await page.getByText('This document was deleted').waitFor();
  await page.locator('.on-message .gone').waitFor();
  client.close();
  await close();
});

test.each([
  { theme: 'light', language: 'en', phone: false },
  { theme: 'dark', language: 'id', phone: false },
  { theme: 'light', language: 'id', phone: true },
] as const)('axe finds nothing beside an open page: $theme, $language, phone $phone', async (look) => {
  const { page, close } = await openIt(look);
  const found: Record<string, string[]> = {};
  const check = async (state: string) => {
    const result = await new AxeBuilder({ page }).analyze();
    found[state] = result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
  };
  await cite(page, 1).click();
  await page.locator('.page mark').first().waitFor();
  await check('text');
  await page.locator('.viewer-bar .seg label').last().click();
  await page.locator('.sheet-of-paper canvas').waitFor();
  await eventually(async () => (await page.locator('.strokes i').count()) > 0);
  await check('original');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'detached' });
  await cite(page, 3).click();
  await page.locator('.desk .docs-empty').waitFor();
  await check('deleted');
  expect(Object.entries(found).flatMap(([state, lines]) => lines.map((line) => `${state}: ${line}`))).toEqual([]);
  await close();
});
