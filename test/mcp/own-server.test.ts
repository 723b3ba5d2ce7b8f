// Our own MCP server as other agents meet it: who may not, both eras of the protocol, what each tool does and what is refused.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownRoomTools, toAssistantTool } from '../../src/assistant/tools/own-tools.ts';
import type { ToolContext } from '../../src/assistant/tools/tool.ts';
import type { Actor } from '../../src/context.ts';
import { loadOwnTools } from '../../src/mcp/own-tools/load-own-tools.ts';
import { isRoomTool, type OwnToolApp } from '../../src/mcp/own-tools/own-tool.ts';
import type { CreatedApiKey, Message, Room } from '../../src/protocol/models.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { namesIn, tableOf } from '../support/protocol-page.ts';

let product: TestProduct;
let ratna: Person;
let budi: Person;
let room: Room;
beforeAll(async () => {
  mkdirSync(new URL('../output/', import.meta.url), { recursive: true });
  product = await startProduct({ limits: { ingestBytes: 200_000 } });
  ratna = await signUp(product, 'Ratna Wulandari');
  budi = await signUp(product, 'Budi Santoso');
  room = await createRoom(ratna, { name: 'Ruang MCP', assistant: { trigger: 'always' } });
});
afterAll(stopProducts);

const address = () => new URL('/projectwise/mcp', product.url);
const keyOf = async (person: Person, scopes: string[] = ['read', 'write']) =>
  (await person.call<CreatedApiKey>('POST', '/api/v1/auth/keys', { name: 'Agen', scopes })).key;
