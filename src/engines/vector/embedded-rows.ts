// Small rows with a vector beside the passages of the embedded index: what memories are found by. One part writes, the other reads.
import type { IndexFile } from './embedded-schema.ts';
import type { NewVectorRow, VectorRow, VectorRowHit, VectorRowSelection } from './vector-index.ts';

export class RowWriter {
  readonly #db: IndexFile;

  constructor(db: IndexFile) {
    this.#db = db;
  }

  /** The same key again replaces what stood under it. */
  put(collection: string, rows: readonly NewVectorRow[]): void {
    const clear = this.#db.prepare('delete from vector_rows where collection = ? and key = ?');
    const insert = this.#db.prepare(
      'insert into vector_rows (collection, key, scope, owner, payload, scale, vector) values (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#db.transaction(() => {
      for (const { key, scope, owner, payload, vector } of rows) {
        clear.run(collection, key);
        const { scale, values } = quantise(vector);
        insert.run(collection, key, scope, owner, payload, scale, Buffer.from(values.buffer));
      }
    })();
  }

  remove(collection: string, keys: readonly string[]): void {
    const remove = this.#db.prepare('delete from vector_rows where collection = ? and key = ?');
    this.#db.transaction(() => {
      for (const key of keys) remove.run(collection, key);
    })();
    this.#emptyLog();
  }

  /** Of every collection. */
  removeScope(scope: string): void {
    this.#db.prepare('delete from vector_rows where scope = ?').run(scope);
    this.#emptyLog();
  }

  /** The log beside the file still holds the words; a search that is under way may keep it until the next time. */
  #emptyLog(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }
}

/** Vectors of one scope, in the order of their ids. */
interface ScopeVectors {
  /** Of the file, when they were read. */
  version: number;
  ids: number[];
  scales: number[];
  vectors: Int8Array[];
  /** The same number by number: the first numbers of all vectors, then the second ones. A question that has few touches little of it. */
  columns: Int8Array;
  bytes: number;
}

const KEPT_BYTES = 64 * 1024 * 1024;

type StoredVector = { id: number; scale: number; vector: Uint8Array };

export class RowReader {
  readonly #db: IndexFile;
  /** The least recently asked first. */
  readonly #kept = new Map<string, ScopeVectors>();
  #keptBytes = 0;

  constructor(db: IndexFile) {
    this.#db = db;
  }

  /** Nearest first. @param vector of length 1 */
  search(collection: string, scope: string, vector: Float32Array, limit: number): VectorRowHit[] {
    return this.#db.transaction(() => {
      const { ids, scales, columns } = this.#vectorsOf(collection, scope);
      const numbers = [...vector.keys()].filter((at) => vector[at] !== 0);
      const scores = new Float32Array(ids.length);
      for (const at of numbers) {
        const weight = vector[at]!;
        const column = columns.subarray(at * ids.length, (at + 1) * ids.length);
        for (let index = 0; index < column.length; index++) scores[index]! += weight * column[index]!;
      }
      for (let index = 0; index < scores.length; index++) scores[index]! *= scales[index]!;
      const best = bestOf(scores, limit);
      const select = this.#db.prepare<[number], VectorRow>('select key, owner, payload from vector_rows where id = ?');
      return best.map((index) => ({ ...select.get(ids[index]!)!, score: scores[index]! }));
    })();
  }

  list(collection: string, { scope, owner, limit }: VectorRowSelection): VectorRow[] {
    const columns = 'select key, owner, payload from vector_rows where collection = ? and scope = ?';
    if (owner !== undefined) {
      return this.#db
        .prepare<unknown[], VectorRow>(`${columns} and owner = ? limit ?`)
        .all(collection, scope, owner, limit);
    }
    return this.#db.prepare<unknown[], VectorRow>(`${columns} order by id limit ?`).all(collection, scope, limit);
  }

  get(collection: string, key: string): VectorRow | undefined {
    return this.#db
      .prepare<unknown[], VectorRow>('select key, owner, payload from vector_rows where collection = ? and key = ?')
      .get(collection, key);
  }

  count(collection: string): number {
    const count = this.#db.prepare<[string], number>('select count(*) from vector_rows where collection = ?').pluck();
    return count.get(collection)!;
  }

  /** Only what came since is read; rows never change under their id. */
  #vectorsOf(collection: string, scope: string): ScopeVectors {
    const name = `${collection} ${scope}`;
    const known = this.#kept.get(name);
    // Changes with each commit of the thread that writes, whatever it wrote.
    const version = this.#db.pragma('data_version', { simple: true }) as number;
    if (known?.version === version) return known;
    const ids = this.#db
      .prepare<[string, string], number>('select id from vector_rows where collection = ? and scope = ? order by id')
      .pluck()
      .all(collection, scope);
    const isSame = known?.ids.length === ids.length && known.ids.at(-1) === ids.at(-1);
    const now = known && isSame ? { ...known, version } : this.#load(ids, known, version);
    if (known) this.#keptBytes -= known.bytes;
    this.#kept.delete(name);
    this.#kept.set(name, now);
    this.#keptBytes += now.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || oldest === name) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes;
    }
    return now;
  }

  #load(ids: number[], known: ScopeVectors | undefined, version: number): ScopeVectors {
    const before = new Map(known?.ids.map((id, index) => [id, index]));
    const select = this.#db.prepare<[number], StoredVector>('select id, scale, vector from vector_rows where id = ?');
    const scales: number[] = [];
    const vectors: Int8Array[] = [];
    for (const id of ids) {
      const index = before.get(id);
      const row = index === undefined ? select.get(id)! : undefined;
      scales.push(row ? row.scale : known!.scales[index!]!);
      vectors.push(
        row
          ? Int8Array.from(new Int8Array(row.vector.buffer, row.vector.byteOffset, row.vector.length))
          : known!.vectors[index!]!,
      );
    }
    const columns = toColumns(vectors);
    return { version, ids, scales, vectors, columns, bytes: 2 * columns.length };
  }
}

function toColumns(vectors: readonly Int8Array[]): Int8Array {
  const dimensions = vectors[0]?.length ?? 0;
  const columns = new Int8Array(vectors.length * dimensions);
  for (const [index, vector] of vectors.entries()) {
    for (let at = 0; at < dimensions; at++) columns[at * vectors.length + index] = vector[at]!;
  }
  return columns;
}

/** Places of the highest scores, highest first: what is not among them is looked at once and not sorted. */
function bestOf(scores: Float32Array, limit: number): number[] {
  if (limit < 1 || scores.length === 0) return [];
  const least = scores.toSorted()[Math.max(0, scores.length - limit)]!;
  const best: number[] = [];
  for (let index = 0; index < scores.length; index++) if (scores[index]! >= least) best.push(index);
  return best.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, limit);
}

/** A byte for a number is a quarter of the size; what it loses is far below what tells two sentences apart. */
function quantise(vector: Float32Array): { scale: number; values: Int8Array } {
  const most = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const scale = most / 127 || 1;
  return { scale, values: Int8Array.from(vector, (value) => Math.round(value / scale)) };
}
