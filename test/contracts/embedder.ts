// What every embedder must do; run over each of them.
import { afterEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/engines/embedding/embedder.ts';

export interface EmbedderSetup {
  embedder: Embedder;
  close(): Promise<void>;
}

export const similarity = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

export function embedderContract(name: string, open: () => Promise<EmbedderSetup>): void {
  describe(`the ${name} embedder`, () => {
    let setup: EmbedderSetup | undefined;
    const opened = async (): Promise<Embedder> => {
      setup = await open();
      return setup.embedder;
    };
    afterEach(async () => {
      await setup?.embedder.close?.();
      await setup?.close();
    });

    it('gives each text a vector of length 1, in order, and the same text the same vector', async () => {
      const embedder = await opened();
      const texts = ['Masa garansi 36 bulan', 'Jaminan penawaran', 'Masa garansi 36 bulan'];
      const vectors = await embedder.embed(texts, 'passage');
      expect(vectors).toHaveLength(3);
      for (const vector of vectors) {
        expect(vector).toHaveLength(embedder.dimensions);
        expect(similarity(vector, vector)).toBeCloseTo(1, 5);
      }
      expect(vectors[2]).toEqual(vectors[0]);
      expect(vectors[1]).not.toEqual(vectors[0]);
    });

    it('takes any number of texts, and any length', async () => {
      const embedder = await opened();
      const texts = Array.from({ length: 301 }, (_, index) => `Pasal ${index} tentang jangka waktu. `.repeat(20));
      texts.push('kata '.repeat(20_000));
      const vectors = await embedder.embed(texts, 'passage');
      expect(vectors).toHaveLength(302);
      const [alone] = await embedder.embed([texts[300]!], 'passage');
      expect(similarity(vectors[300]!, alone!)).toBeCloseTo(1, 4);
    });

    it('bears texts without words', async () => {
      const vectors = await (await opened()).embed(['', ' \n', '…', 'kata'], 'passage');
      expect(vectors).toHaveLength(4);
      expect(vectors.flatMap((vector) => [...vector]).every(Number.isFinite)).toBe(true);
    });

    it('gives nothing for nothing', async () => {
      expect(await (await opened()).embed([], 'passage')).toEqual([]);
    });

    it('finds a question nearer to its answer than to something else', async () => {
      const embedder = await opened();
      const [question] = await embedder.embed(['Berapa lama masa garansi perangkat?'], 'question');
      const [answer, other] = await embedder.embed(
        ['Garansi perangkat berlaku 36 bulan.', 'Pembayaran dilakukan setelah serah terima.'],
        'passage',
      );
      expect(similarity(question!, answer!)).toBeGreaterThan(similarity(question!, other!));
    });

    it('names its space, and keeps its vectors apart from those of others', async () => {
      const embedder = await opened();
      expect(embedder.space).toContain(embedder.model);
      expect(embedder.weight).toBeGreaterThan(0);
      expect(embedder.health()).toEqual({ ok: true });
    });

    it('gives up when told to', async () => {
      const embedder = await opened();
      const reason = new Error('no longer wanted');
      await expect(embedder.embed(['teks'], 'passage', AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(embedder.embed(['teks'], 'question', AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
