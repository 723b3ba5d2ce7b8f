// REST-side declaration of our own MCP server: one address that speaks a protocol of its own. Part of the table in api.ts.
import { defineRoutes } from './declare.ts';

export const mcpServerRoutes = defineRoutes({
  ownMcpServer: {
    method: 'post',
    path: '/projectwise/mcp',
    permission: 'account',
    auth: 'cookie-free',
    apiKey: 'read',
    tag: 'MCP',
    summary: 'Our own MCP server, Streamable HTTP: rooms and documents for other agents',
    description:
      'JSON-RPC as the Model Context Protocol has it, of 2026-07-28 and, without sessions, of 2025-11-25 and before. With a bearer token or an API key; each tool needs the scope `read` or `write`.',
    success: { status: 200, schema: null, contentType: 'application/json' },
    raw: {
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    },
  },
});
