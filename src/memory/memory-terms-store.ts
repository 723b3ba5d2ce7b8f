// SQL of the words that memories are found by: a small inverted index of stems, read by scope.
import type { DbOrTrx } from '../context.ts';

/** Postings that one search reads at most; rare words first, so that what is cut are words that stand everywhere. */
const MOST_POSTINGS = 1_500;
const TERM_UNITS = 64;

export interface Posting {
  memoryId: string;
  term: string;
  /** In how many memories of these scopes it stands. */
  frequency: number;
}

/** Replaces what this memory is found by; with no terms it is not found. */
export async function putTerms(
  db: DbOrTrx,
  memory: { tenantId: string; memoryId: string; scopeId: string },
  terms: readonly string[],
): Promise<void> {
  await db
    .deleteFrom('memory_terms')
    .where('memory_id', '=', memory.memoryId)
    .where('tenant_id', '=', memory.tenantId)
    .execute();
  const distinct = [...new Set(terms.map((term) => term.slice(0, TERM_UNITS)))];
  if (distinct.length === 0) return;
  const { tenantId: tenant_id, memoryId: memory_id, scopeId: scope_id } = memory;
  await db
    .insertInto('memory_terms')
    .values(distinct.map((term) => ({ tenant_id, memory_id, scope_id, term })))
    .execute();
}

/** Where these terms stand in these scopes. What stands nearly everywhere is left out while there is anything rarer. */
export async function findPostings(
  db: DbOrTrx,
  tenantId: string,
  scopeIds: readonly string[],
  terms: readonly string[],
): Promise<Posting[]> {
  if (scopeIds.length === 0 || terms.length === 0) return [];
  const counted = await Promise.all(
    [...new Set(terms)].map(async (term) => ({ term, count: await countUpTo(db, tenantId, scopeIds, term) })),
  );
  let left = MOST_POSTINGS;
  const readable = counted
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count)
    .filter(({ count }, index) => {
      left -= count;
      return left >= 0 || index === 0;
    });
  if (readable.length === 0) return [];
  const frequencies = new Map(readable.map(({ term, count }) => [term, count]));
  const rows = await db
    .selectFrom('memory_terms')
    .select(['memory_id', 'term'])
    .where('tenant_id', '=', tenantId)
    .where('scope_id', 'in', scopeIds)
    .where('term', 'in', [...frequencies.keys()])
    .limit(MOST_POSTINGS)
    .execute();
  return rows.map(({ memory_id, term }) => ({ memoryId: memory_id, term, frequency: frequencies.get(term)! }));
}

/** Never counts further than it would be read. */
async function countUpTo(db: DbOrTrx, tenantId: string, scopeIds: readonly string[], term: string): Promise<number> {
  const some = db
    .selectFrom('memory_terms')
    .select('term')
    .where('tenant_id', '=', tenantId)
    .where('scope_id', 'in', scopeIds)
    .where('term', '=', term)
    .limit(MOST_POSTINGS + 1)
    .as('some');
  const { count } = await db
    .selectFrom(some)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
