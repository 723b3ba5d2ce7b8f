// Tools of servers in a shared room: who may have them used, what everybody sees of it, and that nobody is hung by a server.
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../src/engines/llm/language-model.ts';
import {
  type FakeToolServer,
  readingTool,
  serversFile,
  startFakeToolServer,
  stopFakeToolServers,
  textResult,
} from '../support/fake-tool-server.ts';
import { asProgram, startEverything, stopOtherToolServers } from '../support/other-tool-servers.ts';
import { createRoom, newClientId, stopProducts } from '../support/product.ts';
import { calls, type ScriptedModel, says, scriptedModel } from '../support/scripted-model.ts';
import { ended, openToolRoom, stepsOf, writingTool } from '../support/tool-room.ts';

afterEach(async () => {
  await stopProducts();
  await stopFakeToolServers();
  await stopOtherToolServers();
});

const offered = (model: ScriptedModel, request = 0) => model.requests[request]?.tools?.map(({ name }) => name) ?? [];
const resultsOf = (request: ModelRequest | undefined) =>
  (request?.messages ?? []).flatMap((message) =>
    message.role === 'tool' ? [{ isError: message.isError, text: JSON.stringify(message.parts) }] : [],
  );
const use = (name: string, args: Record<string, unknown> = {}) => calls([{ id: `call-${name}`, name, args }]);

describe('a room may use', () => {
  const both = [readingTool('look'), writingTool('write')];

  it('no program of this machine, and no writing tool, unless the operator says so', async () => {
    const fake = await startFakeToolServer({ tools: both });
    const model = scriptedModel([says('Baik.')]);
    const env = {
      MCP_SERVERS_FILE: serversFile({
        careful: { url: fake.url },
        trusted: { url: fake.url, trust: true },
        open: { url: fake.url, writingTools: 'ask', tools: { look: 'off' } },
        program: asProgram('server-memory'),
      }),
    };
    const { ask, asker } = await openToolRoom({ model, env });
    await ended(asker, await ask());
    expect(offered(model)).toEqual(['search_messages', 'careful__look', 'open__write', 'trusted__look']);
  });

  it('what its members can look up: only what it is offered for them, with what it may do', async () => {
    const fake = await startFakeToolServer({ tools: both });
    const file = {
      open: { url: fake.url, trust: true, writingTools: 'ask' },
      leads: { url: fake.url, roles: ['lead'] },
    };
    const { room, ratna, budi, admin } = await openToolRoom({
      model: scriptedModel([]),
      env: { MCP_SERVERS_FILE: serversFile(file) },
    });
    const path = `/api/v1/rooms/${room.id}/tools`;
    type Tools = { items: { server: string; name: string; reads: boolean; asks: boolean }[] };
    const seen = async (person: typeof ratna) =>
      (await person.call<Tools>('GET', path)).items.map((one) => [one.server, one.name, one.reads, one.asks]);
    const ofOpen = [
      ['open', 'look', true, false],
      ['open', 'write', false, true],
    ];
    expect(await seen(ratna)).toEqual([['leads', 'look', true, true], ...ofOpen]);
    expect(await seen(budi)).toEqual(ofOpen);
    expect((await admin.request('GET', path)).status).toBe(404);
  });

  it('what its name is written for, asked by whoever has the role', async () => {
    const fake = await startFakeToolServer({ tools: [readingTool('look')] });
    const model = scriptedModel([says('Baik.')]);
    const file = {
      leads: { url: fake.url, roles: ['lead'] },
      admins: { url: fake.url, roles: ['admin'] },
      elsewhere: { url: fake.url, rooms: ['another-room'] },
    };
    const scene = await openToolRoom({ model, env: { MCP_SERVERS_FILE: serversFile(file) } });
    await ended(scene.asker, await scene.ask());
    await ended(scene.other, await scene.ask('@ProjectWise dan saya?', scene.other));
    expect([offered(model, 0), offered(model, 1)]).toEqual([['search_messages', 'leads__look'], ['search_messages']]);
    const own = await createRoom(scene.admin);
    const client = await scene.admin.connect();
    await client.ask('room:join', { roomId: own.id });
    await client.ask('message:send', { roomId: own.id, clientId: newClientId(), text: '@ProjectWise halo' });
    await client.until('turn:ended', ({ roomId }) => roomId === own.id);
    expect(offered(model, 2)).toEqual(['search_messages', 'admins__look', 'leads__look']);
  });

  it('what an administrator decided, for this room before every room, and never what the file switches off', async () => {
    const fake = await startFakeToolServer({ tools: [readingTool('look'), readingTool('peek'), readingTool('never')] });
    const model = scriptedModel([says('Baik.')]);
    const file = { pricing: { url: fake.url, trust: true, tools: { never: 'off' } } };
    const { admin, ask, asker, room, ratna } = await openToolRoom({
      model,
      env: { MCP_SERVERS_FILE: serversFile(file) },
    });
    const decide = (tool: string, policy: string, roomId?: string) =>
      admin.call('PUT', '/mcp/policies', { server: 'pricing', tool, policy, ...(roomId ? { roomId } : {}) });
    await decide('look', 'off');
    await decide('look', 'free', room.id);
    await decide('peek', 'off', room.id);
    await decide('never', 'free');
    await ended(asker, await ask());
    expect(offered(model)).toEqual(['search_messages', 'pricing__look']);
    expect(
      (await ratna.request('PUT', '/mcp/policies', { server: 'pricing', tool: 'look', policy: 'free' })).status,
    ).toBe(403);
    const { items } = await admin.call<{ items: { name: string; policy: string; rooms: unknown[] }[] }>(
      'GET',
      '/mcp/tools',
    );
    expect(items.map(({ name, policy, rooms }) => [name, policy, rooms.length])).toEqual([
      ['look', 'off', 1],
      ['never', 'off', 0],
      ['peek', 'free', 1],
    ]);
    await decide('peek', 'default', room.id);
    await ended(asker, await ask('@ProjectWise lagi'));
    expect(offered(model, 1)).toEqual(['search_messages', 'pricing__look', 'pricing__peek']);
  });
});

