// The pure parts of tool servers: names, schemas, catalogues, results, patience; whatever a server says, something sensible comes out.
import { describe, expect, it } from 'vitest';
import { readToolServers } from '../../src/config-mcp.ts';
import { visibleText } from '../../src/lib/visible-text.ts';
import { readCatalogue } from '../../src/mcp/catalogue.ts';
import { createMeasure, createPace } from '../../src/mcp/guarded-fetch.ts';
import { createBreaker, pauseBeforeAttempt } from '../../src/mcp/patience.ts';
import { decide, mayUseServer } from '../../src/mcp/policy.ts';
import { firstLine, toAnswer } from '../../src/mcp/results.ts';
import { modelNameOf } from '../../src/mcp/tool-names.ts';
import { toToolSchema } from '../../src/mcp/tool-schema.ts';
import { longestBlockMs } from '../support/longest-block.ts';

describe('a name for the model', () => {
  const EVERY_MODEL_TAKES = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
  it.each([
    ['crm', 'find_account', 'crm__find_account'],
    ['My Server', 'a.b/c', 'My_Server__a_b_c'],
    ['2nd', 'x', '_2nd__x'],
    ['-', 'x', '_-__x'],
    ['harga', 'ambil ✓', 'harga__ambil__'],
  ])('of %s and %s is %s', (server, tool, name) => {
    expect(modelNameOf(server, tool, new Set())).toBe(name);
    expect(name).toMatch(EVERY_MODEL_TAKES);
  });

  it('is never that of another tool, and the same tomorrow', () => {
    const taken = new Set<string>();
    const pairs = [
      ['a', 'b__c'],
      ['a__b', 'c'],
      ['a', 'x.y'],
      ['a', 'x/y'],
      ['s', 'n'.repeat(100)],
      ['s', `${'n'.repeat(100)}2`],
    ] as const;
    const name = () =>
      pairs.map(([server, tool]) => {
        const given = modelNameOf(server, tool, taken);
        taken.add(given);
        return given;
      });
    const first = name();
    expect(new Set(first).size).toBe(pairs.length);
    for (const one of first) expect(one).toMatch(EVERY_MODEL_TAKES);
    taken.clear();
    expect(name()).toEqual(first);
  });
});

describe('a schema', () => {
  it('that is right comes through', () => {
    const schema = {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'Kata', minLength: 1 },
        limit: { type: ['integer', 'null'], default: 5, maximum: 10 },
        of: { $ref: '#/$defs/kind' },
        list: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      },
      required: ['query'],
      additionalProperties: false,
      $defs: { kind: { enum: ['a', 'b'] } },
    };
    expect(toToolSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema })).toEqual(schema);
  });

  it.each([
    [undefined],
    [null],
    ['object'],
    [[]],
    [{}],
    [{ type: 'string' }],
    [{ type: 'objekt', properties: 'none' }],
    [{ properties: { a: 17, b: null, c: { type: 'wat' } }, required: 'a' }],
  ])('that is none (%j) becomes an object that takes something', (raw) => {
    expect(toToolSchema(raw)).toMatchObject({ type: 'object', properties: expect.any(Object) });
  });

  it('loses what is not a schema, and keeps the rest', () => {
    const mended = toToolSchema({
      type: 'object',
      required: ['a', 'gone', 7],
      properties: {
        a: { type: 'array' },
        b: { type: ['string', 'wat'], enum: [], pattern: '([', $ref: 'https://elsewhere.example/schema.json' },
        'not a name!': { type: 'string' },
        c: { $ref: 'http://169.254.169.254/', minimum: 'low' },
      },
    });
    expect(mended).toEqual({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'array', items: {} }, b: { type: ['string'] }, c: {} },
    });
    expect(JSON.stringify(mended)).not.toMatch(/http/);
  });

  it('says nothing to the model that people would not see, in its values neither', () => {
    const hidden = (text: string) =>
      [...text].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    const mended = toToolSchema({
      properties: {
        region: { enum: ['jawa', `bali${hidden('send it all')}`], default: `jawa\u200b` },
        mode: { const: { how: hidden('now') } },
      },
      $defs: { [`a${hidden('x')}`]: { type: 'string' }, b: { type: 'string', default: 'biasa' } },
    });
    expect(mended).toEqual({
      type: 'object',
      properties: { region: { enum: ['jawa'] }, mode: {} },
      $defs: { b: { type: 'string', default: 'biasa' } },
    });
  });

  it('that is too deep or too large is cut', () => {
    let deep: Record<string, unknown> = { type: 'string' };
    for (let level = 0; level < 5_000; level++) deep = { type: 'object', properties: { deep } };
    expect(JSON.stringify(toToolSchema(deep)).length).toBeLessThan(1_000);
    const wide = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`p${at}`, { description: 'x'.repeat(900) }]),
    );
    expect(toToolSchema({ properties: wide })).toEqual({ type: 'object', properties: {}, additionalProperties: true });
  });
});

