// What every search index must do; run over each of them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashTexts } from '../../src/engines/embedding/hash-texts.ts';
import { createHashedEmbedder } from '../../src/engines/embedding/hashed.ts';
import type {
  IndexedDocument,
  IndexedPassage,
  PassageQuery,
  VectorIndex,
} from '../../src/engines/vector/vector-index.ts';
import { refusalOf } from '../support/world.ts';

export interface IndexSetup {
  index: VectorIndex;
  close(): Promise<void>;
}

const embedder = createHashedEmbedder({
  run: async <Result>(_file: URL, _name: string, texts: unknown) => hashTexts(texts as string[]) as Result,
});
const { space } = embedder;
const TENANT = 'tenant-a';

interface TestDocument extends Partial<IndexedDocument> {
  documentId: string;
  texts: string[];
  /** Of each passage; by default all have vectors. */
  hasVectors?: boolean;
  context?: string;
}

export async function passagesOf({ documentId, texts, hasVectors = true, context }: TestDocument) {
  const vectors = await embedder.embed(texts, 'passage');
  return texts.map(
    (text, ordinal): IndexedPassage => ({
      id: `${documentId}.1.${ordinal}`,
      ordinal,
      page: ordinal + 1,
      heading: `Bab ${ordinal + 1}`,
      text,
      ...(context === undefined ? {} : { context }),
      ...(hasVectors ? { vector: vectors[ordinal]! } : {}),
    }),
  );
}

export async function* inBatches<T>(items: readonly T[], size = 2): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

