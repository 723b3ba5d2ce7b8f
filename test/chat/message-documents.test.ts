// Documents that a message brings along: whose may be, and where they are shown.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import { type Arena, createArena } from '../support/arena.ts';
import { putDocument } from '../support/documents.ts';
import { addMember, type Client, createRoom, newClientId, type Person, stopProducts } from '../support/product.ts';

let arena: Arena;
let ratna: Person;
let budi: Person;
let room: Room;
let client: Client;

beforeAll(async () => {
  arena = await createArena();
  [ratna, budi] = [arena.people.lead, arena.people.member];
  room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
});
afterAll(stopProducts);

const put = (given: Parameters<typeof putDocument>[2], by = ratna) => putDocument(arena.product.app, by, given);
const say = (text: string, documentIds: string[], roomId = room.id) =>
  client.raw('message:send', { roomId, clientId: newClientId(), text, documentIds });
const send = async (text: string, documentIds: string[]) =>
  (await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text, documentIds })).message;

describe('a document that may not come along', () => {
  it.each(['another room', 'a personal room of somebody else', 'another tenant', 'nowhere'])(
    'is one of %s; then nothing is stored',
    async (place) => {
      const elsewhere = await createRoom(budi);
      const session = await budi.call<{ id: string }>('POST', '/api/v1/chat/sessions', {});
      const ids: Record<string, string> = {
        'another room': (await put({ room_id: elsewhere.id })).id,
        'a personal room of somebody else': (await put({ room_id: session.id }, budi)).id,
        'another tenant': (await put({}, arena.people.foreigner)).id,
        nowhere: 'no-such-document',
      };
      const mine = await put({ room_id: room.id });
      const before = await ratna.call<{ lastSeq: number }>('GET', `/api/v1/rooms/${room.id}`);
      for (const documentIds of [[ids[place]!], [mine.id, ids[place]!]]) {
        expect((await say('lampiran', documentIds)).error).toMatchObject({ code: 'not_found' });
        const clientId = newClientId();
        const body = { clientId, text: 'lampiran', documentIds };
        const response = await ratna.request('POST', `/api/v1/rooms/${room.id}/messages`, body);
        expect(response.status).toBe(404);
      }
      expect(await ratna.call('GET', `/api/v1/rooms/${room.id}`)).toMatchObject({ lastSeq: before.lastSeq });
    },
  );

  it('of a room is not there for its member in another room', async () => {
    const mine = await put({ room_id: room.id });
    const other = await createRoom(ratna);
    await client.ask('room:join', { roomId: other.id });
    expect((await say('lampiran', [mine.id], other.id)).error).toMatchObject({ code: 'not_found' });
  });
});

describe('documents of a message', () => {
  it('of the room and of the library come along, each once, in the order given, and everybody sees them', async () => {
    const inRoom = await put({ room_id: room.id, name: 'KAK.pdf' });
    const inLibrary = await put({ name: 'Katalog.xlsx' });
    const sent = await send('Ini dokumennya', [inLibrary.id, inRoom.id, inLibrary.id]);
    const documents = [
      { id: inLibrary.id, name: 'Katalog.xlsx' },
      { id: inRoom.id, name: 'KAK.pdf' },
    ];
    expect(sent.documents).toEqual(documents);
    const created = await client.until('message:created', ({ message }) => message.id === sent.id);
    expect(created.message.documents).toEqual(documents);
    const other = await budi.connect();
    const { messages } = await other.ask('room:join', { roomId: room.id });
    expect(messages.find(({ id }) => id === sent.id)?.documents).toEqual(documents);
    const page = await budi.call<{ items: { id: string; documents?: unknown }[] }>(
      'GET',
      `/api/v1/rooms/${room.id}/messages?limit=100`,
    );
    expect(page.items.find(({ id }) => id === sent.id)?.documents).toEqual(documents);
  });

  it('come back with the message when it is sent again', async () => {
    const { id } = await put({ room_id: room.id });
    const input = { roomId: room.id, clientId: newClientId(), text: 'dua kali', documentIds: [id] };
    const first = await client.ask('message:send', input);
    const second = await client.ask('message:send', input);
    expect(second.message).toEqual(first.message);
  });

  it('make words unnecessary, also when it is changed; without them a message needs some', async () => {
    const { id } = await put({ room_id: room.id, name: 'Addendum.pdf' });
    const sent = await send('  ', [id]);
    expect(sent).toMatchObject({ text: '', documents: [{ id }] });
    await client.ask('message:edit', { messageId: sent.id, text: 'Addendum kedua' });
    const { message } = await client.ask('message:edit', { messageId: sent.id, text: '' });
    expect(message).toMatchObject({ text: '', documents: [{ id }] });
    expect((await say(' ', [])).error).toMatchObject({ code: 'invalid', details: { reason: 'message_empty' } });
  });

  it('leave with the message that is deleted, and leave messages when they are deleted themselves', async () => {
    const [kept, gone] = [await put({ room_id: room.id }), await put({ room_id: room.id })];
    const [first, second] = [await send('satu', [kept.id]), await send('dua', [kept.id, gone.id])];
    const { message } = await client.ask('message:delete', { messageId: first.id });
    expect(message.documents).toBeUndefined();
    await arena.product.app.db.deleteFrom('documents').where('id', '=', gone.id).execute();
    const { messages } = await client.ask('room:join', { roomId: room.id });
    expect(messages.find(({ id }) => id === first.id)?.documents).toBeUndefined();
    expect(messages.find(({ id }) => id === second.id)?.documents).toEqual([{ id: kept.id, name: kept.name }]);
  });

  it('can be asked about in a chat session', async () => {
    const session = await ratna.call<{ id: string }>('POST', '/api/v1/chat/sessions', {});
    const { id } = await put({ room_id: session.id, name: 'Catatan.md' });
    const response = await ratna.request('POST', `/api/v1/chat/sessions/${session.id}/messages`, {
      text: '',
      documentIds: [id],
    });
    expect(await response.text()).toContain('"documents":[{"id":');
  });
});
