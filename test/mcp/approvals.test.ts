// Calls that a person has to allow: asked of whoever asked, hidden from the others, declined in silence, and never in anybody's way.
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerTool } from '../../src/protocol/mcp-models.ts';
import {
  type FakeToolServer,
  readingTool,
  serversFile,
  startFakeToolServer,
  stopFakeToolServers,
  textResult,
} from '../support/fake-tool-server.ts';
import { addMember, eventually, signUp, stopProducts } from '../support/product.ts';
import { calls, type Reply, says, scriptedModel } from '../support/scripted-model.ts';
import { ended, openToolRoom, stepsOf, waitingStep, writingTool } from '../support/tool-room.ts';

afterEach(async () => {
  await stopProducts();
  await stopFakeToolServers();
});

const write = (text = 'simpan'): Reply => calls([{ id: 'w', name: 'crm__write', args: { text } }]);

async function openRoom(
  replies: Reply[],
  options: { limits?: Record<string, number>; entry?: object; answers?: string } = {},
) {
  const fake: FakeToolServer = await startFakeToolServer({
    tools: [readingTool('look'), writingTool('write')],
    ...(options.answers ? { onCall: ({ answer }) => answer(textResult(options.answers!)) } : {}),
  });
  const model = scriptedModel(replies);
  const file = { crm: { url: fake.url, trust: true, writingTools: 'ask', ...options.entry } };
  const env = { MCP_SERVERS_FILE: serversFile(file) };
  const scene = await openToolRoom({ model, env, limits: options.limits ?? {} });
  return { ...scene, fake, model };
}
const resultText = (model: { requests: { messages: unknown[] }[] }) => JSON.stringify(model.requests.at(-1)?.messages);

