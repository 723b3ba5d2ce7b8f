// What the browser app knows of a room's memories, whichever list is asked for first.
import { afterEach, expect, it, vi } from 'vitest';
import { clearMemories, memoriesOf } from '../../public/state/memories.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';

const ROOM = '0198c0de-0000-7000-8000-000000000001';
const PROPOSED = { id: 'b', status: 'proposed', scope: 'room', roomId: ROOM } as Memory;
const ACCEPTED = { id: 'a', status: 'accepted', scope: 'room', roomId: ROOM } as Memory;

afterEach(() => {
  clearMemories();
  vi.unstubAllGlobals();
});

/** A server that answers when it is let to, in the order it was asked. */
function stubServer() {
  const asked: { isAll: boolean; answer: () => void }[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    const isAll = new URL(url, 'http://127.0.0.1').searchParams.get('status') === 'all';
    const { promise, resolve } = Promise.withResolvers<Response>();
    const items = isAll ? [PROPOSED, ACCEPTED] : [PROPOSED];
    asked.push({ isAll, answer: () => resolve(Response.json({ items })) });
    return promise;
  });
  return asked;
}
const idsOf = (place: string) => memoriesOf(place).items.value.map(({ id }) => id);

it('everything is fetched although only the proposals were on their way', async () => {
  const asked = stubServer();
  const shelf = memoriesOf(ROOM);
  shelf.loadProposals();
  const whole = shelf.load();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(shelf.isWhole.value).toBe(false);
  asked[0]!.answer();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]!.answer();
  await whole;
  expect(shelf.isWhole.value).toBe(true);
  expect(idsOf(ROOM)).toEqual(['b', 'a']);
});

it('proposals that are asked for later take nothing away of what is known', async () => {
  const asked = stubServer();
  const shelf = memoriesOf(ROOM);
  const whole = shelf.load();
  shelf.loadProposals();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]!.answer();
  await whole;
  shelf.loadProposals();
  await vi.waitFor(() => expect(idsOf(ROOM)).toEqual(['b', 'a']));
  expect(asked.map(({ isAll }) => isAll)).toEqual([true]);
});
