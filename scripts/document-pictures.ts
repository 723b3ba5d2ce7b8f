// The pictures of documents: on their way, being read, in the panel and the library, and a page beside the answer that cites it.
import type { Page } from 'playwright-core';
import { announceDocument } from '../src/documents/announce.ts';
import { findDocument, updateDocument } from '../src/documents/document-store.ts';
import type { Room } from '../src/protocol/models.ts';
import { putCitedAnswer } from '../test/support/cited-answer.ts';
import { createRoom, type Person, type TestProduct } from '../test/support/product.ts';
import { putReadPaper } from '../test/support/read-paper.ts';
import { CLAUSE } from '../test/support/tender-paper.ts';
import { uploadFile } from '../test/support/uploads.ts';

/** The same page in every look, and taking its picture in all of them. */
export interface Gallery {
  /** Brings the people of the other looks into a room. */
  invite(room: Room): Promise<unknown>;
  each(act: (page: Page) => Promise<unknown>): Promise<unknown>;
  take(state: string): Promise<void>;
}

const UPLOADS = [
  { name: 'BoQ rev 3.txt', mimeType: 'text/plain', buffer: Buffer.alloc(300_000, 'Harga satuan. ') },
  { name: 'Lampiran C.txt', mimeType: 'text/plain', buffer: Buffer.alloc(500_000, 'Gambar kerja. ') },
  { name: 'Kosong.docx', mimeType: '', buffer: Buffer.alloc(0) },
];

export async function takeDocumentPictures(product: TestProduct, lead: Person, gallery: Gallery): Promise<void> {
  const room = await createRoom(lead, { name: 'RSUD Tanjung Asri SIMRS', brief: 'Penawaran ditutup 4 Desember.' });
  const { each, take } = gallery;
  await gallery.invite(room);
  const open = (path: string) => each((page) => page.goto(product.url + path));
  const panel = () => each((page) => page.locator('.bar [data-panel="documents"]').click());

  await open(`/main/rooms/${room.id}`);
  await panel();
  await each((page) => page.waitForSelector('.docs-empty'));
  await take('20-documents-empty');
  await each((page) => page.locator('.panel-head .btn').click());
  await each(async (page) => {
    const session = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 };
    await session.send('Network.emulateNetworkConditions', slow);
    await page.locator('.composer input[type=file][multiple]').setInputFiles(UPLOADS);
    await page.locator('#composer').fill('Bandingkan BoQ kita dengan lampiran teknis.');
    await page.locator('.file .fill').first().waitFor();
    await page
      .locator('.file .state', { hasText: /[2-9]\d/ })
      .first()
      .waitFor();
  });
  await take('21-uploading');
  await each(async (page) => {
    while ((await page.locator('.composer .file').count()) > 0) {
      await page.locator('.composer .file .btn').last().click();
    }
    await page.locator('#composer').fill('');
  });

  // Nobody is there while the answer gets its sources behind the back of the room: a page would keep the words it heard.
  await each((page) => page.goto('about:blank'));
  const paper = await putReadPaper(product, lead, room, { hasPicture: true });
  await setTheTable(product, lead, room.id);
  const library = { kind: 'product', category: 'Jaringan', product: 'Switch inti', year: '2026' };
  await uploadFile(lead, { name: 'Katalog switch 2026.txt', fields: library });
  const cite = { documentId: paper.id, documentName: paper.name };
  const text =
    '**Boleh, dengan dua syarat.** KAK mewajibkan satu tenaga ahli untuk satu posisi, tetapi Addendum 02 membuka pengecualian khusus DRC[1]. Jadwal tetap[2]; Addendum 01 tidak berlaku lagi[3].';
  await putCitedAnswer(product, lead, room, text, [
    { ...cite, page: 3, quote: CLAUSE },
    { ...cite, page: 2, quote: 'jadwal tetap berlaku tanpa perubahan' },
    { documentId: 'deleted', documentName: 'Addendum 01.pdf', page: 5, quote: 'Jadwal aanwijzing hari Kamis.' },
  ]);
  await open(`/main/rooms/${room.id}`);
  await panel();
  await each((page) => page.waitForSelector('.doc .bar-p'));
  await take('22-documents');
  await each((page) => page.locator('.panel-head .btn').click());
  const openSource = (number: number) =>
    each((page) => page.locator('.answer a.cite', { hasText: String(number) }).click());
  const close = () => each((page) => page.keyboard.press('Escape'));
  await openSource(1);
  await each((page) => page.waitForSelector('.page mark'));
  await take('23-cited-page');
  await each((page) => page.locator('.viewer-bar .seg label').last().click());
  await each((page) => page.waitForSelector('.strokes i', { state: 'attached' }));
  await take('24-cited-original');
  await each((page) => page.locator('.viewer-bar .seg label').first().click());
  await close();
  await openSource(3);
  await each((page) => page.waitForSelector('.desk .docs-empty'));
  await take('25-source-deleted');
  await close();
  await open('/main/documents');
  await each((page) => page.waitForSelector('.library .doc'));
  await take('26-library');
  await each((page) => page.locator('.library .doc > a').click());
  await each((page) => page.waitForSelector('.page'));
  await take('27-library-page');
}

/** One document in every state. */
async function setTheTable(product: TestProduct, lead: Person, roomId: string): Promise<void> {
  const { tenantId } = lead.user;
  const put = async (name: string, change: object) => {
    const { id } = await uploadFile(lead, { name, fields: { kind: 'tor', roomId, customer: 'RSUD Tanjung Asri' } });
    await settled(lead, id);
    await updateDocument(product.app.db, tenantId, id, change);
    const row = await findDocument(product.app.db, tenantId, id);
    if (row) announceDocument(product.app, row);
  };
  await put('Lampiran teknis (scan).txt', {
    status: 'processing',
    progress_done: 132,
    progress_total: 480,
    progress_unit: 'page',
  });
  await put('Berita acara aanwijzing.txt', { status: 'uploaded' });
  const error = JSON.stringify({ code: 'invalid', message: 'locked', reason: 'file_encrypted' });
  await put('Referensi harga.txt', { status: 'failed', error });
}

async function settled(lead: Person, documentId: string): Promise<void> {
  for (;;) {
    const { status } = await lead.call<{ status: string }>('GET', `/api/v1/files/${documentId}`);
    if (status === 'processed') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
