// How a route or a socket request is declared: once, with its permission; a declaration without one does not compile.
import type { z } from 'zod';
import type { ApiKeyScope } from './names.ts';
import type { Permission } from './permissions.ts';

/** Sample values that the generated tests and the API reference use; `{roomId}` and the like are filled in by the reader. */
export type Example = Record<string, unknown>;

export interface RequestDeclaration {
  permission: Permission;
  summary: string;
  /** Which input field leads to the room whose membership is checked; needed for `room:*`. */
  subject?: 'roomId' | 'messageId' | 'turnId' | 'sessionId' | 'code';
  input: z.ZodType;
  data: z.ZodType;
  example: Example;
}

export interface RouteDeclaration {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** OpenAPI style: `/api/v1/rooms/{roomId}`. */
  path: string;
  permission: Permission;
  tag: string;
  summary: string;
  description?: string;
  /**
   * `cookie-free`: the kept routes take no cookie. `none`: reads no credentials at all.
   * Default: cookie, bearer.
   */
  auth?: 'cookie-free' | 'none';
  /**
   * Which scope an API key needs; `none`: it takes a person who signed in.
   * Default: `read` for GET, `write` for everything else.
   */
  apiKey?: ApiKeyScope | 'none';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Form fields of a multipart upload that carries one `file`; the handler reads the stream itself. */
  upload?: z.ZodObject;
  /** Status and shape of success; `null` is an empty body. */
  success: { status: 200 | 201 | 204; schema: z.ZodType | null; contentType?: string };
  /** Event names and payloads when the answer may be a stream of server-sent events. */
  events?: Record<string, z.ZodType>;
  example?: { query?: Example; body?: Example };
  /** The handler reads the request and answers it itself, whatever the method: a protocol of its own. This is a request it takes. */
  raw?: { headers: Record<string, string>; body: Example };
}

/** Keeps the literal types of a table of routes. */
export const defineRoutes = <const T extends Record<string, RouteDeclaration>>(routes: T): T => routes;
/** Keeps the literal types of a table of socket requests. */
export const defineRequests = <const T extends Record<string, RequestDeclaration>>(requests: T): T => requests;
