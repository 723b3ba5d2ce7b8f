// Words of tenders in the other language.
import { expect, test } from 'vitest';
import { translate } from '../../src/documents/glossary.ts';

test.each([
  ['What is the bid bond amount?', 'jaminan penawaran'],
  ['How many days may delivery take after award?', 'pengiriman'],
  ['warranties', 'garansi'],
  ['Berapa lama masa garansi?', 'warranty'],
  ['Kapan batas waktu pemasukan?', 'deadline'],
])('%s is also asked as %s', (question, expected) => {
  expect(translate(question)).toContain(expected);
});

test('a phrase is not taken apart', () => {
  expect(translate('bid bond')).not.toContain('dokumen');
  expect(translate('jaminan pelaksanaan')).toBe('performance bond  performance security');
});

test('what is not known has no translation', () => {
  expect(translate('')).toBe('');
  expect(translate('Marabintan 10GBASE-SR')).toBe('');
});
