// The embedded index: one SQLite file of its own, one thread that writes it and one that reads it; the main thread only asks.
import { existsSync } from 'node:fs';
import { createInOrder } from '../../lib/in-order.ts';
import type { ReadCall, WriteCall } from './embedded-calls.ts';
import { BrokenIndex, WorkerChannel } from './embedded-channel.ts';
import { deleteIndexFile } from './embedded-schema.ts';
import { findsNothing, requireDocument, requirePlace, searchUnavailable } from './query-guard.ts';
import type { IndexedDocument, IndexedPassage, VectorIndex, VectorRows } from './vector-index.ts';

export interface EmbeddedIndexOptions {
  /** Absolute path. It is made when it is not there, and made anew when it is broken or of another version. */
  file: string;
  /** What is kept in memory: vectors, and where words stand. */
  cacheBytes?: number;
  /** Told about what went wrong and was mended. */
  onProblem?: (message: string, details: { error?: unknown }) => void;
}

interface Threads {
  writer: WorkerChannel;
  reader: WorkerChannel;
}

/** A file that cannot be opened is not tried more often. */
const RETRY_MS = 1_000;
const CACHE_BYTES = 256 * 1024 * 1024;

/** Opens nothing yet: the threads start with the first call. */
export const createEmbeddedIndex = (options: EmbeddedIndexOptions): VectorIndex => new EmbeddedIndex(options);

class EmbeddedIndex implements VectorIndex {
  readonly engine = 'embedded';
  readonly rows: VectorRows = this.#makeRows();
  readonly #options: EmbeddedIndexOptions;
  readonly #lostListeners: (() => void)[] = [];
  readonly #inOrder = createInOrder();
  /** Every change of it waits for the one before. */
  #threads: Promise<Threads> | undefined;
  #lastFailure: { at: number; error: unknown } | undefined;
  #isClosed = false;

  constructor(options: EmbeddedIndexOptions) {
    this.#options = options;
  }

