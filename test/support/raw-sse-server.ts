// A server of server-sent events written by hand, for what a well-behaved stand-in never does: stall, cut, lie.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawRequest {
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of several protocols
  body: any;
  at: number;
  /** Resolves when the client or we have closed the connection of this request. */
  closed: Promise<unknown>;
}

export interface RawReply {
  /** Sends one event; the headers go first. */
  event(data: unknown): void;
  /** Sends whatever bytes. */
  raw(text: string): void;
  end(): void;
  /** Breaks the connection in the middle. */
  cut(): void;
  json(status: number, body: unknown, headers?: Record<string, string>): void;
}

export interface RawSseServer {
  url: string;
  requests: RawRequest[];
  close(): Promise<void>;
}

export async function startRawSseServer(
  respond: (request: RawRequest, reply: RawReply, count: number) => void | Promise<void>,
): Promise<RawSseServer> {
  const requests: RawRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const request: RawRequest = {
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
      at: Date.now(),
      closed: once(response, 'close'),
    };
    requests.push(request);
    await respond(request, replyOn(response), requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function replyOn(response: ServerResponse): RawReply {
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  };
  return {
    event(data) {
      begin();
      response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
    },
    raw(text) {
      begin();
      response.write(text);
    },
    end: () => response.end(),
    cut() {
      begin();
      response.flushHeaders();
      // After what was written has left: a cut must not swallow it.
      response.write('', () => response.destroy());
    },
    json(status, body, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
  };
}
