// REST of the operations desk: tool servers, their tools, calls and policies. Part of the table in api.ts.
import { z } from 'zod';
import { defineRoutes } from './declare.ts';
import { roomTool, serverTool, toolCall, toolServer } from './mcp-models.ts';
import { id } from './models.ts';
import { TOOL_CALL_OUTCOMES, TOOL_POLICIES } from './names.ts';

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() });
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const server = z.string().max(64);
const tool = z.string().max(200);
const oneOrAll = z.object({ server: server.optional().describe('All of them when left out') });
const servers = { status: 200, schema: z.object({ servers: z.array(toolServer) }) } as const;

export const mcpRoutes = defineRoutes({
  mcpStatus: {
    method: 'get',
    path: '/mcp/status',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Every tool server: what is wanted, what is, since when, what went wrong',
    success: servers,
  },
  mcpConnect: {
    method: 'post',
    path: '/mcp/connect',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Want it connected, from now on and after every restart',
    query: oneOrAll,
    success: servers,
  },
  mcpReconnect: {
    method: 'post',
    path: '/mcp/reconnect',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Connect it anew at once, whatever its state; its tools are listed again',
    query: oneOrAll,
    success: servers,
  },
  mcpShutdown: {
    method: 'post',
    path: '/mcp/shutdown',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'End it; it stays down, also after a restart, until it is connected again',
    query: oneOrAll,
    success: servers,
  },
  mcpTools: {
    method: 'get',
    path: '/mcp/tools',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Every tool with who may use it where; of a server that is away the last ones known',
    query: oneOrAll,
    success: { status: 200, schema: listOf(serverTool) },
  },
  mcpSetPolicy: {
    method: 'put',
    path: '/mcp/policies',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Decide about a tool, in one room or in every one; `default` takes the word back',
    body: z.object({
      server,
      tool,
      roomId: id.optional().describe('Every room when left out'),
      policy: z.enum([...TOOL_POLICIES, 'default']),
    }),
    success: { status: 200, schema: serverTool },
    example: { body: { server: 'pricing', tool: 'get_sheet', policy: 'ask' } },
  },
  mcpTryTool: {
    method: 'post',
    path: '/mcp/try',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Call a tool and look at what it answers; no room hears of it',
    body: z.object({ server, tool, args: z.record(z.string(), z.unknown()).default({}) }),
    success: {
      status: 200,
      schema: z.object({
        outcome: z.enum(TOOL_CALL_OUTCOMES),
        text: z.string().describe('What a model would be given, or what went wrong'),
        images: z.int(),
        tookMs: z.int(),
      }),
    },
    example: { body: { server: 'pricing', tool: 'get_sheet', args: {} } },
  },
  listRoomTools: {
    method: 'get',
    path: '/api/v1/rooms/{roomId}/tools',
    permission: 'room:read',
    tag: 'Tool servers',
    summary: 'Which tools of servers the assistant may use in this room when you ask',
    params: z.object({ roomId: id }),
    success: { status: 200, schema: z.object({ items: z.array(roomTool) }) },
  },
  mcpCalls: {
    method: 'get',
    path: '/mcp/calls',
    permission: 'admin',
    tag: 'Tool servers',
    summary: 'Calls that were made, newest first: which tool, for whom, how it ended, how long it took',
    query: z.object({
      server: server.optional(),
      failed: flag.optional().describe('Only those that did not succeed'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(64).optional(),
    }),
    success: {
      status: 200,
      schema: listOf(toolCall).extend({
        today: z.object({ calls: z.int(), failed: z.int() }).describe('In the last 24 hours'),
      }),
    },
  },
});