const rpc = (
  headers: Record<string, string>,
  body: unknown = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
) =>
  fetch(address(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

interface Result {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
}
interface Agent {
  call(name: string, args?: object): Promise<Result>;
  list(): Promise<{ name: string; title?: string; annotations?: { readOnlyHint?: boolean }; outputSchema?: object }[]>;
}

/** An independent client that knows only the protocol of 2025. */
async function older(token: string): Promise<Agent> {
  const client = new OlderClient({ name: 'older', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  // Its declarations do not know exactOptionalPropertyTypes.
  await client.connect(
    new OlderTransport(address(), { requestInit }) as unknown as Parameters<OlderClient['connect']>[0],
  );
  return {
    call: async (name, args = {}) =>
      (await client.callTool({ name, arguments: args as Record<string, unknown> })) as Result,
    list: async () => (await client.listTools()).tools as Awaited<ReturnType<Agent['list']>>,
  };
}
async function modern(token: string): Promise<Agent> {
  const client = new ModernClient({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(
    new ModernTransport(address(), { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  );
  expect(client.getProtocolEra()).toBe('modern');
  return {
    call: async (name, args = {}) =>
      (await client.callTool({ name, arguments: args as Record<string, unknown> })) as Result,
    list: async () => (await client.listTools()).tools as Awaited<ReturnType<Agent['list']>>,
  };
}
const eras = [
  ['2025', older],
  ['2026', modern],
] as const;

const data = async <T>(result: Promise<Result>): Promise<T> => {
  const { isError, content, structuredContent } = await result;
  expect(isError ?? false, content[0]?.text).toBe(false);
  expect(JSON.parse(content[0]!.text)).toEqual(structuredContent);
  return structuredContent as T;
};
const refusal = async (result: Promise<Result>): Promise<string> => {
  const { isError, content } = await result;
  expect(isError).toBe(true);
  return content[0]!.text;
};

describe('nobody gets in', () => {
  test('without a token, with a forged one, or with the cookie of the browser', async () => {
    const login = await fetch(`${product.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: ratna.user.email, password: 'a short sentence works' }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    for (const headers of [{}, { authorization: 'Bearer forged' }, { authorization: 'Basic eDp5' }, { cookie }]) {
      const response = await rpc(headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('under a name that was bent to this machine, or from a page of somebody else', async () => {
    const token = await keyOf(ratna);
    const ask = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const { hostname, port, pathname } = address();
        const request = httpRequest({ hostname, port, path: pathname, method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        });
        request.on('error', reject);
        request.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }));
      });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    expect(await ask({ ...headers, host: 'evil.example.com' })).toBe(403);
    expect(await ask({ ...headers, origin: 'https://evil.example.com' })).toBe(403);
    expect(await ask({ ...headers, host: address().host, origin: product.url })).toBe(200);
    expect(await ask({ ...headers, host: `localhost:${address().port}` })).toBe(200);
  });
});

describe.each(eras)('a client of %s', (_, connect) => {
  test('sees the tools in the same order each time, with titles, schemas and what they do', async () => {
    const agent = await connect(await keyOf(ratna));
    const tools = await agent.list();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(
      expect.arrayContaining([
        'heartbeat',
        'ingest_document',
        'list_documents',
        'list_rooms',
        'post_message',
        'read_document',
      ]),
    );
    expect(tools.every(({ title, outputSchema }) => title && outputSchema)).toBe(true);
    const writing = tools.filter(({ annotations }) => !annotations?.readOnlyHint).map(({ name }) => name);
    expect(writing).not.toContain('list_rooms');
    expect(writing).toEqual(expect.arrayContaining(['ingest_document', 'post_message']));
    expect((await agent.list()).map(({ name }) => name)).toEqual(names);
  });

  test('proposes what to remember and never decides about it, and finds what its person may see', async () => {
    const agent = await connect(await keyOf(ratna));
    const text = 'Harga lisensi tahunan ditinjau tiap Januari.';
    const { memory } = await data<{ memory: { id: string } }>(agent.call('add_memory', { roomId: room.id, text }));
    expect(memory).toMatchObject({ status: 'proposed', origin: 'program', source: { authorId: ratna.user.id } });
    expect(await data(agent.call('add_memory', { roomId: room.id, text }))).toMatchObject({
      memory: { id: memory.id },
    });
    type Found = { memories: { id: string }[] };
    const query = 'kapan harga lisensi ditinjau';
    const found = await data<Found>(agent.call('search_memory', { query }));
    expect(found.memories.map(({ id }) => id)).toContain(memory.id);
    const stranger = await connect(await keyOf(budi));
    expect((await data<Found>(stranger.call('search_memory', { query }))).memories).toEqual([]);
    expect(await refusal(stranger.call('search_memory', { query, roomId: room.id }))).toMatch(/^not_found/);
    expect(await refusal(stranger.call('add_memory', { roomId: room.id, text }))).toMatch(/^not_found/);
    const signedIn = await connect(ratna.token);
    const own = await data<{ memory: object }>(
      signedIn.call('add_memory', { text: 'Saya lebih suka rapat pagi hari.' }),
    );
    expect(own.memory).toMatchObject({ status: 'proposed', scope: 'person', userId: ratna.user.id });
  });

  test('acts as the person whose key it holds, and sees only what that person may', async () => {
    const agent = await connect(await keyOf(budi));
    expect(await data(agent.call('heartbeat'))).toMatchObject({ status: 'ok', user: { id: budi.user.id } });
    const { rooms } = await data<{ rooms: { id: string }[] }>(agent.call('list_rooms'));
    expect(rooms.map(({ id }) => id)).not.toContain(room.id);
    expect(await refusal(agent.call('post_message', { roomId: room.id, text: 'halo' }))).toMatch(/^not_found/);
    expect(await refusal(agent.call('list_documents', { roomId: room.id }))).toMatch(/^not_found/);
    const secret = await connect(await keyOf(ratna));
    const put = await data<{ document: { id: string } }>(
      secret.call('ingest_document', {
        roomId: room.id,
        name: `Rahasia ${_}.md`,
        text: `# Rahasia ${_}\n\nHarga dasar 4,2 miliar.`,
      }),
    );
    expect(await refusal(agent.call('read_document', { documentId: put.document.id }))).toMatch(/^not_found/);
    const seen = await data<{ documents: { id: string }[] }>(agent.call('list_documents'));
    expect(seen.documents.map(({ id }) => id)).not.toContain(put.document.id);
  });

  test('with a key that may only read changes nothing', async () => {
    const agent = await connect(await keyOf(ratna, ['read']));
    expect(await refusal(agent.call('post_message', { roomId: room.id, text: 'halo' }))).toMatch(
      /^forbidden \(api_key_scope\)/,
    );
    expect(await refusal(agent.call('ingest_document', { name: 'a.md', text: 'halo' }))).toMatch(/^forbidden/);
    expect(await data(agent.call('list_rooms'))).toMatchObject({ rooms: expect.anything() });
  });

  test('posts a message that everybody sees as a program’s, and that nobody answers', async () => {
    const team = await createRoom(ratna, { name: `Tim ${_}`, assistant: { trigger: 'always' } });
    await addMember(ratna, team, budi);
    const listener = await budi.connect();
    await listener.ask('room:join', { roomId: team.id });
    const told = listener.until('message:created');
    const agent = await connect(await keyOf(ratna));
    const clientId = newClientId();
    const said = { roomId: team.id, text: 'Build 41 lulus.', clientId };
    const posted = await data<{ messageId: string; seq: number }>(agent.call('post_message', said));
    expect(await data(agent.call('post_message', said))).toEqual(posted);
    expect((await told).message).toMatchObject({
      id: posted.messageId,
      author: { kind: 'app', name: 'Agen (Ratna Wulandari)' },
      text: 'Build 41 lulus.',
    });
    const { items } = await budi.call<{ items: Message[] }>('GET', `/api/v1/rooms/${team.id}/messages`);
    expect(items.filter(({ author }) => author.kind === 'assistant')).toEqual([]);
    listener.close();
  });

  test('puts a text on the table and reads it page by page', async () => {
    const agent = await connect(await keyOf(ratna));
    const text = `# Jadwal ${_}\n\nPenawaran ditutup 27 November.`;
    const put = await data<{ document: { id: string }; isDuplicate: boolean }>(
      agent.call('ingest_document', { roomId: room.id, name: `Jadwal ${_}`, text, kind: 'tor', year: 2026 }),
    );
    expect(put.isDuplicate).toBe(false);
    const again = await data<{ document: { id: string }; isDuplicate: boolean }>(
      agent.call('ingest_document', { roomId: room.id, name: 'Salinan', text }),
    );
    expect(again).toMatchObject({ document: { id: put.document.id, name: `Jadwal ${_}.md` }, isDuplicate: true });
    const read = await eventually(async () => {
      const result = await data<{ pages: { text: string }[] }>(
        agent.call('read_document', { documentId: put.document.id }),
      );
      return result.pages.length > 0 ? result : undefined;
    }, 'the document to be read');
    expect(read.pages[0]!.text).toContain('Penawaran ditutup 27 November.');
    const query = { query: `kapan penawaran ${_} ditutup`, roomId: room.id };
    const found = await eventually(async () => {
      const { passages } = await data<{ passages: { documentId: string }[] }>(agent.call('search_documents', query));
      return passages.find(({ documentId }) => documentId === put.document.id);
    }, 'the document to be found');
    expect(found).toMatchObject({ page: 1, text: expect.stringContaining('27 November') });
    const stranger = await connect(await keyOf(budi));
    expect(await refusal(stranger.call('search_documents', query))).toMatch(/^not_found/);
    const { roomId: _room, ...everywhere } = query;
    expect(await data(stranger.call('search_documents', everywhere))).toMatchObject({ passages: [], documents: 0 });
    expect(await refusal(stranger.call('search_messages', { roomId: room.id, query: 'halo' }))).toMatch(/^not_found/);
  });

  test('is told in words what does not fit', async () => {
    const agent = await connect(await keyOf(ratna));
    expect(await refusal(agent.call('post_message', { roomId: room.id }))).toMatch(/text/);
    expect(await refusal(agent.call('ingest_document', { name: 'a.md' }))).toMatch(
      /^invalid: Give either text or base64/,
    );
    const large = { name: 'besar.md', text: 'a'.repeat(200_001) };
    expect(await refusal(agent.call('ingest_document', large))).toMatch(/^too_large \(file_too_large\)/);
    const empty = { name: 'program.exe', base64: Buffer.from('MZ\x90\0\x03'.repeat(50), 'latin1').toString('base64') };
    expect(await refusal(agent.call('ingest_document', empty))).toMatch(/^invalid \(file_type_refused\)/);
    await expect(agent.call('no_such_tool')).rejects.toThrow(/no_such_tool/);
  });
});

test('an agent is held to what a person may send and bring at once', async () => {
  const strict = await startProduct({ limits: { sendsBurst: 1, sendsPerSecond: 0.001, uploadsAtOnce: 0 } });
  const person = await signUp(strict);
  const own = await createRoom(person);
  const use = async (name: string, args: object) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${person.token}`,
    };
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
    const body = JSON.stringify(call);
    return (await fetch(`${strict.url}/projectwise/mcp`, { method: 'POST', headers, body })).text();
  };
  expect(await use('post_message', { roomId: own.id, text: 'satu' })).toContain('messageId');
  expect(await use('post_message', { roomId: own.id, text: 'dua' })).toContain('rate_limited (too_many_requests)');
  expect(await use('ingest_document', { name: 'a.md', text: 'isi' })).toContain('busy (too_many_files)');
});

describe('a stream that an agent keeps open', () => {
  const listen = async (server: TestProduct, token: string) => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'agent', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { notifications: { toolsListChanged: true }, _meta: meta };
    const response = await fetch(`${server.url}/projectwise/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    });
    return response;
  };

  test('ends with the key that it was opened with, and no other does', async () => {
    const made = await ratna.call<CreatedApiKey>('POST', '/api/v1/auth/keys', { name: 'Agen', scopes: ['read'] });
    const [ended, going] = [await listen(product, made.key), await listen(product, await keyOf(ratna))];
    expect(ended.headers.get('content-type')).toContain('text/event-stream');
    await ratna.call('DELETE', `/api/v1/auth/keys/${made.id}`);
    expect(await ended.text()).toContain('acknowledged');
    const reader = going.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel();
  });

  test('is one of a bounded number for each person, given back when it is closed', async () => {
    const strict = await startProduct({ limits: { socketsPerPerson: 1 } });
    const [one, other] = [await signUp(strict), await signUp(strict)];
    const open = await listen(strict, one.token);
    expect(await (await listen(strict, one.token)).json()).toMatchObject({ status: 429, code: 'rate_limited' });
    const another = await listen(strict, other.token);
    expect(another.status).toBe(200);
    await Promise.all([open.body?.cancel(), another.body?.cancel()]);
    await eventually(async () => {
      const again = await listen(strict, one.token);
      await again.body?.cancel();
      return again.status === 200;
    }, 'a place for the next');
  });
});

test('malformed, oversized and foreign requests get a clear answer, and the next one is served', async () => {
  const headers = { authorization: `Bearer ${await keyOf(ratna)}` };
  expect((await rpc(headers, '{"jsonrpc":')).status).toBe(400);
  expect((await rpc(headers, '[]')).status).toBe(400);
  expect((await rpc({ ...headers, 'content-type': 'text/plain' })).status).toBe(415);
  expect(
    (await rpc(headers, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { a: 'a'.repeat(500_000) } })))
      .status,
  ).toBe(413);
  for (const method of ['GET', 'DELETE']) {
    expect((await fetch(address(), { method, headers: { ...headers, accept: 'text/event-stream' } })).status).toBe(405);
  }
  expect((await rpc(headers)).status).toBe(200);
  expect(
    (
      await fetch(`${address()}/`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
      })
    ).status,
  ).toBe(200);
});