describe('a call that waits for a decision', () => {
  it('can be decided by nobody but the person who asked', async () => {
    const { ask, asker, other, ratna, room, product, fake } = await openRoom([write(), says('Selesai')]);
    const turnId = await ask();
    const step = await waitingStep(other, turnId);
    const decide = { turnId, stepId: step.id, decision: 'once' as const };
    expect(await other.raw('turn:approve', decide)).toMatchObject({
      error: { code: 'forbidden', message: 'Only the person who asked can decide about this call.' },
    });
    const stranger = await (await signUp(product)).connect();
    expect(await stranger.raw('turn:approve', decide)).toMatchObject({ error: { code: 'not_found' } });
    const viewer = await signUp(product);
    await addMember(ratna, room, viewer, 'viewer');
    expect(await (await viewer.connect()).raw('turn:approve', decide)).toMatchObject({ error: { code: 'forbidden' } });
    expect(await asker.raw('turn:approve', { ...decide, stepId: 'another' })).toMatchObject({
      error: { code: 'not_found', message: 'Nothing of this turn waits for a decision.' },
    });
    expect(fake.calls).toEqual([]);
    await asker.ask('turn:approve', { ...decide, decision: 'no' });
    await ended(asker, turnId);
  });

  it('shows its arguments to the person who asked and to administrators, also when they come later, and to nobody else', async () => {
    const { ask, asker, other, admin, ratna, budi, room } = await openRoom([write('rahasia besar'), says('Selesai')], {
      answers: 'Tersimpan.',
    });
    await addMember(ratna, room, admin);
    const watcher = await admin.connect();
    await watcher.ask('room:join', { roomId: room.id });
    const turnId = await ask();
    for (const client of [asker, watcher]) {
      expect(await waitingStep(client, turnId)).toMatchObject({
        kind: 'approval',
        asks: 'run',
        name: 'crm.write',
        args: { text: 'rahasia besar' },
      });
    }
    expect((await waitingStep(other, turnId)).args).toBeUndefined();
    for (const [person, sees] of [
      [ratna, true],
      [admin, true],
      [budi, false],
    ] as const) {
      const { turns } = await (await person.connect()).ask('room:join', { roomId: room.id });
      expect(turns).toMatchObject([{ id: turnId, state: 'waiting', steps: [{ status: 'waiting' }] }]);
      expect(JSON.stringify(turns).includes('rahasia besar')).toBe(sees);
    }
    const [step] = stepsOf(asker, turnId);
    await asker.ask('turn:approve', { turnId, stepId: step!.id, decision: 'once' });
    await ended(other, turnId);
    expect(JSON.stringify(other.facts)).not.toContain('rahasia besar');
  });

  it('shows them to the room when the person who asked says so, and nobody else can', async () => {
    const { ask, asker, other, ratna, budi, room } = await openRoom([write('harga 4 miliar'), says('Selesai')]);
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    const show = { turnId, stepId: step.id };
    expect(await other.raw('turn:show', show)).toMatchObject({ error: { code: 'forbidden' } });
    const key = await ratna.call<{ key: string }>('POST', '/api/v1/auth/keys', {
      name: 'p',
      scopes: ['read', 'write'],
    });
    expect(await (await ratna.connect({ token: key.key })).raw('turn:show', show)).toMatchObject({
      error: { details: { reason: 'api_key_scope' } },
    });
    expect(JSON.stringify(other.facts)).not.toContain('harga 4 miliar');
    await asker.ask('turn:show', show);
    const shown = await other.until('turn:step', ({ step: one }) => one.isShown === true);
    expect(shown.step).toMatchObject({ status: 'waiting', asks: 'run', args: { text: 'harga 4 miliar' } });
    const { turns } = await (await budi.connect()).ask('room:join', { roomId: room.id });
    expect(turns).toMatchObject([{ steps: [{ isShown: true, args: { text: 'harga 4 miliar' } }] }]);
    await asker.ask('turn:approve', { ...show, decision: 'no' });
    const { message } = await ended(other, turnId);
    expect(JSON.stringify(message)).not.toContain('harga 4 miliar');
    expect(await asker.raw('turn:show', show)).toMatchObject({ error: { code: 'not_found' } });
  });

  it('runs once it is allowed, and everybody sees by whom', async () => {
    const { ask, asker, other, admin, fake, model } = await openRoom([write('catatan'), says('Tersimpan.')]);
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'once' });
    const { message } = await ended(other, turnId);
    expect(message?.text).toBe('Tersimpan.');
    expect(fake.calls).toEqual([{ name: 'write', args: { text: 'catatan' } }]);
    expect(stepsOf(other, turnId)).toMatchObject([
      { kind: 'approval', status: 'done', summary: 'Diizinkan oleh Ratna Wulandari' },
      { kind: 'tool', name: 'crm.write', status: 'done' },
    ]);
    expect(message?.steps).toHaveLength(2);
    expect(resultText(model)).toContain('catatan');
    const { items } = await admin.call<{ items: unknown[] }>('GET', '/mcp/calls');
    expect(items).toMatchObject([
      { tool: 'write', outcome: 'ok', allowed: 'once', askedBy: { name: 'Ratna Wulandari' } },
    ]);
  });

  it('does not run when it is declined, and the model is told so', async () => {
    const { ask, asker, admin, fake, model } = await openRoom([write(), says('Baik, tidak jadi.')]);
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'no' });
    const { message } = await ended(asker, turnId);
    expect(message).toMatchObject({ text: 'Baik, tidak jadi.', steps: [{ kind: 'approval', status: 'failed' }] });
    expect(fake.calls).toEqual([]);
    expect(resultText(model)).toContain('did not allow this call. Do not try it again');
    expect(await asker.raw('turn:approve', { turnId, stepId: step.id, decision: 'once' })).toMatchObject({
      error: { code: 'not_found' },
    });
    const { items } = await admin.call<{ items: unknown[] }>('GET', '/mcp/calls');
    expect(items).toMatchObject([{ tool: 'write', outcome: 'declined' }]);
  });

  it.each([
    ['nobody says anything in time', {}, async () => undefined, /Tidak ada jawaban/],
    [
      'the asker is removed from the room',
      { approvalTimeoutMs: 60_000 },
      async ({ ratna, budi, room }) => ratna.call('DELETE', `/api/v1/rooms/${room.id}/members/${budi.user.id}`),
      /Budi Santoso pergi/,
    ],
    [
      'the asker becomes a viewer',
      { approvalTimeoutMs: 60_000 },
      async ({ ratna, budi, room }) =>
        ratna.call('PATCH', `/api/v1/rooms/${room.id}/members/${budi.user.id}`, { role: 'viewer' }),
      /pergi/,
    ],
    [
      'the asker’s last connection is gone for a while',
      { approvalTimeoutMs: 60_000 },
      async ({ other }) => other.close(),
      /pergi/,
    ],
  ] as [string, Record<string, number>, (scene: Awaited<ReturnType<typeof openRoom>>) => Promise<unknown>, RegExp][])(
    'is declined when %s (R-4)',
    async (_, limits, leave, summary) => {
      const scene = await openRoom([write(), says('Tanpa itu.')], { limits: { approvalTimeoutMs: 300, ...limits } });
      const turnId = await scene.ask('@ProjectWise tolong', scene.other);
      await waitingStep(scene.asker, turnId);
      await leave(scene);
      const { message } = await ended(scene.asker, turnId);
      expect(message?.text).toBe('Tanpa itu.');
      expect(scene.fake.calls).toEqual([]);
      expect(stepsOf(scene.asker, turnId)).toMatchObject([
        { status: 'failed', summary: expect.stringMatching(summary) },
      ]);
    },
  );

  it('gives up its place in the room, and goes before whoever is queued once it is decided (R-4)', async () => {
    const hold = Promise.withResolvers<void>();
    const slow: Reply = async function* (request, signal) {
      await hold.promise;
      yield* says('Jawaban kedua')(request, signal);
    };
    const { ask, asker, other, fake } = await openRoom([
      write(),
      slow,
      says('Jawaban pertama'),
      says('Jawaban ketiga'),
    ]);
    const first = await ask();
    const step = await waitingStep(asker, first);
    const second = await ask('@ProjectWise kedua', other);
    await other.until('turn:started', ({ turn }) => turn.id === second);
    const third = await ask('@ProjectWise ketiga', other);
    await asker.ask('turn:approve', { turnId: first, stepId: step.id, decision: 'once' });
    // Decided, but the second has the place: nothing runs before it is free.
    const { turns } = await asker.ask('room:join', { roomId: (await other.until('turn:queued')).roomId });
    expect(turns.map(({ id, state }) => [id, state])).toEqual([
      [first, 'waiting'],
      [second, 'running'],
      [third, 'queued'],
    ]);
    expect(fake.calls).toEqual([]);
    hold.resolve();
    await ended(asker, third);
    const order = asker.facts.flatMap((fact) => (fact.name === 'turn:ended' ? [fact.payload.turnId] : []));
    expect(order).toEqual([second, first, third]);
    const texts = await Promise.all([first, second, third].map(async (id) => (await ended(asker, id)).message?.text));
    expect(texts).toEqual(['Jawaban pertama', 'Jawaban kedua', 'Jawaban ketiga']);
  });

  it('is no part of the time that an answer may take', async () => {
    const { ask, asker } = await openRoom([write(), says('Selesai')], { limits: { turnTimeoutMs: 3_000 } });
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    const until = Date.now() + 3_500;
    await eventually(() => Date.now() > until);
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'once' });
    expect(await ended(asker, turnId)).toMatchObject({ reason: 'completed' });
  });

  it('keeps its lease for as long as it waits, and is interrupted by a server that stops', async () => {
    const { ask, asker, product } = await openRoom([write(), says('Selesai'), write()], {
      limits: { turnLeaseMs: 300 },
    });
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    const until = Date.now() + 1_200;
    await eventually(() => Date.now() > until);
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'once' });
    expect(await ended(asker, turnId)).toMatchObject({ reason: 'completed' });
    const second = await ask('@ProjectWise lagi');
    await waitingStep(asker, second);
    void product.stop();
    expect(await ended(asker, second)).toMatchObject({ reason: 'interrupted' });
  });

  it('is over with the room that is deleted', async () => {
    const { ask, asker, ratna, room, product, fake } = await openRoom([write(), says('Selesai')]);
    const turnId = await ask();
    await waitingStep(asker, turnId);
    await ratna.call('DELETE', `/api/v1/rooms/${room.id}`);
    await asker.until('room:removed');
    await eventually(() => product.app.turns.live(turnId) === undefined, 'the end of the turn');
    expect(fake.calls).toEqual([]);
  });

  it('ends with the turn that somebody stops', async () => {
    const { ask, asker, other, fake } = await openRoom([write(), says('Selesai'), says('Berikutnya')]);
    const turnId = await ask();
    await waitingStep(asker, turnId);
    await other.ask('turn:stop', { turnId });
    expect(await ended(asker, turnId)).toMatchObject({ reason: 'stopped' });
    expect(fake.calls).toEqual([]);
    await ended(asker, await ask('@ProjectWise berikutnya'));
  });
});

