// What a phone on a bad line has to load before the room can be used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt } from '../support/app-page.ts';

const DIST = fileURLToPath(new URL('../../dist/public/', import.meta.url));

beforeAll(ensureAppBuilt);

/** Scripts and styles the page names, and the words of one language, as paths in the built folder. */
function loadedAtStart(): string[] {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
  return [...named, largest(wordsBuilt())];
}

const wordsBuilt = (): string[] =>
  readdirSync(join(DIST, 'assets'))
    .filter((name) => /^(en|id)-[\w-]+\.js$/.test(name))
    .map((name) => `assets/${name}`);

const compressed = (path: string): number => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;
const largest = (paths: string[]): string => paths.toSorted((a, b) => compressed(b) - compressed(a))[0] ?? '';

test('the room page needs at most 120 KB of scripts and styles, compressed', () => {
  const files = loadedAtStart();
  expect(files.length).toBeGreaterThan(1);
  expect(wordsBuilt()).toHaveLength(2);
  const bytes = files.reduce((sum, path) => sum + compressed(path), 0);
  expect(bytes).toBeLessThan(120 * 1024);
});

const ON_FIRST_USE = [
  'settings-dialog',
  'members-dialog',
  'profile-dialog',
  'search-panel',
  'new-room-dialog',
  'documents-panel',
  'why-panel',
  'memory-panel',
  'remember',
  'library-view',
  'desk-view',
  'document-details-dialog',
];

test('settings, members, profile, search and documents are loaded when they are first used', () => {
  const code = loadedAtStart().map((path) => readFileSync(join(DIST, path), 'utf8'));
  for (const name of ON_FIRST_USE) {
    expect(code.some((text) => text.includes(`/${name}-`))).toBe(true);
    expect(loadedAtStart().some((path) => path.includes(name))).toBe(false);
  }
});

test('nothing of pdf.js is loaded before the first original is looked at', () => {
  const assets = readdirSync(join(DIST, 'assets'));
  const isPdfJs = (path: string) => /pdf-page|pdf\.worker/.test(path);
  expect(assets.filter(isPdfJs)).toHaveLength(2);
  expect(loadedAtStart().filter(isPdfJs)).toEqual([]);
  const panel = assets.find((name) => name.startsWith('documents-panel')) ?? '';
  expect(readFileSync(join(DIST, 'assets', panel)).length).toBeLessThan(40 * 1024);
});

test('the first words need one typeface of at most 40 KB', () => {
  const css = loadedAtStart()
    .filter((path) => path.endsWith('.css'))
    .map((path) => readFileSync(join(DIST, path), 'utf8'))
    .join('');
  const sans = /url\(\/(assets\/hanken-grotesk[^)"']+\.woff2)\)/.exec(css)?.[1] ?? '';
  expect(readFileSync(join(DIST, sans)).length).toBeLessThan(40 * 1024);
});