test('what breaks inside is not told', async () => {
  const { db } = product.app;
  const agent = await older(await keyOf(ratna));
  await db.schema.alterTable('rooms').renameTo('rooms_away').execute();
  try {
    const text = await refusal(agent.call('list_rooms'));
    expect(text).toMatch(/^internal: Something went wrong on our side/);
    expect(text).not.toMatch(/rooms_away|no such table|sqlite/i);
  } finally {
    await db.schema.alterTable('rooms_away').renameTo('rooms').execute();
  }
});

test('what the assistant is offered in a room and what agents are offered is one function', async () => {
  const own = (await loadOwnTools()).filter(isRoomTool);
  expect(own.map(({ name }) => name)).toEqual([
    'read_document',
    'search_documents',
    'search_memory',
    'search_messages',
  ]);
  expect((await ownRoomTools({ documents: true, memories: true })).map(({ name }) => name)).toEqual(
    own.map(({ name }) => name),
  );
  const library = await createRoom(ratna, { name: 'Ruang lain' });
  const elsewhere = await createRoom(ratna, { name: 'Ruang ini' });
  const { document } = await data<{ document: { id: string } }>(
    (await older(await keyOf(ratna))).call('ingest_document', {
      roomId: library.id,
      name: 'Lain',
      text: 'Rahasia ruang lain.',
    }),
  );
  // Whoever asks may read both rooms, but what is said in one may not tell of the other.
  const agent = await older(await keyOf(ratna));
  const here = { documentId: document.id, roomId: elsewhere.id };
  expect(await refusal(agent.call('read_document', here))).toMatch(/^not_found/);
  const only = { query: 'rahasia', documentIds: [document.id], roomId: elsewhere.id };
  expect(await refusal(agent.call('search_documents', only))).toMatch(/^not_found/);
});

