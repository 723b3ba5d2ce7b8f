// The main job from end to end, over real processes: people and a program in one room, an answer for all of them, and a server that dies.
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Invite, Message, Room } from '../../src/protocol/models.ts';
import { freePort, newDataDir, type ProductProcess, startProcess, stopProcesses } from '../support/process.ts';
import { type Client, createRoom, eventually, newClientId, type Person, signUp, wrap } from '../support/product.ts';

const LONG_ANSWERS = 'offline:?delayMs=4&tokens=3000';
/** how much of the text a crash may take. */
const LOST_AT_MOST_MS = 1_000;

let address: Record<string, string>;
let server: ProductProcess;
let ratna: Person;
let budi: Person;
let citra: Person;
let room: Room;

beforeAll(async () => {
  address = { DATA_DIR: newDataDir(), PORT: String(await freePort()) };
});
afterAll(stopProcesses);

/** All that a program needs: the client library, an address and a token. */
async function joinAsProgram(person: Person): Promise<Client> {
  const socket = io(person.url, { transports: ['websocket'], auth: { token: person.token }, forceNew: true });
  const client = wrap(socket);
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', () => resolve());
    socket.on('connect_error', reject);
  });
  return client;
}
async function join(person: Person) {
  const client = await joinAsProgram(person);
  const snapshot = await client.ask('room:join', { roomId: room.id });
  return { client, snapshot };
}
const say = async (client: Client, text: string) =>
  (await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text })).message;

it('two people and a program talk, ask, and read the same answer byte for byte, also who joins in its middle', async () => {
  server = await startProcess({ ...address, LLM_URL: 'offline:?delayMs=60' });
  ratna = await signUp(server, 'Ratna Wulandari');
  expect(ratna.user.role).toBe('admin');
  room = await createRoom(ratna, { name: 'Marabintan Layanan Terpadu' });
  await expect(signUp(server, 'Tamu Tak Diundang')).rejects.toThrow('Registration needs an invitation');
  const invite = await ratna.call<Invite>('POST', `/api/v1/rooms/${room.id}/invites`, { maxUses: 2 });
  expect(invite.url).toBe(`${server.url}/invite/${invite.code}`);
  budi = await signUp(server, 'Budi Santoso', invite.code);
  citra = await signUp(server, 'Citra Dewi', invite.code);
  await expect(signUp(server, 'Satu Terlalu Banyak', invite.code)).rejects.toThrow('invitation_invalid');

  const members = await Promise.all([ratna, budi, citra].map(join));
  const [a, b] = members.map(({ client }) => client) as [Client, Client, Client];
  const said = 'Masa garansi perangkat adalah 36 bulan sejak serah terima pekerjaan.';
  await say(a, said);
  await say(b, '@ProjectWise berapa lama masa garansi perangkat?');
  const middle = await a.until('turn:delta', ({ offset }) => offset > 10);
  const late = await join(citra);
  const [turn] = late.snapshot.turns;
  expect(turn).toMatchObject({ id: middle.turnId, state: 'running', askedBy: { name: 'Budi Santoso' } });

  const ended = await a.until('turn:ended');
  const answer = ended.message!;
  expect(ended.reason).toBe('completed');
  expect(answer.text).toContain(said);
  for (const { client } of members) {
    expect((await client.until('turn:ended')).message).toEqual(answer);
    expect(Buffer.from(client.textOf(ended.turnId))).toEqual(Buffer.from(answer.text));
  }
  await late.client.until('turn:ended');
  expect(turn?.text + late.client.textOf(ended.turnId)).toBe(answer.text);

  // Anybody stops anybody's answer, and everybody keeps what was said.
  await say(a, '@ProjectWise berapa lama masa garansi perangkat?');
  const second = await a.until('turn:delta', ({ turnId }) => turnId !== ended.turnId);
  await late.client.ask('turn:stop', { turnId: second.turnId });
  const stopped = await a.until('turn:ended', ({ turnId }) => turnId === second.turnId);
  expect(stopped).toMatchObject({ reason: 'stopped', message: { status: 'stopped' } });
  expect(a.textOf(second.turnId)).toBe(stopped.message?.text);
  for (const { client } of [...members, late]) client.close();
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
});

