// Whether something that was built is newer than what it is built from.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Epoch ms of the newest file among these files and folders of the project. */
const newestIn = (paths: string[]): number =>
  Math.max(
    ...paths.flatMap((path) => {
      const found = statSync(join(ROOT, path));
      if (!found.isDirectory()) return found.mtimeMs;
      const inside = readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' });
      return inside.map((name) => statSync(join(ROOT, path, name)).mtimeMs);
    }),
  );

/** @param built absolute */
export const isNewerThan = (built: string, sources: string[]): boolean =>
  existsSync(built) && statSync(built).mtimeMs >= newestIn(sources);
