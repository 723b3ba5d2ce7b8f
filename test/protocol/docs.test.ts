// docs/protocol.md says what is declared, all of it and nothing else.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeFailure } from '../../src/assistant/failures.ts';
import { VARIABLE_NAMES } from '../../src/config.ts';
import { docsRoutes } from '../../src/http/docs.ts';
import { staticRoutes } from '../../src/http/static.ts';
import { DEFAULT_LIMITS, limitVariable } from '../../src/limits.ts';
import { routes } from '../../src/protocol/api.ts';
import { answerContext, answerTimings, contextItem, contextPart } from '../../src/protocol/context-models.ts';
import type { RouteDeclaration } from '../../src/protocol/declare.ts';
import * as documentModels from '../../src/protocol/document-models.ts';
import { problem, wireError } from '../../src/protocol/errors.ts';
import { durableFacts, ephemeralFacts, joinSnapshot, personalFacts, requests } from '../../src/protocol/events.ts';
import { roomTool, serverTool, toolCall, toolServer } from '../../src/protocol/mcp-models.ts';
import * as memoryModels from '../../src/protocol/memory-models.ts';
import * as models from '../../src/protocol/models.ts';
import * as names from '../../src/protocol/names.ts';
import { PERMISSIONS } from '../../src/protocol/permissions.ts';
import { ROOM_LINES } from '../../src/rooms/room-line.ts';
import { receivedFrame, sentFrame } from '../support/plain-frames.ts';
import { examples, markersLike, namesIn, PAGE_FILE, page, tableOf } from '../support/protocol-page.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const allRoutes = Object.values(routes) as RouteDeclaration[];
const allFacts = { ...durableFacts, ...ephemeralFacts, ...personalFacts };
const titleOf = ({ method, path }: Pick<RouteDeclaration, 'method' | 'path'>) => `${method.toUpperCase()} ${path}`;
const findRoute = (title: string) => allRoutes.find((route) => titleOf(route) === title);
const sorted = (list: Iterable<string>) => [...list].sort();

/** Field names of an object schema, `?` behind those that may be missing. */
function fieldsOf(schema: z.ZodType | undefined): string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>);
  return fields.map(([name, field]) => (field.safeParse(undefined).success ? `${name}?` : name));
}

