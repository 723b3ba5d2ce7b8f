// The line of writes of a room: order, shared transactions and their bounds, errors that stay one's own, and reads in between.

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { isDatabaseUnavailable } from '../../database/errors.ts';
import type { RoomEntry, Trx } from '../../src/context.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Room } from '../../src/protocol/models.ts';
import { insertMessage, pageMessages } from '../../src/rooms/message-store.ts';
import { createRoomLog } from '../../src/rooms/room-log.ts';
import { longestBlockMs } from '../support/longest-block.ts';
import { createWorld, type Person, roomWith, type World } from '../support/world.ts';

let world: World;
let ratna: Person;
let room: Room;

beforeAll(async () => {
  world = await createWorld();
  ratna = await world.person('Ratna Wulandari');
});
beforeEach(async () => {
  room = await roomWith(world, ratna);
  world.told.facts.length = 0;
});
afterAll(() => world.close());

async function write(entry: RoomEntry, text: string): Promise<number> {
  const seq = await entry.nextSeq();
  const message = {
    id: newId(),
    roomId: room.id,
    seq,
    changedSeq: seq,
    author: { kind: 'person' as const, id: ratna.userId, name: ratna.name },
    text,
    status: 'sent' as const,
    mentions: [],
    reactions: [],
    createdAt: new Date().toISOString(),
  };
  await insertMessage(entry.trx, ratna.tenantId, message);
  entry.record({ name: 'message:created', payload: { roomId: room.id, seq, message } });
  return seq;
}
const append = (text: string) =>
  world.app.roomLog.append(ratna.tenantId, room.id, (entry: RoomEntry) => write(entry, text));
const toldSeqs = () => world.told.facts.flatMap((fact) => ('seq' in fact.payload ? [fact.payload.seq] : []));
const stored = async () => (await pageMessages(world.app.db, ratna.tenantId, room.id, { limit: 200 })).messages;

it('gives a hundred writes at once gapless seqs in the order they came, stored and told alike', async () => {
  const texts = Array.from({ length: 100 }, (_, index) => `pesan ${index}`);
  const seqs = await Promise.all(texts.map(append));
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  expect(toldSeqs()).toEqual(seqs);
  const messages = await stored();
  expect(messages.map(({ text }) => text)).toEqual(texts);
  expect(messages.map(({ seq }) => seq)).toEqual(seqs);
  const { last_seq } = await world.app.db
    .selectFrom('rooms')
    .select('last_seq')
    .where('id', '=', room.id)
    .executeTakeFirstOrThrow();
  expect(last_seq).toBe(seqs.at(-1));
});

it('keeps an error its own: the writes beside it are stored and told as if it had not been there', async () => {
  const runs: string[] = [];
  const transactions = new Set<Trx>();
  const appendOrFail = (text: string) =>
    world.app.roomLog.append(ratna.tenantId, room.id, async (entry) => {
      runs.push(text);
      transactions.add(entry.trx);
      const seq = await write(entry, text);
      if (text.startsWith('gagal')) throw new Error(text);
      entry.afterCommit(() => void world.told.activity.push(`after ${text}`));
      return seq;
    });
  const all = ['gagal nol', 'satu', 'gagal dua', 'tiga', 'gagal empat', 'lima'];
  const settled = await Promise.allSettled(all.map(appendOrFail));
  const refused = settled.map((one) => (one.status === 'rejected' ? one.reason.message : undefined));
  expect(refused).toEqual(all.map((text) => (text.startsWith('gagal') ? text : undefined)));
  expect((await stored()).map(({ text }) => text)).toEqual(['satu', 'tiga', 'lima']);
  const seqs = toldSeqs();
  expect(seqs).toEqual([seqs[0], seqs[0]! + 1, seqs[0]! + 2]);
  expect(world.told.activity.filter((entry) => entry.startsWith('after'))).toEqual([
    'after satu',
    'after tiga',
    'after lima',
  ]);
  expect(runs).toEqual(all);
  // How many share one is a matter of time; that some do is what this is about.
  expect(transactions.size).toBeLessThan(all.length);
});

