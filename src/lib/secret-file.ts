// What an installation makes once on first start and keeps in its data folder: the signing secret and the node's id.
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the secret of `dataDir/secret` (mode 0600), made now when there is none: 256 random bits */
export const loadOrCreateSecret = (dataDir: string): string =>
  loadOrCreate(dataDir, 'secret', () => randomBytes(32).toString('base64url'));

/** @returns the id of this node from `dataDir/node`, made now when there is none; the same after every restart */
export const loadOrCreateNodeId = (dataDir: string): string => loadOrCreate(dataDir, 'node', () => randomUUIDv7());

/** Two processes that start together end up with the same content: whoever links first wins. */
function loadOrCreate(dataDir: string, name: string, make: () => string): string {
  const file = join(dataDir, name);
  const existing = read(file);
  if (existing !== undefined) return existing;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, make(), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return read(file)!;
}

function read(file: string): string | undefined {
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content === '') throw new Error(`${file} is empty: delete it and a new one is made.`);
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
