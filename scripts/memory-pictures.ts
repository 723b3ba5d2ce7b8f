// The pictures of what an answer was made from, and of what is remembered: proposed, accepted, listed, empty and failing.
import type { Page } from 'playwright-core';
import type { Message, Room } from '../src/protocol/models.ts';
import { putMemory, type TestMemory } from '../test/support/memories.ts';
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
  const { each, take } = gallery;
  const open = () => each((page) => page.goto(`${product.url}/main/rooms/${room.id}`));
  await open();
  await each(openMemory);
  await each((page) => page.locator('.memories .panel-empty').waitFor());
  await take('32-memory-empty');
  await each((page) => page.goto('about:blank'));
  await remember(product, lead, room);
  gallery.story.play({ asked: QUESTION, said: ANSWER });
  await ask(lead, room, QUESTION);
  await open();
  await each((page) => page.locator('.remember').first().waitFor());
  await take('33-memory-proposed');
  await each(openMemory);
  await each((page) => page.locator('.facts > li').nth(3).waitFor());
  await take('34-memory');
  await each(async (page) => {
    await page.locator('.memories input[type=search]').fill('garansi');
    await page.locator('.facts > li').first().waitFor();
  });
  await take('35-memory-search');
  await each((page) => page.route('**/api/v1/memories?**', (route) => route.abort()));
  await open();
  await each(openMemory);
  await each((page) => page.locator('.memories [role=alert]').waitFor());
  await take('36-memory-failing');
  await each((page) => page.unroute('**/api/v1/memories?**'));
  await open();
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

/** Opened from the head of the room, on phones from its menu. */
async function openMemory(page: Page): Promise<void> {
  const button = page.locator('.bar [data-panel="memory"]');
  await page.locator('.bar h1').waitFor();
  if (await button.isVisible()) await button.click();
  else {
    await page.locator('.bar [aria-haspopup="menu"]').click();
    await page.locator('.popover:popover-open .menu-item:has([href="#i-bookmark"])').click();
  }
  await page.locator('.memories').waitFor();
}

const WARRANTY = 'Garansi perangkat 36 bulan sejak serah terima.';
const PENALTY = 'Denda dihitung dari nilai bulanan, paling banyak 5 % dari kontrak.';

async function remember(product: TestProduct, lead: Person, room: Room): Promise<void> {
  const said = await Promise.all(
    [WARRANTY, PENALTY].map(async (text) => {
      const body = { clientId: newClientId(), text, assistant: 'skip' };
      const { message } = await lead.call<{ message: Message }>('POST', `/api/v1/rooms/${room.id}/messages`, body);
      return message.id;
    }),
  );
  const put = (fact: TestMemory) => putMemory(product.app, lead, room.id, fact);
  await put({ text: 'Jadwal aanwijzing Rabu 19 November pukul 10.00.', subject: 'jadwal aanwijzing' });
  await put({ text: 'Jadwal aanwijzing Kamis 20 November pukul 10.00, daring.', subject: 'jadwal aanwijzing' });
  await put({ text: 'Kita tidak menawarkan lisensi per pengguna, hanya per instansi.' });
  await put({ text: WARRANTY, messageId: said[0]! });
  await put({ text: PENALTY, messageId: said[1]!, status: 'proposed' });
}

async function ask(person: Person, room: Room, text: string): Promise<void> {
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  const { message } = await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
  await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);
  client.close();
}
