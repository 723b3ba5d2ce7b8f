// Folders that the product makes for itself, and one sentence when it cannot.
import { accessSync, constants, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder and what is missing above it, for its owner only. Step by step: asked to do it at once, Node never returns below
 * folders such as /proc, in which nothing can be made.
 * @param folder absolute
 * @param variable the one that names the folder, for the message
 * @throws Error with one sentence when there can be no folder in which we may write
 */
export function makeFolder(folder: string, variable: string): void {
  const missing: string[] = [];
  let nearest = folder;
  let found = look(nearest);
  while (!found && dirname(nearest) !== nearest) {
    missing.unshift(nearest);
    nearest = dirname(nearest);
    found = look(nearest);
  }
  if (!found?.isDirectory()) throw problem(variable, `${nearest} is not a folder`);
  try {
    for (const part of missing) mkdirSync(part, { mode: 0o700 });
  } catch (error) {
    // Another process that starts at the same moment makes the same folders.
    if (!look(folder)?.isDirectory()) throw problem(variable, `the folder ${folder} cannot be made`, error);
  }
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw problem(variable, `${folder} may not be written by this account`, error);
  }
}

/** What is at the path; nothing also when it cannot be there because something above it is a file. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function problem(variable: string, what: string, cause?: unknown): Error {
  const code = codeOf(cause);
  const why = code === '' ? '' : ` (${code})`;
  return new Error(`${variable} cannot be used: ${what}${why}. Set it to a folder of your own.`, { cause });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';
