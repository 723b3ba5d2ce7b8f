// Judged by others: the official inspector looks at our server from its command line, as a developer of another agent would.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadOwnTools } from '../../src/mcp/own-tools/load-own-tools.ts';
import { createRoom, type Person, signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';

const INSPECTOR = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url),
);
/** It keeps a catalogue in the home of whoever runs it. */
const home = mkdtempSync(join(tmpdir(), 'projectwise-inspector-'));

let product: TestProduct;
let ratna: Person;
let key: string;
beforeAll(async () => {
  product = await startProduct();
  ratna = await signUp(product, 'Ratna Wulandari');
  const scopes = ['read', 'write'];
  key = (await ratna.call<{ key: string }>('POST', '/api/v1/auth/keys', { name: 'Inspektur', scopes })).key;
});
afterAll(async () => {
  await stopProducts();
  rmSync(home, { recursive: true, force: true });
});

interface Seen {
  code: number;
  output: string;
  result?: { tools?: { name: string }[]; structuredContent?: Record<string, unknown> };
}

function inspect(args: string[], token: string | undefined = key): Promise<Seen> {
  const signedIn = token === '' ? ['--stored-auth-only'] : ['--header', `Authorization: Bearer ${token}`];
  const all = [INSPECTOR, '--cli', `${product.url}/projectwise/mcp`, '--format', 'json', '-q', ...signedIn, ...args];
  const env = { PATH: process.env.PATH, HOME: home, MCP_CATALOG_PATH: join(home, 'catalogue.json') };
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env, timeout: 50_000 }, (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? 1) : 0;
      resolve({ code, output: `${stdout}${stderr}`, ...(code === 0 ? JSON.parse(stdout) : {}) });
    });
  });
}

const call = (name: string, args: object) => [
  '--method',
  'tools/call',
  '--tool-name',
  name,
  '--tool-args-json',
  JSON.stringify(args),
];

test('is turned away without a key', async () => {
  expect(await inspect(['--method', 'tools/list'], '')).toMatchObject({ code: 3 });
});

test.each(['legacy', 'modern'])('finds every tool with a schema that any client can take (%s era)', async (era) => {
  const seen = await inspect(['--protocol-era', era, '--method', 'tools/list', '--strict']);
  expect(seen.code, seen.output).toBe(0);
  const names = (await loadOwnTools()).map(({ name }) => name);
  expect(seen.result?.tools?.map(({ name }) => name)).toEqual(names);
});

test('calls a tool, and is told what is refused', async () => {
  const room = await createRoom(ratna, { name: 'Ruang inspektur' });
  const { result } = await inspect(call('list_rooms', {}));
  expect(result?.structuredContent).toMatchObject({ rooms: [{ id: room.id, name: 'Ruang inspektur' }] });
  expect(await inspect(call('no_such_tool', {}))).toMatchObject({ code: 5 });
  const stranger = await signUp(product, 'Eve');
  const refused = await inspect(call('search_messages', { roomId: room.id, query: 'halo' }), stranger.token);
  expect(refused).toMatchObject({ code: 5, output: expect.stringContaining('not_found') });
});
