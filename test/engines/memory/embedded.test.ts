// Mem0 over the embedded index: the contract, and what the thread that writes leaves in the files.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepMem0Quiet } from '../../../src/config.ts';
import { openMemoryEngine } from '../../../src/engines/memory/open-memory.ts';
import { createEmbeddedIndex } from '../../../src/engines/vector/embedded.ts';
import { memoryEngineContract } from '../../contracts/memory-engine.ts';

const SETTINGS = { engine: 'embedded', url: 'embedded:', apiKey: undefined, timeoutMs: 10_000 } as const;

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'projectwise-memory-'));
  keepMem0Quiet(join(folder, 'mem0'));
  const index = createEmbeddedIndex({ file: join(folder, 'index.sqlite') });
  const engine = await openMemoryEngine({ ...SETTINGS, rows: index.rows, onProblem: () => {} });
  return {
    engine,
    folder,
    stored: async () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('\n'),
    async close() {
      await index.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

memoryEngineContract('Mem0 over the embedded index', open);

test('no file is written but the index, and nothing is sent anywhere', async () => {
  const sent: unknown[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (target) => {
    sent.push(target);
    throw new Error('Nothing may be sent.');
  };
  const setup = await open();
  try {
    const before = readdirSync(process.cwd());
    const vector = { space: 's', vector: Float32Array.of(1, 0) };
    await setup.engine.load();
    const scope = { kind: 'room', id: 'r' } as const;
    await setup.engine.put({ memoryId: 'm', scope, text: 'Budi pays 5 in Jakarta', vector });
    await setup.engine.search({ scope, text: 'What does Budi Santoso pay?', vector, limit: 50 });
    await setup.engine.remove(scope, 'm', 's', 2);
    expect(sent).toEqual([]);
    expect(readdirSync(process.cwd())).toEqual(before);
    expect(readdirSync(setup.folder).filter((name) => !name.startsWith('index.sqlite'))).toEqual([]);
  } finally {
    globalThis.fetch = fetch;
    await setup.close();
  }
});

test('where Mem0 cannot be loaded, everything says so and nothing else fails', async () => {
  const problems: string[] = [];
  const engine = await openMemoryEngine({
    ...SETTINGS,
    rows: createEmbeddedIndex({ file: join(tmpdir(), 'never-opened.sqlite') }).rows,
    onProblem: (message) => problems.push(message),
    load: async () => {
      throw new Error('Cannot find package mem0ai');
    },
  });
  expect(engine.health()).toEqual({ ok: true });
  await engine.load();
  expect(problems).toEqual(['Memories are found by their words alone: Mem0 could not be loaded.']);
  expect(engine.health()).toEqual({ ok: false, problem: 'Cannot find package mem0ai' });
  const vector = { space: 's', vector: Float32Array.of(1) };
  const search = engine.search({ scope: { kind: 'room', id: 'r' }, text: 'x', vector, limit: 1 });
  await expect(search).rejects.toMatchObject({ code: 'unavailable' });
});
