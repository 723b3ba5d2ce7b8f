// The schemas of tools in the dialect of OpenAI and those who speak like it.
import { expect, it } from 'vitest';
import { toolParameters } from '../../../src/engines/llm/openai-shared.ts';

const parametersOf = (inputSchema: Record<string, unknown>) =>
  toolParameters({ name: 't', description: '', inputSchema });
const text = { type: 'string' };

it('an ordinary schema goes through as it is', () => {
  const schema = {
    type: 'object',
    properties: { a: { anyOf: [text, { type: 'number' }] } },
    required: ['a'],
    additionalProperties: false,
  };
  expect(parametersOf({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema })).toEqual(schema);
  expect(parametersOf({})).toEqual({ type: 'object', properties: {} });
});

it('a choice between objects becomes one object: with all properties, demanding what every one demands', () => {
  expect(
    parametersOf({
      type: 'object',
      properties: { common: text },
      required: ['common'],
      oneOf: [
        { properties: { kind: text, id: text }, required: ['kind', 'id'] },
        { properties: { kind: text, name: text }, required: ['kind', 'name'] },
        true,
      ],
    }),
  ).toEqual({
    type: 'object',
    properties: { common: text, kind: text, id: text, name: text },
    required: ['common', 'kind'],
  });
});

it('parts that all count are put together', () => {
  expect(
    parametersOf({
      allOf: [
        { properties: { a: text }, required: ['a'] },
        { properties: { b: text }, required: ['b'] },
      ],
    }),
  ).toEqual({ type: 'object', properties: { a: text, b: text }, required: ['a', 'b'] });
});
