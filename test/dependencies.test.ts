// Every dependency has its sentence in docs/dependencies.md, and no sentence is about one that is gone.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../docs/dependencies.md', import.meta.url), 'utf8');
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [runtime = '', tooling = ''] = page.split('## What builds and tests it');

/** Packages named in the first column of the tables. */
const namedIn = (text: string): string[] =>
  [...text.matchAll(/^\| (`[^|]+`) \|/gm)]
    .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
    .sort();

test('every library the product runs on is explained', () => {
  expect(namedIn(runtime)).toEqual(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort());
});

test('every library that builds and tests it is explained', () => {
  expect(namedIn(tooling)).toEqual(Object.keys(manifest.devDependencies).sort());
});
