// Documents on the table in a real browser: bringing them, seeing them read, putting them in order, and taking them away.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { announceDocument } from '../../src/documents/announce.ts';
import { findDocument, updateDocument } from '../../src/documents/document-store.ts';
import type { Document } from '../../src/protocol/document-models.ts';
import { composerHolds, ensureAppBuilt, messageRow, openAs, openRoomAs } from '../support/app-page.ts';
import { launchBrowser, type OpenedPage, type OpenPageOptions } from '../support/browser.ts';
import { putDocument } from '../support/documents.ts';
import { makePdf, text } from '../support/make-pdf.ts';
import {
  addMember,
  createRoom,
  eventually,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { putReadPaper } from '../support/read-paper.ts';
import { tenderPaper } from '../support/tender-paper.ts';
import { uploadFile } from '../support/uploads.ts';

let browser: Browser;
let product: TestProduct;
let ratna: Person;
const opened: OpenedPage[] = [];

beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
  product = await startProduct();
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser.close();
  await stopProducts();
});

async function open(person: Person, room: { id: string }, options: Omit<OpenPageOptions, 'url'> = {}) {
  const one = await openRoomAs(browser, product, person, room, { reducedMotion: true, ...options });
  opened.push(one);
  return one;
}

const PAPER = { name: 'Addendum 02.pdf', mimeType: 'application/pdf', buffer: Buffer.from(tenderPaper()) };
const plain = (name: string, content: string | Buffer = `Catatan ${name}`) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

const choose = (page: Page, files: { name: string; mimeType: string; buffer: Buffer }[]) =>
  page.locator('.composer input[type=file][multiple]').setInputFiles(files);
const upload = (page: Page, name: string): Locator => page.locator('.composer .file', { hasText: name });
const row = (page: Page, name: string): Locator => page.locator('.doc', { hasText: name });
const showDocuments = (page: Page) => page.locator('.bar [data-panel="documents"]').click();

/** So slow that an upload is seen under way. */
async function slowDown(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

/** Drags a file over the middle of the window. */
const drag = (page: Page, kind: 'dragover' | 'drop', name: string) =>
  page.evaluate(`((kind, name) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['Isi berkas yang diseret.'], name, { type: 'text/plain' }));
    const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  })(${JSON.stringify(kind)}, ${JSON.stringify(name)})`);

test('who may only read a room sees its documents and no way to bring or change any', async () => {
  const room = await createRoom(ratna, { name: 'Ruang baca' });
  const sari = await signUp(product, 'Sari Kusuma');
  await addMember(ratna, room, sari, 'viewer');
  await putReadPaper(product, ratna, room);
  const { page, problems } = await open(sari, room);
  expect(await page.getByRole('button', { name: 'Attach files' }).count()).toBe(0);
  await showDocuments(page);
  await row(page, 'Addendum 02.pdf').getByText('TOR/KAK, read in full').waitFor();
  expect(await page.getByRole('button', { name: /Drop files here/ }).count()).toBe(0);
  await row(page, 'Addendum 02.pdf').getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Download' }).waitFor();
  expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Download']);
  await page.keyboard.press('Escape');
  await drag(page, 'dragover', 'a.txt');
  expect(await page.locator('.drop-over').count()).toBe(0);
  expect(problems).toEqual([]);
});

test('a file is brought in an empty room, seen on its way, read, sent with a message and opened by somebody else', async () => {
  const room = await createRoom(ratna, { name: 'Ruang baru' });
  const budi = await signUp(product, 'Budi Santoso');
  await addMember(ratna, room, budi);
  const mine = await open(ratna, room);
  const { page } = mine;
  await page.getByRole('heading', { name: 'This room is still empty' }).waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /Put the TOR\/KAK on the table/ }).click(),
  ]);
  await slowDown(page, 400);
  await chooser.setFiles([PAPER]);
  const bar = upload(page, PAPER.name).getByRole('progressbar');
  await bar.waitFor();
  await page.locator('#composer').fill('Addendum sudah terbit.');
  await page.getByText('You can send when the file is there.').waitFor();
  await page.locator('.send[aria-disabled="true"]').waitFor();
  await page.locator('#composer').press('Enter');
  expect(await page.locator('.msg').count()).toBe(0);
  await slowDown(page, -1);
  await bar.waitFor({ state: 'detached' });
  await page.locator('#composer').press('Enter');
  await messageRow(page, 'Addendum sudah terbit.').getByText('4 p.').waitFor();
  expect(await page.locator('.composer .file').count()).toBe(0);

  const other = await open(budi, room);
  await messageRow(other.page, 'Addendum sudah terbit.').getByRole('link', { name: PAPER.name }).click();
  await other.page.getByRole('region', { name: 'Addendum 02.pdf, Page 1 of 4' }).waitFor();
  await other.page.getByText('Perubahan dokumen pemilihan.').waitFor();
  expect([...mine.problems, ...other.problems]).toEqual([]);
  expect([...mine.foreign, ...other.foreign]).toEqual([]);
});

