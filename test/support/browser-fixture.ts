// Builds a page for a browser test out of the app's own sources, in memory, as the app itself is built.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Files by path: "/fixture.html" and what it loads. `entry` is a file of test/browser/fixture. */
export async function buildFixture(entry: string): Promise<Map<string, string | Uint8Array>> {
  const input = fileURLToPath(new URL(`../browser/fixture/${entry}`, import.meta.url));
  const built = await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    build: { write: false, minify: false, rolldownOptions: { input } },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('The fixture was built in an unexpected way.');
  const files = new Map<string, string | Uint8Array>();
  let head = '';
  for (const file of built.output) {
    files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source);
    if (file.type === 'chunk' && file.isEntry) head += `<script type="module" src="/${file.fileName}"></script>`;
    if (file.fileName.endsWith('.css')) head += `<link rel="stylesheet" href="/${file.fileName}">`;
  }
  files.set(
    '/fixture.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">${head}</head><body></body></html>`,
  );
  return files;
}
