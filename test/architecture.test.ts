// The house rules of docs/architecture.md as tables: who may import whom, and what may stand where.
import { describe, expect, test } from 'vitest';
import { type Import, readSources, type SourceFile, scan } from './support/source-files.ts';

const sources = readSources();
const ours = sources.filter(({ path }) => /^(src|database|public)\/|^main\.ts$/.test(path));
const server = ours.filter(({ path }) => !path.startsWith('public/'));

// --- Who may import whom ---------------------------------------------------------------------------------------------

/** Where a file stands: the first pattern that fits. */
const AREAS: [RegExp, string][] = [
  [/^main\.ts$/, 'root'],
  [/^src\/app\.ts$/, 'root'],
  [/^src\/context\.ts$/, 'context'],
  [/^src\/config(-\w+)?\.ts$/, 'config'],
  [/^src\/limits\.ts$/, 'limits'],
  [/^src\/protocol\//, 'protocol'],
  [/^src\/lib\//, 'lib'],
  [/^src\/(http|realtime)\//, 'edge'],
  [/^src\/[\w-]+\/([\w-]+-)?(routes|socket|server)\.ts$/, 'edge'],
  [
    /^src\/engines\/[\w-]+\/(language-model|bus|job-queue|embedder|vector-index|memory-engine|file-store|text-recognizer|cache)\.ts$/,
    'port',
  ],
  [/^src\/engines\//, 'engine'],
  [/^src\/accounts\//, 'accounts'],
  [/^src\/rooms\//, 'rooms'],
  [/^src\/documents\//, 'documents'],
  [/^src\/memory\//, 'memory'],
  [/^src\/mcp\//, 'mcp'],
  [/^src\/assistant\//, 'assistant'],
  [/^src\/chat\//, 'chat'],
  [/^database\//, 'database'],
  [/^public\//, 'browser'],
];
const areaOf = (path: string): string => AREAS.find(([pattern]) => pattern.test(path))?.[1] ?? 'elsewhere';

const GROUND = ['protocol', 'lib', 'database', 'port'];
const SLICES = ['accounts', 'rooms', 'documents', 'memory', 'mcp', 'assistant', 'chat'];
/** What each area may use; besides these every area may use itself. `types` are allowed as `import type` only. */
const MAY: Record<string, { use: string[]; types: string[] }> = {
  protocol: { use: [], types: [] },
  limits: { use: [], types: [] },
  lib: { use: [], types: ['protocol'] },
  config: { use: ['limits', 'lib'], types: [] },
  database: { use: ['lib'], types: ['protocol'] },
  port: { use: ['lib'], types: ['database', 'protocol'] },
  engine: { use: ['port', 'lib'], types: ['database', 'config'] },
  context: { use: [], types: [...GROUND, 'config', 'limits', ...SLICES] },
  accounts: { use: GROUND, types: ['context', 'config', 'limits'] },
  rooms: { use: [...GROUND, 'accounts'], types: ['context', 'limits'] },
  documents: { use: [...GROUND, 'accounts', 'rooms'], types: ['context', 'limits'] },
  memory: { use: [...GROUND, 'accounts', 'rooms'], types: ['context', 'limits'] },
  mcp: { use: [...GROUND, 'accounts', 'rooms', 'documents', 'memory'], types: ['context', 'config', 'limits'] },
  assistant: { use: [...GROUND, 'accounts', 'rooms', 'documents', 'memory', 'mcp'], types: ['context', 'limits'] },
  chat: {
    use: [...GROUND, 'accounts', 'rooms', 'documents', 'memory', 'mcp', 'assistant'],
    types: ['context', 'limits'],
  },
  edge: { use: [...GROUND, ...SLICES, 'limits'], types: ['context', 'config'] },
  root: { use: [...GROUND, ...SLICES, 'edge', 'engine', 'config', 'limits'], types: ['context'] },
  browser: { use: [], types: ['protocol'] },
};

test('the scan sees every kind of import, and no comment', () => {
  const text = `// import './comment.ts';
import { a } from './a.ts';
import type { B } from '../b.ts';
import { type C, type D } from './c.ts';
import {
  e,
  type F,
} from './e.ts';
import './g.ts';
/** import './comment.ts' */
const later = await import('./h.ts');
import Database from 'better-sqlite3';`;
  const seen = scan('src/x/y.ts', text).imports.map(({ to, isTypeOnly }) => `${to}${isTypeOnly ? ' type' : ''}`);
  expect(seen).toEqual([
    'src/x/a.ts',
    'src/b.ts type',
    'src/x/c.ts type',
    'src/x/e.ts',
    'src/x/g.ts',
    'better-sqlite3',
    'src/x/h.ts',
  ]);
});

describe('imports go downward', () => {
  test.each(Object.keys(MAY))('%s uses only what it may', (area) => {
    const { use, types } = MAY[area]!;
    const breaches = ours
      .filter(({ path }) => areaOf(path) === area)
      .flatMap((file) => file.imports.filter(({ isPackage }) => !isPackage).map((one) => [file, one] as const))
      .filter(([file, one]) => !mayImport(file, one, area, use, types))
      .map(([file, one]) => `${file.path} imports ${one.to} (${areaOf(one.to)}${one.isTypeOnly ? ', type only' : ''})`);
    const allowed = `it may use ${use.join(', ') || 'nothing'}${types.length > 0 ? `, and types of ${types.join(', ')}` : ''}`;
    expect(
      breaches,
      `${area} may not import these: ${allowed}. Cure: move the code down, or hand it in from above.`,
    ).toEqual([]);
  });

  test('nothing imports in a circle', () => {
    expect(findCycle(ours), 'Cure: move what both need into a third file below them.').toEqual([]);
  });
});

function mayImport(
  file: SourceFile,
  { to, isTypeOnly }: Import,
  area: string,
  use: string[],
  types: string[],
): boolean {
  const target = areaOf(to);
  // An engine knows its own port and its own folder, not its neighbours.
  if (area === 'engine' && (target === 'engine' || target === 'port')) return folderOf(file.path) === folderOf(to);
  if (target === area || use.includes(target)) return true;
  if (isTypeOnly && types.includes(target)) return true;
  // The browser needs closed lists and names as values; names.ts carries nothing else with it.
  return area === 'browser' && to === 'src/protocol/names.ts';
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Imports of types vanish at run time and may point back. @returns the files of one circle, in order */
function findCycle(files: SourceFile[]): string[] {
  const next = new Map(
    files.map(({ path, imports }) => [path, imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ to }) => to)]),
  );
  const done = new Set<string>();
  const walk = (path: string, way: string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const to of next.get(path) ?? []) {
      const found = walk(to, [...way, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const path of next.keys()) {
    const found = walk(path, []);
    if (found.length > 0) return found;
  }
  return [];
}

// --- One library, one place ------------------------------------------------------------------------------------------

/** Where a package may be imported; `types` may be imported anywhere as a type. */
const HOMES: { name: RegExp; home: RegExp }[] = [
  { name: /^better-sqlite3$/, home: /^database\/engines\/|^src\/engines\/[\w-]+\/embedded/ },
  { name: /^kysely(\/|$)/, home: /^database\/|-store\.ts$|^src\/engines\// },
  { name: /^openai(\/|$)/, home: /^src\/engines\/llm\// },
  { name: /^@modelcontextprotocol\/client/, home: /^src\/mcp\// },
  { name: /^cross-spawn$/, home: /^src\/mcp\/(dial|stdio-transport)\.ts$/ },
  { name: /^winston/, home: /^src\/lib\/log\.ts$/ },
  { name: /^@qdrant\/js-client-rest$/, home: /^src\/engines\/(vector\/qdrant|memory\/mem0-qdrant)/ },
  { name: /^mem0ai/, home: /^src\/engines\/memory\// },
  { name: /^piscina$/, home: /^src\/lib\/worker-pool\.ts$/ },
  { name: /^gpt-tokenizer/, home: /^src\/assistant\/count-tokens\.worker\.ts$/ },
  { name: /^(hono$|hono\/(?!jwt)|@hono\/|prom-client$|zod-openapi$)/, home: /^src\/http\// },
  { name: /^hono\/jwt$/, home: /^src\/accounts\/tokens\.ts$/ },
  { name: /^aws4fetch$/, home: /^src\/engines\/files\/s3-client\.ts$/ },
  { name: /^busboy$/, home: /^src\/http\/receive-upload\.ts$/ },
  { name: /^socket\.io$/, home: /^src\/realtime\// },
  { name: /^(tesseract\.js-core|@tesseract\.js-data)(\/|$)/, home: /^src\/engines\/ocr\// },
  { name: /^@embedpdf\/pdfium$/, home: /^src\/documents\/parse\/formats\/pdf-engine\.ts$/ },
  { name: /^ws$/, home: /^src\/(realtime|chat\/plain-socket)/ },
  { name: /^@modelcontextprotocol\/server$/, home: /^src\/mcp\/server\.ts$/ },
  { name: /^saxes$/, home: /^src\/documents\/parse\/xml\.ts$/ },
  { name: /^htmlparser2$/, home: /^src\/documents\/parse\/html-blocks\.ts$/ },
  { name: /^rate-limiter-flexible$/, home: /^src\/accounts\/throttles\.ts$/ },
  { name: /^pdfjs-dist/, home: /^public\/lib\/pdf\.ts$/ },
  { name: /^(lowlight|highlight\.js)(\/|$)/, home: /^public\/markdown\/code-tokens\.worker\.ts$/ },
  { name: /^katex(\/|$)/, home: /^public\/markdown\/draw-formula\.ts$/ },
  { name: /^(mermaid|dompurify)$/, home: /^public\/markdown\/draw-diagram\.ts$/ },
  { name: /^(preact|@preact\/|marked$|socket\.io-client$|lucide-static)/, home: /^public\// },
];

test('each library is imported in one place', () => {
  const breaches = ours.flatMap(({ path, imports }) =>
    imports
      .filter(({ isPackage, isTypeOnly }) => isPackage && !isTypeOnly)
      .filter(({ to }) => HOMES.some(({ name, home }) => name.test(to) && !home.test(path)))
      .map(({ to }) => `${path} imports ${to}`),
  );
  expect(breaches, 'Cure: use what its home exports, or say in HOMES why it has a second one.').toEqual([]);
});

// --- What may stand where --------------------------------------------------------------------------------------------

interface Rule {
  rule: string;
  cure: string;
  files: SourceFile[];
  except?: RegExp;
  /** What must not stand there. */
  never: RegExp;
}

const RULES: Rule[] = [
  {
    rule: 'only config.ts reads the environment',
    cure: 'add a variable to config.ts and take it from app.config',
    files: server,
    except: /^src\/config\.ts$/,
    never: /process\.(env|loadEnvFile)\b/,
  },
  {
    rule: 'only main.ts, and what runs as a process or thread of its own, handles signals and ends the process',
    cure: 'throw, or give the work to stop()',
    files: server,
    except: /^main\.ts$|\.(process|thread)\.ts$/,
    // A number with a minus before it is a group of other programs.
    never: /process\.(exit|on|once|abort)\(|process\.kill\((?!-)/,
  },
  {
    rule: 'SQL stands in *-store.ts, database/, embedded engines and the room log only',
    cure: 'move the query into the store of its slice',
    files: server,
    except: /-store\.ts$|^database\/|^src\/engines\/[\w-]+\/(in-process|embedded)|^src\/rooms\/room-log\.ts$/,
    never: /\.(selectFrom|insertInto|updateTable|deleteFrom|selectNoFrom)\(|\bsql`/,
  },
  {
    rule: 'only realtime/broadcast.ts emits facts; realtime/server.ts says goodbye to the socket it closes',
    cure: 'call app.broadcast',
    files: server,
    except: /^src\/realtime\/broadcast\.ts$/,
    never: /\b(io|socket|server|namespace|nsp)(\.\w+(\([^)]*\))?)*\??\.emit\((?!'server:closing')/,
  },
  {
    rule: 'no barrels: a name has one address',
    cure: 'import from the file that declares it',
    files: ours,
    never: /^export\s+(type\s+)?(\*|\{[^}]*\})\s*(as \w+ )?from /m,
  },
  {
    rule: 'no enums and no namespaces',
    cure: 'use a closed list `as const`',
    files: ours,
    never: /^\s*(export\s+)?(const\s+)?(enum|namespace)\s+\w/m,
  },
  { rule: 'no default exports', cure: 'export by name', files: ours, never: /^export default /m },
  {
    rule: 'nothing runs at import time',
    cure: 'put it into a function that app.ts or main.tsx calls',
    files: ours,
    except: /^main\.ts$|^public\/main\.tsx$|\.(process|thread)\.ts$/,
    never: /^(await |void |(?!function\b|if\b|for\b|super\b)[a-z]\w*(\.\w+)*\()/m,
  },
  {
    rule: 'the console is for the start and the launcher',
    cure: 'use app.log',
    files: server,
    except: /^main\.ts$/,
    never: /\bconsole\.\w+\(/,
  },
  {
    rule: 'every test runs, always',
    cure: 'write the test or delete it; `runIf` is for what a machine may lack',
    files: sources.filter(({ path }) => path.startsWith('test/') && path !== 'test/architecture.test.ts'),
    never: /\b(test|it|describe)\.(only|skip|todo|fails)\b/,
  },
];

describe('what may stand where', () => {
  test.each(RULES)('$rule', ({ rule, cure, files, except, never }) => {
    const breaches = files
      .filter(({ path }) => !except?.test(path))
      .flatMap(({ path, code }) => {
        const at = code.search(never);
        return at < 0 ? [] : [`${path}:${code.slice(0, at + 1).split('\n').length} ${never.exec(code)?.[0].trim()}`];
      });
    expect(breaches, `${rule}. Cure: ${cure}.`).toEqual([]);
  });
});

describe('every file', () => {
  const written = sources.filter(({ path }) => !path.startsWith('test/browser/fixture/'));

  test('opens with one line that says what it is for', () => {
    const silent = written.filter(({ text }) => !/^(#!.*\n)?\/\/ \S.{10,}/.test(text)).map(({ path }) => path);
    expect(silent, 'Cure: add a first line `// …`.').toEqual([]);
  });

  test('has a name in kebab-case', () => {
    const odd = sources.filter(
      ({ path }) =>
        !/^[\w.-]+$/.test(path) && !path.split('/').every((part) => /^[a-z0-9.]+(-[a-z0-9.]+)*$/.test(part)),
    );
    expect(
      odd.map(({ path }) => path),
      'Cure: rename it.',
    ).toEqual([]);
  });

  test('has at most 450 lines', () => {
    const long = ours
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 450);
    const tooLong = long.filter(({ path }) => !/^src\/protocol\/api\.ts$|^public\/words\//.test(path));
    expect(
      tooLong,
      'Cure: find the second thing in it and give that a file. (The table of routes and the words are each one thing.)',
    ).toEqual([]);
  });
});
