// The colours of people.
import { expect, test } from 'vitest';
import { shareTints, TINTS, tintOf } from '../../public/state/tints.ts';

const people = Array.from({ length: 9 }, (_, index) => `01a1fc87-41ff-7eb9-bd60-08b104d42b${index}1`);

test('up to six people of a room have different tints, in whatever order they are listed', () => {
  const six = people.slice(0, TINTS);
  const tints = shareTints(six);
  expect(new Set(tints.values()).size).toBe(TINTS);
  expect(shareTints(six.toReversed())).toEqual(tints);
});

test('who comes later changes nobody else’s tint, and a person alone has their own', () => {
  const before = shareTints(people.slice(0, 4));
  const after = shareTints(people);
  for (const [userId, tint] of before) expect(after.get(userId)).toBe(tint);
  expect(after.size).toBe(people.length);
  expect(shareTints(people.slice(3, 4)).get(people[3]!)).toBe(tintOf(people[3]!));
});
