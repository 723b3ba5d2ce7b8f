// A tool server of our own over streamable HTTP, down to the bytes: well behaved unless a test says otherwise.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeTool {
  name: string;
  description?: string;
  inputSchema?: unknown;
  annotations?: Record<string, unknown>;
  [other: string]: unknown;
}

export interface FakeCall {
  name: string;
  args: Record<string, unknown>;
  /** Ends the call with a result. */
  answer(result: unknown): unknown;
  /** The same as an event of a stream, which may go on. */
  event(message: unknown): void;
  progressToken: unknown;
  id: unknown;
  request: IncomingMessage;
  response: ServerResponse;
}

export interface FakeToolServerOptions {
  tools?: FakeTool[];
  serverName?: string;
  /** Default: answers with the arguments. */
  onCall?: (call: FakeCall) => void;
  /** Sees every request first. @returns true when it has dealt with it */
  onRequest?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Sees every message. @returns true when it has dealt with it */
  onMessage?: (message: { method: string; id?: unknown }, response: ServerResponse) => boolean;
  port?: number;
}

export interface FakeToolServer {
  url: string;
  port: number;
  /** What was asked of it, in order. */
  methods: string[];
  calls: { name: string; args: Record<string, unknown> }[];
  headers: IncomingMessage['headers'][];
  tools: FakeTool[];
  /** Changes its tools and says so. */
  changeTools(tools: FakeTool[]): void;
  /** Cuts every connection and listens no more. */
  stop(): Promise<void>;
}

export const textResult = (text: string, more: Record<string, unknown> = {}) => ({
  content: [{ type: 'text', text }],
  ...more,
});

/** A file for MCP_SERVERS_FILE. */
export function serversFile(mcpServers: Record<string, unknown>): string {
  const path = join(mkdtempSync(join(tmpdir(), 'projectwise-mcp-')), 'servers.json');
  writeFileSync(path, JSON.stringify({ mcpServers }));
  return path;
}

const running = new Set<FakeToolServer>();

export async function startFakeToolServer(options: FakeToolServerOptions = {}): Promise<FakeToolServer> {
  const sockets = new Set<Socket>();
  const streams = new Set<ServerResponse>();
  const fake: FakeToolServer = {
    url: '',
    port: 0,
    methods: [],
    calls: [],
    headers: [],
    tools: options.tools ?? [readingTool('look'), { name: 'write', description: 'Writes.', inputSchema: ANY }],
    changeTools(tools) {
      fake.tools = tools;
      const note = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
      for (const stream of streams) stream.write(`event: message\ndata: ${JSON.stringify(note)}\n\n`);
    },
    async stop() {
      running.delete(fake);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server: Server = createServer((request, response) => {
    if (options.onRequest?.(request, response)) return;
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': here\n\n');
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    if (request.method !== 'POST') return void response.writeHead(405).end();
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => serve(fake, options, request, response, JSON.parse(body)));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  // Whoever forgets it is not kept from ending.
  server.unref();
  fake.port = (server.address() as AddressInfo).port;
  fake.url = `http://127.0.0.1:${fake.port}/mcp`;
  running.add(fake);
  return fake;
}

export async function stopFakeToolServers(): Promise<void> {
  await Promise.all([...running].map((fake) => fake.stop()));
}

const ANY = { type: 'object', properties: {}, additionalProperties: true };
export const readingTool = (name: string, more: Partial<FakeTool> = {}): FakeTool => ({
  name,
  description: `Reads with ${name}.`,
  inputSchema: ANY,
  annotations: { readOnlyHint: true },
  ...more,
});

interface Message {
  jsonrpc: '2.0';
  id?: unknown;
  method: string;
  params?: {
    name?: string;
    arguments?: Record<string, unknown>;
    _meta?: { progressToken?: unknown };
    protocolVersion?: string;
  };
}

function serve(
  fake: FakeToolServer,
  options: FakeToolServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  message: Message,
): unknown {
  fake.methods.push(message.method);
  fake.headers.push(request.headers);
  if (options.onMessage?.(message, response)) return undefined;
  const send = (body: Record<string, unknown>) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...body }));
  };
  switch (message.method) {
    case 'initialize':
      return send({
        result: {
          protocolVersion: message.params?.protocolVersion,
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name: options.serverName ?? 'fake', version: '1.0.0' },
        },
      });
    case 'ping':
      return send({ result: {} });
    case 'tools/list':
      return send({ result: { tools: fake.tools } });
    case 'tools/call':
      return call(fake, options, request, response, message, send);
    default:
      if (message.id === undefined) return response.writeHead(202).end();
      return send({ error: { code: -32_601, message: 'Method not found' } });
  }
}

function call(
  fake: FakeToolServer,
  options: FakeToolServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { id, params }: Message,
  send: (body: Record<string, unknown>) => unknown,
): unknown {
  const made = { name: params?.name ?? '', args: params?.arguments ?? {} };
  fake.calls.push(made);
  const event = (message: unknown) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  };
  const answer = (result: unknown) => {
    if (!response.headersSent) return send({ result });
    event({ jsonrpc: '2.0', id, result });
    return response.end();
  };
  if (!options.onCall) return answer(textResult(JSON.stringify(made)));
  return options.onCall({ ...made, answer, event, progressToken: params?._meta?.progressToken, id, request, response });
}
