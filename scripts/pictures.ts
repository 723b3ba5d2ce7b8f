// `npm run pictures`: starts the product with a folder of its own, plays a small tender conversation and takes a picture of every
// state, on a desk and on a phone, light and dark, in both languages. They land in test/output/pictures.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Room } from '../src/protocol/models.ts';
import { launchBrowser, openPage } from '../test/support/browser.ts';
import {
  addMember,
  type Client,
  createRoom,
  PASSWORD,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../test/support/product.ts';
import { acceptPictures, comparePictures } from './compare-pictures.ts';
import { openDeskScene } from './desk-pictures.ts';
import { takeDocumentPictures } from './document-pictures.ts';
import { takeMemoryPictures } from './memory-pictures.ts';
import { takeRichPictures } from './rich-pictures.ts';
import { takeRoomPictures } from './room-pictures.ts';
import { takePicture } from './take-picture.ts';
import {
  BRIEF,
  CAP_ANSWER,
  CAP_QUESTION,
  CERTIFICATE_ANSWER,
  CERTIFICATE_QUESTION,
  createStoryteller,
  DEADLINE_ANSWER,
  DEADLINE_QUESTION,
  EXPERT_ANSWER,
  EXPERT_QUESTION,
  ROOM_NAME,
  SLA_ANSWER,
  SLA_QUESTION,
  STAFF_ANSWER,
  STAFF_QUESTION,
  type Storyteller,
} from './tender-story.ts';

const FOLDER = fileURLToPath(new URL('../test/output/pictures/', import.meta.url));
const FOLDERS = {
  taken: FOLDER,
  accepted: fileURLToPath(new URL('../test/pictures/accepted/', import.meta.url)),
  differences: fileURLToPath(new URL('../test/output/picture-differences/', import.meta.url)),
};

interface Look {
  name: string;
  theme: 'light' | 'dark';
  language: 'en' | 'id';
  phone: boolean;
}
const LOOKS: Look[] = [
  { name: 'desk-light-en', theme: 'light', language: 'en', phone: false },
  { name: 'desk-dark-id', theme: 'dark', language: 'id', phone: false },
  { name: 'phone-light-id', theme: 'light', language: 'id', phone: true },
  { name: 'phone-dark-en', theme: 'dark', language: 'en', phone: true },
];

/** Four pages at once on a busy machine. */
const PATIENCE_MS = 120_000;

interface Shown {
  look: Look;
  page: Page;
}

async function openLooks(browser: Browser, url: string): Promise<Shown[]> {
  return Promise.all(
    LOOKS.map(async (look) => {
      const { page } = await openPage(browser, { url, ...look, reducedMotion: true });
      page.setDefaultTimeout(PATIENCE_MS);
      return { look, page };
    }),
  );
}

async function take(shown: Shown[], state: string): Promise<void> {
  for (const { look, page } of shown) {
    await takePicture(page, `${FOLDER}${state}-${look.name}.png`);
  }
}

const each = (shown: Shown[], act: (page: Page, look: Look) => Promise<unknown>) =>
  Promise.all(shown.map(({ page, look }) => act(page, look)));

async function enter(page: Page, person: Person): Promise<void> {
  await page.locator('input[name="email"]').fill(person.user.email);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('form button[type="submit"]').click();
}

interface Team {
  ratna: Person;
  hannah: Person;
  budi: Person;
  citra: Person;
  dewa: Person;
  sari: Person;
}

async function createTeam(product: TestProduct): Promise<Team> {
  const inLanguage = async (name: string, language: 'en' | 'id') => {
    const person = await signUp(product, name);
    await person.call('PATCH', '/api/v1/auth/me', { language });
    return person;
  };
  return {
    ratna: await inLanguage('Ratna Wulandari', 'id'),
    hannah: await inLanguage('Hannah Lim', 'en'),
    budi: await signUp(product, 'Budi Santoso'),
    citra: await signUp(product, 'Citra Maharani'),
    dewa: await signUp(product, 'Dewa Pratama'),
    sari: await inLanguage('Sari Kusuma', 'id'),
  };
}

let sends = 0;
const say = (
  client: Client,
  roomId: string,
  text: string,
  assistant: 'room' | 'ask' | 'skip' = 'room',
  replyToId?: string,
) =>
  client.ask('message:send', {
    roomId,
    clientId: `say-${++sends}`,
    text,
    assistant,
    ...(replyToId ? { replyToId } : {}),
  });

async function ask(client: Client, roomId: string, question: string): Promise<string> {
  const { message } = await say(client, roomId, question);
  const ended = await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);
  return ended.message?.id ?? '';
}

