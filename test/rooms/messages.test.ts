// Messages that are there: paging, changing, reacting, searching, reading; and the snapshot of a join. Who may not comes first.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message, Room } from '../../src/protocol/models.ts';
import { countUnread } from '../../src/rooms/activity.ts';
import { removeMember } from '../../src/rooms/members.ts';
import { searchMessages as searchStored } from '../../src/rooms/message-search-store.ts';
import { findMessageByClientId } from '../../src/rooms/message-store.ts';
import {
  deleteMessage,
  editMessage,
  listMessages,
  markRead,
  reactToMessage,
  requireMessageText,
  searchMessages,
} from '../../src/rooms/messages.ts';
import { getRoom, listRooms, updateRoom } from '../../src/rooms/rooms.ts';
import { readSnapshot } from '../../src/rooms/snapshot.ts';
import {
  createWorld,
  inOtherTenant,
  type Person,
  refusalOf,
  roomWith,
  say,
  seqOf,
  takeFactNames,
  type World,
} from '../support/world.ts';

let world: World;
let lead: Person;
let member: Person;
let viewer: Person;
let stranger: Person;
let room: Room;

beforeEach(async () => {
  world = await createWorld();
  lead = await world.person('Ratna Wulandari');
  member = await world.person('Budi Santoso');
  viewer = await world.person('Citra Dewi');
  stranger = await world.person('Eve');
  room = await roomWith(world, lead, { member: [member], viewer: [viewer] });
  takeFactNames(world);
});
afterEach(() => world.close());

const edit = (actor: Person, message: Message, text: string) =>
  editMessage(world.app, actor, { messageId: message.id, text });
const remove = (actor: Person, message: Message) => deleteMessage(world.app, actor, { messageId: message.id });
const react = (actor: Person, message: Message, emoji = '👍', on = true) =>
  reactToMessage(world.app, actor, { messageId: message.id, emoji, on });
const find = async (q: string, more: { limit?: number; cursor?: string } = {}) =>
  searchMessages(world.app, viewer, { roomId: room.id, q, limit: 20, ...more });
const texts = (messages: { text: string }[]) => messages.map((message) => message.text);

const changes: [name: string, run: (actor: Person, message: Message) => Promise<unknown>][] = [
  ['editing', (actor, message) => edit(actor, message, 'diubah')],
  ['deleting', (actor, message) => remove(actor, message)],
  ['reacting', (actor, message) => react(actor, message)],
];

describe.each(changes)('%s', (_name, change) => {
  test('is not found for strangers, removed members, other tenants and unknown messages (R-6)', async () => {
    const message = await say(world, member, room, 'halo');
    await removeMember(world.app, lead, { roomId: room.id, userId: member.userId });
    for (const nobody of [stranger, member, inOtherTenant(lead)]) {
      expect(await refusalOf(change(nobody, message))).toBe('not_found');
    }
    expect(await refusalOf(change(lead, { ...message, id: 'unknown' }))).toBe('not_found');
  });

  test('is forbidden to viewers and impossible in archived rooms', async () => {
    const message = await say(world, member, room, 'halo');
    expect(await refusalOf(change(viewer, message))).toBe('forbidden');
    await updateRoom(world.app, lead, room.id, { archived: true });
    expect(await refusalOf(change(member, message))).toBe('conflict/room_archived');
  });

  test('waits until an answer is finished', async () => {
    const answer = await say(world, 'assistant', room, 'sedang', { status: 'streaming' });
    expect(await refusalOf(change(lead, answer))).toMatch(/^(conflict\/turn_running|forbidden)$/);
    expect(takeFactNames(world)).toEqual(['message:created']);
  });

  test('loses against a removal that came first', async () => {
    const message = await say(world, member, room, 'halo');
    const [, changed] = await Promise.allSettled([
      removeMember(world.app, lead, { roomId: room.id, userId: member.userId }),
      change(member, message),
    ]);
    expect(changed).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
  });
});

