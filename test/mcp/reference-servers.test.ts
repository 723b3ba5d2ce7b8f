// Judged by others: the reference servers of the protocol, over every transport there is, used through our connection as they come.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ServerTool, ToolServer } from '../../src/protocol/mcp-models.ts';
import { serversFile } from '../support/fake-tool-server.ts';
import { asProgram, startEverything, stopOtherToolServers } from '../support/other-tool-servers.ts';
import { eventually, signUp, startProduct, stopProducts } from '../support/product.ts';

const folder = mkdtempSync(join(tmpdir(), 'projectwise-reference-'));
afterEach(async () => {
  await stopProducts();
  await stopOtherToolServers();
  rmSync(folder, { recursive: true, force: true });
});

interface Expected {
  transport: 'http' | 'sse' | 'stdio';
  tools: number;
  /** Tool, arguments, and words of its answer; those that begin with `error` are errors of the tool itself. */
  calls: [string, Record<string, unknown>, string][];
}

const note = join(folder, 'catatan.txt');
const entity = { name: 'RSUD', entityType: 'customer', observations: ['SIMRS'] };
const everything = (transport: Expected['transport']): Expected => ({
  transport,
  tools: 13,
  calls: [
    ['echo', { message: 'halo' }, 'Echo: halo'],
    ['get-sum', { a: 19, b: 23 }, 'The sum of 19 and 23 is 42.'],
    ['get-tiny-image', {}, '[image 1, image/png]'],
    ['get-structured-content', { location: 'Chicago' }, 'temperature'],
  ],
});
const EXPECTED: Record<string, Expected> = {
  http: everything('http'),
  sse: everything('sse'),
  program: everything('stdio'),
  files: {
    transport: 'stdio',
    tools: 14,
    calls: [
      ['write_file', { path: note, content: 'Rapat hari Kamis.' }, 'Successfully wrote'],
      ['read_text_file', { path: note }, 'Rapat hari Kamis.'],
      ['read_text_file', { path: '/etc/passwd' }, 'error: Access denied'],
    ],
  },
  memory: {
    transport: 'stdio',
    tools: 9,
    calls: [
      ['create_entities', { entities: [entity] }, 'RSUD'],
      ['search_nodes', { query: 'SIMRS' }, 'RSUD'],
      ['read_graph', {}, 'customer'],
    ],
  },
};

test('server-everything over HTTP, SSE and as a program, and the servers for files and for memory, are used as they come', async () => {
  const [http, sse] = [await startEverything('streamableHttp'), await startEverything('sse')];
  const path = serversFile({
    http: { url: http.url },
    sse: { url: sse.url },
    program: asProgram('server-everything', ['stdio']),
    files: asProgram('server-filesystem', [folder]),
    memory: { ...asProgram('server-memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.json') } },
  });
  const admin = await signUp(await startProduct({ env: { MCP_SERVERS_FILE: path } }));
  const names = Object.keys(EXPECTED);
  const servers = await eventually(async () => {
    const { servers: all } = await admin.call<{ servers: ToolServer[] }>('GET', '/mcp/status');
    return all.every(({ state }) => state === 'connected') ? all : undefined;
  }, 'all of them being there');
  expect(servers.map(({ name, transport, tools, leftOut }) => ({ name, transport, tools, leftOut }))).toEqual(
    names.map((name) => ({ name, ...pick(EXPECTED[name]!), leftOut: [] })),
  );
  const { items } = await admin.call<{ items: ServerTool[] }>('GET', '/mcp/tools');
  const failed: string[] = [];
  let passed = 0;
  for (const server of names) {
    for (const [tool, args, words] of EXPECTED[server]!.calls) {
      const isError = words.startsWith('error');
      const made = await admin.call<{ outcome: string; text: string }>('POST', '/mcp/try', { server, tool, args });
      const isRight =
        made.outcome === (isError ? 'tool_error' : 'ok') && made.text.includes(words.replace('error: ', ''));
      if (isRight) passed += 1;
      else failed.push(`${server}.${tool}: ${made.outcome} ${made.text.slice(0, 200)}`);
    }
  }
  const all = names.reduce((sum, name) => sum + EXPECTED[name]!.calls.length, 0);
  console.log(
    `Reference servers: ${servers.length} of ${names.length} connected, ${items.length} tools, ${passed} of ${all} calls passed`,
  );
  expect(failed).toEqual([]);
});

const pick = ({ transport, tools }: Expected) => ({ transport, tools });
