// What every file of this edge knows of the request it handles.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { ClientRequest } from './client.ts';

export interface HttpEnv {
  /** Absent when the app is called without a server. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Pattern of the route that answers, for metrics: `/api/v1/rooms/{roomId}`. */
    route?: string;
    /** Set once the caller is known, for the access log. */
    userId?: string;
  };
}
export type HttpContext = Context<HttpEnv>;

/** The node request below; a stand-in with the same headers when there is no server. */
export function clientRequest(c: HttpContext): ClientRequest {
  // `env` is undefined when the app is called without a server.
  return c.env?.incoming ?? { headers: Object.fromEntries(c.req.raw.headers), socket: {} };
}