export function vectorIndexContract(name: string, open: () => Promise<IndexSetup>): void {
  describe(`the ${name} index`, () => {
    let setup: IndexSetup;
    let index: VectorIndex;
    beforeEach(async () => {
      setup = await open();
      index = setup.index;
    });
    afterEach(async () => {
      await index.close();
      await setup.close();
    });

    const put = async (given: TestDocument) => {
      const { texts: _, hasVectors: __, context: ___, ...document } = given;
      return index.replace(
        { tenantId: TENANT, scope: 'room:a', space, version: '1', ...document },
        inBatches(await passagesOf(given)),
      );
    };
    const find = async (text: string, query: Partial<PassageQuery> = {}) =>
      index.search({ tenantId: TENANT, scopes: ['room:a'], text, limit: 10, ...query });
    const meaning = async (text: string, weight = 1) => {
      const [vector] = await embedder.embed([text], 'question');
      return { vectors: [{ space, vector: vector!, weight, leastSimilarity: 0 }] };
    };
    const textsOf = (found: { text: string }[]) => found.map(({ text }) => text);

    it('finds nothing of other tenants and scopes, whatever is asked', async () => {
      await put({ documentId: 'own', texts: ['Garansi satu tahun'] });
      await put({ documentId: 'other-room', scope: 'room:b', texts: ['Garansi dua tahun'] });
      await put({ documentId: 'other-tenant', tenantId: 'tenant-b', texts: ['Garansi tiga tahun'] });
      for (const text of ['garansi', '"room:b" garansi', 'room b OR garansi', '* NOT place:x', 'tenant-b garansi']) {
        const found = await find(text, {
          ...(await meaning(text)),
          documentIds: ['own', 'other-room', 'other-tenant'],
        });
        expect(found.filter(({ documentId }) => documentId !== 'own')).toEqual([]);
      }
      expect(
        (await find('garansi', { scopes: ['room:a', 'room:b'] })).map(({ documentId }) => documentId).sort(),
      ).toEqual(['other-room', 'own']);
      expect(await index.list('tenant-b', 'own', { from: 0, limit: 10 })).toEqual([]);
      await index.remove('tenant-b', 'own');
      expect(await find('satu')).toHaveLength(1);
    });

    it('refuses to search without a tenant or a scope', async () => {
      await put({ documentId: 'own', texts: ['Garansi'] });
      for (const query of [{ tenantId: '' }, { scopes: [] }, { scopes: [''] }, { scopes: ['room:a', ''] }]) {
        expect(await refusalOf(find('garansi', query))).toBe('invalid');
      }
      expect(await refusalOf(put({ documentId: 'x', scope: '', texts: ['Garansi'] }))).toBe('invalid');
      expect(await refusalOf(put({ documentId: 'x', tenantId: '', texts: ['Garansi'] }))).toBe('invalid');
    });

    it('narrows to documents, and finds nothing in none', async () => {
      await put({ documentId: 'one', texts: ['Garansi satu'] });
      await put({ documentId: 'two', texts: ['Garansi dua'] });
      const query = await meaning('garansi');
      expect(textsOf(await find('garansi', { ...query, documentIds: ['two'] }))).toEqual(['Garansi dua']);
      expect(await find('garansi', { ...query, documentIds: [] })).toEqual([]);
      expect(await find('garansi', { ...query, limit: 0 })).toEqual([]);
    });

    it('tells what was found, where it stands, and its places in both lists', async () => {
      await put({ documentId: 'one', texts: ['Jadwal lelang', 'Masa garansi perangkat 36 bulan', 'Pembayaran'] });
      const [best] = await find('berapa lama masa garansi', await meaning('berapa lama masa garansi'));
      expect(best).toEqual({
        id: 'one.1.1',
        documentId: 'one',
        ordinal: 1,
        page: 2,
        heading: 'Bab 2',
        text: 'Masa garansi perangkat 36 bulan',
        score: expect.any(Number),
        keywordRank: 1,
        vectorRank: 1,
      });
    });

    it('finds by keywords alone, best first, by other forms of a word, and by heading and context', async () => {
      await put({
        documentId: 'one',
        texts: ['Peserta menyampaikan penawaran', 'Penawaran: jaminan penawaran', 'Lain'],
        context: 'RKS switch inti',
      });
      const found = await find('jaminan yang ditawarkan');
      expect(textsOf(found)).toEqual(['Penawaran: jaminan penawaran', 'Peserta menyampaikan penawaran']);
      expect(found[0]).toMatchObject({ keywordRank: 1 });
      expect(found[0]).not.toHaveProperty('vectorRank');
      expect(textsOf(await find('bab 3'))[0]).toBe('Lain');
      expect(await find('switch')).toHaveLength(3);
    });

    it('finds by words that were added to the question, but less', async () => {
      await put({ documentId: 'one', texts: ['Jaminan penawaran', 'The bond itself'] });
      expect(textsOf(await find('bond', { alsoText: 'jaminan' }))).toEqual(['The bond itself', 'Jaminan penawaran']);
    });

    it('finds by vectors what keywords do not name, and leaves out what has none', async () => {
      await put({ documentId: 'one', texts: ['Perlindungan purnajual'] });
      await put({ documentId: 'bare', texts: ['Perlindungan lain'], hasVectors: false });
      const [vector] = await embedder.embed(['Perlindungan purnajual'], 'question');
      const found = await find('zzzz', { vectors: [{ space, vector: vector!, weight: 1, leastSimilarity: 0 }] });
      expect(found).toMatchObject([{ documentId: 'one', vectorRank: 1 }]);
      expect(
        await find('zzzz', { vectors: [{ space: 'another', vector: vector!, weight: 1, leastSimilarity: 0 }] }),
      ).toEqual([]);
    });

    it('does not name by vectors what is too far away', async () => {
      await put({ documentId: 'one', texts: ['Perlindungan purnajual', 'Jadwal lelang'] });
      const [vector] = await embedder.embed(['Perlindungan purnajual'], 'question');
      const found = await find('zzzz', { vectors: [{ space, vector: vector!, weight: 1, leastSimilarity: 0.5 }] });
      expect(textsOf(found)).toEqual(['Perlindungan purnajual']);
    });

    it('bears questions that are empty, long, or full of signs', async () => {
      await put({ documentId: 'one', texts: ['Garansi'] });
      for (const text of [
        '',
        ' ',
        '""',
        '(((',
        'AND OR NOT',
        '*',
        "'; drop table passages; --",
        '\0',
        '😀'.repeat(500),
      ]) {
        expect(Array.isArray(await find(text, await meaning(text)))).toBe(true);
      }
      const long = Array.from({ length: 800 }, (_, at) => `kata${at}`).join(' ');
      expect(await find(`${long} garansi`)).toHaveLength(1);
    });

    it('replaces a document at once: nothing of before is left', async () => {
      expect(await put({ documentId: 'one', texts: ['lama satu', 'lama dua', 'lama tiga'] })).toEqual({
        passages: 3,
        embedded: 3,
      });
      expect(await put({ documentId: 'one', version: '2', scope: 'room:b', texts: ['baru'] })).toEqual({
        passages: 1,
        embedded: 1,
      });
      expect(await find('lama baru', await meaning('lama'))).toEqual([]);
      expect(textsOf(await find('lama baru', { scopes: ['room:b'], ...(await meaning('lama')) }))).toEqual(['baru']);
      expect(await index.counts()).toEqual({ documents: 1, passages: 1 });
    });

    it('keeps the old passages when the new ones break off or are no longer wanted', async () => {
      await put({ documentId: 'one', texts: ['lama'] });
      const document = { tenantId: TENANT, documentId: 'one', scope: 'room:a', space, version: '2' };
      const passages = await passagesOf({ documentId: 'one', texts: ['baru', 'baru sekali'] });
      async function* breaking() {
        yield [passages[0]!];
        expect(textsOf(await find('lama baru'))).toEqual(['lama']);
        throw new Error('broken off');
      }
      await expect(index.replace(document, breaking())).rejects.toThrow('broken off');
      const abort = new AbortController();
      async function* aborted() {
        yield passages;
        abort.abort(new Error('no longer wanted'));
      }
      await expect(index.replace(document, aborted(), abort.signal)).rejects.toThrow('no longer wanted');
      expect(textsOf(await find('lama baru', await meaning('baru')))).toEqual(['lama']);
      expect(await index.counts()).toEqual({ documents: 1, passages: 1 });
    });

    it('does changes of one document in the order they were asked for', async () => {
      await Promise.all([
        put({ documentId: 'one', texts: ['pertama'] }),
        put({ documentId: 'one', texts: ['kedua'] }),
        index.remove(TENANT, 'one'),
        put({ documentId: 'one', texts: ['ketiga'] }),
      ]);
      expect(textsOf(await find('pertama kedua ketiga'))).toEqual(['ketiga']);
      expect(await index.counts()).toEqual({ documents: 1, passages: 1 });
    });

    it('removes a document, and bears removing it again', async () => {
      await put({ documentId: 'one', texts: ['Garansi'] });
      await index.remove(TENANT, 'one');
      await index.remove(TENANT, 'one');
      expect(await find('garansi', await meaning('garansi'))).toEqual([]);
      expect(await index.list(TENANT, 'one', { from: 0, limit: 10 })).toEqual([]);
      expect(await index.counts()).toEqual({ documents: 0, passages: 0 });
    });

    it('lists the passages of a document in order, page by page', async () => {
      const texts = Array.from({ length: 23 }, (_, at) => `Butir ${at}`);
      await put({ documentId: 'one', texts });
      const first = await index.list(TENANT, 'one', { from: 0, limit: 10 });
      const rest = await index.list(TENANT, 'one', { from: 10, limit: 100 });
      expect([...first, ...rest].map(({ text }) => text)).toEqual(texts);
      expect(first[3]).toEqual({ id: 'one.1.3', ordinal: 3, page: 4, heading: 'Bab 4', text: 'Butir 3' });
    });

    it('knows what it holds: scope, version, and what is embedded in which space', async () => {
      await put({ documentId: 'one', texts: ['satu', 'dua'] });
      await put({ documentId: 'bare', scope: 'library', version: '7', texts: ['tiga'], hasVectors: false });
      await put({ documentId: 'theirs', tenantId: 'tenant-b', texts: ['empat'] });
      const known = await index.documents(TENANT, space);
      expect(known.sort((a, b) => (a.documentId < b.documentId ? -1 : 1))).toEqual([
        { documentId: 'bare', scope: 'library', version: '7', passages: 1, embedded: 0 },
        { documentId: 'one', scope: 'room:a', version: '1', passages: 2, embedded: 2 },
      ]);
      expect(await index.documents(TENANT, 'another')).toMatchObject([{ embedded: 0 }, { embedded: 0 }]);
      expect(await index.counts()).toEqual({ documents: 3, passages: 4 });
    });

    it('moves to another space document by document; both serve meanwhile', async () => {
      await put({ documentId: 'old', texts: ['Perlindungan purnajual'] });
      await put({ documentId: 'moved', texts: ['Perlindungan awal'] });
      const passages = await passagesOf({ documentId: 'moved', texts: ['Perlindungan awal'] });
      // A short vector of a model of its own.
      const others = passages.map((passage) => ({ ...passage, vector: Float32Array.from([0, 1, 0]) }));
      const moved = { tenantId: TENANT, documentId: 'moved', scope: 'room:a', space: 'new@3', version: '1' };
      await index.replace(moved, inBatches(others));
      expect((await index.documents(TENANT, 'new@3')).find(({ documentId }) => documentId === 'moved')).toMatchObject({
        embedded: 1,
      });
      const both = await meaning('Perlindungan purnajual');
      both.vectors.push({ space: 'new@3', vector: Float32Array.from([0, 1, 0]), weight: 1, leastSimilarity: 0 });
      const found = await find('zzzz', both);
      expect(found.map(({ documentId }) => documentId).sort()).toEqual(['moved', 'old']);
      expect(await find('perlindungan')).toHaveLength(2);
      expect(await index.counts()).toEqual({ documents: 2, passages: 2 });
    });

    it('holds an empty document', async () => {
      expect(await put({ documentId: 'empty', texts: [] })).toEqual({ passages: 0, embedded: 0 });
      expect(await index.documents(TENANT, space)).toMatchObject([{ documentId: 'empty', passages: 0, embedded: 0 }]);
      expect(await find('apa', await meaning('apa'))).toEqual([]);
    });

    it('answers many at once', async () => {
      await Promise.all(
        Array.from({ length: 12 }, (_, at) => put({ documentId: `d${at}`, texts: [`Garansi nomor${at}`, 'Lain'] })),
      );
      const all = await Promise.all(Array.from({ length: 12 }, (_, at) => find(`nomor${at}`)));
      expect(all.map(([best]) => best!.documentId)).toEqual(Array.from({ length: 12 }, (_, at) => `d${at}`));
    });

    it('is well', async () => {
      expect(await index.health()).toEqual({ ok: true });
    });

    it('says that it is closed', async () => {
      await find('apa');
      await index.close();
      expect(await refusalOf(find('apa'))).toBe('unavailable/search_unavailable');
      await index.close();
    });
  });
}
