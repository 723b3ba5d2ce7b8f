// What a slice's routes.ts provides: one handler per declared route, already authenticated and parsed by the edge.
import type { Readable } from 'node:stream';
import type { Actor } from '../context.ts';
import type {
  RouteBody,
  RouteName,
  RouteParams,
  RouteQuery,
  RouteResult,
  Routes,
  RouteUploadFields,
} from '../protocol/api.ts';

/** Facts of the HTTP request that some operations need. */
export interface RequestInfo {
  /** Client address after TRUST_PROXY_HOPS. */
  address: string;
  isLoopback: boolean;
  userAgent: string;
  /** How the caller was authenticated. */
  credential: 'none' | 'cookie' | 'bearer';
  /** `https` behind a trusted proxy or directly: then cookies are Secure. */
  secure: boolean;
  /** Scheme and host as the caller sees them, for links: `http://127.0.0.1:8000`. */
  origin: string;
  /** Fires when the client went away. */
  signal: AbortSignal;
  acceptsEventStream: boolean;
  /** Nothing is sent but the headers. */
  isHead: boolean;
  /** As it came; only raw routes read its body. */
  request: Request;
  /** Of the request; the name in lower case. */
  header(name: string): string | undefined;
  /** Adds a Set-Cookie header to the response. */
  setCookie(value: string): void;
  /** Sends the caller's facts as server-sent events; resolves the response at once. */
  eventStream(run: (stream: EventStream) => Promise<void>): Response;
}

export interface EventStream {
  send(event: string, data: unknown): void;
  /** Fires when the client went away, or the server stops and answers have ended. */
  readonly signal: AbortSignal;
}

/** A form that has only just begun to arrive: whoever may have no more of them is refused before anything of it is kept. */
export interface UploadToCome<Fields> {
  /** Resolves where its file begins; the fields may stand before it or after it. @throws AppError invalid (file_missing, …), too_large */
  begun(): Promise<IncomingUpload<Fields>>;
}

/** A form with one file whose content is still on its way. */
export interface IncomingUpload<Fields> {
  /** What stood before the file. */
  fields: Fields;
  /** As the client calls it; empty when it gave no name. */
  fileName: string;
  /** To be read to its end; fails when the form does. */
  content: Readable;
  /** Call it once `content` was read: the whole form came well. @returns the fields, those after the file too @throws AppError */
  completed(): Promise<Fields>;
}

type CallerOf<N extends RouteName> = Routes[N]['permission'] extends 'public' | 'metrics' ? Actor | undefined : Actor;

export interface RouteCall<N extends RouteName> {
  actor: CallerOf<N>;
  params: RouteParams<N>;
  query: RouteQuery<N>;
  body: RouteBody<N>;
  upload: Routes[N] extends { upload: unknown } ? UploadToCome<RouteUploadFields<N>> : undefined;
  http: RequestInfo;
}

/** Returns the body of the declared success, or a whole Response (streams). @throws AppError */
export type RouteHandler<N extends RouteName> = (call: RouteCall<N>) => Promise<RouteResult<N> | Response>;
export type RouteHandlers = { [N in RouteName]: RouteHandler<N> };
