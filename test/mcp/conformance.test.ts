// Judged by others: the official suite runs our connection through every scenario for clients that is not about OAuth, and our server
// through every one it requires of servers.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';
import { startTokenProxy, type TokenProxy } from '../support/token-proxy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const client = `"${process.execPath}" "${join(ROOT, 'test/support/conformance-client.ts')}"`;
const folder = mkdtempSync(join(tmpdir(), 'projectwise-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, [SUITE, ...args], { cwd: folder, timeout: 240_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
    });
  });

/** Runs `judge` for each of them, a few at a time: each is a process, or two. */
async function judgeAll(scenarios: string[], judge: (scenario: string) => Promise<void>): Promise<void> {
  const queue = [...scenarios];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await judge(next);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}

/** What a client has to do for this revision, by the suite's own list. */
async function requiredOfClients(revision: string): Promise<{ ours: string[]; aboutOauth: string[] }> {
  const { output } = await run(['list', '--requirements', revision]);
  const section = /Client scenarios[^\n]*\n((?: {2}- \S+\n)+)/.exec(output)?.[1] ?? '';
  const all = [...section.matchAll(/- (\S+)/g)].map(([, name]) => name!);
  return {
    ours: all.filter((name) => !name.startsWith('auth/')),
    aboutOauth: all.filter((name) => name.startsWith('auth/')),
  };
}

describe.each([
  ['2025-11-25', 4],
  ['2026-07-28', 7],
])('conformance of our client with %s', (revision, count) => {
  it(`passes all ${count} scenarios that are not about OAuth`, { timeout: 300_000 }, async () => {
    const { ours, aboutOauth } = await requiredOfClients(revision);
    expect(ours).toHaveLength(count);
    const passed: string[] = [];
    const failed: Record<string, string> = {};
    await judgeAll(ours, async (scenario) => {
      const where = ['--spec-version', revision, '-o', join(folder, `${revision}-${scenario}`)];
      const { code, output } = await run(['client', '--command', client, '--scenario', scenario, ...where]);
      if (code === 0 && output.includes('OVERALL: PASSED')) passed.push(scenario);
      else failed[scenario] = output.slice(-2_000);
    });
    const total = ours.length + aboutOauth.length;
    console.log(
      `MCP client, ${revision}: ${passed.length} of ${ours.length} passed; ${total - ours.length} of ${total} are about OAuth`,
    );
    expect(failed).toEqual({});
  });
});

/** Scenarios that need the server to ask its client in the middle of a call, over a session that our server does not keep. */
const NEED_SESSIONS = [
  'tools-call-sampling',
  'tools-call-elicitation',
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
];

describe('our server', () => {
  let product: TestProduct;
  let key: string;
  let proxy: TokenProxy;
  beforeAll(async () => {
    product = await startProduct({ env: { MCP_FIXTURES: '1' } });
    const person = await signUp(product, 'Ratna Wulandari');
    const scopes = ['read', 'write'];
    key = (await person.call<{ key: string }>('POST', '/api/v1/auth/keys', { name: 'Judge', scopes })).key;
    proxy = await startTokenProxy(product.url, key);
  });
  afterAll(async () => {
    await proxy.stop();
    await stopProducts();
  });

  it('asks judges for a token like everybody', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(`${product.url}/projectwise/mcp`, init)).status).toBe(401);
  });

  it.each([
    ['2025-11-25', 30, NEED_SESSIONS],
    ['2026-07-28', 37, []],
  ] as const)('passes what %s requires of its %i scenarios', { timeout: 300_000 }, async (revision, count, missing) => {
    const required = await requiredOfServers(revision);
    expect(required).toHaveLength(count);
    // All of them in one process; it also runs some that count for nothing.
    const out = join(folder, `server-${revision}`);
    const { output } = await run(['server', '--url', proxy.url, '--requirements', revision, '-o', out]);
    const passed = new Set([...output.matchAll(/^✓ (\S+): \d+ passed/gm)].map(([, name]) => name!));
    // The suite gives some streams a second and a half, whatever else the machine does: what failed is judged once more, alone.
    const unexpected = required.filter((name) => !passed.has(name) && !(missing as readonly string[]).includes(name));
    for (const scenario of unexpected) {
      const where = ['--spec-version', revision, '-o', join(out, scenario)];
      const { code } = await run(['server', '--url', proxy.url, '--scenario', scenario, ...where]);
      if (code === 0) passed.add(scenario);
    }
    const failed = required.filter((name) => !passed.has(name));
    const named = missing.length > 0 ? `; without sessions not: ${missing.join(', ')}` : '';
    console.log(`MCP server, ${revision}: ${count - failed.length} of ${count} passed${named}`);
    expect(failed.sort(), output.slice(-6_000)).toEqual([...missing].sort());
  });
});

/** What a server has to do for this revision, by the suite's own list. */
async function requiredOfServers(revision: string): Promise<string[]> {
  const { output } = await run(['list', '--requirements', revision]);
  const section = /Server scenarios[^\n]*\n((?: {2}- \S+\n)+)/.exec(output)?.[1] ?? '';
  return [...section.matchAll(/- (\S+)/g)].map(([, name]) => name!);
}
