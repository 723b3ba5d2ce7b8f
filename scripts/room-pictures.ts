// The pictures of finding and passing on: palette, shortcuts, drafts, unread, pins, mentions, forwarding, notifications, emoji, tools.
import type { Page } from 'playwright-core';
import type { Message, Room } from '../src/protocol/models.ts';
import { addMember, createRoom, newClientId, type Person, type TestProduct } from '../test/support/product.ts';
import { putReadPaper } from '../test/support/read-paper.ts';
import { uploadFile } from '../test/support/uploads.ts';
import type { Gallery } from './document-pictures.ts';

/** @param readers who looks at the pictures; @param colleague who writes to them meanwhile */
export async function takeRoomPictures(
  product: TestProduct,
  lead: Person,
  { readers, colleague, ...gallery }: Gallery & { readers: Person[]; colleague: Person },
): Promise<void> {
  const { each, take } = gallery;
  // Nobody reads along while it is being said.
  await each((page) => page.goto('about:blank'));
  const room = await createRoom(lead, { name: 'PLN Rinai SCADA', brief: 'Aanwijzing Kamis pukul 10.00.' });
  const other = await createRoom(lead, { name: 'Bank Selaras relokasi DC' });
  for (const one of [room, other]) {
    await gallery.invite(one);
    await addMember(lead, one, colleague);
  }
  await putReadPaper(product, lead, room);
  await uploadFile(lead, { name: 'Katalog RTU 2026.txt', fields: { kind: 'product', roomId: room.id } });
  const say = (person: Person, text: string, where: Room = room) => sayIn(person, where, text);
  const handles = readers.map(({ user }) => `@${user.handle}`).join(' ');
  const deadline = await say(lead, 'Penawaran ditutup **Senin 7 Desember pukul 14.00 WIB**, lewat SPSE.');
  await say(colleague, 'RTU kita memenuhi IEC 60870-5-104; gateway lama tidak. Harga gateway baru menyusul.');
  await say(lead, 'Baik, saya minta surat dukungan dari pabrikan hari ini.');
  for (let day = 1; day <= 60; day += 1) await say(colleague, `Catatan lapangan ${day}: gardu induk sudah dicek.`);
  await say(colleague, `${handles} tolong cek jadwal demo, usulan saya Rabu.`, other);
  await say(colleague, `${handles} surat dukungan sudah datang, mohon dibaca sebelum rapat.`);
  const client = await lead.connect();
  await client.ask('message:pin', { messageId: deadline.id, on: true });
  client.close();

  const inRoom = `${product.url}/main/rooms/${room.id}`;
  const unread = await whatIsRead(product, room.id);
  // One after another: two looks are one person's, and the first to arrive has read everything.
  let before: Promise<unknown> = Promise.resolve();
  await each((page) => {
    before = before.then(() => openUnread(page, inRoom, unread.again));
    return before;
  });
  await take('40-unread-far');
  await each((page) => page.locator('.over-timeline .latest').click());
  await each((page) => page.locator('.newline').waitFor());
  await take('41-unread-line');

  await each(openPalette);
  await take('42-palette');
  await each((page) => page.locator('.palette input').fill('gar'));
  await each((page) => page.locator('[id^="palette-message-"]').first().waitFor());
  await take('43-palette-found');
  await each((page) => page.locator('.palette input').fill('zzqx'));
  await each((page) => page.locator('.palette-note:not(.late)').waitFor());
  await take('44-palette-nothing');
  await each((page) => page.keyboard.press('Escape'));
  await each((page) => page.locator('#timeline').focus());
  await each((page) => page.keyboard.press('?'));
  await each((page) => page.locator('.shortcut-list').first().waitFor());
  await take('45-shortcuts');
  await each((page) => page.keyboard.press('Escape'));

  await each((page) => chooseInMenu(page, 'pin'));
  await each((page) => page.locator('#pins .hits li').waitFor());
  await take('46-pins');
  await each((page) => page.keyboard.press('Escape'));
  await each((page) => chooseInMenu(page, 'wrench'));
  await each((page) => page.locator('.prompts li').first().waitFor());
  await take('47-tools');
  await each((page) => page.keyboard.press('Escape'));
  await each((page) => chooseInMenu(page, 'bell'));
  await each((page) => page.locator('.device-notify').waitFor());
  await take('48-notifications');
  await each((page) => page.keyboard.press('Escape'));

  await each(openEmoji);
  await take('49-emoji');
  await each((page) => page.keyboard.press('Escape'));
  await each((page) => page.locator('#composer').fill('Usulan saya: demo hari Rabu'));
  await each((page) => page.goto(`${inRoom}?message=${deadline.id}`));
  await each((page) => page.locator(`[data-message="${deadline.id}"]`).focus());
  await each((page) => page.keyboard.press('f'));
  await each((page) => page.locator('.room-choice label').first().waitFor());
  await each((page) => page.locator('.room-choice label', { hasText: other.name }).first().click());
  await take('50-forward');
  await each((page) => page.locator('.dialog footer .primary').click());
  await each((page) => page.locator('.dialog .done').waitFor());
  await take('51-forwarded');
  await each((page) => page.locator('.dialog footer .primary').click());
  await each((page) => page.locator('.msg .about-line').first().waitFor());
  await take('52-forward-arrived');
  await each((page) => page.goto(`${product.url}/main/mentions`));
  await each((page) => page.locator('.mentions-page .hits li').first().waitFor());
  await take('53-mentions');
}

/** @returns `again` puts every member back to what they had read by now */
async function whatIsRead({ app: { db } }: TestProduct, roomId: string): Promise<{ again(): Promise<void> }> {
  const members = await db
    .selectFrom('room_members')
    .select(['user_id', 'read_seq'])
    .where('room_id', '=', roomId)
    .execute();
  return {
    async again() {
      for (const { user_id, read_seq } of members)
        await db
          .updateTable('room_members')
          .set({ read_seq })
          .where('room_id', '=', roomId)
          .where('user_id', '=', user_id)
          .execute();
    },
  };
}

const TRIES = 5;

/** What the person's other page still had to say of its reading may arrive in between: then once more. */
async function openUnread(page: Page, address: string, readAgain: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await readAgain();
    await page.goto(address);
    await page.locator('#timeline .msg').last().waitFor();
    try {
      await page.locator('.over-timeline .latest').waitFor({ timeout: 10_000 });
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.palette-hit').first().waitFor();
}

/** Phones have emoji on their own keys. */
async function openEmoji(page: Page): Promise<void> {
  const button = page.locator('.composer .ctl button:has(use[href="#i-smile"])');
  if (!(await button.isVisible())) return;
  await button.click();
  await page.locator('.emoji-row button').nth(40).waitFor();
}

async function chooseInMenu(page: Page, icon: string): Promise<void> {
  await page.locator('.bar button[aria-haspopup="menu"]').click();
  await page.locator(`.popover .menu-item:has(use[href="#i-${icon}"])`).click();
}

async function sayIn(person: Person, room: Room, text: string): Promise<Message> {
  const body = { clientId: newClientId(), text, assistant: 'skip' };
  return (await person.call<{ message: Message }>('POST', `/api/v1/rooms/${room.id}/messages`, body)).message;
}