it('shares a transaction only as long as it is short, and lets others have their turn in between', async () => {
  const transactions = new Set<Trx>();
  const slowly = (text: string) =>
    world.app.roomLog.append(ratna.tenantId, room.id, (entry) => {
      transactions.add(entry.trx);
      for (const until = performance.now() + 5; performance.now() < until; );
      return write(entry, text);
    });
  const texts = Array.from({ length: 32 }, (_, index) => `pelan ${index}`);
  const block = await longestBlockMs(() => Promise.all(texts.map(slowly)));
  // One transaction for all of them would take 160.
  expect(block).toBeLessThan(100);
  expect(transactions.size).toBeGreaterThanOrEqual(8);
  expect((await stored()).map(({ text }) => text)).toEqual(texts);
  expect(toldSeqs()).toEqual(toldSeqs().map((_, index) => toldSeqs()[0]! + index));
});

it('goes on, and keeps what is stored, when whoever hears of it stumbles', async () => {
  const problems: unknown[] = [];
  const stumbling = () => {
    throw new Error('stumbled');
  };
  const roomLog = createRoomLog({
    db: world.app.db,
    broadcast: { ...world.app.broadcast, toRoom: stumbling, activity: stumbling },
    log: { ...world.app.log, error: (_message, fields) => void problems.push(fields?.error) },
  });
  const say = (text: string) =>
    roomLog.append(ratna.tenantId, room.id, async (entry) => {
      entry.afterCommit(stumbling);
      return write(entry, text);
    });
  await Promise.all([say('satu'), say('dua')]);
  await say('tiga');
  expect((await stored()).map(({ text }) => text)).toEqual(['satu', 'dua', 'tiga']);
  expect(problems).toHaveLength(9);
});

it('refuses alike, and tells nothing of, all that share a transaction with one that found no room on the disk', async () => {
  const before = (await stored()).length;
  await sql`pragma max_page_count = 1`.execute(world.app.db);
  const settled = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => append(`${index}`.repeat(index === 3 ? 200_000 : 1))),
  );
  await sql`pragma max_page_count = 1000000`.execute(world.app.db);
  const reasons = settled.map((one) => (one.status === 'rejected' ? isDatabaseUnavailable(one.reason) : 'stored'));
  // A busy machine may have given those before it a transaction of their own; from then on all are refused.
  const earlier = reasons.indexOf(true);
  expect(earlier).toBeGreaterThanOrEqual(0);
  expect(earlier).toBeLessThanOrEqual(3);
  expect(reasons).toEqual(reasons.map((_, index) => (index < earlier ? 'stored' : true)));
  expect(toldSeqs()).toHaveLength(earlier);
  await append('ada tempat lagi');
  expect((await stored()).length).toBe(before + earlier + 1);
});

it('lets a read see all facts told before it and none told after it', async () => {
  const before = Array.from({ length: 10 }, (_, index) => append(`sebelum ${index}`));
  const read = world.app.roomLog.quiet(room.id, async () => {
    const messages = await stored();
    return { lastStored: messages.at(-1)?.seq, told: toldSeqs() };
  });
  const after = Array.from({ length: 10 }, (_, index) => append(`sesudah ${index}`));
  const seqsBefore = await Promise.all(before);
  const seen = await read;
  expect(seen.told).toEqual(seqsBefore);
  expect(seen.lastStored).toBe(seqsBefore.at(-1));
  const seqsAfter = await Promise.all(after);
  expect(toldSeqs()).toEqual([...seqsBefore, ...seqsAfter]);
});

it('goes on after reads that failed, at once or later', async () => {
  const failed = world.app.roomLog.quiet(room.id, () => Promise.reject(new Error('no')));
  const failedAtOnce = world.app.roomLog.quiet(room.id, () => {
    throw new Error('never');
  });
  const next = append('lanjut');
  await expect(failed).rejects.toThrow('no');
  await expect(failedAtOnce).rejects.toThrow('never');
  await expect(next).resolves.toBeGreaterThan(0);
});

it('stores nothing for another tenant that names the same room', async () => {
  const theirs = world.app.roomLog.append(newId(), room.id, (entry) => write(entry, 'asing'));
  const ours = append('kita');
  await expect(theirs).rejects.toMatchObject({ code: 'not_found' });
  await ours;
  expect((await stored()).map(({ text }) => text)).toEqual(['kita']);
});
