// Fails when a dependency has a licence that is not on the list, and says which and why it is there.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Fit to be shipped with an MIT product. */
const SHIPPED = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'OFL-1.1',
  'CC0-1.0',
  'Unlicense',
  'BlueOak-1.0.0',
];
/** Tools that are used and never shipped may also have one of these. */
const TOOLS = [...SHIPPED, 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0', 'Zlib'];
/** Tools whose manifest only points to a file that is not in the package: what their read-me and repository say. */
const READ_BY_HAND = new Map([
  ['@modelcontextprotocol/server-everything', 'MIT'],
  ['@modelcontextprotocol/inspector', 'Apache-2.0'],
  ['@modelcontextprotocol/server-filesystem', 'MIT'],
  ['@modelcontextprotocol/server-memory', 'MIT'],
]);

/** Those whose manifest is silent, and what their own read-me or licence file says. */
const SAID_ELSEWHERE = { 'humanize-number': 'MIT', khroma: 'MIT' };

const readJson = (path) => JSON.parse(readFileSync(`${root}${path}`, 'utf8'));
const lock = readJson('package-lock.json').packages;
const offenders = [];
let checked = 0;

for (const [path, entry] of Object.entries(lock)) {
  if (path === '' || entry.link) continue;
  const manifest = `${path}/package.json`;
  // Packages for other machines are not installed here; then what the lockfile says has to do.
  const named = existsSync(`${root}${manifest}`) ? licenceOf(readJson(manifest)) : entry.license;
  const found = named === 'SEE LICENSE IN LICENSE' ? READ_BY_HAND.get(path.replace('node_modules/', '')) : named;
  if (found === undefined && entry.optional) continue;
  checked += 1;
  const allowed = entry.dev || entry.devOptional ? TOOLS : SHIPPED;
  const name = path.replace(/^.*node_modules\//, '');
  if (!isAllowed(found ?? SAID_ELSEWHERE[name] ?? 'none named', allowed)) {
    offenders.push(`  ${name} ${entry.version}: ${found ?? 'none named'}${entry.dev ? ' (tool)' : ''}`);
  }
}

if (offenders.length > 0) {
  console.error(
    `These dependencies have a licence that is not allowed:\n${offenders.join('\n')}\nAllowed: ${TOOLS.join(', ')} (the last four for tools only).`,
  );
  process.exitCode = 1;
} else console.log(`${checked} dependencies, all with a licence that is allowed.`);

/** Old manifests have `licenses`, or an object. */
function licenceOf({ license, licenses }) {
  const named = license ?? licenses?.map((one) => one.type ?? one).join(' OR ');
  return typeof named === 'object' ? named.type : named;
}

/** SPDX: one of those joined by OR, all of those joined by AND. */
function isAllowed(expression, allowed) {
  const choices = expression.replace(/[()]/g, '').split(/ OR /i);
  return choices.some((choice) => choice.split(/ AND /i).every((name) => allowed.includes(name.trim())));
}
