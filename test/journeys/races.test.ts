// What two people do at the same moment: one of them comes first, nothing is done twice, nothing is lost.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invite, Message, Room, RoomSummary } from '../../src/protocol/models.ts';
import {
  addMember,
  type Client,
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let ratna: Person;
let budi: Person;

beforeAll(async () => {
  const unbounded = { requestsBurst: 10_000, joinsPerSecond: 10_000, sendsBurst: 10_000 };
  product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=2&tokens=40' }, limits: unbounded });
  ratna = await signUp(product, 'Ratna');
  budi = await signUp(product, 'Budi');
});
afterAll(stopProducts);

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
async function roomOfTwo(): Promise<{ room: Room; a: Client; b: Client }> {
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  const [a, b] = [await ratna.connect(), await budi.connect()];
  await a.ask('room:join', { roomId: room.id });
  await b.ask('room:join', { roomId: room.id });
  return { room, a, b };
}
const factsOf = (client: Client) => client.facts.filter(({ payload }) => 'seq' in payload && 'roomId' in payload);
const seqsOf = (client: Client) =>
  factsOf(client).flatMap(({ name, payload }) => (name !== 'read:changed' && 'seq' in payload ? [payload.seq] : []));
const expectGapless = (client: Client) => {
  const seqs = seqsOf(client);
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
};

describe('the same message', () => {
  it('sent over every wire at once is one message and one answer', async () => {
    const { room, a, b } = await roomOfTwo();
    const again = await ratna.connect();
    const input = { clientId: newClientId(), text: '@ProjectWise sekali saja' };
    const path = `/api/v1/rooms/${room.id}/messages`;
    const answers = await Promise.all([
      ...times(5, () => a.ask('message:send', { roomId: room.id, ...input })),
      ...times(5, () => again.ask('message:send', { roomId: room.id, ...input })),
      ...times(5, () => ratna.call<{ message: Message }>('POST', path, input)),
    ]);
    expect(new Set(answers.map(({ message }) => message.id)).size).toBe(1);
    await b.until('turn:ended');
    const names = factsOf(b).map(({ name }) => name);
    expect(names).toEqual(['message:created', 'turn:queued', 'turn:started', 'turn:ended']);
    // Of another person, the same id is another message.
    const other = await b.ask('message:send', { roomId: room.id, ...input, assistant: 'skip' });
    expect(other.message.id).not.toBe(answers[0]!.message.id);
  });

  it('edited, deleted and reacted to at once ends deleted, and every fact has its place', async () => {
    const { room, a, b } = await roomOfTwo();
    const { message } = await a.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'halo' });
    const messageId = message.id;
    const answers = await Promise.all([
      ...times(5, (index) => a.raw('message:edit', { messageId, text: `halo ${index}` })),
      ...times(5, (index) =>
        b.raw('message:react', { messageId, emoji: ['👍', '🎉', '❤️', '👀', '🙏'][index], on: true }),
      ),
      a.raw('message:delete', { messageId }),
      ...times(5, (index) => a.raw('message:edit', { messageId, text: `telat ${index}` })),
    ]);
    for (const { ok, error } of answers) if (!ok) expect(error?.details).toMatchObject({ reason: 'message_deleted' });
    const { messages, lastSeq } = await b.ask('room:join', { roomId: room.id });
    expect(messages.filter(({ author }) => author.kind === 'person')).toMatchObject([
      { status: 'deleted', text: '', reactions: [], mentions: [] },
    ]);
    expect(seqsOf(b).at(-1)).toBe(lastSeq);
    expectGapless(b);
  });

  it('gets the same emoji of one person once', async () => {
    const { room, a, b } = await roomOfTwo();
    const { message } = await a.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'halo' });
    const answers = await Promise.all(
      times(8, () => b.ask('message:react', { messageId: message.id, emoji: '👍', on: true })),
    );
    for (const { message: after } of answers)
      expect(after.reactions).toEqual([{ emoji: '👍', userIds: [budi.user.id] }]);
    await a.ask('room:leave', { roomId: 'nowhere' });
    expect(a.facts.filter(({ name }) => name === 'message:updated')).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('stopped by everybody at once, or just when it ends, ends once', async () => {
    for (const afterDeltas of [0, 3, 8, 100]) {
      const { room, a, b } = await roomOfTwo();
      await a.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise halo' });
      const { turn } = await a.until('turn:queued');
      const deltas = () => a.facts.filter(({ name }) => name === 'turn:delta' || name === 'turn:ended').length;
      await eventually(() => deltas() >= afterDeltas || a.facts.some(({ name }) => name === 'turn:ended'), 'deltas');
      const stops = times(6, (index) => (index % 2 ? a : b).ask('turn:stop', { turnId: turn.id }));
      await expect(Promise.all(stops)).resolves.toEqual(times(6, () => ({})));
      await a.ask('room:leave', { roomId: 'nowhere' });
      const ends = a.facts.flatMap(({ name, payload }) => (name === 'turn:ended' ? [payload] : []));
      expect(ends).toHaveLength(1);
      expect(a.textOf(turn.id)).toBe(ends[0]!.message?.text ?? '');
      expectGapless(a);
    }
  });

  it('asked for by a crowd at once takes its place in the queue, or is told that it is full', async () => {
    const room = await createRoom(ratna);
    const crowd = await Promise.all(times(8, () => signUp(product)));
    for (const person of crowd) await addMember(ratna, room, person);
    const clients = await Promise.all(crowd.map((person) => person.connect()));
    const witness = await ratna.connect();
    await witness.ask('room:join', { roomId: room.id });
    const answers = await Promise.all(
      clients.flatMap((client) =>
        times(4, () =>
          client.raw('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise antre' }),
        ),
      ),
    );
    const taken = answers.filter(({ ok }) => ok).length;
    for (const { ok, error } of answers) if (!ok) expect(error).toMatchObject({ code: 'busy' });
    expect(taken).toBeGreaterThanOrEqual(20);
    const ended = () => witness.facts.filter(({ name }) => name === 'turn:ended').length;
    await eventually(() => ended() === taken, 'all answers');
    // One at a time, in the order in which they were asked.
    const order = witness.facts.flatMap(({ name, payload }) =>
      name === 'turn:queued' || name === 'turn:started'
        ? [`${name} ${payload.turn.id}`]
        : name === 'turn:ended'
          ? ['end']
          : [],
    );
    const ids = (name: string) =>
      order.flatMap((step) => (step.startsWith(`${name} `) ? [step.slice(name.length + 1)] : []));
    expect(ids('turn:started')).toEqual(ids('turn:queued'));
    const runs = order.filter((step) => !step.startsWith('turn:queued')).map((step) => step.split(' ')[0]);
    expect(runs).toEqual(times(taken, () => ['turn:started', 'end']).flat());
    expectGapless(witness);
  });
});

