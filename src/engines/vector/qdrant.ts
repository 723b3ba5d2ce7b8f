// The search index on a Qdrant server: for more passages than one file should hold, and for several processes.
import { randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { createInOrder } from '../../lib/in-order.ts';
import { asking, createQdrantClient, isMissing, type QdrantSettings } from './qdrant-client.ts';
import { Collections } from './qdrant-collections.ts';
import {
  type CardPayload,
  cardId,
  ownerOf,
  type PassagePayload,
  passagePoint,
  SHOWN,
  toFound,
} from './qdrant-points.ts';
import { type Condition, is, searchCollections } from './qdrant-search.ts';
import { findsNothing, requireDocument, requirePlace, searchUnavailable } from './query-guard.ts';
import type {
  DocumentInIndex,
  FoundPassage,
  IndexedDocument,
  IndexedPassage,
  PassageQuery,
  VectorIndex,
} from './vector-index.ts';

export interface QdrantIndexOptions extends QdrantSettings {
  /** Beginning of the names of our collections. */
  prefix: string;
  onProblem?: (message: string, details: { error?: unknown }) => void;
}

/** Points of one request: more would take the event loop too long to write as JSON. */
const POINTS_AT_ONCE = 16;
const CARDS_AT_ONCE = 500;

/** Sends nothing yet. */
export const createQdrantIndex = (options: QdrantIndexOptions): VectorIndex => new QdrantIndex(options);

class QdrantIndex implements VectorIndex {
  readonly engine = 'qdrant';
  readonly #options: QdrantIndexOptions;
  readonly #client: QdrantClient;
  readonly #collections: Collections;
  readonly #inOrder = createInOrder();
  readonly #lostListeners: (() => void)[] = [];
  #isClosed = false;

  constructor(options: QdrantIndexOptions) {
    this.#options = options;
    this.#client = createQdrantClient(options);
    this.#collections = new Collections(this.#client, options.prefix);
  }

  async replace(
    document: IndexedDocument,
    batches: AsyncIterable<readonly IndexedPassage[]>,
    signal?: AbortSignal,
  ): Promise<{ passages: number; embedded: number }> {
    requireDocument(document);
    const owner = ownerOf(document.tenantId, document.documentId);
    return this.#inOrder(owner, async () => {
      const generation = randomUUID();
      const staged: Staged = { collection: undefined, dimensions: 0, passages: 0, embedded: 0 };
      try {
        for await (const batch of batches) await this.#put(document, generation, batch, staged, signal);
        signal?.throwIfAborted();
      } catch (error) {
        const { collection } = staged;
        if (collection) await this.#delete(collection, [is('generation', generation)]).catch(() => undefined);
        throw error;
      }
      // A commit that fails may have been done all the same: the next one cleans up, whichever it was.
      return this.#ask(() => this.#commit(document, generation, staged));
    });
  }

  async remove(tenantId: string, documentId: string): Promise<void> {
    requirePlace(tenantId, [documentId]);
    const owner = ownerOf(tenantId, documentId);
    await this.#inOrder(owner, () =>
      this.#ask(async () => {
        for (const collection of await this.#collections.all()) await this.#delete(collection, [is('owner', owner)]);
      }),
    );
  }

  async search(query: PassageQuery, signal?: AbortSignal): Promise<FoundPassage[]> {
    requirePlace(query.tenantId, query.scopes);
    if (findsNothing(query)) return [];
    signal?.throwIfAborted();
    const found = await this.#ask(() => searchCollections(this.#client, this.#collections, query));
    signal?.throwIfAborted();
    return found;
  }

  async list(tenantId: string, documentId: string, { from, limit }: { from: number; limit: number }) {
    requirePlace(tenantId, [documentId]);
    return this.#ask(async () => {
      const must = [
        is('owner', ownerOf(tenantId, documentId)),
        is('kind', 'passage'),
        is('live', true),
        { key: 'ordinal', range: { gte: from, lt: from + limit } },
      ];
      const pages = (await this.#collections.all()).map((collection) =>
        this.#client.scroll(collection, { filter: { must }, limit, with_payload: SHOWN }),
      );
      const found = (await Promise.all(pages)).flatMap(({ points }) => points);
      return found
        .map(({ payload }) => toFound(payload as PassagePayload))
        .map(({ documentId: _, ...passage }) => passage)
        .sort((a, b) => a.ordinal - b.ordinal);
    });
  }

  async documents(tenantId: string, space: string): Promise<DocumentInIndex[]> {
    requirePlace(tenantId, [space]);
    return this.#ask(async () => {
      const all = await this.#collections.all();
      const cards = await Promise.all(all.map((collection) => this.#cards(collection, [is('tenant', tenantId)])));
      return cards.flat().map(({ documentId, scope, version, passages, embedded, space: its }) => ({
        documentId,
        scope,
        version,
        passages,
        embedded: its === space ? embedded : 0,
      }));
    });
  }

  async counts(): Promise<{ documents: number; passages: number }> {
    return this.#ask(async () => {
      const count = async (must: Condition[]) => {
        const all = await this.#collections.all();
        const counts = all.map((collection) => this.#client.count(collection, { filter: { must }, exact: true }));
        return (await Promise.all(counts)).reduce((sum, { count }) => sum + count, 0);
      };
      const [documents, passages] = await Promise.all([
        count([is('kind', 'document')]),
        count([is('kind', 'passage'), is('live', true)]),
      ]);
      return { documents, passages };
    });
  }

  async health(): Promise<{ ok: boolean; problem?: string }> {
    try {
      await this.#ask(() => this.#client.getCollections());
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
  }

  async #put(
    document: IndexedDocument,
    generation: string,
    batch: readonly IndexedPassage[],
    staged: Staged,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (staged.collection === undefined) {
      staged.dimensions = batch.find(({ vector }) => vector)?.vector?.length ?? 0;
      staged.collection = await this.#ask(() => this.#collections.require(document.space, staged.dimensions));
    }
    const { collection } = staged;
    const isDense = staged.dimensions > 0;
    for (let from = 0; from < batch.length; from += POINTS_AT_ONCE) {
      signal?.throwIfAborted();
      const some = batch.slice(from, from + POINTS_AT_ONCE);
      const points = some.map((passage) => passagePoint(document, generation, passage, isDense));
      await this.#ask(() => this.#client.upsert(collection, { wait: true, points }));
      staged.passages += some.length;
      if (isDense) staged.embedded += some.filter(({ vector }) => vector).length;
    }
  }

  /** The new ones are found, then those of before no longer; nobody finds none of them in between. */
  async #commit(document: IndexedDocument, generation: string, staged: Staged) {
    const { passages, embedded } = staged;
    const collection = staged.collection ?? (await this.#collections.require(document.space, 0));
    const owner = ownerOf(document.tenantId, document.documentId);
    const { tenantId: tenant, documentId, scope, version, space } = document;
    const card: CardPayload = {
      kind: 'document',
      owner,
      tenant,
      documentId,
      scope,
      version,
      space,
      passages,
      embedded,
    };
    await this.#client.batchUpdate(collection, {
      wait: true,
      operations: [
        { set_payload: { payload: { live: true }, filter: { must: [is('generation', generation)] } } },
        {
          delete: {
            filter: { must: [is('owner', owner), is('kind', 'passage')], must_not: [is('generation', generation)] },
          },
        },
        { upsert: { points: [{ id: cardId(owner), payload: card, vector: {} }] } },
      ],
    });
    for (const other of await this.#collections.all()) {
      if (other === collection) continue;
      await this.#delete(other, [is('owner', owner)]);
      await this.#collections.dropIfEmpty(other);
    }
    return { passages, embedded };
  }

  #delete(collection: string, must: Condition[]): Promise<unknown> {
    return this.#client.delete(collection, { wait: true, filter: { must } });
  }

  async #cards(collection: string, must: Condition[]): Promise<CardPayload[]> {
    const cards: CardPayload[] = [];
    let offset: string | number | undefined;
    do {
      const page = await this.#client.scroll(collection, {
        filter: { must: [...must, is('kind', 'document')] },
        limit: CARDS_AT_ONCE,
        with_payload: true,
        ...(offset === undefined ? {} : { offset }),
      });
      cards.push(...page.points.map(({ payload }) => payload as unknown as CardPayload));
      offset = (page.next_page_offset ?? undefined) as typeof offset;
    } while (offset !== undefined);
    return cards;
  }

  /** @throws AppError unavailable */
  async #ask<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw searchUnavailable('it is closed.');
    try {
      return await asking(this.#options, call);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Somebody deleted a collection: what was in it is put in again.
      this.#collections.forget();
      this.#options.onProblem?.('A collection of the search index is gone; documents are indexed again.', { error });
      for (const listener of this.#lostListeners) listener();
      throw searchUnavailable('a collection is gone and is being built again.', error);
    }
  }
}

/** What one run of `replace` has put in so far. */
interface Staged {
  collection: string | undefined;
  /** 0 for passages without vectors. */
  dimensions: number;
  passages: number;
  embedded: number;
}
