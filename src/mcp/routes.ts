// REST of the operations desk: one line from each declared route to its operation.
import type { App } from '../context.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import {
  connectServers,
  getStatus,
  listCalls,
  listTools,
  reconnectServers,
  setToolPolicy,
  shutDownServers,
  tryTool,
} from './desk.ts';
import { listRoomTools } from './room-tools.ts';

type DeskRoutes = Pick<
  RouteHandlers,
  | 'mcpStatus'
  | 'mcpConnect'
  | 'mcpReconnect'
  | 'mcpShutdown'
  | 'mcpTools'
  | 'mcpSetPolicy'
  | 'mcpTryTool'
  | 'mcpCalls'
  | 'listRoomTools'
>;

export function deskHandlers(app: App): DeskRoutes {
  return {
    mcpStatus: ({ actor }) => getStatus(app, actor),
    mcpConnect: ({ actor, query }) => connectServers(app, actor, query),
    mcpReconnect: ({ actor, query }) => reconnectServers(app, actor, query),
    mcpShutdown: ({ actor, query }) => shutDownServers(app, actor, query),
    mcpTools: ({ actor, query }) => listTools(app, actor, query),
    mcpSetPolicy: ({ actor, body }) => setToolPolicy(app, actor, body),
    mcpTryTool: ({ actor, body, http }) => tryTool(app, actor, body, http.signal),
    listRoomTools: async ({ actor, params }) => ({ items: await listRoomTools(app, actor, params.roomId) }),
    mcpCalls: ({ actor, query }) => listCalls(app, actor, query),
  };
}