describe('the pages about tools', () => {
  test('name every tool with its scope', async () => {
    const tools = await loadOwnTools();
    expect(tableOf('mcp tools').map(([name, scope]) => [namesIn(name!)[0], namesIn(scope!)[0]])).toEqual(
      tools.map(({ name, scope }) => [name, scope]),
    );
  });

  test('show a whole one that works as it stands, and what makes it one for the assistant too', async () => {
    const page = readFileSync(new URL('../../docs/adding-a-tool.md', import.meta.url), 'utf8');
    const [whole, inRoom] = [...page.matchAll(/```ts\n([\s\S]+?)```/g)].map(([, code]) => code!);
    const folder = mkdtempSync(fileURLToPath(new URL('../output/own-tools-', import.meta.url)));
    const source = new URL('../../src/', import.meta.url).href;
    const code = whole!.replaceAll('defineTool', 'defineRoomTool').replace(/\}\);\s*$/, `${inRoom}});\n`);
    const moved = code.replaceAll("'../../", `'${source}`).replace("'./", `'${source}mcp/own-tools/`);
    writeFileSync(join(folder, 'list-members.ts'), moved);
    const [tool] = await loadOwnTools(pathToFileURL(`${folder}/`));
    rmSync(folder, { recursive: true });
    const actor = { ...product.app, userId: ratna.user.id, tenantId: ratna.user.tenantId } as unknown as Actor;
    const context = { app: product.app as unknown as OwnToolApp, actor, signal: new AbortController().signal };
    expect(await tool!.run(context, { roomId: room.id })).toEqual({
      members: [{ id: ratna.user.id, name: 'Ratna Wulandari', role: 'lead' }],
    });
    if (!isRoomTool(tool!)) throw new Error('It is not for the assistant.');
    const where = { id: room.id, timeZone: 'Asia/Jakarta' };
    const call = {
      ...context,
      room: where,
      questionId: 'none',
      turnId: 'none',
      language: 'id',
    } as unknown as ToolContext;
    expect(await toAssistantTool(tool).run(call, {} as never)).toEqual({
      text: '{"name":"Ratna Wulandari","role":"lead"}',
      found: 1,
    });
  });

  test('and a folder that holds something else is refused in words', async () => {
    const folder = mkdtempSync(fileURLToPath(new URL('../output/own-tools-', import.meta.url)));
    writeFileSync(join(folder, 'none.ts'), 'export const other = 1;\n');
    await expect(loadOwnTools(pathToFileURL(`${folder}/`))).rejects.toThrow(/none\.ts must export a tool/);
    rmSync(folder, { recursive: true });
  });
});
