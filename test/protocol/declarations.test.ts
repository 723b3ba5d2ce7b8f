// Every route and every socket request is declared well, and so is the OpenAPI description made of them.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../src/http/openapi.ts';
import { routes } from '../../src/protocol/api.ts';
import type { RequestDeclaration, RouteDeclaration } from '../../src/protocol/declare.ts';
import { durableFacts, ephemeralFacts, personalFacts, requests } from '../../src/protocol/events.ts';
import { PERMISSIONS } from '../../src/protocol/permissions.ts';

const allRoutes = Object.entries(routes) as [string, RouteDeclaration][];
const allRequests = Object.entries(requests) as [string, RequestDeclaration][];
const allFacts = { ...durableFacts, ...ephemeralFacts, ...personalFacts };
const keysOf = (schema: z.ZodType | undefined): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
const paramsIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

describe('a socket request', () => {
  test.each(allRequests)('%s is named noun:verb and has an example that its input takes', (name, declared) => {
    expect(name).toMatch(/^[a-z]+:[a-z]+$/);
    expect(declared.input.parse(declared.example)).toEqual(declared.example);
    expect(PERMISSIONS).toContain(declared.permission);
  });

  test.each(allRequests)('%s that demands a right in a room says which field leads there', (_, declared) => {
    const { permission, subject, input } = declared;
    expect(subject !== undefined).toBe(permission.startsWith('room:'));
    if (subject) expect(keysOf(input)).toContain(subject);
  });
});

test('facts are named noun:verb and no name is used twice', () => {
  for (const name of Object.keys(allFacts)) expect(name).toMatch(/^[a-z]+:[a-z]+$/);
  const tables = [durableFacts, ephemeralFacts, personalFacts, requests].flatMap((table) => Object.keys(table));
  expect(new Set(tables).size).toBe(tables.length);
});

test('durable facts carry the seq of their room', () => {
  for (const fact of Object.values(durableFacts))
    expect(keysOf(fact)).toEqual(expect.arrayContaining(['roomId', 'seq']));
});

describe('a route', () => {
  test('is alone on its method and path', () => {
    const titles = allRoutes.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test.each(allRoutes)('%s has the params of its path, and a room where it demands a right in one', (_, route) => {
    expect(keysOf(route.params)).toEqual(paramsIn(route.path));
    expect(PERMISSIONS).toContain(route.permission);
    if (route.permission.startsWith('room:')) expect(route.path).toMatch(/\{(roomId|sessionId)\}/);
    if (route.permission.startsWith('message:')) expect(route.path).toMatch(/\{messageId\}/);
    if (route.permission.startsWith('document:')) expect(route.path).toMatch(/\{documentId\}/);
    if (route.permission.startsWith('memory:')) expect(route.path).toMatch(/\{memoryId\}/);
  });

  test.each(allRoutes)('%s has an example that its input takes', (_, { body, query, example }) => {
    if (body) {
      expect(example?.body).toBeDefined();
      expect(body.parse(example?.body)).toMatchObject(example?.body ?? {});
    }
    if (query) expect(query.safeParse(example?.query ?? {}).error).toBeUndefined();
    if (example) expect(Object.keys(example).every((part) => (part === 'body' ? body : query))).toBe(true);
  });

  test.each(allRoutes)('%s takes a body only where one belongs, and answers 204 with nothing', (_, route) => {
    if (route.body ?? route.upload) expect(['post', 'put', 'patch']).toContain(route.method);
    expect(route.body && route.upload).toBeUndefined();
    if (route.success.status === 204) expect(route.success.schema).toBeNull();
    if (route.success.schema === null && route.success.status !== 204) expect(route.success.contentType).toBeDefined();
  });
});

describe('the OpenAPI document', () => {
  interface Operation {
    operationId: string;
    tags: string[];
    parameters?: { name: string; in: string; required?: boolean; schema: unknown }[];
    requestBody?: { content: Record<string, { schema: unknown }> };
    responses: Record<string, { description: string }>;
    security?: Record<string, string[]>[];
    'x-permission': string;
    'x-events'?: Record<string, unknown>;
  }
  interface OpenApi {
    openapi: string;
    info: { title: string; version: string };
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
    'x-socket-io': { requests: Record<string, unknown>; facts: Record<string, Record<string, unknown>> };
  }
  const document = JSON.parse(openApiDocument()) as OpenApi;
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

  function* refsIn(value: unknown): Generator<string> {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string') yield inner;
      else yield* refsIn(inner);
    }
  }

  const resolve = (ref: string): unknown =>
    ref
      .replace(/^#\//, '')
      .split('/')
      .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);

  test('is of version 3.1 and says what it describes', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'ProjectWise', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  test('refers only to what it holds', () => {
    const refs = new Set(refsIn(document));
    expect(refs.size).toBeGreaterThan(5);
    for (const ref of refs) {
      expect(ref).toMatch(/^#\//);
      expect(resolve(ref), ref).toBeTypeOf('object');
    }
  });

  test('has every route once and no other', () => {
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    );
    expect(found.sort()).toEqual(allRoutes.map(([name, { method, path }]) => `${name} ${method} ${path}`).sort());
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test.each(allRoutes)('describes %s as it is declared', (name, route) => {
    const operation = document.paths[route.path]![route.method]!;
    expect(operation.operationId).toBe(name);
    expect(operation['x-permission']).toBe(route.permission);
    expect(document.tags.map((tag) => tag.name)).toEqual(expect.arrayContaining(operation.tags));
    const parameters = operation.parameters ?? [];
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map((parameter) => parameter.name)).toEqual(paramsIn(route.path));
    expect(inPath.every((parameter) => parameter.required)).toBe(true);
    expect(parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)).toEqual(
      keysOf(route.query),
    );
    const kind = route.body ? 'application/json' : route.upload && 'multipart/form-data';
    expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(kind ? [kind] : []);
    expect(Object.keys(operation['x-events'] ?? {})).toEqual(Object.keys(route.events ?? {}));
    expect(operation.responses).toHaveProperty(String(route.success.status));
    for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
    for (const way of operation.security ?? [])
      for (const scheme of Object.keys(way)) expect(document.components.securitySchemes).toHaveProperty(scheme);
  });

  test('describes every socket request and every fact', () => {
    const { requests: described, facts } = document['x-socket-io'];
    expect(Object.keys(described)).toEqual(Object.keys(requests));
    expect(Object.values(facts).flatMap((kind) => Object.keys(kind))).toEqual(Object.keys(allFacts));
  });
});
