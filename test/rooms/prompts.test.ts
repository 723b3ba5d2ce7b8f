// The questions that a room suggests: its leads write them, everybody in it reads them at once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Room } from '../../src/protocol/models.ts';
import {
  addMember,
  createRoom,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

let product: TestProduct;
let ratna: Person;
let room: Room;
beforeAll(async () => {
  product = await startProduct();
  ratna = await signUp(product, 'Ratna Wulandari');
  room = await createRoom(ratna);
});
afterAll(stopProducts);

const suggest = async (person: Person, prompts: unknown) => {
  const response = await person.request('PATCH', `/api/v1/rooms/${room.id}`, { prompts });
  return { status: response.status, body: (await response.json()) as Room };
};

test('a member and a viewer may not change them, and for a stranger there is no such room', async () => {
  const [member, viewer, stranger] = await Promise.all([signUp(product), signUp(product), signUp(product)]);
  await addMember(ratna, room, member);
  await addMember(ratna, room, viewer, 'viewer');
  expect((await suggest(member, ['Apa tenggatnya?'])).status).toBe(403);
  expect((await suggest(viewer, ['Apa tenggatnya?'])).status).toBe(403);
  expect((await suggest(stranger, ['Apa tenggatnya?'])).status).toBe(404);
  expect((await viewer.call<Room>('GET', `/api/v1/rooms/${room.id}`)).prompts).toEqual([]);
});

test('a lead writes them, whoever is in the room hears of it, and no line in the conversation tells of it', async () => {
  const budi = await signUp(product, 'Budi Santoso');
  await addMember(ratna, room, budi);
  const client = await budi.connect();
  const before = await client.ask('room:join', { roomId: room.id });
  const prompts = ['Apa tenggatnya?', 'Ringkas risalah terakhir.'];
  expect(await suggest(ratna, [' Apa tenggatnya? ', 'Ringkas risalah terakhir.', 'Apa tenggatnya?'])).toMatchObject({
    status: 200,
    body: { prompts },
  });
  const told = await client.until('room:changed', (payload) => payload.room.prompts.length > 0);
  expect(told).toMatchObject({ seq: before.lastSeq + 1, room: { prompts } });
  client.close();
  expect(await budi.call<Room>('GET', `/api/v1/rooms/${room.id}`)).toMatchObject({ prompts });
  expect((await suggest(ratna, [])).body.prompts).toEqual([]);
});

test.each([
  ['more than twelve', Array.from({ length: 13 }, (_, place) => `Pertanyaan ${place}`)],
  ['one of more than 300 characters', ['a'.repeat(301)]],
  ['an empty one', ['  ']],
  ['one of two lines', ['satu\ndua']],
  ['one that turns its direction', ['satu \u202e dua']],
  ['something else than a list', 'Apa tenggatnya?'],
])('%s is refused', async (_, prompts) => {
  expect((await suggest(ratna, prompts)).status).toBe(400);
});
