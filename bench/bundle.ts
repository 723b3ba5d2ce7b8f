// What the browser loads before a room can be read: compressed script and style, fonts apart. Beside the Socket.IO client alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { kb, type Measure } from './support/measure.ts';

const PROJECT_DIR = fileURLToPath(new URL('..', import.meta.url));
const TARGET_BYTES = 120 * 1024;
const FONT_TARGET_BYTES = 40 * 1024;
const SOCKET_CLIENT = 'node_modules/socket.io-client/dist/socket.io.min.js';

export const bundle: Measure = {
  name: 'bundle',
  async run() {
    const outDir = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
    try {
      build(outDir);
      const first = filesOfPage(outDir);
      const bytes = first.reduce((sum, file) => sum + gzippedBytes(join(outDir, file)), 0);
      const reference = gzippedBytes(join(PROJECT_DIR, SOCKET_CLIENT));
      const sans = readdirSync(join(outDir, 'assets')).find((name) => /^hanken-grotesk/.test(name)) ?? '';
      const fontBytes = readFileSync(join(outDir, 'assets', sans)).length;
      return [
        {
          measure: `room page: script and style, gzip (${first.length} files)`,
          ours: kb(bytes),
          reference: `${kb(reference)} (Socket.IO client)`,
          ratio: bytes / reference,
          target: '≤ 120 KB',
          isMet: bytes <= TARGET_BYTES,
        },
        {
          measure: 'room page: font before the first text',
          ours: kb(fontBytes),
          reference: '–',
          target: '≤ 40 KB',
          isMet: fontBytes <= FONT_TARGET_BYTES,
        },
      ];
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  },
};

function build(outDir: string): void {
  const vite = join(PROJECT_DIR, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--logLevel', 'error', '--outDir', outDir, '--emptyOutDir'];
  const built = spawnSync(process.execPath, args, { cwd: PROJECT_DIR, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The browser app does not build:\n${built.stderr}${built.stdout}`);
}

/** The page's own scripts and styles, and everything they import without waiting for a person. */
function filesOfPage(outDir: string): string[] {
  const html = readFileSync(join(outDir, 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]!));
  for (const file of found) {
    if (!file.endsWith('.js')) continue;
    const script = readFileSync(join(outDir, file), 'utf8');
    for (const [, name] of script.matchAll(/\bfrom\s*["']\.\/([\w.-]+\.js)["']/g)) found.add(`assets/${name}`);
  }
  return [...found];
}

const gzippedBytes = (file: string): number => gzipSync(readFileSync(file), { level: 6 }).length;