describe('editing', () => {
  test('is for the author alone: not even the lead, and nobody an answer', async () => {
    const message = await say(world, member, room, 'halo');
    expect(await refusalOf(edit(lead, message, 'lain'))).toBe('forbidden');
    expect(await refusalOf(edit(lead, await say(world, 'assistant', room, 'jawaban'), 'lain'))).toBe('forbidden');
  });

  test('is one fact with the new text and new mentions, and keeps the place in the timeline', async () => {
    const message = await say(world, member, room, 'halo @citra');
    takeFactNames(world);
    const edited = await edit(member, message, 'halo @ratna @ProjectWise');
    expect(edited).toMatchObject({ seq: message.seq, changedSeq: message.seq + 1, text: 'halo @ratna @ProjectWise' });
    expect(edited.mentions.map((mention) => mention.kind)).toEqual(['person', 'assistant']);
    expect(Date.parse(edited.editedAt!)).toBeGreaterThan(0);
    expect(world.told.facts).toEqual([
      { name: 'message:updated', payload: { roomId: room.id, seq: message.seq + 1, message: edited } },
    ]);
    expect(await getRoom(world.app, lead, room.id)).toMatchObject({ mentions: 1 });
    expect(await getRoom(world.app, viewer, room.id)).toMatchObject({ mentions: 0 });
  });

  test('to the same text is no fact, of a deleted message a conflict, to nothing invalid', async () => {
    const message = await say(world, member, room, 'halo');
    takeFactNames(world);
    await edit(member, message, 'halo');
    expect(takeFactNames(world)).toEqual([]);
    expect(await refusalOf(edit(member, message, ' \n\t '))).toBe('invalid/message_empty');
    expect(await refusalOf(edit(member, message, 'a'.repeat(32_001)))).toBe('too_large/message_too_long');
    await remove(member, message);
    expect(await refusalOf(edit(member, message, 'lain'))).toBe('conflict/message_deleted');
  });
});

describe('deleting', () => {
  test('is for the author and for leads; answers are for leads', async () => {
    const message = await say(world, lead, room, 'halo');
    const answer = await say(world, 'assistant', room, 'jawaban');
    expect(await refusalOf(remove(member, message))).toBe('forbidden');
    expect(await refusalOf(remove(member, answer))).toBe('forbidden');
    expect(await remove(lead, answer)).toMatchObject({ status: 'deleted' });
    expect(await remove(lead, await say(world, member, room, 'lain'))).toMatchObject({ status: 'deleted' });
  });

  test('leaves nothing of what was said but its place', async () => {
    const message = await say(world, member, room, 'rahasia @ratna', {
      steps: [{ id: '1', kind: 'tool', name: 'search', status: 'done', summary: 'rahasia' }],
      system: { key: 'turn.failed', params: { what: 'rahasia' } },
    });
    await react(lead, message);
    takeFactNames(world);
    const deleted = await remove(member, message);
    expect(deleted).toMatchObject({ text: '', status: 'deleted', mentions: [], reactions: [], seq: message.seq });
    expect(deleted.sources ?? deleted.steps ?? deleted.system).toBeUndefined();
    await remove(member, message);
    expect(takeFactNames(world)).toEqual(['message:deleted']);
    expect(await getRoom(world.app, lead, room.id)).toMatchObject({ mentions: 0, unread: 0 });
    for (const table of ['messages', 'mentions', 'reactions'] as const) {
      expect(JSON.stringify(await world.app.db.selectFrom(table).selectAll().execute())).not.toMatch(/rahasia|👍/);
    }
    expect((await find('rahasia')).items).toEqual([]);
  });
});

describe('reactions', () => {
  test('are put once and taken away, each change one fact', async () => {
    const message = await say(world, member, room, 'halo');
    takeFactNames(world);
    await react(member, message, '🎉');
    await react(member, message, '🎉');
    await react(lead, message, '👍');
    const both = await react(lead, message, '🎉');
    // Two within one millisecond stand in either order.
    expect(Object.fromEntries(both.reactions.map((one) => [one.emoji, one.userIds.length]))).toEqual({
      '🎉': 2,
      '👍': 1,
    });
    expect((await react(lead, message, '👍', false)).reactions).toHaveLength(1);
    await react(lead, message, '👍', false);
    expect(takeFactNames(world)).toEqual(Array(4).fill('message:updated'));
  });

  test('are at most twenty different ones on a message, and none on a deleted one', async () => {
    const message = await say(world, member, room, 'halo');
    const emoji = [...'😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰😗😙😚🙂🤗'];
    for (const one of emoji) await react(member, message, one);
    expect(await refusalOf(react(lead, message, '🤩'))).toBe('conflict/too_many_reactions');
    await react(lead, message, emoji[0]);
    await remove(member, message);
    expect(await refusalOf(react(lead, message))).toBe('conflict/message_deleted');
  });
});