/** Deeper than anything that walks by calling itself can bear. */
function nested(levels: number): unknown {
  let deep: unknown = {};
  for (let level = 0; level < levels; level++) deep = { properties: { deep } };
  return deep;
}

describe('a catalogue', () => {
  it('takes each tool by itself, in the order of their names', async () => {
    const { tools, leftOut } = await readCatalogue([
      { name: 'b', inputSchema: 7 },
      null,
      { name: '' },
      { description: 'no name' },
      { name: 'a', description: 'x'.repeat(5_000), annotations: { readOnlyHint: 'yes', openWorldHint: true } },
      { name: 'b', description: 'another b' },
      { name: 'huge', description: 'x'.repeat(300_000) },
      { name: 'hidden\u202e' },
      { name: 'deep', inputSchema: nested(50_000) },
    ]);
    expect(tools.map(({ name, reads, reachesOut }) => [name, reads, reachesOut])).toEqual([
      ['a', false, true],
      ['b', false, false],
    ]);
    expect(tools[0]!.description).toHaveLength(1_024);
    expect(leftOut.map(({ why }) => why)).toEqual([
      'it has no name',
      'it has no name',
      'it has no name',
      'there are two of that name',
      'its description is too large',
      'its name is not usable',
      'its description cannot be read',
    ]);
  });

  it('knows a tool that is described otherwise for another one', async () => {
    const of = async (tool: object) => (await readCatalogue([{ name: 'a', ...tool }])).tools[0]!.definition;
    const base = await of({ description: 'Reads.' });
    expect(await of({ description: 'Reads.' })).toBe(base);
    expect(await of({ description: 'Reads. And sends.' })).not.toBe(base);
    expect(await of({ description: 'Reads.', inputSchema: { type: 'object' } })).not.toBe(base);
    expect(await of({ description: 'Reads.', annotations: { readOnlyHint: true } })).not.toBe(base);
  });

  it('of hundreds of tools with long schemas is read in pieces', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`p${at}`, { type: 'string', description: 'x'.repeat(200) }]),
    );
    const listed = Array.from({ length: 250 }, (_, at) => ({ name: `t${at}`, inputSchema: { properties } }));
    let tools = 0;
    const block = await longestBlockMs(async () => {
      tools = (await readCatalogue(listed)).tools.length;
    });
    expect(tools).toBe(250);
    // All of them together take some hundred.
    expect(block).toBeLessThan(80);
  });
});

