// How what is remembered stands in a prompt: whose words it is.
import { afterEach, expect, it } from 'vitest';
import { putMemory } from '../support/memories.ts';
import { addMember, createRoom, newClientId, signUp, startProduct, stopProducts } from '../support/product.ts';
import { says, scriptedModel } from '../support/scripted-model.ts';

afterEach(stopProducts);

it('is said to be of its author, and where somebody else put it right, of them', async () => {
  const model = scriptedModel([says('Baik.')]);
  const product = await startProduct({ model });
  const [ratna, budi] = [await signUp(product, 'Ratna Wulandari'), await signUp(product, 'Budi Santoso')];
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  const put = (text: string) => putMemory(product.app, ratna, room.id, { text });
  const [corrected, own, untouched] = [
    await put('Garansi switch inti 24 bulan.'),
    await put('Garansi router tepi 12 bulan.'),
    await put('Garansi rak server 60 bulan.'),
  ];
  const change = (person: typeof ratna, id: string, text: string) =>
    person.call('PATCH', `/api/v1/memories/${id}`, { text });
  await change(budi, corrected.id, 'Garansi switch inti 36 bulan.');
  await change(budi, own.id, 'Garansi router tepi 18 bulan.');
  await change(ratna, own.id, 'Garansi router tepi 12 bulan saja.');

  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  const input = { roomId: room.id, clientId: newClientId(), text: 'Berapa garansinya?', assistant: 'ask' as const };
  const { message } = await client.ask('message:send', input);
  await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);

  const texts = model.requests[0]!.messages.flatMap((one) => (one.role === 'user' ? one.parts : []));
  const lines = texts
    .flatMap((part) => (part.type === 'text' ? part.text.split('\n') : []))
    .filter((line) => line.startsWith('{"remembered"'))
    .map((line) => JSON.parse(line) as { remembered: string; by: string; correctedBy?: string });
  const of = (text: string) => lines.find(({ remembered }) => remembered === text);
  expect(of('Garansi switch inti 36 bulan.')).toMatchObject({ by: 'Ratna Wulandari', correctedBy: 'Budi Santoso' });
  for (const text of ['Garansi router tepi 12 bulan saja.', untouched.text]) {
    expect(of(text)).toMatchObject({ by: 'Ratna Wulandari' });
    expect(of(text)).not.toHaveProperty('correctedBy');
  }
});