describe('server-everything in a room', () => {
  it('echoes and adds up before everybody: the step, its progress, the result', async () => {
    const everything = await startEverything('streamableHttp');
    const model = scriptedModel([
      calls([
        { id: 'a', name: 'default__echo', args: { message: 'halo ruang' } },
        { id: 'b', name: 'default__get-sum', args: { a: 19, b: 23 } },
      ]),
      use('default__trigger-long-running-operation', { duration: 3, steps: 4 }),
      says('Jumlahnya 42.'),
    ]);
    const { ask, asker, other } = await openToolRoom({ model, env: { MCP_SERVER_URL: everything.url } });
    const turnId = await ask();
    const { message } = await ended(asker, turnId);
    expect(message).toMatchObject({ text: 'Jumlahnya 42.', status: 'sent' });
    await ended(other, turnId);
    for (const client of [asker, other]) {
      expect(stepsOf(client, turnId)).toMatchObject([
        { kind: 'tool', name: 'default.echo', status: 'done', summary: 'Echo: halo ruang' },
        { kind: 'tool', name: 'default.get-sum', status: 'done', summary: expect.stringContaining('42') },
        { kind: 'tool', name: 'default.trigger-long-running-operation', status: 'done' },
      ]);
      const progress = client.facts.flatMap((fact) =>
        fact.name === 'turn:step' && fact.payload.step.status === 'running' ? [fact.payload.step.summary ?? ''] : [],
      );
      expect(progress.some((text) => /^[1-4]\/4$/.test(text))).toBe(true);
    }
    // What it was called with is for whoever asked.
    expect(JSON.stringify(asker.facts)).toContain('"message":"halo ruang"');
    expect(JSON.stringify(other.facts)).not.toContain('"message":"halo ruang"');
    const [echo, sum] = resultsOf(model.requests[1]);
    expect(echo?.text).toMatch(/<tool_result tool=\\"default__echo\\" untrusted=\\"true\\".*Echo: halo ruang/);
    expect(sum).toMatchObject({ isError: false, text: expect.stringContaining('The sum of 19 and 23 is 42.') });
  });

  it('that is killed in the middle of a call lets the answer go on at once, and the next one works without a hand on it', async () => {
    const everything = await startEverything('streamableHttp');
    const long = { duration: 120, steps: 120 };
    const model = scriptedModel([
      use('default__trigger-long-running-operation', long),
      says('Alatnya tidak terjangkau.'),
      use('default__echo', { message: 'kembali' }),
      says('Sudah kembali.'),
    ]);
    const { ask, asker, other, ready } = await openToolRoom({ model, env: { MCP_SERVER_URL: everything.url } });
    const turnId = await ask();
    await asker.until('turn:step', ({ step }) => step.summary !== undefined && step.status === 'running');
    await everything.kill();
    const { message } = await ended(asker, turnId);
    expect(message?.text).toBe('Alatnya tidak terjangkau.');
    expect(stepsOf(asker, turnId)).toMatchObject([{ status: 'failed' }]);
    expect(resultsOf(model.requests[1])[0]).toMatchObject({ isError: true });
    const gone = await other.until('message:created', (payload) => payload.message.system?.key === 'mcp.server_gone');
    expect(gone.message).toMatchObject({
      author: { kind: 'system' },
      text: 'The tool server "default" is not reachable. Answers go on without it.',
      system: { params: { server: 'default' } },
    });
    await everything.restart();
    const again = await ended(asker, await ask('@ProjectWise lagi'));
    expect(again.message?.text).toBe('Sudah kembali.');
    expect(resultsOf(model.requests[3]).at(-1)).toMatchObject({ isError: false });
    await ready();
    await other.until('message:created', (payload) => payload.message.system?.key === 'mcp.server_back');
  });
});

