// Builds a page for a browser test out of the app's own sources, as the app itself is built; once for all files that want it.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { isNewerThan } from './newest.ts';

const OUTPUT = fileURLToPath(new URL('../output/fixture/', import.meta.url));
const SOURCES = ['public', 'src/protocol', 'test/browser/fixture', 'vite.config.ts', 'package-lock.json'];

/** Files by path: "/fixture.html" and what it loads. `entry` is a file of test/browser/fixture. */
export async function buildFixture(entry: string): Promise<Map<string, string | Uint8Array>> {
  const folder = join(OUTPUT, entry);
  if (!isNewerThan(join(folder, 'fixture.html'), SOURCES)) await buildInto(folder, entry);
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = paths.map(async (path) => [path.slice(folder.length), await readFile(path)] as const);
  return new Map(await Promise.all(files));
}

async function buildInto(folder: string, entry: string): Promise<void> {
  const input = fileURLToPath(new URL(`../browser/fixture/${entry}`, import.meta.url));
  const built = await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    build: { write: false, minify: false, rolldownOptions: { input } },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('The fixture was built in an unexpected way.');
  // Whole, or not there.
  const partial = `${folder}.${process.pid}`;
  const put = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(partial, name)), { recursive: true });
    await writeFile(join(partial, name), content);
  };
  let head = '';
  for (const file of built.output) {
    await put(file.fileName, file.type === 'chunk' ? file.code : file.source);
    if (file.type === 'chunk' && file.isEntry) head += `<script type="module" src="/${file.fileName}"></script>`;
    if (file.fileName.endsWith('.css')) head += `<link rel="stylesheet" href="/${file.fileName}">`;
  }
  await put(
    'fixture.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">${head}</head><body></body></html>`,
  );
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}
