// Typed calls of the REST routes: method and path must be those of the protocol, or this file does not compile.
import type {
  RouteBodyInput,
  RouteName,
  RouteParams,
  RouteQuery,
  RouteResult,
  Routes,
} from '../../src/protocol/api.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import { ApiError } from './api-error.ts';

type Address<N extends RouteName> = `${Routes[N]['method']} ${Routes[N]['path']}`;

const addresses = {
  authSetup: 'get /api/v1/auth/setup',
  register: 'post /api/v1/auth/register',
  login: 'post /api/v1/auth/login',
  me: 'get /api/v1/auth/me',
  updateMe: 'patch /api/v1/auth/me',
  changePassword: 'post /api/v1/auth/password',
  logout: 'post /api/v1/auth/logout',
  listSessions: 'get /api/v1/auth/sessions',
  endSession: 'delete /api/v1/auth/sessions/{sessionId}',
  listApiKeys: 'get /api/v1/auth/keys',
  createApiKey: 'post /api/v1/auth/keys',
  revokeApiKey: 'delete /api/v1/auth/keys/{keyId}',
  listRooms: 'get /api/v1/rooms',
  createRoom: 'post /api/v1/rooms',
  getRoom: 'get /api/v1/rooms/{roomId}',
  updateRoom: 'patch /api/v1/rooms/{roomId}',
  deleteRoom: 'delete /api/v1/rooms/{roomId}',
  addMember: 'post /api/v1/rooms/{roomId}/members',
  updateMember: 'patch /api/v1/rooms/{roomId}/members/{userId}',
  removeMember: 'delete /api/v1/rooms/{roomId}/members/{userId}',
  listInvites: 'get /api/v1/rooms/{roomId}/invites',
  createInvite: 'post /api/v1/rooms/{roomId}/invites',
  revokeInvite: 'delete /api/v1/rooms/{roomId}/invites/{inviteId}',
  previewInvite: 'get /api/v1/invites/{code}',
  acceptInvite: 'post /api/v1/invites/{code}/accept',
  listMessages: 'get /api/v1/rooms/{roomId}/messages',
  searchMessages: 'get /api/v1/rooms/{roomId}/search',
  answerContext: 'get /api/v1/messages/{messageId}/context',
  listMemories: 'get /api/v1/memories',
  createMemory: 'post /api/v1/memories',
  updateMemory: 'patch /api/v1/memories/{memoryId}',
  forgetMemory: 'delete /api/v1/memories/{memoryId}',
  memoryHistory: 'get /api/v1/memories/{memoryId}/history',
  searchMemories: 'post /api/v1/memories/search',
  setPersonalMemory: 'put /api/v1/rooms/{roomId}/personal-memory',
  getMessage: 'get /api/v1/rooms/{roomId}/messages/{messageId}',
  listPins: 'get /api/v1/rooms/{roomId}/pins',
  listMentions: 'get /api/v1/mentions',
  searchEverywhere: 'get /api/v1/search',
  setNotify: 'put /api/v1/rooms/{roomId}/notify',
  listRoomTools: 'get /api/v1/rooms/{roomId}/tools',
  createChatSession: 'post /api/v1/chat/sessions',
  listDocuments: 'get /api/v1/files',
  getDocument: 'get /api/v1/files/{documentId}',
  getDocumentPage: 'get /api/v1/files/{documentId}/pages/{page}',
  updateDocument: 'patch /api/v1/files/{documentId}',
  deleteDocument: 'delete /api/v1/files/{documentId}',
  reprocessDocument: 'post /api/v1/files/{documentId}/reprocess',
  cancelDocument: 'post /api/v1/files/{documentId}/cancel',
  searchConfig: 'get /rag/config',
  mcpStatus: 'get /mcp/status',
  mcpConnect: 'post /mcp/connect',
  mcpReconnect: 'post /mcp/reconnect',
  mcpShutdown: 'post /mcp/shutdown',
  mcpTools: 'get /mcp/tools',
  mcpSetPolicy: 'put /mcp/policies',
  mcpTryTool: 'post /mcp/try',
  mcpCalls: 'get /mcp/calls',
} as const satisfies { [N in RouteName]?: Address<N> };

type Called = keyof typeof addresses;
type Part<K extends string, V> = undefined extends V ? { [key in K]?: undefined } : { [key in K]: V };
type Options<N extends Called> = Part<'params', RouteParams<N>> &
  Part<'body', RouteBodyInput<N>> & { query?: Partial<RouteQuery<N>>; signal?: AbortSignal };
type Arguments<N extends Called> =
  Record<never, never> extends Options<N> ? [options?: Options<N>] : [options: Options<N>];

/**
 * Calls a route with the session cookie.
 * @throws ApiError with the server's code and reason, or `unreachable` when no answer came
 */
export async function call<N extends Called>(name: N, ...[options]: Arguments<N>): Promise<RouteResult<N>> {
  const [method, template] = addresses[name].split(' ') as [string, string];
  const params = (options?.params ?? {}) as Record<string, string>;
  const path = template.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options?.query ?? {}))
    if (value !== undefined) query.set(key, String(value));
  const init: RequestInit = { method: method.toUpperCase(), credentials: 'same-origin' };
  if (options?.signal) init.signal = options.signal;
  if (options?.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(query.size ? `${path}?${query}` : path, init);
  } catch (cause) {
    if (options?.signal?.aborted) throw cause;
    throw new ApiError({ code: 'unreachable', message: 'The server did not answer.' });
  }
  if (!response.ok) throw await readProblem(response);
  return (response.status === 204 ? null : await response.json()) as RouteResult<N>;
}

async function readProblem(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => undefined)) as WireError | undefined;
  // A proxy in between may answer with a page of its own: then only the status is known.
  if (!problem?.code) return new ApiError({ code: response.status >= 500 ? 'unavailable' : 'invalid', message: '' });
  return new ApiError(problem);
}
