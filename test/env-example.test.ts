// .env.example and what config.ts reads agree, both ways.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig, VARIABLE_NAMES } from '../src/config.ts';

const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n');
const listed = lines.flatMap((line, at) => {
  const [, name, value] = /^# ([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
  return name === undefined ? [] : [{ name, value: value ?? '', at }];
});

test('every variable that is read is listed, once, and nothing else is', () => {
  expect(listed.map(({ name }) => name).sort()).toEqual([...VARIABLE_NAMES].sort());
});

test('every line is a comment: copied as it is, the file changes nothing', () => {
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

test('the values shown are the defaults', () => {
  const shown = Object.fromEntries(listed.map(({ name, value }) => [name, value]));
  const { unused, ...config } = loadConfig(shown);
  const { unused: _, ...defaults } = loadConfig({});
  expect(config).toEqual(defaults);
  expect(unused.sort()).toEqual(['CACHE_URL']);
});

test('every variable, or the group it stands in, is explained in the line above', () => {
  const names = new Set(listed.map(({ at }) => at));
  const bare = listed.filter(({ at }) => {
    let above = at - 1;
    while (names.has(above)) above -= 1;
    return !/^# [^-]/.test(lines[above] ?? '');
  });
  expect(bare).toEqual([]);
});