/** Spreads the conversation over a morning, as if it had not all been said just now. */
async function spreadOverMorning(product: TestProduct, roomId: string): Promise<void> {
  const { db } = product.app;
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'seq'])
    .where('room_id', '=', roomId)
    .orderBy('seq')
    .execute();
  const last = Date.now() - 4 * 60_000;
  for (const [place, row] of rows.entries()) {
    const createdAt = last - (rows.length - 1 - place) * 4 * 60_000;
    await db.updateTable('messages').set({ created_at: createdAt }).where('id', '=', row.id).execute();
  }
}

async function playMorning(product: TestProduct, team: Team, story: Storyteller, roomId: string): Promise<void> {
  const hannah = await team.hannah.connect();
  const budi = await team.budi.connect();
  const dewa = await team.dewa.connect();
  for (const client of [hannah, budi, dewa]) await client.ask('room:join', { roomId });
  story.play({ asked: SLA_QUESTION, said: SLA_ANSWER });
  story.play({ asked: CAP_QUESTION, said: CAP_ANSWER });
  await say(hannah, roomId, 'Morning all. Aanwijzing is moved to Thursday 10:00.');
  await say(hannah, roomId, 'I will join online from Batam.');
  const table = await ask(hannah, roomId, SLA_QUESTION);
  const cap = await ask(budi, roomId, CAP_QUESTION);
  await dewa.ask('message:react', { messageId: table, emoji: '👍', on: true });
  await budi.ask('message:react', { messageId: table, emoji: '👍', on: true });
  const { message } = await say(
    dewa,
    roomId,
    'Sepakat: denda dihitung dari nilai bulanan, plafon 5 %. Saya kunci di sheet harga.',
    'room',
    cap,
  );
  await budi.ask('message:react', { messageId: message.id, emoji: '✅', on: true });
  await say(
    budi,
    roomId,
    `@${team.ratna.user.handle} @${team.hannah.user.handle} jadwal rev 2 sudah saya taruh di meja, tolong dicek.`,
  );
  await spreadOverMorning(product, roomId);
  for (const client of [hannah, budi, dewa]) client.close();
}

