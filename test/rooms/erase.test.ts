// What was deleted leaves the disk, and nobody waits for it: with texts of 32,000 characters of which no word comes twice.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_TENANT_ID } from '../../src/accounts/tenants.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { ERASE_JOB, eraseDeletedText } from '../../src/rooms/erase.ts';
import { deleteMessage, editMessage, searchMessages } from '../../src/rooms/messages.ts';
import { deleteRoom, registerRoomJobs } from '../../src/rooms/rooms.ts';
import { longestBlockMs } from '../support/longest-block.ts';
import { eventually } from '../support/product.ts';
import { createWorld, type Person, roomWith, say, type World } from '../support/world.ts';

const UNITS = 32_000;
const WORD_UNITS = 24;
/** More words, more work. */
const SHORT = 8;
/** Far above what a step takes, because the machine may be busy; what was wrong once took seconds. The figure is in bench/. */
const MAX_BLOCK_MS = 500;

let folder: string;
let world: World;
let ratna: Person;
let room: Room;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectwise-erase-'));
  world = await createWorld({ databaseFile: join(folder, 'projectwise.sqlite') });
  registerRoomJobs(world.app);
  ratna = await world.person('Ratna Wulandari');
  room = await roomWith(world, ratna);
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const distinctWords = (units = UNITS, wordUnits = WORD_UNITS) =>
  Array.from({ length: Math.floor(units / (wordUnits + 1)) }, () => randomBytes(wordUnits / 2).toString('hex')).join(
    ' ',
  );

/** The index stores of a word what it does not share with the one before: its second half is never shared by chance. */
const someHalfWords = (text: string) =>
  text
    .split(' ')
    .filter((_, index) => index % 16 === 0)
    .map((word) => word.slice(WORD_UNITS / 2));

function countInFiles(halves: string[]): number {
  const files = ['', '-wal'].map((ending) => join(folder, `projectwise.sqlite${ending}`)).filter(existsSync);
  const bytes = files.map((file) => readFileSync(file).toString('latin1')).join();
  return halves.filter((half) => bytes.includes(half)).length;
}

const find = async (q: string) =>
  (await searchMessages(world.app, ratna, { roomId: room.id, q, limit: 10 })).items.map((message) => message.id);
const erase = () => eraseDeletedText(world.app, new AbortController().signal);
const waitingErasures = async () =>
  (await world.app.db.selectFrom('jobs').select('status').where('kind', '=', ERASE_JOB).execute()).length;

async function sayMany(count: number, wordUnits?: number): Promise<Message[]> {
  const messages: Message[] = [];
  for (let done = 0; done < count; done++) {
    messages.push(await say(world, ratna, room, distinctWords(UNITS, wordUnits)));
  }
  return messages;
}

describe('after the erasing', () => {
  it('no word of a deleted or replaced text is found, nor in any byte of the files', { timeout: 60_000 }, async () => {
    const [kept, ...gone] = await sayMany(24);
    const [edited, ...deleted] = gone;
    for (const message of deleted) await deleteMessage(world.app, ratna, { messageId: message.id });
    const after = await editMessage(world.app, ratna, { messageId: edited!.id, text: 'tinggal ini' });
    const halves = gone.flatMap((message) => someHalfWords(message.text));
    expect(countInFiles(halves)).toBeGreaterThan(halves.length / 2);

    await erase();
    expect(countInFiles(halves)).toBe(0);
    expect(countInFiles(someHalfWords(kept!.text))).toBeGreaterThan(50);
    expect(await find(gone[3]!.text.slice(0, WORD_UNITS))).toEqual([]);
    expect(await find(edited!.text.slice(0, WORD_UNITS))).toEqual([]);
    expect(await find('tinggal')).toEqual([after.id]);
    expect(await find(kept!.text.slice(-WORD_UNITS))).toEqual([kept!.id]);
  });

  it('not even the only message there ever was is left, however the index is made up', async () => {
    for (let round = 0; round < 12; round++) {
      const messages = await Promise.all(
        Array.from({ length: round }, () => say(world, ratna, room, distinctWords(500))),
      );
      const message = await say(world, ratna, room, distinctWords(500));
      await editMessage(world.app, ratna, { messageId: message.id, text: distinctWords(500) });
      await deleteMessage(world.app, ratna, { messageId: message.id });
      await erase();
      expect(countInFiles(someHalfWords(message.text))).toBe(0);
      if (messages[0]) expect(await find(messages[0].text.slice(0, WORD_UNITS))).toEqual([messages[0].id]);
    }
  });
});

