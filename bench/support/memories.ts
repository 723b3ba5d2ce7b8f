// Memories in numbers: written into the truth and the index as they would be after all of them were accepted.
import { HASH_DIMENSIONS, hashTexts } from '../../src/engines/embedding/hash-texts.ts';
import { collectionOf } from '../../src/engines/memory/mem0.ts';
import { newId } from '../../src/lib/ids.ts';
import { stemsOf } from '../../src/lib/words.ts';
import { insertMemory, type Place } from '../../src/memory/memory-store.ts';
import { putTerms } from '../../src/memory/memory-terms-store.ts';
import type { TestProduct } from '../../test/support/product.ts';

const SUBJECTS = ['garansi', 'jadwal', 'harga', 'diskon', 'lisensi', 'pelatihan', 'jaminan', 'pengiriman', 'anggaran'];
const CUSTOMERS = ['Marabintan', 'Sejahtera', 'Bahari', 'Cendana', 'Delima', 'Gemilang', 'Harapan'];
const AT_ONCE = 500;

export const memoryText = (index: number): string =>
  `${SUBJECTS[index % SUBJECTS.length]} ${CUSTOMERS[index % CUSTOMERS.length]} tahap ${index} disepakati ${(index * 7) % 97} bulan untuk perangkat tipe ${index % 977}.`;
export const memoryQuestion = (index: number): string =>
  `Berapa lama ${SUBJECTS[index % SUBJECTS.length]} ${CUSTOMERS[index % CUSTOMERS.length]} untuk perangkat tipe ${(index * 31) % 977}?`;

/** The same number in each place. */
export async function addMemories(
  { app }: Pick<TestProduct, 'app'>,
  tenantId: string,
  places: readonly Place[],
  count: number,
): Promise<void> {
  const collection = collectionOf('projectwise', app.embedder.space, HASH_DIMENSIONS);
  const indexedAs = [app.memoryEngine.engine, HASH_DIMENSIONS, app.embedder.space].join(':');
  for (let from = 0; from < count; from += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => from + at);
    const texts = indexes.map(memoryText);
    const block = hashTexts(texts);
    const made = texts.map((text, at) => ({
      id: newId(),
      text,
      place: places[indexes[at]! % places.length]!,
      vector: block.slice(at * HASH_DIMENSIONS, (at + 1) * HASH_DIMENSIONS),
    }));
    await app.db.transaction().execute(async (trx) => {
      for (const { id, text, place } of made) {
        const now = Date.now();
        await insertMemory(trx, {
          id,
          tenant_id: tenantId,
          scope: place.scope,
          scope_id: place.scopeId,
          text,
          kind: 'fact',
          subject: null,
          status: 'accepted',
          is_used: 1,
          origin: 'said',
          author_id: 'somebody',
          author_name: 'Ratna Wulandari',
          source_room_id: null,
          source_message_id: null,
          said_at: now,
          decided_by: null,
          decided_by_name: null,
          decided_at: null,
          supersedes_id: null,
          superseded_by: null,
          version: 1,
          indexed_as: indexedAs,
          indexed_version: 1,
          created_at: now,
          updated_at: now,
          forgotten_at: null,
        });
        await putTerms(trx, { tenantId, memoryId: id, scopeId: place.scopeId }, stemsOf(text));
      }
    });
    await app.vectors.rows!.put(
      collection,
      made.map(({ id, text, place, vector }) => ({
        key: newId(),
        scope: `run_id:${place.scopeId}`,
        owner: id,
        payload: JSON.stringify({ data: text, memory_id: id, run_id: place.scopeId }),
        vector,
      })),
    );
  }
}
