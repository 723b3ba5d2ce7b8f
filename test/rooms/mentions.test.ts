// Who is meant by @handle.
import { expect, test } from 'vitest';
import { resolveMentions } from '../../src/rooms/mentions.ts';
import { processorMs } from '../support/longest-block.ts';

const members = [
  { userId: 'u-ratna', handle: 'ratna' },
  { userId: 'u-ratna-w', handle: 'ratna.wulandari' },
  { userId: 'u-budi', handle: 'budi2' },
];
const meant = (text: string) =>
  resolveMentions(text, members).map((mention) => [
    mention.id,
    text.slice(mention.start, mention.start + mention.length),
  ]);

test.each([
  ['@ratna tolong cek', [['u-ratna', '@ratna']]],
  [
    'halo @Ratna, @BUDI2!',
    [
      ['u-ratna', '@Ratna'],
      ['u-budi', '@BUDI2'],
    ],
  ],
  ['(@ratna.wulandari)', [['u-ratna-w', '@ratna.wulandari']]],
  ['@ratna.', [['u-ratna', '@ratna']]],
  ['@ratna.setuju?', [['u-ratna', '@ratna']]],
  ['@projectwise berapa?', [['assistant', '@projectwise']]],
  ['tanya @ProjectWise-nya', [['assistant', '@ProjectWise']]],
  ['baris\n@ratna', [['u-ratna', '@ratna']]],
  ['😀@ratna 😀', [['u-ratna', '@ratna']]],
  ['😀 @ratna', [['u-ratna', '@ratna']]],
  [
    '@ratna @ratna',
    [
      ['u-ratna', '@ratna'],
      ['u-ratna', '@ratna'],
    ],
  ],
])('%s', (text, expected) => {
  expect(meant(text)).toEqual(expected);
});

test.each([
  'ratna@budi2',
  'a@ratna',
  '@@ratna',
  '@ratnawati',
  '@nobody',
  '@',
  '@ ratna',
  '/@ratna',
  '-@ratna',
  '> @ratna',
  '   >@ratna @ProjectWise',
  '.@ratna',
  '',
])('%s mentions nobody', (text) => {
  expect(meant(text)).toEqual([]);
});

test.each([
  ['@a', '@a'.repeat(16_000)],
  ['a long word', `@${'a'.repeat(32_000)}`],
  ['dots', `@${'a.'.repeat(16_000)}`],
  ['dashes without an end', `@a${'-'.repeat(32_000)}`],
  ['many handles cut at dashes', '@ratna-a-b-c-d '.repeat(2_100)],
  ['at signs', '@'.repeat(32_000)],
  ['emoji', '😀@'.repeat(10_000)],
])('32,000 characters of %s take no time', (_, text) => {
  // Far above what it takes: what grows with the square takes seconds.
  expect(processorMs(() => resolveMentions(text, members))).toBeLessThan(1_000);
});

test('of thousands of mentions the first hundred are kept', () => {
  expect(resolveMentions('@ratna '.repeat(4_000), members)).toHaveLength(100);
});