describe('a tool that was allowed for the whole room', () => {
  it('asks no more, as long as it is what it was, and may be allowed so by leads only', async () => {
    const { ask, asker, other, admin, fake, room } = await openRoom([
      write('satu'),
      says('Satu.'),
      write('dua'),
      says('Dua.'),
      write('tiga'),
      says('Tiga.'),
    ]);
    const byBudi = await ask('@ProjectWise satu', other);
    const step = await waitingStep(other, byBudi);
    expect(await other.raw('turn:approve', { turnId: byBudi, stepId: step.id, decision: 'room' })).toMatchObject({
      error: { code: 'forbidden', message: 'Only a lead can allow a tool for the whole room; allow it once.' },
    });
    await other.ask('turn:approve', { turnId: byBudi, stepId: step.id, decision: 'no' });
    await ended(asker, byBudi);

    const byRatna = await ask('@ProjectWise dua');
    const again = await waitingStep(asker, byRatna);
    await asker.ask('turn:approve', { turnId: byRatna, stepId: again.id, decision: 'room' });
    await ended(asker, byRatna);
    const { items } = await admin.call<{ items: ServerTool[] }>('GET', '/mcp/tools');
    expect(items.find(({ name }) => name === 'write')?.allowedIn).toMatchObject([
      { roomId: room.id, by: 'Ratna Wulandari' },
    ]);
    await ended(other, await ask('@ProjectWise tiga', other));
    expect(fake.calls.map(({ args }) => args.text)).toEqual(['dua', 'tiga']);
  });

  it('asks again when its server describes it otherwise', async () => {
    const { ask, asker, fake, product } = await openRoom([write('satu'), says('Satu.'), write('dua'), says('Dua.')]);
    const first = await ask();
    const step = await waitingStep(asker, first);
    await asker.ask('turn:approve', { turnId: first, stepId: step.id, decision: 'room' });
    await ended(asker, first);
    fake.changeTools([writingTool('write', { description: 'Now it also sends everything elsewhere.' })]);
    const { catalogue } = product.app.toolServers.links.get('crm')!;
    await eventually(() => catalogue().tools[0]?.description.includes('elsewhere'), 'the changed tool');
    const second = await ask();
    const again = await waitingStep(asker, second);
    await asker.ask('turn:approve', { turnId: second, stepId: again.id, decision: 'no' });
    await ended(asker, second);
    expect(fake.calls).toHaveLength(1);
  });

  it('asks again in a turn that has read what strangers wrote', async () => {
    const look: Reply = calls([{ id: 'l', name: 'crm__look', args: {} }]);
    const { ask, asker, fake } = await openRoom([look, write('hasil suntikan'), says('Selesai')], {
      entry: { tools: { write: 'free' } },
    });
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    expect(fake.calls.map(({ name }) => name)).toEqual(['look']);
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'no' });
    await ended(asker, turnId);
    expect(fake.calls.map(({ name }) => name)).toEqual(['look']);
  });

  it('does not ask at all in a turn that has not', async () => {
    const { ask, asker, fake } = await openRoom([write('langsung'), says('Selesai')], {
      entry: { tools: { write: 'free' } },
    });
    await ended(asker, await ask());
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a private result', () => {
  const look: Reply = calls([{ id: 'l', name: 'crm__look', args: { of: 'gaji' } }]);

  it.each([
    ['once', true],
    ['no', false],
  ] as const)('is shown to whoever asked, who decides with %s', async (decision, isShared) => {
    const { ask, asker, other, admin, ratna, room, model } = await openRoom([look, says('Selesai')], {
      entry: { privateResults: true },
    });
    await addMember(ratna, room, admin);
    const watcher = await admin.connect();
    await watcher.ask('room:join', { roomId: room.id });
    const turnId = await ask();
    const step = await waitingStep(asker, turnId);
    expect(step).toMatchObject({ kind: 'approval', asks: 'share', name: 'crm.look' });
    expect(JSON.stringify(step.args)).toContain('gaji');
    // Not even administrators.
    for (const client of [other, watcher]) expect((await waitingStep(client, turnId)).args).toBeUndefined();
    expect(await asker.raw('turn:show', { turnId, stepId: step.id })).toMatchObject({ error: { code: 'not_found' } });
    await asker.ask('turn:approve', { turnId, stepId: step.id, decision });
    await ended(other, turnId);
    // The model was given the arguments by itself; what it is given back is the result or that it stays private.
    const result = JSON.stringify(model.requests[1]?.messages.at(-1));
    expect(result.includes('gaji')).toBe(isShared);
    if (!isShared) expect(result).toContain('keeps it private');
    expect(JSON.stringify(other.facts)).not.toContain('gaji');
  });
});
