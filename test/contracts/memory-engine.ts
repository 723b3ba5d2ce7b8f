// What every engine of recall must do; run over each of them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashTexts } from '../../src/engines/embedding/hash-texts.ts';
import { createHashedEmbedder } from '../../src/engines/embedding/hashed.ts';
import type { EngineScope, MemoryEngine } from '../../src/engines/memory/memory-engine.ts';
import { newId } from '../../src/lib/ids.ts';

export interface MemoryEngineSetup {
  engine: MemoryEngine;
  /** Everything that is stored anywhere, as text. */
  stored(): Promise<string>;
  close(): Promise<void>;
}

const embedder = createHashedEmbedder({
  run: async <Result>(_file: URL, _name: string, texts: unknown) => hashTexts(texts as string[]) as Result,
});
const { space, dimensions } = embedder;

export function memoryEngineContract(name: string, open: () => Promise<MemoryEngineSetup>): void {
  describe(`recall by ${name}`, () => {
    let setup: MemoryEngineSetup;
    let engine: MemoryEngine;
    beforeEach(async () => {
      setup = await open();
      engine = setup.engine;
    });
    afterEach(() => setup.close());

    const scopeOf = (kind: EngineScope['kind']): EngineScope => ({ kind, id: newId() });
    const vectorOf = async (text: string) => ({ space, vector: (await embedder.embed([text], 'passage'))[0]! });
    const put = async (scope: EngineScope, text: string, memoryId = newId()) => {
      await engine.put({ memoryId, scope, text, vector: await vectorOf(text) });
      return memoryId;
    };
    const find = async (scope: EngineScope, text: string, limit = 5) => {
      const found = await engine.search({ scope, text, vector: await vectorOf(text), limit });
      return found.map(({ memoryId }) => memoryId);
    };

    it('finds the nearest first, without its words being the same', async () => {
      const room = scopeOf('room');
      const signing = await put(room, 'Penawaran Marabintan ditandatangani oleh Ibu Ratna.');
      await put(room, 'Anggaran lisensi tahun ini dua miliar rupiah.');
      await put(room, 'Rapat penjelasan dimulai pukul sembilan pagi.');
      expect((await find(room, 'siapa yang menandatangani penawaran'))[0]).toBe(signing);
      expect(await find(room, 'penawaran', 2)).toHaveLength(2);
    });

    it('names nothing of another scope, whatever kind it is, nor of one with the same id and another kind', async () => {
      const [room, other, person, tenant] = [scopeOf('room'), scopeOf('room'), scopeOf('person'), scopeOf('tenant')];
      const text = 'Diskon paling banyak sebelas persen.';
      const ids = [await put(room, text), await put(other, text), await put(person, text), await put(tenant, text)];
      expect(await Promise.all([room, other, person, tenant].map((scope) => find(scope, text)))).toEqual(
        ids.map((id) => [id]),
      );
      expect(await find({ kind: 'person', id: room.id }, text)).toEqual([]);
      expect(await find(scopeOf('room'), text)).toEqual([]);
    });

    it('refuses a scope that could be read as more than one', async () => {
      for (const id of ['*', '', 'a b', 'x'.repeat(65), '{"in":["a"]}']) {
        await expect(put({ kind: 'person', id }, 'Milik siapa ini?')).rejects.toMatchObject({ code: 'unavailable' });
        await expect(find({ kind: 'person', id }, 'Milik siapa ini?')).rejects.toMatchObject({ code: 'unavailable' });
      }
    });

    it('replaces what it knew of a memory, and does the same twice only once, also side by side', async () => {
      const room = scopeOf('room');
      const id = await put(room, 'Garansi switch inti 24 bulan.');
      await put(room, 'Garansi switch inti 36 bulan.', id);
      await Promise.all(Array.from({ length: 5 }, () => put(room, 'Garansi switch inti 36 bulan.', id)));
      expect(await find(room, 'garansi switch inti')).toEqual([id]);
      expect(await engine.count(space, dimensions)).toBe(1);
      expect(await setup.stored()).not.toContain('24 bulan');
    });

    it('has nothing left of a memory that was taken out; taking it out again is fine', async () => {
      const room = scopeOf('room');
      const gone = await put(room, 'Sandi gudang adalah mangga-manis-berduri.');
      const stays = await put(room, 'Gudang dibuka pukul tujuh.');
      expect(await setup.stored()).toContain('mangga-manis-berduri');
      await engine.remove(room, gone, space, dimensions);
      await engine.remove(room, gone, space, dimensions);
      expect(await find(room, 'gudang')).toEqual([stays]);
      expect(await setup.stored()).not.toMatch(/mangga|berduri/);
      expect(await engine.count(space, dimensions)).toBe(1);
    });

    it('counts nothing where nothing is', async () => {
      expect(await engine.count('some-other-model@4', 4)).toBe(0);
    });
  });
}
