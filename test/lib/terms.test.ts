// Words and stems as search compares them.
import { expect, test } from 'vitest';
import { isStopWord, stem, words } from '../../src/lib/terms.ts';

test('words are letters and digits in lower case, without accents', () => {
  expect(words('Rp8.255.660.520,00 — “Anggaran” QSFP28 café ﬁber')).toEqual([
    'rp8',
    '255',
    '660',
    '520',
    '00',
    'anggaran',
    'qsfp28',
    'cafe',
    'fiber',
  ]);
  expect(words(' \n–')).toEqual([]);
});

test('a run without end is cut', () => {
  expect(words('a'.repeat(30_000))).toEqual(['a'.repeat(64)]);
});

test.each([
  ['tulis', 'menuliskan', 'tulisan', 'tulisannya'],
  ['tawar', 'penawaran', 'menawarkan', 'ditawarkan'],
  ['syarat', 'persyaratan', 'dipersyaratkan', 'syaratnya'],
  ['proses', 'memproses', 'diproses', 'prosesnya'],
  ['switch', 'switches'],
  ['device', 'devices'],
  ['year', 'years'],
  ['deliver', 'delivered', 'delivers', 'delivering'],
])('%s and its forms share a stem', (word, ...forms) => {
  expect(forms.map(stem)).toEqual(forms.map(() => stem(word)));
});

test('short words, and words with digits, stay as they are', () => {
  expect(['cat6a', 'wifi', 'mac', '10gbase'].map(stem)).toEqual(['cat6a', 'wifi', 'mac', '10gbase']);
});

test('words that stand everywhere are known', () => {
  expect(['yang', 'the', 'garansi'].map(isStopWord)).toEqual([true, true, false]);
});
