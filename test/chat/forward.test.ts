// Passing a message on to another room: whose may be, what comes along, and what stays behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message, Room } from '../../src/protocol/models.ts';
import { type Arena, createArena, OUTSIDERS, type Place } from '../support/arena.ts';
import { addMember, createRoom, newClientId, type Person, stopProducts } from '../support/product.ts';

let arena: Arena;
let place: Place;
let target: Room;

beforeAll(async () => {
  arena = await createArena();
  place = await arena.room();
  target = await createRoom(arena.people.member, { name: 'Ruang tujuan' });
  await addMember(arena.people.member, target, arena.people.viewer);
});
afterAll(stopProducts);

const forward = async (person: Person, forwardOf: string, roomId = target.id, text = '') => {
  const body = { clientId: newClientId(), text, forwardOf, assistant: 'skip' };
  const response = await person.request('POST', `/api/v1/rooms/${roomId}/messages`, body);
  return { status: response.status, body: (await response.json()) as { message: Message; code?: string } };
};
const say = async (person: Person, text: string) => {
  const body = { clientId: newClientId(), text, assistant: 'skip' };
  const path = `/api/v1/rooms/${place.roomId}/messages`;
  return (await person.call<{ message: Message }>('POST', path, body)).message;
};

describe('who may not', () => {
  it('forward what they cannot read: it is not there, also for administrators and other tenants (R-6)', async () => {
    for (const who of OUTSIDERS) {
      const person = arena.people[who];
      const own = await person.call<Room>('POST', '/api/v1/rooms', { name: 'Sendiri' });
      const nowhere = await forward(person, 'no-such-message', own.id);
      const { status, body } = await forward(person, place.messageIds.lead, own.id);
      expect({ who, status, code: body.code }).toEqual({ who, status: 404, code: 'not_found' });
      expect(arena.secretsIn(JSON.stringify(body))).toEqual([]);
      expect(nowhere.body.code).toBe('not_found');
    }
  });

  it('forward into a room where they may not write', async () => {
    const { lead, viewer } = arena.people;
    expect((await forward(lead, place.messageIds.lead)).status).toBe(404);
    const readOnly = await arena.room();
    expect((await forward(viewer, place.messageIds.lead, readOnly.roomId)).status).toBe(403);
  });

  it('forward what is deleted, and what the room says itself', async () => {
    const { member } = arena.people;
    const message = await say(member, 'keliru');
    const client = await member.connect();
    await client.ask('message:delete', { messageId: message.id });
    expect(await forward(member, message.id)).toMatchObject({ status: 409 });
    type Page = { items: Message[] };
    const { items } = await member.call<Page>('GET', `/api/v1/rooms/${place.roomId}/messages`);
    const line = items.find(({ author }) => author.kind === 'system')!;
    expect(await forward(member, line.id)).toMatchObject({ status: 403 });
  });
});

describe('what is forwarded', () => {
  it('is a quote under its author’s name, after the words of who passes it on; the room is not named', async () => {
    const { lead, member, viewer } = arena.people;
    const message = await say(lead, 'Garansi 36 bulan\n\n@made setuju?');
    const { body } = await forward(member, message.id, target.id, 'Untuk diketahui');
    expect(body.message.text).toBe(
      `Untuk diketahui\n\n> **${lead.user.fullName}**\n>\n> Garansi 36 bulan\n>\n> @made setuju?`,
    );
    expect(body.message).toMatchObject({
      author: { id: member.user.id },
      forwarded: { roomId: place.roomId, messageId: message.id },
      mentions: [],
    });
    // As it is read afterwards.
    const stored = await viewer.call<Message>('GET', `/api/v1/rooms/${target.id}/messages/${body.message.id}`);
    expect(stored).toEqual(body.message);
    expect(JSON.stringify(stored)).not.toContain('Tender');
  });

  it('starts no answer, whatever it quotes', async () => {
    const { member } = arena.people;
    const always = await createRoom(member, { name: 'Mention', assistant: { trigger: 'mention' } });
    const message = await say(member, '@ProjectWise berapa garansinya?');
    const body = { clientId: newClientId(), text: '', forwardOf: message.id };
    const path = `/api/v1/rooms/${always.id}/messages`;
    const sent = await member.call<{ message: Message }>('POST', path, body);
    expect(sent.message.mentions).toEqual([]);
    type Page = { items: Message[] };
    const { items } = await member.call<Page>('GET', path);
    expect(items.map(({ author }) => author.kind)).not.toContain('assistant');
  });

  it('leaves the numbers of its sources behind, which would lead nowhere', async () => {
    const { member } = arena.people;
    const { db } = arena.product.app;
    const { text } = await member.call<Message>('GET', `/api/v1/rooms/${place.roomId}/messages/${place.answerId}`);
    const source = { marker: '[1]', documentId: 'd', documentName: 'RKS', chunkId: 'c', quote: 'q', score: 1 };
    await db
      .updateTable('messages')
      .set({ text: `${text} 36 bulan [1], pasal [2] tetap.`, sources: JSON.stringify([source]) })
      .where('id', '=', place.answerId)
      .execute();
    const { body } = await forward(member, place.answerId);
    expect(body.message.text).toContain('36 bulan, pasal [2] tetap.');
  });
});