it('killed in the middle of an answer, it comes back with everything acknowledged and the room usable', async () => {
  server = await startProcess({ ...address, LLM_URL: LONG_ANSWERS });
  const { client, snapshot } = await join(ratna);
  const { client: asker } = await join(budi);
  expect(snapshot.messages.filter(({ author }) => author.kind === 'assistant')).toHaveLength(2);

  const heardAt: { at: number; length: number }[] = [];
  client.socket.on('turn:delta', ({ offset, text }) =>
    heardAt.push({ at: performance.now(), length: offset + text.length }),
  );
  await say(client, '@ProjectWise ceritakan semuanya');
  const { turnId, messageId } = await client
    .until('turn:started')
    .then(({ turn }) => ({ turnId: turn.id, messageId: turn.messageId }));
  const waiting = await say(asker, '@ProjectWise dan sesudah itu?');
  await eventually(
    () => heardAt.length > 0 && heardAt.at(-1)!.at - heardAt[0]!.at > 1.5 * LOST_AT_MOST_MS,
    'the middle',
  );
  const acknowledged: Message[] = [];
  const chatter = (async () => {
    for (let index = 0; index < 1_000; index++) acknowledged.push(await say(asker, `catatan ${index}`));
  })().catch(() => undefined);
  await eventually(() => acknowledged.length > 20, 'some messages');
  const killedAt = performance.now();
  expect(await server.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  client.close();
  asker.close();
  await chatter;
  const streamed = client.textOf(turnId);

  server = await startProcess({ ...address, LLM_URL: LONG_ANSWERS }, ['npm', 'start']);
  const back = await join(ratna);
  const { items } = await ratna.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages?limit=200`);
  expect(items).toEqual(expect.arrayContaining(acknowledged));
  const cut = items.find(({ id }) => id === messageId)!;
  expect(cut).toMatchObject({ status: 'interrupted', system: { key: 'turn.server_restarted' } });
  const owed = heardAt.findLast(({ at }) => at < killedAt - LOST_AT_MOST_MS)!.length;
  expect(cut.text.length).toBeGreaterThanOrEqual(owed);
  // The server may have stored a little more than had reached us.
  expect(cut.text.startsWith(streamed) || streamed.startsWith(cut.text)).toBe(true);

  const next = back.snapshot.turns.find(({ questionId }) => questionId === waiting.id)!;
  const delta = await back.client.until('turn:delta', (payload) => payload.turnId === next.id);
  await say(back.client, 'Kita lanjut');
  const ids = items.map(({ seq }) => seq);
  expect(ids).toEqual([...new Set(ids)].sort((x, y) => x - y));

  // Told to end in the middle of an answer, npm and the server end in order.
  const ending = server.end('SIGTERM');
  await expect(back.client.until('server:closing')).resolves.toEqual({ reconnectInMs: expect.any(Number) });
  const ended = await back.client.until('turn:ended', (payload) => payload.turnId === delta.turnId);
  expect(ended).toMatchObject({ reason: 'interrupted', message: { system: { key: 'turn.server_stopping' } } });
  expect((next.text ?? '') + back.client.textOf(next.id)).toBe(ended.message?.text);
  back.client.close();
  expect(await ending).toEqual({ code: 0, signal: null });
  expect(server.output()).not.toMatch(/error|warn/i);

  server = await startProcess({ ...address, LLM_URL: 'offline:?delayMs=0' });
  const last = await join(citra);
  expect(last.snapshot.turns).toEqual([]);
  expect(last.snapshot.messages.find(({ id }) => id === ended.message?.id)).toEqual(ended.message);
  last.client.close();
  await server.end('SIGTERM');
});
