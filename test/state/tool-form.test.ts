// The arguments of a tool as a form, and back.
import { expect, test } from 'vitest';
import { exampleOf, fieldsOf, readFields, readJson } from '../../public/lib/tool-form.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    customer: { type: 'string', description: 'Who asks' },
    rows: { type: 'integer', default: 5 },
    share: { type: 'number' },
    urgent: { type: 'boolean' },
    year: { enum: [2025, 2026] },
    filter: { type: 'object' },
  },
  required: ['customer', 'share'],
};
const read = (values: Record<string, string>) => readFields(fieldsOf(SCHEMA)!, (name) => values[name] ?? '');

test('every kind of argument has its field, with what is needed and preset', () => {
  expect(fieldsOf(SCHEMA)).toEqual([
    { name: 'customer', kind: 'text', help: 'Who asks', isRequired: true, preset: '' },
    { name: 'rows', kind: 'whole', isRequired: false, preset: '5' },
    { name: 'share', kind: 'number', isRequired: true, preset: '' },
    { name: 'urgent', kind: 'flag', isRequired: false, preset: '' },
    { name: 'year', kind: 'choice', choices: [2025, 2026], isRequired: false, preset: '' },
    { name: 'filter', kind: 'json', isRequired: false, preset: '' },
  ]);
  expect(fieldsOf({ type: 'object' })).toEqual([]);
});

test('a schema that says too little or too much is written as JSON', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, place) => [`a${place}`, { type: 'string' }]));
  for (const schema of [
    { additionalProperties: true },
    { properties: {}, additionalProperties: true },
    { properties: [] },
    { properties: many },
  ]) {
    expect(fieldsOf(schema)).toBeUndefined();
  }
  expect(fieldsOf({ properties: { odd: 7 } })).toMatchObject([{ name: 'odd', kind: 'json' }]);
});

test('what stands in the fields comes as the schema wants it; what is empty is left out', () => {
  const given = { customer: '12', share: '0.5', rows: '3', urgent: 'false', year: '2026', filter: '{"a": [1]}' };
  expect(read(given)).toEqual({
    args: { customer: '12', share: 0.5, rows: 3, urgent: false, year: 2026, filter: { a: [1] } },
  });
  expect(read({ customer: 'x', share: '1' })).toEqual({ args: { customer: 'x', share: 1 } });
});

test('what does not fit is told field by field', () => {
  expect(read({ share: 'half', rows: '1.5', filter: '{a}' })).toEqual({
    problems: { customer: 'missing', share: 'number', rows: 'whole', filter: 'json' },
  });
});

test('JSON is read as an object, or says why not', () => {
  expect(readJson('')).toEqual({ args: {} });
  expect(readJson('{"a": 1}')).toEqual({ args: { a: 1 } });
  expect(readJson('[1]')).toEqual({});
  expect(readJson('{"a":')).toMatchObject({ why: expect.stringContaining('JSON') });
  expect(JSON.parse(exampleOf(fieldsOf(SCHEMA)))).toEqual({ customer: '', rows: 5, share: 0 });
});
