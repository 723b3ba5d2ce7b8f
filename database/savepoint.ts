// A part of a transaction that may fail by itself. The same three statements on all three databases.
import { sql, type Transaction } from 'kysely';
import { isDatabaseUnavailable } from './errors.ts';
import type { Database } from './schema.ts';

export type Part<T> = { isDone: true; result: T } | { isDone: false; error: unknown };

/**
 * Runs `work`; when it fails, undoes what it did and nothing else of the transaction. Not to be nested.
 * @throws when the transaction itself is lost or the database unavailable: then it must not go on
 */
export async function withinSavepoint<T>(trx: Transaction<Database>, work: () => Promise<T>): Promise<Part<T>> {
  await sql`savepoint part`.execute(trx);
  let part: Part<T>;
  try {
    part = { isDone: true, result: await work() };
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    await sql`rollback to savepoint part`.execute(trx);
    part = { isDone: false, error };
  }
  await sql`release savepoint part`.execute(trx);
  return part;
}
