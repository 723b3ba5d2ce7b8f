// Runs after every install: builds the browser app quietly. Without the build tools (`--omit=dev`) or the sources there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vite = `${root}node_modules/vite/bin/vite.js`;

if (existsSync(vite) && existsSync(`${root}vite.config.ts`)) {
  const built = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: root, stdio: 'inherit' });
  process.exitCode = built.status ?? 1;
}
