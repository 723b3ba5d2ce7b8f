// Reads the sources of the project the way the architecture test needs them: imports by a simple scan, comments left out.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Import {
  /** Path inside the project, or the name of a package. */
  to: string;
  isPackage: boolean;
  isTypeOnly: boolean;
  isDynamic: boolean;
}

export interface SourceFile {
  path: string;
  text: string;
  /** The text without comments, line by line as before. */
  code: string;
  imports: Import[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'\s*\)/g;
/** `import { type A, type B }` brings nothing at run time either. */
const TYPES_ONLY = /\{\s*(?:type\s+\w+(?:\s+as\s+\w+)?\s*,?\s*)+\}/;

/** Every TypeScript and JavaScript file that belongs to the project, new ones included. */
export function readSources(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .flatMap((path) => readSource(path) ?? []);
}

function readSource(path: string): SourceFile | undefined {
  let text: string;
  try {
    text = readFileSync(`${root}${path}`, 'utf8');
  } catch {
    // Deleted, and git does not know it yet.
    return undefined;
  }
  return scan(path, text);
}

/** What the rules look at of one file. */
export function scan(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  return { path, text, code, imports: [...findImports(path, code)] };
}

function* findImports(path: string, code: string): Generator<Import> {
  const make = (specifier: string, isTypeOnly: boolean, isDynamic: boolean): Import => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? specifier : posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));
    return { to, isPackage, isTypeOnly, isDynamic };
  };
  for (const [statement, type, specifier] of code.matchAll(IMPORT)) {
    yield make(specifier!, type !== undefined || TYPES_ONLY.test(statement), false);
  }
  for (const [, specifier] of code.matchAll(DYNAMIC_IMPORT)) yield make(specifier!, false, true);
}

/** Good enough for formatted code: comments that stand alone or after code, not what looks like one inside a string. */
const withoutComments = (text: string): string =>
  text
    .replace(/^\s*\/\*\*?[\s\S]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/ .*$/gm, '$1');
