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
            eb('indexed_version', 'is', null),
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

/**
 * Call it before a memory is put in: from here on it counts as known to the engine, so that it is taken out again whatever comes between.
 * @returns false when the memory has changed since it was read, or is gone: then it is not to be put in
 */
export async function expectIndexed(db: DbOrTrx, row: MemoryRow, indexedAs: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('memories')
    .set({ indexed_as: indexedAs, indexed_version: null })
    .where('id', '=', row.id)
    .where('tenant_id', '=', row.tenant_id)
    .where('version', '=', row.version)
    .where('status', '=', 'accepted')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** It is in the engine as it was read. What changed meanwhile has another version, and is found again. */
export async function markIndexed(db: DbOrTrx, row: MemoryRow): Promise<void> {
  await db
    .updateTable('memories')
    .set({ indexed_version: row.version })
    .where('id', '=', row.id)
    .where('tenant_id', '=', row.tenant_id)
    .execute();
}

/** The engine knows nothing of it any more. */
export async function markTakenOut(db: DbOrTrx, row: MemoryRow): Promise<void> {
  await db
    .updateTable('memories')
    .set({ indexed_as: null, indexed_version: null })
    .where('id', '=', row.id)
    .where('tenant_id', '=', row.tenant_id)
    .execute();
}

/** How many, of every tenant, the engine has to know under this name at least. */
export async function countIndexed(db: DbOrTrx, indexedAs: string): Promise<number> {
  const { count } = await db
    .selectFrom('memories')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('indexed_as', '=', indexedAs)
    .where('indexed_version', 'is not', null)
    .where('status', '=', 'accepted')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Whether the engine has been given anything, under whatever name. */
export async function isAnythingIndexed(db: DbOrTrx): Promise<boolean> {
  const row = await db
    .selectFrom('memories')
    .select('id')
    .where('indexed_as', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The engine lost what it had, or some of it: of every tenant. What should not be there is still to be taken out. */
export async function indexAllAgain(db: DbOrTrx): Promise<void> {
  await db
    .updateTable('memories')
    .set({ indexed_version: null })
    .where('indexed_as', 'is not', null)
    .where('status', '=', 'accepted')
    .execute();
}