it('comes to its end, and leaves nothing, also while others go on writing', { timeout: 60_000 }, async () => {
  await sayMany(12);
  for (let round = 0; round < 4; round++) {
    const [message] = await sayMany(1);
    await deleteMessage(world.app, ratna, { messageId: message!.id });
    let isOver = false;
    const erasing = erase().finally(() => {
      isOver = true;
    });
    for (let count = 0; !isOver; count++) await say(world, ratna, room, `sementara itu ${count}`);
    await erasing;
    expect(countInFiles(someHalfWords(message!.text))).toBe(0);
  }
});

it('is done by the queue, after a room was deleted too', async () => {
  const message = await say(world, ratna, room, distinctWords());
  await deleteRoom(world.app, ratna, room.id);
  await world.app.jobs.start();
  await eventually(async () => (await waitingErasures()) === 1);
  expect(countInFiles(someHalfWords(message.text))).toBeGreaterThan(0);
  // Without the half minute that it waits for more to erase.
  await world.app.jobs.add({
    tenantId: DEFAULT_TENANT_ID,
    kind: ERASE_JOB,
    payload: null,
    dedupeKey: 'all',
  });
  await eventually(async () => (await waitingErasures()) === 0);
  expect(countInFiles(someHalfWords(message.text))).toBe(0);
});

describe('nobody waits', () => {
  it('while such texts are sent, changed, deleted and erased', { timeout: 60_000 }, async () => {
    const messages = await sayMany(40, SHORT);
    const texts = Array.from({ length: 80 }, () => distinctWords(UNITS, SHORT));
    const block = await longestBlockMs(async () => {
      const sent = await Promise.all(texts.slice(40).map((text) => say(world, ratna, room, text)));
      await Promise.all(
        sent.map(({ id }, index) => editMessage(world.app, ratna, { messageId: id, text: texts[index]! })),
      );
      await Promise.all(messages.map(({ id }) => deleteMessage(world.app, ratna, { messageId: id })));
      await erase();
    });
    expect(block).toBeLessThan(MAX_BLOCK_MS);
  });

  it('while a room full of them is erased', { timeout: 60_000 }, async () => {
    await sayMany(100, SHORT);
    await deleteRoom(world.app, ratna, room.id);
    const rooms = async () => (await world.app.db.selectFrom('rooms').select('id').execute()).length;
    const block = await longestBlockMs(async () => {
      await world.app.jobs.start();
      await eventually(async () => (await rooms()) === 0);
    });
    expect(block).toBeLessThan(MAX_BLOCK_MS);
    await eventually(async () => (await waitingErasures()) === 1);
  });
});

it('is asked for once however many delete and change, and not at all when nothing changed', async () => {
  const [first, second] = [await say(world, ratna, room, 'satu'), await say(world, ratna, room, 'dua')];
  await editMessage(world.app, ratna, { messageId: first.id, text: 'satu' });
  expect(await waitingErasures()).toBe(0);
  await editMessage(world.app, ratna, { messageId: first.id, text: 'satu lagi' });
  await deleteMessage(world.app, ratna, { messageId: first.id });
  await deleteMessage(world.app, ratna, { messageId: second.id });
  expect(await waitingErasures()).toBe(1);
});
