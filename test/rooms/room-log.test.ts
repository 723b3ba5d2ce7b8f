// The line of writes of a room: order, shared transactions, errors that stay one's own, and reads in between.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RoomEntry } from '../../src/context.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Room } from '../../src/protocol/models.ts';
import { insertMessage, pageMessages } from '../../src/rooms/message-store.ts';
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
  const runs = new Map<string, number>();
  const appendOrFail = (text: string) =>
    world.app.roomLog.append(ratna.tenantId, room.id, async (entry) => {
      runs.set(text, (runs.get(text) ?? 0) + 1);
      const seq = await write(entry, text);
      if (text.startsWith('gagal')) throw new Error(text);
      entry.afterCommit(() => void world.told.activity.push(`after ${text}`));
      return seq;
    });
  const settled = await Promise.allSettled(['satu', 'gagal dua', 'tiga', 'gagal empat', 'lima'].map(appendOrFail));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.message] : []))).toEqual([
    'gagal dua',
    'gagal empat',
  ]);
  expect((await stored()).map(({ text }) => text)).toEqual(['satu', 'tiga', 'lima']);
  const seqs = toldSeqs();
  expect(seqs).toEqual([seqs[0], seqs[0]! + 1, seqs[0]! + 2]);
  expect(world.told.activity.filter((entry) => entry.startsWith('after'))).toEqual([
    'after satu',
    'after tiga',
    'after lima',
  ]);
  // They did share a transaction, or the neighbours of the failed ones would have run once.
  expect(runs.get('satu')).toBe(2);
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

it('goes on after a read that failed', async () => {
  const failed = world.app.roomLog.quiet(room.id, () => Promise.reject(new Error('no')));
  const next = append('lanjut');
  await expect(failed).rejects.toThrow('no');
  await expect(next).resolves.toBeGreaterThan(0);
});

it('stores nothing for another tenant that names the same room', async () => {
  const theirs = world.app.roomLog.append(newId(), room.id, (entry) => write(entry, 'asing'));
  const ours = append('kita');
  await expect(theirs).rejects.toMatchObject({ code: 'not_found' });
  await ours;
  expect((await stored()).map(({ text }) => text)).toEqual(['kita']);
});
