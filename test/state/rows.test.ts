// The timeline as rows.
import { expect, test } from 'vitest';
import { buildRows } from '../../public/state/rows.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Message } from '../../src/protocol/models.ts';

let seq = 0;
const message = (author: Partial<Message['author']>, more: Partial<Message> = {}): Message => {
  seq += 1;
  return {
    id: `m${seq}`,
    roomId: 'room',
    seq,
    changedSeq: seq,
    author: { kind: 'person', id: 'budi', name: 'Budi', ...author },
    text: 'halo',
    status: 'sent',
    mentions: [],
    reactions: [],
    createdAt: '2026-11-21T05:14:45.152Z',
    ...more,
  };
};
const line = (key: string, params: Record<string, string>) =>
  message({ kind: 'system', id: 'system', name: 'ProjectWise' }, { system: { key, params } });
const rowsOf = (messages: Message[], afterSeq?: number) =>
  buildRows({
    messages,
    turns: [],
    pending: [],
    unread: afterSeq === undefined ? undefined : { afterSeq, count: 1, isLeast: false, since: undefined },
    myId: 'ratna',
  });

test('the same that came to several people in a row, by the same hand, is one line', () => {
  const rows = rowsOf([
    line('member.joined', { name: 'Budi' }),
    line('member.joined', { name: 'Citra' }),
    line('member.added', { name: 'Dewa', by: 'Ratna' }),
    line('member.added', { name: 'Eka', by: 'Budi' }),
    message({}),
    line('room.archived', { by: 'Ratna' }),
    line('room.archived', { by: 'Ratna' }),
  ]);
  const lines = rows.flatMap((row) =>
    row.kind === 'system' ? [row.messages.map(({ system }) => system?.params.name)] : [],
  );
  expect(lines).toEqual([['Budi', 'Citra'], ['Dewa'], ['Eka'], [undefined], [undefined]]);
});

test('the line where the reader stopped stands before what somebody said, not before what the room said', () => {
  const before = message({});
  const rows = rowsOf([before, line('member.joined', { name: 'Citra' }), message({})], before.seq);
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'system', 'unread', 'message']);
});

test('what is to be remembered stands after the message it comes from, and breaks nothing that goes on below it', () => {
  const said = message({});
  const memory = { id: 'fact', source: { messageId: said.id } } as Memory;
  const remembered = new Map([[said.id, [memory]]]);
  const rows = buildRows({
    messages: [said, message({})],
    turns: [],
    pending: [],
    unread: undefined,
    myId: '',
    remembered,
  });
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'remember', 'message']);
  expect(rows.at(-1)).toMatchObject({ isFollowUp: true });
});