describe('the tables', () => {
  test('list every route with its permission, input and status', () => {
    const rows = tableOf('routes');
    expect(rows.map(([title]) => namesIn(title!)[0])).toEqual(allRoutes.map(titleOf));
    for (const [title, permission, input, success] of rows) {
      const route = findRoute(namesIn(title!)[0]!)!;
      const told = { permission: namesIn(permission!), input: namesIn(input!), status: Number.parseInt(success!, 10) };
      const declared = {
        permission: [route.permission],
        input: route.upload ? [...fieldsOf(route.upload), 'file'] : fieldsOf(route.body ?? route.query),
        status: route.success.status,
      };
      expect(told, title).toEqual(declared);
    }
  });

  test('list every socket request with its permission, input and data', () => {
    const told = tableOf('requests').map((row) => row.map(namesIn));
    const declared = Object.entries(requests).map(([name, { permission, input, data }]) => [
      [name],
      [permission],
      sorted(fieldsOf(input)),
      sorted(fieldsOf(data)),
    ]);
    expect(told.map(([name, permission, ...fields]) => [name, permission, ...fields.map(sorted)])).toEqual(declared);
  });

  test.each([
    ['durable', durableFacts],
    ['ephemeral', ephemeralFacts],
    ['personal', personalFacts],
  ] as const)('list every %s fact with its payload', (kind, facts) => {
    const told = tableOf(`facts: ${kind}`).map(([name, payload]) => [namesIn(name!)[0], namesIn(payload!)]);
    expect(told).toEqual(Object.entries(facts).map(([name, payload]) => [name, fieldsOf(payload)]));
  });

  test.each(['sendMessage', 'sendSessionMessage'] as const)('list every event of %s with its payload', (name) => {
    const told = tableOf(`events: ${name}`).map(([event, payload]) => [namesIn(event!)[0], namesIn(payload!)]);
    expect(told).toEqual(Object.entries(routes[name].events).map(([event, payload]) => [event, fieldsOf(payload)]));
  });

  const roomFields = fieldsOf(models.room);
  const shapes: Record<string, string[]> = {
    Error: fieldsOf(wireError),
    User: fieldsOf(models.user),
    Session: fieldsOf(models.session),
    ApiKey: fieldsOf(models.apiKey),
    Room: roomFields,
    'RoomSummary beyond Room': fieldsOf(models.roomSummary).filter((field) => !roomFields.includes(field)),
    Member: fieldsOf(models.member),
    Invite: fieldsOf(models.invite),
    Message: fieldsOf(models.message),
    Mention: fieldsOf(models.mention),
    Step: fieldsOf(models.step),
    Source: fieldsOf(models.source),
    Usage: fieldsOf(models.usage),
    Turn: fieldsOf(models.turn),
    AnswerContext: fieldsOf(answerContext),
    ContextPart: fieldsOf(contextPart),
    ContextItem: fieldsOf(contextItem),
    AnswerTimings: fieldsOf(answerTimings),
    Document: fieldsOf(documentModels.document),
    DocumentWarning: fieldsOf(documentModels.documentWarning),
    DocumentPage: fieldsOf(documentModels.documentPage),
    PassageHit: fieldsOf(documentModels.passageHit),
    Memory: fieldsOf(memoryModels.memory),
    MemoryVersion: fieldsOf(memoryModels.memoryVersion),
    ChatSession: fieldsOf(models.chatSession),
    JoinSnapshot: fieldsOf(joinSnapshot),
    ToolServer: fieldsOf(toolServer),
    RoomTool: fieldsOf(roomTool),
    ServerTool: fieldsOf(serverTool),
    ToolCall: fieldsOf(toolCall),
  };
  test('describe every shape', () => {
    expect(sorted(markersLike('shape: '))).toEqual(sorted(Object.keys(shapes).map((name) => `shape: ${name}`)));
  });
  test.each(Object.entries(shapes))('have exactly the fields of %s', (name, fields) => {
    expect(sorted(tableOf(`shape: ${name}`).map(([field]) => namesIn(field!)[0]!))).toEqual(sorted(fields));
  });

  test('list every error code with its status, and every reason with codes that exist', () => {
    const told = tableOf('codes').map(([code, status]) => [namesIn(code!)[0], Number(status)]);
    expect(told).toEqual(names.ERROR_CODES.map((code) => [code, names.HTTP_STATUS[code]]));
    const reasons = tableOf('reasons');
    expect(reasons.map(([reason]) => namesIn(reason!)[0])).toEqual([...names.REASONS]);
    for (const [reason, codes] of reasons) {
      if (codes !== '–') expect(namesIn(codes!).length, reason).toBeGreaterThan(0);
      for (const code of namesIn(codes!)) expect(names.ERROR_CODES, reason).toContain(code);
    }
  });

  test('list what the room says of answers that failed, with the sentence and its parameters', () => {
    const fallback = describeFailure('turn_failed').error.message;
    const spoken = names.REASONS.filter(
      (reason) => reason === 'turn_failed' || describeFailure(reason).error.message !== fallback,
    );
    const rows = tableOf('system keys');
    expect(rows.map(([key]) => namesIn(key!)[0])).toEqual(spoken.map((reason) => describeFailure(reason).note.key));
    for (const [key, params, sentence] of rows) {
      const reason = namesIn(key!)[0]!.replace('turn.', '') as names.Reason;
      const seconds = /\d+/.exec(sentence!)?.[0];
      expect(namesIn(params!), key).toEqual(seconds === undefined ? [] : ['seconds']);
      const said = describeFailure(reason, seconds === undefined ? {} : { seconds: Number(seconds) });
      expect(sentence).toBe(said.error.message);
    }
  });

  test('list what the room says itself, with its parameters', () => {
    const params = { name: 'Budi', by: 'Ratna', trigger: 'off', mode: 'ask' };
    const rows = tableOf('room lines');
    expect(rows.map(([key]) => namesIn(key!)[0])).toEqual(Object.keys(ROOM_LINES));
    for (const [key, names, sentence] of rows) {
      const line = ROOM_LINES[namesIn(key!)[0] as keyof typeof ROOM_LINES] as (params: object) => string;
      const needed = Object.keys(params).filter((name) => namesIn(names!).includes(name));
      expect(sentence).toBe(line(Object.fromEntries(needed.map((name) => [name, params[name as 'name']]))));
    }
  });

  test('list every limit with its default', () => {
    const told = tableOf('limits').map(([name, value]) => [namesIn(name!)[0]!, Number(value!.replaceAll(',', ''))]);
    const declared = Object.entries(DEFAULT_LIMITS).map(([key, value]) => [limitVariable(key), value]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(declared));
    expect(told).toHaveLength(declared.length);
  });

  test('explain every permission that something demands', () => {
    const used = new Set([...allRoutes, ...Object.values(requests)].map(({ permission }) => permission));
    const told = tableOf('permissions').map(([permission]) => namesIn(permission!)[0]);
    expect(told).toEqual(PERMISSIONS.filter((permission) => used.has(permission)));
  });
});

