// One search over our collections: both rankings of each in one request, put together here as in the embedded index.
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { fuse, type RankedList } from './fuse.ts';
import type { Collections } from './qdrant-collections.ts';
import { DENSE, type PassagePayload, placeOf, queryVector, SHOWN, toFound, WORDS } from './qdrant-points.ts';
import type { FoundPassage, PassageQuery, QueryVector } from './vector-index.ts';

/** How many each ranking names, at least. */
const POOL = 60;

export type Condition = Schemas['Condition'];
export const is = (key: string, value: string | boolean): Condition => ({ key, match: { value } });
const isAny = (key: string, values: readonly string[]): Condition => ({ key, match: { any: [...values] } });

interface Ranking extends Pick<RankedList<string>, 'kind' | 'weight'> {
  points: { score: number; payload: PassagePayload }[];
}

export async function searchCollections(
  client: QdrantClient,
  collections: Collections,
  query: PassageQuery,
): Promise<FoundPassage[]> {
  const all = await collections.all();
  const rankings = await Promise.all(
    all.map((collection) => rank(client, collection, vectorsIn(collections, collection, query), query)),
  );
  return put(rankings.flat(), query.limit);
}

/** Normally there is one collection; while a change of the embedding model is under way each document is in one of two. */
const vectorsIn = (collections: Collections, collection: string, { vectors = [] }: PassageQuery): QueryVector[] =>
  vectors.filter(({ space, vector }) => collections.nameOf(space, vector.length) === collection);

async function rank(
  client: QdrantClient,
  collection: string,
  vectors: readonly QueryVector[],
  query: PassageQuery,
): Promise<Ranking[]> {
  const must = [
    isAny(
      'place',
      query.scopes.map((scope) => placeOf(query.tenantId, scope)),
    ),
    is('live', true),
    ...(query.documentIds ? [isAny('document', query.documentIds)] : []),
  ];
  const common = { filter: { must }, limit: Math.max(POOL, query.limit * 2), with_payload: SHOWN };
  const words = queryVector(query.text, query.alsoText);
  const asked = [
    ...(words ? [{ kind: 'keyword' as const, weight: 1, search: { ...common, query: words, using: WORDS } }] : []),
    ...vectors.map(({ vector, weight, leastSimilarity }) => ({
      kind: 'vector' as const,
      weight,
      search: { ...common, query: [...vector], using: DENSE, score_threshold: leastSimilarity },
    })),
  ];
  if (asked.length === 0) return [];
  const answers = await client.queryBatch(collection, { searches: asked.map(({ search }) => search) });
  return answers.map(({ points }, at) => ({
    kind: asked[at]!.kind,
    weight: asked[at]!.weight,
    points: points.map(({ score, payload }) => ({ score, payload: payload as PassagePayload })),
  }));
}

function put(rankings: readonly Ranking[], limit: number): FoundPassage[] {
  const payloads = new Map<string, PassagePayload>();
  const lists: RankedList<string>[] = [];
  const words: RankedList<string> & { items: { id: string; score: number }[] } = {
    kind: 'keyword',
    weight: 1,
    items: [],
  };
  for (const { kind, weight, points } of rankings) {
    const items = points.map(({ score, payload }) => {
      payloads.set(payload.key, payload);
      return { id: payload.key, score };
    });
    // Keywords of several collections are one list; vectors of different models cannot be compared.
    if (kind === 'keyword') words.items.push(...items);
    else lists.push({ kind, weight, items });
  }
  words.items.sort((a, b) => b.score - a.score);
  return fuse([words, ...lists], limit).map(({ id, ...ranks }) => ({ ...toFound(payloads.get(id)!), ...ranks }));
}
