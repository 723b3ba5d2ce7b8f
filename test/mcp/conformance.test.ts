// Judged by others: the official suite runs our connection through every scenario for clients that is not about OAuth.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const client = `"${process.execPath}" "${join(ROOT, 'test/support/conformance-client.ts')}"`;
const folder = mkdtempSync(join(tmpdir(), 'projectwise-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, [SUITE, ...args], { cwd: folder, timeout: 90_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
    });
  });

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
    for (const scenario of ours) {
      const where = ['--spec-version', revision, '-o', join(folder, `${revision}-${scenario}`)];
      const { code, output } = await run(['client', '--command', client, '--scenario', scenario, ...where]);
      if (code === 0 && output.includes('OVERALL: PASSED')) passed.push(scenario);
      else failed[scenario] = output.slice(-2_000);
    }
    const total = ours.length + aboutOauth.length;
    console.log(
      `MCP client, ${revision}: ${passed.length} of ${ours.length} passed; ${total - ours.length} of ${total} are about OAuth`,
    );
    expect(failed).toEqual({});
  });
});