describe('the text', () => {
  test('names every value of the closed lists', () => {
    const { ERROR_CODES, REASONS, ROOM_KINDS, ROOM_ROLES, TRIGGERS, LANGUAGES } = names;
    const { PRESENCE_STATES, MESSAGE_STATUSES, TURN_END_REASONS } = names;
    const { DOCUMENT_KINDS, DOCUMENT_STATUSES, DOCUMENT_WARNINGS, PAGE_SOURCES, PAGE_UNITS } = names;
    const ofDocuments = [DOCUMENT_KINDS, DOCUMENT_STATUSES, DOCUMENT_WARNINGS, PAGE_SOURCES, PAGE_UNITS];
    const lists = [ERROR_CODES, REASONS, ROOM_KINDS, ROOM_ROLES, TRIGGERS, LANGUAGES];
    const { TOOL_SERVER_STATES, TOOL_SERVER_PROBLEMS, TOOL_CALL_OUTCOMES, TOOL_POLICIES } = names;
    const { CONTEXT_KINDS, CONTEXT_ITEM_STATES, LEFT_OUT_REASONS } = names;
    const ofContexts = [CONTEXT_KINDS, CONTEXT_ITEM_STATES, LEFT_OUT_REASONS];
    const { MEMORY_SCOPES, MEMORY_STATUSES, MEMORY_KINDS, MEMORY_ORIGINS, MEMORY_MODES, MEMORY_CHANGES } = names;
    const ofMemory = [MEMORY_SCOPES, MEMORY_STATUSES, MEMORY_KINDS, MEMORY_ORIGINS, MEMORY_MODES, MEMORY_CHANGES];
    const known = new Set(namesIn(page));
    const ofTools = [TOOL_SERVER_STATES, TOOL_SERVER_PROBLEMS, TOOL_CALL_OUTCOMES, TOOL_POLICIES];
    const missing = [
      ...lists,
      ...ofDocuments,
      ...ofTools,
      ...ofContexts,
      ...ofMemory,
      PRESENCE_STATES,
      MESSAGE_STATUSES,
      TURN_END_REASONS,
    ]
      .flat()
      .filter((value) => !known.has(value));
    expect(missing).toEqual([]);
  });

  test('names only routes and pages that exist', async () => {
    const mentioned = new Set(
      [...page.matchAll(/\b(GET|POST|PATCH|PUT|DELETE) (\/[\w/{}.-]*)/g)].map(
        ([, method, path]) => `${method} ${path}`,
      ),
    );
    const others = [...mentioned].filter((title) => !findRoute(title));
    expect(sorted(others)).toEqual(['GET /', 'GET /docs', 'GET /invite/{code}', 'GET /main']);
    const pages = staticRoutes('/nowhere');
    for (const path of ['/', '/invite/code', '/main']) expect((await pages.request(path)).status).not.toBe(404);
    expect((await docsRoutes().request('/')).status).toBe(200);
  });

  test('names only requests, facts, permissions and variables that exist', () => {
    const known = [...Object.keys(requests), ...Object.keys(allFacts), ...PERMISSIONS];
    const nouns = namesIn(page).filter((name) => /^[a-z]+:[a-z]+$/.test(name));
    expect(nouns.filter((name) => !known.includes(name))).toEqual([]);
    const variables = namesIn(page).filter((name) => /^[A-Z]+(_[A-Z]+)+$/.test(name));
    expect(variables.filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([]);
  });

  test('links only to what is there', () => {
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    );
    for (const [, target] of page.matchAll(/\]\(([^)]+)\)/g)) {
      if (target!.startsWith('#')) expect(headings).toContain(target!.slice(1));
      else expect(existsSync(join(dirname(PAGE_FILE), target!)), target).toBe(true);
    }
  });
});

