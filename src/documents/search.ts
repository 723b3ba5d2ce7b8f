// Finds passages: rights first, then keywords and meaning together, then what the documents are called now.
import type { Actor, App } from '../context.ts';
import type { Embedder } from '../engines/embedding/embedder.ts';
import type { QueryVector } from '../engines/vector/vector-index.ts';
import { AppError } from '../lib/errors.ts';
import type { PassageHit } from '../protocol/document-models.ts';
import type { DocumentKind } from '../protocol/names.ts';
import { requireMember } from '../rooms/access.ts';
import { visiblePlaces } from './access.ts';
import { countDocuments, type DocumentSelection, findDocuments } from './document-store.ts';
import { translate } from './glossary.ts';
import { LIBRARY_SCOPE, roomScope } from './index-document.ts';

type SearchApp = Pick<App, 'db' | 'embedder' | 'vectors' | 'limits' | 'log'>;

/** Where may be looked: whoever calls has checked that. */
export interface SearchPlace {
  tenantId: string;
  roomIds: readonly string[];
  /** Whether the library of the tenant is looked through too. */
  library: boolean;
  /** Narrows further. */
  documentIds?: readonly string[];
}

export interface SearchOutcome {
  /** Best first. */
  hits: PassageHit[];
  /** The question could not be embedded in time. */
  keywordsOnly: boolean;
}

export interface DocumentSearch {
  query: string;
  topK: number;
  minScore?: number | undefined;
  roomId?: string | undefined;
  documentIds?: readonly string[] | undefined;
  filter?: { customer?: string; project?: string; year?: number; kind?: DocumentKind } | undefined;
}

/**
 * A room and the library, or everything the asker may see when no room is named.
 * @throws AppError not_found when not a member of the room, unavailable when the index cannot be reached
 */
export async function searchDocuments(
  app: SearchApp,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  body: DocumentSearch,
  signal?: AbortSignal,
): Promise<{ results: PassageHit[]; keywordsOnly: boolean; tookMs: number }> {
  const startedAt = performance.now();
  const places = await placesNow(app, actor, body.roomId);
  const documentIds = await narrow(app, actor.tenantId, { ...places, documentIds: body.documentIds }, body.filter);
  const place = { tenantId: actor.tenantId, ...places, ...(documentIds ? { documentIds } : {}) };
  const { hits, keywordsOnly } = await searchPassages(app, place, { text: body.query, limit: body.topK }, signal);
  const visible = await stillVisible(app, actor, body.roomId, hits);
  const { minScore = Number.NEGATIVE_INFINITY } = body;
  const results = visible.filter(({ score }) => score >= minScore);
  return { results, keywordsOnly, tookMs: performance.now() - startedAt };
}

/**
 * How many documents a search would look through: of those named, or of all in these places, the ones that have been read.
 * @throws AppError not_found when not a member of the room, or when one of the documents is not there
 */
export async function countSearchable(
  app: Pick<App, 'db'>,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  { roomId, documentIds }: Pick<DocumentSearch, 'roomId' | 'documentIds'>,
): Promise<number> {
  const places = await placesNow(app, actor, roomId);
  if (!documentIds?.length) return (await countDocuments(app.db, actor.tenantId, places)).processed;
  const there = await findDocuments(app.db, actor.tenantId, { ...places, documentIds });
  const missing = documentIds.filter((id) => !there.some((row) => row.id === id));
  if (missing.length > 0) throw new AppError('not_found', `There is no document ${missing.join(', ')} here.`);
  return there.filter(({ status }) => status === 'processed').length;
}

async function placesNow(
  app: Pick<App, 'db'>,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  roomId: string | undefined,
): Promise<Pick<DocumentSelection, 'roomIds' | 'library'>> {
  if (roomId === undefined) return visiblePlaces(app.db, actor);
  await requireMember(app, actor, roomId, 'read');
  return { roomIds: [roomId], library: true };
}

/** The index takes its time: who was removed from a room meanwhile sees nothing more of it. */
async function stillVisible(
  app: Pick<App, 'db'>,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  roomId: string | undefined,
  hits: PassageHit[],
): Promise<PassageHit[]> {
  const places = await placesNow(app, actor, roomId);
  const documentIds = [...new Set(hits.map((hit) => hit.documentId))];
  const visible = new Set(
    (await findDocuments(app.db, actor.tenantId, { ...places, documentIds })).map(({ id }) => id),
  );
  return hits.filter((hit) => visible.has(hit.documentId));
}

/** What a document is about is asked of the table that people change, not of the index. @returns undefined when nothing narrows */
async function narrow(
  app: Pick<App, 'db'>,
  tenantId: string,
  places: DocumentSelection,
  filter: DocumentSearch['filter'] = {},
): Promise<readonly string[] | undefined> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined && value !== '');
  if (!isFiltered) return places.documentIds;
  return (await findDocuments(app.db, tenantId, { ...places, ...filter })).map(({ id }) => id);
}

/**
 * The best passages for a question. The question is embedded once; what takes longer than its deadline goes by keywords alone.
 * @throws AppError unavailable when the index cannot be reached, or what `signal` was aborted with
 */
export async function searchPassages(
  app: SearchApp,
  place: SearchPlace,
  question: { text: string; limit: number },
  signal?: AbortSignal,
): Promise<SearchOutcome> {
  const scopes = [...place.roomIds.map(roomScope), ...(place.library ? [LIBRARY_SCOPE] : [])];
  if (scopes.length === 0 || question.text.trim() === '') return { hits: [], keywordsOnly: false };
  const { vectors, keywordsOnly } = await embedQuestion(app, question.text, signal);
  const { tenantId, documentIds } = place;
  const found = await app.vectors.search(
    {
      tenantId,
      scopes,
      text: question.text,
      alsoText: translate(question.text),
      vectors,
      limit: question.limit,
      ...(documentIds ? { documentIds } : {}),
    },
    signal,
  );
  // The index is derived: what the table says of a document is what counts.
  const named = [...new Set(found.map((passage) => passage.documentId))];
  const rows = await findDocuments(app.db, tenantId, { ...place, documentIds: named });
  const documents = new Map(rows.filter(({ status }) => FOUND.has(status)).map((row) => [row.id, row]));
  const hits = found.flatMap(({ id, ordinal: _, ...passage }): PassageHit[] => {
    const document = documents.get(passage.documentId);
    return document ? [{ ...passage, chunkId: id, documentName: document.name }] : [];
  });
  return { hits, keywordsOnly };
}

/** While a document is read again, what was read before still answers. */
const FOUND: ReadonlySet<string> = new Set(['processed', 'processing', 'uploaded']);

async function embedQuestion(
  app: SearchApp,
  text: string,
  signal: AbortSignal | undefined,
): Promise<{ vectors: QueryVector[]; keywordsOnly: boolean }> {
  const { embedder, limits } = app;
  const deadline = AbortSignal.timeout(limits.embedDeadlineMs);
  const patience = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const embed = async (by: Embedder): Promise<QueryVector> => {
    const [vector] = await by.embed([text], 'question', patience);
    return { space: by.space, vector: vector!, weight: by.weight, leastSimilarity: by.leastSimilarity };
  };
  const current = embed(embedder).catch((error) => {
    signal?.throwIfAborted();
    app.log.debug('A search goes by keywords alone', { error });
    return undefined;
  });
  // Passages that a change of the model has not come to yet are compared as they were.
  const former = embedder.former && embed(embedder.former);
  const vectors = await Promise.all([current, former]);
  return { vectors: vectors.filter((vector) => vector !== undefined), keywordsOnly: vectors[0] === undefined };
}