test('of several files each goes its own way: what cannot be read says why, one is cancelled, the rest goes with a message without words', async () => {
  const room = await createRoom(ratna, { name: 'Ruang banyak' });
  const { page } = await open(ratna, room);
  await slowDown(page, 30_000);
  await choose(page, [
    plain('catatan.txt'),
    plain('kosong.docx', ''),
    { name: 'program.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\u0090\u0000\u0003 program') },
    plain('besar.txt', 'x'.repeat(900_000)),
  ]);
  await upload(page, 'kosong.docx').getByText('This file is empty.').waitFor();
  await upload(page, 'program.exe')
    .getByText(/This kind of file cannot be read\. Upload PDF, Word/)
    .waitFor();
  // What needs a decision stands before what goes its way.
  expect(await page.locator('.composer .file .cut').allTextContents()).toEqual([
    'kosong.docx',
    'program.exe',
    'catatan.txt',
    'besar.txt',
  ]);
  // Trying again would not make it another file.
  expect(await upload(page, 'program.exe').getByRole('button', { name: /again/ }).count()).toBe(0);
  await upload(page, 'besar.txt').getByRole('button', { name: 'Cancel the upload of besar.txt' }).click();
  for (const name of ['kosong.docx', 'program.exe']) {
    await upload(page, name)
      .getByRole('button', { name: `Remove ${name}` })
      .click();
  }
  await eventually(async () => (await page.locator('.composer .file.done').count()) === 1, 'the file that arrived');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.msg .on-message', { hasText: 'catatan.txt' }).waitFor();
  await showDocuments(page);
  await row(page, 'catatan.txt').waitFor();
  expect(await page.locator('.doc').count()).toBe(1);
});

test('a file that is too large is refused in words before any of it is sent', async () => {
  const small = await startProduct({ limits: { uploadBytes: 200 * 1024 } });
  const lead = await signUp(small);
  const room = await createRoom(lead, { name: 'Ruang kecil' });
  const one = await openRoomAs(browser, small, lead, room);
  opened.push(one);
  const { page } = one;
  const sent: string[] = [];
  page.on('request', (request) => sent.push(new URL(request.url()).pathname));
  await choose(page, [plain('besar.txt', 'x'.repeat(300 * 1024))]);
  await upload(page, 'besar.txt')
    .getByText('300 KB is over the limit of 200 KB. Split it or compress the scans.')
    .waitFor();
  expect(sent).not.toContain('/api/v1/files/upload');
  await showDocuments(page);
  await page.getByText('up to 200 KB').waitFor();
});

test('a file that was chosen while offline goes by itself when the connection is back', async () => {
  const room = await createRoom(ratna, { name: 'Ruang padam' });
  const { page } = await open(ratna, room);
  await page.context().setOffline(true);
  await page.getByText(/^Offline since/).waitFor();
  await choose(page, [plain('luring.txt')]);
  await upload(page, 'luring.txt').getByText('goes when you are back').waitFor();
  await page.context().setOffline(false);
  await page.locator('.composer .file.done', { hasText: 'luring.txt' }).waitFor();
});

