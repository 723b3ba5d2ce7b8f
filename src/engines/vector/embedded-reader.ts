// Everything that is asked of the file of the embedded index. Runs in its reading thread.
import { DocumentMemory } from './embedded-documents.ts';
import { PostingMemory } from './embedded-postings.ts';
import { collectDocuments, KeywordRanking, locate, rankByVector } from './embedded-ranking.ts';
import { type IndexFile, PASSAGES_PER_DOCUMENT } from './embedded-schema.ts';
import { VectorMemory } from './embedded-vectors.ts';
import { fuse, type RankedList } from './fuse.ts';
import type { DocumentInIndex, FoundPassage, IndexedPassage, PassageQuery } from './vector-index.ts';

/** How many each ranking names, at least. */
const POOL = 60;
const SHARE_OF_POSTINGS = 0.25;

type PassageRow = Pick<FoundPassage, 'id' | 'page' | 'heading' | 'text'>;

export class IndexReader {
  readonly #db: IndexFile;
  readonly #memory: DocumentMemory;
  readonly #vectors: VectorMemory;
  readonly #postings: PostingMemory;

  /** @param cacheBytes of what is kept in memory: most for vectors, some for where terms stand */
  constructor(db: IndexFile, cacheBytes: number) {
    this.#db = db;
    this.#vectors = new VectorMemory(db, cacheBytes * (1 - SHARE_OF_POSTINGS));
    this.#postings = new PostingMemory(db, cacheBytes * SHARE_OF_POSTINGS);
    this.#memory = new DocumentMemory(db, (row) => this.#vectors.drop(row));
  }

  /** In one transaction, so that a document that is replaced meanwhile is seen as it was. */
  search(query: PassageQuery): FoundPassage[] {
    return this.#db.transaction(() => this.#search(query))();
  }

  list(tenantId: string, documentId: string, range: { from: number; limit: number }): Omit<IndexedPassage, 'vector'>[] {
    const row = this.#db
      .prepare<[string, string], number>('select id from documents where tenant = ? and document = ? and live = 1')
      .pluck()
      .get(tenantId, documentId);
    if (row === undefined) return [];
    const first = row * PASSAGES_PER_DOCUMENT;
    return this.#db
      .prepare<unknown[], PassageRow & { ordinal: number }>(
        `select key as id, passages.id - ? as ordinal, page, heading, text from passages
         where passages.id >= ? and passages.id < ? order by passages.id limit ?`,
      )
      .all(first, first + range.from, first + PASSAGES_PER_DOCUMENT, range.limit);
  }

  documents(tenantId: string, space: string): DocumentInIndex[] {
    return this.#db
      .prepare<[string, string], DocumentInIndex>(
        `select d.document as documentId, p.scope, d.version, d.passages,
           case when d.space = ? then d.embedded else 0 end as embedded
         from documents d join places p on p.id = d.place where d.tenant = ? and d.live = 1`,
      )
      .all(space, tenantId);
  }

  counts(): { documents: number; passages: number } {
    return this.#db
      .prepare<[], { documents: number; passages: number }>(
        'select count(*) as documents, coalesce(sum(passages), 0) as passages from documents where live = 1',
      )
      .get()!;
  }

  #search(query: PassageQuery): FoundPassage[] {
    const searched = collectDocuments(this.#memory.places(query.tenantId, query.scopes), query.documentIds);
    if (searched.passages === 0) return [];
    const pool = Math.max(POOL, query.limit * 2);
    const lists: RankedList<number>[] = [
      {
        items: new KeywordRanking(this.#db, this.#postings, searched).best(query, pool),
        weight: 1,
        kind: 'keyword',
      },
    ];
    for (const vector of query.vectors ?? []) {
      const items = rankByVector(this.#vectors, searched, vector, pool);
      lists.push({ items, weight: vector.weight, kind: 'vector' });
    }
    const select = this.#db.prepare<[number], PassageRow>(
      'select key as id, page, heading, text from passages where id = ?',
    );
    return fuse(lists, query.limit).map(({ id, ...ranks }) => {
      const { document, ordinal } = locate(searched, id);
      const row = select.get(document.row * PASSAGES_PER_DOCUMENT + ordinal)!;
      return { ...row, documentId: document.documentId, ordinal, ...ranks };
    });
  }
}