describe('the rules', () => {
  const rules = ['R-1', 'R-2', 'R-3', 'R-4', 'R-5', 'R-6', 'R-7', 'R-8'];

  test('are R-1 to R-8, each stated once', () => {
    expect([...page.matchAll(/^### (R-\d+) /gm)].map(([, rule]) => rule)).toEqual(rules);
    for (const [rule] of page.matchAll(/\bR-\d+/g)) expect(rules).toContain(rule);
  });

  const own = fileURLToPath(import.meta.url);
  const tests = globSync('test/**/*.test.{ts,tsx}', { cwd: ROOT })
    .map((file) => join(ROOT, file))
    .filter((file) => file !== own)
    .map((file) => readFileSync(file, 'utf8'));
  test.each(rules)('quote %s in a test', (rule) => {
    expect(tests.some((text) => new RegExp(`\\b${rule}\\b`).test(text))).toBe(true);
  });
});

describe('the examples', () => {
  const refusal = z.object({ ok: z.literal(false), error: wireError });
  const named: Record<string, z.ZodType> = {
    ...allFacts,
    refusal,
    Problem: problem,
    'plain sent': sentFrame,
    'plain received': receivedFrame,
  };

  function schemaFor(label: string): z.ZodType | null | undefined {
    if (Object.hasOwn(named, label)) return named[label];
    const [, request, side] = /^(\w+:\w+) (input|data)$/.exec(label) ?? [];
    if (request) return requests[request as keyof typeof requests]?.[side as 'input' | 'data'];
    const [, title, part, event] = /^([A-Z]+ \S+) (body|answer|event)(?: (\w+))?$/.exec(label) ?? [];
    const route = findRoute(title ?? '');
    if (part === 'body') return route?.body;
    return part === 'answer' ? route?.success.schema : route?.events?.[event ?? ''];
  }

  test.each(examples.map(({ label, text }, index) => [label, index + 1, text] as const))(
    '%s (example %i) fits its declaration and holds nothing undeclared',
    (label, _, text) => {
      const schema = schemaFor(label);
      if (!schema) throw new Error(`Nothing is declared as "${label}".`);
      const value = JSON.parse(text);
      expect(schema.parse(value)).toMatchObject(value);
    },
  );

  test('are all marked with what they are examples of', () => {
    expect([...page.matchAll(/^```json$/gm)]).toHaveLength(examples.length);
  });

  test('show every request and every fact', () => {
    const labels = examples.map(({ label }) => label);
    const wanted = [...Object.keys(requests).map((name) => `${name} input`), ...Object.keys(allFacts)];
    expect(wanted.filter((label) => !labels.includes(label))).toEqual([]);
  });
});
