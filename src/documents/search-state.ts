// How search is doing and how it was set up, for /rag/health and /rag/config.
import type { Actor, App } from '../context.ts';
import { PASSAGE_SIZES } from './chunk.ts';
import { countProcessed, countUnread } from './index-store.ts';
import { READABLE_TYPES } from './parse/detect-type.ts';

/** Of the asker's tenant. Never throws for an index that cannot be reached: that is what it tells. */
export async function searchHealth(app: Pick<App, 'db' | 'embedder' | 'vectors'>, actor: Pick<Actor, 'tenantId'>) {
  const { tenantId } = actor;
  const { embedder, vectors } = app;
  const [index, unread, processed] = await Promise.all([
    lookIntoIndex(app, tenantId),
    countUnread(app.db, tenantId),
    countProcessed(app.db, tenantId),
  ]);
  const embedding = embedder.health();
  return {
    status: !index.ok ? ('down' as const) : embedding.ok ? ('ok' as const) : ('degraded' as const),
    index: {
      engine: vectors.engine,
      ok: index.ok,
      passages: index.passages,
      documents: index.documents,
      ...(index.problem === undefined ? {} : { problem: index.problem }),
    },
    embedding: { engine: embedder.engine, model: embedder.model, ...embedding },
    waiting: unread + Math.max(0, processed - index.complete),
  };
}

interface IndexState {
  ok: boolean;
  problem?: string | undefined;
  documents: number;
  passages: number;
  /** Documents whose passages all have a vector of the model that is used now. */
  complete: number;
}

async function lookIntoIndex(
  { vectors, embedder }: Pick<App, 'vectors' | 'embedder'>,
  tenantId: string,
): Promise<IndexState> {
  const empty = { passages: 0, documents: 0, complete: 0 };
  const { ok, problem } = await vectors.health();
  if (!ok) return { ok, problem, ...empty };
  try {
    const there = await vectors.documents(tenantId, embedder.space);
    return {
      ok,
      documents: there.length,
      passages: there.reduce((sum, { passages }) => sum + passages, 0),
      complete: there.filter(({ passages, embedded }) => embedded === passages).length,
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error), ...empty };
  }
}

export function describeSearch({
  embedder,
  vectors,
  limits,
  recognizer,
}: Pick<App, 'embedder' | 'vectors' | 'limits' | 'recognizer'>) {
  return {
    embedding: {
      engine: embedder.engine,
      model: embedder.model,
      dimensions: embedder.dimensions,
      deadlineMs: limits.embedDeadlineMs,
    },
    index: { engine: vectors.engine },
    passages: { units: PASSAGE_SIZES.units, mostUnits: PASSAGE_SIZES.mostUnits, overlapUnits: 0 },
    upload: {
      bytes: limits.uploadBytes,
      filesAtOnce: limits.uploadsAtOnce,
      types: READABLE_TYPES.map(({ contentType, extension }) => ({ contentType, extension })),
      ocr: {
        engine: recognizer.engine,
        languages: [...recognizer.languages],
        available: recognizer.languages.length > 0,
      },
    },
  };
}
