// The pictures of what an answer was made from.
import type { Page } from 'playwright-core';
import type { Room } from '../src/protocol/models.ts';
import { createRoom, newClientId, type Person, type TestProduct } from '../test/support/product.ts';
import { putReadPaper } from '../test/support/read-paper.ts';
import type { Gallery } from './document-pictures.ts';
import type { Storyteller } from './tender-story.ts';

const QUESTION = '@ProjectWise boleh satu tenaga ahli merangkap di DRC, dan berapa garansinya?';
const ANSWER =
  '**Boleh, khusus untuk DRC** dan dengan persetujuan tertulis PPK[1]. Garansi perangkat 36 bulan, seperti dikatakan Dewa.';

export async function takeMemoryPictures(
  product: TestProduct,
  lead: Person,
  gallery: Gallery & { story: Storyteller },
): Promise<void> {
  const room = await createRoom(lead, {
    name: 'Marabintan Layanan Terpadu, tahap 2',
    brief: 'Dinas Kominfo Kota Marabintan. Penawaran ditutup 27 November pukul 14.00.',
    language: 'id',
  });
  await gallery.invite(room);
  await putReadPaper(product, lead, room);
  await tell(lead, room, ['Garansi perangkat 36 bulan sejak serah terima.', 'Harga dihitung tanpa PPN.']);
  gallery.story.play({ asked: QUESTION, said: ANSWER });
  await ask(lead, room, QUESTION);
  const { each, take } = gallery;
  await each((page) => page.goto(`${product.url}/main/rooms/${room.id}`));
  await each(openWhy);
  await take('30-why');
  await each(async (page) => {
    for (const fold of await page.locator('.parts details > summary').all()) await fold.click();
    await page.locator('.panel-scroll').evaluate((panel) => {
      panel.scrollTop = panel.scrollHeight;
    });
  });
  await take('31-why-unfolded');
  await each((page) => page.keyboard.press('Escape'));
}

async function openWhy(page: Page): Promise<void> {
  await page.locator('.answer .foot button[aria-expanded]').last().click();
  await page.locator('.parts > li').first().waitFor();
}

async function tell(person: Person, room: Room, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const body = { clientId: newClientId(), text, assistant: 'skip' };
    await person.call('POST', `/api/v1/rooms/${room.id}/messages`, body);
  }
}

async function ask(person: Person, room: Room, text: string): Promise<void> {
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  const { message } = await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
  await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);
  client.close();
}
