// How passages and documents look in Qdrant: ids, payloads, and the terms of a passage as a sparse vector.
import { createHash } from 'node:crypto';
import { termScore } from './bm25.ts';
import { mergeTerms, passageTerms, type QueryTerm, queryWords, termsOfWord } from './passage-terms.ts';
import type { DocumentInIndex, FoundPassage, IndexedDocument, IndexedPassage } from './vector-index.ts';

/** Names of the two vectors of a point. */
export const DENSE = 'dense';
export const WORDS = 'words';

/** What a point of a passage carries; `place` and `owner` are what filters compare. */
export interface PassagePayload extends Record<string, unknown> {
  kind: 'passage';
  /** Tenant and scope. */
  place: string;
  /** Tenant and document. */
  owner: string;
  tenant: string;
  document: string;
  /** Of one run of `replace`; only those of the last one that was completed are live. */
  generation: string;
  live: boolean;
  key: string;
  ordinal: number;
  page: number;
  heading: string;
  text: string;
}

/** One for each document, without vectors: says what is there. */
export interface CardPayload extends Record<string, unknown>, DocumentInIndex {
  kind: 'document';
  owner: string;
  tenant: string;
  space: string;
}

/** Of a passage, what is asked for. */
export const SHOWN = ['key', 'document', 'ordinal', 'page', 'heading', 'text'];

export interface SparseVector {
  indices: number[];
  values: number[];
}

export const placeOf = (tenantId: string, scope: string): string => `${tenantId} ${scope}`;
export const ownerOf = (tenantId: string, documentId: string): string => `${tenantId} ${documentId}`;

/** Passages are compared with an assumed average, since nobody counts: what they were cut to, in words. */
const AVERAGE_WORDS = 90;
/** More than a question may hold; the server does not mind many. */
const MOST_WORDS = 2_000;
const ALSO_WEIGHT = 0.6;

export const cardId = (owner: string): string => toUuid(`card ${owner}`);

export function passagePoint(document: IndexedDocument, generation: string, passage: IndexedPassage, isDense: boolean) {
  const owner = ownerOf(document.tenantId, document.documentId);
  const payload: PassagePayload = {
    kind: 'passage',
    place: placeOf(document.tenantId, document.scope),
    owner,
    tenant: document.tenantId,
    document: document.documentId,
    generation,
    live: false,
    key: passage.id,
    ordinal: passage.ordinal,
    page: passage.page,
    heading: passage.heading,
    text: passage.text,
  };
  return {
    id: toUuid(`${owner} ${generation} ${passage.ordinal}`),
    payload,
    vector: {
      [WORDS]: passageVector(passage),
      ...(isDense && passage.vector ? { [DENSE]: [...passage.vector] } : {}),
    },
  };
}

export const toFound = (payload: PassagePayload): Omit<FoundPassage, 'score'> => ({
  id: payload.key,
  documentId: payload.document,
  ordinal: payload.ordinal,
  page: payload.page,
  heading: payload.heading,
  text: payload.text,
});

/** How well each term speaks for the passage; how rare it is the server knows. */
function passageVector(passage: IndexedPassage): SparseVector {
  const { counts, length } = passageTerms(passage);
  const values = new Map<number, number>();
  for (const [term, count] of counts) {
    const index = indexOf(term);
    values.set(index, (values.get(index) ?? 0) + termScore(count.text, count.about, length, AVERAGE_WORDS));
  }
  return toSparse(values);
}

/** @returns undefined when there is nothing to look for */
export function queryVector(text: string, alsoText = ''): SparseVector | undefined {
  const terms: QueryTerm[] = [
    ...queryWords(text)
      .slice(0, MOST_WORDS)
      .flatMap((word) => termsOfWord(word)),
    ...queryWords(alsoText)
      .slice(0, MOST_WORDS)
      .flatMap((word) => termsOfWord(word, ALSO_WEIGHT)),
  ];
  if (terms.length === 0) return undefined;
  return toSparse(new Map(mergeTerms(terms).map(({ term, weight }) => [indexOf(term), weight])));
}

function toSparse(values: ReadonlyMap<number, number>): SparseVector {
  const sorted = [...values].sort(([a], [b]) => a - b);
  return { indices: sorted.map(([index]) => index), values: sorted.map(([, value]) => value) };
}

/** 32 bits: among the words of a collection two rarely share one. */
const indexOf = (term: string): number => createHash('sha1').update(term).digest().readUInt32BE(0);

function toUuid(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
