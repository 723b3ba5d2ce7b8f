// Words of tenders in the other language.
import { expect, test } from 'vitest';
import { equivalentsOf } from '../../src/lib/glossary.ts';

const words = (text: string) => equivalentsOf(text).flatMap((one) => one.words);

test('phrases are found as phrases, in whatever form the words stand', () => {
  expect(words('What is the bid bond amount required?')).toEqual(
    expect.arrayContaining(['jaminan penawaran', 'nilai', 'wajib']),
  );
  expect(words('What is the bid bond amount required?')).not.toContain('penawaran');
  expect(words('Berapa lama masa garansi perangkatnya?')).toEqual(expect.arrayContaining(['warranty', 'equipment']));
});

test('a text without such words has none', () => {
  expect(words('Gartner 2018')).toEqual([]);
  expect(words('')).toEqual([]);
});