describe('a call that writes', () => {
  const file = (fake: FakeToolServer) => serversFile({ crm: { url: fake.url, tools: { write: 'free' }, trust: true } });

  it('whose connection is lost is told as such, and is not made a second time', async () => {
    const fake = await startFakeToolServer({
      tools: [writingTool('write')],
      onCall: ({ request }) => request.socket.destroy(),
    });
    const model = scriptedModel([use('crm__write', { text: 'pesan' }), says('Saya tidak tahu hasilnya.')]);
    const { ask, asker, admin } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: file(fake) } });
    await ended(asker, await ask());
    expect(fake.calls).toHaveLength(1);
    expect(resultsOf(model.requests[1])[0]?.text).toMatch(/may or may not have run; say so, and do not call it again/);
    const { items } = await admin.call<{ items: unknown[] }>('GET', '/mcp/calls?failed=true');
    expect(items).toMatchObject([{ tool: 'write', outcome: 'unknown_outcome', askedBy: { name: 'Ratna Wulandari' } }]);
  });

  it('that may be repeated, and whose server is gone for good after the first time, is not said to have done nothing', async () => {
    const fake = await startFakeToolServer({
      tools: [writingTool('write', { annotations: { idempotentHint: true } })],
      onCall: () => void fake.stop(),
    });
    const model = scriptedModel([use('crm__write', { text: 'pesan' }), says('Saya tidak tahu hasilnya.')]);
    const limits = { mcpReadyWaitMs: 200 };
    const { ask, asker, admin } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: file(fake) }, limits });
    await ended(asker, await ask());
    expect(resultsOf(model.requests[1])[0]?.text).toMatch(/may or may not have run/);
    const { items } = await admin.call<{ items: unknown[] }>('GET', '/mcp/calls?failed=true');
    expect(items).toMatchObject([{ tool: 'write', outcome: 'unknown_outcome' }]);
  });

  it('that only reads is made a second time, and succeeds', async () => {
    let times = 0;
    const fake = await startFakeToolServer({
      tools: [readingTool('look')],
      onCall: ({ request, answer }) => (++times === 1 ? request.socket.destroy() : answer(textResult('terbaca'))),
    });
    const model = scriptedModel([use('crm__look'), says('Baik.')]);
    const { ask, asker } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: file(fake) } });
    await ended(asker, await ask());
    expect(fake.calls).toHaveLength(2);
    expect(resultsOf(model.requests[1])[0]).toMatchObject({ isError: false, text: expect.stringContaining('terbaca') });
  });

  it('ends with the turn that is stopped, and its server is told', async () => {
    const fake = await startFakeToolServer({ tools: [writingTool('write')], onCall: () => undefined });
    const model = scriptedModel([use('crm__write', { text: 'lama' }), says('Tidak sampai sini.')]);
    const { ask, asker, other, product } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: file(fake) } });
    const turnId = await ask();
    await other.until('turn:step', ({ step }) => step.status === 'running');
    await other.ask('turn:stop', { turnId });
    expect(await ended(asker, turnId)).toMatchObject({ reason: 'stopped' });
    const { calls: underWay } = product.app.toolServers.links.get('crm')!;
    expect(underWay.size).toBe(0);
    await expect.poll(() => fake.methods).toContain('notifications/cancelled');
  });
});
