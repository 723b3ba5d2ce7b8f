// What the documents tell people to do is what works: commands, scripts, variables, links.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { VARIABLE_NAMES } from '../src/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const { scripts, bin } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  bin: Record<string, string>;
};
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the README', () => {
  test('has the two commands, one line each', () => {
    const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block?.trim());
    expect(blocks).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  });

  test('has the test command that .ci/run runs, as it stands', () => {
    expect(read('.ci/run').split('\n')).toContain('npm ci && npm test');
  });

  test('tells the address that an empty environment gives', () => {
    expect(readme).toContain('http://127.0.0.1:8000/main');
  });

  test('lists the scripts that people run, and no other', () => {
    const listed = [...readme.matchAll(/^\| `npm run (\S+)`/gm)].map(([, name]) => name!);
    const byThemselves = ['start', 'test', 'prepare'];
    expect(listed.sort()).toEqual(
      Object.keys(scripts)
        .filter((name) => !byThemselves.includes(name))
        .sort(),
    );
  });
});

test('the start script replaces the shell, so that a signal to npm reaches the server', () => {
  expect(scripts.start).toBe(`exec node ${bin.projectwise}`);
});

describe.each(documents)('%s', (path) => {
  const text = read(path);

  test('links to what exists', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(path), link)));
    expect(broken).toEqual([]);
  });

  test('names only scripts and variables that exist', () => {
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const set = [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(([, name]) => name!);
    expect(set.filter((name) => !VARIABLE_NAMES.includes(name) && !name.endsWith('_'))).toEqual([]);
  });
});