describe('a result', () => {
  const ok = (content: unknown[], structuredContent?: unknown) =>
    toAnswer({ outcome: 'ok', result: { content, structuredContent } }, 500);

  it('is told in words, with few pictures and notes for everything else', () => {
    const picture = { type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' };
    const { text, images, isError } = ok([
      { type: 'text', text: 'Satu' },
      picture,
      { type: 'image', mimeType: 'image/svg+xml', data: 'PHN2Zz4=' },
      { type: 'image', mimeType: 'image/png', data: 'javascript:alert(1)' },
      { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
      { type: 'resource', resource: { uri: 'file:///a', text: 'isi' } },
      { type: 'resource', resource: { uri: 'file:///b', blob: 'AAAA', mimeType: 'application/zip' } },
      { type: 'resource_link', uri: 'https://a.example/x', name: 'X' },
      { type: 'video' },
      null,
      'loose text',
    ]);
    expect(text.split('\n')).toEqual([
      'Satu',
      '[image 1, image/png]',
      '[image image/svg+xml, not shown]',
      '[image image/png, not shown]',
      '[audio audio/wav, not shown]',
      '[resource file:///a]',
      'isi',
      '[resource file:///b application/zip, not shown]',
      '[link to the resource https://a.example/x, X]',
      '[video , not shown]',
      '[something , not shown]',
      '[something , not shown]',
    ]);
    expect(images).toEqual([{ mimeType: 'image/png', data: picture.data }]);
    expect(isError).toBe(false);
    expect(ok(Array(9).fill(picture)).images).toHaveLength(4);
  });

  it('is cut to size, its structured form only used where there is no other', () => {
    expect(ok([{ type: 'text', text: 'kata '.repeat(10_000) }]).text.length).toBeLessThan(600);
    expect(ok([], { rows: 3 }).text).toBe('{"rows":3}');
    expect(ok([{ type: 'text', text: 'tiga' }], { rows: 3 }).text).toBe('tiga');
    expect(ok([]).text).toBe('(the tool returned nothing)');
    expect(ok(Array(300).fill({ type: 'text', text: 'x' })).text).toMatch(/100 more parts are not shown/);
  });

  it('holds nothing that nobody sees', () => {
    const hidden = `Ya\u200b\u202ekuno\u2066 \x1b[31mmerah\x1b[0m\u{e0041}\u{e0042}\u0007 👨‍👩‍👧 e\u0301\r\nbaris`;
    expect(visibleText(hidden)).toBe('Yakuno merah 👨‍👩‍👧 e\u0301\nbaris');
    expect(ok([{ type: 'text', text: hidden }]).text).toBe(visibleText(hidden));
    expect(firstLine('\n\n  Baris   pertama  \n kedua')).toBe('Baris pertama');
  });

  it.each([
    ['not_sent', /did not run/],
    ['unknown_outcome', /may or may not have run/],
    ['timeout', /may still have run/],
    ['declined', /did not allow/],
  ] as const)('that is none (%s) says what the model should make of it', (outcome, sentence) => {
    const answer = toAnswer({ outcome, message: 'Sebab.' }, 500);
    expect(answer).toMatchObject({ isError: true, text: expect.stringMatching(sentence) });
    expect(answer.text).toContain('Sebab.');
  });
});

describe('patience', () => {
  it('doubles its pauses up to half a minute, and spreads them', () => {
    expect([0, 1, 2, 5, 6, 50].map((attempt) => pauseBeforeAttempt(attempt, () => 1))).toEqual([
      500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
    expect(pauseBeforeAttempt(3, () => 0)).toBe(2_000);
  });

  it('breaks after five failures in a row, and lets one through after a rest', () => {
    let now = 0;
    const breaker = createBreaker(() => now, 1_000);
    for (let failure = 0; failure < 4; failure++) breaker.failed();
    expect([breaker.state(), breaker.admits()]).toEqual(['closed', true]);
    breaker.failed();
    expect([breaker.state(), breaker.admits()]).toEqual(['open', false]);
    now = 1_000;
    expect([breaker.state(), breaker.admits(), breaker.admits()]).toEqual(['half-open', true, false]);
    breaker.failed();
    expect(breaker.state()).toBe('open');
    now = 2_000;
    expect(breaker.admits()).toBe(true);
    breaker.succeeded();
    expect([breaker.state(), breaker.admits()]).toEqual(['closed', true]);
  });

  it('lets the next one see when the one that was let through told nothing', () => {
    let now = 0;
    const breaker = createBreaker(() => now, 1_000);
    for (let failure = 0; failure < 5; failure++) breaker.failed();
    now = 1_000;
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.undecided();
    expect([breaker.state(), breaker.admits()]).toEqual(['half-open', true]);
  });
});

describe('what is read of a server', () => {
  it('is measured message by message', () => {
    const measure = createMeasure(true);
    expect(measure(Buffer.from('data: 1\n\ndata: 22\n\nda'))).toEqual({ messages: 2, largestBytes: 10 });
    expect(measure(Buffer.from('ta: 333\n'))).toEqual({ messages: 0, largestBytes: 10 });
    expect(measure(Buffer.from('\r\n'))).toMatchObject({ largestBytes: 12 });
    expect(createMeasure(false)(Buffer.alloc(99))).toEqual({ messages: 0, largestBytes: 99 });
  });

  it('is read no faster than the bounds say, after a burst', () => {
    let now = 0;
    const pace = createPace({ messageBytes: 1_000, bytesPerSecond: 1_000, messagesPerSecond: 10 }, () => now);
    expect(pace(2_000, 0)).toBe(0);
    expect(pace(500, 0)).toBe(500);
    now = 10_000;
    expect(pace(0, 20)).toBe(0);
    expect(pace(0, 5)).toBe(500);
  });
});

describe('a policy', () => {
  const server = (entry: object) =>
    readToolServers(undefined, JSON.stringify({ mcpServers: { a: { url: 'https://a.example', ...entry } } }), {})
      .servers[0]!;
  const tool = async (annotations: object) => (await readCatalogue([{ name: 't', annotations }])).tools[0]!;

  it('is the careful one where nothing is said', async () => {
    const [reads, writes] = [await tool({ readOnlyHint: true }), await tool({})];
    const reachesOut = await tool({ readOnlyHint: true, openWorldHint: true });
    const decided = (entry: object, one = reads) => decide(server(entry), one, [], 'r');
    expect(decided({})).toEqual({ policy: 'ask', isHarmless: false });
    expect(decided({ trust: true })).toEqual({ policy: 'free', isHarmless: true });
    expect(decided({ trust: true }, reachesOut)).toEqual({ policy: 'ask', isHarmless: false });
    expect(decided({ trust: true }, writes)).toEqual({ policy: 'off', isHarmless: false });
    expect(decided({ trust: true, writingTools: 'free' }, writes)).toEqual({ policy: 'free', isHarmless: false });
    expect(decided({ tools: { t: 'free' } })).toEqual({ policy: 'free', isHarmless: true });
  });

  it('is the word on the room before that on every room before the file', async () => {
    const reads = await tool({ readOnlyHint: true });
    const rules = [
      { roomId: '', policy: 'off' as const },
      { roomId: 'r', policy: 'free' as const },
    ];
    expect(decide(server({}), reads, rules, 'r').policy).toBe('free');
    expect(decide(server({}), reads, rules, 'another').policy).toBe('off');
    expect(decide(server({ tools: { t: 'off' } }), reads, rules, 'r').policy).toBe('off');
  });

  it('reaches only rooms that are named, and roles', () => {
    const room = { id: 'r', slug: 'marabintan' };
    expect(mayUseServer(server({}), room, ['member'])).toBe(true);
    expect(mayUseServer(server({}), room, [])).toBe(false);
    expect(mayUseServer(server({ rooms: ['marabintan'] }), room, ['lead'])).toBe(true);
    expect(mayUseServer(server({ rooms: ['other'] }), room, ['lead', 'admin'])).toBe(false);
    expect(mayUseServer(server({ roles: ['admin'] }), room, ['lead'])).toBe(false);
    expect(mayUseServer(server({ roles: ['admin'] }), room, ['member', 'admin'])).toBe(true);
  });
});
