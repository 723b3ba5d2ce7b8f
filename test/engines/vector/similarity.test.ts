// Comparing vectors: the module is what its source says, works out what plain arithmetic does, and keeps to its bound of memory.
import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import initWabt from 'wabt';
import { createRandom } from '../../../bench/support/random.ts';
import type { DocumentInFile } from '../../../src/engines/vector/embedded-documents.ts';
import { openForWriting } from '../../../src/engines/vector/embedded-schema.ts';
import { VectorMemory } from '../../../src/engines/vector/embedded-vectors.ts';
import { IndexWriter } from '../../../src/engines/vector/embedded-writer.ts';

const source = (name: string) => new URL(`../../../src/engines/vector/${name}`, import.meta.url);

test('the module is the one that is made of its source', async () => {
  const wabt = await initWabt();
  const parsed = wabt.parseWat('similarity.wat', readFileSync(source('similarity.wat'), 'utf8'), { simd: true });
  parsed.validate();
  expect(Buffer.from(parsed.toBinary({}).buffer)).toEqual(readFileSync(source('similarity.wasm')));
});

describe('vectors kept in memory', () => {
  const random = createRandom(5);
  let db: Database.Database;
  let writer: IndexWriter;
  let stored: Map<string, (Float32Array | undefined)[]>;
  beforeEach(() => {
    db = openForWriting(':memory:').db;
    writer = new IndexWriter(db);
    stored = new Map();
  });
  afterEach(() => db.close());

  /** Of length 1. */
  function makeVector(dimensions: number, share = 1): Float32Array {
    const vector = Float32Array.from({ length: dimensions }, () => (random() < share ? random() * 2 - 1 : 0));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }

  function put(documentId: string, passages: number, dimensions: number, batch = 64): DocumentInFile {
    const vectors = Array.from({ length: passages }, (_, at) => (at % 7 === 3 ? undefined : makeVector(dimensions)));
    stored.set(documentId, vectors);
    const row = writer.begin({ tenantId: 't', documentId, scope: 'library', space: 's', version: '1' });
    for (let from = 0; from < passages; from += batch) {
      const some = vectors.slice(from, from + batch);
      const toPassage = (vector: Float32Array | undefined, at: number) => ({
        id: `${documentId}.${from + at}`,
        ordinal: from + at,
        page: 1,
        heading: '',
        text: 'garansi',
        ...(vector ? { vector } : {}),
      });
      writer.put(row, some.map(toPassage));
    }
    writer.commit(row);
    const lengths = new Uint16Array(passages).fill(1);
    return {
      row,
      documentId,
      place: 1,
      space: 's',
      dimensions,
      passages,
      embedded: passages,
      lengths,
      words: passages,
    };
  }

  /** The farthest that a similarity is from what plain arithmetic says. */
  function largestError(memory: VectorMemory, documents: readonly DocumentInFile[], vector: Float32Array): number {
    const found = new Map<string, number>();
    memory.compare(
      vector,
      documents.map((document) => ({ document })),
      ({ document: { documentId } }, first, similarities, at, count) => {
        for (let index = 0; index < count; index++)
          found.set(`${documentId} ${first + index}`, similarities[at + index]!);
      },
    );
    let largest = 0;
    for (const { documentId, passages } of documents) {
      for (let ordinal = 0; ordinal < passages; ordinal++) {
        const other = stored.get(documentId)![ordinal];
        const similarity = found.get(`${documentId} ${ordinal}`);
        if (!other) expect(similarity).toBeNaN();
        else
          largest = Math.max(largest, Math.abs(similarity! - other.reduce((sum, v, at) => sum + v * vector[at]!, 0)));
      }
    }
    expect(found.size).toBe(documents.reduce((sum, { passages }) => sum + passages, 0));
    return largest;
  }

  test.each([
    ['few numbers', 768, 0.2],
    ['all numbers', 1_536, 1],
    ['an odd count of numbers', 5, 1],
    ['a single one', 1, 1],
  ])('are as similar as plain arithmetic says, to a question of %s', (_, dimensions, share) => {
    const documents = [put('one', 100, dimensions), put('two', 3, dimensions), put('three', 65, dimensions, 13)];
    const memory = new VectorMemory(db, 64 * 1024 * 1024);
    expect(largestError(memory, documents, makeVector(dimensions, share))).toBeLessThan(0.02);
    expect(largestError(memory, documents.toReversed(), makeVector(dimensions, share))).toBeLessThan(0.02);
  });

  test('a question of nothing is similar to nothing', () => {
    const documents = [put('one', 4, 8)];
    const memory = new VectorMemory(db, 1_000_000);
    stored.set(
      'one',
      stored.get('one')!.map((vector) => vector && new Float32Array(8)),
    );
    expect(largestError(memory, documents, new Float32Array(8))).toBe(0);
  });

  test('that are more than may be kept are read again, also of a document that is larger than all of the memory', () => {
    const documents = [put('one', 700, 16), put('large', 3_000, 16), put('two', 700, 16), put('other', 700, 24)];
    // Enough for one and a half shelves.
    const memory = new VectorMemory(db, 30_000);
    for (let round = 0; round < 3; round++) {
      for (const some of [documents.slice(0, 3), documents.slice(3), documents.slice(1, 3), documents.slice(0, 1)]) {
        const { dimensions } = some[0]!;
        expect(largestError(memory, some, makeVector(dimensions)), `round ${round}`).toBeLessThan(0.02);
      }
    }
  });

  test('of documents that are gone make room, and what is left stays what it was', () => {
    const memory = new VectorMemory(db, 30_000);
    const left = put('left', 10, 16);
    largestError(memory, [left], makeVector(16));
    for (let round = 0; round < 30; round++) {
      const gone = put(`gone ${round}`, 200, 16);
      expect(largestError(memory, [left, gone], makeVector(16))).toBeLessThan(0.02);
      memory.drop(gone.row);
    }
  });
});
