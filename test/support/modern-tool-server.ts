// A tool server of the newest revision (2026-07-28), made with the official SDK's other side.
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface ModernToolServer {
  url: string;
  /** Offers one tool more, and says so to whoever listens. */
  addTool(name: string): void;
  /** As when the program is killed. */
  kill(): Promise<void>;
  /** Calls that were told to stop. */
  aborted: string[];
}

const running = new Set<ModernToolServer>();

export async function startModernToolServer(options: { port?: number } = {}): Promise<ModernToolServer> {
  const extra: string[] = [];
  const aborted: string[] = [];
  const handler = createMcpHandler(() => {
    const server = new McpServer(
      { name: 'modern', version: '3.1.4' },
      { capabilities: { tools: { listChanged: true } } },
    );
    const echo = {
      description: 'Says it again.',
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
    };
    for (const name of ['echo', ...extra]) {
      server.registerTool(name, echo, async ({ text }) => ({ content: [{ type: 'text', text: `Echo: ${text}` }] }));
    }
    const slow = { description: 'Takes its time.', inputSchema: z.object({}), annotations: { readOnlyHint: false } };
    server.registerTool('slow', slow, async (_, ctx) => {
      const { signal, notify, _meta } = ctx.mcpReq;
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) {
        await notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 9 } });
      }
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      aborted.push('slow');
      return { content: [] };
    });
    return server;
  });
  const sockets = new Set<Socket>();
  const server = createAdaptorServer({ fetch: (request: Request) => handler.fetch(request) }) as Server;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  server.unref();
  const modern: ModernToolServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    aborted,
    addTool(name) {
      extra.push(name);
      handler.notify.toolsChanged();
    },
    async kill() {
      running.delete(modern);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  running.add(modern);
  return modern;
}

export async function stopModernToolServers(): Promise<void> {
  await Promise.all([...running].map((modern) => modern.kill()));
}