async function main(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const story = createStoryteller();
  const product = await startProduct({ model: story });
  const browser = await launchBrowser();

  let shown = await openLooks(browser, `${product.url}/main`);
  await each(shown, (page) => page.waitForSelector('input[name="fullName"]'));
  await take(shown, '01-first-run');
  await each(shown, (page) => page.context().close());

  const team = await createTeam(product);
  const room = await createRoom(team.ratna, { name: ROOM_NAME, brief: BRIEF, language: 'id' });
  for (const person of [team.hannah, team.budi, team.citra, team.dewa]) await addMember(team.ratna, room, person);
  await team.ratna.call('PATCH', `/api/v1/rooms/${room.id}/members/${team.hannah.user.id}`, { role: 'lead' });
  await addMember(team.ratna, room, team.sari, 'viewer');
  const others = ['RSUD Tanjung Asri SIMRS', 'Bank Selaras relokasi DC', 'PLTS Pulau Rinai SCADA'];
  const otherRooms = [];
  for (const name of others) {
    const other = await createRoom(team.ratna, { name });
    await addMember(team.ratna, other, team.hannah, 'lead');
    await addMember(team.ratna, other, team.budi);
    otherRooms.push(other);
  }
  for (const person of [team.ratna, team.hannah]) {
    await person.call('POST', '/api/v1/chat/sessions', { title: 'Draf surat klarifikasi' });
  }
  const invite = await team.ratna.call<{ code: string }>('POST', `/api/v1/rooms/${room.id}/invites`, {
    role: 'member',
  });

  shown = await openLooks(browser, `${product.url}/invite/${invite.code}`);
  await each(shown, (page) => page.waitForSelector('input[name="fullName"]'));
  await take(shown, '02-invite');
  await each(shown, (page) => page.goto(`${product.url}/main`));
  await each(shown, (page) => page.waitForSelector('input[name="email"]'));
  await take(shown, '03-sign-in');
  await each(shown, (page, look) => enter(page, look.language === 'id' ? team.ratna : team.hannah));
  await each(shown, (page) => page.waitForSelector('.rail nav a'));
  await take(shown, '04-rooms');
  await each(shown, (page) => page.goto(`${product.url}/main/rooms/${room.id}`));
  await each(shown, (page) => page.waitForSelector('.empty'));
  await take(shown, '05-empty-room');
  await each(shown, (page) => page.goto('about:blank'));

  await playMorning(product, team, story, room.id);
  const budi = await team.budi.connect();
  const citra = await team.citra.connect();
  const dewa = await team.dewa.connect();
  for (const client of [budi, citra, dewa]) await client.ask('room:join', { roomId: room.id });
  for (const other of otherRooms.slice(0, 2)) {
    await say(budi, other.id, 'Jadwal demo sudah keluar.');
    await say(budi, other.id, `@${team.ratna.user.handle} bisa ikut?`);
  }
  await each(shown, (page) => page.goto(`${product.url}/main/rooms/${room.id}`));
  await each(shown, (page) => page.waitForSelector('.answer'));
  await take(shown, '06-unread');

  story.play({ asked: EXPERT_QUESTION, said: EXPERT_ANSWER, hold: 'kalender' });
  await each(shown, (page) => page.locator('.timeline').press('End'));
  const asked = await say(await connected(team.ratna, room.id), room.id, EXPERT_QUESTION);
  await each(shown, (page) => page.waitForSelector('.answer.live .prose li:nth-child(2)'));
  story.play({ asked: DEADLINE_QUESTION, said: DEADLINE_ANSWER });
  story.play({ asked: CERTIFICATE_QUESTION, said: CERTIFICATE_ANSWER });
  await say(budi, room.id, DEADLINE_QUESTION);
  await say(citra, room.id, CERTIFICATE_QUESTION);
  await citra.ask('typing:set', { roomId: room.id, typing: true });
  await each(shown, async (page) => {
    await page.waitForSelector('.queue ol li:nth-child(2)');
    await page.locator('#composer').pressSequentially('Bandingkan dengan catatan @');
    await page.waitForSelector('.hint');
  });
  await take(shown, '07-streaming');
  await each(shown, async (page) => {
    await page.locator('#composer').fill('');
    await page.locator('.timeline').evaluate((timeline) => {
      timeline.scrollTop -= 500;
    });
    await page.waitForSelector('.latest');
  });
  await take(shown, '08-scrolled-up');

  await each(shown, (page) => page.locator('.latest').click());
  await each(shown, (page) => page.context().setOffline(true));
  await each(shown, async (page) => {
    await page.waitForSelector('.banner');
    await page.locator('#composer').fill('Oke, saya siapkan surat ke PPK hari ini.');
    await page.locator('.send').click();
  });
  await take(shown, '09-offline');
  await each(shown, (page) => page.context().setOffline(false));
  await each(shown, (page) => page.waitForSelector('.banner', { state: 'detached' }));
  story.release();
  await budi.until('turn:ended', (fact) => fact.message?.questionId === asked.message.id);
  await each(shown, (page) => page.waitForSelector('.answer.live', { state: 'detached' }));

  story.play({ asked: STAFF_QUESTION, said: STAFF_ANSWER, fails: true });
  await ask(citra, room.id, STAFF_QUESTION);
  await each(shown, (page) => page.waitForSelector('.answer .note'));
  await take(shown, '10-failed');

  await each(shown, (page, look) => openPlace(page, look, 'settings'));
  await take(shown, '11-settings');
  await each(shown, closeDialog);
  await each(shown, (page, look) => openPlace(page, look, 'members'));
  await each(shown, (page) => page.locator('.links .btn').first().click());
  await each(shown, (page) => page.waitForSelector('.fresh-link'));
  await take(shown, '12-members');
  await each(shown, closeDialog);
  await each(shown, async (page) => {
    await page.locator('.bar [data-panel="search"]').click();
    await page.locator('#search input').fill('denda');
    await page.waitForSelector('.hits li');
  });
  await take(shown, '13-search');
  await each(shown, async (page) => {
    await page.keyboard.press('Escape');
    await page.locator('.msg').nth(1).scrollIntoViewIfNeeded();
  });
  await each(shown, async (page, look) => {
    const row = page.locator('.msg:not(.answer)').nth(2);
    if (!look.phone) await row.hover();
    if (!look.phone) await row.locator('.tools button[popovertarget]').first().click();
    if (look.phone) await longPress(page, row);
  });
  await take(shown, '14-message-actions');
  await each(shown, (page) => page.keyboard.press('Escape'));

  await each(shown, async (page, look) => {
    if (look.phone) await page.locator('.back').click();
    await page.locator('.rail > footer button').click();
    await page.waitForSelector('.dialog .people li');
  });
  await take(shown, '15-profile');
  await each(shown, (page) => page.context().close());

  const viewer = await openLooks(browser, `${product.url}/main/rooms/${room.id}`);
  await each(viewer, (page) => enter(page, team.sari));
  await each(viewer, (page) => page.waitForSelector('.sentence'));
  await each(viewer, (page) => page.waitForSelector('#timeline'));
  await take(viewer, '16-viewer');
  await each(viewer, (page) => page.goto(`${product.url}/main/rooms/unknown`));
  await each(viewer, (page) => page.waitForSelector('.empty h1'));
  await take(viewer, '17-missing');
  await each(viewer, (page) => page.context().close());

  const desk = await openLooks(browser, `${product.url}/main`);
  await each(desk, (page, look) => enter(page, look.language === 'id' ? team.ratna : team.hannah));
  await each(desk, (page) => page.waitForSelector('.rail nav a'));
  const gallery = {
    invite: (other: Room) => addMember(team.ratna, other, team.hannah, 'lead'),
    each: (act: (page: Page) => Promise<unknown>) => each(desk, act),
    take: (state: string) => take(desk, state),
  };
  await takeDocumentPictures(product, team.ratna, gallery);
  const readers = [team.ratna, team.hannah];
  await takeRoomPictures(product, team.ratna, { ...gallery, readers, colleague: team.budi });
  await takeMemoryPictures(product, team.ratna, { ...gallery, story });

  await takeRichPictures(product, team.ratna, gallery);
  const scene = await openDeskScene();
  const operators = await openLooks(browser, `${scene.product.url}/main`);
  await each(operators, (page, look) => enter(page, scene.people[look.language]));
  await each(operators, (page) => page.waitForSelector('.rail nav a'));
  await scene.take({
    each: (act) => each(operators, act),
    take: (state) => take(operators, state),
  });

  await browser.close();
  await stopProducts();
  judge();
}

