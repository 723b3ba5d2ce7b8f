// What the official suite judges: our connection to a tool server, doing what each of its scenarios asks of a client.
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { callTool } from '../../src/mcp/call-tool.ts';
import { createServerLink } from '../../src/mcp/server-link.ts';

const url = process.argv.at(-1)!;
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

const link = createServerLink(
  {
    name: 'judge',
    shown: url,
    rooms: '*',
    roles: ['member'],
    isTrusted: false,
    hasPrivateResults: false,
    tools: {},
    writingTools: 'off',
    callTimeoutMs: undefined,
    startsStopped: false,
    kind: 'http',
    url,
    headers: {},
    allowsPrivate: false,
  },
  {
    limits: DEFAULT_LIMITS,
    onChange: () => undefined,
    elicit: async () => ({ action: 'accept', content: {} }),
  },
);
await link.connect();
const { state, lastError } = link.status();
if (state !== 'connected') throw new Error(`${state}: ${lastError?.sentence}`);

const call = async (name: string, args: Record<string, unknown> = {}) => {
  const tool = link.catalogue().tools.find((one) => one.name === name);
  if (!tool) throw new Error(`There is no tool ${name} among ${link.catalogue().tools.map((one) => one.name)}.`);
  const end = await callTool(link, DEFAULT_LIMITS, tool, args, { signal: new AbortController().signal });
  console.log(name, JSON.stringify(end));
};

if (scenario === 'tools_call') await call('add_numbers', { a: 5, b: 3 });
else if (scenario === 'sse-retry') await call('test_reconnection');
else if (scenario === 'elicitation-sep1034-client-defaults') await call('test_client_elicitation_defaults');
else {
  // The other scenarios say what to call, or want every tool called once.
  const calls = context.toolCalls ?? link.catalogue().tools.map(({ name }) => ({ name, arguments: {} }));
  for (const { name, arguments: args } of calls) await call(name, args);
}
await link.stop();
process.exit(0);
