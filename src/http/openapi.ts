// The description of the API, made from the declarations of routes, socket requests and facts.
import { createRequire } from 'node:module';
import { z } from 'zod';
import { createDocument, createSchema, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { SESSION_COOKIE } from '../accounts/cookies.ts';
import { routes } from '../protocol/api.ts';
import type { RouteDeclaration } from '../protocol/declare.ts';
import { problem, wireError } from '../protocol/errors.ts';
import { durableFacts, ephemeralFacts, personalFacts, requests } from '../protocol/events.ts';
import { HTTP_STATUS } from '../protocol/names.ts';
import type { Permission } from '../protocol/permissions.ts';

const WHO: Record<Permission, string> = {
  public: 'Anybody.',
  account: 'Any signed-in account.',
  'room:read': 'Any member of the room; others get 404.',
  'room:write': 'Lead or member of the room; viewers get 403, others 404.',
  'room:lead': 'Lead of the room; other members get 403, others 404.',
  'message:read': 'Any member of the room of the message; others get 404.',
  'document:read': 'Who may see the document: members of its room; anybody of the tenant for its library.',
  'document:write':
    'Who uploaded it or leads its room and may write there; in the library who uploaded it or an administrator.',
  'memory:read':
    'Who may see the memory: members of its room; the person whose it is; anybody of the tenant for its own.',
  'memory:write': 'Leads and members of its room; the person whose it is; an administrator for one of the tenant.',
  'memory:forget':
    'In a room who said it or wrote it down, and leads; the person whose it is; an administrator for one of the tenant.',
  admin: 'An administrator.',
  metrics: 'An administrator, or METRICS_TOKEN as bearer.',
};

/** JSON schemas by name, as they are met. */
type Components = Record<string, object>;

let cached: string | undefined;

/** The document as JSON. Making it takes some 50 ms, so it is made once, when first asked for. */
export function openApiDocument(): string {
  cached ??= JSON.stringify(makeDocument());
  return cached;
}

function makeDocument(): unknown {
  const components: Components = {};
  const { version, description } = createRequire(import.meta.url)('../../package.json') as Record<string, string>;
  const document = createDocument({
    openapi: '3.1.0',
    info: { title: 'ProjectWise', version: version!, description: description! },
    tags: [...new Set(Object.values(routes).map(({ tag }) => tag))].map((name) => ({ name })),
    paths: makePaths(components),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From POST /api/v1/auth/login' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'From POST /api/v1/auth/keys' },
        cookie: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Set by POST /api/v1/auth/login' },
      },
      schemas: { Error: wireError, Problem: problem },
    },
  });
  const socket = describeSocket(components);
  // What only sockets and events speak of is a component like everything else.
  const schemas = { ...components, ...document.components?.schemas };
  return { ...document, components: { ...document.components, schemas }, 'x-socket-io': socket };
}

function makePaths(components: Components): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [name, route] of Object.entries(routes) as [string, RouteDeclaration][]) {
    paths[route.path] = { ...paths[route.path], [route.method]: makeOperation(name, route, components) };
  }
  return paths;
}

function makeOperation(
  operationId: string,
  route: RouteDeclaration,
  components: Components,
): ZodOpenApiOperationObject {
  const { success, params, query, body, upload, example, events } = route;
  const requestParams = { ...(params ? { path: params } : {}), ...(query ? { query } : {}) };
  const type = success.contentType ?? 'application/json';
  const eventList = events
    ? `\n\nServer-sent events: ${Object.keys(events)
        .map((event) => `\`${event}\``)
        .join(', ')}.`
    : '';
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    description: `${route.description ? `${route.description}\n\n` : ''}Who may: ${WHO[route.permission]}${eventList}`,
    'x-permission': route.permission,
    security: securityOf(route),
    requestParams,
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: body, ...(example?.body ? { example: example.body } : {}) } },
          },
        }
      : {}),
    ...(upload
      ? { requestBody: { required: true, content: { 'multipart/form-data': { schema: formOf(upload) } } } }
      : {}),
    responses: {
      [success.status]: {
        description: 'Success',
        ...(success.schema
          ? {
              content: {
                [type]: { schema: success.schema },
                ...(events ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
              },
            }
          : type === 'application/json'
            ? {}
            : { content: { [type]: { schema: { type: 'string' } } } }),
      },
      ...problemsOf(route),
    },
    ...(events ? { 'x-events': schemasOf(events, components) } : {}),
  };
}

/** The fields, then the file. */
const formOf = (fields: z.ZodObject): z.ZodType =>
  fields.extend({ file: z.string().meta({ type: 'string', format: 'binary', description: 'The file' }) });

function securityOf({ permission, auth, apiKey }: RouteDeclaration): Record<string, string[]>[] {
  if (auth === 'none' || permission === 'public') return [];
  const key = apiKey === 'none' ? [] : [{ apiKey: [] }];
  return auth === 'cookie-free' ? [{ bearer: [] }, ...key] : [{ bearer: [] }, ...key, { cookie: [] }];
}

function problemsOf({
  permission,
  params,
  query,
  body,
  upload,
}: RouteDeclaration): ZodOpenApiOperationObject['responses'] {
  const statuses = new Map<number, string>();
  const may = (isPossible: boolean, ...codes: (keyof typeof HTTP_STATUS)[]) => {
    for (const code of isPossible ? codes : []) statuses.set(HTTP_STATUS[code], `\`${code}\``);
  };
  may(Boolean(params ?? query ?? body ?? upload), 'invalid');
  may(permission !== 'public', 'unauthenticated', 'forbidden');
  may(Boolean(params ?? upload), 'not_found');
  may(Boolean(body ?? upload), 'conflict', 'too_large');
  may(true, 'rate_limited', 'internal', 'unavailable');
  const content = { 'application/problem+json': { schema: problem } };
  return Object.fromEntries([...statuses].map(([status, description]) => [status, { description, content }]));
}

/** OpenAPI knows no sockets: integrators find them here, in the same form. */
function describeSocket(components: Components): unknown {
  return {
    path: '/socket.io/',
    transports: ['websocket'],
    handshake: { auth: { token: 'bearer token, or the cookie', tenantId: 'optional' } },
    acknowledgement: '{ok: true, data} or {ok: false, error}',
    requests: Object.fromEntries(
      Object.entries(requests).map(([name, { summary, permission, input, data, example }]) => [
        name,
        {
          summary,
          permission,
          input: jsonSchema(input, 'input', components),
          data: jsonSchema(data, 'output', components),
          example,
        },
      ]),
    ),
    facts: {
      durable: schemasOf(durableFacts, components),
      ephemeral: schemasOf(ephemeralFacts, components),
      personal: schemasOf(personalFacts, components),
    },
  };
}

function schemasOf(table: Record<string, z.ZodType>, components: Components): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).map(([name, schema]) => [name, jsonSchema(schema, 'output', components)]),
  );
}

function jsonSchema(zodSchema: z.ZodType, io: 'input' | 'output', components: Components): unknown {
  const { schema, components: found } = createSchema(zodSchema, { io });
  Object.assign(components, found);
  return schema;
}