  async replace(
    document: IndexedDocument,
    batches: AsyncIterable<readonly IndexedPassage[]>,
    signal?: AbortSignal,
  ): Promise<{ passages: number; embedded: number }> {
    requireDocument(document);
    return this.#inOrder(`${document.tenantId} ${document.documentId}`, () =>
      // One writer throughout: the number it gives to what is put in means nothing to the next.
      this.#withThreads(async ({ writer }) => {
        const staged = await writer.call<number>({ name: 'begin', document });
        try {
          for await (const batch of batches) {
            signal?.throwIfAborted();
            await put(writer, staged, batch);
          }
          signal?.throwIfAborted();
          return await writer.call({ name: 'commit', staged });
        } catch (error) {
          await writer.call({ name: 'abandon', staged }).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  async remove(tenantId: string, documentId: string): Promise<void> {
    requirePlace(tenantId, [documentId]);
    await this.#inOrder(`${tenantId} ${documentId}`, () =>
      this.#withThreads(({ writer }) => writer.call<void>({ name: 'remove', tenantId, documentId })),
    );
  }

  async search(query: Parameters<VectorIndex['search']>[0], signal?: AbortSignal) {
    requirePlace(query.tenantId, query.scopes);
    if (findsNothing(query)) return [];
    return await this.#read<Awaited<ReturnType<VectorIndex['search']>>>({ name: 'search', query }, signal);
  }

  async list(tenantId: string, documentId: string, range: { from: number; limit: number }) {
    requirePlace(tenantId, [documentId]);
    return await this.#read<Awaited<ReturnType<VectorIndex['list']>>>({ name: 'list', tenantId, documentId, range });
  }

  async documents(tenantId: string, space: string) {
    requirePlace(tenantId, [space]);
    return await this.#read<Awaited<ReturnType<VectorIndex['documents']>>>({ name: 'documents', tenantId, space });
  }

  counts(): Promise<{ documents: number; passages: number }> {
    return this.#read({ name: 'counts' });
  }

  async health(): Promise<{ ok: boolean; problem?: string }> {
    try {
      // Somebody deleted the file: what is open still works, but nothing of it would be there after the next start.
      const threads = await this.#threads?.catch(() => undefined);
      if (threads && !existsSync(this.#options.file)) await this.#open({ broken: threads, problem: 'It was deleted.' });
      await this.counts();
      return { ok: true };
    } catch (error) {
      return { ok: false, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  onLost(listener: () => void): void {
    this.#lostListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = await this.#threads?.catch(() => undefined);
    if (threads) await closeBoth(threads);
  }

  #makeRows(): VectorRows {
    const write = (call: WriteCall) => this.#withThreads(({ writer }) => writer.call<void>(call));
    return {
      put: (collection, rows) => write({ name: 'putRows', collection, rows }),
      remove: (collection, keys) => write({ name: 'removeRows', collection, keys }),
      removeScope: (scope) => write({ name: 'removeRowsOf', scope }),
      search: (collection, scope, vector, limit) =>
        this.#read({ name: 'searchRows', collection, scope, vector, limit }),
      list: (collection, selection) => this.#read({ name: 'listRows', collection, selection }),
      get: (collection, key) => this.#read({ name: 'getRow', collection, key }),
      count: (collection) => this.#read({ name: 'countRows', collection }),
    };
  }

  #read<Result>(call: ReadCall, signal?: AbortSignal): Promise<Result> {
    return this.#withThreads(({ reader }) => reader.call<Result>(call, signal ? { signal } : {}));
  }

  /** Where the file turns out to be broken, a new one takes its place and those who listen are told. */
  async #withThreads<Result>(run: (threads: Threads) => Promise<Result>): Promise<Result> {
    const threads = await this.#open();
    try {
      return await run(threads);
    } catch (error) {
      if (!(error instanceof BrokenIndex)) throw error;
      await this.#open({ broken: threads, problem: error.message });
      throw searchUnavailable('its file was broken and is being built again.', error);
    }
  }

  /** @param renew makes a new file, unless somebody else already did */
  #open(renew?: { broken: Threads; problem: string }): Promise<Threads> {
    this.#threads = this.#succeed(this.#threads, renew);
    return this.#threads;
  }

  async #succeed(before: Promise<Threads> | undefined, renew?: { broken: Threads; problem: string }): Promise<Threads> {
    const threads = await before?.catch(() => undefined);
    const isLost = renew !== undefined && threads === renew.broken;
    // A thread that died is started again by whoever needs it next.
    if (threads && !isLost && !threads.writer.isOver && !threads.reader.isOver) return threads;
    if (threads) await closeBoth(threads);
    if (this.#isClosed) throw searchUnavailable('it is closed.');
    if (isLost) deleteIndexFile(this.#options.file);
    const next = await this.#start();
    if (isLost) this.#tellLost(renew.problem);
    return next;
  }

  async #start(): Promise<Threads> {
    if (this.#lastFailure && performance.now() - this.#lastFailure.at < RETRY_MS) throw this.#lastFailure.error;
    try {
      return await this.#startThreads();
    } catch (error) {
      if (error instanceof BrokenIndex) {
        deleteIndexFile(this.#options.file);
        const threads = await this.#startThreads();
        this.#tellLost(error.message);
        return threads;
      }
      this.#lastFailure = { at: performance.now(), error };
      throw error;
    }
  }

  async #startThreads(): Promise<Threads> {
    const { file, cacheBytes = CACHE_BYTES } = this.#options;
    const writer = new WorkerChannel({ role: 'write', file, cacheBytes });
    try {
      await writer.opened;
      const reader = new WorkerChannel({ role: 'read', file, cacheBytes });
      await reader.opened;
      return { writer, reader };
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  #tellLost(problem: string): void {
    const details = { error: problem };
    this.#options.onProblem?.('The search index had to be made anew; documents are indexed again.', details);
    for (const listener of this.#lostListeners) listener();
  }
}

async function closeBoth({ reader, writer }: Threads): Promise<void> {
  // The last one to close leaves the file whole, without a log beside it; the reader could not.
  await reader.close();
  await writer.close();
}

async function put(writer: WorkerChannel, staged: number, batch: readonly IndexedPassage[]): Promise<void> {
  const dimensions = batch.find(({ vector }) => vector)?.vector?.length ?? 0;
  const present = batch.flatMap(({ vector }) => vector ?? []);
  const vectors = new Float32Array(present.length * dimensions);
  for (const [index, vector] of present.entries()) vectors.set(vector, index * dimensions);
  const passages = batch.map(({ vector, ...passage }) => ({ ...passage, hasVector: vector !== undefined }));
  const call: WriteCall = { name: 'put', staged, passages, vectors, dimensions };
  await writer.call(call, { transfer: [vectors.buffer] });
}
