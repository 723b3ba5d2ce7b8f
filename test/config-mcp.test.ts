// Tool servers as the operator writes them: the desktop clients' format, our own fields, and what is wrong in a sentence each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type ConfigError, loadConfig } from '../src/config.ts';
import { readToolServers } from '../src/config-mcp.ts';

const folder = mkdtempSync(join(tmpdir(), 'projectwise-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As it is written in the file. */
const variable = (name: string) => `\${${name}}`;
const read = (servers: Record<string, unknown>, env: Record<string, string> = {}) =>
  readToolServers(undefined, JSON.stringify({ mcpServers: servers }), env);
const one = (entry: unknown, env?: Record<string, string>) => {
  const found = read({ pricing: entry }, env);
  expect(found.problems).toEqual([]);
  return found.servers[0]!;
};
const problemsOf = (entry: unknown, env?: Record<string, string>) => read({ pricing: entry }, env).problems;

describe('what an operator did not write is the careful choice', () => {
  test('a program of this machine is for no room', () => {
    expect(one({ command: 'archive-mcp', args: ['--root', '/srv'] })).toMatchObject({
      kind: 'stdio',
      rooms: [],
      isTrusted: false,
      writingTools: 'off',
      env: {},
      shown: 'archive-mcp --root /srv',
    });
  });

  test('a secret among the arguments of a program is not shown', () => {
    const args = [
      '-e',
      'API_KEY=a1',
      '--db-password',
      'a2',
      '--token=a3',
      '--secret',
      variable('CRM'),
      '--root',
      '/srv',
    ];
    expect(one({ command: 'archive-mcp', args }, { CRM: 'a4' }).shown).toBe(
      `archive-mcp -e API_KEY=*** --db-password *** --token=*** --secret ${variable('CRM')} --root /srv`,
    );
  });

  test('an address is for every room, what it says of its tools is not believed, and writing tools are off', () => {
    expect(one({ url: 'https://tools.example/mcp' })).toMatchObject({
      kind: 'auto',
      rooms: '*',
      roles: ['lead', 'member'],
      isTrusted: false,
      writingTools: 'off',
      allowsPrivate: false,
      headers: {},
    });
  });

  test('the one server of MCP_SERVER_URL is believed, for reading', () => {
    const { servers } = loadConfig({ MCP_SERVER_URL: 'http://127.0.0.1:3104/mcp?key=secret' }).mcp;
    expect(servers).toMatchObject([
      { name: 'default', kind: 'auto', isTrusted: true, writingTools: 'off', allowsPrivate: false },
    ]);
    expect(servers[0]!.shown).toBe('http://127.0.0.1:3104/mcp');
  });
});

describe('a file', () => {
  test('of a desktop client is taken as it is', () => {
    const { servers, problems, warnings } = read({
      everything: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'], env: { A: '1' } },
      crm: { type: 'http', url: 'https://crm.example/mcp', headers: { 'X-Team': 'presales' } },
      old: { type: 'sse', url: 'https://old.example/sse' },
      paused: { type: 'streamable-http', url: 'https://paused.example/mcp', disabled: true },
    });
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(servers.map(({ name, kind, startsStopped }) => [name, kind, startsStopped])).toEqual([
      ['everything', 'stdio', false],
      ['crm', 'http', false],
      ['old', 'sse', false],
      ['paused', 'http', true],
    ]);
  });

  test('names rooms, roles, policies and secrets that the environment holds', () => {
    const entry = {
      url: `https://${variable('CRM_HOST')}/mcp?key=${variable('CRM_KEY')}`,
      headers: { 'X-Region': variable('REGION:-id') },
      bearerTokenEnv: 'CRM_TOKEN',
      rooms: ['marabintan'],
      roles: ['lead', 'admin'],
      trust: true,
      allowPrivate: true,
      privateResults: true,
      tools: { update_opportunity: 'ask', drop: 'off' },
      writingTools: 'ask',
      timeoutMs: 5_000,
    };
    expect(one(entry, { CRM_HOST: 'crm.example', CRM_KEY: 'k', CRM_TOKEN: 't' })).toEqual({
      name: 'pricing',
      kind: 'auto',
      url: 'https://crm.example/mcp?key=k',
      headers: { 'X-Region': 'id', Authorization: 'Bearer t' },
      rooms: ['marabintan'],
      roles: ['lead', 'admin'],
      isTrusted: true,
      allowsPrivate: true,
      hasPrivateResults: true,
      tools: { update_opportunity: 'ask', drop: 'off' },
      writingTools: 'ask',
      callTimeoutMs: 5_000,
      startsStopped: false,
      // What people see holds nothing of the environment.
      shown: `https://${variable('CRM_HOST')}/mcp`,
    });
  });

  test('with fields that do nothing says which, and what counts', () => {
    const { warnings, problems } = read({ crm: { url: 'https://crm.example/mcp', room: ['a'], autoApprove: ['x'] } });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/"crm": nothing is done with room, autoApprove\. .*\brooms\b/)]);
  });

  test.each([
    [{}, /must have either "url" or "command"/],
    [{ url: 'https://a.example', command: 'b' }, /must have either "url" or "command"/],
    [{ url: 'ftp://a.example' }, /url must be an http:\/\/ or https:\/\/ address/],
    [{ url: 'https://me:pw@a.example' }, /url must not hold a password/],
    [{ url: 'https://a.example', type: 'websocket' }, /type must be http, sse or stdio/],
    [{ url: 'https://a.example', rooms: 'all' }, /rooms must be a list/],
    [{ url: 'https://a.example', roles: ['boss'] }, /roles\.0 must be one of lead, member, admin/],
    [{ url: 'https://a.example', tools: { a: 'yes' } }, /tools\.a must be one of free, ask, off/],
    [{ url: 'https://a.example', headers: { 'a b': 'x' } }, /headers\.a b is no header/],
    [{ url: 'https://a.example', headers: { a: 'x\ny' } }, /headers\.a is no header/],
    [{ url: 'https://a.example', bearerTokenEnv: 'NOPE' }, /bearerTokenEnv names NOPE, which is not set/],
    [{ url: `https://${variable('NOPE')}/mcp` }, /names \$\{NOPE\}, which is not set/],
    [{ command: 'a', args: 'b' }, /args must be a list of texts/],
    [{ command: '' }, /command must not be empty/],
    ['https://a.example', /must be an object/],
  ])('entry %j is refused with a sentence', (entry, sentence) => {
    expect(problemsOf(entry)).toEqual([expect.stringMatching(sentence)]);
    expect(problemsOf(entry)[0]).toMatch(/^MCP_SERVERS_FILE, server "pricing"/);
  });

  test('that names secrets in a wrong place never repeats them', () => {
    const problems = problemsOf({ url: `ftp://${variable('KEY')}`, bearerTokenEnv: 'KEY' }, { KEY: 'geheim' });
    expect(problems.join()).not.toContain('geheim');
  });

  test('that is not there, no JSON, or of another form is named with every other problem at once', () => {
    const path = join(folder, 'servers.json');
    const problems = (env: Record<string, string>): string[] => {
      try {
        loadConfig(env);
        return [];
      } catch (error) {
        return (error as ConfigError).problems;
      }
    };
    expect(problems({ MCP_SERVERS_FILE: `${path}.none`, PORT: 'x' })).toEqual([
      expect.stringMatching(/^PORT/),
      expect.stringMatching(/^MCP_SERVERS_FILE cannot be read: ENOENT/),
    ]);
    writeFileSync(path, '{"mcpServers": {');
    expect(problems({ MCP_SERVERS_FILE: path })).toEqual([expect.stringMatching(/^MCP_SERVERS_FILE is no JSON/)]);
    writeFileSync(path, '{"servers": {}}');
    expect(problems({ MCP_SERVERS_FILE: path })).toEqual([expect.stringMatching(/must hold \{"mcpServers"/)]);
    writeFileSync(path, '\ufeff{"mcpServers": {"default": {"url": "https://a.example/mcp"}}}');
    expect(loadConfig({ MCP_SERVERS_FILE: path }).mcp.servers).toHaveLength(1);
    expect(problems({ MCP_SERVERS_FILE: path, MCP_SERVER_URL: 'http://b.example' })).toEqual([
      expect.stringMatching(/has one of that name too/),
    ]);
  });
});