test('facts of concurrent changes have seqs without gaps, told in order (R-1)', async () => {
  const messages = await Promise.all(Array.from({ length: 10 }, (_, index) => say(world, member, room, `m${index}`)));
  await Promise.all(messages.flatMap((message) => [react(lead, message), edit(member, message, 'baru')]));
  const seqs = world.told.facts.map(seqOf);
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  expect(seqs).toHaveLength(30);
});

describe('the text of a message', () => {
  test.each(['', '   ', '\n\t', '\u200b', '\ufeff \u00a0', '\0'])('%j is refused unless it says something', (text) => {
    if (text === '\0') expect(requireMessageText(text, 10)).toBe('\ufffd');
    else expect(() => requireMessageText(text, 10)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('is counted in UTF-16 units and refused with both numbers', () => {
    expect(requireMessageText('😀😀', 4)).toBe('😀😀');
    expect(() => requireMessageText('😀😀a', 4)).toThrow(
      expect.objectContaining({
        code: 'too_large',
        details: { reason: 'message_too_long', maximum: 4, actual: 5 },
      }),
    );
  });

  test('keeps everything but halves of characters and NUL', () => {
    expect(requireMessageText('  a\r\nb \ud800 c\0d 👩‍👩‍👧 ', 100)).toBe('  a\r\nb \ufffd c\ufffdd 👩‍👩‍👧 ');
  });
});

describe('history', () => {
  test('is paged both ways, ascending, and says whether there is more in that direction', async () => {
    for (let count = 1; count <= 7; count++) await say(world, member, room, `m${count}`);
    const page = (input: { afterSeq?: number; beforeSeq?: number }) =>
      listMessages(world.app, viewer, { roomId: room.id, limit: 3, ...input });
    const newest = await page({});
    expect(texts(newest.items)).toEqual(['m5', 'm6', 'm7']);
    expect(newest).toMatchObject({ hasMore: true, lastSeq: newest.items[2]?.seq });
    const middle = await page({ beforeSeq: newest.items[0]!.seq });
    expect(texts(middle.items)).toEqual(['m2', 'm3', 'm4']);
    const oldest = await page({ beforeSeq: middle.items[0]!.seq });
    // The room has said who came before anybody said anything.
    expect(oldest).toMatchObject({ hasMore: false, items: [{ system: {} }, { system: {} }, { text: 'm1' }] });
    const from = oldest.items.at(-1)!.seq;
    const onward = await page({ afterSeq: from });
    expect(onward).toMatchObject({ hasMore: true, items: [{ text: 'm2' }, { text: 'm3' }, { text: 'm4' }] });
    expect(await page({ afterSeq: newest.lastSeq })).toMatchObject({ items: [], hasMore: false });
    const between = await page({ afterSeq: from, beforeSeq: middle.items[2]!.seq });
    expect(texts(between.items)).toEqual(['m2', 'm3']);
  });

  test('finds the message of a clientId only in its room and of its author', async () => {
    const message = await say(world, member, room, 'halo', { clientId: 'c-1' });
    const by = (tenantId: string, roomId: string, userId: string) =>
      findMessageByClientId(world.app.db, tenantId, roomId, userId, 'c-1');
    expect(await by(member.tenantId, room.id, member.userId)).toEqual(message);
    expect(await by(member.tenantId, room.id, lead.userId)).toBeUndefined();
    expect(await by(member.tenantId, 'other', member.userId)).toBeUndefined();
    expect(await by('other', room.id, member.userId)).toBeUndefined();
  });
});

describe('search', () => {
  test('stays in the room and finds the newest first, page by page', async () => {
    const other = await roomWith(world, lead);
    await say(world, lead, other, 'garansi di ruang lain');
    for (let count = 1; count <= 5; count++) await say(world, member, room, `masa garansi ${count}`);
    const first = await find('garansi', { limit: 2 });
    expect(texts(first.items)).toEqual(['masa garansi 5', 'masa garansi 4']);
    const second = await find('garansi', { limit: 2, cursor: first.nextCursor! });
    expect(texts(second.items)).toEqual(['masa garansi 3', 'masa garansi 2']);
    const third = await find('garansi', { limit: 2, cursor: second.nextCursor! });
    expect(texts(third.items)).toEqual(['masa garansi 1']);
    expect(third.nextCursor).toBeUndefined();
    expect(await refusalOf(find('garansi', { cursor: '1; drop table' }))).toBe('invalid');
  });

  test('puts what people said before what the assistant repeated of it, over pages too, and finds no line of the room itself', async () => {
    await say(world, member, room, 'denda 5 %');
    await say(world, lead, room, 'denda per hari');
    for (let count = 1; count <= 3; count++) await say(world, 'assistant', room, `soal denda ${count}`);
    await say(world, lead, room, 'denda bergabung', { author: { kind: 'system', id: 'system', name: 'ProjectWise' } });
    const pages: string[][] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
      const page = await find('denda', { limit: 2, ...(cursor ? { cursor } : {}) });
      pages.push(texts(page.items));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([['denda per hari', 'denda 5 %'], ['soal denda 3', 'soal denda 2'], ['soal denda 1']]);
  });

  test('finds all words in any order, accents and case aside, the last one by its beginning', async () => {
    await say(world, member, room, 'Café di Jalan Sudirman, lantai 12');
    expect((await find('sudirman CAFE')).items).toHaveLength(1);
    expect((await find('jalan sud')).items).toHaveLength(1);
    expect((await find('sud jalan')).items).toHaveLength(0);
    expect((await find('sudirman thamrin')).items).toHaveLength(0);
  });

  test.each([
    '"',
    '" OR room:*',
    'NEAR(a b)',
    '*',
    '-',
    'body:',
    '^a',
    "'; drop table messages; --",
    '😀',
    'a'.repeat(200),
    '( ) AND OR NOT',
    `${'x '.repeat(100)}`,
  ])('takes %j as words, never as syntax', async (query) => {
    await say(world, member, room, 'garansi perangkat');
    expect((await find(query)).items).toEqual([]);
  });

  test('for any of the words puts the messages with the most and rarest ones first', async () => {
    for (let count = 1; count <= 5; count++) await say(world, member, room, `berapa harga ${count}`);
    const best = await say(world, member, room, 'Masa GARANSI perangkat 36 bulan');
    await say(world, member, room, 'berapa lama lagi');
    const query = { roomId: room.id, query: 'berapa lama garansinya perangkat?', limit: 3, match: 'any' as const };
    const found = await searchStored(world.app.db, member.tenantId, query);
    expect(found.map((message) => message.text)).toEqual([best.text, 'berapa lama lagi', 'berapa harga 5']);
    expect(
      await searchStored(world.app.db, member.tenantId, { ...query, beforeSeq: best.seq, query: 'garansi' }),
    ).toEqual([]);
  });

  test('follows edits, and never finds what is still being written', async () => {
    const message = await say(world, member, room, 'kata lama');
    await say(world, 'assistant', room, 'kata setengah', { status: 'streaming' });
    await edit(member, message, 'ucapan baru');
    expect((await find('kata')).items).toEqual([]);
    expect((await find('ucapan')).items).toMatchObject([{ id: message.id }]);
  });
});

describe('reading', () => {
  test('moves forward only, at most to the end, and is told once', async () => {
    const message = await say(world, member, room, 'halo');
    takeFactNames(world);
    const read = (seq: number) => markRead(world.app, viewer, { roomId: room.id, seq });
    await read(message.seq + 100);
    await read(message.seq - 1);
    await read(message.seq);
    expect(world.told.facts).toEqual([
      { name: 'read:changed', payload: { roomId: room.id, userId: viewer.userId, seq: message.seq } },
    ]);
    expect(await getRoom(world.app, viewer, room.id)).toMatchObject({ readSeq: message.seq, unread: 0 });
  });

  test('counts what others said, not one’s own, deleted or system messages; alike in the list and for all at once', async () => {
    await say(world, member, room, 'satu @citra');
    await say(world, lead, room, 'dua @citra @budi');
    await say(world, 'assistant', room, 'tiga');
    await remove(lead, await say(world, lead, room, 'hapus @citra'));
    await say(world, lead, room, 'sistem', { author: { kind: 'system', id: 'system', name: 'ProjectWise' } });
    const expected = [
      [lead, { unread: 2, mentions: 0 }],
      [member, { unread: 2, mentions: 1 }],
      [viewer, { unread: 3, mentions: 2 }],
    ] as const;
    const everyone = [lead, member, viewer, stranger].map((person) => person.userId);
    const counted = await countUnread(world.app.db, lead.tenantId, room.id, everyone);
    expect(counted).toHaveLength(3);
    for (const [person, counts] of expected) {
      expect(counted.find((one) => one.userId === person.userId)).toMatchObject(counts);
      expect(await listRooms(world.app, person)).toMatchObject([counts]);
    }
    expect(await countUnread(world.app.db, 'other', room.id, everyone)).toEqual([]);
  });
});

describe('the snapshot', () => {
  const snapshot = (afterSeq?: number) => readSnapshot(world.app, viewer, room.id, afterSeq);

  test('has the newest messages, all members with their handles, and the caller’s own place', async () => {
    for (let count = 1; count <= 52; count++) await say(world, member, room, `m${count}`);
    const whole = await snapshot();
    expect(whole.messages).toHaveLength(50);
    expect(whole).toMatchObject({ hasMore: true, role: 'viewer', lastSeq: whole.messages.at(-1)?.seq });
    expect(whole.reset).toBeUndefined();
    expect(whole.members.map((one) => one.handle).sort()).toEqual(['budi', 'citra', 'ratna']);
    expect(whole.room.lastSeq).toBe(whole.lastSeq);
  });

  test('after a seq has every message that a later fact touched, in that order', async () => {
    const [first, second, third] = [
      await say(world, member, room, 'satu'),
      await say(world, member, room, 'dua'),
      await say(world, member, room, 'tiga'),
    ];
    const { lastSeq } = await snapshot();
    await react(lead, third);
    await edit(member, first, 'satu baru');
    const fourth = await say(world, member, room, 'empat');
    const later = await snapshot(lastSeq);
    expect(later.messages.map((message) => message.id)).toEqual([third.id, first.id, fourth.id]);
    expect(later.messages.map((message) => message.changedSeq)).toEqual([1, 2, 3].map((step) => lastSeq + step));
    expect(later.reset).toBeUndefined();
    expect((await snapshot(later.lastSeq)).messages).toEqual([]);
    expect(second.changedSeq).toBe(second.seq);
  });

  test('says that there is older history whatever was touched far up, and that there is none when there is none', async () => {
    const first = await say(world, member, room, 'm1');
    for (let count = 2; count <= 80; count++) await say(world, member, room, `m${count}`);
    const whole = await snapshot();
    expect(whole).toMatchObject({ hasMore: true });
    await react(lead, first);
    const rejoined = await snapshot(whole.lastSeq);
    expect(rejoined.messages.map((message) => message.id)).toEqual([first.id]);
    expect(rejoined.hasMore).toBe(true);
    expect(await snapshot(rejoined.lastSeq)).toMatchObject({ messages: [], hasMore: true });

    const young = await roomWith(world, lead);
    const { lastSeq } = await readSnapshot(world.app, lead, young.id);
    await say(world, lead, young, 'halo');
    expect(await readSnapshot(world.app, lead, young.id, lastSeq)).toMatchObject({ hasMore: false });
  });

  test('starts anew when more than 200 changed, or when the client knows more than there is', async () => {
    const { lastSeq } = await snapshot();
    for (let count = 0; count < 200; count++) await say(world, member, room, `m${count}`);
    expect((await snapshot(lastSeq)).messages).toHaveLength(200);
    await say(world, member, room, 'm200');
    const reset = await snapshot(lastSeq);
    expect(reset.reset).toBe(true);
    expect(texts(reset.messages).at(-1)).toBe('m200');
    expect(reset.messages).toHaveLength(50);
    expect((await snapshot(lastSeq + 10_000)).reset).toBe(true);
  });
});