describe('a room', () => {
  it('lets in as many as an invitation is for, however many come at once', async () => {
    const room = await createRoom(ratna);
    const invite = await ratna.call<Invite>('POST', `/api/v1/rooms/${room.id}/invites`, { maxUses: 3 });
    const crowd = await Promise.all(times(8, () => signUp(product)));
    const accept = (person: Person) => person.request('POST', `/api/v1/invites/${invite.code}/accept`);
    const statuses = await Promise.all([...crowd, ...crowd].map(async (person) => (await accept(person)).status));
    const { memberCount } = await ratna.call<RoomSummary>('GET', `/api/v1/rooms/${room.id}`);
    expect(memberCount).toBe(1 + 3);
    // Each who came in came twice: the second time takes no use.
    expect(statuses.filter((status) => status === 200)).toHaveLength(6);
    expect(statuses.filter((status) => status === 404)).toHaveLength(10);
    const { items } = await ratna.call<{ items: unknown[] }>('GET', `/api/v1/rooms/${room.id}/invites`);
    expect(items).toEqual([]);
  });

  it('keeps a lead when its two leads leave, or make each other members, at once', async () => {
    for (const leave of [true, false]) {
      const room = await createRoom(ratna);
      await addMember(ratna, room, budi, 'lead');
      const path = (person: Person) => `/api/v1/rooms/${room.id}/members/${person.user.id}`;
      const responses = await Promise.all(
        leave
          ? [ratna.request('DELETE', path(ratna)), budi.request('DELETE', path(budi))]
          : [
              ratna.request('PATCH', path(budi), { role: 'member' }),
              budi.request('PATCH', path(ratna), { role: 'member' }),
            ],
      );
      const refused = responses.find(({ status }) => status >= 400)!;
      expect(responses.filter(({ status }) => status < 300)).toHaveLength(1);
      expect(leave ? 409 : 403).toBe(refused.status);
      const leads = await product.app.db
        .selectFrom('room_members')
        .select('user_id')
        .where('room_id', '=', room.id)
        .where('role', '=', 'lead')
        .execute();
      expect(leads).toHaveLength(1);
    }
  });

  it('that is deleted while people write in it is gone for all of them, and nothing of it is left', async () => {
    const { room, a, b } = await roomOfTwo();
    await a.ask('message:send', { roomId: room.id, clientId: newClientId(), text: '@ProjectWise halo' });
    await a.until('turn:started');
    const send = (client: Client) =>
      client.raw('message:send', { roomId: room.id, clientId: newClientId(), text: 'masih?', assistant: 'skip' });
    const sends = times(20, () => send(b));
    await ratna.call('DELETE', `/api/v1/rooms/${room.id}`);
    const late = await Promise.all(times(5, () => send(b)));
    for (const { error } of late) expect(error).toMatchObject({ code: 'not_found' });
    for (const { ok, error } of await Promise.all(sends)) if (!ok) expect(error).toMatchObject({ code: 'not_found' });
    await b.until('room:removed', ({ roomId }) => roomId === room.id);
    const left = async () => {
      const tables = [
        'rooms',
        'messages',
        'turns',
        'room_members',
        'room_invites',
        'mentions',
        'reactions',
        'turn_contexts',
      ] as const;
      let count = 0;
      for (const table of tables) {
        const column = table === 'rooms' ? 'id' : 'room_id';
        // biome-ignore lint/suspicious/noExplicitAny: the same column of several tables
        count += (await (product.app.db.selectFrom(table) as any).selectAll().where(column, '=', room.id).execute())
          .length;
      }
      return count;
    };
    await eventually(async () => (await left()) === 0, 'the purge');
  });

  it('whose name, members and messages change at once tells every change in one order to everybody', async () => {
    const { room, a, b } = await roomOfTwo();
    const crowd = await Promise.all(times(5, () => signUp(product)));
    await Promise.all([
      ...times(10, (index) => ratna.call('PATCH', `/api/v1/rooms/${room.id}`, { name: `Nama ${index}` })),
      ...crowd.map((person) => addMember(ratna, room, person)),
      ...times(30, (index) =>
        (index % 2 ? a : b).ask('message:send', {
          roomId: room.id,
          clientId: newClientId(),
          text: `pesan ${index}`,
          assistant: 'skip',
        }),
      ),
    ]);
    await a.ask('room:leave', { roomId: 'nowhere' });
    const { lastSeq } = await b.ask('room:join', { roomId: room.id });
    expect(factsOf(a)).toEqual(factsOf(b));
    expect(seqsOf(a).at(-1)).toBe(lastSeq);
    expectGapless(a);
  });
});
