// Papers to measure with that are not part of the project: a folder named by `MATERIAL` or `--material=`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** @returns the path of something in the folder; absent when no folder was named, or it is not there */
export function findMaterial(...parts: string[]): string | undefined {
  const named = process.argv.find((arg) => arg.startsWith('--material='))?.slice('--material='.length);
  const folder = named ?? process.env.MATERIAL;
  if (!folder) return undefined;
  const path = join(resolve(folder), ...parts);
  return existsSync(path) ? path : undefined;
}
