// SQL of which memories the engine of recall knows in which version, so that it can be brought up to what they are.
import type { DbOrTrx } from '../context.ts';
import type { MemoryRow, Place } from './memory-store.ts';

const staleOf = (db: DbOrTrx, indexedAs: string) =>
  db
    .selectFrom('memories')
    .where((eb) =>
      eb.or([
        eb.and([
          eb('status', '=', 'accepted'),
          eb.or([
            eb('indexed_as', 'is', null),
            eb('indexed_as', '!=', indexedAs),
            eb('indexed_version', '!=', eb.ref('version')),
          ]),
        ]),
        eb.and([eb('status', '!=', 'accepted'), eb('indexed_as', 'is not', null)]),
      ]),
    );

/** Memories of a place that the engine does not know as they are, or knows and should not, oldest first. */
export async function findStale(
  db: DbOrTrx,
  tenantId: string,
  place: Place,
  indexedAs: string,
  limit: number,
): Promise<MemoryRow[]> {
  return staleOf(db, indexedAs)
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('scope_id', '=', place.scopeId)
    .where('scope', '=', place.scope)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Of every tenant. */
export async function listStalePlaces(db: DbOrTrx, indexedAs: string): Promise<(Place & { tenantId: string })[]> {
  const rows = await staleOf(db, indexedAs).select(['tenant_id', 'scope', 'scope_id']).distinct().execute();
  return rows.map(({ tenant_id, scope, scope_id }) => ({ tenantId: tenant_id, scope, scopeId: scope_id }));
}

/** @param indexed null when the engine knows it no longer. Says nothing when the memory has changed since. */
export async function markIndexed(
  db: DbOrTrx,
  row: Pick<MemoryRow, 'id' | 'tenant_id' | 'version'>,
  indexed: string | null,
): Promise<void> {
  await db
    .updateTable('memories')
    .set({ indexed_as: indexed, indexed_version: indexed === null ? null : row.version })
    .where('id', '=', row.id)
    .where('tenant_id', '=', row.tenant_id)
    .execute();
}

export async function countIndexed(db: DbOrTrx, indexedAs: string): Promise<number> {
  const { count } = await db
    .selectFrom('memories')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('indexed_as', '=', indexedAs)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The engine lost what it had: of every tenant. What was taken out of the truth meanwhile is not in it either. */
export async function forgetIndexed(db: DbOrTrx): Promise<void> {
  await db
    .updateTable('memories')
    .set({ indexed_as: null, indexed_version: null })
    .where('indexed_as', 'is not', null)
    .execute();
}