test('files may be dropped anywhere over the room, and pictures pasted, but a copied table stays text', async () => {
  const room = await createRoom(ratna, { name: 'Ruang seret' });
  const { page } = await open(ratna, room);
  await drag(page, 'dragover', 'diseret.txt');
  await page.getByText('Drop to put on the table').waitFor();
  await drag(page, 'drop', 'diseret.txt');
  await page.locator('.composer .file.done', { hasText: 'diseret.txt' }).waitFor();
  await page.waitForSelector('.drop-over', { state: 'detached' });

  const paste = (withText: boolean) =>
    page.evaluate(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array([137, 80, 78, 71])], 'image.png', { type: 'image/png' }));
      if (${withText}) transfer.setData('text/plain', 'a\\tb');
      const paste = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
      document.getElementById('composer').dispatchEvent(paste);
    })()`);
  await paste(true);
  await paste(false);
  await upload(page, 'Pasted picture').waitFor();
  expect(await page.locator('.composer .file').count()).toBe(2);
});

test('kind and details are sensible from the start and changed while the file is on its way, for all of them at once', async () => {
  const room = await createRoom(ratna, { name: 'Ruang jenis' });
  const first = await uploadFile(ratna, {
    name: 'KAK.txt',
    fields: { kind: 'tor', roomId: room.id, customer: 'Dinas Kominfo' },
  });
  expect(first.kind).toBe('tor');
  const { page } = await open(ratna, room);
  await page.locator('.bar [data-panel="documents"] .num', { hasText: '1' }).waitFor();
  await slowDown(page, 500);
  await choose(page, [plain('harga.txt', 'x'.repeat(3_000)), plain('jadwal.txt', 'y'.repeat(3_000))]);
  await upload(page, 'harga.txt')
    .getByRole('button', { name: /Kind and details of harga.txt/ })
    .click();
  const dialog = page.getByRole('dialog');
  // In a room of several people it is a tender paper, of the customer of the one before.
  expect(await dialog.getByLabel('TOR/KAK').isChecked()).toBe(true);
  expect(await dialog.getByLabel('Customer').inputValue()).toBe('Dinas Kominfo');
  await dialog.getByLabel('Product knowledge').check();
  await dialog.getByLabel('Category').fill('Jaringan');
  await dialog.getByLabel('Year').fill('26');
  await dialog.getByLabel('For all 2 files').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Write a year such as 2026.').waitFor();
  await dialog.getByLabel('Year').fill('2026');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('dialog', { state: 'detached' });
  await slowDown(page, -1);
  await eventually(async () => (await page.locator('.composer .file.done').count()) === 2);
  const saved = await eventually(async () => {
    const { items } = await ratna.call<{ items: Document[] }>('GET', `/api/v1/files?roomId=${room.id}&kind=product`);
    return items.length === 2 ? items : undefined;
  }, 'both saved as product knowledge');
  expect(saved.map(({ category, year }) => [category, year])).toEqual([
    ['Jaringan', 2026],
    ['Jaringan', 2026],
  ]);
});

test('the panel shows each document in its state, live, and opens the pages a warning is about', async () => {
  const room = await createRoom(ratna, { name: 'Ruang panel' });
  const make = (name: string, given: object) =>
    putDocument(product.app, ratna, { room_id: room.id, name, texts: ['Isi.'], ...given });
  const waiting = await make('menunggu.pdf', { status: 'uploaded' });
  await make('gagal.pdf', {
    status: 'failed',
    error: JSON.stringify({ code: 'invalid', message: 'locked', reason: 'file_encrypted' }),
  });
  const { page } = await open(ratna, room);
  await showDocuments(page);
  await row(page, 'menunggu.pdf').getByText('Waiting to be read').waitFor();
  await row(page, 'gagal.pdf').getByText('Password protected. Upload it unlocked.').waitFor();
  await row(page, 'gagal.pdf').getByRole('button', { name: 'Retry' }).waitFor();

  const change = async (now: object) => {
    await updateDocument(product.app.db, ratna.user.tenantId, waiting.id, now);
    const changed = await findDocument(product.app.db, ratna.user.tenantId, waiting.id);
    if (changed) announceDocument(product.app, changed);
  };
  await change({ status: 'processing', progress_done: 132, progress_total: 480 });
  await row(page, 'menunggu.pdf').getByText('132/480 p.').waitFor();
  expect(await row(page, 'menunggu.pdf').getByRole('progressbar').getAttribute('aria-valuenow')).toBe('132');
  const warnings = [3, 7].map((number) => ({ page: number, code: 'needs_ocr', message: '' }));
  await change({ status: 'processed', pages: 480, progress_done: 480, warnings: JSON.stringify(warnings) });
  await row(page, 'menunggu.pdf').getByText('2 pages are pictures and were not read.').waitFor();
  await row(page, 'menunggu.pdf').getByText('TOR/KAK, read, with gaps').waitFor();
  await row(page, 'menunggu.pdf')
    .getByRole('link', { name: /^p\. 7: / })
    .click();
  await page.getByRole('region', { name: 'menunggu.pdf, Page 7 of 480' }).waitFor();
});

test('a document is renamed, found, downloaded, read again and deleted, and everybody sees it', async () => {
  const room = await createRoom(ratna, { name: 'Ruang urus' });
  const budi = await signUp(product, 'Budi Santoso');
  await addMember(ratna, room, budi);
  for (let n = 1; n <= 7; n++) {
    await putDocument(product.app, ratna, { room_id: room.id, name: `Lampiran ${n}.txt`, texts: [`Isi ${n}`] });
  }
  await putReadPaper(product, ratna, room);
  const { page, problems } = await open(ratna, room);
  const other = await open(budi, room);
  await showDocuments(page);
  await showDocuments(other.page);
  await row(other.page, 'Addendum 02.pdf').waitFor();
  const choice = async (name: string, item: string) => {
    await row(page, name)
      .getByRole('button', { name: `What can be done with ${name}` })
      .click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choice('Addendum 02.pdf', 'Name and details');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Addendum kedua.pdf');
  await dialog.getByLabel('Project').fill('Layanan terpadu');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row(other.page, 'Addendum kedua.pdf').getByText('Layanan terpadu').waitFor();

  await page.getByLabel('Find a document').fill('terpadu');
  await eventually(async () => (await page.locator('.doc').count()) === 1, 'only what fits');
  await page.getByLabel('Find a document').fill('tidak ada');
  await page.getByText('No document here has “tidak ada” in its name or details.').waitFor();
  await page.getByLabel('Find a document').press('Escape');
  await row(page, 'Lampiran 3.txt').waitFor();

  const [download] = await Promise.all([page.waitForEvent('download'), choice('Addendum kedua.pdf', 'Download')]);
  expect(download.suggestedFilename()).toBe('Addendum kedua.pdf');
  await choice('Addendum kedua.pdf', 'Read again');
  await eventually(async () => {
    const { items } = await ratna.call<{ items: Document[] }>('GET', `/api/v1/files?roomId=${room.id}&kind=tor`);
    return items.find((one) => one.name === 'Addendum kedua.pdf')?.status === 'processed';
  }, 'read again');
  // Who brought nothing and does not lead may only take a copy.
  await row(other.page, 'Lampiran 3.txt').getByRole('button').click();
  await other.page.getByRole('menuitem', { name: 'Download' }).waitFor();
  expect(await other.page.getByRole('menuitem').allTextContents()).toEqual(['Ask about it', 'Download']);
  await other.page.keyboard.press('Escape');

  await choice('Addendum kedua.pdf', 'Delete');
  await dialog.getByText('It disappears for everybody who can see it.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await row(page, 'Addendum kedua.pdf').waitFor();
  await choice('Addendum kedua.pdf', 'Delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await row(other.page, 'Addendum kedua.pdf').waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
});

test('reading that failed says why and can be tried again, reading that is stuck can be cancelled', async () => {
  const room = await createRoom(ratna, { name: 'Ruang gagal' });
  const content = new Uint8Array(
    makePdf([{ content: [text(72, 700, 'Rahasia')] }], { password: { user: 'u', owner: 'o' } }),
  );
  await uploadFile(ratna, { name: 'Terkunci.pdf', content, fields: { kind: 'tor', roomId: room.id } });
  await putDocument(product.app, ratna, {
    room_id: room.id,
    name: 'Macet.pdf',
    status: 'processing',
    progress_total: 9,
  });
  const { page } = await open(ratna, room, { language: 'id' });
  await showDocuments(page);
  await row(page, 'Terkunci.pdf').getByText('Berkas terkunci kata sandi. Unggah tanpa kata sandi.').waitFor();
  await row(page, 'Terkunci.pdf').getByRole('button', { name: 'Coba lagi' }).click();
  await row(page, 'Terkunci.pdf').getByText('Berkas terkunci kata sandi. Unggah tanpa kata sandi.').waitFor();
  await row(page, 'Macet.pdf').getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Batalkan pembacaan' }).click();
  await row(page, 'Macet.pdf').getByText('Pembacaan dibatalkan').waitFor();
});

test('the library is filled on its own page and stands in the panel of every room, apart', async () => {
  const room = await createRoom(ratna, { name: 'Ruang pustaka' });
  const one = await openAs(browser, product, ratna, '/main/documents', { reducedMotion: true });
  opened.push(one);
  const { page } = one;
  await page.getByText('The library is still empty.').waitFor();
  await page
    .locator('.library input[type=file]')
    .setInputFiles([plain('Katalog switch 2026.txt', 'Garansi 36 bulan.')]);
  await row(page, 'Katalog switch 2026.txt').getByText('Product knowledge, read in full').waitFor();
  await page.getByLabel('TOR/KAK').check();
  await page.getByText('No document here has').waitFor();
  await page.getByLabel('All', { exact: true }).check();
  await row(page, 'Katalog switch 2026.txt').getByRole('link').click();
  await page.getByText('Garansi 36 bulan.').waitFor();
  expect(new URL(page.url()).pathname).toBe('/main/documents');
  await page.keyboard.press('Escape');
  await page.locator('.rail a', { hasText: 'Ruang pustaka' }).click();
  await showDocuments(page);
  await page.getByText('Every room may use these.').waitFor();
  await row(page, 'Katalog switch 2026.txt').waitFor();
  expect(room.id).toBeTruthy();
  expect(one.problems).toEqual([]);
});

test('a document that lies there goes along with a question: named with @, from its row, or from its open page', async () => {
  const room = await createRoom(ratna, { name: 'Ruang tanya' });
  const paper = await putReadPaper(product, ratna, room);
  const { page, problems } = await open(ratna, room);
  await page.locator('.bar [data-panel="documents"] .num').waitFor();
  await page.locator('#composer').pressSequentially('Bandingkan @Add');
  await page.getByRole('option', { name: paper.name }).waitFor();
  await page.keyboard.press('Tab');
  await composerHolds(page, 'Bandingkan Addendum 02.pdf ');
  await page.locator('.composer .file', { hasText: paper.name }).waitFor();
  await page.getByRole('button', { name: `Do not attach ${paper.name}; it stays on the table` }).click();
  await page.locator('#composer').fill('');

  await showDocuments(page);
  await row(page, paper.name).getByRole('link', { name: paper.name, exact: true }).click();
  await page.getByRole('region', { name: 'Addendum 02.pdf, Page 1 of 4' }).waitFor();
  for (const number of [2, 3]) {
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('region', { name: `Addendum 02.pdf, Page ${number} of 4` }).waitFor();
  }
  await page.getByRole('button', { name: 'Ask about this' }).click();
  await composerHolds(page, '@ProjectWise p. 3: ');
  await page.keyboard.type('bolehkah tenaga ahli DRC merangkap jabatan?');
  await page.keyboard.press('Enter');
  await messageRow(page, 'bolehkah tenaga ahli').getByRole('link', { name: paper.name }).waitFor();
  await page.locator('.answer a.cite').first().waitFor();
  await page.locator('.answer .steps button', { hasText: /^Searched \d documents?, read \d pages?/ }).waitFor();
  await page.locator('.answer a.cite').first().click();
  await page.locator('.page mark', { hasText: 'Rangkap jabatan' }).waitFor();
  expect(problems).toEqual([]);
});

test('what was deleted while the connection was gone is not there any more when it is back', async () => {
  const room = await createRoom(ratna, { name: 'Ruang kembali' });
  const paper = await putReadPaper(product, ratna, room);
  const { page } = await open(ratna, room);
  await showDocuments(page);
  await row(page, paper.name).waitFor();
  await page.context().setOffline(true);
  await page.getByText(/^Offline since/).waitFor();
  await ratna.call('DELETE', `/api/v1/files/${paper.id}`);
  await page.context().setOffline(false);
  await row(page, paper.name).waitFor({ state: 'detached' });
  await page.getByText('Nothing lies on this table yet.').waitFor();
});

test('on a phone files are chosen or photographed, the panel covers the room, and everything is large enough for a finger', async () => {
  const room = await createRoom(ratna, { name: 'Ruang saku' });
  await putReadPaper(product, ratna, room);
  const { page, problems } = await open(ratna, room, { phone: true });
  await page.getByRole('button', { name: 'Attach files' }).tap();
  await page.getByRole('menuitem', { name: 'Take a photo' }).waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('menuitem', { name: 'Choose files' }).tap(),
  ]);
  await chooser.setFiles([plain('ponsel.txt')]);
  await page.locator('.composer .file.done').waitFor();
  await showDocuments(page);
  await row(page, 'ponsel.txt').waitFor();
  await page.getByRole('button', { name: /^Choose files/ }).waitFor();
  const small = await page.evaluate<string[]>(`[...document.querySelectorAll('#documents :is(button, .doc > a)')]
    .filter((one) => one.checkVisibility() && !one.closest('.popover:not(:popover-open)'))
    .map((one) => {
      const box = (one.matches('.doc > a') ? one.closest('.doc') : one).getBoundingClientRect();
      return [one.getAttribute('aria-label') ?? one.textContent, box.width, box.height];
    })
    .filter(([, width, height]) => width < 44 || height < 44)
    .map((one) => one.join(' '))`);
  expect(small).toEqual([]);
  await row(page, 'Addendum 02.pdf').getByRole('link', { name: 'Addendum 02.pdf', exact: true }).tap();
  await page.getByRole('dialog').getByText('Page 1 of 4').waitFor();
  await page.goBack();
  await page.waitForSelector('.viewer-sheet', { state: 'detached' });
  await row(page, 'ponsel.txt').waitFor();
  expect(problems).toEqual([]);
});

test.each([
  { theme: 'light', language: 'en', phone: false },
  { theme: 'dark', language: 'id', phone: true },
] as const)('axe finds nothing among documents: $theme, $language, phone $phone', async (look) => {
  const room = await createRoom(ratna, { name: 'Ruang periksa' });
  const make = (name: string, given: object) =>
    putDocument(product.app, ratna, { room_id: room.id, name, texts: ['Isi.'], ...given });
  const reason = { code: 'invalid', message: 'locked', reason: 'file_encrypted' };
  await make('gagal.pdf', { status: 'failed', error: JSON.stringify(reason) });
  await make('dibaca.pdf', { status: 'processing', progress_done: 3, progress_total: 9 });
  await make('gambar.pdf', { warnings: JSON.stringify([{ page: 1, code: 'needs_ocr', message: '' }]) });
  const { page } = await open(ratna, room, look);
  const found: Record<string, string[]> = {};
  const check = async (state: string, shown = page) => {
    const result = await new AxeBuilder({ page: shown }).analyze();
    found[state] = result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
  };
  await page.waitForSelector('.empty');
  await slowDown(page, 2_000);
  await choose(page, [plain('kosong.txt', ''), plain('besar.txt', 'x'.repeat(90_000))]);
  await page.locator('.composer .file [role=progressbar]').waitFor();
  await check('uploading');
  await page.locator('.file .kind').click();
  await page.waitForSelector('dialog .opt');
  await check('details');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await showDocuments(page);
  await row(page, 'gagal.pdf').waitFor();
  await check('panel');
  const library = await openAs(browser, product, ratna, '/main/documents', { reducedMotion: true, ...look });
  opened.push(library);
  await library.page.waitForSelector('.library .drop');
  await check('library', library.page);
  const wrong = Object.entries(found).flatMap(([state, lines]) => lines.map((line) => `${state}: ${line}`));
  expect(wrong).toEqual([]);
});