/** Holds the pictures against those that were accepted, or accepts them (`--accept`). `--tell`: a difference is told and does not fail. */
function judge(): void {
  if (process.argv.includes('--accept')) {
    const bytes = acceptPictures(FOLDERS);
    console.info(`Accepted; ${(bytes / 1024 ** 2).toFixed(1)} MB in test/pictures/accepted.`);
    return;
  }
  if (!existsSync(FOLDERS.accepted)) {
    console.info('No pictures were accepted yet: look at test/output/pictures, then `npm run pictures -- --accept`.');
    return;
  }
  const found = comparePictures(FOLDERS);
  for (const { name, what, isUnsteady } of found) console.error(`${name} ${what}${isUnsteady ? ' (may happen)' : ''}`);
  if (found.every(({ isUnsteady }) => isUnsteady)) return;
  console.error('Look at them. When they are as they should be: `npm run pictures -- --accept`.');
  if (!process.argv.includes('--tell')) process.exitCode = 1;
}

async function connected(person: Person, roomId: string): Promise<Client> {
  const client = await person.connect();
  await client.ask('room:join', { roomId });
  return client;
}

async function openPlace(page: Page, look: Look, place: 'settings' | 'members'): Promise<void> {
  if (look.phone) {
    await page.locator('.bar button[aria-haspopup="menu"]').click();
    const items = page.locator('.popover .menu-item');
    await (place === 'members' ? items.nth(1) : items.last()).click();
  } else if (place === 'members') await page.locator('.people-here').click();
  else await page.locator('.bar .icon.wide-only:not([data-panel])').click();
  await page.waitForSelector('.dialog[open]');
}

async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.waitForSelector('.dialog[open]', { state: 'detached' });
}

async function longPress(page: Page, row: ReturnType<Page['locator']>): Promise<void> {
  const event = { pointerType: 'touch', bubbles: true, isPrimary: true };
  await row.locator('.prose').dispatchEvent('pointerdown', event);
  await page.waitForSelector('.dialog.sheet');
}

await main().catch(async (error) => {
  console.error(error);
  process.exitCode = 1;
});
process.exit();
